"""Furniture: blocks after the headline that are no part of the article, by what they are called and what fills them."""

import re
from collections.abc import Iterator
from itertools import accumulate

from crawler.pages.html.tree import Box
from crawler.pages.places.page import Page

_CALLED = re.compile(
    r"(?:^|[\s_-])(?:comments?(?:list|form|area|box|wrap|section)?|disqus|respond|binh-?luan|y-?kien|phan-?hoi"
    r"|side-?bar|aside|widget-area|right-?col(?:umn)?|cot-?phai"
    r"|related|lien-?quan|recommend(?:ed|ations?)?|you-may-(?:also-)?like|read-?(?:more|next)|more-(?:stories|news|from)"
    r"|tin-?khac|tin-?moi|outbrain|taboola|popular|trending|most-?read"
    r"|share|sharing|social|addthis|newsletter|subscribe|signup|sign-up|opt-?in|paywall"
    r"|cookies?|consent|gdpr|modal|popup|advert(?:isement|s)?|promo|banner|sponsor(?:ed)?|quang-?cao"
    r"|author-?(?:bio|box|card|info|desc(?:ription)?)|about-?(?:the-)?author|(?:post|entry)-?author|bio"
    r"|foot(?:er)?|copyright|bread-?crumbs?|pagination|pager|cta|call-to-action|toolbar|meta-?nav|post-?nav(?:igation)?)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Words that publishing systems the world over have in the class or the id of what stands around an article."""
_SMALL = 0.3
"""The share of the page's prose up to which a block's name is believed."""
_TELLING = 4
"""The part of a block's text from which its prose makes it more than a list of links."""
_LINKS = 3
"""Links to other pages from which a block may be a list of them."""


def find_furniture(page: Page, first: int, core: int, weights: list[float]) -> dict[int, str]:
    """The pieces after `first` in blocks that are no part of the article, and why.

    Only blocks that hold some prose are asked, and none that holds the core.
    """
    sums = [0.0, *accumulate(weights)]
    linked = [0, *accumulate(piece.linked for piece in page.pieces)]
    sizes = [0, *accumulate(piece.size for piece in page.pieces)]
    prose = [0, *accumulate(piece.size if weight else 0 for piece, weight in zip(page.pieces, weights, strict=True))]
    links = [0, *accumulate(bool(piece.href) and page.leads_elsewhere(piece.href) for piece in page.pieces)]
    found: dict[int, str] = {}
    for box in _candidates(page, first, core):
        if not 0 < sums[box.last] - sums[box.first] <= sums[-1] * _SMALL or box.first in found:
            continue
        size = sizes[box.last] - sizes[box.first]
        if is_called_furniture(box):
            reason = "called-furniture"
        elif (
            links[box.last] - links[box.first] >= _LINKS
            and (linked[box.last] - linked[box.first]) * 2 > size
            and (prose[box.last] - prose[box.first]) * _TELLING < size
            and box.tag not in {"p", "ul", "ol"}
        ):
            reason = "list-of-links"
        else:
            continue
        found.update(dict.fromkeys(range(box.first, box.last), reason))
    return found


def is_called_furniture(box: Box) -> bool:
    """Whether a block's class or id says that it stands around an article."""
    element = box.element
    name, mark = element.get("class"), element.get("id")
    return bool(name or mark) and _CALLED.search(f"{name or ''} {mark or ''}") is not None


def _candidates(page: Page, first: int, core: int) -> Iterator[Box]:
    inside = page.boxes[core]
    for box in page.boxes[1:]:
        if box.first >= first and box.last > box.first and not (box.first <= inside.first and inside.last <= box.last):
            yield box
