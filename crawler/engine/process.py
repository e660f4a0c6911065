"""Run one crawl in this process, with its logs and its signals."""

import json
import logging
import signal
import sys
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.engine.outcome import AT_ONCE, Outcome
from crawler.engine.session import ArchiveSession

QUIET = ("scrapy", "twisted", "asyncio", "py.warnings", "filelock", "charset_normalizer")
"""Loggers that talk to developers: a person is shown only their errors."""


class _OwnWords(logging.Filter):
    """Lets a person see what the crawler says, and of its libraries only what is wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not record.name.startswith(QUIET)


def run_crawl(chosen: dict[str, Any], *, quiet: bool, json_logs: bool, progress: bool | None) -> Outcome:
    """Crawl with these settings until the end; return how it went. Raises what kept it from beginning."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(chosen, priority="cmdline")
    show_progress = sys.stderr.isatty() if progress is None else progress
    settings.set("PROGRESS", show_progress and not quiet and not json_logs, priority="cmdline")
    handler = _attach_logs(quiet=quiet, json_logs=json_logs)
    try:
        process = AsyncCrawlerProcess(settings, install_root_handler=False)
        crawler = process.create_crawler("thanhuytphcm")
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


def _attach_logs(*, quiet: bool, json_logs: bool) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.ERROR if quiet else logging.INFO if json_logs else logging.WARNING)
    handler.setFormatter(JsonFormatter() if json_logs else logging.Formatter("thanhuy: %(message)s"))
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
