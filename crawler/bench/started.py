"""What a crawl costs at its start and end, and what each page adds: told apart by a short crawl beside a long one.

Few pages show the one, many the other: of 150 pages a third of the time may be that of a start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.bench.timing import TimedRun

ORDINARY = 2000
"""Pages of a crawl as it is: what the goal is for, whatever the benchmark has time to fetch."""


@dataclass(frozen=True, kw_only=True)
class CrawlCost:
    """Processor time of a crawl in its two parts."""

    start: float
    """Seconds that it takes whatever its length. Below 0 where the machine was busier meanwhile."""
    page: float
    """Seconds that each page adds."""

    def of(self, pages: int) -> float:
        """Seconds of a crawl of so many pages."""
        return self.start + pages * self.page


def tell_apart(short: Sequence[TimedRun], long: Sequence[TimedRun]) -> CrawlCost:
    """The parts, from the least that each length took: other work can only add to it."""
    (few, less), (many, more) = ((runs[0].pages, min(each.cpu_seconds or 0 for each in runs)) for runs in (short, long))
    page = (more - less) / (many - few)
    return CrawlCost(start=less - few * page, page=page)
