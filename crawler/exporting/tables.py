"""Articles as flat tables: what a cell holds of a nested record, and CSV."""

import csv
import json
from collections.abc import Iterable
from typing import Any, TextIO

from crawler.exporting.columns import columns
from crawler.exporting.records import Record

SEPARATOR = " | "
"""Between the entries of a list in one cell."""
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""
_SPREAD = {"warc", "parser", "gone", "reread"}
"""Objects whose keys become columns of their own: `warc_file`."""


def flat_names(fields: Iterable[str]) -> list[str]:
    """The columns of a flat table of these fields, in order."""
    names: list[str] = []
    wanted = set(fields)
    for column in columns():
        if column.name in wanted:
            inside = [f"{column.name}_{one.name}" for one in column.inside] if column.name in _SPREAD else []
            names += inside or [column.name]
    return names


def flatten(record: Record, separator: str | None = SEPARATOR) -> Record:
    """The record in cells: texts of a list joined, an object's keys in columns of their own, anything deeper as JSON.

    `separator` None: lists of texts as JSON too.
    """
    row: Record = {}
    for column in columns():
        value = record.get(column.name)
        if column.name in _SPREAD and column.inside:
            for one in column.inside:
                inner = (value or {}).get(one.name)
                row[f"{column.name}_{one.name}"] = compact(inner) if isinstance(inner, (list, dict)) else inner
        elif isinstance(value, list) and separator is not None and all(isinstance(one, str) for one in value):
            row[column.name] = separator.join(value)
        elif isinstance(value, (list, dict)):
            row[column.name] = compact(value)
        else:
            row[column.name] = value
    return row


def compact(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_csv(stream: TextIO, records: Iterable[Record], fields: Iterable[str], *, excel: bool) -> int:
    """Write rows under a heading (RFC 4180); return how many.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    `excel`: with a byte order mark and semicolons, as Excel wants it where the comma is the decimal mark.
    """
    if excel:
        stream.write(BOM)
    names, count = flat_names(fields), 0
    writer = csv.writer(stream, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow(names)
    for record in records:
        row = flatten(record)
        writer.writerow([_harmless(row[name]) for name in names])
        count += 1
    return count


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    return f"'{value}" if value.startswith(_FORMULA) else value
