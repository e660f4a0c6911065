"""What the WARCs of a collection hold, as one reading finds it, damage or not: what all else is held against.

Kept in a temporary SQLite database, which goes to disk when it grows,
so that memory does not follow the archive's size.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from archive.lines.pointers import Pointer, digest_of_line
from archive.lines.reader import LineId, line_id
from archive.recover.reindex import Describe, StoredItem, capture_row, read_item
from archive.scratch import open_scratch
from archive.state.rows import CaptureRow
from archive.warc.filler import lost_records
from archive.warc.salvage import Gap, SoundRecord, read_every, warcinfo_of

_CAPTURE = tuple(CaptureRow.__dataclass_fields__)
_EVENT = ("uri", "date", "type", "payload_digest")
"""What of a capture tells it apart from all others, where its record was given another id."""
_KNOWN = ("file", "offset", "record_id", *_EVENT)


class Inventory:
    """The records of one collection. File names are those of finished files, also of an `.open` one."""

    def __init__(self) -> None:
        self.db = open_scratch(
            f"""
            CREATE TABLE records (file, offset, length, first, record_id, warcinfo_id);
            CREATE INDEX records_id ON records (record_id);
            CREATE INDEX records_file ON records (file, offset);
            CREATE TABLE refs (file, target);
            CREATE INDEX refs_file ON refs (file);
            CREATE INDEX refs_target ON refs (target, file);
            CREATE TABLE captures ({", ".join(_CAPTURE)}, PRIMARY KEY (file, offset));
            CREATE INDEX captures_id ON captures (record_id);
            CREATE INDEX captures_payload ON captures (payload_digest);
            CREATE INDEX captures_date ON captures (date);
            CREATE TABLE items (key, version, renewed, digest, response, file, offset, length, first, line,
            jsonl, jsonl_offset, jsonl_length, PRIMARY KEY (key, version, renewed));
            CREATE TABLE named (record_id PRIMARY KEY) WITHOUT ROWID;
            CREATE INDEX items_file ON items (file);
            CREATE INDEX items_digest ON items (digest);
            CREATE INDEX items_response ON items (response);
            CREATE TABLE known (id INTEGER PRIMARY KEY, {", ".join(_KNOWN)});
            CREATE INDEX known_place ON known (file, offset);
            CREATE INDEX known_id ON known (record_id);
            CREATE TABLE homes (key, version, renewed, jsonl, offset, PRIMARY KEY (key, version, renewed));
            CREATE TABLE stated (file, record_id, offset, PRIMARY KEY (file, record_id));
            CREATE INDEX stated_place ON stated (file, offset);
            """,
            named_rows=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.db.close()

    def read(self, path: Path, name: str, describe: Describe) -> list[Gap]:
        """Take in a WARC, in place of what was known of it; return where it is damaged."""
        for table in ("records", "refs", "captures", "items"):
            self.db.execute(f"DELETE FROM {table} WHERE file = ?", (name,))  # noqa: S608 - names of our own
        damage: list[Gap] = []
        for found in read_every(path, damage):
            self._take(name, found, describe)
        return damage

    def _take(self, name: str, found: SoundRecord, describe: Describe) -> None:
        execute, record = self.db.execute, found.record
        place = (name, found.offset, found.length)
        execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
            (*place, found.first, record.record_id, warcinfo_of(record)),
        )
        targets = {*record.concurrent_to, record.refers_to, record.warcinfo_id} - {""}
        self.db.executemany("INSERT INTO refs VALUES (?, ?)", [(name, target) for target in targets])
        if record.type in {"response", "revisit"} and found.first:
            row = capture_row(*place, record, describe)
            marks = ", ".join("?" * len(_CAPTURE))
            execute(f"INSERT OR REPLACE INTO captures VALUES ({marks})", [getattr(row, field) for field in _CAPTURE])  # noqa: S608 - marks
        elif record.type == "metadata":
            item = read_item(*place, record)
            if item is not None:
                self._add_item(item, record.refers_to, first=found.first)
            self.db.executemany("INSERT OR IGNORE INTO named VALUES (?)", [(lost,) for lost in lost_records(record)])

    def _add_item(self, item: StoredItem, response: str, *, first: bool) -> None:
        """Take in an item record, and its line where no offset leads to it.
        Of two of the same reading the first counts.
        """
        place = (item.file, item.offset, item.length, first, None if first else item.line)
        row = (*line_id(item.record), digest_of_line(item.line), response, *place)
        self.db.execute("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", row)

    def line_of(self, identity: LineId) -> bytes:
        """The line of an item whose record shares a gzip member, without line feed."""
        sql = "SELECT line FROM items WHERE key = ? AND version = ? AND renewed = ?"
        return bytes(self.db.execute(sql, identity).fetchone()["line"])

    def state_place(self, file: str, record_id: str, offset: int) -> None:
        """Note where the state or a line of `articles/` says that a record lies. What is said first counts."""
        self.db.execute("INSERT OR IGNORE INTO stated VALUES (?, ?, ?)", (file, record_id, offset))

    def state_capture(self, row: sqlite3.Row) -> None:
        """Note a capture as the state knows it."""
        marks = ", ".join("?" * len(_KNOWN))
        self.db.execute(f"INSERT INTO known VALUES (?, {marks})", [row["id"], *(row[name] for name in _KNOWN)])  # noqa: S608 - marks

    def moves(self) -> Iterator[tuple[int, CaptureRow]]:
        """The state's captures that lie elsewhere than it says, each with a place that is no other's.

        Of copies of one record each stands for one capture, in the order of their files. Where no record has the id,
        it is the one that nobody knows with the capture's address, date, type and payload.
        """
        there = "c.record_id = k.record_id AND c.file = k.file AND c.offset = k.offset"
        astray = f"SELECT * FROM known k WHERE NOT EXISTS (SELECT 1 FROM captures c WHERE {there}) ORDER BY id"  # noqa: S608 - fixed text
        free = f"NOT EXISTS (SELECT 1 FROM known k WHERE {there})"  # noqa: S608 - fixed text
        unknown = "NOT EXISTS (SELECT 1 FROM known k WHERE k.record_id = c.record_id)"
        event = " AND ".join(f"{name} = :{name}" for name in _EVENT)
        taken: set[tuple[str, int]] = set()
        for row in self.db.execute(astray).fetchall():
            for condition in (f"record_id = :record_id AND {free}", f"{event} AND {unknown}"):
                sql = f"SELECT * FROM captures c WHERE {condition} ORDER BY file, offset"  # noqa: S608 - fixed text
                places = (CaptureRow(**dict(found)) for found in self.db.execute(sql, dict(row)))
                target = next((one for one in places if (one.file, one.offset) not in taken), None)
                if target is not None:
                    taken.add((target.file, target.offset))
                    yield row["id"], target
                    break

    def find(self, stated: Pointer, date: str | None = None, *, origin: str = "") -> Pointer | None:
        """What a pointer should be: its record lies where it is said to, if it does, or else where it is found first.
        None where nowhere. `date`: its record's, where the line tells it; `origin`: the id that another's had when it
        was written.

        Of records that share a gzip member an offset leads to the first alone. Where no record has the id, it is one
        that has its payload: of a page any response, of an answer the one of that date.
        """
        place = (stated.file, stated.offset, stated.length)
        here = "ORDER BY (file, offset, length) = (?, ?, ?) DESC, file, offset LIMIT 1"
        by_id = f"SELECT file, offset, length FROM records WHERE record_id = ? AND first {here}"  # noqa: S608 - fixed text
        for record_id in filter(None, ("" if date else origin, stated.record_id)):
            if row := self.db.execute(by_id, (record_id, *place)).fetchone():
                return stated._replace(file=row[0], offset=row[1], length=row[2], record_id=record_id)
        condition = "date = ?" if date else "type = ?"
        by_digest = (
            f"SELECT file, offset, length, record_id FROM captures WHERE payload_digest = ? AND {condition} {here}"  # noqa: S608 - fixed text
        )
        row = self.db.execute(by_digest, (stated.payload_digest, date or "response", *place)).fetchone()
        return stated._replace(file=row[0], offset=row[1], length=row[2], record_id=row[3]) if row else None

    def holds(self, record_id: str) -> bool:
        """Whether a record can be read, wherever it lies."""
        return self.db.execute("SELECT 1 FROM records WHERE record_id = ? LIMIT 1", (record_id,)).fetchone() is not None

    def shares(self, file: str) -> bool:
        """Whether records of a file share gzip members."""
        sql = "SELECT 1 FROM records WHERE file = ? AND NOT first LIMIT 1"
        return self.db.execute(sql, (file,)).fetchone() is not None

    def missing(self, file: str, start: int, end: int) -> list[str]:
        """Ids of records that should lie between two bytes, and are nowhere."""
        sql = """SELECT record_id FROM stated s WHERE file = ? AND offset >= ? AND offset < ?
                 AND NOT EXISTS (SELECT 1 FROM records r WHERE r.record_id = s.record_id) ORDER BY offset"""
        return [row[0] for row in self.db.execute(sql, (file, start, end))]

    def lost_in(self, file: str) -> list[str]:
        """Record ids that sound records of a file refer to, of no file before it,
        that no record has and no filler names yet.
        """
        sql = """SELECT target FROM refs f WHERE file = ?
                 AND NOT EXISTS (SELECT 1 FROM refs o WHERE o.target = f.target AND o.file < f.file)
                 AND NOT EXISTS (SELECT 1 FROM records r WHERE r.record_id = f.target)
                 AND NOT EXISTS (SELECT 1 FROM named n WHERE n.record_id = f.target)
                 GROUP BY target ORDER BY min(rowid)"""
        return [row[0] for row in self.db.execute(sql, (file,))]

    def warcinfo_id(self, file: str) -> str | None:
        """The id of a file's warcinfo record, as its records name it."""
        sql = "SELECT warcinfo_id FROM records WHERE file = ? AND warcinfo_id IS NOT NULL LIMIT 1"
        row = self.db.execute(sql, (file,)).fetchone()
        return row[0] if row else None

    def state_home(self, identity: LineId, jsonl: str, offset: int) -> None:
        """Note where in `articles/` the state says that a line lies."""
        self.db.execute("INSERT OR IGNORE INTO homes VALUES (?, ?, ?, ?, ?)", (*identity, jsonl, offset))

    def home(self, identity: LineId) -> str | None:
        """The file of `articles/` that a line belongs to. None where nothing tells."""
        where = "key = ? AND version = ? AND renewed = ?"
        row = self.db.execute(f"SELECT jsonl FROM homes WHERE {where}", identity).fetchone()  # noqa: S608 - fixed text
        return row[0] if row else None

    def offset_at_home(self, identity: LineId, jsonl: str) -> int | None:
        """Where in that file the state says that a line lies. None where it does not say."""
        where = "key = ? AND version = ? AND renewed = ? AND jsonl = ?"
        row = self.db.execute(f"SELECT offset FROM homes WHERE {where}", (*identity, jsonl)).fetchone()  # noqa: S608 - fixed text
        return row[0] if row else None

    def captures(self) -> Iterator[CaptureRow]:
        """Every capture, in the order of files and offsets."""
        for row in self.db.execute("SELECT * FROM captures ORDER BY file, offset"):
            yield CaptureRow(**dict(row))

    def find_capture(self, file: str, offset: int) -> CaptureRow | None:
        """The capture that begins there."""
        row = self.db.execute("SELECT * FROM captures WHERE file = ? AND offset = ?", (file, offset)).fetchone()
        return CaptureRow(**dict(row)) if row else None

    def captures_of(self, record_id: str) -> list[CaptureRow]:
        """The captures with that id: more than one where a file was copied."""
        rows = self.db.execute("SELECT * FROM captures WHERE record_id = ? ORDER BY file, offset", (record_id,))
        return [CaptureRow(**dict(row)) for row in rows]

    def contradicts(self, pointer: dict[str, Any]) -> bool:
        """Whether an item's `warc` names a record that says otherwise, or leads to another than the one it names.
        One whose record is lost contradicts nothing.
        """
        named = self.captures_of(pointer["record_id"])
        if not named:
            named = [row for row in [self.find_capture(pointer["file"], pointer["offset"])] if row is not None]
        # A record that states no digest says nothing against one.
        return bool(named) and all(row.payload_digest not in (None, pointer["payload_digest"]) for row in named)

    def items(self, condition: str = "1", *parameters: Any) -> Iterator[sqlite3.Row]:
        """Rows of the items that meet a condition in SQL, in the order in which they were written."""
        sql = f"SELECT * FROM items WHERE {condition} ORDER BY file, offset"  # noqa: S608 - conditions are fixed texts
        yield from self.db.execute(sql, parameters)

    def place_line(self, identity: LineId, jsonl: str, offset: int, length: int) -> None:
        """Note where a line lies."""
        self.db.execute(
            "UPDATE items SET jsonl = ?, jsonl_offset = ?, jsonl_length = ?"
            " WHERE key = ? AND version = ? AND renewed = ?",
            (jsonl, offset, length, *identity),
        )
