"""The pace: never faster than asked for, slower when the site struggles or says so.

All hosts of the site share one download slot, since they are one server.
The delay lies between the beginnings of two requests. Jitter only ever makes it longer.
"""

import logging
import time
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SLOT = "site"
SLOWEST = 120.0
"""Seconds between requests beyond which the crawl slows down no further."""
LONGEST_CRAWL_DELAY = 3600.0
LONGEST_PAUSE = 3600.0
"""Seconds that a Retry-After can hold up the crawl; a longer one is a matter for the next run."""
JITTER = 0.5
"""Share of the delay that chance adds at most."""


class Pace:
    """Adjusts the delay of the site's slot."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent = crawler.settings.get("ROBOTSTXT_USER_AGENT")
        self._base = self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        crawler.signals.connect(self.obey_crawl_delay, signals.robots_parsed)

    def obey_crawl_delay(self, robotparser: Any) -> None:
        """`Crawl-delay` of robots.txt, where it asks for more than the user did."""
        asked = robotparser.crawl_delay(self._user_agent) or 0.0
        if asked > self._base:
            logger.info("robots.txt asks for %s s between requests", asked)
            self._base = min(asked, LONGEST_CRAWL_DELAY)
            self._set(self._base)

    def slow_down(self, pause: float | None) -> None:
        """After an error: twice the delay. `pause`: seconds in which the site wants to hear nothing at all."""
        if self._base:
            self._set(max(self._base, min(max(self._delay * 2, 1.0), SLOWEST)))
        slot = self._slot()
        if pause and slot is not None:
            slot.delay = slot.delay or 0.001  # Scrapy looks at `lastseen` only where there is a delay
            # Chance makes the next delay no shorter than `_delay`, so no pause ends early.
            slot.lastseen = max(slot.lastseen, time.monotonic() + min(pause, LONGEST_PAUSE) - self._delay)

    def ease(self, latency: float) -> None:
        """After an answer: back towards the delay asked for,
        but not below the time that the site needs for an answer.
        """
        if self._base:
            self._set(max(self._base, min(latency, SLOWEST), self._delay * 0.8))

    def _set(self, delay: float) -> None:
        """Scrapy varies a delay to both sides of its middle:
        raise the middle, so that no gap is shorter than `delay`.
        """
        self._delay = delay
        slot = self._slot()
        if slot is not None:
            slot.delay, slot.jitter = delay * (1 + JITTER / 2), JITTER / 2 / (1 + JITTER / 2)

    def _slot(self) -> Any:
        """The site's slot; None before its first request."""
        return self._crawler.engine.downloader.slots.get(SLOT)
