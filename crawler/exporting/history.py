"""The versions of articles that a collection holds, found by the state and read from `articles/`."""

import json
import re
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Self

from archive.directory import read_collection
from archive.errors import ArchiveError, DamagedCollection, NotACollection
from archive.files import LINES_SUFFIX, OPEN_SUFFIX, find_inside, is_own_name, open_regular
from archive.lines.reader import LineId, version_of
from archive.lock import remedy
from archive.state.database import as_state_error, open_read_only
from crawler.comparing.events import Event, find_event, is_placed
from crawler.exporting.records import Record, Unreadable, Wanted, parse_line
from crawler.site.scope import find_page

_ID = re.compile(r"\d{5,}")


class NotFound(ArchiveError):
    """No article of that id, address or slug."""


class History:
    """The versions of a collection's articles. Reads only; a crawl may go on meanwhile. Raises NotACollection."""

    def __init__(self, collection: Path) -> None:
        read_collection(collection)
        self._collection = collection
        state = collection / "state.sqlite"
        if not state.is_file():
            raise NotACollection(
                f"{state}: expected the index of versions, got none;"
                f" {remedy(collection, f'run `thanhuy index {collection}`')}"
            )
        try:
            self._state = open_read_only(state)
        except sqlite3.DatabaseError as error:
            raise as_state_error(error, state) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._state.close()

    def find_key(self, wanted: str) -> str:
        """The article of an id, an address or a slug, as `kind/id`.
        Raises NotFound, also where several have that slug.
        """
        page = find_page(wanted) if "/" in wanted else None
        number = page.id if page else (_ID.findall(wanted) or [""])[-1] if _ID.search(wanted) else ""
        keys = self._query("SELECT DISTINCT key FROM versions WHERE key LIKE ?", f"%/{number}") if number else []
        if not keys and not number:
            pattern = "%/" + re.sub(r"[%_]", r"\\\g<0>", wanted.strip("/")) + "-%"
            keys = self._query(
                "SELECT DISTINCT v.key FROM urls u JOIN versions v ON v.key = u.key WHERE u.url LIKE ? ESCAPE '\\'",
                pattern,
            )
        found = sorted({str(row["key"]) for row in keys})
        if page:
            found = [key for key in found if key == page.key]
        if not found:
            raise NotFound(
                f"{self._collection}: expected an article's id, address or slug, got {wanted!r}, which none has"
            )
        if len(found) > 1:
            raise NotFound(
                f"{self._collection}: {wanted!r}: expected one article, got {', '.join(found[:5])}; name its id"
            )
        return found[0]

    def versions(self, key: str) -> list[Record]:
        """Every version of an article, the first one first, each as it was read last.
        Raises ArchiveError where a line is damaged.
        """
        rows = self._query("SELECT * FROM versions WHERE key = ? ORDER BY version, renewed", key)
        return [self.read(row) for row in {row["version"]: row for row in rows}.values()]

    def place(self, key: str, version: int) -> tuple[str, int, int]:
        """File, offset and length of the WARC record of a version, as it was read last. Raises NotFound."""
        sql = "SELECT file, offset, length FROM versions WHERE key = ? AND version = ? ORDER BY renewed DESC LIMIT 1"
        for row in self._query(sql, key, version):
            return str(row["file"]), int(row["offset"]), int(row["length"])
        raise NotFound(f"{self._collection}: expected version {version} of {key}, got none")

    def before(self, row: sqlite3.Row, record: Record) -> Record | None:
        """The version before that of a row, as it was read when the row's was captured; of captures that others made
        as their order has it.
        """
        sql = "SELECT * FROM versions WHERE key = ? AND version = ? ORDER BY renewed DESC"
        for before in self._query(sql, row["key"], row["version"] - 1):
            found = self.read(before)
            if before["renewed"] <= record["captured_at"] or is_placed(found):
                return found
        return None

    def is_overtaken(self, row: sqlite3.Row) -> bool:
        """Whether the number of a row's version passed to another capture since."""
        sql = "SELECT * FROM versions WHERE key = ? AND version = ? AND renewed > ?"
        later = self._query(sql, row["key"], row["version"], row["renewed"])
        return any(is_placed(self.read(one)) for one in later)

    def rows(self) -> Iterator[sqlite3.Row]:
        """The state's rows of all versions, in the order in which crawls wrote them."""
        for file in self._query("SELECT DISTINCT jsonl FROM versions ORDER BY jsonl"):
            yield from self._query("SELECT * FROM versions WHERE jsonl = ? ORDER BY jsonl_offset", file["jsonl"])

    def count(self) -> int:
        """How many rows that are."""
        return int(self._query("SELECT count(*) FROM versions")[0][0])

    def edited_keys(self) -> Iterator[str]:
        """The articles that have more than one version."""
        for row in self._query("SELECT key FROM versions GROUP BY key HAVING max(version) > 1 ORDER BY key"):
            yield str(row["key"])

    def read(self, row: sqlite3.Row) -> Record:
        """The record of a row. Raises ArchiveError where its line is not what the state says."""
        name = str(row["jsonl"])
        files = (find_inside(self._collection, f"articles/{one}") for one in (name, name + OPEN_SUFFIX))
        path = next((one for one in files if one and is_own_name(name, LINES_SUFFIX)), None)
        if path is None:
            raise ArchiveError(f"{self._collection}/articles/{name}: expected a file, got none; run `thanhuy repair`")
        with open_regular(path) as stream:
            stream.seek(row["jsonl_offset"])
            line = stream.read(row["jsonl_length"])
        wanted = LineId(row["key"], row["version"], row["renewed"])
        if version_of(line) != wanted:
            place = f"{path.name}:{row['jsonl_offset']}"
            raise DamagedCollection(f"{place}: expected {wanted}, got another line; run `thanhuy repair`")
        record = parse_line(line)
        if isinstance(record, str):
            raise DamagedCollection(f"{path.name}: {record}; run `thanhuy repair {self._collection}`")
        return record

    def _query(self, sql: str, *parameters: str | int) -> list[sqlite3.Row]:
        try:
            return self._state.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            raise (ArchiveError if busy else DamagedCollection)(
                f"{self._collection}/state.sqlite: {error}; run `thanhuy index {self._collection}`"
            ) from error


def format_record(record: Record) -> str:
    """A record as JSON for a person to read."""
    return json.dumps(record, ensure_ascii=False, indent=2)


def read_edits(collection: Path, wanted: Wanted, unreadable: Unreadable) -> Iterator[Event]:
    """The edits of every wanted article that has several versions, whatever a newer parser read in them.
    What keeps them from being read is noted.
    """
    try:
        with History(collection) as history:
            for key in history.edited_keys():
                try:
                    versions = history.versions(key)
                except (ArchiveError, OSError) as error:
                    unreadable.note("articles", str(error))
                    continue
                if wanted.takes(versions[-1]):
                    for before, after in pairwise(versions):
                        yield find_event({**after, "reread": None}, before)
    except ArchiveError as error:
        unreadable.note("edits", str(error))
