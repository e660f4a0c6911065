"""Articles as lines of JSON, and as one JSON-LD document."""

import json
from collections.abc import Callable, Iterable
from typing import TextIO

from crawler.exporting.news import as_news_article, as_ninjs
from crawler.exporting.records import Record
from crawler.exporting.tables import compact


def write_jsonl(stream: TextIO, records: Iterable[Record], change: Callable[[Record], Record] | None = None) -> int:
    """Write one object a line; return how many. `change`: what to make of each record first."""
    count = 0
    for record in records:
        stream.write(compact(change(record) if change else record) + "\n")
        count += 1
    return count


def write_ninjs(stream: TextIO, records: Iterable[Record]) -> int:
    """Write one ninjs item a line."""
    return write_jsonl(stream, records, as_ninjs)


def write_jsonld(stream: TextIO, records: Iterable[Record]) -> int:
    """Write one JSON-LD document: the articles in the `@graph` of schema.org's context, one a line."""
    stream.write('{"@context":"https://schema.org","@graph":[')
    count = 0
    for record in records:
        stream.write((",\n" if count else "\n") + json.dumps(as_news_article(record), ensure_ascii=False))
        count += 1
    stream.write("\n]}\n")
    return count
