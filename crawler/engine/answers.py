"""What comes of each answer of the site, or of its silence: used, asked for again, or given up.

The spider sees only responses that say something about the page; everything else is settled here, in the frontier.
"""

import email.utils
import logging
import re
import time
from collections import Counter
from typing import NoReturn, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from archive.errors import ArchiveError
from archive.state.urls import HORIZON, LONGEST, ROUND
from crawler.engine.cuts import is_whole
from crawler.engine.failures import describe_failure
from crawler.engine.pace import SLOT, Pace
from crawler.engine.session import ArchiveSession, Postponed
from crawler.engine.stored import STORED
from crawler.planning.kinds import EMBEDDED, GONE
from crawler.planning.skips import Why
from crawler.site.asked import may_be_asked
from crawler.site.scope import FILE_HOSTS, Kind

logger = logging.getLogger(__name__)

REFUSED = frozenset({401, 403, 407, 451, 511})
"""Statuses by which a site refuses us; the page is asked for again in the next run."""
TRY_AGAIN = frozenset({408, 425, 429, *range(500, 600)}) - REFUSED
"""Statuses that speak of the moment and not of the page."""
OF_THE_PAGE = frozenset({200, *range(300, 400), *GONE})
"""Statuses that say something of the page. Any other leaves it unread, and the next run asks again."""
CONDITIONS = ("If-None-Match", "If-Modified-Since")
"""Without one of them 304 is no answer to what was asked (RFC 9110 §15.4.5)."""
CHALLENGE = re.compile(
    rb"cf-chl|challenge-platform|challenge-form|just a moment|checking your browser|captcha", re.IGNORECASE
)
"""What a page says that keeps robots out, whatever its status."""
FAILURES_IN_A_ROW = 25
"""After so many failed requests without an answer between them the site is left alone for a while."""
PAUSES = 4
"""After so many such pauses, each twice as long as the one before, without an answer it counts as down."""
FILE_FAILURES_IN_A_ROW = 5
"""After so many a host of photos and attachments counts as down; the pages go on."""


WHY = {
    "refused": Why.REFUSED,
    "forbidden": Why.ROBOTS,
    "out_of_bounds": Why.TRAP,
    "failed": Why.FAILED,
    "postponed": Why.FAILED,
    "left_alone": Why.FAILED,
    "unreachable": Why.FAILED,
    "too_large": Why.LIMIT,
}
"""Name of a failure → why the list of what was skipped says it was."""


class Settled(IgnoreRequest):
    """The frontier knows what becomes of this request; nothing is left to do for it."""


