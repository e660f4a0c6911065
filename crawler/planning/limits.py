"""Limits: which articles and listings the user wants, by day, section and depth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

from crawler.pages import slug_of
from crawler.site.ids import KNOWN, Calendar
from crawler.site.scope import Kind, Page, find_page
from crawler.site.times import parse_day

ITEM_KINDS = (Kind.ARTICLE, Kind.DOCUMENT)
"""What gives a record."""


class Queued(Protocol):
    """What the frontier knows of an address before it is fetched."""

    @property
    def url(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def depth(self) -> int: ...
    @property
    def via(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the user asked for. Empty or None: no limit."""

    sections: frozenset[str] = frozenset()
    """Slugs of listings, e.g. `quan-1`: only they and their articles are followed."""
    since: date | None = None
    """First publication day wanted."""
    until: date | None = None
    """Last publication day wanted."""
    max_depth: int | None = None
    """Most hops from a seed."""
    requisites: bool = True
    """Whether style sheets, scripts and fonts are wanted."""
    pictures: bool = True
    """Whether pictures are wanted."""
    calendar: Calendar = KNOWN
    """Which day each article's number was given."""

    @classmethod
    def of(cls, chosen: Callable[[str], Any]) -> Self:
        """The limits that settings stand for; `chosen`: name of a setting → its value, None where it has none.
        Raises ValueError at a day that cannot be read.
        """
        since, until, depth = map(chosen, ("SINCE", "UNTIL", "MAX_DEPTH"))
        requisites, pictures = map(chosen, ("FETCH_REQUISITES", "FETCH_IMAGES"))
        return cls(
            sections=frozenset(chosen("SECTIONS") or ()),
            since=parse_day(since) if since else None,
            until=parse_day(until) if until else None,
            max_depth=None if depth is None else int(depth),
            requisites=requisites is None or bool(requisites),
            pictures=pictures is None or bool(pictures),
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.sections or self.since or self.until or self.max_depth is not None)

    def rules_out(self, page: Page) -> bool:
        """Whether an article's number says that its day is not wanted: the whole interval in which it lies."""
        if self.since is None and self.until is None:
            return False
        estimate = self.calendar.estimate(page.id)
        if estimate is None:
            return False
        too_old = self.since is not None and estimate.high < self.since
        return too_old or (self.until is not None and estimate.low > self.until)

    def lets_through(self, url: str) -> bool:
        """Whether an address may be fetched, as far as it tells by itself: an article's number, a listing's slug."""
        page = find_page(url)
        if page is None:
            return True
        if page.kind is Kind.LISTING:
            return not self.sections or page.slug in self.sections
        return not self.rules_out(page)

    def wants(self, day: str | None, section: list[str]) -> bool:
        """Whether an article of that day (`YYYY-MM-DD`) and section is wanted. One that does not say is."""
        if self.sections and section and not self.sections.intersection(map(slug_of, section)):
            return False
        if day is None:
            return True
        found = date.fromisoformat(day)
        return not (self.since is not None and found < self.since) and not (
            self.until is not None and found > self.until
        )

    def leaves_out(self, queued: Queued, known: Mapping[str, Any] | None) -> bool:
        """Whether what an earlier run queued is beyond these limits, as far as is known without fetching it.
        `known`: the record of an article that the collection has.
        """
        if not self.narrow:
            return False
        if (self.max_depth is not None and queued.depth > self.max_depth) or not self.lets_through(queued.url):
            return True
        if queued.kind not in ITEM_KINDS:
            return False
        if known is not None and (known["section"] or not self.wants(known["date"], [])):
            return not self.wants(known["date"], known["section"])
        listing = find_page(queued.via or "")
        listed = listing is not None and listing.kind is Kind.LISTING and listing.slug in self.sections
        return bool(self.sections and queued.depth) and not listed
