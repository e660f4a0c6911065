"""Limits: which articles and listings the user wants, by day, section and depth."""

from dataclasses import dataclass
from datetime import date, timedelta

from crawler.pages import slug_of
from crawler.site.ids import estimate_day
from crawler.site.scope import Kind, Page, find_page

ESTIMATE_MARGIN = timedelta(days=45)
"""How far an article's number may mislead about its day before it is ruled out unfetched."""


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

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.sections or self.since or self.until or self.max_depth is not None)

    def rules_out(self, page: Page) -> bool:
        """Whether an article's number says that its day is not wanted, beyond the estimate's margin."""
        if self.since is None and self.until is None:
            return False
        day = estimate_day(page.id)
        if day is None:
            return False
        too_old = self.since is not None and day + ESTIMATE_MARGIN < self.since
        return too_old or (self.until is not None and day - ESTIMATE_MARGIN > self.until)

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
