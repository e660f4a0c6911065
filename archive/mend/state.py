"""Make the state agree with the WARCs: it follows records that moved, knows those that are there,
and forgets those that are lost, whose pages are queued again.
"""

import itertools
import sqlite3
from collections.abc import Collection as Digests
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from archive.collection import Collection
from archive.digest import digest_stream
from archive.files import find_lines, find_warc, list_lines, list_warcs, open_regular, read_lines, read_range, set_aside
from archive.index import cdxj
from archive.json_text import parse_json
from archive.lines.newest import newest_lines
from archive.lines.reader import LineId, version_of, version_row
from archive.mend.inventory import Inventory
from archive.mend.lines import LinePlace, Vouch
from archive.recover.recover import READ_AGAIN
from archive.recover.recovery import Recovery
from archive.recover.reindex import Describe, note_capture
from archive.state.database import State, indexed, open_read_only
from archive.state.rows import CaptureRow
from archive.state.schema import check_values
from archive.state.states import MOVES, UrlState
from archive.warc.writer import Place

_RECORD_PLACE = ("file", "offset", "length")
_LINE_PLACE = ("jsonl", "jsonl_offset", "jsonl_length")
SHOWN = 5
"""Lost captures that are named one by one; the rest is counted."""
_FORGOT = "state.sqlite: forgot the capture of {uri} of {date}, whose record is lost; queued it again"
_FORGOT_MORE = "state.sqlite: forgot {number} more captures in the same way"
_COMPARED = ("uri", "date", "type", "status", "mime", "payload_digest", "length", "record_id")
_AGAIN = f"""UPDATE urls SET state = iif(state = '{UrlState.REFUSED}', state, '{MOVES["lose"].to}'), capture = NULL,
  page = NULL, read = 0, etag = NULL, last_modified = NULL
            WHERE capture IN ({{ids}}) OR page IN ({{ids}})"""  # noqa: S608 - states
_FOLLOW = """UPDATE urls SET capture = iif(capture = ?1, ?2, capture), page = iif(page = ?1, ?2, page)
             WHERE ?2 IS NOT NULL AND (capture = ?1 OR page = ?1)"""
_ALONE = """SELECT id FROM captures c WHERE type = 'revisit' AND status != 304 AND NOT EXISTS (SELECT 1 FROM captures o
            WHERE o.payload_digest = c.payload_digest AND o.type = 'response' AND o.truncated IS NULL)"""
"""Revisits of what only a lost response held: they lead nowhere."""


def find_fault(path: Path, digests: Digests[str], inventory: Inventory) -> str | None:
    """What is wrong with the state database by itself, and None where nothing is: then the inventory learns from it."""
    if not path.exists():
        return None
    collection = path.parent
    interrupted = path.with_name(path.name + "-wal").exists() or bool(
        list_warcs(collection, unfinished=True) or list_lines(collection, unfinished=True)
    )
    try:
        database = open_read_only(path)
        try:
            message = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if message != "ok":
                return f"expected a sound database, got {message}"
            check_values(database)
            _learn(database, inventory)
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        return f"expected a database, got another thing: {error}"
    if digests and not interrupted:
        with open_regular(path) as stream:
            if digest_stream(stream, "sha256").hex() not in digests:
                return "expected the bytes that it had when it was closed, got others"
    return None


def _learn(database: sqlite3.Connection, inventory: Inventory) -> None:
    for row in database.execute("SELECT * FROM captures ORDER BY id"):
        inventory.state_place(row["file"], row["record_id"], row["offset"])
        inventory.state_capture(row)
    for row in database.execute("SELECT * FROM versions"):
        # A state of an earlier version, which knew of no renewals, is as good.
        renewed = row["renewed"] if "renewed" in row.keys() else ""  # noqa: SIM118 - a row is no mapping
        inventory.state_home(LineId(row["key"], row["version"], renewed), row["jsonl"], row["jsonl_offset"])


