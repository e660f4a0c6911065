"""What the archive is told of articles: their schema, their digest, title and text,
and whether a stored one is sound.
"""

import copy
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itemadapter import ItemAdapter

from archive.errors import RecordError
from archive.files import OPEN_SUFFIX
from archive.http.head import HTTPSyntaxError
from archive.verify.items import CUT, ItemRules, read_page
from archive.verify.schema import SINCE
from crawler.items import ADDED, IDENTITY, STAMPED, Article, as_record, text_digest
from crawler.pages import PARSER_VERSION, LayoutError, parse_article

DAY = r"^\d{4}-\d\d-\d\d$"


LOCAL_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?\+07:00$"


TIGHTER: dict[str, dict[str, Any]] = {
    "schema": {"const": "article/1"},
    "id": {"pattern": r"^\d+$"},
    "kind": {"enum": ["tin-tuc", "tu-lieu"]},
    "date": {"pattern": DAY},
    "published_at": {"pattern": LOCAL_TIME},
    "modified_at": {"pattern": LOCAL_TIME},
    "date_source": {"enum": [None, "metadata", "page", "image-name", "dateline", "id-estimate"]},
    "event_date": {"pattern": DAY},
    "text_digest": {"pattern": r"^sha256:[0-9a-f]{64}$"},
    "status": {"enum": ["live", "gone"]},
    "captured_at": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$"},
}
"""What the contract says of a field beyond its type."""


def article_schema() -> dict[str, Any]:
    """JSON Schema of a line in a collection: that of `Article`, less the nulls that only exist outside a collection."""
    schema = copy.deepcopy(ItemAdapter.get_json_schema(Article))
    properties = schema["properties"]
    for name in STAMPED | IDENTITY:
        properties[name] = _without_null(properties[name])
    for name, rule in TIGHTER.items():
        properties[name].update(rule)
    for name, version in ADDED.items():
        properties[name][SINCE] = version
    return schema


@functools.cache  # the schema is made from docstrings, which costs a tenth of a second
def article_rules(reparse: bool = True) -> ItemRules:
    """What `archive` is told of articles."""
    return ItemRules(
        schema=article_schema(),
        parser_version=PARSER_VERSION,
        parse=parse_again if reparse else None,
        unparsed=STAMPED | {"changed", "status"} | ADDED.keys(),
        text_digest=digest_of,
    )


def parse_again(body: bytes, url: str, headers: list[tuple[str, str]], captured_at: str) -> dict[str, Any] | None:
    """The record of an archived page, parsed with what the spider parsed it with. None where it is no article."""
    joined: dict[str, str] = {}
    cut = CUT in headers
    for name, value in headers:
        name = name.title()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    try:
        return as_record(parse_article(body, url, headers=joined, cut=cut))
    except LayoutError:
        return None


def reparse(collection: Path, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the present parser reads in the page of a stored record. None where it reads no article,
    or the page is lost.
    """
    path = collection / "warc" / record["warc"]["file"]
    path = path if path.exists() else path.with_name(path.name + OPEN_SUFFIX)
    try:
        body, headers = read_page(path, record["warc"]["offset"])
    except (RecordError, HTTPSyntaxError, OSError):
        return None
    return parse_again(body, record["url"], headers, record["captured_at"])


def digest_of(record: dict[str, Any]) -> str:
    """The `text_digest` that a record should have."""
    return text_digest(record["title"], record["lead"], record["body"], record["captions"], record["byline"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    schema = dict(schema)
    if isinstance(schema.get("type"), list):
        schema["type"] = [name for name in schema["type"] if name != "null"]
    if "anyOf" in schema:
        schema["anyOf"] = [option for option in schema["anyOf"] if option.get("type") != "null"]
    return schema


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
    from archive.verify.items import parse_line_again
    from archive.verify.schema import check_schema

    if any(check_schema(record, article_schema())) or digest_of(record) != record["text_digest"]:
        return False
    return not parse_line_again(record, collection / "warc", article_rules())
