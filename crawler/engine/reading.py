"""Reads what the site answered before the spider sees it, in a process that no page can hang or break for long.

Meanwhile the crawl goes on: other pages are fetched and archived. What is set aside is known by its content: the same
content is not read again by the same parser, whichever run it comes in.
"""

import hashlib
import json
from functools import partial
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.json_text import parse_json
from archive.state.database import State
from archive.watched import CallBroke, CallFailed, Watched
from crawler.engine.readers import Readers
from crawler.engine.session import ArchiveSession, Postponed
from crawler.pages import PARSER_VERSION, LayoutError, ReaderFailed, Taught, reading
from crawler.pages.response import Seen, read_response
from crawler.planning.kinds import MEDIA
from crawler.reader import BOUNDS, TRIES, read, set_aside

SEEN = "seen"
"""Key of a request's `meta`: what was read in its response."""


class ReadingMiddleware:
    """Downloader middleware, the one nearest to the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._session = ArchiveSession.of(crawler)
        self._unread = UnreadContents(self._session.collection.state)
        concurrency = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._readers = Readers(partial(Watched, BOUNDS, passed=(LayoutError,)), concurrency)
        crawler.signals.connect(self._readers.stop, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response, with what is read in it beside it."""
        if "key" in request.meta and is_to_be_read(response.status, request.meta.get("kind")):
            request.meta[SEEN] = await self._read(request, response)
        return response

    async def _read(self, request: Request, response: Response) -> Seen:
        if not reading.GUARDED:
            return read_now(request, response, self._session.taught)
        error = self._unread.find(response.body, response.url)
        if error is not None:
            return Seen(error=error)
        failed: CallFailed | None = None
        for _ in range(TRIES):
            try:
                return await self._read_once(request, response)
            except CallFailed as caught:
                failed = caught
                if isinstance(failed, CallBroke):
                    break
        assert failed is not None
        error = set_aside(response.url, failed)
        self._unread.note(response.body, error)
        return Seen(error=error)

    async def _read_once(self, request: Request, response: Response) -> Seen:
        """Raises CallFailed."""
        about = _about(request, response, self._session.taught)
        return await self._readers.call(self._check_end, read_response, response.body, response.url, **about)

    def _check_end(self) -> None:
        if self._session.ending:
            raise Postponed("the crawl ends")


class UnreadContents:
    """The contents that were set aside, in the state: an unreadable page met again costs nothing."""

    PREFIX = "unread "
    """Beginning of the names of facts: what follows is the content's SHA-256."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: dict[str, ReaderFailed] = {}
        for name, value in state.facts(self.PREFIX).items():
            try:
                about = parse_json(value)
                error, parser = ReaderFailed(str(about["code"]), "", str(about["detail"])), about["parser"]
            except (ValueError, KeyError, TypeError, AssertionError):
                parser = None  # somebody else's state
            if parser == PARSER_VERSION:
                self._known[name] = error
            else:
                state.set_fact(name, None)  # a newer parser may read it

    def find(self, body: bytes, url: str) -> ReaderFailed | None:
        """Why a content is not read."""
        if not self._known or (known := self._known.get(self._name(body))) is None:
            return None
        found = ReaderFailed(known.code, url, known.detail)
        found.passing = known.passing
        return found

    def note(self, body: bytes, error: ReaderFailed) -> None:
        """Set a content aside: for good, or for this run where the machine may be to blame."""
        self._known[self._name(body)] = error
        if error.passing:
            return
        about = {"parser": PARSER_VERSION, "code": error.code, "detail": error.detail[:500], "url": error.where[:4096]}
        self._state.set_fact(self._name(body), json.dumps(about))

    def _name(self, body: bytes) -> str:
        return self.PREFIX + hashlib.sha256(body).hexdigest()


def is_to_be_read(status: int, kind: str | None) -> bool:
    """Whether an answer has anything to read."""
    return status == 200 and kind not in MEDIA


def read_now(request: Request, response: Response, taught: Taught) -> Seen:
    """What is read in a response, and nothing else goes on meanwhile."""
    try:
        return read(read_response, response.body, response.url, **_about(request, response, taught))
    except ReaderFailed as error:
        return Seen(error=error)


def _about(request: Request, response: Response, taught: Taught) -> dict[str, Any]:
    headers = {
        name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in response.headers.items()
    }
    return {
        "kind": request.meta.get("kind"),
        "headers": headers,
        "cut": bool(request.meta.get("cut")),
        "taught": taught,
    }
