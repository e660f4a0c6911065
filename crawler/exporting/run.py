"""A whole export: from a collection's lines to one file."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from archive.errors import ArchiveError
from archive.workers import Jobs
from crawler.exporting.columns import columns
from crawler.exporting.history import read_edits
from crawler.exporting.jsonlines import write_jsonl, write_jsonld, write_ninjs
from crawler.exporting.parquet import WriterFailed, write_parquet
from crawler.exporting.records import NamesSeen, Record, Unreadable, Wanted, find_lines, read_records
from crawler.exporting.sqlite import write_sqlite
from crawler.exporting.tables import write_csv
from crawler.reporting.report_data import Articles
from crawler.reporting.tally import ArticleTally

FORMATS = {
    "parquet": "articles.parquet",
    "csv": "articles.csv",
    "sqlite": "articles.sqlite",
    "jsonl": "articles.jsonl",
    "ninjs": "articles.ninjs.jsonl",
    "jsonld": "articles.jsonld",
}
"""Format → the name of its file where a directory is named."""
WHOLE = {"sqlite", "ninjs", "jsonld"}
"""Formats whose shape is fixed: they take no choice of fields."""


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """What to export, and how."""

    form: str
    wanted: Wanted = field(default_factory=Wanted)
    fields: tuple[str, ...] = ()
    """Keys of the record; empty: all."""
    newest: bool = True
    """Only the newest version of each article; else every version."""
    text_only: bool = False
    """Only title, lead and body."""
    excel: bool = False
    by_year: bool = False
    """A directory with a file a year."""
    jobs: Jobs = 1
    """What reads the lines."""
    progress: Callable[[int], None] = lambda size: None

    @property
    def written(self) -> tuple[str, ...]:
        """The keys of the record that the file holds."""
        if self.text_only:
            return ("title", "lead", "body")
        return self.fields or tuple(column.name for column in columns())


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export came to."""

    records: int
    articles: Articles
    """The figures of the records that were written."""
    unreadable: Unreadable
    seen: NamesSeen
    """Sections and authors of all records that were read."""


def export(collection: Path, target: Path, options: ExportOptions) -> Exported:
    """Write a collection's records to `target`: a new file, or by year an empty directory.
    What does not fit into memory lies beside it meanwhile.

    Raises NotACollection, PackageMissing, OSError.
    """
    unreadable = Unreadable()
    tally, seen = ArticleTally(), NamesSeen()
    paths = find_lines(collection, newest=options.newest)
    records = _tallied(read_records(paths, options.wanted, unreadable, options.progress, seen, options.jobs), tally)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        try:
            count = _write(target, Path(scratch), collection, records, unreadable, options)
        except (sqlite3.Error, WriterFailed) as error:
            _try_disk(Path(scratch))
            raise ArchiveError(f"{target}: {error}") from error
    return Exported(records=count, articles=tally.result(), unreadable=unreadable, seen=seen)


def _try_disk(scratch: Path) -> None:
    """Raise OSError where the disk is full: what a database says of that is its own words, the system has a number."""
    with (scratch / "probe").open("wb") as stream:
        stream.write(bytes(1 << 20))
        stream.flush()
        os.fsync(stream.fileno())


def _tallied(records: Iterator[Record], tally: ArticleTally) -> Iterator[Record]:
    for record in records:
        tally.add(record)
        yield record


def _write(
    draft: Path,
    scratch: Path,
    collection: Path,
    records: Iterator[Record],
    unreadable: Unreadable,
    options: ExportOptions,
) -> int:
    fields = options.written
    if options.form == "parquet":
        return write_parquet(draft, records, fields, scratch, by_year=options.by_year)
    if options.form == "sqlite":
        every = read_records(find_lines(collection, newest=False), options.wanted, Unreadable(), jobs=options.jobs)
        about = {"collection": collection.resolve().name}
        edits = read_edits(collection, options.wanted, unreadable)
        return write_sqlite(draft, records, every, edits, about)
    with draft.open("w", encoding="utf-8", newline="") as stream:
        return _write_text(stream, records, fields, options)


def _write_text(stream: TextIO, records: Iterator[Record], fields: tuple[str, ...], options: ExportOptions) -> int:
    if options.form == "csv":
        return write_csv(stream, records, fields, excel=options.excel)
    if options.form == "ninjs":
        return write_ninjs(stream, records)
    if options.form == "jsonld":
        return write_jsonld(stream, records)
    return write_jsonl(stream, ({name: record[name] for name in fields} for record in records))
