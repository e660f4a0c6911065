"""The frontier: Scrapy's scheduler on the collection's state, so that a crash loses no URL and fetches none twice.

A request becomes a row (key, URL, kind, priority, hops, via); a row becomes a request again when its turn comes.
A refresh begins with the first page of every listing and the articles that are due, and turns a listing's page
only when it found something new on the one before.
Requests with a callback of their own or `dont_filter` (`scrapy parse`, the shell) are one-time errands,
kept in memory only.
"""

import logging
import time
from collections import deque
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from archive.errors import ArchiveError
from archive.state.rows import UrlRow
from archive.state.states import BEGUN, UrlState
from archive.state.urls import NEVER, Found
from crawler.engine.answers import Settled
from crawler.engine.budget import MediaBudget
from crawler.engine.known import known_articles
from crawler.engine.session import ArchiveSession, Postponed
from crawler.engine.stored import STORED
from crawler.planning.coverage import find_gaps
from crawler.planning.kinds import EMBEDDED, FIRST_PAGES, GONE, ITEM_KINDS, MEDIA, PRIORITY, REVISIT
from crawler.planning.skips import Why
from crawler.site.scope import Kind, find_kind, find_page, listing_name, url_key, without_tracking

logger = logging.getLogger(__name__)

PAGES_AROUND_A_GAP = 3


