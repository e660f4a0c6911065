"""The progress bar, for a person who watches; cron sees nothing of it."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.engine.session import ArchiveSession


class ProgressBar:
    """Shows requests done of those known, articles kept, and the page being fetched."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("PROGRESS"):
            raise NotConfigured
        self._crawler = crawler
        self._state = ArchiveSession.of(crawler).collection.state
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[articles]} articles"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._left = 0
        self._task = self._progress.add_task("crawling", total=None, articles=0)
        connect = crawler.signals.connect
        connect(self._open, signals.spider_opened)
        connect(self._update, signals.response_received)
        connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def _open(self) -> None:
        self._left = self._state.counts().get("urls_queued", 0)
        self._progress.start()

    def _update(self) -> None:
        stats = self._crawler.stats.get_stats()
        total = self._left + stats.get("frontier/added", 0)
        done = stats.get("response_received_count", 0)
        self._progress.update(
            self._task, completed=done, total=max(total, done), articles=stats.get("articles/kept", 0)
        )

    def _close(self) -> None:
        self._progress.stop()
