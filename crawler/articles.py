"""What the archive is told of articles: their schema, their digest, title and text,
and whether a stored one is sound.
"""

import dataclasses
import functools
import json
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.errors import RecordError
from archive.files import find_warc
from archive.http.head import HTTPSyntaxError
from archive.verify.items import CUT, ItemRules, PageUnread, read_page
from crawler.items import ADDED, STAMPED, as_record, text_digest
from crawler.pages import PARSER_VERSION, Taught

UNTAUGHT = Taught()
SCHEMA_FILE = "article-1.schema.json"
"""Made from the fields of `Article`, their types and docstrings; a test says that the two agree.
Making it at each start would load Scrapy, which itemadapter imports.
"""


@functools.cache
def article_schema() -> dict[str, Any]:
    """JSON Schema of a line in a collection: that of `Article`, less the nulls that only exist outside a collection."""
    schema: dict[str, Any] = json.loads(pkgutil.get_data("crawler", SCHEMA_FILE) or b"")
    return schema


@functools.cache
def article_rules(reparse: bool = True) -> ItemRules:
    """What `archive` is told of articles."""
    return ItemRules(
        schema=article_schema(),
        parser_version=PARSER_VERSION,
        parse=parse_again if reparse else None,
        unparsed=STAMPED | {"changed", "status"} | ADDED.keys(),
        text_digest=digest_of,
        fit=_fit,
    )


def _fit(rules: ItemRules, collection: Path) -> ItemRules:
    """The rules with the parser of one collection, as it was taught. Raises NotUsable."""
    from crawler.learning.kept import read_taught
    from crawler.pages import reading
    from crawler.reader import CHUNK_BOUNDS  # and with it all that the processes share that read

    taught = read_taught(collection)
    parse = functools.partial(parse_again, taught=taught)
    bounds = CHUNK_BOUNDS if reading.GUARDED else None
    return dataclasses.replace(rules, parser_version=taught.parser, parse=parse, bounds=bounds)


def parse_again(
    body: bytes, url: str, headers: list[tuple[str, str]], captured_at: str, *, taught: Taught = UNTAUGHT
) -> dict[str, Any] | None:
    """The record of an archived page, parsed with what the spider parsed it with. None where it is no article.
    Raises PageUnread for one that the reader gave up.
    """
    from crawler.pages import LayoutError, ReaderFailed
    from crawler.reader import read_article

    joined: dict[str, str] = {}
    cut = CUT in headers
    for name, value in headers:
        name = name.title()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    try:
        return as_record(read_article(body, url, headers=joined, taught=taught, cut=cut))
    except ReaderFailed as error:
        raise PageUnread(str(error)) from error
    except LayoutError:
        return None


def reparse(collection: Path, taught: Taught, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the present parser reads, taught so, in the page of a stored record. None where it reads no
    article, or the page is lost.
    """
    try:
        path = find_warc(collection / "warc", record["warc"]["file"])
        if path is None:
            return None
        body, headers = read_page(path, record["warc"]["offset"])
        return parse_again(body, record["url"], headers, record["captured_at"], taught=taught)
    except (RecordError, HTTPSyntaxError, OSError, PageUnread, ValueError, TypeError, KeyError):
        return None


def digest_of(record: dict[str, Any]) -> str:
    """The `text_digest` that a record should have."""
    return text_digest(record["title"], record["lead"], record["body"], record["captions"], record["byline"])


def describe_article(record: dict[str, Any]) -> tuple[str, str] | None:
    """Title and text of an article, for the list of pages; None for one that is gone."""
    if record.get("status") == "gone":
        return None
    parts = [record.get("lead"), record.get("body"), *record.get("captions", ())]
    return record["title"], "\n\n".join(part for part in parts if part)


def is_sound(collection: Path, record: dict[str, Any]) -> bool:
    """Whether an article's record meets the schema, has the digest of its own text,
    and is what its page says where that is left.
    """
    from archive.verify.findings import Severity
    from archive.verify.items import parse_line_again
    from archive.verify.schema import check_schema

    if any(check_schema(record, article_schema())) or digest_of(record) != record["text_digest"]:
        return False
    return all(
        found.severity is not Severity.DAMAGE
        for found in parse_line_again(record, collection / "warc", article_rules().of(collection))
    )
