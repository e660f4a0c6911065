"""The articles that the site calls gone in this run: believed, or not, once the run has seen them all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from archive.collection import Collection
from archive.state.rows import UrlRow
from archive.state.urls import DAY
from archive.warc.fields import format_date
from crawler.planning.deletions import (
    Look,
    find_doubt,
    find_windows,
    format_looks,
    format_moment,
    is_confirmed,
    parse_looks,
)
from crawler.planning.kinds import ITEM_KINDS
from crawler.planning.revisits import next_visit

ACCEPTED = "deletions accepted"
"""Name of the fact that says until when deletions were accepted by the user: they raise no doubt later."""
LOOKS = "deletions looked for"
"""Name of the fact that says when the last runs began in which articles answered."""
_ITEMS = ", ".join(f"'{kind}'" for kind in ITEM_KINDS)


class Deletions:
    """Collects them, and concludes."""

    def __init__(self, collection: Collection, *, at_once: bool, accept: bool) -> None:
        """`at_once`: the first 404 is believed; `accept`: so are any number of them."""
        self._collection, self._urls = collection, collection.urls
        self._at_once, self._accept = at_once, accept
        self._began = datetime.now(UTC).replace(microsecond=0)
        self._new: set[str] = set()
        self._again: set[str] = set()

    def note(self, row: UrlRow) -> None:
        """The site said 404 or 410 of a known live article; it is asked again on the next day until that is settled."""
        if row.gone_at is None:
            self._new.add(row.key)
            self._urls.note_gone(row.key, row.fetched_at)
        else:
            self._again.add(row.key)
        self._urls.finish(row.key, due=datetime.now(UTC).timestamp() + DAY)

    def conclude(self, asked: int, count: Callable[[str, int], None]) -> str | None:
        """Mark what is gone for good; return why nothing was, where the site cannot be believed.

        `asked`: live articles that gave an answer in this run, without those that are gone;
        `count`: is told how many are missing, and how many gone.
        """
        state = self._collection.state
        looks = parse_looks(state.fact(LOOKS) or "", self._began)
        going = bool(self._new | self._again)
        doubt = self._find_doubt(looks, asked) if going and not self._accept else None
        if asked:
            look = Look(began=self._began, doubted=doubt is not None)
            state.set_fact(LOOKS, format_looks([*looks, look], self._began))
        if not going:
            return None
        if self._accept:
            state.set_fact(ACCEPTED, format_date(datetime.now(UTC)))
        if doubt is not None:
            for key in self._new:
                self._urls.note_gone(key, None)
            return (
                f"{doubt}; none is marked, and they are asked for again. Where it is true: thanhuy refresh --accept,"
                " and they are marked once a run of a later day finds the same"
            )
        now = datetime.now(UTC)
        for key in sorted(self._new | self._again):
            row = self._urls.find(key)
            if row is not None and (self._at_once or is_confirmed(row.gone_at, now)) and self._mark(row):
                count("articles/gone", 1)
            else:
                count("articles/missing", 1)
        return None

    def _find_doubt(self, looks: list[Look], asked: int) -> str | None:
        """Why this run is not believed, or it with the runs before."""
        state, new, again = self._collection.state, self._new, self._again
        known = state.count_live()
        alone, *together = find_windows(looks, self._began)
        whole, accepted = asked + len(new) + len(again), state.fact(ACCEPTED) or ""
        judged = sum(row is not None and (row.gone_at or "") > accepted for row in map(self._urls.find, again))
        doubt = find_doubt(alone, len(new), known=known, asked=whole, again=judged)
        for window in together:
            since = max(format_date(window.since), accepted)
            going = {row.key for row in self._urls.where("gone_at >= :since", since=since)} | new
            marked = len(going - new - again)  # these were live when the window began
            whole = self._urls.count_where(f"kind IN ({_ITEMS}) AND fetched_at >= :since", since=since)
            doubt = doubt or find_doubt(window, len(going), known=known + marked, asked=whole)
        return doubt

    def _mark(self, row: UrlRow) -> bool:
        collection = self._collection
        known = collection.find_item(row.key)
        answer = collection.state.find_capture(row.capture) if row.capture is not None else None
        if known is None or known["status"] == "gone" or answer is None or row.gone_at is None:
            return False
        gone: dict[str, Any] = {
            "since": format_moment(row.gone_at),
            "confirmed_at": answer.date,
            "warc": {
                "file": answer.file,
                "offset": answer.offset,
                "length": answer.length,
                "record_id": answer.record_id,
                "payload_digest": answer.payload_digest or "",
            },
        }
        collection.append_gone(known, gone)
        self._urls.settle_gone(row.key, due=next_visit(datetime.now(UTC), known["date"]), changed_at=answer.date)
        return True
