"""Read the lines of `articles/`: which version of which item each holds, and the state's row for it."""

import json
from pathlib import Path
from typing import Any

from archive.errors import RecordError
from archive.files import OPEN_SUFFIX, read_range
from archive.state.rows import VersionRow
from archive.warc.writer import Place


def version_of(line: bytes) -> tuple[str, int] | None:
    """Which version of which item a line holds. None where it cannot be read."""
    try:
        record = json.loads(line)
        return item_key(record), int(record["version"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def read_line(path: Path, row: VersionRow, error: Exception | None = None) -> dict[str, Any]:
    """The item of a version from its line. Raises RecordError where it cannot be read.
    `error`: why its record could not be read either.
    """
    finished = path if path.exists() else path.with_name(path.name + OPEN_SUFFIX)
    line = (
        b"".join(read_range(finished, row.jsonl_offset, row.jsonl_offset + row.jsonl_length))
        if finished.exists()
        else b""
    )
    if version_of(line) != (row.key, row.version):
        raise RecordError(
            f"version {row.version} of {row.key}: {'record and line are' if error else 'its line is'} damaged"
            f"{f' ({error})' if error else ''}; run `thanhuy repair`"
        )
    record: dict[str, Any] = json.loads(line)
    return record


def item_key(record: dict[str, object]) -> str:
    """The identity of an item."""
    return f"{record['kind']}/{record['id']}"


def version_row(record: dict[str, Any], place: Place, line: tuple[str, int, int]) -> VersionRow:
    """The state's row of an item whose record lies at `place` and whose line at `line`: file, offset, length."""
    return VersionRow(
        key=item_key(record),
        version=int(record["version"]),
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
