"""Which addresses of the site are asked for, and in which form.

Some never are, whoever names them: a link, a photo, a sitemap, a redirect, a state that somebody else wrote.
"""

import re
import unicodedata
from urllib.parse import unquote, urlsplit, urlunsplit

from crawler.remembered import remembered
from crawler.site.scope import FILE_HOSTS, MAX_URL, SESSION, Kind, find_kind, find_page

FILES = frozenset({Kind.IMAGE, Kind.ATTACHMENT, Kind.REQUISITE})
MAX_SEGMENTS = 12
_TRAP_QUERY = re.compile(
    r"(?:^|&)(?:print|sort\w*|order\w*|dir|view|layout|lang|ngay|date|from|to|tu-?ngay|den-?ngay|thang|month|year|q|s|search|keyword|tukhoa"
    r"|redirect|returnurl|reply\w*|share|action|sid|sessionid|phpsessid|jsessionid|aspsessionid\w*)=",
    re.IGNORECASE,
)
MOST_ENCODINGS = 3
"""How often a path is decoded; a percent sign that is encoded over and over counts as one."""
_DOORS = (
    r"dang-?(?:nhap|xuat|ky)|thoat|log-?(?:in|out|on|off)|sign-?(?:in|out|up)|register|(?:quen|doi)-?mat-?khau"
    r"|tai-?khoan|thanh-?vien|quan-?tri|captcha|tim-?kiem"
)
"""What is for readers with an account or a question: nothing of the archive lies behind it, no file either."""
_ROOMS = (
    r"account|member|admin|wp-(?:admin|login)|calendar|search|print|in-?(?:trang|bai)"
    r"|lich(?:-?(?:cong-?tac|lam-?viec|tiep-?dan|tuan|thang))?"
)
"""What is endless as a page, and a usual name of a folder of files too."""
_PARAMETERS = r"[;?#:*\x00-\x1f\x7f][^/]*"
"""Of a segment what is no part of its name for one server or another."""
_END = rf"(?:\.\w{{1,5}}){{0,2}}[.~-]*(?:{_PARAMETERS})?(?:/|$)"
"""Of a segment what is left behind its name; Windows knows none of the dots and blanks at the end."""
_DOOR = re.compile(f"(?:^|/)(?:{_DOORS}){_END}")
_DOOR_OR_ROOM = re.compile(f"(?:^|/)(?:{_DOORS}|{_ROOMS}){_END}")


@remembered(MAX_URL)
def is_trap(url: str) -> bool:
    """Whether an address looks like one of endlessly many:
    a calendar, a sorting, a session, a path that repeats itself.
    """
    query = url.partition("#")[0].partition("?")[2]
    return is_never_asked(url) or _TRAP_QUERY.search(query) is not None


@remembered(MAX_URL)
def is_never_asked(url: str) -> bool:
    """Whether an address is none to ask for, whoever names it, a sitemap too: logins, searches, calendars, and those
    that are longer or more repetitive than any that a person makes.
    """
    path = _read_path(url)
    segments = [segment for segment in path.split("/") if segment]
    return (
        len(url) > MAX_URL
        or len(segments) > MAX_SEGMENTS
        or any(segments.count(segment) > 2 for segment in segments)
        or ";jsessionid=" in path
        or _leads_through_a_door(url, path)
    )


def may_be_asked(url: str) -> bool:
    """Whether a request for an address may leave at all."""
    kind = find_kind(url)
    if kind in FILES:
        return not _leads_through_a_door(url, _read_path(url))
    return kind is not None and not is_never_asked(url)


def _read_path(url: str) -> str:
    """The path as the most lenient server reads it: without what addresses cannot hold, decoded as often as it is
    encoded, with slashes for backslashes; in small letters without accents, with `-` for blanks.
    """
    path = re.sub(r"[\t\r\n]", "", url.partition("#")[0].partition("?")[0].partition("//")[2]).partition("/")[2]
    for _ in range(MOST_ENCODINGS if "%" in path else 0):
        path = unquote(re.sub("%(?:25)+", "%", path))
    path = path.replace("\\", "/").lower()
    if not path.isascii():
        decomposed = unicodedata.normalize("NFKD", path.replace("đ", "d"))
        path = "".join(char for char in decomposed if unicodedata.category(char) not in {"Mn", "Cf"})
    return re.sub(r"[_ +]", "-", path)


def _leads_through_a_door(url: str, path: str) -> bool:
    """Whether a segment bears a name that is never asked for. A file's own says nothing: `print.css`, `search.js`;
    nor does its folder's on a host that has nothing but files: `thanh-vien/a.jpg`.
    """
    if _DOOR_OR_ROOM.search(path) is None:
        return False
    if find_kind(url) not in FILES:
        return True
    if (urlsplit(url).hostname or "").removesuffix(".") in FILE_HOSTS:
        return False
    folder, _, name = path.rpartition("/")
    return _DOOR.search(folder if re.search(_PARAMETERS, name) is None else path) is not None


@remembered(MAX_URL)
def as_followed(url: str) -> str:
    """The address to ask for where a link names this one: without the session of another reader, without the final dot
    of a host, and, of the site's numbered pages, without a query that would make one page endlessly many.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return url
    path = SESSION.sub("", parts.path)
    query = "" if find_page(url) is not None and _TRAP_QUERY.search(parts.query) else parts.query
    if (path, query) == (parts.path, parts.query) and not host.endswith("."):
        return url
    place = parts.netloc.lower().replace(host, host.removesuffix("."), 1)
    return urlunsplit((parts.scheme, place, path, query, parts.fragment))
