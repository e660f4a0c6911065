"""What comes of each download: used, tried again later, or given up.

The spider sees only responses that say something about the page; everything else is settled here, in the frontier.
"""

import email.utils
import logging
import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from archive.errors import ArchiveError
from crawler.extensions.session import ArchiveSession, Postponed
from crawler.pace import SLOT, Pace
from crawler.queueing import EMBEDDED, ITEM_KINDS
from crawler.scope import Kind

logger = logging.getLogger(__name__)

REFUSED = frozenset({401, 403, 407, 451})
"""Statuses by which a site refuses us; the page is asked for again in the next run."""
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses that speak of the moment and not of the page."""
FAILURES_IN_A_ROW = 25
"""After so many failed requests without an answer between them the site counts as down."""


class Settled(IgnoreRequest):
    """The frontier knows what becomes of this request; nothing is left to do for it."""


class OutcomeMiddleware:
    """Downloader middleware: settles failures, and puts every request in one line, since all hosts are one server."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._urls = self._session.collection.urls
        self._attempts = crawler.settings.getint("RETRY_TIMES")
        self._backoff = crawler.settings.getfloat("RETRY_BACKOFF")
        self._pace = Pace(crawler)
        self._row = 0
        self._answered = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """One line for all hosts: the delay and the concurrency are the site's, not a host name's."""
        request.meta.setdefault("download_slot", SLOT)

    def process_response(self, request: Request, response: Response) -> Response:
        """Let the spider see what it can use."""
        if "stored_capture" in request.meta:
            return response
        if "key" not in request.meta:
            self._answered = self._answered or response.status < 500  # robots.txt: the site is there
            return response
        if response.status in TRY_AGAIN:
            self._try_again(request, f"status {response.status}", _retry_after(response))
        if response.status in REFUSED:
            self._urls.finish(request.meta["key"], "failed")
            self._note_failure("refused", request, f"status {response.status}")
            if request.meta.get("kind") not in EMBEDDED:
                self._session.note_refusal(f"{request.url}: status {response.status}")
            raise Settled(f"status {response.status}")
        self._note_answer()
        self._pace.ease(request.meta.get("download_latency", 0.0))
        if response.status != 200 or request.meta.get("kind") not in ITEM_KINDS:
            self._session.note_answer()
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Settle what brought no response."""
        if "key" not in request.meta or isinstance(exception, Settled | Postponed | ArchiveError):
            return
        if isinstance(exception, IgnoreRequest):
            self._urls.finish(request.meta["key"], "refused")
            self._note_failure("refused", request, str(exception))
            return
        if isinstance(exception, DownloadCancelledError):
            # Larger than the user wants: an answer all the same, and its beginning is kept.
            self._note_answer()
            self._urls.finish(request.meta["key"])
            self._note_failure("too_large", request, str(exception))
            return
        self._try_again(request, _describe(exception), None)

    def _note_answer(self) -> None:
        self._answered, self._row = True, 0
        self._session.outcome.answered = True

    def _try_again(self, request: Request, why: str, after: float | None) -> None:
        """Raises Settled."""
        key, attempts = request.meta["key"], request.meta.get("attempts", 0) + 1
        self._row += 1
        self._pace.slow_down(after)
        if not self._answered or self._row >= FAILURES_IN_A_ROW:
            # A site that is down is not asked again and again; the next run begins where this one stops.
            self._urls.finish(key, "queued")
            self._note_failure("unreachable", request, why)
            self._session.give_up(why)
        # Photos are many, and none is worth a second visit in the same crawl.
        elif attempts >= (1 if request.meta.get("kind") == Kind.IMAGE else self._attempts):
            self._urls.finish(key, "failed")
            self._note_failure("failed", request, why)
        else:
            self._urls.retry(key, time.time() + (after if after is not None else self._backoff * 2 ** (attempts - 1)))
            self._crawler.stats.inc_value("frontier/retried")
            logger.info("%s: %s; to be tried again", request.url, why)
        raise Settled(why)

    def _note_failure(self, name: str, request: Request, why: str) -> None:
        self._crawler.stats.inc_value(f"frontier/{name}")
        self._session.outcome.last_failure = f"{request.url}: {why}"
        logger.info("%s: %s: %s", request.url, name, why)


def _retry_after(response: Response) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110 §10.2.3). None where it asks for nothing that can be read."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _describe(exception: Exception) -> str:
    return " ".join(f"{type(exception).__name__}: {exception}".split())[:300]
