"""Layouts: the table of known page designs, newest first, and what each knows of where things are.

A layout recognises a page from its markup, never from the day of the crawl, and may mark elements exactly.
Evidence finds everything that a layout leaves unmarked;
the last entries mark nothing and only name the shape of the page.
To add one: write a function `Page -> Marks | None` with the exact selectors (`page.tree.root.xpath(...)`),
put it on top of `LAYOUTS`,
and add a page case that shows it (`thanhuy probe URL --save-case tests/pages/NAME`).
An old layout stays in the table, so that old captures still parse.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crawler.pages.html.tree import Piece
from crawler.pages.places.page import Page
from crawler.pages.words.text import clean


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Elements that a layout knows. None where evidence has to find them."""

    title: Any = None
    """The element that is the headline, block or inline."""
    body: Any = None
    """The block that holds the body's paragraphs."""
    lead: Any = None
    """The standfirst (*sapo*)."""
    byline: Any = None
    """Who wrote it."""
    date: Any = None
    """The printed date of publication."""


Recognise = Callable[[Page], Marks | None]
"""Marks where the page has the layout; None where it has not."""


def _microdata(page: Page) -> Marks | None:
    """schema.org's own attributes: `itemprop="articleBody"`, on a block that holds text."""
    found = [box for box in page.boxes if box.element.get("itemprop") == "articleBody"]
    if found:
        sizes = [sum(piece.size for piece in page.pieces[box.first : box.last]) for box in found]
        if max(sizes) > 200:
            return Marks(body=found[sizes.index(max(sizes))].element)
    return None


def _semantic(page: Page) -> Marks | None:
    """HTML's own words for it: `article` or `main` around an `h1`."""
    tags = {box.tag for box in page.boxes}
    return Marks() if "h1" in tags and tags & {"article", "main"} else None


def _tables(page: Page) -> Marks | None:
    """Tables that lay out the whole page, as ASP.NET sites of the 2000s have."""
    cells = sum(piece.size for piece in page.pieces if page.box_of(piece).tag == "td")
    return Marks() if cells * 2 > sum(piece.size for piece in page.pieces) else None


def _blocks(page: Page) -> Marks:
    """Whatever is left: blocks without meaning."""
    return Marks()


LAYOUTS: tuple[tuple[str, Recognise], ...] = (
    ("microdata", _microdata),
    ("semantic", _semantic),
    ("tables", _tables),
    ("blocks", _blocks),
)
"""Name → function; the first that recognises the page gives `parser.layout`."""


def find_pieces(page: Page, element: Any) -> list[Piece]:
    """The lines that an element holds. Empty for None and for an element that nobody sees."""
    if element is None:
        return []
    boxes = {id(box.element): box for box in page.boxes}
    around = element
    while id(around) not in boxes:
        around = around.getparent()
        if around is None:
            return []
    box = boxes[id(around)]
    texts = [piece for piece in page.pieces[box.first : box.last] if piece.image is None]
    if around is element:
        return texts
    inside = clean("".join(element.itertext()))
    return [piece for piece in texts if piece.text in inside or (inside and inside in piece.text)]


def find_layout(page: Page) -> tuple[str, Marks]:
    """The first layout that recognises the page; the last one always does."""
    for name, recognise in LAYOUTS:
        marks = recognise(page)
        if marks is not None:
            return name, marks
    raise AssertionError("the last layout recognises every page")
