"""Copies: an article that its page holds twice, once for phones and once for screens; one of the two is read."""

from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import Page

_LONG = 80
"""Characters of a line that nobody writes twice."""
_LEAST = 2
"""Long lines that a copy has at least."""


def claim_copy(page: Page, claims: Claims) -> None:
    """Take the block that says again all that the article has said before it."""
    seen: dict[str, int] = {}
    again: list[int] = []
    since = 0
    """Long lines from the first that is said again on."""
    for index in claims.open(claims.regions.story):
        piece = page.pieces[index]
        if piece.size < _LONG:
            continue
        if seen.setdefault(piece.text, index) != index:
            again.append(index)
        since += bool(again)
    if len(again) < _LEAST or len(again) < since or len(again) < len(seen):
        return
    box = page.box_of(page.pieces[again[0]])
    last = max(seen.values())
    while page.boxes[box.parent].first > last and box.index:
        box = page.boxes[box.parent]
    if box.first > last and box.last > again[-1]:
        claims.take(claims.open(range(box.first, min(box.last, claims.regions.story.stop))), Role.INSET, "copy")