def learn_from_lines(path: Path, inventory: Inventory) -> None:
    """Take from the lines of a file where the responses lie that they point to."""
    for _, line in read_lines(path):
        try:
            record: dict[str, Any] = parse_json(line)
            for warc in (record["warc"], (record.get("gone") or record)["warc"]):
                if isinstance(warc["file"], str) and isinstance(warc["record_id"], str) and type(warc["offset"]) is int:
                    inventory.state_place(Path(warc["file"]).name, warc["record_id"], warc["offset"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue


def follow_moves(path: Path, inventory: Inventory, recovery: Recovery) -> None:
    """Have the state follow the captures whose records lie elsewhere now.

    Before the collection is opened, which would take a file of another name for a new one, and its pages for unread.
    """
    moved = list(inventory.moves())
    if not moved:
        return
    interrupted = path.with_name(path.name + "-wal").exists()
    lost: list[CaptureRow] = []
    with State(path) as state:
        # First out of everybody's way: two files may have changed places.
        for number, _ in moved:
            state.execute("UPDATE captures SET file = '', offset = id WHERE id = ?", (number,))
        with indexed(state):
            for number, capture in moved:
                lost += _clear_place(state, capture)
                place = (capture.file, capture.offset, capture.length, capture.record_id, number)
                state.execute("UPDATE captures SET file = ?, offset = ?, length = ?, record_id = ? WHERE id = ?", place)
        if lost:
            state.execute(_AGAIN.format(ids=_ALONE))
        for name in {capture.file for _, capture in moved}:
            if warc := find_warc(path.parent / "warc", name):
                state.set_file_size(name, warc.stat().st_size)
        state.commit()
        state.settle()
    if interrupted:
        path.with_name(path.name + "-wal").touch()
    recovery.note(f"state.sqlite: followed {len(moved)} captures to where their records lie now")
    for row in lost[:SHOWN]:
        recovery.note(_FORGOT.format(uri=row.uri, date=row.date))
    if len(lost) > SHOWN:
        recovery.note(_FORGOT_MORE.format(number=len(lost) - SHOWN))


def _clear_place(state: State, target: CaptureRow) -> list[CaptureRow]:
    """Forget the capture that the state has where another's record lies now, and queue its page again;
    return it where its own record is known nowhere else.
    """
    number, occupant = state.find_id(target.file, target.offset), state.find_record(target.file, target.offset)
    if number is None or occupant is None:
        return []
    sql = "SELECT id FROM captures WHERE record_id = ? AND id != ? LIMIT 1"
    other = state.execute(sql, (occupant.record_id, number)).fetchone()
    state.execute(_FOLLOW, (number, other[0] if other else None))
    # Before the row goes: its id may be given to another, which the page would then lead to.
    state.execute(_AGAIN.format(ids="?1"), (number,))
    state.execute("DELETE FROM captures WHERE id = ?", (number,))
    return [] if other else [occupant]


class Reconciler:
    """Compares the opened collection's state with the inventory, and puts it right."""

    def __init__(
        self, collection: Collection, inventory: Inventory, describe: Describe, vouch: Vouch, recovery: Recovery
    ) -> None:
        self._collection, self._state, self._inventory = collection, collection.state, inventory
        self._describe, self._vouch, self._recovery = describe, vouch, recovery

    def captures(self) -> None:
        """Follow the captures that moved, forget those that are lost, correct those that differ, add the unknown."""
        lost = self._forget_lost()
        differing = 0
        for row in self._inventory.captures():
            known = self._state.find_record(row.file, row.offset)
            if known is None:
                note_capture(row, self._state, self._collection.urls, self._describe, (None, None))
            elif _differ(known, row):
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

    def _forget_lost(self) -> int:
        """Forget the captures that lie nowhere, and queue their pages again; return how many."""
        rows = self._state.execute("SELECT id, uri, date, file, offset, record_id FROM captures ORDER BY id")
        gone = [row for row in rows if not self._is_there(row)]
        with indexed(self._state) if gone else nullcontext():
            lost = self._forget(gone)
        if lost > SHOWN:
            self._recovery.note(_FORGOT_MORE.format(number=lost - SHOWN))
        if len(gone) > lost:
            self._recovery.note(f"state.sqlite: forgot {len(gone) - lost} places that records have left")
        return len(gone)

    def _forget(self, rows: list[sqlite3.Row]) -> int:
        """Forget captures; return how many of them are lost."""
        lost = 0
        for row in rows:
            if again := self._inventory.captures_of(row["record_id"]):
                # It moved, and a run has noted it at its new place since.
                known = self._state.find_id(again[0].file, again[0].offset)
                self._state.execute(_FOLLOW, (row["id"], known))
            elif (lost := lost + 1) <= SHOWN:
                self._recovery.note(_FORGOT.format(uri=row["uri"], date=row["date"]))
            self._state.execute(_AGAIN.format(ids="?1"), (row["id"],))
            self._state.execute("DELETE FROM captures WHERE id = ?", (row["id"],))
        return lost

    def _is_there(self, row: sqlite3.Row) -> bool:
        """Whether a record is where a capture is known to be. One that shares a gzip member stays known as it was."""
        here = self._inventory.find_capture(row["file"], row["offset"])
        if here is not None and here.record_id == row["record_id"]:
            return True
        # One that an offset leads to lies elsewhere, and is another row's by now.
        return self._inventory.holds(row["record_id"]) and not self._inventory.captures_of(row["record_id"])

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
        path = find_lines(self._collection.path / "articles", place[0])
        line = b"".join(read_range(path, place[1], place[1] + place[2])) if path is not None else b""
        if (
            version_of(line) != version
            or not line.endswith(b"\n")
            or not (trusted or self._vouch(parse_json(line, halves=True)))
        ):
            return False
        record = parse_json(line, halves=True)
        known = self._inventory.holds(record["warc"]["record_id"])
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
            names = (*_RECORD_PLACE, *_LINE_PLACE) if row["first"] else _LINE_PLACE
            if known is not None and all(known[name] == row[name] for name in names):
                continue
            if not row["first"] and known is None:
                continue  # no place can be told of its record
            source = row if row["first"] else known
            path = self._collection.path / "articles" / row["jsonl"]
            record = parse_json(
                b"".join(read_range(path, row["jsonl_offset"], row["jsonl_offset"] + row["jsonl_length"]))
            )
            place = Place(file=source["file"], offset=source["offset"], length=source["length"])
            self._state.add_version(
                version_row(record, place, (row["jsonl"], row["jsonl_offset"], row["jsonl_length"]))
            )
            corrected += 1
        if corrected:
            self._recovery.note(f"state.sqlite: corrected {corrected} versions of articles")

    def files(self) -> None:
        """Each WARC is accounted for up to its end."""
        sizes = {path.name: path.stat().st_size for path in list_warcs(self._collection.path)}
        for row in self._state.execute("SELECT name, size FROM files").fetchall():
            if row["name"] not in sizes and find_warc(self._collection.path / "warc", row["name"]) is None:
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
        with cdxj.sorted_lines(cdxj.format_lines(self._state.captures()), index.parent) as lines:
            same = index.exists() and _same(
                (line for _, line in read_lines(index)), (line + b"\n" for line in cdxj.unique(lines))
            )
        if not same:
            self._collection.recovery.indexed = True
            self._recovery.note("indexes/index.cdxj: made anew from the records in warc/")


def _differ(known: CaptureRow, found: CaptureRow) -> bool:
    # A 304's record has no block: only the run that captured it knew its media type.
    compared = [name for name in _COMPARED if not (name == "mime" and found.status == 304 and found.type == "revisit")]
    return any(getattr(known, name) != getattr(found, name) for name in compared)


def _id_of(row: sqlite3.Row) -> LineId:
    return LineId(row["key"], row["version"], row["renewed"])


def _same(one: Iterator[bytes], other: Iterator[bytes]) -> bool:
    return all(ours == theirs for ours, theirs in itertools.zip_longest(one, other))
