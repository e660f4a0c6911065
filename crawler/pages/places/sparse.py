"""Sparse: articles without a paragraph: a poem, a picture or a video that is the whole story."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.pages.html.tree import HEADER, OUTSIDE, Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.words.labels import ENDS, Label
from crawler.pages.words.slug import slug_matches
from crawler.pages.words.stamps import find_stamp

_NEAR = 12
"""Pieces after the headline among which such a text begins."""
_TOLD = 20
"""Characters of a line that says what is played."""
_PLAYED = re.compile(
    r"youtu|vimeo|dailymotion|tiktok|plugins/video|player|video|audio|\.(?:mp[34]|m3u8|webm)\b", re.IGNORECASE
)
_STANZA = 4
"""Lines of a poem."""


def find_verse(page: Page, title_at: int, labels: Mapping[int, Label]) -> Box | None:
    """The block of a poem right under its title: four lines or more, none of them a sentence's length.
    None where there is none.
    """
    run: list[Piece] = []
    for piece in page.pieces[title_at + 1 : title_at + 1 + _NEAR] if title_at >= 0 else ():
        if labels.get(piece.index) in ENDS:
            return None
        verse = _may_be_verse(page, piece)
        run = [*run, piece] if verse and (not run or page.place_of(piece) == page.place_of(run[0])) else [piece] * verse
        if len(run) == _STANZA:
            box = page.boxes[page.place_of(piece)]
            while page.boxes[page.boxes[box.parent].parent].first > title_at:
                box = page.boxes[box.parent]  # other stanzas
            return box
    return None


def _may_be_verse(page: Page, piece: Piece) -> bool:
    if piece.image is not None or not 8 <= piece.size < 60 or piece.hrefs or any(map(str.isdigit, piece.text)):
        return False
    return not page.box_of(piece).flags & OUTSIDE


def find_picture_alone(page: Page, title_at: int, labels: Mapping[int, Label]) -> Box | None:
    """The block of a picture that follows the headline and leads nowhere. None where other lists come before one."""
    for piece in page.pieces[title_at + 1 : title_at + 1 + _NEAR] if title_at >= 0 else ():
        if labels.get(piece.index) in ENDS or page.teaser[piece.index]:
            return None
        if piece.image is None or (piece.href and page.leads_elsewhere(piece.href)):
            continue
        box = page.box_of(piece)
        if box.flags & (OUTSIDE | HEADER):
            continue
        return _widen(page, box, title_at)
    return None


def find_line_at_player(page: Page, title_at: int, labels: Mapping[int, Label]) -> Box | None:
    """The block of the first line under the headline of a page that plays something: what it says of that.
    None where the headline is not what the address says.
    """
    if title_at < 0 or not page.slug or not slug_matches(page.pieces[title_at].text, page.slug):
        return None
    if not any(_is_beside(page, player, title_at) for player in _find_players(page)):
        return None
    for piece in page.pieces[title_at + 1 : title_at + 1 + _NEAR]:
        label = labels.get(piece.index)
        if label in ENDS or page.teaser[piece.index]:
            return None
        if piece.size >= _TOLD and not (label or piece.is_link or find_stamp(piece.text)):
            return _widen(page, page.box_of(piece), title_at)
    return None


def _find_players(page: Page) -> Iterator[Any]:
    for element in page.tree.root.iter("video", "audio", "iframe", "embed", "object"):
        address = element.get("src") or element.get("data-src") or element.get("data") or ""
        if element.tag in {"video", "audio"} or _PLAYED.search(address):
            yield element


def _is_beside(page: Page, player: Any, title_at: int) -> bool:
    """Whether a player stands in a block around the headline, or in one soon after it."""
    around = player.getparent()
    while around is not None and id(around) not in page.boxes_by_element:
        around = around.getparent()
    if around is None:
        return False
    box = page.boxes_by_element[id(around)]
    return not box.flags & (OUTSIDE | HEADER) and box.first <= title_at + _NEAR and title_at - 1 <= box.last


def _widen(page: Page, box: Box, title_at: int) -> Box:
    """The outermost block around one that begins after the headline."""
    while box.index and page.boxes[box.parent].first > title_at:
        box = page.boxes[box.parent]
    return box
