"""Bring the state to what the WARCs hold: what they lost is forgotten and queued again, what they hold is known."""

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.collection import Collection, newest_lines
from archive.files import OPEN_SUFFIX, read_range, set_aside
from archive.fixity import Entry
from archive.index import cdxj
from archive.lines.reader import LineId, version_of, version_row
from archive.mend.inventory import Inventory
from archive.mend.lines import LinePlace, Vouch, read_lines
from archive.recover.recover import READ_AGAIN, Recovery
from archive.recover.reindex import Describe, note_capture
from archive.state.database import open_read_only
from archive.state.states import MOVES, UrlState
from archive.warc.writer import Place

_COMPARED = ("uri", "date", "type", "status", "mime", "payload_digest", "length", "record_id")
_AGAIN = f"""UPDATE urls SET state = iif(state = '{UrlState.REFUSED}', state, '{MOVES["lose"].to}'), capture = NULL,
  page = NULL, read = 0, etag = NULL, last_modified = NULL
            WHERE capture IN ({{ids}}) OR page IN ({{ids}})"""  # noqa: S608 - states
_ALONE = """SELECT id FROM captures c WHERE type = 'revisit' AND status != 304 AND NOT EXISTS (SELECT 1 FROM captures o
            WHERE o.payload_digest = c.payload_digest AND o.type = 'response' AND o.truncated IS NULL)"""
"""Revisits of what only a lost response held: they lead nowhere."""


def find_fault(path: Path, entry: Entry | None, inventory: Inventory) -> str | None:
    """What is wrong with the state database by itself, and None where nothing is: then the inventory learns from it."""
    if not path.exists():
        return None
    interrupted = path.with_name(path.name + "-wal").exists() or any(path.parent.glob("*/*" + OPEN_SUFFIX))
    try:
        database = open_read_only(path)
        try:
            message = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if message != "ok":
                return f"expected a sound database, got {message}"
            _learn(database, inventory)
        finally:
            database.close()
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        return f"expected a database, got {error}"
    if entry is not None and not interrupted:
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != entry.sha256:
                return "expected the bytes that it had when it was closed, got others"
    return None


def _learn(database: sqlite3.Connection, inventory: Inventory) -> None:
    for row in database.execute("SELECT file, record_id, offset FROM captures"):
        inventory.state_place(row["file"], row["record_id"], row["offset"])
    for row in database.execute("SELECT * FROM versions"):
        # A state of an earlier version, which knew of no renewals, is as good.
        renewed = row["renewed"] if "renewed" in row.keys() else ""  # noqa: SIM118 - a row is no mapping
        inventory.state_home(LineId(row["key"], row["version"], renewed), row["jsonl"], row["file"], row["offset"])
    for row in database.execute("SELECT name, size FROM files"):
        inventory.state_size(row["name"], row["size"])


