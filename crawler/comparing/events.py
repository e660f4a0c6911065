"""What the site did to its articles, version by version: new, edited, gone, back;
and what a newer parser read otherwise.
"""

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crawler.comparing.edits import Edit, find_edits

PLACING = frozenset({"captured_at", "warc", "changed", "status", "gone"})
"""Fields that no parser reads: where a `reread` names one, a version's number passed to another capture."""


def is_placed(record: Mapping[str, Any]) -> bool:
    """Whether a line gives a version its place among the captures of others, and is no newer parser's reading."""
    return not PLACING.isdisjoint((record.get("reread") or {}).get("fields") or ())


class What(enum.StrEnum):
    """What happened."""

    NEW = "new"
    EDITED = "edited"
    GONE = "gone"
    BACK = "back"
    REREAD = "reread"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to one article."""

    what: What
    at: str
    """When it was first seen so: UTC, ISO 8601. Of a re-reading when it was read."""
    after: str | None
    """When the version before was captured: the site did it between then and `at`. None for a new article."""
    key: str
    version: int
    title: str
    url: str
    edits: tuple[Edit, ...] = ()
    fields: tuple[str, ...] = ()
    """Of a re-reading the fields that a newer parser reads otherwise."""


def find_event(record: Mapping[str, Any], before: Mapping[str, Any] | None) -> Event:
    """What a version tells, given the one before it."""
    at, what = record["captured_at"], What.NEW
    edits: tuple[Edit, ...] = ()
    fields: tuple[str, ...] = ()
    reread, gone = None if is_placed(record) else record.get("reread"), record.get("gone")
    if record["status"] == "gone":
        what, at = What.GONE, (gone or {}).get("since") or record["captured_at"]
    elif reread:
        what, at, fields = What.REREAD, reread.get("at") or at, tuple(reread.get("fields") or ())
    elif before is not None:
        what = What.BACK if before["status"] == "gone" else What.EDITED
        edits = tuple(find_edits(before, record))
    return Event(
        what=what,
        at=at,
        after=before["captured_at"] if before else record["captured_at"] if what is What.GONE else None,
        key=f"{record['kind']}/{record['id']}",
        version=record["version"],
        title=record["title"],
        url=record["canonical_url"] or record["url"],
        edits=edits,
        fields=fields,
    )


def as_object(event: Event) -> dict[str, Any]:
    """The event as the object that JSON holds."""
    return asdict(event)
