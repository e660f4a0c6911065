"""One walk over a page's tree: what a reader would see, line by line, with what the markup says of each line.

Inline markup dissolves into a piece's measures (how much of it is bold, linked, in italics);
block markup begins a new piece.
The walk never recurses, so that no page can nest too deep for it, and stops at a number of elements no honest page has.
"""

from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from crawler.pages.html.hidden import (
    class_hides,
    is_shadow,
    is_streamed,
    opens_on_demand,
    show_scriptless,
    show_streamed,
)
from crawler.pages.html.images import is_icon
from crawler.pages.html.tags import (
    BLOCK,
    BOLD,
    BREAK,
    FLAGS,
    HEADINGS,
    ITALIC,
    KINDS,
    LINES,
    OWN_ALIGN,
    PHOTO,
    STRANGE,
    STYLING,
    UNSEEN,
    flags_of,
    flags_of_tag,
    read_style,
)
from crawler.pages.html.tree import Box, Piece, Tree
from crawler.pages.words.text import clean

MAX_ELEMENTS = 100_000
"""Elements that are looked at; the largest real page seen has a twentieth of that."""

_PARAGRAPH = 80
"""Characters of a line such as every article has."""
_PLAIN = (0, 0, None, 0, 0)

_Style = tuple[int, int, str | None, int, int]
"""How deep in bold and in italics, inside which link, in a heading of which level, in how many lists."""