def learn_from_lines(path: Path, inventory: Inventory) -> None:
    """Take from the lines of a file where the responses lie that they point to."""
    for _, line in read_lines(path):
        try:
            warc: dict[str, Any] = json.loads(line)["warc"]
            if isinstance(warc["file"], str) and isinstance(warc["record_id"], str) and type(warc["offset"]) is int:
                inventory.state_place(Path(warc["file"]).name, warc["record_id"], warc["offset"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue


class Reconciler:
    """Compares the opened collection's state with the inventory, and puts it right."""

    def __init__(
        self, collection: Collection, inventory: Inventory, describe: Describe, vouch: Vouch, recovery: Recovery
    ) -> None:
        self._collection, self._state, self._inventory = collection, collection.state, inventory
        self._describe, self._vouch, self._recovery = describe, vouch, recovery

    def captures(self) -> None:
        """Forget the captures that are lost, correct those that differ, add those that are not known."""
        rows = self._state.execute("SELECT id, uri, date, file, offset FROM captures ORDER BY id")
        lost = [row for row in rows if self._inventory.find_capture(row["file"], row["offset"]) is None]
        for row in lost:
            self._state.execute(_AGAIN.format(ids="?1"), (row["id"],))
            self._state.execute("DELETE FROM captures WHERE id = ?", (row["id"],))
            self._recovery.note(
                f"state.sqlite: forgot the capture of {row['uri']} of {row['date']}, whose record is lost; queued it"
                " again"
            )
        differing = 0
        for row in self._inventory.captures():
            known = self._state.find_record(row.file, row.offset)
            if known is None:
                note_capture(row, self._state, self._collection.urls, self._describe, (None, None))
            elif any(getattr(known, name) != getattr(row, name) for name in _COMPARED):
                values = [getattr(row, name) for name in _COMPARED]
                columns = ", ".join(f"{name} = ?" for name in _COMPARED)
                sql = f"UPDATE captures SET {columns} WHERE file = ? AND offset = ?"  # noqa: S608 - names of our own
                self._state.execute(sql, (*values, row.file, row.offset))
            else:
                continue
            differing += 1
        if differing:
            self._recovery.note(f"state.sqlite: corrected {differing} captures")
        if lost or differing:
            self._state.execute(_AGAIN.format(ids=_ALONE))

    def versions(self, orphans: dict[LineId, LinePlace]) -> None:
        """Write the records again that are lost while a line is left; know each version by its record and its line."""
        recorded = {_id_of(row) for row in self._inventory.items()}
        places = dict(orphans)
        for row in self._state.execute("SELECT * FROM versions ORDER BY jsonl, jsonl_offset").fetchall():
            version = _id_of(row)
            if version not in recorded and version not in places:
                places[version] = (row["jsonl"], row["jsonl_offset"], row["jsonl_length"])
        forgotten = [
            version
            for version, place in places.items()
            if not self._restore(version, place, trusted=version in orphans)
        ]
        for version in forgotten:
            self._state.execute("DELETE FROM versions WHERE key = ? AND version = ? AND renewed = ?", version)
            self._state.execute(READ_AGAIN, (version.key,))
            self._recovery.note(f"{version}: its record and its lines are lost; its page is to be read again")
        for version in forgotten:
            newest = self._state.find_version(version.key)
            if newest is not None and newest.version > version.version:
                self._recovery.leave(f"{self._collection.path}: {version} is lost; restore the files from a copy")
        self._correct()

    def _restore(self, version: LineId, place: LinePlace, *, trusted: bool) -> bool:
        path = self._collection.path / "articles" / place[0]
        line = b"".join(read_range(path, place[1], place[1] + place[2])) if path.exists() else b""
        if version_of(line) != version or not line.endswith(b"\n") or not (trusted or self._vouch(json.loads(line))):
            return False
        record = json.loads(line)
        response = self._inventory.find_capture(record["warc"]["file"], record["warc"]["offset"])
        known = response is not None and response.record_id == record["warc"]["record_id"]
        self._collection.restore_item(line[:-1], place)
        text = f"{version}: wrote its record again from its line in articles/{place[0]}"
        self._recovery.note(text if known else f"{text}; the response that it was parsed from is lost")
        return True

    def _correct(self) -> None:
        """Each version that has a record and a line, as these have it."""
        corrected = 0
        for row in self._inventory.items("jsonl IS NOT NULL"):
            known = self._state.execute(
                "SELECT * FROM versions WHERE key = ? AND version = ? AND renewed = ?", _id_of(row)
            ).fetchone()
            names = ("file", "offset", "length", "jsonl", "jsonl_offset", "jsonl_length")
            if known is not None and all(known[name] == row[name] for name in names):
                continue
            path = self._collection.path / "articles" / row["jsonl"]
            record = json.loads(
                b"".join(read_range(path, row["jsonl_offset"], row["jsonl_offset"] + row["jsonl_length"]))
            )
            place = Place(file=row["file"], offset=row["offset"], length=row["length"])
            self._state.add_version(
                version_row(record, place, (row["jsonl"], row["jsonl_offset"], row["jsonl_length"]))
            )
            corrected += 1
        if corrected:
            self._recovery.note(f"state.sqlite: corrected {corrected} versions of articles")

    def pointers(self) -> None:
        """Say which lines point to nothing, not even to what documents a loss."""
        for path in sorted((self._collection.path / "articles").glob("*.jsonl")):
            for offset, line in read_lines(path):
                if self._inventory.leads_nowhere(json.loads(line)["warc"]):
                    self._recovery.leave(
                        f"{path}:{offset}: expected `warc` to lead to a response, got none; restore the WARC from a"
                        " copy"
                    )

    def files(self) -> None:
        """Each WARC is accounted for up to its end."""
        sizes = {path.name: path.stat().st_size for path in (self._collection.path / "warc").glob("*.warc.gz")}
        for row in self._state.execute("SELECT name, size FROM files").fetchall():
            if row["name"] not in sizes and not (self._collection.path / "warc" / (row["name"] + ".open")).exists():
                self._state.execute("DELETE FROM files WHERE name = ?", (row["name"],))
        for name, size in sizes.items():
            if self._state.file_size(name) != size:
                self._state.set_file_size(name, size)

    def derived(self) -> None:
        """Have `articles.jsonl` and the index made anew where they are not what they should be."""
        path = self._collection.path
        newest = path / "articles.jsonl"
        if not newest.exists():
            self._recovery.note("articles.jsonl: made anew from articles/")
        elif not _same((line for _, line in read_lines(newest)), newest_lines(path, self._state)):
            aside = set_aside(path / "torn", newest.name, read_range(newest, 0, newest.stat().st_size))
            newest.unlink()
            self._recovery.note(f"articles.jsonl: made anew from articles/; as it was: torn/{aside.name}")
        index = path / "indexes" / "index.cdxj"
        with cdxj.sorted_lines((cdxj.format_line(row) for row in self._state.captures()), index.parent) as lines:
            same = index.exists() and _same(
                (line for _, line in read_lines(index)), (line + b"\n" for line in cdxj.unique(lines))
            )
        if not same:
            self._collection.recovery.indexed = True
            self._recovery.note("indexes/index.cdxj: made anew from the records in warc/")


def _id_of(row: sqlite3.Row) -> LineId:
    return LineId(row["key"], row["version"], row["renewed"])


def _same(one: Iterator[bytes], other: Iterator[bytes]) -> bool:
    return all(ours == theirs for ours, theirs in itertools.zip_longest(one, other))
