"""Sampling: which of the addresses that are known a survey asks for next, so that few pages show much of a site.

Every part of the site has a quota, and the part whose quota is filled least comes first. Within a part those come first
that differ most from what was taken: articles of years and listings that were seen least, the last page of a listing
before its second.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from crawler.planning.limits import ITEM_KINDS
from crawler.site.ids import Calendar
from crawler.site.scope import FILE_HOSTS, Kind, find_page, is_first_page, listing_name, page_number

PAGES = 60
"""Pages of a survey where nothing else is said."""
SPARE = 10
"""Requests beyond its pages that a survey may cost: robots.txt of each host, second tries, redirects."""
FURTHER = "further pages"
_LISTS = "lists of documents"
QUOTAS: dict[str, int] = {
    Kind.HOME: 1,
    Kind.LISTING: 8,
    Kind.ARTICLE: 24,
    Kind.FEED: 6,
    FURTHER: 5,
    _LISTS: 2,
    Kind.DOCUMENT: 2,
    Kind.IMAGE: 2,
    Kind.ATTACHMENT: 1,
    Kind.REQUISITE: 1,
}
"""Part of the site → its pages in a sample of `PAGES`; articles fill up what others leave."""


class Sampleable(Protocol):
    """What the frontier knows of an address."""

    @property
    def url(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def via(self) -> str | None: ...


T = TypeVar("T", bound=Sampleable)


class Tally:
    """What a sample holds so far."""

    def __init__(self, pages: int, calendar: Calendar) -> None:
        """`pages`: how many it may hold."""
        self._most = pages
        self._calendar = calendar
        self.taken = 0
        self.parts: Counter[str] = Counter()
        self._years: Counter[int] = Counter()
        self._listings: Counter[str] = Counter()

    @property
    def is_complete(self) -> bool:
        """Whether it may hold no more."""
        return self.taken >= self._most

    def add_other(self) -> None:
        """Count a page that belongs to no part."""
        self.taken += 1

    def add(self, row: Sampleable) -> None:
        """Count an address as taken."""
        part = part_of(row.kind, row.url)
        self.taken += 1
        self.parts[part] += 1
        if row.kind in ITEM_KINDS:
            self._years[self._year_of(row)] += 1
            self._listings[row.via or ""] += 1
        elif part == FURTHER:
            self._listings[listing_name(row.url)] += 1

    def choose(self, queued: Iterable[T]) -> T | None:
        """The address to take next. None where the sample is complete, or nothing is left that it lacks."""
        if self.is_complete:
            return None
        best: tuple[tuple[float, ...], T] | None = None
        for number, row in enumerate(queued):
            part = part_of(row.kind, row.url)
            filled = self.parts[part] / max(1.0, QUOTAS[part] * self._most / PAGES)
            if filled >= 1 and part != Kind.ARTICLE:
                continue
            rank = (filled, list(QUOTAS).index(part), *self._rank(row, part), number)
            if best is None or rank < best[0]:
                best = rank, row
        return best[1] if best else None

    def _rank(self, row: Sampleable, part: str) -> tuple[float, float]:
        """How little an address would add to what its part shows."""
        if row.kind in ITEM_KINDS:
            return self._years[self._year_of(row)], self._listings[row.via or ""]
        if part == FURTHER:
            taken, number = self._listings[listing_name(row.url)], page_number(row.url)
            return taken, number if taken % 2 else -number
        if part == Kind.IMAGE:
            return urlsplit(row.url).hostname not in FILE_HOSTS, 0
        return 0, 0

    def _year_of(self, row: Sampleable) -> int:
        """The year that an article's number tells; 0 where it tells none."""
        page = find_page(row.url)
        estimate = self._calendar.estimate(page.id) if page else None
        return estimate.day.year if estimate else 0


def part_of(kind: str | None, url: str) -> str:
    """The part of the site that an address belongs to."""
    if kind in {Kind.LISTING, Kind.PAGE} and (page_number(url) > 1 or not is_first_page(url)):
        return FURTHER
    return _LISTS if kind == Kind.PAGE else str(kind)
