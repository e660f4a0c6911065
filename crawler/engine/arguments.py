"""`scrapy crawl thanhuytphcm -a NAME=VALUE`: what `thanhuy crawl --NAME VALUE` says, in Scrapy's own way."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from crawler.pages import slug_of
from crawler.site.scope import find_kind
from crawler.site.times import parse_day


def _sections(text: str) -> list[str]:
    slugs = [slug_of(one) for one in text.split(",")]
    if not all(slugs):
        raise ValueError(f"expected slugs of sections, as in quan-1,quan-3, got {text!r}")
    return slugs


def _seeds(text: str) -> list[str]:
    seeds = text.split(",")
    if outside := [seed for seed in seeds if find_kind(seed) is None]:
        raise ValueError(f"expected addresses of the site, got {outside[0]!r}")
    return seeds


def _day(text: str) -> str:
    return parse_day(text).isoformat()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected a number, got {text!r}")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false", "1", "0", "yes", "no"}:
        raise ValueError(f"expected true or false, got {text!r}")
    return text.lower() in {"true", "1", "yes"}


ARGUMENTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "into": ("COLLECTION", str),
    "seeds": ("SEEDS", _seeds),
    "section": ("SECTIONS", _sections),
    "since": ("SINCE", _day),
    "until": ("UNTIL", _day),
    "limit": ("ARTICLE_LIMIT", _count),
    "max_depth": ("MAX_DEPTH", _count),
    "max_requests": ("MAX_REQUESTS", _count),
    "images": ("FETCH_IMAGES", _flag),
    "attachments": ("FETCH_ATTACHMENTS", _flag),
    "requisites": ("FETCH_REQUISITES", _flag),
    "refresh": ("REFRESH", _flag),
    "recheck": ("RECHECK", _flag),
}
"""Name → the setting that it stands for, and what reads its value."""
OWN = frozenset({"_job", "name", "crawl_id"})
"""What scrapyd and the like add by themselves."""


def read_arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that arguments stand for. Raises ValueError at a name or a value that means nothing here:
    passed over, it would crawl the whole site in place of what was asked for.
    """
    chosen = {}
    for name, value in given.items():
        if name in OWN:
            continue
        if name not in ARGUMENTS:
            near = difflib.get_close_matches(name, ARGUMENTS, n=1)
            meant = f"; did you mean {near[0]}?" if near else f", got {name}"
            raise ValueError(f"-a {name}: expected one of {', '.join(ARGUMENTS)}{meant}")
        setting, parse = ARGUMENTS[name]
        try:
            chosen[setting] = parse(str(value))
        except ValueError as error:
            raise ValueError(f"-a {name}={value}: {error}") from error
    return chosen
