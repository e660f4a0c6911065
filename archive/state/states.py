"""The states of a URL in the frontier and the moves between them: the table that all SQL on states is built from."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class UrlState(StrEnum):
    """Where a URL stands in the crawl."""

    QUEUED = "queued"
    """To be fetched."""
    ACTIVE = "active"
    """Being fetched."""
    CAPTURED = "captured"
    """In the archive, and being read."""
    FETCHED = "fetched"
    """In the archive since an earlier moment, still to be read from there."""
    WAITING = "waiting"
    """To be tried again when it is due."""
    DONE = "done"
    """Settled: read, gone, or none of the pages that are read; looked at again when it is due."""
    FAILED = "failed"
    """Not had by its last run; later runs ask again when it is due."""
    EXCLUDED = "excluded"
    """Beyond the limits of the run that found it, or read under limits that left out links."""
    REFUSED = "refused"
    """Forbidden by robots.txt or outside the scope; the next run asks whether it still is."""


ANY = frozenset(UrlState)
BEGUN = frozenset({UrlState.ACTIVE, UrlState.CAPTURED})
"""A run holds it at this moment, or held it when it broke off."""
SETTLED = frozenset({UrlState.DONE, UrlState.FAILED, UrlState.EXCLUDED, UrlState.REFUSED})
"""Nothing is left to do for it in this run."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """One way from state to state."""

    of: frozenset[UrlState]
    """The states in which it can happen."""
    to: UrlState
    says: str
    """When it happens."""


def _of(*states: UrlState) -> frozenset[UrlState]:
    return frozenset(states)


MOVES = {
    "fetch": Move(of=_of(UrlState.QUEUED, UrlState.WAITING), to=UrlState.ACTIVE, says="its turn has come"),
    "read": Move(of=_of(UrlState.FETCHED), to=UrlState.CAPTURED, says="its turn to be read from the archive has come"),
    "keep": Move(of=ANY, to=UrlState.CAPTURED, says="its response is in the archive"),
    "finish": Move(of=BEGUN, to=UrlState.DONE, says="it is settled: what it says is in the state"),
    "exclude": Move(of=BEGUN, to=UrlState.EXCLUDED, says="the limits of this run leave it out, or some of its links"),
    "refuse": Move(of=BEGUN, to=UrlState.REFUSED, says="robots.txt or the scope forbids it"),
    "fail": Move(of=BEGUN, to=UrlState.FAILED, says="this run cannot have it"),
    "retry": Move(of=BEGUN, to=UrlState.WAITING, says="this run tries it again later"),
    "put back": Move(of=BEGUN, to=UrlState.QUEUED, says="the run ends before it could be had"),
    "redirect": Move(of=BEGUN, to=UrlState.QUEUED, says="the server names another address of the same page"),
    "reread": Move(of=BEGUN, to=UrlState.FETCHED, says="it is unchanged, and what the archive holds is still unread"),
    "release": Move(
        of=SETTLED | _of(UrlState.QUEUED, UrlState.WAITING),
        to=UrlState.FETCHED,
        says="its item was held back until now",
    ),
    "ask again": Move(of=SETTLED, to=UrlState.QUEUED, says="a listing, the calendar or a refresh says it may be new"),
    "ask elsewhere": Move(
        of=SETTLED | _of(UrlState.QUEUED, UrlState.WAITING), to=UrlState.QUEUED, says="it is linked at another address"
    ),
    "leave links": Move(of=_of(UrlState.DONE), to=UrlState.EXCLUDED, says="a link of it was turned away"),
    "widen": Move(of=_of(UrlState.DONE), to=UrlState.EXCLUDED, says="the scope is wider than when it was read"),
    "lose": Move(of=ANY, to=UrlState.QUEUED, says="the archive lost its capture"),
    "restore": Move(of=ANY, to=UrlState.FETCHED, says="the archive lost its record, and holds its page"),
    "resume": Move(of=_of(UrlState.ACTIVE, UrlState.REFUSED), to=UrlState.QUEUED, says="a run begins"),
    "resume reading": Move(of=_of(UrlState.CAPTURED), to=UrlState.FETCHED, says="a run begins; it was not read"),
    "resume fetching": Move(of=_of(UrlState.CAPTURED), to=UrlState.QUEUED, says="a run begins; it has nothing to read"),
    "resume waiting": Move(of=_of(UrlState.WAITING), to=UrlState.QUEUED, says="a run begins, and it is due"),
    "resume failed": Move(of=_of(UrlState.FAILED), to=UrlState.QUEUED, says="a run begins, and it is due"),
    "reconsider": Move(of=_of(UrlState.EXCLUDED), to=UrlState.QUEUED, says="a run begins, perhaps with wider limits"),
    "reconsider reading": Move(of=_of(UrlState.EXCLUDED), to=UrlState.FETCHED, says="the same, and it was captured"),
}
"""Name → move."""


def is_move(before: str, after: str) -> bool:
    """Whether the table has a way from one state to the other."""
    return any(before in move.of and after == move.to for move in MOVES.values())


def in_sql(states: Collection[UrlState]) -> str:
    """The condition in SQL that a row's state is one of these."""
    if len(states) == len(UrlState):
        return "1"
    if len(states) == 1:  # a partial index is found by the very words of its condition
        return f"state = '{next(iter(states))}'"
    return f"state IN ({', '.join(repr(str(state)) for state in UrlState if state in states)})"
