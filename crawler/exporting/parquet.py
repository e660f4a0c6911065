"""Parquet by DuckDB: typed, nested, compressed with zstd, in memory that does not follow the collection's size."""

import json
from collections.abc import Iterable
from pathlib import Path

from archive.errors import ArchiveError, PackageMissing
from archive.files import MAX_LINE
from crawler.exporting.columns import Column, Kind, columns
from crawler.exporting.owned import MAKER
from crawler.exporting.records import Record
from crawler.exporting.schema import duckdb_type

TYPED = {
    "date": "DATE",
    "event_date": "DATE",
    "published_at": "TIMESTAMPTZ",
    "modified_at": "TIMESTAMPTZ",
    "captured_at": "TIMESTAMPTZ",
}
"""Texts that are days or moments: in Parquet they are typed as such."""
MEMORY = "1GB"
ROWS_A_GROUP = 10_000


class WriterFailed(ArchiveError):
    """DuckDB could not write; the message is its own."""


def write_parquet(target: Path, records: Iterable[Record], fields: Iterable[str], scratch: Path) -> int:
    """Write records to one file; return how many.

    `scratch` is a directory for what does not fit into memory.
    Raises PackageMissing without DuckDB, WriterFailed where it stumbles.
    """
    try:
        import duckdb
    except ImportError:
        raise PackageMissing(
            "parquet: expected DuckDB, got no such package; pip install 'thanhuy-archive[export]'"
        ) from None
    lines, wanted = scratch / "records.jsonl", [column for column in columns() if column.name in set(fields)]
    count = 0
    with lines.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps({column.name: record[column.name] for column in wanted}, ensure_ascii=False) + "\n")
            count += 1
    typed = ", ".join(f"{_quoted(column.name)}: {_quoted(_type(column))}" for column in wanted)
    # One thread and the order of insertion: equal records give equal bytes.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": 1,
        "preserve_insertion_order": True,
        "temp_directory": str(scratch),
    }
    try:
        with duckdb.connect(config=settings) as database:
            database.execute("SET TimeZone = 'UTC'")
            source = f"read_json({_quoted(str(lines))}, format = 'newline_delimited', columns = {{{typed}}}, "
            source += f"maximum_object_size = {MAX_LINE})"
            shape = (
                f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_A_GROUP}, KV_METADATA {{made_by: '{MAKER}'}}"
            )
            copied = f"COPY (SELECT * FROM {source}) TO {_quoted(str(target))} ({shape})"  # noqa: S608 - names of our own
            database.execute(copied)
    except duckdb.Error as error:
        raise WriterFailed(str(error)) from error
    lines.unlink()
    return count


def _type(column: Column) -> str:
    if column.kind is Kind.TEXT and column.name in TYPED:
        return TYPED[column.name]
    return duckdb_type(column)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
