"""Ways to write the same page differently: what a reader sees does not change, so the record must not either."""

import random
import re
import unicodedata
from html import escape
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from crawler.pages.html.nesting import mend_nesting

VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "base", "col"})
OPAQUE = frozenset({"script", "style"})
TONES = "\u0300\u0301\u0303\u0309\u0323"


def rename_classes(root: Any, chance: random.Random) -> None:
    """Every class and id gets another name, the same one wherever it stood."""
    names: dict[str, str] = {}
    for element in root.iter(etree.Element):
        for attribute in ("class", "id"):
            if element.get(attribute):
                words = element.get(attribute).split()
                element.set(
                    attribute, " ".join(names.setdefault(word, f"x{chance.randrange(10**6)}") for word in words)
                )


def drop_classes(root: Any, chance: random.Random) -> None:
    """No class and no id is left."""
    for element in root.iter(etree.Element):
        for attribute in ("class", "id"):
            element.attrib.pop(attribute, None)


def reorder_attributes(root: Any, chance: random.Random) -> None:
    """Attributes stand in another order."""
    for element in root.iter(etree.Element):
        items = list(element.attrib.items())
        chance.shuffle(items)
        element.attrib.clear()
        for name, value in items:
            element.set(name, value)


def swap_emphasis(root: Any, chance: random.Random) -> None:
    """`b` for `strong`, `i` for `em`, and back."""
    swap = {"b": "strong", "strong": "b", "i": "em", "em": "i"}
    for element in list(root.iter(*swap)):
        element.tag = swap[element.tag]


def wrap_blocks(root: Any, chance: random.Random) -> None:
    """Some blocks get a `div` around them."""
    for element in list(root.iter("p", "div", "h1", "h2", "figure", "ul", "blockquote")):
        parent = element.getparent()
        if (
            parent is None
            or parent.tag in {"html", "head"}
            or parent.tag in {"ul", "ol", "tr", "p", "figure", "span", "a"}
            or chance.random() < 0.6
        ):
            continue
        wrapper = etree.Element("div")
        wrapper.tail, element.tail = element.tail, None
        parent.replace(element, wrapper)
        wrapper.append(element)


def wrap_page(root: Any, chance: random.Random) -> None:
    """The whole page gets two more `div`s around it."""
    body = root.find("body")
    for _ in range(2):
        wrapper = etree.Element("div")
        wrapper.text, body.text = body.text, None
        wrapper.extend(list(body))
        body.append(wrapper)


def wrap_text(root: Any, chance: random.Random) -> None:
    """Text in paragraphs gets a `span` or `font` around it."""
    for element in list(root.iter("p", "td", "h1", "div")):
        if element.text and element.text.strip() and chance.random() < 0.5:
            wrapper = etree.Element(chance.choice(["span", "font"]))
            wrapper.text, element.text = element.text, None
            element.insert(0, wrapper)


def add_comments(root: Any, chance: random.Random) -> None:
    """Comments, empty spans and scripts between the elements."""
    for element in list(root.iter("p", "div", "tr", "h1")):
        parent = element.getparent()
        if parent is not None and parent.tag not in {"html", "table", "tbody"} and chance.random() < 0.4:
            new = chance.choice([etree.Comment(" <p>nothing</p> "), etree.Element("span"), etree.Element("script")])
            new.tail, element.tail = element.tail, None
            parent.insert(parent.index(element) + 1, new)


def add_whitespace(root: Any, chance: random.Random) -> None:
    """Line feeds and tabs where white space stands, or beside a block's edge."""
    blank = re.compile(r"[ \n]+")
    for element in root.iter(etree.Element):
        if element.tag in OPAQUE or element.tag == "title":
            continue
        if element.text:
            element.text = blank.sub(lambda _: chance.choice([" ", "\n\t", "  ", "\r\n"]), element.text)
        if element.tail:
            element.tail = blank.sub(lambda _: chance.choice([" ", "\n", "   "]), element.tail)
        if element.tag in {"p", "div", "td", "h1", "li"}:
            element.text = "\n      " + (element.text or "")


def decompose(root: Any, chance: random.Random) -> None:
    """All text in NFD."""
    for element in root.iter(etree.Element):
        if element.tag not in OPAQUE:
            element.text = element.text and unicodedata.normalize("NFD", element.text)
        element.tail = element.tail and unicodedata.normalize("NFD", element.tail)
        for name, value in element.attrib.items():
            if name in {"alt", "content", "title"}:
                element.set(name, unicodedata.normalize("NFD", value))


def sprinkle_invisible(root: Any, chance: random.Random) -> None:
    """Zero-width characters in the text, no-break spaces for some spaces."""
    for element in root.iter("p", "td", "h1", "span", "b", "strong", "figcaption"):
        if element.text and " " in element.text.strip():
            words = element.text.split(" ")
            element.text = words[0] + "".join(
                chance.choice([" ", " ", "\u00a0", " \u200b", "\u200b "]) + word for word in words[1:]
            )


def paragraphs_as_blocks(root: Any, chance: random.Random) -> None:
    """`div` for every `p`."""
    for element in list(root.iter("p")):
        element.tag = "div"


def headings_as_blocks(root: Any, chance: random.Random) -> None:
    """A bold `div` for every sub-heading."""
    for element in list(root.iter("h2")):
        if element.getparent().tag != "header":
            element.tag = "div"
            bold = etree.Element("b")
            bold.text, element.text = element.text, None
            bold.extend(list(element))
            element.append(bold)


def blocks_as_sections(root: Any, chance: random.Random) -> None:
    """`section` for every `div`."""
    for element in list(root.iter("div")):
        element.tag = "section"


def parse_page(text: str) -> Any:
    """The page as a tree to change, with its open tags ended as browsers end them."""
    return etree.fromstring(mend_nesting(text).encode(), etree.HTMLParser(encoding="utf-8"))


def write_page(root: Any, *, upper: bool = False, numeric: bool = False) -> str:
    """The tree as HTML; `upper` writes tags in capitals, `numeric` every letter beyond ASCII as a reference."""
    out: list[str] = []
    _write(root, out, upper, numeric)
    return "".join(out)


def _write(element: Any, out: list[str], upper: bool, numeric: bool) -> None:
    def text(value: str | None, *, raw: bool = False) -> str:
        if not value or raw:
            return value or ""
        plain = escape(value, quote=False)
        return "".join(char if char.isascii() else f"&#{ord(char)};" for char in plain) if numeric else plain

    if not isinstance(element.tag, str):
        out.append(f"<!--{element.text}-->")
    else:
        tag = element.tag.upper() if upper else element.tag
        attributes = "".join(
            f' {name.upper() if upper else name}="{escape(value)}"' for name, value in element.attrib.items()
        )
        out.append(f"<{tag}{attributes}>")
        if element.tag not in VOID:
            out.append(text(element.text, raw=element.tag in OPAQUE))
            for child in element:
                _write(child, out, upper, numeric)
            out.append(f"</{tag}>")
    if element.getparent() is not None:
        out.append(text(element.tail))


def encode_vietnamese(text: str) -> bytes:
    """windows-1258, tones as combining marks after their letters; what it lacks as references."""
    out = bytearray()
    for char in text:
        whole = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(mark for mark in whole if mark not in TONES))
        tone = "".join(mark for mark in whole if mark in TONES)
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            try:
                out += (base + tone).encode("cp1258")
            except UnicodeEncodeError:
                out += f"&#{ord(char)};".encode()
    return bytes(out)
