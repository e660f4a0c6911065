"""Tags: what elements and styles mean for the walk over a page: seen or not, a block or part of a line, set how."""

import re
from functools import lru_cache

from crawler.pages.html.hidden import style_hides
from crawler.pages.html.tree import (
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
    OUTSIDE,
    QUOTE,
    TABLE,
)
from crawler.remembered import remembered

SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet", "select",
    "textarea", "button",
    "input", "canvas", "head", "map", "datalist", "audio", "video", "option", "progress", "meter",
})  # fmt: skip
PARTS = frozenset({
    "a", "b", "strong", "i", "em", "span", "font", "u", "s", "small", "big", "sub", "sup", "mark", "abbr", "acronym",
    "cite", "q", "code",
    "time", "label", "ins", "del", "strike", "tt", "kbd", "bdi", "bdo", "var", "samp", "nobr", "wbr", "dfn", "ruby",
    "rt", "rp", "data",
    "blink", "picture", "source", "link", "meta", "img", "br", "image",
})  # fmt: skip
BLOCKS = frozenset({
    "html", "body", "div", "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr",
    "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "aside", "main", "header", "footer", "nav",
    "figure", "figcaption", "blockquote", "pre", "form", "fieldset", "center", "address", "hr", "details", "summary",
})  # fmt: skip
PHOTOS = frozenset({"img", "image", "amp-img", "amp-anim"})
LINES = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
"""Blocks of one line, in which an element of a page's own making is part of it."""
BOLD = frozenset({"b", "strong", "th", "caption"})
ITALIC = frozenset({"i", "em", "cite", "dfn"})
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
STYLING = frozenset({"a", "ul", "ol", *BOLD, *ITALIC, *HEADINGS})

INLINE, BLOCK, STRANGE, UNSEEN, BREAK, PHOTO = range(6)
KINDS = {
    **dict.fromkeys(BLOCKS, BLOCK), **dict.fromkeys(PARTS, INLINE), **dict.fromkeys(SKIPPED, UNSEEN),
    **dict.fromkeys(PHOTOS, PHOTO), "br": BREAK,
}  # fmt: skip
"""What an element is for the lines of a page, by its tag: strange, unless it stands here."""
_ALIGN = re.compile(r"text-align\s*:\s*(left|right|center|justify)", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
_BLOCK = re.compile(r"display\s*:\s*(?:block|table|flex|grid|list-item)\b", re.IGNORECASE)
_SLANT = re.compile(r"font-style\s*:\s*(italic|oblique)", re.IGNORECASE)

FLAGS = {
    "nav": NAV, "menu": NAV, "header": HEADER, "footer": FOOTER, "aside": ASIDE, "dialog": ASIDE, "form": FORM,
    "figure": FIGURE,
    "figcaption": CAPTION, "caption": CAPTION, "table": TABLE, "li": ITEM, "dd": ITEM, "blockquote": QUOTE,
    "article": ARTICLE,
    "main": MAIN,
}  # fmt: skip
ROLES = {
    "navigation": NAV, "banner": HEADER, "contentinfo": FOOTER, "complementary": ASIDE, "search": NAV, "menu": NAV,
    "menubar": NAV,
    "dialog": ASIDE, "main": MAIN, "article": ARTICLE,
}  # fmt: skip


OWN_ALIGN = {"center": "center", "td": "", "th": ""}
"""Blocks that do not stand as the one around them does."""


@lru_cache(maxsize=4096)
def flags_of_tag(flags: int, tag: str) -> int:
    """The flags of a block: those around it, and what its tag says, which is one of FLAGS."""
    if not (tag in {"header", "footer"} and flags & ARTICLE):  # an article's own header is not the page's
        flags |= FLAGS[tag]
    return flags & ~(OUTSIDE | HEADER) if tag == "main" else flags  # never in a menu or foot that was left open


def flags_of(flags: int, tag: str, role: str) -> int:
    """The same for a block of any tag that has a role."""
    if tag in FLAGS:
        flags = flags_of_tag(flags, tag)
    role = role.lower()
    flags |= ROLES.get(role, 0)
    return flags & ~(OUTSIDE | HEADER) if "main" in {tag, role} else flags


@remembered(300)
def read_style(style: str) -> tuple[bool, bool, str, int, bool]:
    """Whether a style hides its element, makes it a block, how it aligns it, its weight (-1 normal, 1 bold, 0 unsaid),
    and slants it.
    """
    align, weight = _ALIGN.search(style), _WEIGHT.search(style)
    bold = 0 if weight is None else -1 if weight[1].lower() in {"normal", "100", "200", "300", "400", "500"} else 1
    shown = style_hides(style), _BLOCK.search(style) is not None
    return *shown, align[1].lower() if align else "", bold, _SLANT.search(style) is not None
