"""Outside: menus, columns beside, the page's foot; and the wrappers that are called so though they hold the article.

A tag that is never closed, or a role on the wrong element, can put a whole page into a menu.
What holds most of the page's text is none.
"""

from bisect import bisect_right

from crawler.pages.html.tags import FLAGS
from crawler.pages.html.tree import HEADER, OUTSIDE, Box
from crawler.pages.places.page import Page

_MOST = 0.5
"""The share of a page's plain text from which a block cannot be outside of the article."""


def forgive_wrappers(page: Page) -> None:
    """Take the flags of menu, column and foot off the blocks that hold most of the page's text."""
    sizes = page.plain
    most = sizes[-1] * _MOST
    if not most:
        return  # all text is in links, or there is none
    boxes = page.boxes
    middle = bisect_right(sizes, most) - 1  # every block with more than half of the text holds its middle
    around = map(boxes.__getitem__, page.ancestors(page.box_of(page.pieces[middle])))
    wrong = {
        box.index for box in around if box.flags & OUTSIDE and box.index and sizes[box.last] - sizes[box.first] > most
    }
    if not wrong:
        return
    before = [box.flags for box in boxes]
    for box in boxes[1:]:
        own = before[box.index] & ~before[box.parent] | _own_flags(box)
        if box.index in wrong:
            own &= ~(OUTSIDE | HEADER)
        shed = before[box.parent] & ~before[box.index]  # `main` is never part of a menu
        box.flags = (boxes[box.parent].flags & ~shed) | own


def _own_flags(box: Box) -> int:
    """What a block's own tag says, which cannot be seen in its flags where the block around says the same."""
    return FLAGS.get(box.tag, 0) & OUTSIDE
