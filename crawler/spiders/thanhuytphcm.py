"""The spider of thanhuytphcm.vn: what to begin with, what to follow, and what to make of each page."""

import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.items import Article, WarcPointer
from crawler.pages import LayoutError, Link, parse_article, parse_links
from crawler.scope import HOME, Kind, find_kind, find_page, url_key

logger = logging.getLogger(__name__)

FOLLOWED = frozenset({Kind.ARTICLE, Kind.DOCUMENT, Kind.LISTING, Kind.HOME})
"""Kinds that are followed wherever they are linked."""
MAX_REDIRECTS = 10


class ThanhuySpider(Spider):
    """Follows sections, their pages and their articles, inside the scope."""

    name = "thanhuytphcm"

    async def start(self) -> AsyncIterator[Any]:
        """The seeds: the settings' `SEEDS`, else the home page, whose links lead to the sections."""
        for seed in self.settings.getlist("SEEDS") or [HOME]:
            yield Request(seed, meta={"hops": "", "via": None})

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request | Article]:
        """One page: its links first, then its article, so that no link is lost when the article is settled."""
        if 300 <= response.status < 400 and response.status != 304:
            yield from self._redirect(response)
        elif response.status != 200:
            self.crawler.stats.inc_value(f"pages/status_{response.status}")
        elif response.meta.get("kind") in {Kind.IMAGE, Kind.ATTACHMENT}:
            self.crawler.stats.inc_value(f"files/{response.meta['kind']}")
        else:
            yield from self._read_page(response)

    def _read_page(self, response: Response) -> Iterator[Request | Article]:
        self.crawler.stats.inc_value("pages/read")
        headers = {name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in response.headers.items()}
        page = find_page(response.url)
        is_listing = page is None or page.kind is Kind.LISTING
        for link in parse_links(response.body, response.url, headers=headers):
            if self._is_followed(link, is_listing):
                yield self._follow(response, link.url, "L")
        if page is not None and page.kind is not Kind.LISTING:
            article = self._read_article(response, headers)
            if article is not None:
                yield from self._follow_files(response, article)
                yield article

    def _read_article(self, response: Response, headers: dict[str, str]) -> Article | None:
        try:
            article = parse_article(response.body, response.url, headers=headers)
        except LayoutError as error:
            self.crawler.stats.inc_value(f"layout_errors/{error.code}")
            logger.warning("%s", error)
            return None
        capture = response.meta["capture"]
        pointer = WarcPointer(file=capture["file"], offset=capture["offset"], length=0, record_id="", payload_digest="")
        return dataclasses.replace(article, captured_at=capture["date"], warc=pointer)

    def _is_followed(self, link: Link, is_listing: bool) -> bool:
        kind = find_kind(link.url)
        if link.tag != "a" and link.rel != "next":
            return False
        return kind in FOLLOWED or (kind is Kind.PAGE and is_listing and link.next_page)

    def _follow_files(self, response: Response, article: Article) -> Iterator[Request]:
        if self.settings.getbool("FETCH_IMAGES"):
            yield from (self._follow(response, image.url, "E") for image in article.images if find_kind(image.url))
        if self.settings.getbool("FETCH_ATTACHMENTS"):
            yield from (self._follow(response, url, "E") for url in article.attachments if find_kind(url))

    def _redirect(self, response: Response) -> Iterator[Request]:
        location = (response.headers.get("Location") or b"").decode("utf-8", "replace")
        if not location:
            return
        try:
            target = urljoin(response.url, location)
        except ValueError:
            target = location
        hops = response.meta.get("hops", "")
        if find_kind(target) is None or hops.endswith("R" * MAX_REDIRECTS):
            self.crawler.stats.inc_value("redirects/refused")
            logger.info("%s: redirect to %s not followed", response.url, target)
            return
        yield self._follow(response, target, "R")

    def _follow(self, response: Response, url: str, hop: str) -> Request:
        meta = {"hops": response.meta.get("hops", "") + hop, "via": response.url, "key": url_key(url), "kind": find_kind(url)}
        if hop == "R":
            meta["redirected_from"] = response.meta.get("key")
        return Request(url, meta=meta)
