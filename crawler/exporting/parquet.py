"""Parquet by DuckDB: typed, nested, compressed with zstd, in memory that does not follow the collection's size."""

import json
import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from archive.errors import ArchiveError, PackageMissing
from archive.files import is_room
from crawler.exporting.columns import Column, Time, columns
from crawler.exporting.folders import list_files
from crawler.exporting.owned import MAKER, is_own_export
from crawler.exporting.records import Record
from crawler.exporting.schema import duckdb_type

TYPED = {Time.DAY: "DATE", Time.MOMENT: "TIMESTAMPTZ"}
"""Texts that are days or moments are typed as such."""
MEMORY = "256MB"
LEAST_OBJECT = 1 << 20
"""DuckDB reads in buffers of some objects at a time: the longest record says how large they have to be."""
MOST_OPEN = 64
ALL = ""
"""The year of records that are not parted by years."""
UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""What Hive calls the directory of rows without a value."""
YEARS = re.compile(rf"year=(\d{{4}}|{UNDATED})/part-\d+\.parquet")
"""Every file of an export by years."""
_DAY = re.compile(r"(\d{4})-\d\d-\d\d", re.ASCII)
ROWS_A_GROUP = 4_096


class WriterFailed(ArchiveError):
    """DuckDB could not write; the message is its own."""


def write_parquet(
    target: Path, records: Iterable[Record], fields: Iterable[str], scratch: Path, *, by_year: bool = False
) -> int:
    """Write records to one file, or `by_year` to a file a year in a directory that is there; return how many.

    `scratch` is a directory for what does not fit into memory.
    Raises PackageMissing without DuckDB, WriterFailed where it stumbles.
    """
    try:
        import duckdb
    except ImportError:
        raise PackageMissing(
            "parquet: expected DuckDB, got no such package; pip install 'thanhuy-archive[export]'"
        ) from None
    wanted = [column for column in columns() if column.name in set(fields)]
    count, longest, spools = _spool(records, [column.name for column in wanted], scratch, by_year=by_year)
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
            for year, lines in sorted(spools.items()):
                place = target / f"year={year}" / "part-0.parquet" if by_year else target
                place.parent.mkdir(exist_ok=True)
                source = f"read_json({_quoted(str(lines))}, format = 'newline_delimited', columns = {{{typed}}}, "
                source += f"maximum_object_size = {max(longest, LEAST_OBJECT)})"
                shape = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_A_GROUP}, "
                shape += f"KV_METADATA {{made_by: '{MAKER}'}}"
                database.execute(f"COPY (SELECT * FROM {source}) TO {_quoted(str(place))} ({shape})")  # noqa: S608 - names of our own
                lines.unlink()
    except duckdb.Error as error:
        raise WriterFailed(str(error)) from error
    return count


def _spool(
    records: Iterable[Record], names: list[str], scratch: Path, *, by_year: bool
) -> tuple[int, int, dict[str, Path]]:
    """Put records into files of lines that DuckDB reads: how many, bytes of the longest, year → file."""
    count = longest = 0
    spools = {} if by_year else {ALL: scratch / "records.jsonl"}
    with ExitStack() as stack:
        streams = {year: stack.enter_context(path.open("wb")) for year, path in spools.items()}
        for record in records:
            year = year_of(record) if by_year else ALL
            if year not in streams:
                if len(streams) == MOST_OPEN:
                    stack.pop_all().close()
                    streams.clear()
                spools[year] = scratch / f"{year}.jsonl"
                streams[year] = stack.enter_context(spools[year].open("ab"))
            line = json.dumps({name: record[name] for name in names}, ensure_ascii=False).encode() + b"\n"
            streams[year].write(line)
            count, longest = count + 1, max(longest, len(line))
    return count, longest, spools


def year_of(record: Record) -> str:
    """The year of an article's day, as Hive's directories name it; of what is no day as where there is none."""
    found = _DAY.fullmatch(str(record["date"]))
    return found[1] if found else UNDATED


def is_own_years(path: Path) -> bool:
    """Whether a path is a directory that was written here, and nobody put anything else into it."""
    return is_room(path) and all(
        YEARS.fullmatch(name) and is_own_export(path / name, "parquet", path / name) for name in list_files(path)
    )


def _type(column: Column) -> str:
    return TYPED[column.time] if column.time else duckdb_type(column)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
