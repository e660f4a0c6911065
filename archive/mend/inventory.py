"""What the WARCs of a collection hold, as one reading finds it, damage or not: what all else is held against.

Kept in a temporary SQLite database, which goes to disk when it grows,
so that memory does not follow the archive's size.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from archive.lines.reader import LineId, line_id
from archive.recover.reindex import Describe, StoredItem, capture_row, read_item
from archive.scratch import open_scratch
from archive.state.rows import CaptureRow
from archive.warc.filler import TARGET, lost_records
from archive.warc.record import Record
from archive.warc.salvage import Gap, read_sound, warcinfo_of

_CAPTURE = tuple(CaptureRow.__dataclass_fields__)


class Inventory:
    """The records of one collection. File names are those of finished files, also of an `.open` one."""

    def __init__(self) -> None:
        self.db = open_scratch(
            f"""
            CREATE TABLE records (file, offset, length, record_id, warcinfo_id, PRIMARY KEY (file, offset));
            CREATE INDEX records_id ON records (record_id);
            CREATE TABLE refs (file, target);
            CREATE TABLE captures ({", ".join(_CAPTURE)}, PRIMARY KEY (file, offset));
            CREATE TABLE items (key, version, renewed, digest, file, offset, length, jsonl, jsonl_offset, jsonl_length,
            PRIMARY KEY (key, version, renewed));
            CREATE TABLE fillers (file, offset, length);
            CREATE INDEX fillers_file ON fillers (file, offset);
            CREATE TABLE named (record_id);
            CREATE INDEX items_digest ON items (digest);
            CREATE TABLE homes (key, version, renewed, jsonl, file, offset, PRIMARY KEY (key, version, renewed));
            CREATE TABLE sizes (file PRIMARY KEY, size);
            CREATE TABLE stated (file, record_id, offset, PRIMARY KEY (file, record_id));
            """,
            named_rows=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.db.close()

    def read(self, path: Path, name: str, describe: Describe) -> list[Gap]:
        """Take in a WARC, in place of what was known of it; return where it is damaged."""
        for table in ("records", "refs", "captures", "items", "fillers"):
            self.db.execute(f"DELETE FROM {table} WHERE file = ?", (name,))  # noqa: S608 - names of our own
        damage: list[Gap] = []
        for offset, length, record in read_sound(path, damage):
            self._take(name, offset, length, record, describe)
        return damage

    def _take(self, name: str, offset: int, length: int, record: Record, describe: Describe) -> None:
        execute = self.db.execute
        execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)",
            (name, offset, length, record.record_id, warcinfo_of(record)),
        )
        targets = {*record.concurrent_to, record.refers_to, record.warcinfo_id} - {""}
        self.db.executemany("INSERT INTO refs VALUES (?, ?)", [(name, target) for target in targets])
        if record.type in {"response", "revisit"}:
            row = capture_row(name, offset, length, record, describe)
            marks = ", ".join("?" * len(_CAPTURE))
            execute(f"INSERT OR REPLACE INTO captures VALUES ({marks})", [getattr(row, field) for field in _CAPTURE])  # noqa: S608 - marks
        elif record.type == "metadata":
            item = read_item(name, offset, length, record)
            if item is not None:
                self.add_item(item)
            if record.target_uri == TARGET:
                execute("INSERT INTO fillers VALUES (?, ?, ?)", (name, offset, length))
            self.db.executemany("INSERT INTO named VALUES (?)", [(lost,) for lost in lost_records(record)])

    def add_item(self, item: StoredItem) -> None:
        """Take in an item record. Of two of the same reading the first counts."""
        digest = hashlib.sha256(item.line).hexdigest()
        row = (*line_id(item.record), digest, item.file, item.offset, item.length)
        self.db.execute("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", row)

    def state_place(self, file: str, record_id: str, offset: int) -> None:
        """Note where the state or a line of `articles/` says that a record lies. What is said first counts."""
        self.db.execute("INSERT OR IGNORE INTO stated VALUES (?, ?, ?)", (file, record_id, offset))

    def shifts(self, file: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Of the records found between two bytes whose place is known:
        where each is, and by how much it lies before its place.
        """
        sql = """SELECT r.offset AS place, s.offset - r.offset FROM records r JOIN stated s USING (file, record_id)
                 WHERE r.file = ?1 AND r.offset >= ?2 AND r.offset < ?3
                 UNION
                 SELECT i.offset, h.offset - i.offset FROM items i JOIN homes h USING (file, key, version, renewed)
                 WHERE i.file = ?1 AND i.offset >= ?2 AND i.offset < ?3 ORDER BY place"""
        for row in self.db.execute(sql, (file, start, end)):
            yield row[0], row[1]

    def find_missing(self, file: str, start: int, end: int) -> int | None:
        """Where the first record should lie between two bytes that is nowhere. None where none is missing there."""
        sql = """SELECT min(offset) FROM stated WHERE file = ? AND offset > ? AND offset < ?
                 AND record_id NOT IN (SELECT record_id FROM records)"""
        row = self.db.execute(sql, (file, start, end)).fetchone()
        return None if row[0] is None else int(row[0])

    def begins(self, file: str, offset: int) -> bool:
        """Whether a record begins there."""
        return (
            self.db.execute("SELECT 1 FROM records WHERE file = ? AND offset = ?", (file, offset)).fetchone()
            is not None
        )

    def missing(self, file: str, start: int, end: int) -> list[str]:
        """Ids of records that should lie between two bytes, and are nowhere."""
        sql = """SELECT record_id FROM stated WHERE file = ? AND offset >= ? AND offset < ?
                 AND record_id NOT IN (SELECT record_id FROM records) ORDER BY offset"""
        return [row[0] for row in self.db.execute(sql, (file, start, end))]

    def lost(self) -> Iterator[tuple[str, str]]:
        """Record ids that sound records refer to, that no record has and no filler names yet,
        each with a file that refers to it.
        """
        sql = """SELECT target, min(file) FROM refs WHERE target NOT IN (SELECT record_id FROM records)
                 AND target NOT IN (SELECT record_id FROM named) GROUP BY target ORDER BY min(rowid)"""
        for row in self.db.execute(sql):
            yield row[0], row[1]

    def warcinfo_id(self, file: str) -> str | None:
        """The id of a file's warcinfo record, as its records name it."""
        sql = "SELECT warcinfo_id FROM records WHERE file = ? AND warcinfo_id IS NOT NULL LIMIT 1"
        row = self.db.execute(sql, (file,)).fetchone()
        return row[0] if row else None

    def state_home(self, identity: LineId, jsonl: str, file: str, offset: int) -> None:
        """Note in which file of `articles/` the state says that a line lies, and where in a WARC its record."""
        self.db.execute("INSERT OR IGNORE INTO homes VALUES (?, ?, ?, ?, ?, ?)", (*identity, jsonl, file, offset))

    def state_size(self, file: str, size: int) -> None:
        """Note up to which byte the state knows a WARC."""
        self.db.execute("INSERT OR REPLACE INTO sizes VALUES (?, ?)", (file, size))

    def sizes(self) -> dict[str, int]:
        """WARC file → up to which byte the state knows it."""
        return {row[0]: row[1] for row in self.db.execute("SELECT file, size FROM sizes")}

    def knows(self, file: str) -> bool:
        """Whether anything is said of records in a file."""
        return self.db.execute("SELECT 1 FROM stated WHERE file = ? LIMIT 1", (file,)).fetchone() is not None

    def home(self, identity: LineId) -> str | None:
        """The file of `articles/` that a line belongs to. None where nothing tells."""
        where = "key = ? AND version = ? AND renewed = ?"
        row = self.db.execute(f"SELECT jsonl FROM homes WHERE {where}", identity).fetchone()  # noqa: S608 - fixed text
        return row[0] if row else None

    def captures(self) -> Iterator[CaptureRow]:
        """Every capture, in the order of files and offsets."""
        for row in self.db.execute("SELECT * FROM captures ORDER BY file, offset"):
            yield CaptureRow(**dict(row))

    def find_capture(self, file: str, offset: int) -> CaptureRow | None:
        """The capture that begins there."""
        row = self.db.execute("SELECT * FROM captures WHERE file = ? AND offset = ?", (file, offset)).fetchone()
        return CaptureRow(**dict(row)) if row else None

    def contradicts(self, pointer: dict[str, Any]) -> bool:
        """Whether an item's `warc` leads elsewhere than to the record that it names.
        One whose record is lost contradicts nothing.
        """
        named = self.db.execute(
            "SELECT file, offset, length FROM records WHERE record_id = ?", (pointer["record_id"],)
        ).fetchone()
        held = self.find_capture(pointer["file"], pointer["offset"])
        if named is None or held is None:
            return named is not None or held is not None
        return (
            tuple(named) != (pointer["file"], pointer["offset"], pointer["length"])
            or held.payload_digest != pointer["payload_digest"]
        )

    def leads_nowhere(self, pointer: dict[str, Any]) -> bool:
        """Whether there is neither the record that an item's `warc` names, nor a filler in its place."""
        place = (pointer["file"], pointer["offset"])
        held = self.find_capture(*place)
        if held is not None and held.record_id == pointer["record_id"]:
            return False
        sql = "SELECT 1 FROM fillers WHERE file = ? AND offset <= ? AND offset + length > ?"
        return self.db.execute(sql, (*place, pointer["offset"])).fetchone() is None

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
