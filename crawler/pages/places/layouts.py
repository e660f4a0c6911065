"""Layouts: page designs whose fields are known exactly, as rows of selectors; and the shapes that pages have otherwise.

A layout recognises a page by its rows alone: each says how many matches it expects, and one that is wrong is another
design. What a layout names is final; evidence finds what it leaves unnamed. An old layout stays in the table, so that
old captures still parse. The same rows can be read from a file::

    name = "tin-tuc-2024"

    [title]
    css = "h1.tieu-de"

    [body]
    css = "div.noi-dung > p"
    expect = "some"

    [date]
    xpath = "//time/@datetime"
    expect = "maybe"

With a table `[learnt]` it is one that the stored pages taught, and is used with care; see `places.checked`.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from parsel import Selector

from crawler.pages.html.tree import Piece
from crawler.pages.places.page import Page
from crawler.pages.words.text import clean


class Expect(StrEnum):
    """How many matches a row expects in a page of its layout."""

    ONE = "one"
    MAYBE = "maybe"
    """None or one."""
    SOME = "some"
    """One or more."""
    ANY = "any"
    """However many, none too."""


FIELDS = ("drop", "title", "date", "byline", "lead", "captions", "section", "tags", "related", "body")
"""What a row may name, in the order in which lines are taken; `drop` takes lines that belong to no field."""
ANCHORS = frozenset({"title", "body"})
"""Fields by which a learnt layout tells its pages from others."""
_MOST = 2_000
"""Matches of a row beyond which it cannot mean a part of an article."""
_LONGEST = 1_000
"""Characters of a selector."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where one field is."""

    field: str
    css: str = ""
    xpath: str = ""
    expect: Expect = Expect.ONE

    def select(self, page: Page) -> list[Any]:
        """The elements, or texts, that the selector finds."""
        selector = Selector(root=page.tree.root, type="html")
        found = selector.css(self.css) if self.css else selector.xpath(self.xpath)
        return [match.root for match in found[: _MOST + 1]]

    def admits(self, count: int) -> bool:
        """Whether so many matches are as many as expected."""
        low, high = {
            Expect.ONE: (1, 1), Expect.MAYBE: (0, 1), Expect.SOME: (1, _MOST), Expect.ANY: (0, _MOST)
        }[self.expect]  # fmt: skip
        return low <= count <= high


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One design of a page."""

    name: str
    rows: tuple[Row, ...]
    learnt: bool = False
    """Whether stored pages taught it: then it and the rules check each other, where one by hand is final."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a row found in a page."""

    field: str
    found: list[Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a layout says of one field."""

    field: str
    pieces: list[Piece]
    """The lines and photos that it names."""
    texts: list[str]
    """What the attributes and bare texts say that it names."""


class LayoutFileError(ValueError):
    """A layout that cannot be used: where, what was expected, what was got."""


LAYOUTS: tuple[Layout, ...] = ()
"""The exact layouts that are known of the site, newest first."""


def digest_layouts(layouts: Iterable[Layout]) -> str:
    """Eight digits that tell these layouts from others. Empty for none."""
    told = repr(tuple(layouts))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:8] if told != "()" else ""


def match_layout(page: Page, layout: Layout) -> list[Match] | None:
    """What each row finds. None where a row does not find what it expects: the page has another design.

    Of a learnt layout only headline and text decide; another row that finds too many says nothing of this page.
    """
    matches = []
    for row in layout.rows:
        found = row.select(page)
        if row.admits(len(found)):
            matches.append(Match(field=row.field, found=found))
            continue
        page.ledger.refuse(
            row.field, "layout", row.css or row.xpath,
            f"layout {layout.name}: expected {row.expect} {row.field}, got {len(found)}",
        )  # fmt: skip
        if not layout.learnt or row.field in ANCHORS:
            return None
    return sorted(matches, key=lambda match: FIELDS.index(match.field))


def find_layout(page: Page, layouts: Iterable[Layout] = ()) -> tuple[Layout, list[Match]] | None:
    """The first layout that recognises the page, and what it found. None where none does."""
    for layout in (*layouts, *LAYOUTS):
        matches = match_layout(page, layout)
        if matches is not None:
            return layout, matches
    return None


def find_shape(page: Page) -> str:
    """What a page is like that no layout is asked of."""
    return next(name for name, has_shape in SHAPES if has_shape(page))


def find_misfits(page: Page, layouts: Iterable[Layout]) -> list[str]:
    """The rows of the layout that comes nearest which do not find what they expect, each in words."""
    missed = []
    for layout in layouts:
        counts = [(row, len(row.select(page))) for row in layout.rows]
        missed.append([(layout, row, count) for row, count in counts if not row.admits(count)])
    nearest = min(missed, key=len, default=[])
    return [
        f"[{row.field}] {row.css or row.xpath} of layout {layout.name}: expected {row.expect}, got {count}"
        for layout, row, count in nearest
    ]


def parse_layouts(text: str, where: str) -> list[Layout]:
    """The layouts of a TOML file: its tables are fields, or it has a `[[layout]]` for each design.

    Raises LayoutFileError with `where` and the fault; nothing of a faulty file is used.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of TOML, or a number of too many digits
        raise LayoutFileError(f"{where}: expected TOML: {error}") from None
    tables = data.get("layout", [data])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise LayoutFileError(f"{where}: layout: expected one [[layout]] for each design")
    stem = where.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".toml") or "layout"
    return [_parse_table(table, f"{stem}-{number}" if number else stem, where) for number, table in enumerate(tables)]


