"""The faults that are planted in the sample site, and whether a crawl met each as it should."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.demo import front
from crawler.demo.routes import LOGIN_HOST
from crawler.demo.server import RequestSeen

FORBIDDEN = ("/tim-kiem", "/dang-nhap", "/binh-luan")
"""What the site's robots.txt keeps to itself."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One fault, and what tells that a crawl fell for it."""

    says: str
    """What it is, and what ought to come of it."""
    request: Callable[[RequestSeen], bool] = lambda seen: False
    """Whether a request should not have been made."""
    record: Callable[[Mapping[str, Any]], bool] = lambda record: False
    """Whether a record should not have been made."""


PLANTED = (
    Planted(
        says="a page that is gone and says so with status 200: warned of, no record",
        record=lambda record: str(record["url"]).endswith(front.SOFT_404),
    ),
    Planted(
        says="a dead link, answered with 404: captured, no record",
        record=lambda record: str(record["url"]).endswith(front.DEAD),
    ),
    Planted(
        says="a calendar whose days link on for ever: never entered",
        request=lambda seen: seen.path.startswith("/lich"),
    ),
    Planted(
        says="a login application on a host beside: never asked",
        request=lambda seen: seen.host == LOGIN_HOST,
    ),
    Planted(
        says="a search and forms that robots.txt forbids: never asked",
        request=lambda seen: seen.path.partition("?")[0] in FORBIDDEN,
    ),
)
"""In the order in which `thanhuy demo` tells them."""


def fallen_for(log: Iterable[RequestSeen], records: Iterable[Mapping[str, Any]]) -> list[tuple[Planted, str]]:
    """The faults that the crawl fell for, each with the first address that tells so."""
    asked, kept = list(log), list(records)
    found: list[tuple[Planted, str]] = []
    for planted in PLANTED:
        told = [seen.url for seen in asked if planted.request(seen)]
        told += [str(record["url"]) for record in kept if planted.record(record)]
        found.extend((planted, url) for url in told[:1])
    return found
