"""The articles that the site calls gone in this run: believed, or not, once the run has seen them all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from archive.collection import Collection
from archive.state.rows import UrlRow
from archive.state.urls import DAY
from crawler.planning.deletions import find_doubt, format_moment, is_confirmed
from crawler.planning.revisits import next_visit


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
        doubt = None if self._accept else find_doubt(going, known=known, asked=asked + going)
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
