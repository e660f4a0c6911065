"""Versions: which of the records read again are new, and what only the order of captures tells of them.

The rules are the crawl's (`archive.collection.Collection.append_item`):
an article is kept where its text or its status is not that of
the version before.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from archive.collection import changed_fields
from archive.lines.writer import format_line
from archive.scratch import open_scratch
from crawler.extracting.rereading import UNSTAMPED, Reread

FIRST = b'"version":1,"changed":[],"status":"live",'


@dataclass(frozen=True, kw_only=True)
class Version:
    """The newest version of an article."""

    version: int
    digest: str
    status: str
    number: int
    """The task that gave its text."""


class Versions:
    """The newest version of each article, in a temporary database, so that memory does not follow their number."""

    def __init__(self, again: Callable[[int], Reread]) -> None:
        """`again`: a task's number → its result, with the stored line;
        asked for only where there is more than one version.
        """
        self._again = again
        self._db = open_scratch(
            "CREATE TABLE newest (key TEXT PRIMARY KEY, version, digest, status, number) WITHOUT ROWID;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def stamp(self, read: Reread) -> bytes | None:
        """The line of a result; None where it gives no version of its own."""
        task, before = read.task, self._find(read.task.key)
        if task.status != "live":
            return self._end(read, before)
        if read.line is None:
            return self._carry(read, before) if read.stored is not None and read.code in {"lost", "damaged"} else None
        if before is None:
            self._keep(task.key, Version(version=1, digest=read.digest, status="live", number=task.number))
            return read.line.replace(UNSTAMPED, FIRST, 1)
        return self._follow(read, before, json.loads(read.line))

    def _follow(self, read: Reread, before: Version | None, record: dict[str, Any]) -> bytes | None:
        digest, status = str(record["text_digest"]), read.task.status
        if before is not None and (before.digest, before.status) == (digest, status):
            return None
        number = before.number if before is not None and status != "live" else read.task.number
        record["version"] = before.version + 1 if before else 1
        record["status"] = status
        record["changed"] = (
            changed_fields({**self._record(before.number), "status": before.status}, record) if before else []
        )
        self._keep(read.task.key, Version(version=record["version"], digest=digest, status=status, number=number))
        return format_line(record)

    def _carry(self, read: Reread, before: Version | None) -> bytes | None:
        """Keep the record that the crawl wrote: its page cannot be read any more."""
        assert read.stored is not None
        return self._follow(read, before, json.loads(read.stored))

    def _end(self, read: Reread, before: Version | None) -> bytes | None:
        """An article that the crawl found gone: its last text stays."""
        if before is None:
            return self._carry(read, None) if read.stored is not None else None
        return self._follow(read, before, {**self._record(before.number), "captured_at": read.task.captured_at})

    def _record(self, number: int) -> dict[str, Any]:
        read = self._again(number)
        record: dict[str, Any] = json.loads(read.line or read.stored or b"{}")
        return record

    def _find(self, key: str) -> Version | None:
        row = self._db.execute("SELECT version, digest, status, number FROM newest WHERE key = ?", (key,)).fetchone()
        return Version(version=row[0], digest=row[1], status=row[2], number=row[3]) if row else None

    def _keep(self, key: str, version: Version) -> None:
        row = (key, version.version, version.digest, version.status, version.number)
        self._db.execute("INSERT OR REPLACE INTO newest VALUES (?, ?, ?, ?, ?)", row)
