"""Settles a page in the frontier once all its links are queued and its article is kept."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.errors import ArchiveError
from archive.state.urls import LONGEST
from crawler.engine.session import ArchiveSession
from crawler.engine.stored import STORED
from crawler.items import Article
from crawler.pages import READER_FAILED, READER_OUTLASTED
from crawler.planning.kinds import EMBEDDED, GONE, ITEM_KINDS, LISTINGS
from crawler.planning.revisits import next_visit
from crawler.site.scope import is_first_page, listing_name, url_key

HIDDEN = frozenset({"challenge", "login", "unavailable"})
"""Reasons why a page could not be read that say nothing about the page itself."""


UNREAD = frozenset({READER_FAILED, READER_OUTLASTED})
"""Reasons that are the reader's: asking for the page again would not help."""


class SettlingMiddleware:
    """Spider middleware. A page with an article is settled by the pipeline, in the article's own transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._urls = self._session.collection.urls
        self._refresh = crawler.settings.getbool("REFRESH")
        self._asked: set[str] = set()
        """Pages that were read from the archive, and are asked of the site next; once each."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Queue the page's links, pass on what else the spider gives, and settle the page.
        What a failing callback leaves unsettled is read again in the next crawl.

        Scrapy would take what is passed on from a queue, later: a run that stops in between leaves a page read whose
        links nobody knows. So links go to the frontier here, and the state has all of them or does not call it read.
        """
        settled = redirected = False
        async for output in result:
            settled = settled or isinstance(output, Article)
            redirected = redirected or _is_same_page(output, response)
            if not self._queue(output):
                yield output
        if "key" in response.meta and not settled and not redirected:
            try:
                self._settle(response)
            except ArchiveError as failure:
                self._session.stop(failure)

    def _queue(self, output: Any) -> bool:
        """Hand a link to the frontier; False for what is none, and for an errand, which is kept in memory only."""
        engine = self._crawler.engine
        if not isinstance(output, Request) or output.callback is not None or output.dont_filter or engine is None:
            return False
        engine.crawl(output)
        return True

    def _settle(self, response: Response) -> None:
        """A page that gave no article: unchanged, gone, elsewhere, not to be read, or one that only leads to others."""
        key, kind, unread = response.meta["key"], response.meta["kind"], response.meta.get("unread")
        if unread in HIDDEN:
            self._urls.discard(key)
            if STORED in response.meta and key not in self._asked:
                self._asked.add(key)
                self._urls.requeue(key)  # what the archive has of it never was the page: the site is asked now
            else:
                self._note_missed(response, f"{unread} in its place")
        elif response.status == 304:
            self._settle_unchanged(response)
        elif unread == "soft-404" and self._session.collection.state.find_version(key) is None:
            # A page that says there is no such article, where none ever was.
            self._session.pages.note_had("none")
            self._urls.finish(key, due=self._next_visit(key), read=False)
        elif unread in UNREAD and response.meta.get("passing"):
            self._urls.postpone(key)
        elif unread in UNREAD:
            self._urls.finish(key, due=self._next_visit(key) if kind in ITEM_KINDS else 0, read=False)
        elif unread is not None:
            self._urls.fail(key)
            self._note_missed(response, unread)
        elif kind not in ITEM_KINDS:
            self._settle_listing(response)
        elif response.status in GONE:
            self._settle_gone(key)
        else:  # it leads to another article
            self._finish(response)

    def _finish(self, response: Response) -> None:
        key, kind = response.meta["key"], response.meta["kind"]
        self._session.pages.note_had(kind)
        due = self._next_visit(key) if kind in ITEM_KINDS else 0
        self._urls.finish(key, due=due, read=not response.meta.get("cut"))

    def _note_missed(self, response: Response, why: str) -> None:
        self._session.note_missed(response.meta, response.url, why)

    def _settle_unchanged(self, response: Response) -> None:
        """304: done with where the page was read; else it is read from the archive; and where that holds none,
        the answer says nothing.
        """
        key = response.meta["key"]
        row = self._urls.find(key)
        if row is None or row.page is None or row.gone_at is not None:
            self._urls.fail(key)
            self._note_missed(response, "status 304 without a page")
        elif not row.is_read or self._is_to_be_turned(key, response):
            self._asked.add(key)
            self._urls.reread(key)
        else:
            if response.meta["kind"] in ITEM_KINDS:
                self._crawler.stats.inc_value("articles/not_modified")
            self._finish(response)

    def _is_to_be_turned(self, key: str, response: Response) -> bool:
        """Whether a listing's page may have been read without being turned: that listing was never read to its end,
        as far as the state knows, such as by a crawl on a state that was lost, or while its first page was ill.
        """
        listing = self._refresh and response.meta["kind"] in LISTINGS and key not in self._asked
        return listing and self._session.news.read_to(listing_name(response.url)) is None

    def _settle_listing(self, response: Response) -> None:
        """What leads to articles. Read under limits that leave out links, it is read again, from the archive,
        by later runs; read from the archive, it is asked of the site next where that is what the run is for.
        """
        key, kind = response.meta["key"], response.meta["kind"]
        embedded = kind in EMBEDDED
        leaves = self._session.leaves_links or self._session.bounds.leaves_links_of(url_key(response.url))
        narrow = leaves and not embedded and response.status == 200
        if narrow:
            self._session.pages.note_had(kind)
            self._urls.exclude(key)
        else:
            self._finish(response)
        stored = STORED in response.meta and not embedded
        if self._refresh and stored and (not narrow or is_first_page(response.url)) and key not in self._asked:
            self._asked.add(key)
            self._urls.requeue(key)

    def _next_visit(self, key: str) -> float:
        """When to look again at a page that gave no article now: by the article's day where one is known."""
        now = datetime.now(UTC)
        known = self._session.collection.state.find_version(key)
        return now.timestamp() + LONGEST if known is None else next_visit(now, known.date)

    def _settle_gone(self, key: str) -> None:
        """404 or 410: noted of an article that is known and live; whether it is gone the end of the run decides."""
        collection = self._session.collection
        row, known = self._urls.find(key), collection.state.find_version(key)
        if row is None or known is None or known.status == "gone":
            self._session.pages.note_had("gone")
            self._urls.finish(key, due=self._next_visit(key))
        else:
            self._session.deletions.note(row)


def _is_same_page(output: Any, response: Response) -> bool:
    """Whether the spider asks for this very page again, at another address."""
    meta = getattr(output, "meta", {})
    return meta.get("redirected_from") is not None and meta.get("redirected_from") == meta.get(
        "key"
    ) == response.meta.get("key")
