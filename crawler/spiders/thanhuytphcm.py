"""The spider of thanhuytphcm.vn: what to begin with, what to follow, and what to make of each page."""

import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.engine.addon import ArchiveAddon
from crawler.engine.arguments import read_arguments
from crawler.engine.reading import SEEN, is_to_be_read, read_now
from crawler.engine.session import ArchiveSession
from crawler.engine.stored import STORED
from crawler.items import Article, WarcPointer
from crawler.pages import Link, ReaderFailed
from crawler.pages.links.feeds import FeedLinks
from crawler.pages.response import Seen
from crawler.planning.follow import Follow, select_links, shown_items
from crawler.planning.kinds import EMBEDDED, ITEM_KINDS
from crawler.planning.skips import explain_skip
from crawler.site.asked import as_followed, is_never_asked, is_trap
from crawler.site.scope import (
    CANONICAL_HOST,
    HOME,
    PAGE_HOSTS,
    Kind,
    find_kind,
    find_page,
    listing_name,
    url_key,
    without_tracking,
)

logger = logging.getLogger(__name__)

USUAL_FEEDS = tuple(
    f"https://{CANONICAL_HOST}/{name}" for name in ("sitemap.xml", "sitemap_index.xml", "rss", "rss.xml", "feed")
)
REMEMBERED_LISTINGS = 500
MAX_REDIRECTS = 10
MAX_STYLE_HOPS = 5
"""Style sheets that import style sheets are followed no further."""
MAX_FEED_HOPS = 5
"""Feeds that name feeds that name feeds are followed no further."""
REMEMBERED = 20_000
"""Addresses that a run remembers having offered: some megabytes, whatever the size of the site."""


