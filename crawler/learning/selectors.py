"""Selectors: the ways in which CSS can name an element of a page, the simplest first."""

import re
from collections.abc import Iterator
from typing import Any

from crawler.pages.html.tree import Piece
from crawler.pages.places.page import Page
from crawler.pages.words.text import clean

_NAME = re.compile(r"-?[A-Za-z_][\w-]*")
_NUMBERED = re.compile(r"\d{3}")
"""What a number has in it that tells an article from others, and not a place in a page."""
_TELLING = ("itemprop", "property", "role", "rel", "align", "style", "data-role", "data-type")
"""Attributes beside class and id that say what an element is, or how it is set."""
_LONGEST = 60
_UP = 6
"""How far up an element's place is told by a block that has a name."""


def forms_of(element: Any) -> Iterator[str]:
    """What names an element by itself: its id, a class, an attribute, its tag."""
    tag, mark = element.tag, element.get("id") or ""
    if _NAME.fullmatch(mark) and not _NUMBERED.search(mark):
        yield f"#{mark}"
    yield from _classes(element)
    for name in _TELLING:
        value = element.get(name)
        if value and len(value) <= _LONGEST and value.isprintable() and not {'"', "\\"} & set(value):
            yield f'{tag}[{name}="{value}"]'
    if not element.get("class"):
        yield f"{tag}:not([class])"
    yield tag


def _classes(element: Any) -> Iterator[str]:
    for name in (element.get("class") or "").split():
        if _NAME.fullmatch(name) and not _NUMBERED.search(name):
            yield f"{element.tag}.{name}"


def _named(element: Any) -> Iterator[str]:
    """What names an element beyond its tag."""
    return (form for form in forms_of(element) if form != element.tag and ":" not in form)


def selectors_of(element: Any) -> list[str]:
    """Selectors that find an element, among others perhaps: by itself, under its parent, in a block with a name."""
    if not isinstance(element.tag, str) or not _NAME.fullmatch(element.tag) or element.tag in {"html", "body"}:
        return []
    own = list(forms_of(element))
    found = dict.fromkeys(own)
    parent = element.getparent()
    if parent is None:
        return list(found)
    for form in own:
        found |= dict.fromkeys(f"{around} > {form}" for around in (*_named(parent), parent.tag) if around != "html")
    above, levels = parent, 0
    while above is not None and levels < _UP:
        for around in _named(above):
            found |= dict.fromkeys(f"{around} {form}" for form in own)
            between = parent if parent is not above else None
            if between is not None and isinstance(between.tag, str):
                found |= dict.fromkeys(f"{around} {between.tag} > {form}" for form in own)
        above, levels = above.getparent(), levels + 1
    return list(found)


def elements_of(page: Page, piece: Piece) -> list[Any]:
    """The elements that hold a line and nothing else: inline ones around all of its text, its block, and the blocks
    around that.
    """
    box = page.box_of(piece)
    found = []
    for inner in box.element.iterdescendants():
        if isinstance(inner.tag, str) and clean("".join(inner.itertext())) == piece.text:
            found.append(inner)
            break
    while box.index and box.last - box.first == 1:
        found.append(box.element)
        box = page.boxes[box.parent]
    return found
