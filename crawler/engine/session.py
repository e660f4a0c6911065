"""The archive session of a crawl: opens the collection before anything is fetched, and finishes it after the last."""

import logging
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet.defer import Deferred

from archive.collection import Collection, Options
from archive.errors import ArchiveError
from archive.files import as_archive_error
from archive.seal.keys import SealOptions
from archive.state.states import UrlState, in_sql
from crawler import __version__
from crawler.engine.between import check_clock, keep_scope, leave, take_bounds
from crawler.engine.chosen import read_configuration, read_limits, read_scope
from crawler.engine.commits import Committer
from crawler.engine.connect import Route, parse_route
from crawler.engine.deletions import Deletions
from crawler.engine.health import find_shortfalls
from crawler.engine.known import coverage, knows_listing, note_older_parsers
from crawler.engine.news import News
from crawler.engine.outcome import Outcome
from crawler.engine.readings import RunReadings
from crawler.engine.runlog import attach_log
from crawler.engine.skipped import MOST, SkippedLog
from crawler.engine.wire import check_wire
from crawler.learning.kept import attach, read_taught
from crawler.pages import ReaderFailed
from crawler.planning.health import parse_thresholds
from crawler.planning.kinds import ITEM_KINDS, describe
from crawler.planning.missed import PageCounts
from crawler.planning.skips import Why
from crawler.reporting.gather import gather_run
from crawler.reporting.page import render

logger = logging.getLogger(__name__)

REFUSALS_IN_A_ROW = 4


class Postponed(IgnoreRequest):
    """A request that the end of the crawl overtook; its page stays in the frontier."""


