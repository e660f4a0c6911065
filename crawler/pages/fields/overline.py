"""The line over the opening: on this site the lead photo's caption,
also where a script shows the photo and the markup has none.
"""

import re

from crawler.pages.html.tree import OUTSIDE, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import LEAD, Page
from crawler.pages.words.credits import split_credit
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.labels import find_label
from crawler.pages.words.names import parse_byline
from crawler.pages.words.stamps import find_stamp, read_time
from crawler.pages.words.text import ends_sentence, fold, undoubled

_OPENING = re.compile(
    r"(?:đồng chí|các đồng chí|quang cảnh|toàn cảnh|một (?:góc|tiết mục|cảnh)|ảnh|hình ảnh|(?:các )?đại biểu|đoàn"
    r" viên)\b",
    re.IGNORECASE,
)
"""How captions of this site begin."""
_SHORTEST, _SURE, _LONGEST = 15, 110, 220
"""Characters of the shortest caption, of one whose place alone speaks for it, of one that something else speaks for."""


def find_line_over_opening(page: Page, claims: Claims) -> Piece | None:
    """The caption between the headline and the paragraph that its dateline opens.
    None where a photo or a player stands there as well.
    """
    regions = claims.regions
    if page.identity is None or regions.title_at < 0:
        return None
    first = regions.title_at + 1
    opening = next((piece for piece in page.pieces[first : regions.body_at + 3] if find_dateline(piece.text)), None)
    if opening is None or opening.index == first:
        return None
    between = page.pieces[first : opening.index]
    if any(piece.image is not None or not claims.is_free(piece.index) for piece in between):
        return None
    return between[-1] if _may_be_caption(page, claims, between[-1]) else None


def _may_be_caption(page: Page, claims: Claims, line: Piece) -> bool:
    """Whether a line describes a photo: plain, short, a sentence, and neither date, name nor standfirst."""
    text = line.text
    if line.is_bold or line.level or line.linked or not _SHORTEST <= line.size <= _LONGEST:
        return False
    if page.box_of(line).flags & OUTSIDE or page.teaser[line.index] or _is_described(page, text):
        return False
    if any(read(text) for read in (find_label, find_stamp, read_time, parse_byline)):
        return False
    if LEAD.search(page.class_of(page.box_of(line))):
        return False
    if line.index >= claims.regions.body_at and not ends_sentence(text):
        return False  # a sub-heading over the text
    return (line.size <= _SURE and ends_sentence(text)) or _sounds_so(text)


def _sounds_so(text: str) -> bool:
    """Whether a line speaks as captions do: by how it begins or ends, or by saying everything twice."""
    return _OPENING.match(text) is not None or undoubled(text) != text or split_credit(text)[1] is not None


def _is_described(page: Page, text: str) -> bool:
    """Whether metadata say the line of the article."""
    return any(fold(text)[:60] in fold(said) for _, said in page.meta.description)
