"""What a year of a fleet costs: requests, bytes, hours, machines and money, from measured figures and prices.

The formula is `estimate`; what it stands on are values that can be given otherwise.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from crawler.planning.revisits import LATEST, SOONEST

DAYS = 365
GB = 1_000_000_000
HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class SiteYear:
    """One site."""

    known: int = 30_000
    """Articles that are known when the year begins."""
    new: float = 20
    """Articles a day."""
    every: timedelta = timedelta(hours=6)
    """Between two refreshes."""
    photos: float = 3
    """Of an article."""
    page_bytes: int = 60_000
    """Of a page, compressed: the mean of six pages of Vietnamese papers is 59 kB."""
    photo_bytes: int = 150_000
    pause: float = 2.5
    """Seconds between the beginnings of two requests: two, and what chance adds."""


@dataclass(frozen=True, kw_only=True)
class MeasuredCosts:
    """What the sample site's refresh and crawl, verify and push took, on one core of a shared machine."""

    idle_requests: int = 19
    """Of a refresh with nothing new: robots.txt, feeds, the first page of each listing."""
    request_bytes: int = 1_800
    """In the WARC, of an answer that brings nothing new, with its request, metadata and its share of the seal."""
    run_bytes: int = 45_000
    """Of a run's report, log and seal."""
    run_cpu: float = 2.5
    """Seconds of processor time of a run that asks for nothing."""
    request_cpu: float = 0.015
    """Those of a request, with the reading of what it brought."""
    digest_cpu: float = 0.75
    """Those of a gigabyte that is digested."""
    run_memory: int = 160_000_000
    """Of the crawl and of the process that reads its pages, half of it each."""
    run_objects: int = 14
    """That a push writes after a run."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """In dollars; those of large providers are about these."""

    machine_hour: float = 0.17
    """Of a machine with `cores` and `memory`."""
    cores: int = 4
    memory: int = 16 * GB
    busy: float = 0.5
    """Part of a machine that may be in use on average."""
    disk_month: float = 0.08
    """Of a gigabyte where the crawl writes it."""
    store_month: float = 0.023
    """Of one in object storage."""
    thousand_writes: float = 0.005
    thousand_reads: float = 0.0004


@dataclass(frozen=True, kw_only=True)
class FleetYear:
    """A year of so many sites."""

    sites: int
    requests: float
    written: float
    """Bytes that the year adds."""
    held: float
    """Bytes at its end."""
    crawl_hours: float
    """In which a crawl is under way; most of them it waits, as politeness wants."""
    cpu_hours: float
    at_once: float
    """Crawls under way at a time, on average."""
    machines: int
    machine_money: float
    disk_money: float
    copy_money: float
    """Of one copy in object storage."""

    @property
    def money(self) -> float:
        """Of all."""
        return self.machine_money + self.disk_money + self.copy_money


def count_looks(every: timedelta) -> int:
    """How often an article is looked at again in the year after it appeared: after half its age, as a refresh comes."""
    step = every.total_seconds()
    age, looks = 0.0, 0
    while True:
        wait = min(max(age / 2, SOONEST.total_seconds()), LATEST.total_seconds())
        age = math.ceil((age + wait) / step) * step
        if age > DAYS * 24 * HOUR:
            return looks
        looks += 1


def estimate(
    sites: int, site: SiteYear = SiteYear(), measured: MeasuredCosts = MeasuredCosts(), prices: Prices = Prices()
) -> FleetYear:
    """A year of sites that are all alike."""
    runs = DAYS * 24 * HOUR / site.every.total_seconds()
    new = DAYS * site.new
    looks = new * count_looks(site.every) + site.known * DAYS / LATEST.days
    fresh = new * (1 + site.photos)
    requests = runs * measured.idle_requests + looks + fresh
    article_bytes = site.page_bytes + site.photos * site.photo_bytes
    written = new * article_bytes + (requests - fresh) * measured.request_bytes + runs * measured.run_bytes
    held = site.known * article_bytes + written
    crawl_seconds = requests * site.pause
    digested = (held - written / 2) * 0.05 * DAYS + 2 * written  # a part each night; a push digests here and there
    cpu_seconds = runs * measured.run_cpu + requests * measured.request_cpu + digested / GB * measured.digest_cpu
    at_once = sites * crawl_seconds / (DAYS * 24 * HOUR)
    cores = sites * cpu_seconds / (DAYS * 24 * HOUR) / prices.busy
    machines = math.ceil(max(cores / prices.cores, at_once * measured.run_memory / prices.busy / prices.memory))
    stored = sites * (held - written / 2) / GB * 12
    writes = sites * runs * measured.run_objects / 1000
    return FleetYear(
        sites=sites,
        requests=sites * requests,
        written=sites * written,
        held=sites * held,
        crawl_hours=sites * crawl_seconds / HOUR,
        cpu_hours=sites * cpu_seconds / HOUR,
        at_once=at_once,
        machines=machines,
        machine_money=machines * prices.machine_hour * DAYS * 24,
        disk_money=stored * prices.disk_month,
        copy_money=stored * prices.store_month + writes * (prices.thousand_writes + prices.thousand_reads),
    )


ROWS: dict[str, Callable[[FleetYear], str]] = {
    "requests": lambda year: f"{year.requests:,.0f}",
    "written in the year": lambda year: _size(year.written),
    "held at its end": lambda year: _size(year.held),
    "hours of crawling": lambda year: f"{year.crawl_hours:,.0f}",
    "hours of a processor": lambda year: f"{year.cpu_hours:,.0f}",
    "crawls at a time": lambda year: f"{year.at_once:,.2f}",
    "machines": lambda year: f"{year.machines:,}",
    "money: machines": lambda year: f"${year.machine_money:,.0f}",
    "money: disk": lambda year: f"${year.disk_money:,.0f}",
    "money: one copy": lambda year: f"${year.copy_money:,.0f}",
    "money: all": lambda year: f"${year.money:,.0f}",
}


def format_costs(years: list[FleetYear]) -> list[str]:
    """A table in Markdown, a column a fleet."""
    heads = ["a year of", *(f"{year.sites:,} {'site' if year.sites == 1 else 'sites'}" for year in years)]
    rows = [heads, ["---", *("---:" for _ in years)]]
    rows += [[name, *(tell(year) for year in years)] for name, tell in ROWS.items()]
    return [f"| {' | '.join(row)} |" for row in rows]


def _size(amount: float) -> str:
    return f"{amount / GB:,.0f} GB" if amount < 1000 * GB else f"{amount / GB / 1000:,.1f} TB"
