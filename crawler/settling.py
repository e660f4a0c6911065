"""Settles a page in the frontier once all its links are queued and its article is kept."""

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.extensions.session import ArchiveSession
from crawler.items import Article


class SettlingMiddleware:
    """Spider middleware. A page with an article is settled by the pipeline, in the article's own transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self._urls = ArchiveSession.of(crawler).collection.urls

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
        key = response.meta.get("key")
        if key and not settled and not redirected:
            self._urls.finish(key)


def _is_same_page(output: Any, response: Response) -> bool:
    """Whether the spider asks for this very page again, at another address."""
    meta = getattr(output, "meta", {})
    return meta.get("redirected_from") is not None and meta.get("redirected_from") == meta.get("key") == response.meta.get("key")
