"""A page is settled once its links are in the frontier, however late Scrapy takes what the spider gives."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.engine.settling import SettlingMiddleware
from crawler.items import Article

URL = "https://www.thanhuytphcm.vn/nhom-tin/thoi-su-1"


class Told(SettlingMiddleware):
    """Notes what is done, in order."""

    def __init__(self) -> None:
        self.story: list[str] = []
        engine = SimpleNamespace(crawl=lambda request: self.story.append(request.url.rpartition("/")[2]))
        self._crawler = cast(Any, SimpleNamespace(engine=engine))

    def _settle(self, response: Response) -> None:
        self.story.append("settled")


def drain(told: Told, *outputs: Any) -> list[Any]:
    """All that is passed on, taken before any of it is looked at, as Scrapy's queue takes it."""

    async def give() -> AsyncIterator[Any]:
        for output in outputs:
            if isinstance(output, Exception):
                raise output
            yield output

    async def take() -> list[Any]:
        request = Request(URL, meta={"key": "nhom-tin/1"})
        return [output async for output in told.process_spider_output(Response(URL, request=request), give())]

    return asyncio.run(take())


LINKS = [Request(f"{URL}/{number}") for number in range(3)]


def test_links_are_queued_before_their_page_is_settled() -> None:
    told = Told()
    assert [] == drain(told, *LINKS)
    assert ["0", "1", "2", "settled"] == told.story


def test_page_of_an_article_is_left_to_the_pipeline() -> None:
    told, article = Told(), Article.__new__(Article)
    assert [article] == drain(told, *LINKS, article)
    assert ["0", "1", "2"] == told.story


def test_failing_page_is_not_settled_and_keeps_what_it_gave() -> None:
    told, item = Told(), {"a": 1}
    with pytest.raises(ZeroDivisionError):
        drain(told, LINKS[0], item, ZeroDivisionError())
    assert ["0"] == told.story


def test_errands_are_passed_on() -> None:
    told = Told()
    errands = [Request(URL, dont_filter=True), Request(URL, callback=print)]
    assert errands == drain(told, *errands)
    assert ["settled"] == told.story
