"""Links: everything a page points at, and which links turn a listing's pages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.pages.html.metadata import find_base
from crawler.pages.html.tree import PageMarkup, read_markup
from crawler.pages.words.text import clean

MAX_LINKS = 20_000
"""Of a page with more distinct links only these many are read."""

_ATTRIBUTES = {
    "a": ("href",), "area": ("href",), "link": ("href",), "script": ("src",), "iframe": ("src", "data-src"),
    "frame": ("src",),
    "embed": ("src",), "object": ("data",),
    "source": ("src", "srcset", "data-src", "data-srcset"), "video": ("src", "poster", "data-src"), "audio": ("src",
    "data-src"),
    "track": ("src",), "input": ("src",),
    "img": ("src", "srcset", "data-src", "data-srcset", "data-original", "data-lazy-src", "data-lazy", "data-echo",
    "data-img",
    "data-image", "data-url"),
    "image": ("src",), "td": ("background",), "table": ("background",), "body": ("background",),
}  # fmt: skip
_NEXT_TEXT = re.compile(
    r"[«»<>›‹→←\s]*(?:(?:trang|tin|bài|xem)\s*(?:sau|kế(?: tiếp)?|tiếp(?: theo)?|trước|đầu|cuối|cũ hơn|mới hơn)|"
    r"(?:xem|tải) thêm(?: [^\W\d]+)*|tiếp(?: theo)?|sau|trước|next|previous|prev|older|newer|trang \d+|cuối|đầu|cũ hơn)"
    r"[«»<>›‹→←….\s]*|[«»<>›‹→←]{1,2}|\.\.\.|…",
    re.IGNORECASE,
)
_NEXT_QUERY = re.compile(
    r"[?&](?:page|p|trang|pg|pageindex|paged|pageno|page_?num(?:ber)?|currentpage|curpage|index|start|offset)=\d+",
    re.IGNORECASE,
)
_NEXT_PATH = re.compile(
    r"/(?:trang|page|p)[-/]?\d+(?:[./?]|$)|-(?:trang|page|p)-?\d+(?:\.\w+)?(?:[/?]|$)", re.IGNORECASE
)
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*url\s*=\s*(.{1,4000})", re.IGNORECASE | re.DOTALL)
_BACKGROUND = re.compile(r"url\(\s*['\"]?([^'\")]{1,2000})['\"]?\s*\)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Link:
    """One address that a page points at."""

    url: str
    """Absolute, http or https, as the page links it."""
    tag: str
    """The element that links it: `a`, `img`, `link`, `script`, `iframe`, `source` …"""
    rel: str | None = None
    """Its `rel`, in lower case."""
    next_page: bool = False
    """Whether it turns the pages of a listing."""


def parse_links(body: bytes, url: str, *, headers: Mapping[str, str] | None = None) -> list[Link]:
    """Every distinct link of a page in page order; an empty list for what is no HTML. Never raises."""
    return find_links(read_markup(body, headers), url, headers)


def find_links(markup: PageMarkup, url: str, headers: Mapping[str, str] | None) -> list[Link]:
    """The same of a page whose markup is read."""
    root = markup.root
    if root is None:
        return []
    found: dict[tuple[str, str], Link] = {}
    base = find_base(root, url)
    here = urlsplit(url).path.rstrip("/") if url else ""
    refresh = _find_refresh_url((headers or {}).get("Refresh") or "")
    if refresh and (address := _absolute(base, refresh)) is not None:
        found[address, "meta"] = Link(url=address, tag="meta", rel="refresh")
    for element, value in _values(root):
        address = _absolute(base, value)
        if address is None:
            continue
        tag = str(element.tag)
        key = (address, "a" if tag == "area" else tag)
        rel = " ".join((element.get("rel") or "").lower().split()) or None
        turns = tag in {"a", "area", "link"} and _turns_page(element, tag, address, rel, here)
        known = found.get(key)
        if known is None:
            if len(found) >= MAX_LINKS:
                break
            found[key] = Link(url=address, tag=tag, rel=rel, next_page=turns)
        elif turns and not known.next_page:
            found[key] = Link(url=address, tag=tag, rel=rel, next_page=True)
    return list(found.values())


def _find_refresh_url(content: str) -> str | None:
    """The address in `5; url=/x`, as a `<meta>` or a header sends a browser on. None where it only loads anew."""
    match = _REFRESH.match(content)
    return match[1].strip().strip("'\"") or None if match else None


def _values(root: Any) -> Iterator[tuple[Any, str]]:
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").strip().lower() == "refresh":
            refresh = _find_refresh_url(element.get("content") or "")
            if refresh:
                yield element, refresh
    for element in root.iter(*_ATTRIBUTES):
        for name in _ATTRIBUTES[element.tag]:
            value = element.get(name)
            if not value:
                continue
            if name.endswith("srcset"):
                for part in value[:20_000].split(","):
                    yield element, part.strip().split(" ")[0]
            else:
                yield element, value
        style = element.get("style")
        if style and "url(" in style:
            for match in _BACKGROUND.finditer(style[:5000]):
                yield element, match[1]


def _absolute(base: str, value: str) -> str | None:
    """The address as linked, read as browsers do: white space at its ends and line breaks within it are dropped,
    and a backslash before the query is a slash; nothing else changes.
    """
    value = re.sub(r"[\t\r\n]", "", value).strip()
    if "\\" in value:
        path = re.split(r"[?#]", value, maxsplit=1)[0]
        value = path.replace("\\", "/") + value[len(path) :]
    if not value or value[0] == "#" or len(value) > 4000 or value[:5].lower() == "data:":
        return None
    try:
        address = urljoin(base, value)
        host = urlsplit(address).hostname
    except ValueError:
        return None
    scheme = address.partition(":")[0].lower()
    return address if scheme in {"http", "https"} and host and not any(char <= " " for char in host) else None


def _turns_page(element: Any, tag: str, address: str, rel: str | None, here: str) -> bool:
    if rel and {"next", "prev"} & set(rel.split()):
        return True
    if tag == "link":
        return False
    parts = urlsplit(address)
    query = f"?{parts.query}"
    if _NEXT_QUERY.search(query) or _NEXT_PATH.search(parts.path):
        return True
    text = clean("".join(element.itertext())[:60])
    if text.isdigit() and len(text) <= 4:
        # a bare number: a pager's, when it leads to this listing again
        return (
            parts.path.rstrip("/").startswith(here)
            or here.startswith(parts.path.rstrip("/"))
            or any(char.isdigit() for char in parts.path[-12:])
        )
    return bool(text) and len(text) <= 24 and _NEXT_TEXT.fullmatch(text) is not None
