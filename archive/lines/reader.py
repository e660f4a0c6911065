"""Read the lines of `articles/`: which version of which item each holds, and the state's row for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from archive.errors import RecordError
from archive.files import find_lines, read_range
from archive.json_text import parse_json
from archive.state.rows import VersionRow
from archive.warc.writer import Place


class LineId(NamedTuple):
    """The identity of a line: no two of a collection have the same. Of one item they sort by age."""

    key: str
    version: int
    renewed: str = ""
    """When a newer parser read the version again; empty for the line that the crawl wrote."""

    def __str__(self) -> str:
        """As a person is told of it."""
        return f"version {self.version} of {self.key}" + (f", read again at {self.renewed}" if self.renewed else "")


def line_id(record: dict[str, Any]) -> LineId:
    """The identity of an item's line. Raises KeyError, TypeError, ValueError for what is no item."""
    return LineId(item_key(record), int(record["version"]), renewed_at(record))


def renewed_at(record: Mapping[str, Any]) -> str:
    """When a newer parser renewed the record; empty where none did."""
    renewal = record.get("reread")
    return str(renewal["at"]) if isinstance(renewal, dict) and "at" in renewal else ""


def parser_of(record: Mapping[str, Any]) -> str | None:
    """The version of the parser that read the record. None where it does not say."""
    parser = record.get("parser")
    return str(parser["version"]) if isinstance(parser, dict) and "version" in parser else None


def version_of(line: bytes) -> LineId | None:
    """Which reading of which version of which item a line holds. None where it cannot be read."""
    try:
        found = line_id(parse_json(line, halves=True))
        str(found).encode()  # halves elsewhere in the line leave it readable, but name no item
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return found


def read_line(path: Path, row: VersionRow, error: Exception | None = None) -> dict[str, Any]:
    """The item of a version from its line, halves of surrogate pairs as they stand there.

    Raises RecordError where it cannot be read.
    `error`: why its record could not be read either.
    """
    # What the state names is checked before it is opened: it may be somebody else's.
    found = find_lines(path.parent, path.name) if row.jsonl == path.name else None
    line = b"".join(read_range(found, row.jsonl_offset, row.jsonl_offset + row.jsonl_length)) if found else b""
    if version_of(line) != id_of(row):
        raise RecordError(
            f"{id_of(row)}: {'record and line are' if error else 'its line is'} damaged"
            f"{f' ({error})' if error else ''}; run `thanhuy repair`"
        )
    record: dict[str, Any] = parse_json(line, halves=True)
    return record


def id_of(row: VersionRow) -> LineId:
    """The identity of the line that a row of the state stands for."""
    return LineId(row.key, row.version, row.renewed)


def item_key(record: dict[str, object]) -> str:
    """The identity of an item."""
    return f"{record['kind']}/{record['id']}"


def version_row(record: dict[str, Any], place: Place, line: tuple[str, int, int]) -> VersionRow:
    """The state's row of an item whose record lies at `place` and whose line at `line`: file, offset, length."""
    return VersionRow(
        key=item_key(record),
        version=int(record["version"]),
        renewed=renewed_at(record),
        parser=parser_of(record) or "",
        digest=str(record["text_digest"]),
        status=str(record.get("status", "live")),
        date=record.get("date"),
        jsonl=line[0],
        jsonl_offset=line[1],
        jsonl_length=line[2],
        file=place.file,
        offset=place.offset,
        length=place.length,
    )
