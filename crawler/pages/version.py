"""What a record says of what read it: the parser's version, what it was taught, the names of pages without a layout."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.site.ids import KNOWN, Calendar

if TYPE_CHECKING:
    from crawler.pages.places.layouts import Layout

PARSER_VERSION = "5"
"""Raised whenever a rule changes what some page yields,
so that `thanhuy extract --diff` can say which parser said what.
"""
SHAPE_NAMES = frozenset({"microdata", "semantic", "tables", "blocks"})
"""What `parser.layout` says of pages that no exact layout fits."""
LAYOUT_DISAGREES = "layout-disagrees"
"""The warning that a learnt layout and the rules read a page otherwise."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """What the stored pages of a collection, or a person, taught its parser."""

    layouts: "tuple[Layout, ...]" = ()
    """Exact layouts, in the order in which they are asked."""
    calendar: Calendar = KNOWN
    """Which day each article's number was given."""

    @property
    def parser(self) -> str:
        """The parser's version, and what it was taught: a reading by others is another parser's."""
        told = self.calendar.digest()
        if self.layouts:
            from crawler.pages.places.layouts import digest_layouts

            told = f"{digest_layouts(self.layouts)}{told}"
        return f"{PARSER_VERSION}+{told}" if told else PARSER_VERSION
