"""Records against the truth, field by field: what the demo and the crawl's tests ask of a parser."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.demo.truth import SampleSite

_KEY = re.compile(r"/(tin-tuc|tu-lieu)/[^?#]*-(\d{10})(?:[?#]|$)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field of one record that is not as the page has it."""

    key: str
    field: str
    """`record` where the whole record is missing, doubled, or of a page that is no article."""
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.key}: {self.field}: expected {_short(self.expected)}, got {_short(self.got)}"


def compare(site: SampleSite, records: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Hold the newest record of each live article against the truth; every article must have exactly one."""
    found: dict[str, Mapping[str, Any]] = {}
    differences: list[Difference] = []
    for record in records:
        key = f"{record['kind']}/{record['id']}"
        if key in found or site.find(key) is None:
            differences.append(
                Difference(key=key, field="record", expected="one" if key in found else "none", got=record["title"])
            )
        found[key] = record
    for article in site.articles:
        if article.key in found:
            differences.extend(compare_record(site, found[article.key]))
        else:
            differences.append(Difference(key=article.key, field="record", expected=article.title, got=None))
    return differences


def compare_record(site: SampleSite, record: Mapping[str, Any]) -> list[Difference]:
    """Every field of the truth that the record of a live article has otherwise.

    Of `blocks` type and text of the blocks of text count, photos are compared in `images`;
    of `related` the pages count that the addresses lead to, not the hosts and queries.
    """
    key = f"{record['kind']}/{record['id']}"
    differences = []
    for field, expected in site.truth(key).items():
        wanted, got = _comparable(field, expected), _comparable(field, record[field])
        if wanted != got:
            differences.append(Difference(key=key, field=field, expected=wanted, got=got))
    return differences


def _comparable(field: str, value: Any) -> Any:
    match field:
        case "blocks":
            return [(block["type"], block["text"]) for block in value if block["type"] != "image"]
        case "related":
            return [match[1] + "/" + match[2] if (match := _KEY.search(url)) else url for url in value]
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:80]} … {text[-70:]}"
