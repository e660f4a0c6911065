"""A collection in several WACZ files, each of which stands by itself.

What is split is the exchange: its records stay together, byte for byte, one gzip member each,
in the order of the collection.
A revisit or an item whose original lies in another part takes a copy of the original along,
and every record its warcinfo.
A WARC file that a part holds in full keeps its name; of one that it holds in part the name gets the part's label,
so that
parts can be unpacked side by side.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.adopted import is_adopted
from archive.files import MAX_LINE, open_regular
from archive.index.cdxj import parse_line, read_lines
from archive.json_text import parse_json
from archive.options import ATTACHED
from archive.provenance import ADOPTED
from archive.scratch import Scratch, open_scratch
from archive.wacz.pages import last_readings
from archive.wacz.parts import CHUNK, index_path, list_warcs
from archive.warc.reader import read_record_at, read_records
from archive.warc.record import Record

OVERHEAD = 4096
"""Bytes of a WACZ without a capture."""
LISTED = 50
"""Bytes that a record costs in index and pages, compressed, on the average of an exchange's three."""

_TABLES = """
CREATE TABLE records (part TEXT, file TEXT, offset INTEGER, length INTEGER, kind TEXT, id TEXT, refers TEXT);
CREATE TABLE lines (file TEXT, offset INTEGER, line BLOB);
"""
_INDEXES = """
CREATE INDEX records_id ON records (id);
CREATE UNIQUE INDEX records_place ON records (part, file, offset);
CREATE INDEX lines_place ON lines (file, offset);
"""
# What a part refers to and does not hold. Repeated until nothing is missing: an item may refer to a revisit.
_BRING = """
INSERT INTO records SELECT DISTINCT want.part, origin.file, origin.offset, origin.length, origin.kind, origin.id,
  origin.refers
FROM records want JOIN records origin ON origin.id = want.refers
WHERE NOT EXISTS (SELECT 1 FROM records held WHERE held.part = want.part AND held.id = want.refers)
GROUP BY want.part, origin.id
"""
_WARCINFO = """
INSERT INTO records SELECT DISTINCT held.part, info.file, info.offset, info.length, info.kind, info.id, NULL
FROM (SELECT DISTINCT part, file FROM records WHERE part != '') held JOIN records info
ON info.file = held.file AND info.part = '' AND info.kind = 'warcinfo'
"""
_PLACED = """
CREATE TABLE placed AS SELECT part, file, offset, length, kind,
sum(length) OVER (PARTITION BY part, file ORDER BY offset) - length AS place
  FROM records WHERE part != '' ORDER BY part, file, offset;
CREATE INDEX placed_at ON placed (part, file, offset);
"""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A record on its way into a part."""

    file: str
    offset: int
    length: int
    kind: str
    id: str
    refers: str | None
    date: str
    """WARC-Date; of an item, when its page was captured."""
    group: str
    """The exchange, or the item, that it is a record of."""


CAPTURED = re.compile(r"\d{4}-\d\d-\d\dT")
"""How a time begins by which an item goes to its part."""

Choose = Callable[[list[Placed]], str]
"""From the records of an exchange to the label of the part that they go to."""


def by_period(digits: int) -> Choose:
    """A part for each year (4 digits of the date) or month (7)."""
    return lambda records: records[0].date[:digits]


def by_size(limit: int) -> Choose:
    """Parts of about `limit` bytes: records with their share of index and pages, but for copies of originals.

    An exchange larger than that has a part of its own.
    """
    number, size = 1, OVERHEAD

    def choose(records: list[Placed]) -> str:
        nonlocal number, size
        # An item's text is in the list of pages once more, compressed alike.
        need = sum(record.length * (2 if record.kind == "item" else 1) + LISTED for record in records)
        if size > OVERHEAD and size + need > limit:
            number, size = number + 1, OVERHEAD
        size += need
        return f"{number:05d}"

    return choose


@contextmanager
def split(collection: Path, choose: Choose) -> Iterator[list["Split"]]:
    """The parts of a collection, in the order of their labels. Costs a pass over the WARCs;
    the plan is kept on disk.
    """
    with open_scratch(_TABLES) as database:
        _plan(database, collection, choose)
        # Where nothing came back at all there is nothing to replay: a part without a capture is not written.
        rows = database.execute("SELECT DISTINCT part FROM placed WHERE kind IN ('response', 'revisit') ORDER BY part")
        yield [Split(database, collection, label) for (label,) in rows.fetchall()]


def _plan(database: Scratch, collection: Path, choose: Choose) -> None:
    for path in list_warcs(collection):
        for records in _groups(path):
            label = "" if records[0].kind == "warcinfo" else choose(records)
            rows = [(label, it.file, it.offset, it.length, it.kind, it.id, it.refers) for it in records]
            database.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    for line in read_lines(index_path(collection)):
        fields = parse_line(line)[2]
        database.execute("INSERT INTO lines VALUES (?, ?, ?)", (fields["filename"], int(fields["offset"]), line))
    database.executescript(_INDEXES)
    while database.execute(_BRING).rowcount:
        pass
    database.execute(_WARCINFO)
    database.executescript(_PLACED)
    database.commit()


def _groups(path: Path) -> Iterator[list[Placed]]:
    """Records that follow one another and belong together."""
    group: list[Placed] = []
    for offset, length, record in read_records(path):
        placed = _describe(path.name, offset, length, record)
        if group and placed.group != group[0].group:
            yield group
            group = []
        group.append(placed)
    if group:
        yield group


def _describe(file: str, offset: int, length: int, record: Record) -> Placed:
    refers = record.refers_to or None
    concurrent = next(iter(record.concurrent_to), "")
    kind, date = record.type, record.date
    if record.content_type in (ATTACHED, ADOPTED):
        kind, refers = "warcinfo", None  # it goes where that goes
    elif kind == "metadata" and record.is_json and not is_adopted(file):
        kind, date = "item", _captured_at(record) or date
    name = record.record_id
    return Placed(
        file=file, offset=offset, length=length, kind=kind, id=name, refers=refers, date=date, group=concurrent or name
    )


def _captured_at(item: Record) -> str:
    """When an item's page was captured, as its record says; empty where it says nothing that can be read."""
    try:
        value = parse_json(item.block.read(MAX_LINE))["captured_at"]
    except (ValueError, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) and CAPTURED.match(value) else ""


