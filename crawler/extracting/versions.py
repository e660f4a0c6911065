"""Versions: what a page that is read again means to the versions that the crawl wrote.

A version stays what it is, under its number, since only the site makes versions: another reading takes its place.
A page of which there is no record gives a version by the crawl's rule (`archive.collection.Collection.append_item`):
another payload and another text than the version before, or a first one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from archive.json_text import parse_json
from archive.lines.changes import changed_fields, payload_of
from archive.lines.reader import parser_of
from archive.lines.writer import format_line
from archive.scratch import open_scratch
from crawler.extracting.rereading import UNSTAMPED, Reread

FIRST = b'"version":1,"changed":[],"status":"live",'
STORED = ("version", "changed", "status", "captured_at", "gone", "reread")
"""Keys that only the stored record tells."""
NOT_READ = frozenset({*STORED, "schema", "url", "warc", "parser", "sources", "text_digest"})
"""Keys that say nothing of what a parser reads in a page."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """The newest version of an article."""

    version: int
    digest: str
    status: str
    payload: str
    """The digest of the payload that it was read from."""
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
            "CREATE TABLE newest (key TEXT PRIMARY KEY, version, digest, status, payload, number) WITHOUT ROWID;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def stamp(self, read: Reread) -> bytes | None:
        """The line of a result; None where it gives no version of its own."""
        if read.task.item is None:
            return self._begin(read) if read.line is not None and not read.task.overtaken else None
        if read.line is None:
            return self._carry(read) if read.stored is not None else None
        if read.stored is None:
            digest, payload = read.digest, read.task.payload_digest or ""
            self._keep(read, Version(version=1, digest=digest, status="live", payload=payload, number=read.task.number))
            return read.line.replace(UNSTAMPED, FIRST, 1)
        return self._renew(read, parse_json(read.stored), parse_json(read.line))

    def _begin(self, read: Reread) -> bytes | None:
        """The version of a page without a record; None where it is as the version before."""
        assert read.line is not None
        before, payload = self._find(read.task.key), read.task.payload_digest or ""
        if before is None:
            self._keep(
                read, Version(version=1, digest=read.digest, status="live", payload=payload, number=read.task.number)
            )
            return read.line.replace(UNSTAMPED, FIRST, 1)
        if before.status == "live" and (before.digest == read.digest or (payload and before.payload == payload)):
            return None
        record = {**parse_json(read.line), "version": before.version + 1}
        return self._follow(read, before, record, payload)

    def _renew(self, read: Reread, stored: dict[str, Any], record: dict[str, Any]) -> bytes:
        """A stored version as it is read now; as it was stored where the parser reads the same."""
        record |= {name: stored[name] for name in STORED if name in stored}
        before = self._find(read.task.key)
        payload = payload_of(record) or ""
        if parser_of(record) == parser_of(stored):
            # Lines of an earlier version of this software lack keys, which is no difference of reading.
            same = not any(record[name] != stored.get(name) for name in record if name != "warc")
        else:
            same = not differing_fields(stored, record)
        if same:
            self._note(read, stored, payload)
            assert read.stored is not None
            return read.stored if stored["warc"] == record["warc"] else format_line({**stored, "warc": record["warc"]})
        if before is not None and parser_of(record) != parser_of(stored):
            return self._follow(read, before, record, payload)
        self._note(read, record, payload)
        return format_line(record)

    def _follow(self, read: Reread, before: Version, record: dict[str, Any], payload: str) -> bytes:
        record["changed"] = changed_fields({**self._record(before.number), "status": before.status}, record)
        self._note(read, record, payload)
        return format_line(record)

    def _carry(self, read: Reread) -> bytes:
        """The record as it was stored: its page cannot be read any more."""
        assert read.stored is not None
        stored = parse_json(read.stored)
        self._note(read, stored, payload_of(stored) or "")
        return read.stored

    def _note(self, read: Reread, record: Mapping[str, Any], payload: str) -> None:
        version = Version(
            version=int(record["version"]),
            digest=str(record["text_digest"]),
            status=str(record["status"]),
            payload=payload,
            number=read.task.number,
        )
        self._keep(read, version)

    def _record(self, number: int) -> dict[str, Any]:
        read = self._again(number)
        record: dict[str, Any] = parse_json(read.line or read.stored or b"{}")
        return record

    def _find(self, key: str) -> Version | None:
        row = self._db.execute(
            "SELECT version, digest, status, payload, number FROM newest WHERE key = ?", (key,)
        ).fetchone()
        return Version(version=row[0], digest=row[1], status=row[2], payload=row[3], number=row[4]) if row else None

    def _keep(self, read: Reread, version: Version) -> None:
        row = (read.task.key, version.version, version.digest, version.status, version.payload, version.number)
        self._db.execute("INSERT OR REPLACE INTO newest VALUES (?, ?, ?, ?, ?, ?)", row)


def differing_fields(stored: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """The fields that two parsers read otherwise in the same page."""
    return [name for name in record if name not in NOT_READ and record[name] != stored.get(name)]
