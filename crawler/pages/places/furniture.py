"""Furniture: blocks after the headline that are no part of the article, by what they are called and what fills them."""

import re
from collections.abc import Iterator
from itertools import accumulate, islice

from crawler.pages.html.tree import Box
from crawler.pages.places.page import Page
from crawler.pages.places.survey import Survey
from crawler.remembered import remembered

_CALLED = re.compile(
    r"(?:^|[\s_-])(?<!no[_-])(?<!has[_-])(?<!with[_-])(?<!without[_-])(?:comments?(?:list|form|area|box|wrap|section)?|disqus|respond|binh-?luan|y-?kien|phan-?hoi"
    r"|side-?bar(?![_-]+(?:enabled|disabled|false|none|off)\b)|aside|widget-area|right-?col(?:umn)?|cot-?phai"
    r"|relate[ds]|lien-?quan|suggest(?:ions?|ed)?|recommend(?:ed|ations?)?|you-may-(?:also-)?like|read-?(?:more|next)|more-(?:stories|news|from)"
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
"""Links to other pages, each in a line of its own, from which a block may be a list of them."""
_NO_LISTS = frozenset({"p", "ul", "ol"})
"""Blocks that are part of a text, however many links they hold."""


def find_furniture(survey: Survey, core: int) -> dict[int, str]:
    """The pieces after the headline in blocks that are no part of the article, and why.

    Only blocks that hold some prose are asked, and none that holds the core.
    """
    page, weights = survey.page, survey.weights
    sums = [0.0, *accumulate(weights)]
    few = sums[-1] * _SMALL
    found: dict[int, str] = {}
    counts: _Counts | None = None
    for box in _candidates(survey, core):
        if not 0 < sums[box.last] - sums[box.first] <= few or box.first in found:
            continue
        if is_called_furniture(box):
            reason = "called-furniture"
        elif box.last - box.first < _LINKS or box.tag in _NO_LISTS:
            continue
        else:
            counts = counts or _Counts(page, weights)
            reason = "list-of-links" if counts.is_list(box) else ""
        if reason:
            found.update(dict.fromkeys(range(box.first, box.last), reason))
    return found


class _Counts:
    """Characters, links and prose of a page, so that each block's are known at once."""

    def __init__(self, page: Page, weights: list[float]) -> None:
        self.page = page
        pieces = page.pieces
        self.sizes = [0, *accumulate([piece.size for piece in pieces])]
        told = [piece.size if weight else 0 for piece, weight in zip(pieces, weights, strict=True)]
        self.prose = [0, *accumulate(told)]
        self.links = [0, *accumulate([bool(piece.href) and piece.href[0] != "#" for piece in pieces])]

    def is_list(self, box: Box) -> bool:
        """Whether a block holds little but links to other pages."""
        first, last = box.first, box.last
        size = self.sizes[last] - self.sizes[first]
        if self.links[last] - self.links[first] < _LINKS:
            return False
        if (self.page.plain[last] - self.page.plain[first]) * 2 >= size:
            return False
        if (self.prose[last] - self.prose[first]) * _TELLING >= size:
            return False
        away = (piece for piece in self.page.pieces[first:last] if self.page.leads_elsewhere(piece.href))
        return len(list(islice(away, _LINKS))) == _LINKS


def is_called_furniture(box: Box) -> bool:
    """Whether a block's class or id says that it stands around an article."""
    element = box.element
    name, mark = element.get("class"), element.get("id")
    return bool(name or mark) and _is_furniture(f"{name or ''} {mark or ''}")


@remembered(300)
def _is_furniture(called: str) -> bool:
    return _CALLED.search(called) is not None


def _candidates(survey: Survey, core: int) -> Iterator[Box]:
    """The blocks with prose that stand after the headline, outermost first."""
    boxes = survey.page.boxes
    inside = boxes[core]
    for index in sorted(survey.find_told()):
        box = boxes[index]
        if box.first > survey.title_at and not (box.first <= inside.first and inside.last <= box.last):
            yield box