class Split:
    """One part of a collection."""

    def __init__(self, database: Scratch, collection: Path, label: str) -> None:
        self.label = label
        self._database, self._collection = database, collection
        self._names: dict[str, str] = {}
        files = database.execute(
            "SELECT file, sum(length) FROM placed WHERE part = ? GROUP BY file ORDER BY file", (label,)
        ).fetchall()
        self._sizes: dict[str, int] = dict(files)
        for file, size in files:
            whole = size == (collection / "warc" / file).stat().st_size
            stem, dot, ending = file.rpartition(".warc")
            self._names[file] = file if whole else f"{stem}-part-{label}{dot}{ending}"

    def warcs(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """The part's WARC files."""
        for file, name in self._names.items():
            yield name, self._sizes[file], self._copy(file)

    def lines(self) -> Iterator[bytes]:
        """The lines of the collection's index for what the part holds, sorted."""
        query = (
            "SELECT line FROM lines JOIN placed ON placed.file = lines.file AND placed.offset = lines.offset"
            " WHERE placed.part = ? ORDER BY line"
        )
        for row in self._database.execute(query, (self.label,)):
            yield row[0]

    def place(self, file: str, offset: int) -> tuple[str, int]:
        """Where a capture lies in the part's files."""
        row = self._database.execute(
            "SELECT place FROM placed WHERE part = ? AND file = ? AND offset = ?", (self.label, file, offset)
        ).fetchone()
        return self._names[file], row[0]

    def items(self) -> Iterator[dict[str, Any]]:
        """The items of the part, from their records."""
        return last_readings(self._item_lines)

    def _item_lines(self) -> Iterator[bytes]:
        rows = self._database.execute(
            "SELECT file, offset, length FROM placed WHERE part = ? AND kind = 'item' ORDER BY file, offset",
            (self.label,),
        )
        for file, offset, length in rows:
            with read_record_at(self._collection / "warc" / file, offset, length).block as block:
                yield block.read()

    def _copy(self, file: str) -> Iterator[bytes]:
        rows = self._database.execute(
            "SELECT offset, length FROM placed WHERE part = ? AND file = ? ORDER BY offset", (self.label, file)
        )
        with open_regular(self._collection / "warc" / file) as stream:
            for offset, length in rows:
                stream.seek(offset)
                while length:
                    piece = stream.read(min(CHUNK, length))
                    if not piece:
                        raise EOFError(f"{file}: expected {length} more bytes, got the end of the file")
                    length -= len(piece)
                    yield piece
