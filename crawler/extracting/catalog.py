"""The catalog: every capture and every stored record of an archive, and the order in which pages are read again.

Kept in a temporary SQLite database, which goes to disk when it grows,
so that memory does not follow the archive's size.

Of one collection the order is that of its files: articles come as the crawl wrote them.
Of any other set of files it is that of capture.
A page of which the crawl kept an article is read where that was written; every other one where it was captured.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Self

from archive.scratch import open_scratch
from crawler.extracting.blocks import BlockPlace, Stored
from crawler.extracting.rereading import Task
from crawler.extracting.scanning import FoundCapture, FoundItem, Scan
from crawler.extracting.sources import WarcSource
from crawler.planning.limits import Limits

_PLACE = "source, offset, length, block_at, block_length"
_TABLES = f"""
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, {_PLACE}, type, date, uri, key, record_id, payload, truncated,
  refers_to, refers_uri, refers_date, used DEFAULT 0);
CREATE TABLE items (
  id INTEGER PRIMARY KEY, {_PLACE}, key, version, renewed, parser, status, url, captured_at, record_id, file, at);
CREATE TABLE events (number INTEGER PRIMARY KEY, capture, holder, item, key, status, url, captured_at);
CREATE TABLE drafts (moment, source, offset, block_at, capture, holder, item, key, status, url, captured_at);
"""
_INDEXES = """
CREATE INDEX captures_id ON captures (record_id);
CREATE INDEX captures_payload ON captures (payload) WHERE type = 'response' AND NOT truncated;
CREATE INDEX captures_uri ON captures (uri, date);
CREATE INDEX captures_date ON captures (date) WHERE type = 'revisit';
"""
_READINGS = """
CREATE VIEW readings AS SELECT *,
  row_number() OVER (PARTITION BY key, version ORDER BY renewed, source, offset) AS age,
  row_number() OVER (PARTITION BY key, version ORDER BY renewed DESC, source, offset) AS newness FROM items;
"""
"""The stored records. Of a version that a newer parser read again the last reading counts (`newness` 1),
in the place of the first (`age` 1).
"""
_LAST = "SELECT * FROM readings WHERE newness = 1"
_IN_ORDER = f"""
SELECT i.*, p.source AS at_source, p.offset AS at_offset, p.block_at AS at_block
FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY version) AS turn FROM ({_LAST})) i
JOIN (SELECT key, source, offset, block_at, row_number() OVER (PARTITION BY key ORDER BY source, offset) AS turn
  FROM readings WHERE age = 1) p
  USING (key, turn)
"""  # noqa: S608 - fixed texts
"""The stored records, each with a place among them: of one article the versions in their order,
wherever repair has put them.
"""
_TASKS = """
SELECT e.*, c.source AS c_source, c.offset AS c_offset, c.length AS c_length, c.block_at AS c_block_at,
  c.block_length AS c_block_length,
  h.source AS h_source, h.offset AS h_offset, h.length AS h_length, h.block_at AS h_block_at,
  h.block_length AS h_block_length,
  i.source AS i_source, i.offset AS i_offset, i.length AS i_length, i.block_at AS i_block_at,
  i.block_length AS i_block_length,
  coalesce(h.record_id, c.record_id) AS record_id, coalesce(h.payload, c.payload) AS payload,
  i.version, i.renewed, i.parser,
  e.item IS NULL AND EXISTS (SELECT 1 FROM events l WHERE l.key = e.key AND l.number > e.number AND l.item IS NOT NULL)
  AS overtaken
FROM events e LEFT JOIN captures c ON c.id = e.capture LEFT JOIN captures h ON h.id = e.holder
  LEFT JOIN items i ON i.id = e.item
