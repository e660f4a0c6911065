"""Budgets: how much a run, and a day, may ask of the site. The crawl stops cleanly at the first that is spent."""

import logging
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from archive.exchange import Exchange
from crawler.extensions.session import ArchiveSession
from crawler.times import VIETNAM, is_within, parse_hours

logger = logging.getLogger(__name__)


class Budget:
    """Counts exchanges as they are archived, robots.txt and photos included."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._session = ArchiveSession.of(crawler)
        self._requests, self._bytes = settings.getint("MAX_REQUESTS"), settings.getint("MAX_BYTES")
        self._seconds, self._daily = settings.getfloat("MAX_SECONDS"), settings.getint("DAILY_REQUESTS")
        self._hours = parse_hours(settings["HOURS"]) if settings.get("HOURS") else None
        self._began = datetime.now(UTC)
        self._today = self._count_today() if self._daily else 0
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
        if self._seconds or self._hours:
            self._clock.start(1.0, now=False)  # time also passes while nothing is fetched

    def _close(self) -> None:
        if self._clock.running:
            self._clock.stop()

    def _count(self, exchange: Exchange, received: int) -> None:
        self._asked += 1
        self._today += 1
        self._received += received
        self._check()

    def _check(self) -> None:
        now = datetime.now(UTC)
        spent: tuple[tuple[Any, bool, str], ...] = (
            (self._requests, self._asked >= self._requests, f"{self._asked} requests in this run"),
            (self._bytes, self._received >= self._bytes, f"{self._received} bytes in this run"),
            (self._seconds, (now - self._began).total_seconds() >= self._seconds, f"{self._seconds:.0f} seconds in this run"),
            (self._daily, self._today >= self._daily, f"{self._today} requests today"),
            (self._hours, self._hours is not None and not is_within(now, self._hours), "outside the hours set"),
        )
        for limit, reached, what in spent:
            if limit and reached:
                self._session.finish_early(what)
                return

    def _count_today(self) -> int:
        """Captures since midnight in Vietnam."""
        midnight = datetime.now(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        row = self._session.collection.state.execute(
            "SELECT count(*) FROM captures WHERE id > coalesce((SELECT max(id) FROM captures WHERE date < ?), 0)",
            (midnight.strftime("%Y-%m-%dT%H:%M:%S"),),
        ).fetchone()
        return int(row[0])
