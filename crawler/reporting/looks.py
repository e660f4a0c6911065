"""Looks: which articles each kind of page shows, and from that how many there are and what share of them is held.

Listings, feeds, sitemaps, and what articles offer next are looks at the same site that know little of each other; they
are read from the stored pages, the newest of each address. Costs a pass over the stored listings and feeds.
"""

import dataclasses
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

from archive.errors import RecordError
from archive.files import find_warc, is_regular, read_lines
from archive.http.head import HTTPSyntaxError
from archive.json_text import parse_json
from archive.scratch import Scratch, open_scratch
from archive.state.database import open_read_only
from archive.verify.items import read_page
from crawler.pages.links.feeds import is_feed, parse_feed
from crawler.pages.links.links import parse_links
from crawler.pages.words.slug import slug_of
from crawler.planning.coverage import Known, find_gaps
from crawler.planning.kinds import ITEM_KINDS
from crawler.planning.recapture import Share, Total, estimate_total, share_held
from crawler.reporting.amounts import plural
from crawler.reporting.lenient import LONGEST_NAME, mapping, text, texts, whole
from crawler.reporting.queries import Execute
from crawler.reporting.report_data import Completeness, Thin
from crawler.site.ids import KNOWN
from crawler.site.scope import Kind, find_page

LOOKS = ("listings", "feeds", "sitemaps", "other articles")
"""What shows articles, in the order of the bits of a history."""
LISTING, FEED, SITEMAP, RELATED = range(4)
_HELD = 1 << 7
_SITEMAP = (b"<urlset", b"<sitemapindex", b":urlset", b":sitemapindex")
_FEWEST = 30
"""Articles that were seen below which a year or a section is counted together with the others of its kind."""
_NUMBER = re.compile(r"[0-9]{1,18}")
_YEAR = re.compile(r"[0-9]{4}")
_WHOLE = 0.95
"""The share that a year or a section may have at most, in the best of cases, to be named as one to look into."""
MOST_READ = 100 << 20
"""Bytes of records that are read in a moment."""
_TABLES = """
CREATE TABLE looks (key TEXT PRIMARY KEY, mask INTEGER NOT NULL, year TEXT, section TEXT) WITHOUT ROWID;
"""
_PAGES = """
SELECT u.url, c.file, c.offset, c.type, c.payload_digest FROM urls u JOIN captures c ON c.id = u.page
WHERE u.kind IN (?, ?, ?, ?) ORDER BY c.file, c.offset
"""
_ORIGINAL = """
SELECT file, offset FROM captures WHERE payload_digest = ? AND type = 'response' AND truncated IS NULL LIMIT 1
"""