class Frontier:
    """Implements Scrapy's scheduler interface."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._collection = self._session.collection
        self._urls = self._collection.urls
        self._errands: deque[Request] = deque()
        self._limit = settings.getint("ARTICLE_LIMIT")
        self._media = MediaBudget(crawler)
        self._refresh = settings.getbool("REFRESH")
        self._again: set[str] = set()
        """Known pages that this run has queued once more."""
        self._deeper: dict[str, int] = {}
        """Listing page → how many pages behind it are looked at again as well."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Of a refresh: queue the listings' first pages and what is due. Of a search for gaps:
        the listing pages around them.
        """
        if self._crawler.settings.getbool("FILL_GAPS"):
            self._queue_around_gaps()
        if self._refresh:
            listings = sum(self._urls.requeue_where(where) for where in FIRST_PAGES)
            until = NEVER if self._crawler.settings.getbool("RECHECK") else time.time()
            due = self._urls.requeue_due(ITEM_KINDS, until, PRIORITY[Kind.ARTICLE] - REVISIT)
            logger.info("refresh: %d listings, %d articles due", listings, due)

    def _queue_around_gaps(self) -> None:
        """Look again at the listing pages that led to a gap's neighbours, and at the pages behind them,
        since listings have grown since.
        """
        gaps = find_gaps(known_articles(self._collection))
        for key in {key for gap in gaps for key in (gap.after, gap.before)}:
            row = self._urls.find(key)
            if row is None or row.via is None:
                continue
            listing = url_key(row.via)
            if self._urls.requeue(listing):
                self._again.add(listing)
                self._deeper[listing] = PAGES_AROUND_A_GAP
        logger.info("%d gaps; %d listing pages are looked at again", len(gaps), len(self._again))

    def close(self, reason: str) -> None:
        """Nothing to do: the collection commits what is pending."""

    def has_pending_requests(self) -> bool:
        """Whether anything is left that this crawl may fetch."""
        try:
            return bool(self._errands) or self._urls.pending(only=self._allowed())
        except ArchiveError as failure:
            self._session.stop(failure)
            return False

    def enqueue_request(self, request: Request) -> bool:
        """Take a request into the frontier. False where its page is known already."""
        if request.dont_filter or request.callback is not None:
            self._errands.append(request)
            return True
        try:
            return self._enqueue(request)
        except ArchiveError as failure:
            self._session.stop(failure)
            return False

    def _enqueue(self, request: Request) -> bool:
        key = request.meta.get("key") or url_key(request.url)
        kind = Kind(request.meta.get("kind") or find_kind(request.url) or Kind.PAGE)
        if request.meta.get("redirected_from") == key:
            self._urls.redirect(key, request.url, request.meta.get("hops", ""))
            return True
        after = request.meta.get("after")
        left = self._deeper.get(url_key(request.meta.get("via") or ""), 0)
        if after is not None and left and key not in self._again:
            self._deeper[key] = left - 1
            return self._turn_page(key, kind, request)
        if after is not None:
            return self._turn_to_news(key, kind, request, after)
        return self._add(key, kind, request) or (self._refresh and self._moved(key, kind, request.url))

    def _add(self, key: str, kind: Kind, request: Request) -> bool:
        found = Found(
            key=key,
            url=without_tracking(request.url),
            kind=kind,
            priority=request.priority or PRIORITY[kind],
            hops=request.meta.get("hops", ""),
            via=request.meta.get("via"),
        )
        bounds = self._session.bounds
        if not bounds.lets_in(kind):
            if self._urls.find(key) is None:
                self._turn_away(found)
            return False
        added = self._urls.add(found)
        if added:
            bounds.note_found(kind)
            self._crawler.stats.inc_value("frontier/added")
        elif kind in ITEM_KINDS and (known := self._urls.find(key)) is not None and known.url != found.url:
            self._session.skips.note(found.url, found.via, Why.DUPLICATE, known.url)
        return added

    def _turn_away(self, found: Found) -> None:
        """Note what a bound leaves out, and see to it that the page which links it is read again by later runs."""
        self._session.skips.note(found.url, found.via, Why.BOUND)
        via = self._urls.find(url_key(found.via or ""))
        if via is not None and via.kind not in {*ITEM_KINDS, *EMBEDDED}:
            self._session.bounds.note_turned_away(via.key)
            self._urls.leave_links(via.key)  # its last links may come after it was settled

    def _turn_to_news(self, key: str, kind: Kind, request: Request, shown: tuple[str, ...]) -> bool:
        """Queue a listing's next page where the one before shows news; of a first crawl every page."""
        news, via = self._session.news, request.meta.get("via") or request.url
        listing = listing_name(via)
        again = self._refresh or news.read_to(listing) is not None or self._is_behind(key, url_key(via))
        if again and news.has_news(listing, shown):
            return self._turn_page(key, kind, request)
        return not self._refresh and self._add(key, kind, request)

    def _is_behind(self, key: str, via: str) -> bool:
        """Whether a broken refresh had a listing's page once more, and not the next one: the listing has grown since,
        and what stood on the one may stand on the other now. A crawl that goes on for it, or reads what it captured,
        turns the page.
        """
        page, following = self._urls.find(via), self._urls.find(key)
        if page is None or following is None or following.capture is None or (page.capture or 0) <= following.capture:
            return False
        earlier = "SELECT 1 FROM captures WHERE key = ? AND id < ? AND status = 200 LIMIT 1"
        return self._collection.state.execute(earlier, (via, page.capture)).fetchone() is not None

    def _turn_page(self, key: str, kind: Kind, request: Request) -> bool:
        """Queue a listing's next page, also one that an earlier run has seen; once."""
        if key in self._again:
            return False
        self._again.add(key)
        return self._add(key, kind, request) or self._urls.requeue(key)

    def _moved(self, key: str, kind: Kind, url: str) -> bool:
        """Whether a known article is linked under another slug: then it was edited, and is fetched there."""
        if kind not in ITEM_KINDS or key in self._again:
            return False
        page = find_page(url)
        # An old slug that was asked for once, and led on to the new one, says nothing new.
        slugs = {known.slug for uri in self._collection.state.uris_of(key) if (known := find_page(uri))}
        if page is None or not slugs or page.slug in slugs:
            return False
        self._again.add(key)
        return self._urls.requeue(key, url=without_tracking(url))

    def next_request(self) -> Request | None:
        """The request whose turn it is. None when none is due now."""
        if self._errands:
            return self._errands.popleft()
        try:
            row = self._take()
            while row is not None and self._is_ruled_out(row):
                self._leave_out(row)
                row = self._take()
            if row is None and self._session.readings.is_due and self._is_done() and self._session.readings.release():
                row = self._take()
        except ArchiveError as failure:
            self._session.stop(failure)
            return None
        if row is None:
            return None
        if row.state is not UrlState.FETCHED:
            self._media.begin(row.kind)
        return self._as_request(row)

    def _is_done(self) -> bool:
        """Whether nothing is under way, and nothing is left that this run may begin."""
        return not (self._urls.in_flight(tuple(Kind)) or self._urls.pending(only=self._allowed()))

    def _is_ruled_out(self, row: UrlRow) -> bool:
        """Whether this run's limits leave out what an earlier run queued, as far as is known without fetching it."""
        limits = self._session.limits
        if row.state is UrlState.FETCHED or row.kind in EMBEDDED or not limits.narrow:
            return False
        known = self._collection.find_item(row.key) if row.kind in ITEM_KINDS and row.page is not None else None
        return limits.leaves_out(row, known)

    def _leave_out(self, row: UrlRow) -> None:
        """An article that is known stays due; anything else is looked at again by the next run."""
        self._session.skips.note(row.url, row.via, Why.LIMIT)
        if row.page is not None and row.kind in ITEM_KINDS:
            self._urls.finish(row.key, due=row.due, read=False)
        else:
            self._urls.exclude(row.key)

    def _as_request(self, row: UrlRow) -> Request:
        meta: dict[str, Any] = {
            "key": row.key,
            "kind": row.kind,
            "hops": row.hops,
            "via": row.via,
            "attempts": row.attempts,
        }
        headers: dict[str, bytes] = {}
        if row.state is UrlState.FETCHED:
            meta[STORED] = row.capture
        # A page that nobody has read, or that was gone, is asked for without conditions:
        # where it is unchanged, a 304 would say nothing of its text.
        elif row.is_read and row.gone_at is None and row.status not in GONE:
            if row.etag:
                headers["If-None-Match"] = row.etag.encode("latin-1")  # the bytes that the server sent
            if row.last_modified:
                headers["If-Modified-Since"] = row.last_modified.encode("latin-1")
        # No callback means the spider's `parse`. Of a generator that is named here Scrapy parses the source again at
        # each response:
        # its cache holds the bound method weakly, and that is gone with the request. Measured: 1.3 ms a page.
        return Request(
            row.url,
            errback=self.settle_failure,
            priority=row.priority,
            headers=headers,
            meta={**meta, "dont_redirect": True, "handle_httpstatus_all": True},
            dont_filter=True,
        )

    def settle_failure(self, failure: Failure) -> None:
        """The errback of every request: what nothing else has settled was not had; its capture is kept."""
        request: Any = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        if isinstance(failure.value, Settled | Postponed | ArchiveError) or "key" not in request.meta:
            return
        try:
            self._settle_failure(request, failure)
        except ArchiveError as error:
            self._session.stop(error)

    def _settle_failure(self, request: Request, failure: Failure) -> None:
        row = self._urls.find(request.meta["key"])
        if row is not None and row.state in BEGUN:
            self._urls.fail(row.key)
            self._session.note_missed(request.meta, request.url, failure.getErrorMessage())
            logger.warning("%s: %s", request.url, failure.getErrorMessage())

    def _take(self) -> UrlRow | None:
        """With an article limit articles come first; a site that does not answer is asked for nothing new."""
        articles, new = self._limit and not self._is_limit_reached(), not self._session.silent
        first = self._urls.take(only=ITEM_KINDS, new=new) if articles else None
        return first or self._urls.take(only=self._allowed(), new=new)

    def _allowed(self) -> tuple[str, ...] | None:
        """The kinds that may be begun; None for all. Once the limit of articles is reached only what the pages need."""
        kinds: tuple[str, ...] | None = EMBEDDED if self._is_limit_reached() else None
        if not self._media.is_spent:
            return kinds
        return tuple(kind for kind in kinds or Kind if kind not in MEDIA)

    def _is_limit_reached(self) -> bool:
        """Articles looked at in this run, and those under way, which may turn out to be none."""
        if not self._limit:
            return False
        stats = self._crawler.stats
        looked_at = sum(
            stats.get_value(f"articles/{name}", 0) for name in ("kept", "unchanged", "held", "not_modified")
        )
        return bool(looked_at + self._urls.in_flight(ITEM_KINDS) >= self._limit)
