"""Which address of the sample site answers what: host, path and query in, an answer out; no network."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from crawler.demo import front, media
from crawler.demo.model import IMAGE_HOST, MAIN_HOST, SampleArticle
from crawler.demo.naming import VIETNAM
from crawler.demo.parts import NOTICES, long_day, thumbnail_path, weekday_day
from crawler.demo.truth import COLLECTIONS, SampleSite

PAGE_HOSTS = (MAIN_HOST, "thanhuytphcm.vn", "stxdd.thanhuytphcm.vn", "www.hcmcpv.org.vn", "hcmcpv.org.vn")
LOGIN_HOST = "icpv.thanhuytphcm.vn"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
HOSTS = (*PAGE_HOSTS, IMAGE_HOST, LOGIN_HOST)

_ARTICLE = re.compile(r"/(tin-tuc|tu-lieu)/(?:([^/]+)/)?([^/]*)-(\d{10})/?", re.ASCII)
_LISTING = re.compile(r"/nhom-tin/[^/]*-(\d{10})(?:/trang-(\d{1,4}))?/?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response before it goes on the wire."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    validated: bool = True
    """Carries ETag and Last-Modified."""
    modified: float = 0
    """Unix time of what `Last-Modified` says while the site is as built."""
    compressible: bool = True
    chunked: bool = False
    stable: bytes | None = None
    """The body less the header's clock: what the ETag is made of. None where it is the body itself."""


def answer(site: SampleSite, host: str, path: str, query: str = "") -> Answer:
    """Answer a GET for a percent-encoded path on one of the hosts; on a host that is no part of the site, 421."""
    host = host.lower()
    if host in LOOPBACK:
        return _for_browsers(site, path, query)
    if host not in HOSTS:
        return Answer(status=421, body=b"not a host of the sample site\n", content_type="text/plain", validated=False)
    if path == "/robots.txt":
        return _text(front.robots(host), "text/plain; charset=utf-8")
    if host == LOGIN_HOST:
        return Answer(body=front.login().encode(), headers={"Cache-Control": "no-store"}, validated=False)
    if host == IMAGE_HOST:
        return _file(site, path)
    if host == "thanhuytphcm.vn":
        return _moved(f"https://{MAIN_HOST}{path}{'?' + query if query else ''}")
    return _page(site, path, parse_qs(query))


def _for_browsers(site: SampleSite, path: str, query: str) -> Answer:
    """The site under its loopback address, for people: every address that names a host of the site stays on this
    one.
    """
    found = (
        answer(site, IMAGE_HOST, path.removeprefix("/anh"))
        if path.startswith("/anh/")
        else answer(site, MAIN_HOST, path, query)
    )
    body, where = found.body, found.headers.get("Location", "")
    for host, prefix in ((IMAGE_HOST, "/anh"), *((host, "") for host in PAGE_HOSTS)):
        where = where.replace(f"https://{host}/", f"{prefix}/")
        if found.content_type.startswith("text/html"):
            body = body.replace(f"https://{host}/".encode(), f"{prefix}/".encode())
    return dataclasses.replace(
        found,
        body=body,
        stable=None,
        validated=False,
        headers={**found.headers, "Location": where} if where else found.headers,
    )


def _page(site: SampleSite, path: str, query: Mapping[str, list[str]]) -> Answer:
    if path in _FIXED:
        return _FIXED[path](site)
    plain = unquote(path)
    if match := _ARTICLE.fullmatch(plain):
        return _article(site, f"{match[1]}/{match[4]}", match[3], plain, query)
    if match := _LISTING.fullmatch(plain):
        return _listing(site, int(match[1]), match[2], query)
    if path in front.STATIC:
        content_type, text = front.STATIC[path]
        return _text(text(), content_type)
    if path in media.ICONS:
        return _binary(media.drawn(path), "image/png")
    collection = plain.removeprefix("/tu-lieu/").rstrip("/")
    if plain.rstrip("/") == "/tu-lieu" or collection in COLLECTIONS:
        return _html(site, front.documents(site, collection if collection in COLLECTIONS else None))
    for slug, title in NOTICES:
        if plain == f"/thong-bao/{slug}":
            return _html(site, front.notice(site, title))
    if path == "/tu-khoa":
        return _html(site, front.tagged(site, query.get("ten", [""])[0]))
    if path == "/lich":
        return _calendar(site, query.get("ngay", [""])[0])
    return _html(site, front.not_found(site), status=404)


def _home(site: SampleSite) -> Answer:
    cookie = {"Set-Cookie": "ASP.NET_SessionId=mau0123456789; path=/; HttpOnly; SameSite=Lax"}
    return _html(site, front.home(site), newest=True, headers=cookie, chunked=True)


