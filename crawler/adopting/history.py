"""History: the versions of one article, from every capture of its page, in the order of capture.

The rule is that of a crawl (`archive.collection.Collection.append_item`, `crawler.planning.deletions`): another text
than the version before makes a version, the site's own 404 or 410 on two days makes it gone, a page makes it be back.
What comes out depends on the captures alone, and not on the order in which they were adopted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.lines.changes import changed_fields
from crawler.planning.deletions import is_confirmed

Record = dict[str, Any]
UNSAID = frozenset({"schema", "version", "reread"})
"""Keys that a renewal need not name."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one capture shows of an article: a text, that it is gone, or nothing that counts."""

    at: str
    """When it was captured, UTC."""
    place: tuple[bool, str, int]
    """Whether others made it, its file and its offset: of captures of one moment, this collection's own come first."""
    answer: dict[str, Any] | None = None
    """The record of the 404 or 410, as a record cites it. None where the page was there."""
    gone: dict[str, Any] | None = None
    """Of a version that is known and gone: since when, and the answer that says so."""
    version: int = 0
    """The version that it is known as; 0 where it is none yet."""
    digest: Callable[[], str | None] = lambda: None
    """The digest of its text as the present parser reads it. None where there is none to read."""
    record: Callable[[], Record] = dict
    """What there is to read in it; of a version that is known its record."""


def in_order(at: str) -> str:
    """A time in UTC, so that texts sort as times do: whole seconds come before their parts."""
    return at.rstrip("Z")


def order_versions(sights: Iterable[Sight]) -> Iterator[Record]:
    """The versions that the captures of an article give, stamped with their numbers."""
    before: Record | None = None
    last: Sight | None = None
    digest, since = "", ""
    for sight in sorted(sights, key=lambda sight: (in_order(sight.at), sight.place)):
        live = before is not None and before["status"] == "live"
        record: Record | None = None
        if sight.gone is not None:
            if live and before is not None:
                record = {**before, "status": "gone", "gone": sight.gone}
        elif sight.answer is not None:
            if live and before is not None and _confirms(since, sight.at):
                gone = {"since": since, "confirmed_at": sight.at, "warc": sight.answer}
                record = {**before, "status": "gone", "gone": gone}
            since = since or sight.at
        elif (text := sight.digest()) is not None:
            since = ""
            follows = last is not None and last.version and sight.version == last.version + 1
            if not live or follows or text != digest:
                record = {**sight.record(), "status": "live", "gone": None}
                digest = text
        if record is not None:
            before, last = _stamp(record, before), sight
            yield before


def _confirms(since: str, at: str) -> bool:
    """Whether an answer at that time says once more, on another day, that a page is gone."""
    return bool(since) and is_confirmed(since, datetime.fromisoformat(at))


def _stamp(record: Record, before: Record | None) -> Record:
    stamped = {**record, "version": before["version"] + 1 if before else 1, "reread": None}
    if stamped["status"] == "gone":
        stamped["changed"] = ["status"]
    else:
        stamped["changed"] = changed_fields(before, stamped) if before else []
    return stamped


def renewal_of(stored: Record, record: Record, at: str) -> Record | None:
    """The line that gives a version's number to another capture than before. None where it is the same.

    It is written as every other renewal is, and names what differs, which tells it from that of a newer parser
    (`crawler.comparing.events.PLACING`).
    """
    fields = [name for name in record if name not in UNSAID and record[name] != stored.get(name)]
    if not fields:
        return None
    parser = stored.get("parser") or {}
    return {**record, "reread": {"at": at, "parser": str(parser.get("version") or ""), "fields": fields}}
