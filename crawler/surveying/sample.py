"""The sample: what a survey captured, each answer read once. Plain values, so that what judges them is pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.pages import Link
from crawler.pages.links.feeds import FeedLinks
from crawler.planning.probes import ProbeId
from crawler.site.ids import KNOWN, Calendar
from crawler.site.scope import Kind


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One answer of the site, as the archive holds it, and what is read in it."""

    url: str
    key: str
    kind: str | None
    """What its address leads to; None outside the scope, and of robots.txt."""
    status: int
    date: str
    """When it was asked for, UTC."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names as written."""
    body: bytes = b""
    """Its content codings removed. Empty where it is too large to be read."""
    received: int = 0
    """Bytes of its payload on the wire."""
    protocols: tuple[str, ...] = ()
    """As `WARC-Protocol` has them: `http/1.1`, `tls/1.3`."""
    probe: ProbeId | None = None
    """What it was asked for on purpose."""
    again: bool = False
    """Whether its page was asked for once more, with conditions."""
    coding_faults: tuple[str, ...] = ()
    """Where its content codings are otherwise than the headers say."""
    record: Mapping[str, Any] | None = None
    """Of an article: its record."""
    refused: str = ""
    """Of an article's address: the code of why there is no record."""
    links: tuple[Link, ...] = ()
    feed: FeedLinks | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def leads_to(self) -> str | None:
        """Of a redirect: where it leads, however the site writes that."""
        where = self.header("Location") if 300 <= self.status < 400 else None
        try:
            return where and urljoin(self.url, where)
        except ValueError:  # an odd host
            return where

    @property
    def host(self) -> str:
        """The host that was asked."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_html(self) -> bool:
        """Whether it is a page."""
        return self.status == 200 and "html" in (self.header("Content-Type") or "").lower()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """All that was captured, and what is known beside."""

    specimens: tuple[Specimen, ...] = ()
    """In the order in which they were asked for."""
    failed: Mapping[ProbeId, str] = field(default_factory=dict)
    """What was asked on purpose and never answered → why."""
    forbidden: tuple[str, ...] = ()
    """Addresses that robots.txt keeps from us."""
    missed: tuple[tuple[str, str], ...] = ()
    """Addresses that gave no answer of their own, and why."""
    unreachable: str = ""
    """Why no page could be had."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Kind → addresses that are known of the site by now, asked for or not."""
    calendar: Calendar = KNOWN

    def of(self, *kinds: Kind) -> list[Specimen]:
        """The pages of the sample of these kinds that the site gave."""
        return [one for one in self.pages() if one.kind in kinds and one.status == 200]

    def pages(self) -> Iterator[Specimen]:
        """What was taken as a sample, less robots.txt and what was asked on purpose."""
        return (one for one in self.specimens if one.kind is not None and one.probe is None and not one.again)

    def robots(self) -> list[Specimen]:
        """The answers for robots.txt, of each host."""
        return [one for one in self.specimens if one.url.endswith("/robots.txt")]

    def articles(self) -> list[Specimen]:
        """The pages that gave a record."""
        return [one for one in self.pages() if one.record is not None]

    def probe(self, id_: ProbeId) -> Specimen | None:
        """The answer to a probe."""
        return next((one for one in self.specimens if one.probe is id_), None)


class TraitVerdict(StrEnum):
    """What is said of something that is taken for granted."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Shown:
    """A page that shows something."""

    url: str
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a sample says of one thing that is taken for granted."""

    verdict: TraitVerdict
    says: str
    """What was seen, in a line."""
    pages: tuple[Shown, ...] = ()
    """Those that show it; of what does not hold, those that contradict."""


ENOUGH = 0.95
"""The share of the pages that have to show a thing for it to hold."""
EVIDENCE = 5


def holds(says: str, pages: Iterable[Shown] = ()) -> Judgement:
    """It does."""
    return Judgement(verdict=TraitVerdict.HOLDS, says=says, pages=tuple(pages)[:EVIDENCE])


def fails(says: str, pages: Iterable[Shown] = ()) -> Judgement:
    """It does not."""
    return Judgement(verdict=TraitVerdict.FAILS, says=says, pages=tuple(pages)[:EVIDENCE])


def cannot_tell(says: str, pages: Iterable[Shown] = ()) -> Judgement:
    """The sample has nothing that shows it."""
    return Judgement(verdict=TraitVerdict.UNKNOWN, says=says, pages=tuple(pages)[:EVIDENCE])


def sort_out(told: Iterable[tuple[bool, Shown]]) -> tuple[list[Shown], list[Shown]]:
    """The pages that show a thing, and those that show that it is not so."""
    good: list[Shown] = []
    bad: list[Shown] = []
    for shows, page in told:
        (good if shows else bad).append(page)
    return good, bad


def weigh(told: Iterable[tuple[bool, Shown]], what: str, *, none: str) -> Judgement:
    """By the share of pages that show it. `what`: completes `12 of 13 …`; `none`: what is said where there are none."""
    good, bad = sort_out(told)
    seen = len(good) + len(bad)
    if not seen:
        return cannot_tell(none)
    says = f"{len(good)} of {seen} {what}"
    if len(good) < seen * ENOUGH:
        return fails(says, bad)
    return holds(says, [*bad, *good])
