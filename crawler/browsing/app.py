"""The pages served from loopback: Starlette, no cookies, no scripts but ours, no address but our own."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError, PackageMissing
from crawler.browsing.index import build_index, index_path, is_current, mark_of
from crawler.browsing.photos import PhotoShelf
from crawler.browsing.rendering import STATIC, Frame, render_article, render_home
from crawler.browsing.searching import COUNTED, Query, SearchIndex
from crawler.browsing.views import view_article
from crawler.exporting.history import History
from crawler.exporting.records import Record

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

CHECK_EVERY = 10.0
"""Seconds between two looks whether the articles changed."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Library:
    """A collection's index, made anew in the background where its articles changed, and its versions and photos."""

    def __init__(self, collection: Path, replay: str | None = None) -> None:
        self.collection, self.photos, self.replay = collection, PhotoShelf(collection), replay
        self.path = index_path(collection)
        self._lock, self._checked, self._building = threading.Lock(), time.monotonic(), False
        self._index = SearchIndex(self.path)
        self._mark = mark_of(collection)

    @property
    def index(self) -> SearchIndex:
        """The index as it is now; an answer that is under way keeps the one it began with."""
        with self._lock:
            due = time.monotonic() - self._checked > CHECK_EVERY and not self._building
            if due:
                self._checked = time.monotonic()
        if due:
            with suppress(ArchiveError, OSError):
                self._look_again()
        return self._index

    def _look_again(self) -> None:
        mark = mark_of(self.collection)
        if mark == self._mark:
            return
        self._building = True
        threading.Thread(target=self._rebuild, args=(mark,), name="index", daemon=True).start()

    def _rebuild(self, mark: str) -> None:
        try:
            build_index(self.collection, self.path, mark)
            self._index, self._mark = SearchIndex(self.path), mark
        except (ArchiveError, OSError):
            pass  # the articles are between two states: the next look finds them whole
        finally:
            self._building = False

    def frame(self) -> Frame:
        """What the pages share."""
        return Frame(name=self.collection.resolve().name, held=self.index.count(), home="/", root="/")

    def versions(self, key: str) -> list[Record]:
        """Every version; only the newest where the others cannot be read."""
        with suppress(ArchiveError, OSError), History(self.collection) as history:
            return history.versions(key)
        return []


def prepare(collection: Path, progress: Callable[[int], None]) -> None:
    """Make the index where there is none of the articles as they are. Raises NotACollection, OSError."""
    mark, path = mark_of(collection), index_path(collection)
    if not is_current(path, mark):
        build_index(collection, path, mark, progress)


class Pages:
    """What answers each address. Every answer is made of one index and of nothing that the request brings but words."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def home(self, request: "Request") -> "Response":
        """The first page."""
        query, index = _query(request), self._library.index
        found = index.search(query)
        links = {hit.key: f"/{hit.key}" for hit in found.hits}
        return _html(render_home(self._library.frame(), index, query, found, links))

    def search(self, request: "Request") -> "Response":
        """The hits of a search, as JSON."""
        found = self._library.index.search(_query(request))
        hits = [{**vars(hit), "link": f"/{hit.key}"} for hit in found.hits]
        return _json({"total": found.total, "more": found.total >= COUNTED, "pages": found.pages, "hits": hits})

    def article(self, request: "Request") -> "Response":
        """An article's page."""
        key, index = _key(request), self._library.index
        record = index.article(key)
        if record is None:
            return _none()
        versions = self._library.versions(key) or [record]
        view = view_article(versions[-1], versions, self._library.collection.resolve().name, self._photo_address)
        newer, older = (f"/{other}" if other else None for other in index.neighbours(key))
        replay = _replay(self._library.replay, versions[-1])
        frame = self._library.frame()
        return _html(render_article(frame, view, json=f"/{key}/record.json", newer=newer, older=older, replay=replay))

    def _photo_address(self, record: Record, number: int) -> str | None:
        held = self._library.photos.holds(record["images"][number]["url"])
        return f"/{record['kind']}/{record['id']}/photo/{number}" if held else None

    def record(self, request: "Request") -> "Response":
        """An article's record, as JSON."""
        found = self._library.index.article(_key(request))
        return _json(found) if found else _none()

    def photo(self, request: "Request") -> "Response":
        """A photo of an article, out of the archive."""
        found, number = self._library.index.article(_key(request)), request.path_params["number"]
        image = found["images"][number] if found and number < len(found["images"]) else None
        shown = self._library.photos.find(image["url"]) if image else None
        if shown is None:
            return _none()
        return _bytes(shown[1], shown[0], {"Cache-Control": "max-age=86400"})

    def static(self, request: "Request") -> "Response":
        """A file of ours."""
        path = STATIC / request.path_params["name"]
        if path.parent != STATIC or path.suffix not in _MEDIA or not path.is_file():
            return _none()
        return _bytes(path.read_bytes(), _MEDIA[path.suffix], {})


def build_app(library: Library, hosts: list[str]) -> "Starlette":
    """The application. It answers only under these host names, so that no other site's name can be pointed at it."""
    try:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.routing import Route
    except ImportError:
        raise PackageMissing(
            "browse: expected Starlette, got no such package; pip install 'thanhuy-archive[browse]'"
        ) from None
    pages = Pages(library)
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/api/search", pages.search),
            Route("/static/{name}", pages.static),
            Route("/{kind}/{id}", pages.article),
            Route("/{kind}/{id}/record.json", pages.record),
            Route("/{kind}/{id}/photo/{number:int}", pages.photo),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
    )


def _key(request: "Request") -> str:
    return f"{request.path_params['kind']}/{request.path_params['id']}"


def _html(text: str) -> "Response":
    return _bytes(text.encode("utf-8", "replace"), "text/html; charset=utf-8", {})


def _json(value: object) -> "Response":
    return _bytes(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "application/json", {})


def _none() -> "Response":
    return _bytes(b"<!doctype html><title>404</title><p>404", "text/html; charset=utf-8", {}, 404)


def _bytes(data: bytes, kind: str, headers: dict[str, str], status: int = 200) -> "Response":
    from starlette.responses import Response

    return Response(data, status, HEADERS | headers, kind)


def _query(request: "Request") -> Query:
    given: Any = request.query_params
    page = given.get("page", "1")
    return Query(
        words=given.get("q", "")[:200],
        year=given.get("year", "")[:4],
        section=given.get("section", ""),
        author=given.get("author", ""),
        edit=given.get("edit", ""),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def _replay(base: str | None, record: Record) -> str | None:
    """The page in a replay tool: `BASE/YYYYMMDDhhmmss/URL`, as pywb and the Wayback Machine have it."""
    if base is None:
        return None
    moment = "".join(char for char in record["captured_at"][:19] if char.isdigit())
    return f"{base.rstrip('/')}/{moment}/{record['url']}"
