"""The download handler that hands each exchange, byte for byte, to the archive.

A response reaches the spider only after its records are synced; an error while archiving reaches the errback instead.
"""

import itertools
import logging
from datetime import UTC, datetime
from functools import partial
from typing import cast

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web.iweb import IPolicyForHTTPS

from archive.errors import ArchiveError
from archive.scratch import open_kept
from archive.state.rows import CaptureRow
from archive.state.urls import ROUND
from archive.warc.exchange import Exchange
from crawler.engine.connect import RoutedPool, TrustOnly
from crawler.engine.cuts import is_whole
from crawler.engine.failures import NotingPolicy
from crawler.engine.session import ArchiveSession
from crawler.engine.wire import TOKEN_HEADER, Recording, RecordingFactory
from crawler.site.scope import url_key

logger = logging.getLogger(__name__)

ASIDE = "aside"
"""Key of a request's `meta`: what the archive calls an answer that is not to count for the page at its address."""
_TRUNCATED: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "time"),
    (DownloadCancelledError, "length"),
)
"""Why a download was cut → `WARC-Truncated`; anything else is a disconnect."""


class ArchivingDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler over connections that record."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        session = ArchiveSession.of(crawler)
        self._session = session
        self._collection = session.collection
        self._committer = session.committer
        self._recordings: dict[bytes, list[Recording]] = {}
        self._tokens = itertools.count(1)
        settings = crawler.settings
        keep = settings.getint("PARSED_MAXSIZE")
        factory = partial(RecordingFactory, recordings=self._recordings, keep=keep)
        pool = RoutedPool(reactor, factory, session.routes, settings.getfloat("CONNECT_TIMEOUT"))
        pool.maxPersistentPerHost = self._pool.maxPersistentPerHost
        self._pool: RoutedPool = pool
        if session.cacert is not None:
            self._contextFactory = cast("IPolicyForHTTPS", TrustOnly(session.cacert))
        self._contextFactory = cast("IPolicyForHTTPS", NotingPolicy(self._contextFactory, session.certificates))

    async def download_request(self, request: Request) -> Response:
        """Fetch, archive, and only then answer."""
        self._committer.under_way += 1
        try:
            return await self._download(request)
        finally:
            self._committer.under_way -= 1

    async def _download(self, request: Request) -> Response:
        token = b"%d" % next(self._tokens)
        recordings = self._recordings[token] = []
        request.headers[TOKEN_HEADER] = token
        response, error = None, None
        # What failed may have failed for a connection that the server had just closed.
        self._pool.next_is_new = bool(request.meta.get("attempts", 0) % ROUND)
        try:
            response = await super().download_request(request)
        except Exception as caught:  # noqa: BLE001 - raised again below, once the bytes are archived
            error = caught
        finally:
            request.headers.pop(TOKEN_HEADER, None)
            del self._recordings[token]
        try:
            if response is not None and not recordings:
                raise ArchiveError(
                    f"{request.url}: expected the exchange to be recorded, got none; this Scrapy sends past the capture"
                )
            if response is not None and _is_cut(response, recordings[-1]):
                recordings[-1].whole, request.meta["cut"] = False, True
            for recording in recordings:
                if recording.failure is not None:
                    raise recording.failure
            row = self._append(request, recordings, error)
            if recordings:
                await maybe_deferred_to_future(self._committer.committed())
        except ArchiveError as failure:
            self._session.stop(failure)
            raise
        if error is not None:
            raise error
        assert response is not None
        if row is not None:
            request.meta["capture"] = {"file": row.file, "offset": row.offset, "date": row.date}
        return response

    def _append(self, request: Request, recordings: list[Recording], error: Exception | None) -> CaptureRow | None:
        """Hand the exchanges to the archive: as many as the request was sent, which should be once."""
        row = None
        key = request.meta.get("key") or request.meta.get(ASIDE) or url_key(request.url)
        for number, recording in enumerate(recordings, 1):
            last = number == len(recordings)
            recording.stop()
            truncated = None if recording.whole else _why_truncated(error if last else None)
            exchange = Exchange(
                target_uri=request.url.partition("#")[0],
                began=recording.began,
                ended=recording.ended or datetime.now(UTC),
                request=bytes(recording.request),
                response=open_kept(recording.response),
                ip=recording.ip,
                protocols=recording.protocols,
                cipher=recording.cipher,
                truncated=truncated,
                error=_describe(error) if last and error else None if recording.whole else "broke off",
                via=request.meta.get("via"),
                hops=request.meta.get("hops", ""),
            )
            with recording.response:
                row = self._collection.append_exchange(exchange, key)
            self._crawler.signals.send_catch_log(
                ArchiveSession.exchange_archived, exchange=exchange, received=recording.received
            )
        return row


def _is_cut(response: Response, recording: Recording) -> bool:
    """Whether a response broke off: before the end that it announced, or, where it announced none,
    by another end of the connection than its closing, and without the end of a page.
    """
    return "dataloss" in response.flags or (recording.abrupt and not is_whole(response))


def _why_truncated(error: Exception | None) -> str:
    return next((reason for kind, reason in _TRUNCATED if isinstance(error, kind)), "disconnect")


def _describe(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return "".join(c if c.isprintable() else "?" for c in text)[:500]
