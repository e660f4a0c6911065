"""What belongs to the crawl, and which URLs are the same page.

Identity is (kind, id): the ten digits that end a page's path name it, the slug is decoration, the host interchangeable.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

from crawler.remembered import remembered

CANONICAL_HOST = "www.thanhuytphcm.vn"
PAGE_HOSTS = frozenset(
    {CANONICAL_HOST, "thanhuytphcm.vn", "stxdd.thanhuytphcm.vn", "www.hcmcpv.org.vn", "hcmcpv.org.vn"}
)
"""The hosts that carry articles; one page whichever of them serves it."""
FILE_HOSTS = frozenset({"images.hcmcpv.org.vn"})
"""The host of photos and attachments."""

MAX_URL = 2000
"""A longer address is none that a person ever linked."""

HOME = f"https://{CANONICAL_HOST}/"

_PAGE_PATH = re.compile(r"/+(tin-tuc|tu-lieu|nhom-tin)/+(?:[^/]+/+)*(?:([^/]*)-)?(\d{10})/*", re.ASCII | re.IGNORECASE)
"""The site's server (IIS) makes no difference between upper and lower case, nor between one slash and several."""
SESSION = re.compile(r"/\((?:[A-Z]\([^/()]*\))+\)(?=/|$)", re.IGNORECASE)
"""ASP.NET's session in the path of a reader without cookies: `/(S(…))/tin-tuc/…` is the page `/tin-tuc/…`."""
_UNRESERVED = re.compile(r"%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)
"""What needs no percent-encoding and means the same with it (RFC 3986 §2.3)."""
_TURNED_PATHS = tuple(
    re.compile(rf"/+nhom-tin/(?:[^/]+/)*?{form}/*", re.ASCII | re.IGNORECASE)
    for form in (
        r"(?:(?P<before>[^/]*)-)?(?:trang|page)-?(?P<number>\d{1,6})[/-](?:(?P<slug>[^/]*)-)?(?P<id>\d{10})",
        r"(?:(?P<slug>[^/]*)-)?(?P<id>\d{10})[/.-](?:(?:trang|page|p)[-/.]?)?(?P<number>\d{1,6})(?:\.\w{2,5})?",
    )
)
"""A listing whose further pages are numbered in the path, before its ten digits or behind them."""
_TRACKING = re.compile(
    r"(?:fbclid|gclid|dclid|msclkid|zarsrc|mc_[ce]id|igshid|_ga|yclid|utm_\w+)(?==|$)", re.IGNORECASE
)
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|zip|rar)$", re.IGNORECASE)
_REQUISITE = re.compile(r"\.(?:css|m?js|woff2?|ttf|otf|eot|ico)$", re.IGNORECASE)
_FEED = re.compile(
    r"(?:/(?:rss|feeds?|atom)(?:[/.][^/]*)*|\.(?:rss|atom|xml)(?:\.gz)?|/[^/]*sitemap[^/]*\.(?:txt|ashx|aspx?|php|axd)(?:\.gz)?)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:[?&](?:page|p|pg|trang|trangso|pageindex|paged|pageno|page_?num(?:ber)?|currentpage|curpage|start|offset|index|batdau)="
    r"|[/-](?:trang|page|p)[-/]?)(\d{1,6})(?![\w])",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif|svg)$", re.IGNORECASE)


class Kind(StrEnum):
    """What a URL leads to, as far as its address tells."""

    ARTICLE = "tin-tuc"
    DOCUMENT = "tu-lieu"
    LISTING = "nhom-tin"
    HOME = "home"
    FEED = "feed"
    """An RSS or Atom feed, or a sitemap."""
    IMAGE = "image"
    ATTACHMENT = "attachment"
    REQUISITE = "requisite"
    """What a page needs to look right: style sheets, scripts, fonts."""
    PAGE = "page"
    """Another page of the site's hosts: followed only where a rule of the spider asks for it."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the address of an article, document or listing says of it."""

    kind: Kind
    id: str
    """The ten digits that end the path."""
    slug: str
    """The words before the id, percent-decoded; begins with `-` where the title begins with a bracket."""
    number: int = 1
    """Of a listing: which of its pages, where the path says so."""

    @property
    def key(self) -> str:
        """The identity: `kind/id`."""
        return f"{self.kind}/{self.id}"

    @property
    def canonical_url(self) -> str:
        """The address on the canonical host, of a document without its collection's path."""
        slug = quote(self.slug, safe="!$&'()*+,;=:@")
        return (
            f"https://{CANONICAL_HOST}/{self.kind}/{slug}-{self.id}"
            if slug
            else f"https://{CANONICAL_HOST}/{self.kind}/{self.id}"
        )