_FIXED: dict[str, Callable[[SampleSite], Answer]] = {
    "/": _home,
    "/favicon.ico": lambda site: _binary(media.icon(), "image/x-icon"),
    "/captcha.aspx": lambda site: Answer(
        body=media.drawn("/captcha.aspx"), content_type="image/png", compressible=False, validated=False
    ),
    "/sitemap.xml": lambda site: _text(front.sitemap(site), "application/xml"),
    "/rss.xml": lambda site: _text(front.feed(site), "application/rss+xml; charset=utf-8"),
    "/tim-kiem": lambda site: _html(site, front.search(site)),
    "/dang-nhap": lambda site: Answer(body=front.login().encode(), validated=False),
    front.SOFT_404: lambda site: _html(site, front.soft_404(site)),
}


def _article(site: SampleSite, key: str, slug: str, plain: str, query: Mapping[str, list[str]]) -> Answer:
    page = site.find(key)
    if page is None:
        return _html(site, front.not_found(site), status=site.gone.get(key, 404))
    if slug in page.old_slugs:
        return _moved(page.path)
    modified = page.modified or dt.datetime.combine(page.day, page.time or dt.time(8), VIETNAM)
    if "print" in query:
        return _html(site, front.printed(page), modified=modified.timestamp())
    text = front.MARKUPS[page.markup].article(site, page)
    return _html(site, text, modified=modified.timestamp(), chunked=page.id % 2 == 0)


def _listing(site: SampleSite, group_id: int, trang: str | None, query: Mapping[str, list[str]]) -> Answer:
    for group in site.groups.values():
        if group.id == group_id:
            number = trang or next((query[name][0] for name in ("page", "p") if name in query), "1")
            if not re.fullmatch("[1-9][0-9]{0,3}", number):
                break
            text = front.listing(site, group, int(number), oldest_first="sapxep" in query)
            return _html(site, text, newest=True, chunked=group.id % 2 == 0)
    return _html(site, front.not_found(site), status=404)


def _calendar(site: SampleSite, day: str) -> Answer:
    try:
        return _html(site, front.calendar(site, dt.date.fromisoformat(day)))
    except (ValueError, OverflowError):
        return _html(site, front.not_found(site), status=404)


def _file(site: SampleSite, path: str) -> Answer:
    """A photo, attachment or video that an article shows, by its path as linked."""
    for page in site.articles:
        found = _file_of(page, path)
        if found is not None:
            content_type, body = found
            return _binary(body, content_type, dt.datetime.combine(page.day, dt.time(7), VIETNAM).timestamp())
    return _html(site, front.not_found(site), status=404)


def _file_of(page: SampleArticle, path: str) -> tuple[str, bytes] | None:
    """Type and bytes of what the path is to the article. None where it is nothing to it."""
    for photo in page.photos:
        whole, small = photo.path.partition("?")[0], thumbnail_path(photo)
        if path in {whole, small}:
            content_type = "image/png" if path.lower().endswith(".png") else "image/jpeg"
            return content_type, media.photo(whole, small=None if path == whole else small)
    if any(path == piece.href for piece in page.pieces if piece.kind == "file"):
        return "application/pdf", media.pdf(path)
    return ("video/mp4", media.video(path)) if path == page.video else None


def _html(
    site: SampleSite,
    text: str,
    *,
    status: int = 200,
    modified: float = 0,
    newest: bool = False,
    headers: Mapping[str, str] | None = None,
    chunked: bool = False,
) -> Answer:
    """A page; `newest` dates it by the newest article, as a listing is."""
    if newest or not modified:
        modified = dt.datetime.combine(site.articles[-1].day, dt.time(18), VIETNAM).timestamp()
    today = site.now().date()
    stable = text.replace(long_day(today), "").replace(weekday_day(today), "").replace(f"{today}T00:00:00", "")
    return Answer(
        body=text.encode(),
        status=status,
        headers=headers or {},
        validated=status == 200,
        modified=modified,
        chunked=chunked,
        stable=stable.encode(),
    )


def _text(text: str, content_type: str) -> Answer:
    return Answer(body=text.encode(), content_type=content_type, modified=1_500_000_000)


def _binary(body: bytes, content_type: str, modified: float = 1_400_000_000) -> Answer:
    return Answer(body=body, content_type=content_type, modified=modified, compressible=False)


def _moved(where: str) -> Answer:
    body = f'<html><body>Trang đã chuyển <a href="{where}">sang đây</a>.</body></html>\n'.encode()
    return Answer(status=301, body=body, headers={"Location": where}, validated=False)
