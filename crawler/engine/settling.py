"""Settles a page in the frontier once all its links are queued and its article is kept."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.errors import ArchiveError
from crawler.engine.session import ArchiveSession
from crawler.items import Article
from crawler.planning.kinds import EMBEDDED, GONE, ITEM_KINDS
from crawler.planning.revisits import next_visit
from crawler.site.times import VIETNAM

HIDDEN = frozenset({"challenge", "login", "unavailable"})
"""Layout errors that say nothing about the page itself."""
UNKNOWN_AGAIN = 30 * 86_400
"""Seconds until a page that never was an article is looked at again."""
CONFIRM_AFTER = 86_400
"""Seconds until a page that is gone is asked for once more."""


class SettlingMiddleware:
    """Spider middleware. A page with an article is settled by the pipeline, in the article's own transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)
        self._urls = self._session.collection.urls
        self._confirm_gone = crawler.settings.getbool("CONFIRM_GONE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass on what the spider gives. What a failing callback leaves unsettled is read again in the next crawl."""
        settled = redirected = False
        async for output in result:
            settled = settled or isinstance(output, Article)
            redirected = redirected or (not isinstance(output, Article) and _is_same_page(output, response))
            yield output
        if "key" in response.meta and not settled and not redirected:
            try:
                self._settle(response)
            except ArchiveError as failure:
                self._session.stop(failure)

    def _settle(self, response: Response) -> None:
        """A page that gave no article: gone, unchanged, or none."""
        key, kind = response.meta["key"], response.meta["kind"]
        if response.meta.get("layout_error") in HIDDEN:
            self._urls.discard(key)
        elif kind not in ITEM_KINDS:
            self._settle_listing(response)
        elif response.status in GONE or response.meta.get("layout_error") == "soft-404" or _is_elsewhere(response):
            self._settle_gone(key)
        else:
            if response.status == 304:
                self._crawler.stats.inc_value("articles/not_modified")
            self._urls.note_gone(key, None)
            self._urls.finish(key, due=self._next_visit(key))

    def _settle_listing(self, response: Response) -> None:
        """What leads to articles. Read under limits that leave out links, it is read again, from the archive,
        by later runs.
        """
        key, unread = response.meta["key"], self._session.unread
        if response.status == 304 and key in unread:
            self._urls.read_again(key)
        elif self._session.limits.narrow and response.meta["kind"] not in EMBEDDED and response.status in {200, 304}:
            self._urls.finish(key, "excluded")
        else:
            self._urls.finish(key)
        unread.discard(key)

    def _next_visit(self, key: str) -> float:
        """When to look again at a page that gave no article now: by the article's day where one is known."""
        now = datetime.now(UTC)
        known = self._session.collection.state.find_version(key)
        return now.timestamp() + UNKNOWN_AGAIN if known is None else next_visit(now, known.date)

    def _settle_gone(self, key: str) -> None:
        """Gone is gone when the server says so on two days, since servers also say so when they are broken."""
        collection = self._session.collection
        now = datetime.now(UTC)
        row, known = self._urls.find(key), collection.find_item(key)
        if row is None or known is None or known["status"] == "gone":
            self._urls.finish(key, due=self._next_visit(key))
            return
        before = row.gone_at
        today = now.astimezone(VIETNAM).date().isoformat()
        self._urls.note_gone(key, before or today)
        if not self._confirm_gone and before in {None, today}:
            self._urls.finish(key, due=now.timestamp() + CONFIRM_AFTER)
            self._crawler.stats.inc_value("articles/missing")
            return
        held = collection.state.find_record(known["warc"]["file"], known["warc"]["offset"])
        if held is not None and collection.append_item({**known, "status": "gone"}, held, seen=row.fetched_at):
            self._crawler.stats.inc_value("articles/gone")
        self._urls.finish(key, due=next_visit(now, known["date"]), changed_at=row.fetched_at)


def _is_elsewhere(response: Response) -> bool:
    """Whether an article's address leads to another page: then the article is not there any more."""
    return 300 <= response.status < 400 and response.status != 304


def _is_same_page(output: Any, response: Response) -> bool:
    """Whether the spider asks for this very page again, at another address."""
    meta = getattr(output, "meta", {})
    return meta.get("redirected_from") is not None and meta.get("redirected_from") == meta.get(
        "key"
    ) == response.meta.get("key")
