"""robots.txt, as RFC 9309 has it: unavailable (4xx) allows all, unreachable (5xx, no answer) allows nothing.

Scrapy's own middleware allows all in both cases, and prints a traceback in the second.
"""

from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler
from twisted.internet.defer import Deferred

from crawler.engine.failures import describe_failure
from crawler.engine.session import ArchiveSession, Postponed
from crawler.engine.stored import STORED
from crawler.site.asked import may_be_asked

MAX_REDIRECTS = 5
"""RFC 9309 §2.3.1.2: a crawler should follow at least five."""


class RobotsUnreachable(Exception):
    """robots.txt of a host could not be had, so nothing of it may be fetched now."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Asks each host once a crawl."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, RobotParser | RobotsUnreachable] = {}
        self._asking: dict[str, list[Deferred[None]]] = {}

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Nothing is asked of the site for a page that comes from the archive."""
        if STORED not in request.meta:
            await super().process_request(request)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host. Raises RobotsUnreachable."""
        url = urlparse_cached(request)
        host = url.netloc
        if host in self._asking:
            answered: Deferred[None] = Deferred()
            self._asking[host].append(answered)
            await maybe_deferred_to_future(answered)
            return await self.robot_parser(request)
        if host not in self._rules:
            self._asking[host] = []
            try:
                self._rules[host] = await self._ask(request, f"{url.scheme}://{host}/robots.txt")
            finally:
                for answered in self._asking.pop(host):
                    answered.callback(None)
        rules = self._rules[host]
        if isinstance(rules, RobotsUnreachable):
            self._rules.pop(host, None)  # asked anew for the next request of this host
            raise rules
        return rules

    async def _ask(self, request: Request, address: str) -> RobotParser | RobotsUnreachable:
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self._fetch(address)
            for _ in range(MAX_REDIRECTS):
                location = (response.headers.get("Location") or b"").decode("latin-1")
                target = urljoin(response.url, location)
                if not 300 <= response.status < 400 or not may_be_asked(target):
                    break
                response = await self._fetch(target)
        except Postponed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever kept it from coming, nothing may be fetched
            certificate = ArchiveSession.of(self.crawler).certificates.get(urlparse_cached(request).hostname or "")
            return RobotsUnreachable(f"{address}: {describe_failure(error, certificate=certificate)}")
        if response.status >= 500 or response.status == 429:
            return RobotsUnreachable(f"{address}: status {response.status}")
        body = response.body if response.status < 300 else b""
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser

    async def _fetch(self, address: str) -> Response:
        asked = Request(
            address, priority=self.DOWNLOAD_PRIORITY, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK
        )
        return await self.crawler.engine.download_async(asked)
