"""The articles that the site calls gone in this run: believed, or not, once the run has seen them all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from archive.collection import Collection
from archive.state.rows import UrlRow
from archive.state.urls import DAY
from archive.warc.exchange import format_date
from crawler.planning.deletions import WINDOW, find_doubt, format_moment, is_confirmed
from crawler.planning.kinds import ITEM_KINDS
from crawler.planning.revisits import next_visit

ACCEPTED = "deletions accepted"
"""Name of the fact that says until when deletions were accepted by the user: they raise no doubt later."""
_ITEMS = ", ".join(f"'{kind}'" for kind in ITEM_KINDS)


class Deletions:
    """Collects them, and concludes."""

    def __init__(self, collection: Collection, *, at_once: bool, accept: bool) -> None:
        """`at_once`: the first 404 is believed; `accept`: so are any number of them."""
        self._collection, self._urls = collection, collection.urls
        self._at_once, self._accept = at_once, accept
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
        going = len(self._new) + len(self._again)
        if not going:
            return None
        known = sum(row.status == "live" for row in self._collection.state.newest_versions())
        if self._accept:
            self._collection.state.set_fact(ACCEPTED, format_date(datetime.now(UTC)))
            doubt = None
        else:
            doubt = find_doubt(going, known=known, asked=asked + going) or self._find_doubt_of_the_window(known)
        if doubt is not None:
            for key in self._new:
                self._urls.note_gone(key, None)
            return f"{doubt}; none is marked, and they are asked for again. Where it is true: thanhuy refresh --accept"
        now = datetime.now(UTC)
        for key in sorted(self._new | self._again):
            row = self._urls.find(key)
            if row is not None and (self._at_once or is_confirmed(row.gone_at, now)) and self._mark(row):
                count("articles/gone", 1)
            else:
                count("articles/missing", 1)
        return None

    def _find_doubt_of_the_window(self, known: int) -> str | None:
        """Why the runs of the last days together are not believed. `known`: live articles now."""
        since = max(format_date(datetime.now(UTC) - WINDOW), self._collection.state.fact(ACCEPTED) or "")
        going = {row.key for row in self._urls.where("gone_at >= :since", since=since)} | self._again
        marked = len(going - self._new - self._again)  # these were live when the window began
        asked = self._urls.count_where(f"kind IN ({_ITEMS}) AND fetched_at >= :since", since=since)
        return find_doubt(len(going), known=known + marked, asked=asked, when=f"within {WINDOW.days} days")

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
