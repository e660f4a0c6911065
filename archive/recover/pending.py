"""Items found in WARCs that the state does not know yet, and the lines that `articles/` has:
kept on disk, since there are as many as the archive has articles.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.errors import RecordError
from archive.files import OPEN_SUFFIX, find_warc, list_lines, read_lines
from archive.lines.reader import LineId, version_of, version_row
from archive.recover.reindex import StoredItem
from archive.scratch import open_scratch
from archive.state.rows import VersionRow
from archive.warc.reader import read_record_at
from archive.warc.writer import Place

_COLUMNS = tuple(VersionRow.__dataclass_fields__)
_IDENTITY = "key, version, renewed"
_SCHEMA = f"""
CREATE TABLE items ({", ".join(_COLUMNS)});
CREATE INDEX item_identity ON items ({_IDENTITY});
CREATE TABLE lines ({_IDENTITY}, file, offset, length, PRIMARY KEY ({_IDENTITY})) WITHOUT ROWID;
"""
_NO_LINE = ("", 0, 0)


class PendingItems:
    """A `with` block's items, in the order in which they were found."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._db = open_scratch(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def __bool__(self) -> bool:
        return self._db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is not None

    def __contains__(self, identity: LineId) -> bool:
        sql = "SELECT 1 FROM items WHERE key = ? AND version = ? AND renewed = ?"
        return self._db.execute(sql, identity).fetchone() is not None

    def add(self, item: StoredItem) -> None:
        """Take in an item; its line and its record stay where they are."""
        row = version_row(item.record, Place(file=item.file, offset=item.offset, length=item.length), _NO_LINE)
        marks = ", ".join("?" * len(_COLUMNS))
        self._db.execute(f"INSERT INTO items VALUES ({marks})", [getattr(row, name) for name in _COLUMNS])  # noqa: S608 - marks

    def find_lines(self) -> None:
        """Look where the lines of `articles/` lie."""
        for path in sorted(list_lines(self._directory) + list_lines(self._directory, unfinished=True)):
            name = path.name.removesuffix(OPEN_SUFFIX)
            for offset, line in read_lines(path):
                version = version_of(line) if line.endswith(b"\n") else None
                if version is not None:
                    place = (*version, name, offset, len(line))
                    self._db.execute("INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?, ?)", place)

    def rows(self) -> Iterator[VersionRow]:
        """The items; `jsonl` is empty where no line was found."""
        names = ", ".join(f"items.{name}" for name in _COLUMNS)
        sql = (
            f"SELECT {names}, lines.file, lines.offset, lines.length FROM items"  # noqa: S608 - constants
            f" LEFT JOIN lines USING ({_IDENTITY}) ORDER BY items.rowid"
        )
        for row in self._db.execute(sql):
            values = dict(zip(_COLUMNS, row, strict=False))
            if row[-3] is not None:
                values |= {"jsonl": row[-3], "jsonl_offset": row[-2], "jsonl_length": row[-1]}
            yield VersionRow(**values)

    def read_line(self, row: VersionRow) -> bytes:
        """An item's line as its record holds it, without line feed. Raises RecordError, OSError."""
        path = find_warc(self._directory / "warc", row.file)
        if path is None:
            raise RecordError(f"{row.file}: expected the file that was read a moment ago, got none")
        with read_record_at(path, row.offset, row.length).block as block:
            return block.read()
