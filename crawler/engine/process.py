"""Run one crawl in this process, with its logs and its signals."""

import json
import logging
import signal
import sys
from collections.abc import Callable
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.engine.outcome import AT_ONCE, Outcome
from crawler.engine.pulse import Pulse
from crawler.engine.runlog import PlainFormatter
from crawler.engine.session import ArchiveSession
from crawler.reporting.status import Snapshot

QUIET = ("scrapy", "twisted", "asyncio", "py.warnings", "filelock", "charset_normalizer")
"""Loggers that talk to developers: a person is shown only their errors."""


class _OwnWords(logging.Filter):
    """Lets a person see what the crawler says, and of its libraries only what is wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not record.name.startswith(QUIET)


def run_crawl(
    chosen: dict[str, Any],
    *,
    quiet: bool,
    json_logs: bool,
    watch: Callable[[Snapshot], None] = lambda snapshot: None,
) -> Outcome:
    """Crawl with these settings until the end; return how it went. Raises what kept it from beginning.
    `watch` is told every second how far it is.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(chosen, priority="cmdline")
    handler = _attach_logs(quiet=quiet, json_logs=json_logs)
    try:
        process = AsyncCrawlerProcess(settings, install_root_handler=False)
        crawler = process.create_crawler("thanhuytphcm")
        crawler.signals.connect(_told(watch), Pulse.beat, weak=False)
        task = process.crawl(crawler)
        process.start()
        # What is left is to say how it went; a signal that comes now is late.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if not task.done():  # a second Ctrl-C: the files stay open, and the next start mends them
            return Outcome(reason=AT_ONCE)
        task.result()
    finally:
        logging.getLogger().removeHandler(handler)
    return ArchiveSession.of(crawler).outcome


def _told(watch: Callable[[Snapshot], None]) -> Callable[[Snapshot], None]:
    """A receiver whose argument has the signal's name."""

    def tell(snapshot: Snapshot) -> None:
        watch(snapshot)

    return tell


class _CurrentStderr(logging.StreamHandler[Any]):
    """Writes to what stderr is at the moment: a bar that is shown puts itself in its place, and text above itself."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Where to write."""
        return sys.stderr


def _attach_logs(*, quiet: bool, json_logs: bool) -> logging.Handler:
    handler = _CurrentStderr()
    handler.setLevel(logging.ERROR if quiet else logging.INFO if json_logs else logging.WARNING)
    handler.setFormatter(JsonFormatter() if json_logs else PlainFormatter("thanhuy: %(message)s"))
    if not json_logs:
        handler.addFilter(_OwnWords())
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    logging.captureWarnings(True)
    return handler


class JsonFormatter(logging.Formatter):
    """One log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message."""
        value = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            value["exception"] = self.formatException(record.exc_info)
        return json.dumps(value, ensure_ascii=False)
