"""What a run takes over from those before and leaves for the next: scope, time, and what is bounded over all runs."""

from datetime import datetime, timedelta

from archive.collection import Collection
from archive.directory import note_scope, read_collection
from archive.state.database import State
from crawler.planning.begun import BegunScope
from crawler.planning.bounds import Bounds
from crawler.planning.kinds import EMBEDDED

BARREN = "barren "
"""Beginning of the names of facts that say how many of a kind were found since the last new article."""
CLOCK = "clock"
"""Name of the fact that says when the last run ended."""


def keep_scope(collection: Collection, asked: BegunScope, *, refresh: bool) -> BegunScope:
    """The collection's scope: a refresh leaves it as it is, a crawl widens it by what is asked of it."""
    before = BegunScope.parse(read_collection(collection.path).get("scope"))
    if refresh:
        return before or BegunScope()
    begun = before.widened(asked) if before else asked
    note_scope(collection.path, begun.as_json())
    if before is not None and begun.leads_further(before):
        collection.urls.widen(*EMBEDDED)
        collection.urls.reopen()
    return begun


def check_clock(state: State, now: datetime) -> str | None:
    """Why days of captures and deletions cannot be trusted: the machine's clock went back since the last run.
    None where it did not.
    """
    before = state.fact(CLOCK)
    try:
        ended = datetime.fromisoformat(before or now.isoformat())
    except ValueError:
        return None  # a state that somebody else wrote
    if ended.tzinfo is None or now >= ended - timedelta(hours=1):
        return None
    return f"the clock of this machine went back: the last run ended at {before}, now it is {now:%Y-%m-%dT%H:%M:%S%z}"


def take_bounds(state: State) -> Bounds:
    """The counts that the run before left."""
    facts = state.facts(BARREN)
    return Bounds({name.removeprefix(BARREN): int(value) for name, value in facts.items() if value.isdecimal()})


def leave(state: State, bounds: Bounds, now: datetime) -> None:
    """Note for the next run when this one ended, and the counts."""
    state.set_fact(CLOCK, now.isoformat(timespec="seconds"))
    for kind, count in bounds.counts.items():
        state.set_fact(f"{BARREN}{kind}", str(count))