def _plain(name: str) -> str:
    """A name as a database can hold it, however a damaged file wrote it."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode()


class LooksTally:
    """Takes what pages show, gives how complete the collection is. Its rows are on disk; close it."""

    def __init__(self) -> None:
        self._db: Scratch = open_scratch(_TABLES)

    def close(self) -> None:
        """Let go of the rows."""
        self._db.close()

    def add_record(self, record: object) -> None:
        """An article that is held, and those that its page offers."""
        value = mapping(record)
        id_, kind = text(value.get("id")), text(value.get("kind"))
        if not id_ or not _NUMBER.fullmatch(id_) or kind not in set(ITEM_KINDS) or value.get("status") == "gone":
            return
        day, section = text(value.get("date")), [_plain(name) for name in texts(value.get("section"))[:1]]
        year = day[:4] if day and _NUMBER.fullmatch(day[:4]) else None
        self._note(f"{kind}/{id_}", _HELD, year, section[0] if section else None)
        self._note_links(texts(value.get("related")), RELATED)

    def add_pages(self, collection: Path, execute: Execute) -> None:
        """What the stored listings, feeds and sitemaps show; those that cannot be read show nothing."""
        kinds = (Kind.LISTING, Kind.HOME, Kind.FEED, Kind.PAGE)
        for url, file, offset, type_, digest in list(execute(_PAGES, kinds)):
            place = (str(file), int(offset))
            if type_ == "revisit":
                place = next(((str(one), int(other)) for one, other in execute(_ORIGINAL, (digest,))), place)
            path = find_warc(collection / "warc", place[0])
            try:
                body, headers = read_page(path, place[1]) if path is not None else (b"", [])
            except (RecordError, HTTPSyntaxError, OSError):
                continue
            self._add_page(str(url), body, dict(headers))

    def _add_page(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        if is_feed(body):
            look = SITEMAP if any(mark in body[:4096] for mark in _SITEMAP) else FEED
            self._note_links(parse_feed(body, url).pages, look)
        elif body:
            self._note_links((link.url for link in parse_links(body, url, headers=headers)), LISTING)

    def _note_links(self, addresses: Iterable[str], look: int) -> None:
        for address in addresses:
            page = find_page(address)
            if page is not None and page.kind in ITEM_KINDS:
                self._note(page.key, 1 << look, None, None)

    def _note(self, key: str, mask: int, year: str | None, section: str | None) -> None:
        self._db.execute(
            "INSERT INTO looks VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET mask = mask | excluded.mask,"
            " year = coalesce(excluded.year, year), section = coalesce(excluded.section, section)",
            (key, mask, year, section),
        )

    def result(self, gaps: Iterable[Mapping[str, Any]] = ()) -> Completeness | None:
        """How complete the collection is. None where no two looks show any of the same articles.
        `gaps`: in the articles' numbers, as `crawler.planning.coverage.Gap` has them.
        """
        years: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        sections: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for key, mask, year, section in self._db.execute("SELECT key, mask, year, section FROM looks"):
            years[year or _year_of(key)][mask] += 1
            if mask & _HELD and section:
                sections[section][mask] += 1
        strata = dict(_estimate(years))
        share = share_held(_held(years.values()), list(strata.values()))
        if share is None:
            return None
        by_section = dict(_estimate(sections))
        seen = {name: _count(years.values(), 1 << bit) for bit, name in enumerate(LOOKS)}
        return Completeness(
            share=str(share), held=share.held, total=round(share.total, 1), low=share.low, high=share.high,
            seen={name: number for name, number in seen.items() if number},
            known_unheld=sum(count for one in years.values() for mask, count in one.items() if not mask & _HELD),
            years=_shares(years, strata), sections=_shares(sections, by_section),
            thin=[*_thin_years(years, strata, gaps), *_thin_sections(sections, by_section)],
        )  # fmt: skip


def _year_of(key: str) -> str:
    """The year of an article whose page was not read, by its number."""
    estimate = KNOWN.estimate(key.rpartition("/")[2])
    return f"{estimate.day.year:04d}" if estimate else ""


def _estimate(strata: Mapping[str, Mapping[int, int]]) -> Iterator[tuple[str, Total]]:
    """How many there are of each year or section; those of which little was seen together, under an empty name."""
    rest: dict[int, int] = defaultdict(int)
    for name, masks in sorted(strata.items()):
        total = None
        if sum(masks.values()) >= _FEWEST:
            total = _total_of(masks)
        if total is None:
            for mask, count in masks.items():
                rest[mask] += count
        else:
            yield name, total
    if rest:
        total = _total_of(rest)
        if total is not None:
            yield "", total


def _total_of(masks: Mapping[int, int]) -> Total | None:
    """By the looks alone; what is held though no look shows it counts as seen."""
    histories: dict[int, int] = defaultdict(int)
    for mask, count in masks.items():
        histories[mask & ~_HELD] += count
    alone = histories.pop(0, 0)
    total = estimate_total(histories)
    if total is None:
        return None
    return dataclasses.replace(total, seen=total.seen + alone, unseen=max(0.0, total.unseen - alone))


def _held(strata: Iterable[Mapping[int, int]]) -> int:
    return _count(strata, _HELD)


def _count(strata: Iterable[Mapping[int, int]], bit: int) -> int:
    return sum(count for masks in strata for mask, count in masks.items() if mask & bit)


def _shares(strata: Mapping[str, Mapping[int, int]], totals: Mapping[str, Total]) -> dict[str, str]:
    return {name: str(share) for name, share in _share_of_each(strata, totals)}


def _share_of_each(strata: Mapping[str, Mapping[int, int]], totals: Mapping[str, Total]) -> Iterator[tuple[str, Share]]:
    for name, total in sorted(totals.items()):
        share = share_held(_held([strata[name]]), [total]) if name else None
        if share is not None:
            yield name, share


def _thin_years(
    strata: Mapping[str, Mapping[int, int]], totals: Mapping[str, Total], gaps: Iterable[Mapping[str, Any]]
) -> Iterator[Thin]:
    """The years of which the looks, or the numbers of those that are held, say that articles are missing."""
    told = {name: f"{share} held" for name, share in _share_of_each(strata, totals) if share.high < _WHOLE}
    missing: dict[str, int] = defaultdict(int)
    for gap in gaps:
        missing[str(gap.get("from_day"))[:4]] += whole(gap.get("missing")) or 0
    for year, number in missing.items():
        held = _held([strata[year]]) if year in strata else 0
        if year not in told and number > (1 - _WHOLE) * (held + number):
            told[year] = f"{plural(held, 'article')} held, and about {number} missing by their numbers"
    for year, says in sorted(told.items()):
        if _YEAR.fullmatch(year):
            yield Thin(of=year, told=says, options=f"--since {year}-01-01 --until {year}-12-31 --fill-gaps")


def _thin_sections(strata: Mapping[str, Mapping[int, int]], totals: Mapping[str, Total]) -> Iterator[Thin]:
    for name, share in _share_of_each(strata, totals):
        if share.high < _WHOLE and (slug := slug_of(name)):
            yield Thin(of=name, told=f"{share} held", options=f"--section {slug}")


def read_completeness(collection: Path) -> Completeness | None:
    """How complete a collection is, as it lies. None where nothing tells, or telling costs more than a moment."""
    lines, state = collection / "articles.jsonl", collection / "state.sqlite"
    if not is_regular(lines) or not is_regular(state) or lines.stat().st_size > MOST_READ:
        return None
    tally, known = LooksTally(), list[Known]()
    try:
        for _, line in read_lines(lines):
            try:
                record = mapping(parse_json(line))
            except ValueError:
                continue  # told where the collection is verified
            tally.add_record(record)
            known += _known_by(record)
        with closing(open_read_only(state)) as database:
            tally.add_pages(collection, database.execute)
        return tally.result([dataclasses.asdict(gap) for gap in find_gaps(known)])
    except (OSError, sqlite3.Error):
        return None
    finally:
        tally.close()


def _known_by(record: Mapping[str, Any]) -> Iterator[Known]:
    id_, day = text(record.get("id")) or "", text(record.get("date")) or ""
    with suppress(ValueError):
        if _NUMBER.fullmatch(id_):
            yield Known(key=f"{record.get('kind')}/{id_}", number=int(id_), day=date.fromisoformat(day))