@remembered(MAX_URL)
def find_page(url: str) -> Page | None:
    """Read kind, id and slug from a page's address. None where it is no article, document or listing of the site."""
    parts = _split(url)
    if parts is None or parts[0] not in PAGE_HOSTS:
        return None
    for form in _TURNED_PATHS:
        turned = form.fullmatch(parts[1])
        if turned is not None:
            found = turned.groupdict()
            words = "-".join(part for part in (found.get("before"), found["slug"]) if part)
            return Page(kind=Kind.LISTING, id=found["id"], slug=unquote(words), number=int(found["number"]))
    match = _PAGE_PATH.fullmatch(parts[1])
    if match is None:
        return None
    return Page(kind=Kind(match[1].lower()), id=match[3], slug=unquote(match[2] or ""))


@remembered(MAX_URL)
def find_kind(url: str) -> Kind | None:
    """What the URL leads to. None where it is outside the scope, whatever the reason."""
    page = find_page(url)
    if page is not None:
        return page.kind
    parts = _split(url)
    if parts is None or parts[0] not in PAGE_HOSTS | FILE_HOSTS:
        return None
    host, path = parts
    for kind, pattern in ((Kind.IMAGE, _IMAGE), (Kind.ATTACHMENT, _ATTACHMENT), (Kind.REQUISITE, _REQUISITE)):
        if pattern.search(path):
            return kind
    if host in FILE_HOSTS:
        return None
    if _FEED.search(path):
        return Kind.FEED
    return Kind.HOME if path in {"", "/"} else Kind.PAGE


def page_number(url: str) -> int:
    """Which page of a listing the address names, in whatever form; 1 where it names none."""
    page = find_page(url)
    if page is not None and page.number > 1:
        return page.number
    match = _NUMBERED.search(url)
    return int(match[1]) if match else 1


def is_first_page(url: str) -> bool:
    """Whether a listing's address names none of its further pages."""
    return "?" not in url_key(url)


def listing_name(url: str) -> str:
    """What all pages of one listing have in common, as far as their addresses tell."""
    page = find_page(url)
    if page is not None:
        return page.key
    return _NUMBERED.sub("", url_key(url).partition("?")[0]).rstrip("/")


def is_same_listing(here: str, there: str) -> bool:
    """Whether two addresses are pages of one listing."""
    one, other = listing_name(here), listing_name(there)
    if one == other:
        # Of a list that is told by its query: the same numbers of ten digits, where there are any.
        return _numbers(here) == _numbers(there)
    page = find_page(here)
    return (
        other.startswith(one)
        if page is None
        else page.kind is Kind.LISTING and page.id in _numbers(there) and find_page(there) is None
    )


def _numbers(url: str) -> list[str]:
    return re.findall(r"(?<!\d)\d{10}(?!\d)", url.partition("#")[0])


def without_tracking(url: str) -> str:
    """The URL as linked, less its fragment and known tracking parameters; every other byte stays as it is."""
    url = url.partition("#")[0]
    path, mark, query = url.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not _TRACKING.match(pair))
    return f"{path}?{kept}" if kept or (mark and not query) else path


@remembered(MAX_URL)
def url_key(url: str) -> str:
    """What makes two addresses the same page: `kind/id` for the site's pages, else the URL itself without tracking.

    A listing's query stays in its key, since it numbers the listing's pages, behind a `?`;
    so does a number in its path.
    Scheme, and the host among those that are interchangeable, make no difference.
    """
    url = without_tracking(url)
    page = find_page(url)
    query = url.partition("?")[2]
    if page is not None:
        if page.kind is not Kind.LISTING or (page.number == 1 and not query):
            return page.key
        return f"{page.key}?{f'/{page.number}' if page.number > 1 else ''}{query}"
    parts = _split(url)
    if parts is None:
        return url
    host, path = parts
    shared = CANONICAL_HOST if host in PAGE_HOSTS else host
    return f"//{shared}{path or '/'}{'?' + query if query else ''}"


@remembered(MAX_URL)
def _split(url: str) -> tuple[str, str] | None:
    """Host and path of an http or https URL on its scheme's usual port. None for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # e.g. an unclosed bracket in the host, a port that is no number
        return None
    if parts.scheme not in {"http", "https"} or not host or port not in {None, 80, 443} or parts.username is not None:
        return None
    path = _UNRESERVED.sub(lambda code: chr(int(code[1], 16)), parts.path)
    return host.removesuffix("."), SESSION.sub("", path)