class ThanhuySpider(Spider):
    """Follows sections, their pages and their articles, inside the scope."""

    name = "thanhuytphcm"
    allowed_domains = sorted(PAGE_HOSTS)
    """For `scrapy parse` and `scrapy shell`, which choose a spider by the address;
    what is followed is the scope's to say.
    """

    _offered: set[str]
    _shown: dict[str, tuple[frozenset[str], ...]]
    _is_crawl = False
    """Whether the spider began with its own seeds; `scrapy parse` and the shell put theirs in the place of `start`."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """In whatever project it runs, this spider brings its archive along."""
        super().update_settings(settings)
        ArchiveAddon().update_settings(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to build a spider."""
        for name, value in read_arguments(kwargs).items():
            crawler.settings.set(name, value, priority="cmdline")
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._offered, spider._shown = set(), {}
        crawler.signals.connect(spider.follow_sitemaps, signals.robots_parsed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The seeds: the settings' `SEEDS`, else the home page, whose links lead to the sections,
        and feeds where they usually are.
        """
        self._is_crawl = True
        seeds = self.settings.getlist("SEEDS")
        for seed in seeds or [HOME]:
            yield Request(seed, meta={"hops": "", "via": None})
        if not seeds and not self._session.limits.sections:
            for feed in USUAL_FEEDS:
                yield Request(feed, meta={"hops": "", "via": None, "kind": Kind.FEED})

    def follow_sitemaps(self, robotparser: Any, request: Request) -> None:
        """The sitemaps that robots.txt announces."""
        if not self._is_crawl or self._session.limits.sections or self.settings.getlist("SEEDS"):
            return
        here = urljoin(request.url, "/robots.txt")
        for named in getattr(robotparser.rp, "sitemaps", ()):
            address = _join(here, named)
            if find_kind(address) in {Kind.FEED, Kind.PAGE} and not is_never_asked(address):
                self.crawler.engine.crawl(Request(address, meta={"hops": "", "via": request.url, "kind": Kind.FEED}))

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request | Article]:
        """One response: its links first, then its article, so that no link is lost when the article is settled.

        For `scrapy check`, which asks the live site:

        @url https://www.thanhuytphcm.vn/
        @returns requests 1
        @returns items 0 0
        """
        kind = response.meta.get("kind")
        if 300 <= response.status < 400 and response.status != 304:
            yield from self._redirect(response)
        elif response.status != 200:
            self.crawler.stats.inc_value(f"pages/status_{response.status}")
        elif not is_to_be_read(response.status, kind):
            self.crawler.stats.inc_value(f"files/{kind}")
        else:
            seen = self._see(response)
            if isinstance(seen.error, ReaderFailed):
                self._session.note_set_aside(response.meta, seen.error)
            if kind == Kind.REQUISITE:
                yield from self._read_style(response, seen.style)
            elif seen.feed is not None:
                yield from self._read_feed(response, seen.feed)
            else:
                yield from self._read_page(response, seen)

    def _see(self, response: Response) -> Seen:
        """What is read in a response: by whoever asks for one past the frontier, it is read now."""
        assert response.request is not None
        seen: Seen = response.meta.get(SEEN) or read_now(response.request, response, self._session.taught)
        return seen

    def _read_page(self, response: Response, seen: Seen) -> Iterator[Request | Article]:
        self.crawler.stats.inc_value("pages/read")
        links = list(seen.links)
        refresh, hops = self.settings.getbool("REFRESH"), response.meta.get("hops", "")
        page = find_page(response.url)
        is_item = page is not None and page.kind is not Kind.LISTING
        if not is_item and not self._is_listing(response, seen):
            return
        if page is not None and not is_item:
            self._session.readings.add_listing(response.url, leads=bool(shown_items(links)))
        shown, limits = self._turn(response, links), self._session.limits
        follows = select_links(response.url, links, hops=hops, limits=limits, one_turn=refresh, shown=shown)
        self._note_skips(response.url, links, {follow.url for follow in follows})
        for follow in follows:
            # Most links of a page stand on every page: what this run has offered once the frontier knows.
            if follow.after or self._is_new(follow.url):
                yield self._follow(response, follow)
        if is_item:
            article = self._take_article(response, seen)
            if article is not None:
                yield from self._follow_files(response, article)
                yield article

    def _note_skips(self, here: str, links: list[Link], followed: set[str]) -> None:
        """List the links that are not followed, and why; of those that stand on every page each once."""
        skips = self._session.skips
        for link in links:
            if link.tag in {"a", "area"} and as_followed(link.url) not in followed and skips.is_new(link.url):
                why = explain_skip(link.url, self._session.limits)
                if why is not None:
                    skips.note(link.url, here, why)

    def _is_listing(self, response: Response, seen: Seen) -> bool:
        """Whether a page is one of the site's own: one that leads nowhere may be a check for robots in its place."""
        if any(find_page(link.url) for link in seen.links):
            self._session.note_answer(of_use=True)
            return True
        if isinstance(seen.error, ReaderFailed):
            return False
        if seen.error is not None and (seen.error.code == "challenge" or _asks_for_captcha(response)):
            self._note_hidden(response, f"{response.url}: expected a listing, got a check for robots")
            return False
        self._session.note_answer()
        return True

    def _note_hidden(self, response: Response, why: str) -> None:
        """Something stands in the page's place: it is asked for again, and counts as a refusal."""
        response.meta["unread"] = "challenge"
        self._session.note_layout_error("challenge", why)

    def _turn(self, response: Response, links: list[Link]) -> frozenset[str]:
        """What a listing's pages read before this one have shown, the last two of them.

        None of the archive's: what one of them showed on its day may stand on a later page today, as the listing grows.
        """
        if STORED in response.meta:
            return frozenset()
        name = listing_name(response.url)
        before = self._shown.pop(name, ())
        if len(self._shown) >= REMEMBERED_LISTINGS:
            self._shown.pop(next(iter(self._shown)))
        self._shown[name] = (*before[-1:], frozenset(shown_items(links)))
        return frozenset().union(*before)

    def _is_new(self, url: str) -> bool:
        """Whether this run has not offered an address to the frontier yet, as far as it remembers."""
        if url in self._offered:
            return False
        if len(self._offered) >= REMEMBERED:
            self._offered.clear()
        self._offered.add(url)
        return True

    def _take_article(self, response: Response, seen: Seen) -> Article | None:
        error, article = seen.error, seen.article
        if seen.unmatched:
            self._session.readings.note_unmatched(url_key(response.url), list(seen.unmatched))
        if error is not None and not isinstance(error, ReaderFailed):
            if _asks_for_captcha(response):
                self._note_hidden(response, f"{response.url}: expected an article, got a check for robots")
                return None
            self._session.note_layout_error(error.code, str(error))
            response.meta["unread"] = error.code
            self._session.readings.add_refused(url_key(response.url), response.url, error.code)
        if article is None:
            return None
        self._session.note_answer(of_use=True)
        capture = response.meta["capture"]
        pointer = WarcPointer(file=capture["file"], offset=capture["offset"], length=0, record_id="", payload_digest="")
        return dataclasses.replace(article, captured_at=capture["date"], warc=pointer)

    def _read_feed(self, response: Response, listed: FeedLinks) -> Iterator[Request]:
        limits, hops = self._session.limits, response.meta.get("hops", "")
        self._session.note_answer(of_use=True)
        for address in map(as_followed, listed.pages):
            page, kind = find_page(address), find_kind(address)
            if page is not None:
                if limits.lets_through(address):
                    yield self._follow(response, Follow(url=address, kind=page.kind, hop="L"))
            elif kind is Kind.FEED and not is_trap(address) and len(hops) < MAX_FEED_HOPS:
                yield self._follow(response, Follow(url=address, kind=kind, hop="L"))
        for address in listed.feeds if len(hops) < MAX_FEED_HOPS else ():
            # A sitemap's children have whatever names and queries the site gave them.
            if find_kind(address) in {Kind.FEED, Kind.PAGE} and not is_never_asked(address):
                yield self._follow(response, Follow(url=address, kind=Kind.FEED, hop="L"))

    def _read_style(self, response: Response, addresses: tuple[str, ...]) -> Iterator[Request]:
        self.crawler.stats.inc_value("files/requisite")
        deep = response.meta.get("hops", "").endswith("E" * MAX_STYLE_HOPS)
        for address in () if deep else addresses:
            if find_kind(address) in {Kind.REQUISITE, Kind.IMAGE}:
                yield self._follow(response, Follow(url=address, kind=Kind.REQUISITE, hop="E"))

    def _follow_files(self, response: Response, article: Article) -> Iterator[Request]:
        if self.settings.getbool("FETCH_IMAGES"):
            for image in article.images:
                if find_kind(image.url) is not None:
                    yield self._follow(response, Follow(url=image.url, kind=Kind.IMAGE, hop="E"))
        if self.settings.getbool("FETCH_ATTACHMENTS"):
            for url in article.attachments:
                if find_kind(url) is not None:
                    yield self._follow(response, Follow(url=url, kind=Kind.ATTACHMENT, hop="E"))

    def _redirect(self, response: Response) -> Iterator[Request]:
        location = (response.headers.get("Location") or b"").decode("utf-8", "replace")
        target = as_followed(_join(response.url, location.replace("\\", "/")))
        kind = find_kind(target)
        hops = response.meta.get("hops", "")
        ends = hops.endswith("R" * MAX_REDIRECTS) or without_tracking(target) == without_tracking(response.url)
        if not location or kind is None or is_trap(target) or ends:
            self.crawler.stats.inc_value("redirects/refused")
            logger.info("%s: redirect to %s not followed", response.url, target)
            response.meta["unread"] = f"sent round in a circle to {target[:200]}" if ends else "sent nowhere"
            # A photo that leads away says nothing of the pages: old ones lead to a notice on many sites.
            if location and (kind is None or is_trap(target)) and response.meta.get("kind") not in EMBEDDED:
                self._note_hidden(response, f"{response.url}: expected a page, got sent to {target[:200]}")
            return
        self._session.note_answer()
        if response.meta.get("kind") in ITEM_KINDS and kind not in ITEM_KINDS:
            # To the home page, a notice, an error page: it says nothing of the article. Only a 404 or 410 does.
            response.meta["unread"] = f"sent to {target[:200]}"
        request = self._follow(response, Follow(url=target, kind=kind, hop="R"))
        request.meta["redirected_from"] = response.meta.get("key")
        yield request

    def _follow(self, response: Response, follow: Follow) -> Request:
        meta: dict[str, Any] = {
            "hops": response.meta.get("hops", "") + follow.hop,
            "via": response.url,
            "key": url_key(follow.url),
            "kind": follow.kind,
        }
        if follow.after:
            meta["after"] = follow.after
        return Request(follow.url, meta=meta)

    @property
    def _session(self) -> ArchiveSession:
        return ArchiveSession.of(self.crawler)


def _join(here: str, address: str) -> str:
    """An address as it is meant where it stands; as it is where it cannot be read."""
    try:
        return urljoin(here, address)
    except ValueError:
        return address


def _asks_for_captcha(response: Response) -> bool:
    """Of a page that is no article: whether it asks for what only people can do.
    Comment forms ask so too, below articles.
    """
    return b"captcha" in response.body[:100_000].lower()
