"""Insets: small blocks amid the text that are no part of it: another article, a book, a poll."""

import re
from itertools import accumulate

from crawler.pages.html.tree import Box, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import Page
from crawler.pages.places.prose import kind_of
from crawler.pages.places.regions import Regions
from crawler.pages.words.text import clean, ends_sentence

_ASKING = 400
"""Characters that a block around a form holds at most where it is no part of the text."""
_ASKED = re.compile(
    r"[?？]\W*$|\b(?:bạn|quý vị|quý độc giả|quý bạn đọc|đăng ký|góp ý|bình chọn|khảo sát|thăm dò|nhận (?:bản )?tin|"
    r"you|your|sign up|subscribe|newsletter|inbox|poll|vote)\b",
    re.IGNORECASE,
)
"""How a line ends, or what it says, that asks readers for something."""
NEWSLETTER = re.compile(
    r"\bđăng ký (?:nhận|theo dõi|bản tin)|\bnhận (?:bản |thông )?tin\b|newsletter|\byour inbox\b"
    r"|\bsubscribe\b|\bsign up\b",
    re.IGNORECASE,
)
_ADVERTISEMENT = frozenset({"quảng cáo", "qc", "tài trợ", "nội dung tài trợ", "advertisement", "sponsored", "ad"})
_PARAGRAPH = 60
"""Characters of a sentence beside a form that make the block around both one of text."""
_SIDES = frozenset({"left", "right"})


def find_insets(page: Page, claims: Claims) -> set[int]:
    """The lines of blocks that ask readers for something, of those that a picture with a link advertises,
    and links that are called advertisements.
    """
    called = {index for index in claims.open(claims.regions.story) if _is_called_advertisement(page.pieces[index])}
    return _find_asking(page, claims.regions) | _find_advertised(page, claims) | called


def _is_called_advertisement(piece: Piece) -> bool:
    """Whether all that a line says outside its links is that they are advertisements."""
    if not piece.linked or piece.size > _ASKING:
        return False
    rest = piece.text
    for text in piece.link_texts:
        rest = rest.replace(clean(text), "", 1)
    return rest.strip(" :.-–|[]()").lower() in _ADVERTISEMENT


def _find_asking(page: Page, regions: Regions) -> set[int]:
    """The lines of small blocks amid the body that ask readers to fill in something: a poll, a newsletter."""
    span = range(regions.body_at, regions.story.stop + 1)
    forms = [box for box in page.boxes[regions.body_box + 1 :] if box.tag == "form" and box.first in span]
    if not forms:
        return set()
    found: set[int] = set()
    seen = set(page.ancestors(page.boxes[regions.body_box]))
    sizes = [0, *accumulate(len(piece.text) for piece in page.pieces)]
    told = [0, *accumulate(piece.size >= _PARAGRAPH and ends_sentence(piece.text) for piece in page.pieces)]
    texts = _kinds_of_text(page, span, forms)
    for form in forms:
        box = form
        while box.index not in seen and sizes[box.last] - sizes[box.first] <= _ASKING:
            beside = told[box.last] - told[box.first] - (told[form.last] - told[form.first])
            if _is_text_around(page, form, box, beside, texts):
                break
            seen.add(box.index)
            found.update(range(box.first, box.last))
            box = page.boxes[box.parent]
    return {index for index in found if page.pieces[index].image is None and index in regions.story}


def _is_text_around(page: Page, form: Box, box: Box, beside: int, texts: set[tuple[str, str | None]]) -> bool:
    """Whether a block around a form is one of text: it heads what comes after, has several paragraphs,
    or one in a block like those of others.
    """
    if _is_headed_asking(page, box):
        return False
    if beside > 1 or any(piece.level or piece.is_bold for piece in page.pieces[form.last : box.last]):
        return True
    return beside > 0 and (kind_of(page, box) in texts or not _asks(page, box))


def _is_headed_asking(page: Page, box: Box) -> bool:
    """Whether a block's first line is an invitation to a newsletter."""
    first = next((piece for piece in page.pieces[box.first : box.last] if piece.image is None), None)
    return first is not None and first.size < _PARAGRAPH and NEWSLETTER.search(first.text) is not None


def _asks(page: Page, box: Box) -> bool:
    """Whether a line of a block is a question, or speaks to its readers."""
    return any(_ASKED.search(piece.text) for piece in page.pieces[box.first : box.last])


def _kinds_of_text(page: Page, span: range, forms: list[Box]) -> set[tuple[str, str | None]]:
    """The kinds of the named blocks that hold paragraphs, and no form."""
    asking = {index for form in forms for index in page.ancestors(form)}
    around = {
        page.boxes[page.box_of(page.pieces[index]).parent].index
        for index in span
        if index < len(page.pieces) and page.pieces[index].size >= _PARAGRAPH
    }
    kinds = {kind_of(page, page.boxes[index]) for index in around - asking}
    return {kind for kind in kinds if kind[1] is not None}


def _find_advertised(page: Page, claims: Claims) -> set[int]:
    """Lines of the small blocks amid the text that a picture with a link to another page opens: a book, a programme."""
    found: set[int] = set()
    regions = claims.regions
    for piece in page.pieces[regions.body_at + 1 : regions.story.stop]:
        if piece.image is not None and piece.href and claims.is_free(piece.index) and page.leads_elsewhere(piece.href):
            found |= _read_advertisement(page, regions, piece)
    return found


def _read_advertisement(page: Page, regions: Regions, picture: Piece) -> set[int]:
    found: set[int] = set()
    box = page.box_of(picture)
    while box.index not in {0, regions.body_box} and box.first > regions.body_at and box.last - box.first <= 8:
        inside = [other for other in page.pieces[box.first : box.last] if other.image is None]
        if sum(other.size for other in inside) > _ASKING or any(other.size > 250 for other in inside):
            break
        if inside and _stands_aside(box):
            found.update(other.index for other in inside if other.index in regions.story)
        box = page.boxes[box.parent]
    return found


def _stands_aside(box: Box) -> bool:
    """Whether a block is set beside the text, or as a table."""
    element = box.element
    return box.tag == "table" or "float" in (element.get("style") or "") or element.get("align") in _SIDES


def end_of_inset(page: Page, regions: Regions, piece: Piece) -> int:
    """Where the small block ends that a link to another article opens amid the text:
    what it tells is the other article's.
    """
    box = page.box_of(piece)
    while box.index not in {0, regions.body_box} and box.tag not in {"p", "td"}:
        inside = [other for other in page.pieces[box.first : box.last] if other.image is None]
        if not inside or inside[0].index != piece.index or len(inside) > 4 or box.first <= regions.body_at:
            break
        if len(inside) > 1:
            if box.tag == "li" and inside[1].box == box.index:
                break  # an entry of a list, which tells more after its link
            return box.last if sum(other.size for other in inside) <= 500 else -1
        box = page.boxes[box.parent]
    return -1
