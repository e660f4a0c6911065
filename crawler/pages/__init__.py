"""Pages: bytes and a URL in, an article or links out. No Scrapy, no disk, no network.

`parse_article` reads one page into the record; `inspect_article` also tells which rule found each field, and what was
refused; `parse_links` gives what the page points at.
No rule needs a class name or an element id: they work from structure, from metadata, from how Vietnamese papers write,
and from the address, which `crawler.site` knows for this one site.
Words that many publishing systems have in their classes (`sapo`, `author`, `tag`) are further evidence at most.
Only an exact layout names selectors of one site.

The way of one page::

    bytes → html (charset, guard, tree: lines and photos, flat; metadata)
          → places (where things lie; who owns which line)
          → fields (what the lines say) → Article

`reading.STAGES` is the algorithm: each stage takes lines that nobody took before, and the body is what is left.

Each name is imported when it is first asked for, so that who wants the words of slugs loads no parser of HTML.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.pages.links.links import Link, parse_links
    from crawler.pages.places.errors import LAYOUT_CODES, READER_FAILED, READER_OUTLASTED, LayoutError, ReaderFailed
    from crawler.pages.places.layouts import Layout, LayoutFileError, parse_layouts
    from crawler.pages.places.ledger import Candidate
    from crawler.pages.reading import Inspection, OwnedLine, find_unmatched, inspect_article, parse_article
    from crawler.pages.version import LAYOUT_DISAGREES, PARSER_VERSION, SHAPE_NAMES, Taught
    from crawler.pages.words.slug import slug_matches, slug_of

__all__ = [
    "LAYOUT_CODES",
    "LAYOUT_DISAGREES",
    "PARSER_VERSION",
    "READER_FAILED",
    "READER_OUTLASTED",
    "SHAPE_NAMES",
    "Candidate",
    "Inspection",
    "Layout",
    "LayoutError",
    "LayoutFileError",
    "Link",
    "OwnedLine",
    "ReaderFailed",
    "Taught",
    "find_unmatched",
    "inspect_article",
    "parse_article",
    "parse_layouts",
    "parse_links",
    "slug_matches",
    "slug_of",
]  # fmt: skip

_HOMES = {
    "links.links": ("Link", "parse_links"),
    "places.errors": ("LAYOUT_CODES", "READER_FAILED", "READER_OUTLASTED", "LayoutError", "ReaderFailed"),
    "places.layouts": ("Layout", "LayoutFileError", "parse_layouts"),
    "places.ledger": ("Candidate",),
    "reading": ("Inspection", "OwnedLine", "find_unmatched", "inspect_article", "parse_article"),
    "version": ("LAYOUT_DISAGREES", "PARSER_VERSION", "SHAPE_NAMES", "Taught"),
    "words.slug": ("slug_matches", "slug_of"),
}
"""Module → the names that it gives to this package."""


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
