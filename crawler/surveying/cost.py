"""Cost: what a whole crawl will ask of the site, estimated from the sample, with what the estimate rests on. Pure.

How many articles there are is told by two looks that err differently: how deep the listings are, and how many of the
numbers that were given belong to articles.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import mean

from crawler.planning.follow import shown_items
from crawler.planning.kinds import ITEM_KINDS
from crawler.site.ids import SECONDS_UNTIL
from crawler.site.scope import Kind, find_page, listing_name, page_number
from crawler.surveying.of_server import asked_delay
from crawler.surveying.sample import Sample, Specimen

JITTER = 1.25
"""How much longer a gap between requests is than the delay asked for, on average (`crawler.engine.pace`)."""
_FEW = 4
"""Articles below which a row of them tells no density."""
_OVERHEAD = 700
"""Bytes of head that an answer has beside its payload."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One way to tell how many articles there are."""

    name: str
    articles: int
    says: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Requests of one kind."""

    name: str
    requests: int
    bytes: int
    says: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a crawl will cost."""

    articles: int
    low: int
    high: int
    bases: tuple[Basis, ...]
    parts: tuple[Part, ...]
    delay: float
    """Seconds between the beginnings of two requests, on average."""

    @property
    def requests(self) -> int:
        return sum(part.requests for part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def days(self) -> float:
        return self.requests * self.delay / 86_400


def estimate_cost(sample: Sample, delay: float, *, images: bool = True) -> Cost | None:
    """What a crawl at this delay costs. None where no article and no listing was read."""
    known = sum(sample.known.get(kind, 0) for kind in ITEM_KINDS)
    if not known:
        return None
    bases = [basis for basis in (_by_listings(sample), _by_numbers(sample)) if basis is not None]
    bases = [*bases, Basis(name="known", articles=known, says="addresses of articles that the sample links: at least")]
    told = [max(basis.articles, known) for basis in bases]
    articles = round(mean(told[:-1])) if len(told) > 1 else known
    return Cost(
        articles=articles,
        low=min(told),
        high=max(told),
        bases=tuple(bases),
        parts=tuple(_parts(sample, articles, images=images)),
        delay=max(delay, asked_delay(sample)) * JITTER,
    )


def _by_listings(sample: Sample) -> Basis | None:
    """Pages of each listing times articles on each; those that were not read are taken to be as deep as the others.
    An article stands in the listing of each section that its page names: the innermost, and those around it.
    """
    pages: dict[str, list[Specimen]] = defaultdict(list)
    for one in sample.of(Kind.LISTING):
        pages[listing_name(one.url)].append(one)
    depths = [_depth(found) for found in pages.values()]
    if not depths:
        return None
    own = _own_items([one for found in pages.values() for one in found])
    listings = max(len(depths), _count_listings(sample))
    levels = mean([max(1, len(one.record["section"])) for one in sample.articles() if one.record] or [1])
    says = (
        f"{listings} listings, {mean(depths):.1f} pages deep on average as their page numbers tell, {own:.1f} articles"
        f" of their own on each, an article in {levels:.1f} of them"
    )
    return Basis(name="listing depth", articles=round(mean(depths) * own * listings / levels), says=says)


def _own_items(listings: list[Specimen]) -> float:
    """Articles on a listing's page, less those that stand on most pages: boxes of news."""
    counts = Counter(key for one in listings for key in shown_items(one.links))
    boxed = {key for key, count in counts.items() if len(listings) > _FEW and count > len(listings) / 2}
    return mean(len(shown_items(one.links).keys() - boxed) for one in listings)


def _count_listings(sample: Sample) -> int:
    """Listings that any page of the sample links."""
    names = {
        listing_name(link.url)
        for one in sample.specimens
        for link in one.links
        if link.tag == "a" and "/nhom-tin/" in link.url and page_number(link.url) == 1
    }
    return len(names)


def _depth(found: Iterable[Specimen]) -> int:
    """The highest page number that a listing links or has."""
    deepest = 1
    for one in found:
        name = listing_name(one.url)
        turns = [page_number(link.url) for link in one.links if link.next_page and listing_name(link.url) == name]
        deepest = max(deepest, page_number(one.url), *turns)
    return deepest


def _by_numbers(sample: Sample) -> Basis | None:
    """The density of articles among the newest numbers, and the days since the first, at the pace of the last."""
    numbers = sorted(_newest_numbers(sample))
    numbers = [number for number in numbers if number >= SECONDS_UNTIL]
    if len(numbers) < _FEW:
        return None
    first, last = sample.calendar.estimate(str(numbers[0])), sample.calendar.estimate(str(numbers[-1]))
    span = numbers[-1] - numbers[0]
    if not span or first is None or last is None:
        return None
    density = (len(numbers) - 1) / span
    counted = round(density * (numbers[-1] - SECONDS_UNTIL))
    before = _before_counting(sample, counted, last.day)
    says = (
        f"{len(numbers)} of the {span + 1:,} newest numbers are articles that feeds and the home page show; "
        f"at that density {counted:,} since April 2017"
    )
    if before:
        says += f", and {before:,} before at the same number a day"
    return Basis(name="id density", articles=counted + before, says=says)


def _newest_numbers(sample: Sample) -> set[int]:
    """Numbers of the articles that a feed lists, else those that the home page does: the newest of the whole site."""
    feeds = [one.feed.pages for one in sample.of(Kind.FEED) if one.feed]
    found = {int(id_) for pages in feeds for url in pages if (id_ := _number_of(url))}
    if len(found) >= _FEW:
        return found
    return {int(key.rpartition("/")[2]) for one in sample.of(Kind.HOME) for key in shown_items(one.links)}


def _number_of(url: str) -> str:
    page = find_page(url)
    return page.id if page is not None and page.kind is Kind.ARTICLE else ""


def _before_counting(sample: Sample, counted: int, newest: date) -> int:
    """Articles of the years in which a number was a second: as many a day as since."""
    oldest = min((day for one in sample.articles() if (day := _day_of(one)) is not None), default=None)
    change = date(2017, 4, 10)
    if oldest is None or oldest >= change or newest <= change:
        return 0
    return round(counted / (newest - change).days * (change - oldest).days)


def _day_of(specimen: Specimen) -> date | None:
    told = specimen.record["date"] if specimen.record else None
    return date.fromisoformat(told) if told else None


def _parts(sample: Sample, articles: int, *, images: bool) -> Iterable[Part]:
    pages = sample.of(*ITEM_KINDS)
    size = _mean_size(pages)
    yield Part(name="articles", requests=articles, bytes=articles * size, says=f"{size:,} bytes each")
    listings = sample.of(Kind.LISTING)
    per_page = max(1.0, _own_items(listings)) if listings else 10.0
    count = max(sample.known.get(Kind.LISTING, 0), round(articles / per_page * _repeats(sample)))
    yield Part(
        name="listings", requests=count, bytes=count * _mean_size(listings), says=f"{per_page:.0f} articles on each"
    )
    photos = [len(one.record["images"]) for one in sample.articles() if one.record]
    each = mean(photos) if photos else 0.0
    shots = sample.of(Kind.IMAGE)
    if images:
        count = round(articles * each)
        says = f"{each:.1f} photos an article" + (f", {_mean_size(shots):,} bytes each" if shots else ", size not seen")
        yield Part(name="photos", requests=count, bytes=count * _mean_size(shots), says=says)
    rest = sum(sample.known.get(kind, 0) for kind in (Kind.REQUISITE, Kind.FEED, Kind.PAGE, Kind.ATTACHMENT))
    others = sample.of(Kind.REQUISITE, Kind.FEED, Kind.PAGE, Kind.ATTACHMENT)
    yield Part(
        name="everything else",
        requests=rest,
        bytes=rest * _mean_size(others),
        says="style sheets, scripts, feeds, attachments that are known by now",
    )


def _repeats(sample: Sample) -> float:
    """In how many listings an article stands on average: its section's, and that of the section around it."""
    shown: dict[str, set[str]] = defaultdict(set)
    for one in sample.of(Kind.LISTING):
        for key in shown_items(one.links):
            shown[key].add(listing_name(one.url))
    return mean(map(len, shown.values())) if shown else 1.0


def _mean_size(specimens: list[Specimen]) -> int:
    return round(mean(one.received for one in specimens)) + _OVERHEAD if specimens else 0