"""


class Catalog:
    """What the files of one extraction hold."""

    def __init__(self, sources: list[WarcSource], *, by_place: bool) -> None:
        """`by_place`: the order is that of the files, else that of capture."""
        self._sources = sources
        self._names = {source.name: number for number, source in enumerate(sources)}
        self._by_place = by_place
        self._limits: dict[int, Limits] = {}
        self.unresolved = 0
        """Revisits of a capture that is in none of the files."""
        self.truncated = 0
        """Pages that were cut while they were captured."""
        self._db = open_scratch(_TABLES, named_rows=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def add(self, source: int, scan: Scan) -> None:
        """Take in a range of a file; ranges come in order."""
        if scan.limits is not None:
            self._limits.setdefault(source, scan.limits)
        self._insert("captures", 16, [(None, source, *_capture_row(found)) for found in scan.captures], default="0")
        self._insert("items", 16, [(None, source, *_item_row(item)) for item in scan.items])

    def _insert(self, table: str, width: int, rows: list[tuple[Any, ...]], *, default: str = "") -> None:
        marks = ", ".join(["?"] * width + ([default] if default else []))
        self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of our own

    def arrange(self) -> int:
        """Once everything is taken in, put it in order; return how many pages there are to read."""
        self._db.executescript(_INDEXES + _READINGS)
        for item in self._db.execute(_IN_ORDER if self._by_place else _LAST):
            self._draft_item(item)
        pages = "SELECT * FROM captures WHERE key IS NOT NULL AND NOT used"
        for row in self._db.execute(pages):
            self._draft_capture(row)
        columns = "capture, holder, item, key, status, url, captured_at"
        order = "moment, source, offset, block_at"
        self._db.execute(f"INSERT INTO events SELECT NULL, {columns} FROM drafts ORDER BY {order}")  # noqa: S608 - fixed texts
        self._db.execute("DROP TABLE drafts")
        self._db.execute("CREATE INDEX events_key ON events (key, number)")
        return int(self._db.execute("SELECT count(*) FROM events").fetchone()[0])

    def tasks(self) -> Iterator[Task]:
        """Every page to read, in order."""
        for row in self._db.execute(_TASKS + " ORDER BY number"):
            yield self._as_task(row)

    def task(self, number: int) -> Task:
        """One of them."""
        return self._as_task(self._db.execute(_TASKS + " WHERE number = ?", (number,)).fetchone())

    @property
    def has_items(self) -> bool:
        """Whether a crawl of this project kept articles in these files."""
        return self._db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is not None

    # Order

    def _draft(self, date: str, place: tuple[Any, Any, Any], *values: Any) -> None:
        moment = "" if self._by_place else date.rstrip("Z")
        self._db.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (moment, *place, *values))

    def _draft_item(self, item: sqlite3.Row) -> None:
        capture, holder = self._captured_by(item)
        if capture is not None:
            self._db.execute("UPDATE captures SET used = 1 WHERE id = ?", (capture,))
        names = ("at_source", "at_offset", "at_block") if self._by_place else ("source", "offset", "block_at")
        place = (item[names[0]], item[names[1]], item[names[2]])
        values = (capture, holder, item["id"], item["key"], item["status"], item["url"], item["captured_at"])
        self._draft(item["captured_at"], place, *values)

    def _captured_by(self, item: sqlite3.Row) -> tuple[int | None, int | None]:
        """The capture that an article was parsed from, and the response that holds its payload where that is
        another.
        """
        # Of copies of one record, which others may have altered, it is the one that the item names.
        sql = (
            "SELECT id, date, payload FROM captures WHERE record_id = ? AND type = 'response'"
            " ORDER BY (source, offset) = (?, ?) DESC, id LIMIT 1"
        )
        place = (self._names.get(item["file"], -1), item["at"])
        holder = self._db.execute(sql, (item["record_id"], *place)).fetchone()
        if holder is None:
            return None, None
        if holder["date"] == item["captured_at"]:
            return holder["id"], None
        sql = (
            "SELECT id FROM captures WHERE type = 'revisit' AND date = ? AND (refers_to = ? OR payload = ?) ORDER BY id"
            " LIMIT 1"
        )
        revisit = self._db.execute(sql, (item["captured_at"], item["record_id"], holder["payload"])).fetchone()
        return (revisit["id"], holder["id"]) if revisit is not None else (holder["id"], None)

    def _draft_capture(self, row: sqlite3.Row) -> None:
        holder = None
        if row["truncated"]:
            self.truncated += 1
            return
        if row["type"] == "revisit":
            holder = self._find_original(row)
            if holder is None:
                self.unresolved += 1
                return
        place = (row["source"], row["offset"], row["block_at"])
        self._draft(row["date"], place, row["id"], holder, None, row["key"], "live", row["uri"], row["date"])

    def _find_original(self, row: sqlite3.Row) -> int | None:
        """The response that a revisit stands for: the one that it names, else one with its payload,
        else one of the address and time.
        """
        conditions = (
            ("record_id = ?", (row["refers_to"],)),
            ("payload = ?", (row["payload"],)),
            ("uri = ? AND date = ?", (row["refers_uri"], row["refers_date"])),
        )
        for condition, values in conditions:
            sql = (
                f"SELECT id FROM captures WHERE {condition} AND type = 'response' AND NOT truncated ORDER BY id LIMIT 1"  # noqa: S608 - fixed texts
            )
            found = self._db.execute(sql, values).fetchone() if all(values) else None
            if found is not None:
                return int(found["id"])
        return None

    # Values

    def _as_task(self, row: sqlite3.Row) -> Task:
        return Task(
            number=row["number"],
            key=row["key"],
            status=row["status"],
            url=row["url"],
            captured_at=row["captured_at"],
            capture=self._stored(row, "c"),
            holder=self._stored(row, "h"),
            record_id=row["record_id"] or "",
            payload_digest=row["payload"],
            limits=self._limits.get(row["c_source"]) if row["item"] is None else None,
            item=self._stored(row, "i"),
            version=row["version"] or 0,
            renewed=row["renewed"] or "",
            parser=row["parser"] or "",
            overtaken=bool(row["overtaken"]),
        )

    def _stored(self, row: sqlite3.Row, of: str) -> Stored | None:
        if row[f"{of}_source"] is None:
            return None
        place = BlockPlace(
            offset=row[f"{of}_offset"],
            length=row[f"{of}_length"],
            block_at=row[f"{of}_block_at"],
            block_length=row[f"{of}_block_length"],
        )
        return Stored(source=self._sources[row[f"{of}_source"]], place=place)


def _place_row(place: BlockPlace) -> tuple[int, int, int, int]:
    return place.offset, place.length, place.block_at, place.block_length


def _capture_row(found: FoundCapture) -> tuple[Any, ...]:
    refers = (found.refers_to, found.refers_to_uri, found.refers_to_date)
    about = (found.type, found.date, found.uri, found.key, found.record_id, found.payload_digest, found.truncated)
    return (*_place_row(found.place), *about, *refers)


def _item_row(item: FoundItem) -> tuple[Any, ...]:
    read_by = (item.key, item.version, item.renewed, item.parser)
    of = (item.record_id, item.file, item.at)
    return (*_place_row(item.place), *read_by, item.status, item.url, item.captured_at, *of)
