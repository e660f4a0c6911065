"""Budgets: how much a run, and a day, may ask of the site. The crawl stops cleanly at the first that is spent.

Photos and attachments have one of their own: when it is spent they wait for the next run, and pages go on.
"""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from archive.warc.exchange import Exchange
from crawler.engine.session import ArchiveSession
from crawler.planning.kinds import MEDIA
from crawler.site.scope import find_kind
from crawler.site.times import VIETNAM, is_within, parse_hours

logger = logging.getLogger(__name__)


class Budget:
    """Counts exchanges as they are archived, robots.txt and photos included."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._session = ArchiveSession.of(crawler)
        self._requests, self._bytes = settings.getint("MAX_REQUESTS"), settings.getint("MAX_BYTES")
        self._seconds, self._daily = settings.getfloat("MAX_SECONDS"), settings.getint("DAILY_REQUESTS")
        self._hours = parse_hours(settings["HOURS"]) if settings.get("HOURS") else None
        self._daily_bytes, self._daily_seconds = settings.getint("DAILY_BYTES"), settings.getfloat("DAILY_SECONDS")
        self._began = datetime.now(UTC)
        midnight = self._began.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        self._today, self._archived = self._count_since(midnight) if self._daily or self._daily_bytes else (0, 0)
        crawls, run = self._session.collection.path / "crawls", self._session.collection.run
        self._ran = _ran_since(midnight, crawls, run) if self._daily_seconds else 0.0
        self._asked = self._received = 0
        crawler.signals.connect(self._count, ArchiveSession.exchange_archived)
        crawler.signals.connect(self._open, signals.spider_opened)
        crawler.signals.connect(self._close, signals.spider_closed)
        self._clock = create_looping_call(self._check)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def _open(self) -> None:
        self._check()
        if self._seconds or self._daily_seconds or self._hours:
            self._clock.start(1.0, now=False)  # time also passes while nothing is fetched

    def _close(self) -> None:
        if self._clock.running:
            self._clock.stop()

    def _count(self, exchange: Exchange, received: int) -> None:
        self._asked += 1
        self._today += 1
        self._received += received
        self._archived += received
        self._check()

    def _check(self) -> None:
        now = datetime.now(UTC)
        passed = (now - self._began).total_seconds()
        spent: tuple[tuple[Any, bool, str], ...] = (
            (self._requests, self._asked >= self._requests, f"{self._asked} requests in this run"),
            (self._bytes, self._received >= self._bytes, f"{self._received} bytes in this run"),
            (self._seconds, passed >= self._seconds, f"{self._seconds:.0f} seconds in this run"),
            (self._daily, self._today >= self._daily, f"{self._today} requests today"),
            (self._daily_bytes, self._archived >= self._daily_bytes, f"{self._archived} bytes today"),
            (self._daily_seconds, self._ran + passed >= self._daily_seconds, f"{self._ran + passed:.0f} seconds today"),
            (self._hours, self._hours is not None and not is_within(now, self._hours), "outside the hours set"),
        )
        for limit, reached, what in spent:
            if limit and reached:
                self._session.finish_early(what)
                return

    def _count_since(self, midnight: datetime) -> tuple[int, int]:
        """Captures since then, and the bytes that they take in the archive."""
        row = self._session.collection.state.execute(
            "SELECT count(*), coalesce(sum(length), 0) FROM captures"
            " WHERE id > coalesce((SELECT max(id) FROM captures WHERE date < ?), 0)",
            (midnight.strftime("%Y-%m-%dT%H:%M:%S"),),
        ).fetchone()
        return int(row[0]), int(row[1])


def _ran_since(midnight: datetime, crawls: Path, own: str) -> float:
    """Seconds that earlier runs took since then: from a run's name, which tells its beginning,
    to the last line of its log.
    """
    seconds = 0.0
    for directory in crawls.glob("[0-9]*"):
        try:
            began = max(datetime.strptime(directory.name[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC), midnight)
            ended = datetime.fromtimestamp((directory / "crawl.log").stat().st_mtime, UTC)
        except (ValueError, OSError):
            continue  # none of a crawl's directories, or one whose log is gone
        if directory.name != own:
            seconds += max((ended - began).total_seconds(), 0.0)
    return seconds


class MediaBudget:
    """Counts what photos and attachments cost in this run."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._requests, self._bytes = settings.getint("MEDIA_REQUESTS"), settings.getint("MEDIA_BYTES")
        self._begun = self._received = 0
        if self._bytes:
            crawler.signals.connect(self._count, ArchiveSession.exchange_archived)

    def _count(self, exchange: Exchange, received: int) -> None:
        if find_kind(exchange.target_uri) in MEDIA:
            self._received += received

    def begin(self, kind: str) -> None:
        """Note that something is about to be fetched."""
        self._begun += kind in MEDIA

    @property
    def is_spent(self) -> bool:
        """Whether the photos and attachments that are left have to wait for the next run."""
        return bool(
            (self._requests and self._begun >= self._requests) or (self._bytes and self._received >= self._bytes)
        )