class ArchiveSession:
    """Holds the collection of a crawl. Every other component gets it from here."""

    exchange_archived = object()
    """Signal: an exchange was appended. Sent with `exchange` and the number of bytes `received`."""

    def __init__(self, crawler: Crawler) -> None:
        check_wire()
        settings = crawler.settings
        self._crawler = crawler
        self.outcome = Outcome()
        self.routes: tuple[Route, ...] = tuple(parse_route(text) for text in settings.getlist("CONNECT_TO"))
        cacert = settings.get("CACERT")
        self.cacert = Path(cacert) if cacert else None
        self.limits = read_limits(settings)
        self.pages = PageCounts()
        self.ending = False
        """Whether the crawl has begun to end: what takes time is left to the next run."""
        self.silent = False
        """Whether the site has not answered for so many requests that it is only asked again."""
        self.at_end: list[Callable[[str], None]] = []
        """What else is to be done with what the run brought, before the files are finished; told the closing reason."""
        self.certificates: dict[str, str] = {}
        """Host → what was wrong with its certificate."""
        self._refusals = 0
        self._of_use = False
        path = Path(settings["COLLECTION"])
        self.taught = read_taught(path)
        """What the parser of the collection was taught."""
        self.limits = replace(self.limits, calendar=self.taught.calendar)
        self.collection = Collection.open(
            path,
            describe=describe,
            options=Options(
                software=f"thanhuy/{__version__} Scrapy/{scrapy.__version__}",
                operator=settings.get("OPERATOR"),
                robots="obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
                user_agent=settings.get("USER_AGENT"),
                config=read_configuration(settings),
                max_file_size=settings.getint("WARC_MAX_SIZE"),
                free_space_floor=settings.getint("FREE_SPACE_FLOOR"),
                seal=SealOptions(
                    key=Path(settings["SEAL_KEY"]) if settings.get("SEAL_KEY") else None,
                    command=settings.get("SEAL_COMMAND"),
                ),
                attached=attach(path),
            ),
            seeds=tuple(settings.getlist("SEEDS")),
        )
        self.committer = Committer(self.collection)
        self.begun = keep_scope(self.collection, read_scope(settings), refresh=settings.getbool("REFRESH"))
        self.deletions = Deletions(
            self.collection, at_once=settings.getbool("CONFIRM_GONE"), accept=settings.getbool("ACCEPT")
        )
        self.news = News(self.collection.state, self.collection.urls)
        self.bounds = take_bounds(self.collection.state)
        self.health = parse_thresholds(settings.getlist("HEALTH"))
        self.readings = RunReadings(self.collection, self.health, accept=settings.getbool("ACCEPT"), taught=self.taught)
        self._began = datetime.now(UTC)
        self._log = attach_log(self.collection.run_directory / "crawl.log")
        self.skips = SkippedLog(self.collection.run_directory / "skipped.jsonl")
        self._warn(check_clock(self.collection.state, self._began))
        for action in (*self.collection.recovery.actions, *self.collection.recovery.left):
            logger.warning("%s", action)
        crawler.signals.connect(self.close, signals.spider_closed)
        crawler.signals.connect(self._stop_waiting, signals.spider_opened)
        _SESSIONS[crawler] = self

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> "ArchiveSession":
        """The session of a crawl."""
        return _SESSIONS[crawler]

    def _warn(self, note: str | None) -> None:
        """Log what a person should know, and say it again at the end."""
        if note is not None:
            logger.warning("%s", note)
            self.outcome.notes.append(note)

    def stop(self, failure: ArchiveError) -> None:
        """End the crawl because the archive cannot take more. Safe to call more than once."""
        if self.outcome.failure is not None:
            return
        self.outcome.failure = failure
        self._end("archive_failed")

    def give_up(self, why: str) -> None:
        """End the crawl because the site cannot be reached or refuses us. Safe to call more than once."""
        if not self.outcome.unreachable:
            self.outcome.unreachable = why
            self._end("unreachable")

    def finish_early(self, spent: str) -> None:
        """End the crawl because its budget is spent: a good end, after which the next run goes on.
        Safe to call more than once.
        """
        if not self.outcome.spent:
            self.outcome.spent = spent
            logger.info("budget spent: %s", spent)
            self._end("budget_spent")

    def note_missed(self, meta: Mapping[str, Any], url: str, why: str) -> None:
        """A page could not be had, for whatever reason; it is asked for again, and named at the end."""
        self.pages.note_missed(str(meta.get("kind")), url, why)

    def note_set_aside(self, meta: dict[str, Any], error: ReaderFailed) -> None:
        """The reader broke on a page, or it took too long to read, each time: it is kept, named, and left alone."""
        self._crawler.stats.inc_value(f"layout_errors/{error.code}")
        logger.warning("%s", error)
        meta["unread"], meta["passing"] = error.code, error.passing
        self.pages.note_set_aside(error.where, error.detail)
        self.skips.note(error.where, meta.get("via"), Why.UNREAD, f"{error.code}: {error.detail}")

    def note_layout_error(self, code: str, message: str) -> None:
        """Count a page that is no article. Challenge pages in a row mean that the site refuses us."""
        self._crawler.stats.inc_value(f"layout_errors/{code}")
        logger.warning("%s", message)
        if code == "challenge":
            self.note_refusal(message)
        else:
            self._refusals = 0

    def note_refusal(self, why: str) -> None:
        """The site refused a page; after a few in a row the crawl stops, so as not to hammer."""
        self._refusals += 1
        if not self._of_use:
            self.outcome.refused = why
        if self._refusals >= REFUSALS_IN_A_ROW:
            self.give_up(f"{self._refusals} refusals in a row, the last: {why}")

    def note_answer(self, *, of_use: bool = False) -> None:
        """The site gave a page. `of_use`: one of its own, and none that only looks like it."""
        self._refusals = 0
        if of_use:
            self._of_use, self.outcome.refused = True, ""

    def _end(self, reason: str) -> None:
        # Awaiting the end from inside a download would wait for that download: schedule it.
        call_later(0, lambda: _ignore(deferred_from_coro(self._crawler.engine.close_spider_async(reason=reason))))

    def _stop_waiting(self) -> None:
        """See to it that the end does not wait for requests that wait for their turn: they are begun in the next run.

        Scrapy fetches what its slots have queued before it closes, at the pace asked for:
        minutes, after a Retry-After an hour.
        """
        engine = self._crawler.engine
        close_spider = engine.close_spider_async

        def postpone() -> None:
            for slot in engine.downloader.slots.values():
                waiting = list(slot.queue)
                slot.queue.clear()
                for _, answered in waiting:
                    answered.errback(Postponed("the crawl ends"))

        async def close(**options: Any) -> None:
            self.ending = True
            postpone()
            # What waited for robots.txt, say, comes to its slot only now; the signal is sent before it is queued.
            late = signals.request_reached_downloader
            self._crawler.signals.connect(lambda: call_later(0, postpone), late, weak=False)
            await close_spider(**options)

        engine.close_spider_async = close  # type: ignore[method-assign]

    async def close(self, spider: object, reason: str) -> None:
        """Finish the collection, whatever goes wrong while the run is summed up."""
        outcome, collection = self.outcome, self.collection
        outcome.reason = reason
        report: dict[str, Any] = {
            "began": self._began.isoformat(),
            "reason": reason,
            "software": collection.options.software,
            "configuration": collection.options.config,
        }
        try:
            if not collection.failed:
                self._conclude(reason)
                await maybe_deferred_to_future(self.committer.committed())
        except Exception as error:  # noqa: BLE001 - what comes in between must not keep the files from being finished
            self._note_failure(error)
        try:
            report |= self._sum_up(reason)
            for conclude in self.at_end if not collection.failed else ():
                conclude(reason)
        except Exception as error:  # noqa: BLE001 - as above
            self._note_failure(error)
            collection.failed = collection.failed or isinstance(error, ArchiveError)  # the state cannot be read
            report["reason"] = "archive_failed"
        report["ended"] = datetime.now(UTC).isoformat()
        logging.getLogger().removeHandler(self._log)
        self.skips.close()
        self._log.close()
        try:
            collection.close(report, lambda run: draw_run(collection, run))
        except Exception as error:  # noqa: BLE001 - as above
            self._note_failure(error)
        outcome.closed = True

    def _note_failure(self, error: Exception) -> None:
        """What kept the run from its end; the first such error is what a person is told."""
        path = self.collection.path
        if isinstance(error, OSError):
            error = as_archive_error(error, path)
        elif not isinstance(error, ArchiveError):
            logger.debug("%s: the end of the run failed", path, exc_info=error)
            error = ArchiveError(
                f"{path}: the end of the run failed with an unexpected {type(error).__name__}: {error}; what was"
                f" fetched is kept: run `thanhuy repair {path}`, then the same command again"
            )
        self.outcome.failure = self.outcome.failure or error

    def _sum_up(self, reason: str) -> dict[str, Any]:
        """Say in the outcome how the run went; what `run.json` keeps of it. Raises ArchiveError."""
        outcome, collection = self.outcome, self.collection
        outcome.counts = collection.state.counts()
        outcome.notes += note_older_parsers(collection, self.taught.parser)
        outcome.stats = dict(self._crawler.stats.get_stats())
        outcome.shortfalls += find_shortfalls(outcome.stats, self.health)
        readings = self._judge_readings()
        # A page or two that fail say nothing of the site, once there is an archive of it.
        if not outcome.answered and not outcome.counts.get("items"):
            outcome.unreachable = outcome.unreachable or outcome.last_failure
        if not outcome.spent:
            outcome.unreachable = outcome.unreachable or outcome.refused
        self._note_pages()
        if reason == "finished" and not outcome.unreachable:
            outcome.shortfalls += self._find_nothing()
        outcome.new_versions, outcome.run = collection.new_versions, collection.run
        self._list_what_is_left()
        return {
            "stats": outcome.stats,
            "counts": outcome.counts,
            "health": outcome.shortfalls,
            "readings": readings,
            "spent": outcome.spent,
            "unreachable": outcome.unreachable,
            "new_versions": outcome.new_versions,
            "coverage": coverage(collection),
            "skipped": dict(self.skips.counts),
        }

    def _list_what_is_left(self) -> None:
        """What a spent budget left in the queue."""
        if self.outcome.spent and self.outcome.failure is None:
            for row in self.collection.urls.where(
                f"{in_sql((UrlState.QUEUED,))} ORDER BY priority DESC, id LIMIT :most", most=MOST
            ):
                self.skips.note(row.url, row.via, Why.BUDGET, self.outcome.spent)
            left = self.outcome.counts.get(f"urls_{UrlState.QUEUED}", 0)
            self.skips.counts[Why.BUDGET] = max(left, self.skips.counts[Why.BUDGET])

    def _note_pages(self) -> None:
        """What became of the pages that were asked for."""
        shortfall, missed = self.pages.find_shortfall(), self.pages.name_missed()
        self.outcome.shortfalls += [shortfall] if shortfall else []
        forbidden, aside = self.pages.name_forbidden(), self.pages.name_set_aside()
        self.outcome.notes += [note for note in (missed, forbidden, aside, *self.bounds.describe()) if note]
        kept = self.begun.describe() if self._crawler.settings.getbool("REFRESH") else None
        self.outcome.notes += [kept] if kept else []

    def _conclude(self, reason: str) -> None:
        """Note the time, say which articles are gone, and, where the run came to its own end, how far the listings
        are read.
        """
        leave(self.collection.state, self.bounds, datetime.now(UTC))
        asked = sum(self.pages.had[kind] for kind in ITEM_KINDS)
        doubt = self.deletions.conclude(asked, self._crawler.stats.inc_value)
        if doubt is not None:
            self.outcome.shortfalls.append(doubt)
        if reason == "finished" and not self.outcome.unreachable and not self.leaves_links:
            self.news.conclude(refresh=self._crawler.settings.getbool("REFRESH"))

    @property
    def leaves_links(self) -> bool:
        """Whether this run's limits leave out links that belong to the collection."""
        return not self.begun.holds(self.limits)

    def _judge_readings(self) -> dict[str, Any]:
        """Judge what the run's pages showed; what `run.json` keeps of it."""
        if self.collection.failed:
            return {}
        try:
            shortfalls, notes, about = self.readings.conclude()
        except ArchiveError as failure:
            self.outcome.failure = self.outcome.failure or failure
            self.collection.failed = True
            return {}
        self.outcome.shortfalls += shortfalls
        self.outcome.notes += notes
        return about

    def _find_nothing(self) -> list[str]:
        """What a run found nothing of that it was to find."""
        urls, limits = self.collection.urls, self.limits
        found = [
            f"no listing {slug!r} is known of the site"
            for slug in sorted(limits.sections)
            if not knows_listing(urls, slug)
        ]
        asked = self._crawler.settings.getlist("SEEDS") or limits.narrow
        if not found and not asked and not self.outcome.counts.get("items"):
            found.append(
                "no article was found; the site may have a new layout, or answer with something else than its pages"
            )
        return found


_SESSIONS: "weakref.WeakKeyDictionary[Crawler, ArchiveSession]" = weakref.WeakKeyDictionary()
"""Crawler → its session: extensions ask for it before Scrapy's own list of them is complete."""


def draw_run(collection: Collection, run: Mapping[str, Any]) -> list[bytes]:
    """The page of a run; nothing where it cannot be drawn.
    Costs in proportion to the run, see `crawler.reporting.gather`.
    """
    try:
        return [render(gather_run(collection.path, collection.run, run, collection.state.execute, datetime.now(UTC)))]
    except Exception as error:  # noqa: BLE001 - the data is written: a fault of the page must not make the run's end fail
        logger.warning(
            "%s: the run's report.html could not be drawn: %s: %s", collection.path, type(error).__name__, error
        )
        return []


def _ignore(deferred: "Deferred[None]") -> None:
    """The end of the spider is reported by `close`; a second request to end it changes nothing."""
    deferred.addErrback(lambda failure: logger.debug("%s", failure.getErrorMessage()))
