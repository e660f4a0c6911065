"""The flat page: the lines and photos that a reader would see, and the blocks they stand in.

The rest of the parser reads these `Piece`s and `Box`es, never the tree itself (but for metadata).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from crawler.pages.html.charset import MAX_CHARS, Decoded, decode_page
from crawler.pages.html.guard import FLATTENERS, flatten_nesting, tame_tags
from crawler.pages.html.nesting import ends_early, mend_nesting, went_astray

NAV, HEADER, FOOTER, ASIDE, FORM, FIGURE, CAPTION, TABLE, ITEM, QUOTE, ARTICLE, MAIN = (1 << bit for bit in range(12))
OUTSIDE = NAV | FOOTER | ASIDE
"""Flags of boxes that hold no part of an article."""


@dataclass(slots=True, eq=False)
class Box:
    """A block element: where it stands, and which pieces it holds (`first` up to, not with, `last`)."""

    index: int
    parent: int
    tag: str
    flags: int
    align: str
    element: Any
    first: int
    last: int = 0


@dataclass(slots=True, eq=False)
class Piece:
    """A line of text, or a photo, in reading order."""

    index: int
    box: int
    text: str = ""
    size: int = 0
    """Characters of the text, as the measures below count them."""
    linked: int = 0
    bold: int = 0
    italic: int = 0
    breaks: int = 0
    """`<br>`s since the piece before in the same box; 0 where a block begins."""
    level: int = 0
    """1 to 6 in a heading, else 0."""
    href: str = ""
    """Of the first link in it."""
    hrefs: Sequence[str] = ()
    link_texts: Sequence[str] = ()
    """What each of its links says, in the order of `hrefs`."""
    image: Any = None
    """The `img` element; None for text."""
    nesting: int = 0
    """How many lists it stands in."""

    @property
    def is_link(self) -> bool:
        """Whether next to nothing of it is outside a link."""
        return self.linked >= self.size * 0.85 and self.linked > 0

    @property
    def is_bold(self) -> bool:
        """Whether all but a stray character is bold."""
        return self.size > 0 and self.bold >= self.size - 3 and self.bold > 0

    @property
    def is_italic(self) -> bool:
        """Whether all but a stray character is in italics."""
        return self.size > 0 and self.italic >= self.size - 3 and self.italic > 0


@dataclass(slots=True, eq=False)
class Tree:
    """The flat page."""

    root: Any
    pieces: list[Piece]
    boxes: list[Box]
    cut: bool
    """Whether the page was too large or too deep to be read whole."""
    scripts: int = 0
    """Characters of script seen on the way."""


class PageMarkup(NamedTuple):
    """What a page's bytes are, read once for its links and its article."""

    text: str
    root: Any
    """The root element; None where there is none."""
    cut: bool
    """Whether the page is too long or too deep to be read as it stands."""


def read_markup(body: bytes, headers: Mapping[str, str] | None) -> PageMarkup:
    """Bytes as a tree, whatever they are."""
    decoded = decode_page(body, headers)
    return PageMarkup(decoded.text, *parse_html(decoded))


def parse_html(page: Decoded) -> tuple[Any, bool]:
    """The page's root element (None where there is none),
    and whether the page is too long or too deep to be read as it stands.
    """
    text = page.text
    nulls = b"\0" in page.utf8 if page.utf8 is not None else "\0" in text  # bytes are searched far faster
    tamed = tame_tags(text.replace("\0", "") if nulls else text)
    cut = len(tamed) > MAX_CHARS
    tamed = tamed[:MAX_CHARS]
    whole = page.utf8 if page.utf8 is not None and tamed is text else tamed.encode("utf-8", "replace")
    root, deep, astray = _parse(whole)
    if (astray or ends_early(tamed)) and not deep:
        tamed = mend_nesting(tamed)[:MAX_CHARS]
        root, deep, _ = _parse(tamed.encode("utf-8", "replace"))
    for tags in FLATTENERS:
        if not deep:
            break
        root, deep, _ = _parse(flatten_nesting(tamed, tags).encode("utf-8", "replace"))
        cut = True
    return root, deep or cut


def _parse(encoded: bytes) -> tuple[Any, bool, bool]:
    """The root element, whether the page nests too deep to be read whole, and whether end tags were passed over."""
    # huge_tree lifts the depth from 256 to 2048; nothing is fetched,
    # and entities of a DTD are not expanded by the HTML parser.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(encoded, parser)
    except (etree.XMLSyntaxError, ValueError):  # empty, or nothing but comments
        return None, False, False
    said = [entry.message or "" for entry in parser.error_log]
    deep = any("Excessive depth" in message for message in said[-3:])
    return root, deep, went_astray(said)
