"""Charsets: the bytes of a page as text, whatever the page says of its own coding.

Order of trust: byte order mark, then whether the bytes are valid UTF-8 at all, then what header and markup declare.
A page that declares UTF-8 and holds another coding, or the reverse, is common on old servers;
text that decodes as UTF-8
with Vietnamese letters in it is never anything else by accident.
"""

import codecs
import re
from collections.abc import Mapping
from typing import NamedTuple

from archive.http.encodings import find_codec
from crawler.pages.words.text import compose

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)

MAX_CHARS = 3_000_000
"""Of a longer page only the beginning is read: the longest real article is a fortieth of that."""

MAX_BYTES = 64_000_000
"""Bytes that are decoded at all, before tags with absurdly many attributes are cut."""


class Decoded(NamedTuple):
    """A page as text."""

    text: str
    charset: str
    """The charset it was read in."""
    utf8: bytes | None = None
    """The text in UTF-8, where the page came so."""


def decode_page(body: bytes, headers: Mapping[str, str] | None = None) -> Decoded:
    """Read a page's bytes as text. Never raises: bytes that fit nothing become replacement characters."""
    body = body[:MAX_BYTES]
    for bom, name in _BOMS:
        if body.startswith(bom):
            return Decoded(body[len(bom) :].decode(name, "replace"), name)
    wide = _find_wide(body)
    if wide is not None:
        return Decoded(body.decode(wide, "replace"), wide)
    try:
        return Decoded(body.decode("utf-8"), "utf-8", body)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end >= len(body) - 4:  # a letter cut at the very end
            return Decoded(body.decode("utf-8", "replace"), "utf-8")
    declared = [find_codec(name) for name in _declared(body, headers)]
    names = [name for name in declared if name is not None and not name.startswith(("utf-16", "utf-32"))]
    for name in [*(name for name in names if name != "utf-8"), *(["utf-8"] if "utf-8" in names else [])]:
        if name == "utf-8" and _replaced_share(body) > 0.01:
            continue  # declares UTF-8 and is something else
        return Decoded(_compose(body.decode(name, "replace"), name), name)
    if _replaced_share(body) <= 0.01:
        return Decoded(body.decode("utf-8", "replace"), "utf-8")
    return Decoded(_compose(body.decode("cp1258", "replace"), "cp1258"), "cp1258")


def _declared(body: bytes, headers: Mapping[str, str] | None) -> list[str]:
    types = [value for key, value in (headers or {}).items() if key.lower() == "content-type"]
    names = [match[1] for value in types if (match := _HEADER.search(value))]
    head = body[:4096]
    return names + [found[1].decode("ascii", "replace") for pattern in (_XML, _META) if (found := pattern.search(head))]


def _find_wide(body: bytes) -> str | None:
    """UTF-16 without a byte order mark shows in its first tag: every other byte is zero."""
    head = body[:200]
    if len(head) < 8 or b"\0" not in head:
        return None
    if head[1::2].count(0) > len(head) * 0.35 and head[0::2].count(0) < 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) * 0.35 and head[1::2].count(0) < 4:
        return "utf-16-be"
    return None


def _replaced_share(body: bytes) -> float:
    """Share of the bytes beyond ASCII that UTF-8 cannot read."""
    text = body.decode("utf-8", "replace")
    beyond = sum(1 for char in text[:200_000] if char > "\x7f")
    return text[:200_000].count("\ufffd") / beyond if beyond else 0.0


def _compose(text: str, name: str) -> str:
    """windows-1258 writes tones as combining marks after the letter;
    composed they are the letters everybody searches for.
    """
    return compose(text) if name == "cp1258" else text