class AnswerMiddleware:
    """Downloader middleware: settles failures, and puts every request in one line, since all hosts are one server."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._urls = self._session.collection.urls
        self._attempts = crawler.settings.getint("RETRY_TIMES")
        self._backoff = crawler.settings.getfloat("RETRY_BACKOFF")
        self._contact = crawler.settings.get("CONTACT")
        self._pace = Pace(crawler)
        self._row = 0
        """Pages that failed at their first try since the last answer."""
        self._pauses, self._resumes = 0, 0.0
        """Pauses since the last answer, and when the last of them ends (monotonic clock)."""
        self._file_failures: Counter[str] = Counter()
        """Host of photos and attachments → failed requests since its last answer."""
        self._answered = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """One line for all hosts: the delay and the concurrency are the site's, not a host name's."""
        request.meta.setdefault("download_slot", SLOT)
        if self._contact:
            request.headers.setdefault("From", self._contact)
        host = urlparse_cached(request).hostname or ""
        if "key" in request.meta and not may_be_asked(request.url):
            self._urls.refuse(request.meta["key"])
            self._note_failure("out_of_bounds", request, "never asked for")
            raise Settled("never asked for")
        if "key" in request.meta and self._file_failures[host] >= FILE_FAILURES_IN_A_ROW:
            self._leave_to_next_run(request, f"{host} is not to be reached")

    def process_response(self, request: Request, response: Response) -> Response:
        """Let the spider see what it can use."""
        try:
            return self._judge(request, response)
        except ArchiveError as failure:
            self._session.stop(failure)
            raise

    def _judge(self, request: Request, response: Response) -> Response:
        if STORED in request.meta:
            return response
        if "key" not in request.meta:
            self._answered = self._answered or response.status < 500  # robots.txt: the site is there
            return response
        if response.status in REFUSED or (response.status in TRY_AGAIN and _is_challenge(response)):
            self._urls.fail(request.meta["key"])
            self._note_failure("refused", request, f"status {response.status}")
            self._session.note_missed(request.meta, request.url, f"status {response.status}")
            if request.meta.get("kind") not in EMBEDDED:
                self._session.note_refusal(f"{request.url}: status {response.status}")
            raise Settled(f"status {response.status}")
        if response.status in TRY_AGAIN:
            self._try_again(request, f"status {response.status}", _retry_after(response))
        if request.meta.get("cut") and not (self._is_last_try(request) and is_whole(response)):
            self._try_again(request, "cut short", None)
        self._note_answer()
        if response.status not in OF_THE_PAGE:
            self._give_up(request, f"status {response.status}")
        if response.status == 304 and not any(name in request.headers for name in CONDITIONS):
            self._give_up(request, "status 304, which nothing had asked for")
        self._file_failures.pop(urlparse_cached(request).hostname or "", None)
        self._pace.ease(request.meta.get("download_latency", 0.0))
        if response.status != 200 and not 300 <= response.status < 400:
            self._session.note_answer()
        elif response.status == 304:
            self._session.note_answer(of_use=True)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Settle what brought no response."""
        if "key" not in request.meta or isinstance(exception, Settled | Postponed | ArchiveError):
            return
        try:
            self._settle(request, exception)
        except ArchiveError as failure:
            self._session.stop(failure)
            raise

    def _settle(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, IgnoreRequest):
            self._urls.refuse(request.meta["key"])
            self._session.pages.note_forbidden(request.meta.get("kind", ""), request.url)
            self._note_failure("forbidden", request, str(exception))
            return
        if isinstance(exception, DownloadCancelledError):
            # Larger than the user wants: an answer all the same, and its beginning is kept.
            self._note_answer()
            self._urls.finish(request.meta["key"], due=time.time() + LONGEST, read=False)
            self._note_failure("too_large", request, str(exception))
            return
        certificate = self._session.certificates.get(urlparse_cached(request).hostname or "")
        self._try_again(request, describe_failure(exception, certificate=certificate), None)

    def _give_up(self, request: Request, why: str) -> NoReturn:
        """Leave a page to later runs, which ask at growing intervals. Raises Settled."""
        self._urls.fail(request.meta["key"])
        self._note_failure("failed", request, why)
        self._session.note_missed(request.meta, request.url, why)
        raise Settled(why)

    def _leave_to_next_run(self, request: Request, why: str) -> NoReturn:
        """Raises Settled."""
        self._urls.postpone(request.meta["key"])
        self._note_failure("postponed", request, why)
        raise Settled(why)

    def _note_answer(self) -> None:
        self._answered, self._row, self._pauses = True, 0, 0
        self._session.outcome.answered, self._session.silent = True, False

    def _try_again(self, request: Request, why: str, after: float | None) -> NoReturn:
        """Raises Settled."""
        key, attempts = request.meta["key"], _tries(request)
        host = urlparse_cached(request).hostname or ""
        if host in FILE_HOSTS:
            # No page hangs on it, so it says nothing of the site.
            self._file_failures[host] += 1
            if self._file_failures[host] >= FILE_FAILURES_IN_A_ROW:
                logger.warning("%s: %s; what lies there waits for the next run", host, why)
                self._leave_to_next_run(request, why)
        elif attempts == 1:  # a second try of many pages at once says nothing of the site
            self._row += 1
        pause = self._pause() if self._row >= FAILURES_IN_A_ROW else 0.0
        self._pace.slow_down(max(pause or 0.0, after or 0.0) or None)
        if host not in FILE_HOSTS and (not self._answered or pause is None):
            # A site that is down is not asked again and again; the next run begins where this one stops.
            self._urls.put_back(key)
            self._note_failure("unreachable", request, why)
            self._session.give_up(why)
        elif self._is_last_try(request) and not pause:
            self._give_up(request, why)
        else:
            wait = after if after is not None else self._backoff * 2 ** (min(attempts, self._attempts) - 1)
            self._retry(request, why, max(wait, pause or 0.0))
        raise Settled(why)

    def _retry(self, request: Request, why: str, wait: float) -> None:
        """Ask again after so many seconds; where this run does not wait that long, a page was missed."""
        self._urls.retry(request.meta["key"], time.time() + wait)
        if wait > HORIZON:
            why = f"{why}, to be left alone for {min(wait, LONGEST) / 86_400:.1f} days"
            self._note_failure("left_alone", request, why)
            self._session.note_missed(request.meta, request.url, why)
        else:
            self._crawler.stats.inc_value("frontier/retried")
            logger.info("%s: %s; to be tried again", request.url, why)

    def _pause(self) -> float | None:
        """Seconds in which a site that has not answered for long is asked nothing. None where it counts as down.

        What fails before a pause is over was under way when it began, and says nothing more.
        """
        now = time.monotonic()
        if now >= self._resumes:
            if self._pauses >= PAUSES:
                return None
            self._resumes = now + self._backoff * 2**self._pauses
            self._pauses += 1
            self._session.silent = True
            logger.warning("no answer to %d pages in a row; waiting for the site", self._row)
        return self._resumes - now

    def _is_last_try(self, request: Request) -> bool:
        # Photos are many, and none is worth a second visit in the same crawl.
        return _tries(request) >= (1 if request.meta.get("kind") == Kind.IMAGE else self._attempts)

    def _note_failure(self, name: str, request: Request, why: str) -> None:
        self._crawler.stats.inc_value(f"frontier/{name}")
        if name in WHY:
            self._session.skips.note(request.url, request.meta.get("via"), WHY[name], why)
        self._session.outcome.last_failure = f"{request.url}: {why}"
        logger.info("%s: %s: %s", request.url, name, why)


def _tries(request: Request) -> int:
    """How often this run has asked, this time included."""
    return int(request.meta.get("attempts", 0)) % ROUND + 1


def _retry_after(response: Response) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110 §10.2.3). None where it asks for nothing that can be read."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _is_challenge(response: Response) -> bool:
    return b"Cf-Mitigated" in response.headers or CHALLENGE.search(response.body[:50_000]) is not None
