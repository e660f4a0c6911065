"""What a record says of what read it: the parser's version, and the names of layouts and of pages without one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.pages.places.layouts import Layout

PARSER_VERSION = "3"
"""Raised whenever a rule changes what some page yields,
so that `thanhuy extract --diff` can say which parser said what.
"""
SHAPE_NAMES = frozenset({"microdata", "semantic", "tables", "blocks"})
"""What `parser.layout` says of pages that no exact layout fits."""
LAYOUT_DISAGREES = "layout-disagrees"
"""The warning that a learnt layout and the rules read a page otherwise."""


def parser_version(layouts: "Sequence[Layout]" = ()) -> str:
    """The parser's version, and which exact layouts it was given: a reading by others is another parser's."""
    if not layouts:
        return PARSER_VERSION
    from crawler.pages.places.layouts import digest_layouts

    return f"{PARSER_VERSION}+{digest_layouts(layouts)}"
