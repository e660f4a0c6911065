"""Unseen: what an article shows without an `img`, so that the line under it can be known for a caption:
players, and backgrounds.
"""

import re
from collections.abc import Iterator

from crawler.pages.html.tree import ASIDE, FOOTER, NAV, Box
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions

_PLAYERS = frozenset({"iframe", "video", "object", "embed", "audio"})
_BACKGROUND = re.compile(r"url\(\s*['\"]?([^'\")]{1,2000}\.(?:jpe?g|png|webp)[^'\")]{0,200})", re.IGNORECASE)


def find_unseen(page: Page, regions: Regions) -> Iterator[tuple[Box, str]]:
    """Blocks of the article with a player in them, or a photo behind them, in page order.

    The address is the photo's; empty for a player.
    """
    first = page.pieces[regions.title_at].box + 1 if regions.title_at >= 0 else regions.body_box
    for box in page.boxes[first:]:
        if box.first > regions.story.stop:
            return
        if box.first < regions.story.start or box.flags & (NAV | FOOTER | ASIDE):
            continue
        if box.first == box.last:
            behind = _BACKGROUND.search(box.element.get("style") or "")
            if behind is not None:
                yield box, behind[1].strip()
            elif len(box.element) and next(box.element.iter(*_PLAYERS), None) is not None:
                yield box, ""
        elif len(box.element) and not (box.element.text or "").strip() and box.element[0].tag in _PLAYERS:
            yield box, ""
