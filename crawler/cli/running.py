"""Run a crawl in this process: logs, signals, and what the end means."""

import logging
import signal
import sys
from typing import Any

import click
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.cli.exits import CODES, CommandFailed, Exit
from crawler.cli.options import JsonFormatter
from crawler.engine.outcome import Outcome
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
            raise CommandFailed(f"{chosen['COLLECTION']}: interrupted at once; run the same command again to go on", Exit.INTERRUPTED)
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


def judge(outcome: Outcome) -> Exit:
    """The exit code that tells the truth about a crawl."""
    if outcome.failure is not None:
        return next((code for kind, code in CODES if isinstance(outcome.failure, kind)), Exit.ERROR)
    if outcome.reason == "shutdown":
        return Exit.INTERRUPTED
    if outcome.unreachable:
        return Exit.UNREACHABLE
    if outcome.shortfalls:
        return Exit.UNHEALTHY
    return Exit.DONE


def report(outcome: Outcome, into: object, *, quiet: bool) -> Exit:
    """Say what came of the crawl; return the exit code. Raises CommandFailed where it ended badly."""
    code = judge(outcome)
    pages, new = outcome.stats.get("pages/read", 0), outcome.new_versions
    summary = f"{into}: {pages} pages read, {new} articles new or changed, {outcome.counts.get('items', 0)} articles in all"
    endings = {
        Exit.INTERRUPTED: "interrupted; run the same command again to go on",
        Exit.UNREACHABLE: f"the site could not be reached or refused us: {outcome.unreachable}; try again later",
    }
    if outcome.failure is not None:
        raise CommandFailed(str(outcome.failure), code)
    if outcome.spent:
        summary += f"; stopped early: {outcome.spent}"
    if code in endings:
        raise CommandFailed(f"{into}: {endings[code]}", code)
    if not quiet:
        click.echo(summary)
    for shortfall in outcome.shortfalls:
        click.echo(f"thanhuy: {into}: {shortfall}", err=True)
    return code
