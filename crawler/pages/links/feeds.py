"""Feeds, sitemaps and style sheets: what they point at.

RSS 2.0, Atom (RFC 4287) and sitemaps (sitemaps.org 0.9), told apart by their elements alone,
broken XML read as far as it goes.
Entities are never resolved, so that no document can make itself larger than it is.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urljoin, urlsplit

from lxml import etree  # type: ignore[import-untyped]

MAX_ENTRIES = 60_000
"""A sitemap holds at most 50 000 (sitemaps.org); more is not read."""
MAX_BYTES = 64 << 20
_CSS_URL = re.compile(rb"url\(\s*['\"]?([^'\")\s]{1,2000})|@import\s+['\"]([^'\"]{1,2000})['\"]", re.IGNORECASE)


def parse_feed(body: bytes, url: str) -> list[str]:
    """The addresses that a feed or a sitemap lists, absolute, each once, in its order.
    Empty where the body is neither.
    """
    found: dict[str, None] = {}
    for address in _addresses(_unzip(body)):
        absolute = _join(url, address)
        if absolute is not None:
            found[absolute] = None
        if len(found) >= MAX_ENTRIES:
            break
    return list(found)


def parse_style(body: bytes, url: str) -> list[str]:
    """The addresses that a style sheet needs: fonts, images and further style sheets."""
    found: dict[str, None] = {}
    for match in _CSS_URL.finditer(body[: 4 << 20]):
        absolute = _join(url, (match[1] or match[2]).decode("utf-8", "replace"))
        if absolute is not None:
            found[absolute] = None
    return list(found)


def _addresses(body: bytes) -> Iterator[str]:
    events = etree.iterparse(
        BytesIO(body), events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in events:
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            text = (element.text or "").strip()
            if name == "loc" and text:
                yield text
            elif name == "link":
                # RSS has the address as text, Atom as an attribute.
                address = text or (element.get("href") if element.get("rel", "alternate") == "alternate" else None)
                if address:
                    yield address
            if name in {"url", "item", "entry", "sitemap"}:
                element.clear()
    except etree.XMLSyntaxError:
        return


def _unzip(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        with gzip.open(BytesIO(body)) as stream:
            return stream.read(MAX_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""


def _join(base: str, address: str) -> str | None:
    try:
        absolute = urljoin(base, address)
        return absolute if urlsplit(absolute).scheme in {"http", "https"} and urlsplit(absolute).hostname else None
    except ValueError:
        return None