class _Walk:
    """The state of the one walk."""

    def __init__(self, root: Any) -> None:
        self.pieces: list[Piece] = []
        self.box = Box(index=0, parent=0, tag="html", flags=0, align="", element=root, first=0)
        self.boxes = [self.box]
        self.style: _Style = _PLAIN
        self.styled: Any = None
        """The element that set this style."""
        self.outer: list[tuple[Any, _Style]] = []
        """Of it, and of each around it that set one, the element and the style before."""
        self.buffer: list[str] = []
        self.size = self.linked = self.bold_size = self.italic_size = self.breaks = 0
        self.hrefs: list[str] = []
        self.link_texts: list[str] = []
        self.fresh = False
        """Whether the link has said nothing yet."""
        self.streamed = False
        """Whether parts of the page wait behind it for a script that puts them in their place."""

    def add(self, text: str) -> None:
        self.buffer.append(text)
        count = len(text.strip())
        if not count:
            return
        self.size += count
        if self.style is _PLAIN:
            return
        bold, italic, link, _, _ = self.style
        if link is not None:
            self.linked += count
            if self.fresh or not self.hrefs:
                self.hrefs.append(link)
                self.link_texts.append(text)
                self.fresh = False
            else:
                self.link_texts[-1] += text
        if bold > 0:
            self.bold_size += count
        if italic > 0:
            self.italic_size += count

    def flush(self) -> None:
        """End the line."""
        if self.size:
            buffer = self.buffer
            text = clean(buffer[0] if len(buffer) == 1 else "".join(buffer))
            if text:
                self._end_line(text)
            self.size = self.linked = self.bold_size = self.italic_size = 0
        self.buffer.clear()
        if self.hrefs:
            self.hrefs, self.link_texts = [], []

    def _end_line(self, text: str) -> None:
        size, linked, bold, italic = self.size, self.linked, self.bold_size, self.italic_size
        if size > len(text):  # runs of white space, letters in several parts: nothing that a reader counts
            linked, bold, italic = (part * len(text) // size for part in (linked, bold, italic))
            size = len(text)
        href, hrefs, link_texts = (self.hrefs[0], self.hrefs, self.link_texts) if self.hrefs else ("", (), ())
        _, _, _, level, nesting = self.style
        self.pieces.append(
            Piece(len(self.pieces), self.box.index, text, size, linked, bold, italic, self.breaks, level,
                  href, hrefs, link_texts, None, nesting))  # fmt: skip
        self.breaks = 0

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
        self.pieces.append(
            Piece(len(self.pieces), self.box.index, breaks=self.breaks, href=self.style[2] or "", image=element)
        )
        self.breaks = 0

    def begin_box(self, element: Any, tag: str, given: list[str], align: str) -> Box:
        """A block in the open one. It is no open one itself yet."""
        if self.buffer:
            self.flush()
        self.breaks = 0
        parent, boxes = self.box, self.boxes
        flags = parent.flags
        if "role" in given:
            flags = flags_of(flags, tag, element.get("role"))
        elif tag in FLAGS:
            flags = flags_of_tag(flags, tag)
        if not align and "align" in given:
            align = element.get("align").lower()
        if not align:
            align = OWN_ALIGN.get(tag, parent.align)
        box = Box(len(boxes), parent.index, tag, flags, align, element, len(self.pieces))
        boxes.append(box)
        return box

    def close_box(self) -> None:
        if self.buffer:
            self.flush()
        self.breaks = 0
        box = self.box
        box.last = len(self.pieces)
        self.box = self.boxes[box.parent]

    def set_style(self, element: Any, style: _Style) -> None:
        """The style up to the end of an element."""
        self.outer.append((self.styled, self.style))
        self.styled, self.style = element, style

    def open_link(self, href: str) -> None:
        """Begin a link: one right behind another to the same place goes on with it,
        one to elsewhere is a word of its own.
        """
        same = bool(self.hrefs) and self.hrefs[-1] == href and href[:1] not in {"", "#"}
        adjoins = self.buffer and self.link_texts and self.buffer[-1] and self.link_texts[-1].endswith(self.buffer[-1])
        if adjoins and not same:
            self.buffer.append(" ")
        self.fresh = not (adjoins and same)


def flatten(root: Any, *, cut: bool = False) -> Tree:
    """Walk the tree once; again where parts of it wait for a script to put them in their place,
    or where it holds text for those alone who have no scripts.
    """
    tree, streamed = _flatten(root, cut)
    if streamed:
        show_streamed(root)
        tree, _ = _flatten(root, cut)
    if not any(piece.size >= _PARAGRAPH for piece in tree.pieces) and show_scriptless(root):
        tree, _ = _flatten(root, cut)
    return tree


def _flatten(root: Any, cut: bool) -> tuple[Tree, bool]:
    walk = _Walk(root)
    events = etree.iterwalk(root, events=("start", "end"))
    scripts = 0
    for event, element in islice(events, 2 * MAX_ELEMENTS):
        if event == "end":
            if walk.box.element is element:
                walk.close_box()
            if walk.styled is element:
                walk.styled, walk.style = walk.outer.pop()
            tail = element.tail
            if tail and (walk.size or not tail.isspace()):
                walk.add(tail)
            continue
        tag = element.tag
        kind = KINDS.get(tag, STRANGE)
        if kind < UNSEEN:
            if not _enter(walk, element, tag, kind):
                events.skip_subtree()
        elif kind == BREAK:
            walk.line_break()
        elif tag != "template" or not is_shadow(element):
            events.skip_subtree()
            if tag == "script":
                scripts += len(element.text or "")
            elif kind == PHOTO and not is_icon(element):
                walk.photo(element)
    cut = cut or next(events, None) is not None
    while walk.box.index:
        walk.close_box()
    walk.flush()
    walk.box.last = len(walk.pieces)
    return Tree(root, walk.pieces, walk.boxes, cut, scripts), walk.streamed


def _enter(walk: _Walk, element: Any, tag: str, kind: int) -> bool:
    """Go into an element; False for one that nobody sees, or that has been read whole."""
    given = element.keys()
    block = kind == BLOCK or (kind == STRANGE and _is_block(walk, tag))
    align, weight, slanted = "", 0, False
    if given:
        hidden = "hidden" in given or ("class" in given and class_hides(element.get("class")))
        if "style" in given:
            unseen, set_apart, align, weight, slanted = read_style(element.get("style"))
            hidden, block = hidden or unseen, block or set_apart
        if hidden and not opens_on_demand(element):
            walk.streamed = walk.streamed or is_streamed(element)
            return False
    box = walk.begin_box(element, tag, given, align) if block else None
    if weight or slanted or tag in STYLING:
        walk.set_style(element, _restyle(walk, element, tag, weight, slanted))
    if box is not None:
        if len(element) < 2 and tag != "pre" and _read_whole(walk, box):
            return False
        walk.box = box
    text = element.text
    if text and (walk.size or not text.isspace()):
        if walk.buffer and box is None and ("class" in given or tag == "a") and _is_word_apart(walk, element, text):
            walk.buffer.append(" ")
        if tag == "pre" and "\n" in text:
            walk.add_lines(text)
        else:
            walk.add(text)
    return True


def _is_word_apart(walk: _Walk, element: Any, text: str) -> bool:
    """Whether nothing but their style keeps two parts of a line apart, outside of a paragraph: a name and a date beside
    it, a label and its link. Inside a word a part goes on with a small letter, or is a single sign (`<b>T</b>P.HCM`).
    """
    last, first = walk.buffer[-1][-1:], text[0]
    if (
        walk.box.tag in LINES
        or len(walk.buffer[-1].strip()) < 2
        or not (last.isalnum() and first.isalnum())
        or (last.isalpha() and first.islower())
    ):
        return False
    before = element.getprevious()
    return before is not None and not before.tail and (element.tag == "a" or "class" in before.attrib)


def _read_whole(walk: _Walk, box: Box) -> bool:
    """Take in the line of a block that says one thing, as it is or in one link, which most blocks do;
    False for any other.
    """
    element = box.element
    text, (bold, italic, link, level, nesting) = element.text, walk.style
    if len(element):
        inner = element[0]
        if inner.tag != "a" or len(inner) or not (_is_blank(text) and _is_blank(inner.tail)) or _is_dressed(inner):
            return False
        text, link = inner.text, inner.get("href") or link or ""
    line = clean(text) if text else ""
    if not line:
        return False
    size = min(len(text.strip()), len(line))
    linked, hrefs, link_texts = (0, (), ()) if link is None else (size, [link], [text])
    walk.pieces.append(
        Piece(box.first, box.index, line, size, linked, size if bold > 0 else 0, size if italic > 0 else 0,
              0, level, link or "", hrefs, link_texts, None, nesting))  # fmt: skip
    box.last = box.first + 1
    return True


def _is_blank(text: str | None) -> bool:
    return not text or text.isspace()


def _is_dressed(link: Any) -> bool:
    """Whether attributes of a link may change how it is seen."""
    given = link.keys()
    return "style" in given or "hidden" in given or ("class" in given and class_hides(link.get("class")))


def _is_block(walk: _Walk, tag: str) -> bool:
    """Whether an element of no standard tag is a block, rather than part of the line that it stands in."""
    return ":" not in tag and not (walk.size and "-" in tag and walk.box.tag in LINES)


def _restyle(walk: _Walk, element: Any, tag: str, weight: int, slanted: bool) -> _Style:
    """The style inside an element that changes it."""
    bold, italic, link, level, nesting = walk.style
    if tag == "a":
        link = element.get("href") or link or ""
        walk.open_link(link)
    elif tag in BOLD:
        bold += 1
    elif tag in ITALIC:
        italic += 1
    elif tag in HEADINGS:
        level = HEADINGS[tag]
    elif tag == "ul" or tag == "ol":
        nesting += 1
    if weight:
        bold = 0 if weight < 0 else bold + 1
    return bold, italic + slanted, link, level, nesting
