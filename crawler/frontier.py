"""The frontier: Scrapy's scheduler on the collection's state, so that a crash loses no URL and fetches none twice.

A request becomes a row (key, URL, kind, priority, hops, via); a row becomes a request again when its turn comes.
Requests that say `dont_filter` (the shell, `scrapy parse`) are one-time errands: they wait in memory and leave no trace.
"""

import logging
from collections import deque
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from archive.errors import ArchiveError
from archive.urls import Found
from crawler.extensions.session import ArchiveSession
from crawler.outcomes import Settled
from crawler.queueing import ITEM_KINDS, PRIORITY
from crawler.scope import Kind, find_kind, url_key, without_tracking

logger = logging.getLogger(__name__)


class Frontier:
    """Implements Scrapy's scheduler interface."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._collection = ArchiveSession.of(crawler).collection
        self._urls = self._collection.urls
        self._errands: deque[Request] = deque()
        self._limit = crawler.settings.getint("ARTICLE_LIMIT")
        self._items_begun: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Nothing to do: the collection is open already."""

    def close(self, reason: str) -> None:
        """Nothing to do: the collection commits what is pending."""

    def has_pending_requests(self) -> bool:
        """Whether anything is left that this crawl may fetch."""
        return bool(self._errands) or self._urls.pending(exclude=self._excluded())

    def enqueue_request(self, request: Request) -> bool:
        """Take a request into the frontier. False where its page is known already."""
        if request.dont_filter:
            self._errands.append(request)
            return True
        key = request.meta.get("key") or url_key(request.url)
        kind = request.meta.get("kind") or find_kind(request.url) or Kind.PAGE
        if request.meta.get("redirected_from") == key:
            self._urls.redirect(key, request.url)
            return True
        found = Found(
            key=key,
            url=without_tracking(request.url),
            kind=kind,
            priority=request.priority or PRIORITY[Kind(kind)],
            hops=request.meta.get("hops", ""),
            via=request.meta.get("via"),
        )
        return self._urls.add(found)

    def next_request(self) -> Request | None:
        """The request whose turn it is. None when none is due now."""
        if self._errands:
            return self._errands.popleft()
        row = self._urls.take(exclude=self._excluded())
        if row is None:
            return None
        if row.kind in ITEM_KINDS:
            self._items_begun.add(row.key)
        spider = self._crawler.spider
        assert spider is not None
        meta: dict[str, Any] = {"key": row.key, "kind": row.kind, "hops": row.hops, "via": row.via, "attempts": row.attempts}
        if row.state == "fetched":
            meta["stored_capture"] = row.capture
        return Request(
            row.url,
            callback=spider.parse,
            errback=self.settle_failure,
            priority=row.priority,
            meta={**meta, "dont_redirect": True, "handle_httpstatus_all": True},
            dont_filter=True,
        )

    def settle_failure(self, failure: Failure) -> None:
        """The errback of every request: what nothing else has settled is done with, its capture kept."""
        request: Any = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        if isinstance(failure.value, Settled | ArchiveError) or "key" not in request.meta:
            return
        row = self._urls.find(request.meta["key"])
        if row is not None and row.state in {"active", "captured"}:
            self._urls.finish(row.key, "failed" if row.state == "active" else "done")
            logger.warning("%s: %s", request.url, failure.getErrorMessage())

    def _excluded(self) -> tuple[str, ...]:
        """The kinds that the article limit no longer lets through."""
        return ITEM_KINDS if self._limit and len(self._items_begun) >= self._limit else ()
