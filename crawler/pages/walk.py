"""One walk over a page's tree: what a reader would see, line by line, with what the markup says of each line.

Inline markup dissolves into a piece's measures (how much of it is bold, linked, in italics); block markup begins a new piece.
The walk keeps its own stack, so that no page can nest too deep for it, and stops at a number of elements no honest page has.
"""

import re
from functools import lru_cache
from typing import Any

from crawler.pages.photos import is_icon
from crawler.pages.text import clean
from crawler.pages.tree import (
    ARTICLE,
    ASIDE,
    CAPTION,
    FIGURE,
    FOOTER,
    FORM,
    HEADER,
    ITEM,
    MAIN,
    NAV,
    QUOTE,
    TABLE,
    Box,
    Piece,
    Tree,
)  # fmt: skip

MAX_ELEMENTS = 100_000
"""Elements that are looked at; the largest real page seen has a twentieth of that."""

_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet", "select", "textarea", "button",
    "input", "canvas", "head", "map", "datalist", "audio", "video", "option", "progress", "meter",
})  # fmt: skip
_INLINE = frozenset({
    "a", "b", "strong", "i", "em", "span", "font", "u", "s", "small", "big", "sub", "sup", "mark", "abbr", "acronym", "cite", "q", "code",
    "time", "label", "ins", "del", "strike", "tt", "kbd", "bdi", "bdo", "var", "samp", "nobr", "wbr", "dfn", "ruby", "rt", "rp", "data",
    "blink", "picture", "source", "link", "meta", "img", "br", "image",
})  # fmt: skip
_BOLD = frozenset({"b", "strong"})
_ITALIC = frozenset({"i", "em", "cite", "dfn"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ALIGN = re.compile(r"text-align\s*:\s*(left|right|center|justify)", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
_SLANT = re.compile(r"font-style\s*:\s*(italic|oblique)", re.IGNORECASE)

_NO_STYLE = (False, "", 0, False)
_FLAGS = {
    "nav": NAV, "menu": NAV, "header": HEADER, "footer": FOOTER, "aside": ASIDE, "dialog": ASIDE, "form": FORM, "figure": FIGURE,
    "figcaption": CAPTION, "caption": CAPTION, "table": TABLE, "li": ITEM, "dd": ITEM, "blockquote": QUOTE, "article": ARTICLE,
    "main": MAIN,
}  # fmt: skip
_ROLES = {
    "navigation": NAV, "banner": HEADER, "contentinfo": FOOTER, "complementary": ASIDE, "search": NAV, "menu": NAV, "menubar": NAV,
    "dialog": ASIDE, "main": MAIN, "article": ARTICLE,
}  # fmt: skip


class _Walk:
    """The state of the one walk."""

    def __init__(self, root: Any) -> None:
        self.pieces: list[Piece] = []
        self.boxes = [Box(index=0, parent=0, depth=0, tag="html", flags=0, align="", element=root, first=0)]
        self.buffer: list[str] = []
        self.size = self.linked = self.bold_size = self.italic_size = self.breaks = 0
        self.hrefs: list[str] = []
        self.link_texts: list[str] = []
        self.box = self.bold = self.italic = self.level = self.nesting = 0
        self.link: str | None = None
        self.fresh = False
        """Whether the link has said nothing yet."""

    def add(self, text: str) -> None:
        self.buffer.append(text)
        count = len(text) if not text[0].isspace() and not text[-1].isspace() else len(text.strip())
        if count:
            self.size += count
            if self.link is not None:
                self.linked += count
                if self.fresh or not self.hrefs:
                    self.hrefs.append(self.link)
                    self.link_texts.append(text)
                    self.fresh = False
                else:
                    self.link_texts[-1] += text
            if self.bold > 0:
                self.bold_size += count
            if self.italic > 0:
                self.italic_size += count

    def flush(self) -> None:
        """End the line."""
        if not self.buffer:
            return
        if self.size:
            text = clean("".join(self.buffer))
            if text:
                hrefs = self.hrefs
                self.pieces.append(
                    Piece(len(self.pieces), self.box, text, self.size, self.linked, self.bold_size, self.italic_size, self.breaks,
                          self.level, hrefs[0] if hrefs else "", hrefs, self.link_texts, None, self.nesting))  # fmt: skip
                self.breaks = 0
                self.hrefs, self.link_texts = [], []
        self.buffer.clear()
        self.size = self.linked = self.bold_size = self.italic_size = 0
        if self.hrefs:
            self.hrefs, self.link_texts = [], []

    def line_break(self) -> None:
        self.flush()
        self.breaks += 1

    def add_lines(self, text: str) -> None:
        """Text whose line feeds are meant."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.line_break()
            if line.strip():
                self.add(line)

    def photo(self, element: Any) -> None:
        """A photo ends the line that it stands in; an icon before a word does not, and is never handed here."""
        self.flush()
        piece = Piece(len(self.pieces), self.box, breaks=self.breaks, href=self.link or "", image=element)
        self.pieces.append(piece)
        self.breaks = 0

    def open_box(self, element: Any, tag: str, align: str) -> None:
        if self.buffer:
            self.flush()
        self.breaks = 0
        parent = self.boxes[self.box]
        flags = parent.flags
        if tag in _FLAGS and not (tag in {"header", "footer"} and flags & ARTICLE):  # an article's own header is not the page's
            flags |= _FLAGS[tag]
        role = element.get("role")
        if role:
            flags |= _ROLES.get(role.lower(), 0)
        if not align:
            own = element.get("align")
            align = own.lower() if own else "center" if tag == "center" else "" if tag in {"td", "th"} else parent.align
        index = len(self.boxes)
        self.boxes.append(Box(index, self.box, parent.depth + 1, tag, flags, align, element, len(self.pieces)))
        self.box = index

    def close_box(self) -> None:
        if self.buffer:
            self.flush()
        self.breaks = 0
        box = self.boxes[self.box]
        box.last = len(self.pieces)
        self.box = box.parent


def flatten(root: Any, *, cut: bool = False) -> Tree:
    """Walk the tree once."""
    walk = _Walk(root)
    stack: list[Any] = [root]  # elements to enter, and what to put back on leaving one
    seen = scripts = 0
    while stack:
        element = stack.pop()
        if type(element) is tuple:
            _leave(walk, element)
            continue
        seen += 1
        if seen > MAX_ELEMENTS:
            cut = True
            break
        tag = element.tag
        if tag in _SKIPPED:
            if tag == "script":
                scripts += len(element.text or "")
        elif tag == "br":
            walk.line_break()
        elif tag == "img" or tag == "image":
            if not is_icon(element):
                walk.photo(element)
        else:
            restore = _enter(walk, element, tag)
            if restore is not None:
                if len(element):
                    stack.append(restore)
                    stack.extend(element.iterchildren(reversed=True))
                else:
                    _leave(walk, restore)
                continue
        tail = element.tail
        if tail and (walk.size or not tail.isspace()):
            walk.add(tail)
    while walk.box:
        walk.close_box()
    walk.flush()
    walk.boxes[0].last = len(walk.pieces)
    return Tree(root, walk.pieces, walk.boxes, cut, scripts)


@lru_cache(maxsize=1024)
def _read_style(style: str) -> tuple[bool, str, int, bool]:
    """Whether a style hides its element, how it aligns it, its weight (-1 normal, 1 bold, 0 unsaid), whether it slants it."""
    align, weight = _ALIGN.search(style), _WEIGHT.search(style)
    bold = 0 if weight is None else -1 if weight[1].lower() in {"normal", "100", "200", "300", "400", "500"} else 1
    return _HIDDEN.search(style) is not None, align[1].lower() if align else "", bold, _SLANT.search(style) is not None


def _enter(walk: _Walk, element: Any, tag: str) -> tuple[Any, ...] | None:
    """Go into an element; returns what to put back on leaving it, or None for one that nobody sees."""
    style = element.get("style")
    hidden, align, weight, slanted = _read_style(style) if style else _NO_STYLE
    if hidden or element.get("hidden") is not None:
        return None
    inline = tag in _INLINE or ":" in tag
    restore = (element, inline, walk.bold, walk.italic, walk.link, walk.level, walk.nesting)
    if not inline:
        walk.open_box(element, tag, align)
        if tag in _HEADINGS:
            walk.level = _HEADINGS[tag]
        elif tag == "ul" or tag == "ol":
            walk.nesting += 1
        elif tag == "th" or tag == "caption":
            walk.bold += 1
    elif tag == "a":
        _open_link(walk, element.get("href") or walk.link or "")
    elif tag in _BOLD:
        walk.bold += 1
    elif tag in _ITALIC:
        walk.italic += 1
    if weight:
        walk.bold = 0 if weight < 0 else walk.bold + 1
    if slanted:
        walk.italic += 1
    text = element.text
    if tag == "pre" and text and "\n" in text:
        walk.add_lines(text)
    elif text and (walk.size or not text.isspace()):
        walk.add(text)
    return restore


def _open_link(walk: _Walk, href: str) -> None:
    """Begin a link: one right behind another to the same place goes on with it, one to elsewhere is a word of its own."""
    same = bool(walk.hrefs) and walk.hrefs[-1] == href
    adjoins = walk.buffer and walk.link_texts and walk.buffer[-1] and walk.link_texts[-1].endswith(walk.buffer[-1])
    if adjoins and not same:
        walk.buffer.append(" ")
    walk.link, walk.fresh = href, not (adjoins and same)


def _leave(walk: _Walk, restore: tuple[Any, ...]) -> None:
    element, inline, bold, italic, link, level, nesting = restore
    if not inline:
        walk.close_box()
    walk.bold, walk.italic, walk.link, walk.level, walk.nesting = bold, italic, link, level, nesting
    tail = element.tail
    if tail and (walk.size or not tail.isspace()):
        walk.add(tail)
