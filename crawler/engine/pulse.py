"""The pulse of a crawl: how far it is, every second, for whoever watches.

Others are told by the signal `Pulse.beat`; another shell reads `.status.json` in the collection (`thanhuy status`), and
`crawl.log` gets a line at growing intervals, so that a long silence in it means something.
"""

import json
import logging
import os
import socket
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import create_looping_call

from archive.directory import STATUS
from archive.errors import ArchiveError
from archive.state.states import UrlState, in_sql
from archive.state.urls import Urls
from archive.warc.exchange import Exchange
from crawler.engine.pace import SLOT
from crawler.engine.session import ArchiveSession
from crawler.reporting.runs import name_command
from crawler.reporting.signs import Signs
from crawler.reporting.status import Snapshot, TriedAgain, describe
from crawler.site.scope import Kind, find_kind, find_page, listing_name

logger = logging.getLogger(__name__)

WRITE_EVERY = 5.0
"""Seconds between two writings of the status file."""
COUNT_COST = 50
"""The queue is counted so rarely that counting takes no more than this part of the time."""
RECENT = 300.0
"""Seconds over which the rate is taken."""
LEADING = frozenset({Kind.HOME, Kind.LISTING, Kind.FEED, Kind.PAGE})
"""Kinds that lead to more: while they are queued nobody knows how much is left."""
MOST_SECTIONS = 12
MOST_VIAS = 10_000
"""Pages whose links are told apart when the queue is counted by section."""


class Pulse:
    """Scrapy extension: looks at the crawl every second."""

    beat = object()
    """Signal: sent with `snapshot`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._path = self._session.collection.path / STATUS
        self._clock = create_looping_call(self._tick)
        self._began = time.monotonic()
        self._written = self._counted = -1e9
        self._signs = Signs()
        self._every = 1.0
        self._queue: dict[str, int] = {}
        self._sections: dict[str, int] = {}
        self._waiting: list[TriedAgain] = []
        self._received = self._exchanges = 0
        self._marks: list[tuple[float, int]] = [(self._began, 0)]
        """Time and requests done so far, as far back as `RECENT`."""
        self._now = ""
        connect = crawler.signals.connect
        connect(self._open, signals.spider_opened)
        connect(self._count, ArchiveSession.exchange_archived)
        connect(self._look_at, signals.response_received)
        connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def _open(self) -> None:
        self._clock.start(1.0, now=True)

    def _close(self) -> None:
        if self._clock.running:
            self._clock.stop()
        self._path.unlink(missing_ok=True)

    def _count(self, exchange: Exchange, received: int) -> None:
        self._exchanges += 1
        self._received += received

    def _look_at(self, response: Response) -> None:
        self._now = response.url

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._counted >= self._every and self._session.outcome.failure is None:
            self._count_queue(now)
        if now - self._marks[-1][0] >= 5:
            self._marks = [mark for mark in self._marks if now - mark[0] <= RECENT][-100:]
            self._marks.append((now, self._exchanges))
        snapshot = self._take(now)
        self._crawler.signals.send_catch_log(self.beat, snapshot=snapshot)
        if now - self._written >= WRITE_EVERY:
            self._written = now
            self._write(snapshot)
        if self._signs.is_due():
            logger.info("%s", describe(snapshot))

    def _count_queue(self, now: float) -> None:
        state = self._session.collection.state
        urls, later = Urls(state), in_sql((UrlState.WAITING,))
        try:
            self._queue = urls.queued_by_kind()
            sections: Counter[str] = Counter()
            for via, count in urls.queued_by_via((Kind.ARTICLE, Kind.DOCUMENT), MOST_VIAS).items():
                sections[_section_of(via)] += count
            self._sections = dict(sections.most_common(MOST_SECTIONS))
            waiting = state.execute(f"SELECT url, due, status FROM urls WHERE {later} ORDER BY due LIMIT 5")  # noqa: S608 - states
            self._waiting = [
                TriedAgain(url=row[0], until=_stamp(row[1]), why=f"status {row[2]}" if row[2] else "no answer")
                for row in waiting
            ]
        except ArchiveError as error:
            logger.info("%s", error)  # whoever needs the state next stops the crawl
        self._counted = time.monotonic()
        self._every = min(max(1.0, (self._counted - now) * COUNT_COST), 60.0)

    def _take(self, now: float) -> Snapshot:
        stats = self._crawler.stats
        collection = self._session.collection
        (since, before), requests = self._marks[0], self._exchanges
        rate = (requests - before) / (now - since) if now - since > 1 else 0.0
        queued = sum(self._queue.values())
        known = bool(rate) and not any(self._queue.get(kind) for kind in LEADING)
        counts: dict[str, Any] = dict(self._session.skips.counts)
        return Snapshot(
            run=collection.run,
            command=name_command(self._crawler.settings),
            pid=os.getpid(),
            host=socket.gethostname(),
            at=_stamp(time.time()),
            seconds=round(now - self._began, 1),
            requests=requests,
            pages=stats.get_value("pages/read", 0),
            articles=stats.get_value("articles/kept", 0),
            received=self._received,
            per_minute=round(rate * 60, 1),
            queue=self._queue,
            sections=self._sections,
            waiting=self._waiting,
            next_request_in=self._next_request(now),
            seconds_left=round(queued / rate) if known else None,
            skipped=counts,
            failed=stats.get_value("frontier/failed", 0),
            last=self._now,
        )

    def _next_request(self, now: float) -> float | None:
        """Seconds until the pace lets the next request go. None where none waits for it."""
        slot = self._crawler.engine.downloader.slots.get(SLOT) if self._crawler.engine else None
        if slot is None or not slot.queue:
            return None
        return round(max(0.0, slot.lastseen + slot.delay - now), 1)

    def _write(self, snapshot: Snapshot) -> None:
        """Replace the status file. It is derived and short-lived: no sync, and no complaint where the disk is full."""
        drafted = self._path.with_name(f"{STATUS}.new")
        try:
            drafted.write_text(json.dumps(snapshot.as_dict(), ensure_ascii=True) + "\n", "utf-8")
            drafted.replace(self._path)
        except OSError:
            drafted.unlink(missing_ok=True)


def _section_of(via: str | None) -> str:
    """What a person calls the page that leads to an article."""
    if via is None:
        return "seeds"
    page, kind = find_page(via), find_kind(via)
    if page is not None and kind is Kind.LISTING:
        return page.slug or page.key
    return {Kind.HOME: "home page", Kind.ARTICLE: "other articles"}.get(kind or Kind.PAGE) or listing_name(via)


def _stamp(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
