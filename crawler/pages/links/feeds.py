"""Feeds, sitemaps and style sheets: what they point at.

RSS 2.0, Atom (RFC 4287) and sitemaps (sitemaps.org 0.9), told apart by their elements alone,
broken XML read as far as it goes.
Entities are never resolved, so that no document can make itself larger than it is.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree  # type: ignore[import-untyped]

MAX_ENTRIES = 60_000
"""A sitemap holds at most 50 000 (sitemaps.org); more is not read."""
MAX_BYTES = 64 << 20
MAX_ELEMENTS, MAX_HELD = 2_000_000, 100_000
"""Elements in all, and of one entry: hundreds of bytes on the wire can be millions, each of half a kilobyte."""
SNIFFED = 4096
"""Bytes at the beginning by which a feed is known."""
_ENTRIES = frozenset({"url", "item", "entry", "sitemap"})
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_GZIP = b"\x1f\x8b"
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE\s+(?!html)[^>]*>\s*)*"
    rb"<(?:\w+:)?(?:rss|feed|urlset|sitemapindex|RDF)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TEXT_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\s*https?://[^\s<>\"]+\s*(?:\r?\n|$)", re.IGNORECASE)
_CSS_URL = re.compile(rb"url\(\s*['\"]?([^'\")\s]{1,2000})|@import\s+['\"]([^'\"]{1,2000})['\"]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class FeedLinks:
    """What a feed or a sitemap lists, absolute, each address once, in its order."""

    pages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    """Further sitemaps, whatever they are called: the children of a sitemap index."""


def is_feed(body: bytes) -> bool:
    """Whether bytes are a feed or a sitemap, by their first element or, of a text sitemap, by being addresses alone:
    servers call them anything, `text/html` too.
    """
    start = _unzip(body[:SNIFFED], SNIFFED) if body[:2] == _GZIP else body[:SNIFFED]
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        start = start[: len(start) & ~1].decode("utf-16", "replace").encode()
    return _ROOT.match(start) is not None or _TEXT_LINE.match(start) is not None


def parse_feed(body: bytes, url: str) -> FeedLinks:
    """What a feed or a sitemap lists; nothing where the body is neither."""
    body = _unzip(body) if body[:2] == _GZIP else body
    pages: dict[str, None] = {}
    feeds: dict[str, None] = {}
    entries = _read_text(body) if _TEXT_LINE.match(body) else _read_xml(body)
    for address, is_sitemap in islice(entries, MAX_ENTRIES):
        absolute = _join(url, address)
        if absolute is not None:
            (feeds if is_sitemap else pages)[absolute] = None
    return FeedLinks(pages=tuple(pages), feeds=tuple(feeds))


def parse_style(body: bytes, url: str) -> list[str]:
    """The addresses that a style sheet needs: fonts, images and further style sheets."""
    found: dict[str, None] = {}
    for match in _CSS_URL.finditer(body[: 4 << 20]):
        absolute = _join(url, (match[1] or match[2]).decode("utf-8", "replace"))
        if absolute is not None:
            found[absolute] = None
    return list(found)


def _read_text(body: bytes) -> Iterator[tuple[str, bool]]:
    """A sitemap in text: one address a line."""
    for line in body.removeprefix(b"\xef\xbb\xbf").split(b"\n", MAX_ENTRIES)[:MAX_ENTRIES]:
        if address := line.strip().decode("utf-8", "replace"):
            yield address, False


def _read_xml(body: bytes) -> Iterator[tuple[str, bool]]:
    """Each address, and whether a sitemap index lists it."""
    events = etree.iterparse(
        BytesIO(body.lstrip()),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    held = 0
    try:
        for _, element in islice(events, MAX_ELEMENTS):
            name, parent = _name_of(element), element.getparent()
            held += 1
            if held > MAX_HELD:
                return
            text = (element.text or "").strip()
            if name == "loc" and text:
                yield text, _name_of(parent) == "sitemap"
            elif name == "link":
                if address := _find_link(element):
                    yield address, False
            elif name in {"item", "entry"} and (address := _find_identity(element)):
                yield address, False
            if parent is not None and (name in _ENTRIES or parent.getparent() is None):
                element.clear()
                del parent[:-1]  # what was read is not kept
                held = 0
    except etree.XMLSyntaxError:
        return


def _find_link(link: Any) -> str | None:
    """RSS has the address as text, Atom as an attribute."""
    text = (link.text or "").strip()
    return text or (link.get("href") if link.get("rel", "alternate") == "alternate" else None)


def _find_identity(entry: Any) -> str | None:
    """What an entry without a link is called by, which is its address more often than not: the `guid` of RSS 2.0,
    unless that says it is none (`isPermaLink`), what an item of RSS 1.0 is about, the `id` of Atom.
    """
    children = [(_name_of(child), child) for child in entry]
    if any(name == "link" and _find_link(child) for name, child in children):
        return None
    for name, child in children:
        if name in {"guid", "id"} and (child.get("isPermaLink") or "true").strip().lower() != "false":
            return (child.text or "").strip() or None
    about: str | None = entry.get(_ABOUT)
    return about


def _name_of(element: Any) -> str:
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""


def _unzip(body: bytes, limit: int = MAX_BYTES) -> bytes:
    """What can be had of a gzip file, up to a limit."""
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return unzip.decompress(body, limit)
    except zlib.error:
        return b""


def _join(base: str, address: str) -> str | None:
    try:
        absolute = urljoin(base, address)
        return absolute if urlsplit(absolute).scheme in {"http", "https"} and urlsplit(absolute).hostname else None
    except ValueError:
        return None