def _parse_table(table: dict[str, Any], name: str, where: str) -> Layout:
    named = table.get("name", name)
    if not isinstance(named, str) or not named.strip() or not named.isprintable() or len(named) > 100:
        raise LayoutFileError(f"{where}: name: expected a short text, got {str(named)[:40]!r}")
    rows = [_parse_row(key, value, where) for key, value in table.items() if key not in {"name", "learnt"}]
    if not rows:
        raise LayoutFileError(f"{where}: expected a table for at least one of {', '.join(FIELDS)}, got none")
    if named in {name for name, _ in SHAPES}:
        raise LayoutFileError(f"{where}: name: expected one that no page's shape has, got {named!r}")
    if not isinstance(table.get("learnt", {}), dict):
        raise LayoutFileError(f"{where}: learnt: expected a table, got {str(table['learnt'])[:40]!r}")
    return Layout(name=clean(named), rows=tuple(rows), learnt="learnt" in table)


def _parse_row(key: str, value: object, where: str) -> Row:
    if key not in FIELDS:
        raise LayoutFileError(f"{where}: [{key}]: expected one of {', '.join(FIELDS)}")
    if not isinstance(value, dict) or not {"css", "xpath"} & set(value):
        raise LayoutFileError(f'{where}: [{key}]: expected css = "…" or xpath = "…"')
    extra = set(value) - {"css", "xpath", "expect"}
    if extra or len(value.keys() & {"css", "xpath"}) == 2:
        raise LayoutFileError(f"{where}: [{key}]: expected css or xpath, and expect; got {', '.join(sorted(value))}")
    kind = "css" if "css" in value else "xpath"
    selector, expect = value[kind], value.get("expect", Expect.SOME if key in _MANY else Expect.ONE)
    if not isinstance(expect, str) or expect not in set(Expect):
        raise LayoutFileError(f"{where}: [{key}]: expect: expected {', '.join(Expect)}, got {str(expect)[:40]!r}")
    if not isinstance(selector, str) or not 0 < len(selector) <= _LONGEST:
        raise LayoutFileError(f"{where}: [{key}]: {kind}: expected a selector, got {str(selector)[:40]!r}")
    fault = _find_fault(kind, selector)
    if fault is not None:
        raise LayoutFileError(f"{where}: [{key}]: {kind}: expected a selector, got {selector[:80]!r}: {fault}")
    return Row(field=key, **{kind: selector}, expect=Expect(expect))


_MANY = frozenset({"drop", "captions", "section", "tags", "related", "body"})
"""Fields of which a page commonly has several; a row that does not say expects some."""


@lru_cache(maxsize=256)
def _find_fault(kind: str, selector: str) -> str | None:
    """Why a selector cannot be read. None for a sound one."""
    try:
        found = getattr(Selector(text="<html><body></body></html>", type="html"), kind)(selector)
    except Exception as error:  # noqa: BLE001 - parsel, cssselect and lxml each raise their own
        return clean(str(error))[:200] or type(error).__name__
    numbers = any(isinstance(each.root, int | float) for each in found)
    return "it gives a number or a truth, no place in a page" if numbers else None


def find_pieces(page: Page, element: Any) -> list[Piece]:
    """The lines and photos that an element holds. Empty for one that nobody sees."""
    boxes = page.boxes_by_element
    around = element
    while id(around) not in boxes:
        around = around.getparent()
        if around is None:
            return []
    box = boxes[id(around)]
    pieces = page.pieces[box.first : box.last]
    if around is element:
        return pieces
    if element.tag in {"img", "image", "amp-img"}:
        return [piece for piece in pieces if piece.image is element]
    inside = clean("".join(element.itertext()))
    texts = [piece for piece in pieces if piece.image is None and piece.box == box.index]
    return [piece for piece in texts if inside and (piece.text in inside or inside in piece.text)]


def tell(page: Page, match: Match) -> Told:
    """The lines and texts that a row names."""
    pieces = [piece for found in match.found if not isinstance(found, str) for piece in find_pieces(page, found)]
    texts = [clean(found) for found in match.found if isinstance(found, str)]
    return Told(
        field=match.field,
        pieces=list({piece.index: piece for piece in pieces}.values()),
        texts=[text for text in texts if text],
    )


def find_body_hint(page: Page) -> int | None:
    """The block that schema.org's `itemprop="articleBody"` calls the body. None where no block with text is."""
    boxes = page.boxes_by_element if page.meta.bodies else {}
    found = [boxes[id(element)] for element in page.meta.bodies if id(element) in boxes]
    sizes = [sum(piece.size for piece in page.pieces[box.first : box.last]) for box in found]
    return found[sizes.index(max(sizes))].index if sizes and max(sizes) > 200 else None


def _is_semantic(page: Page) -> bool:
    """HTML's own words for it: `article` or `main` around an `h1`."""
    return "h1" in page.tags and bool(page.tags & {"article", "main"})


def _is_laid_in_tables(page: Page) -> bool:
    """Tables that lay out the whole page, as ASP.NET sites of the 2000s have."""
    if "td" not in page.tags:
        return False
    cells = sum(piece.size for piece in page.pieces if page.box_of(piece).tag == "td")
    return cells * 2 > sum(piece.size for piece in page.pieces)


SHAPES: tuple[tuple[str, Callable[[Page], bool]], ...] = (
    ("microdata", lambda page: find_body_hint(page) is not None),
    ("semantic", _is_semantic),
    ("tables", _is_laid_in_tables),
    ("blocks", lambda page: True),
)
"""What a page without an exact layout is like; the first that fits gives `parser.layout`."""
