"""Frames: the block that holds a photo and its caption and nothing else: a figure, a two-row table, a box."""

from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any

from crawler.pages.fields.captions import LONGEST, StorySetting, is_standfirst
from crawler.pages.html.tree import CAPTION, FIGURE, Box, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import Page
from crawler.pages.places.prose import kind_of
from crawler.pages.words.credits import has_credit, is_alt_of
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.names import parse_byline
from crawler.pages.words.text import clean, fold

_FRAME_TAGS = frozenset({"table", "figure", "dl"})
_TABLE_TAGS = frozenset({"table", "tbody", "tr", "td"})
_SET_OFF = frozenset({"small", "em", "i", "cite"})
"""Elements that set a caption off from its photo in one paragraph."""
_IN_A_BOX = 300
"""Characters of a caption in a block that nothing but what it holds makes a frame."""
_LONGEST_ALONE = 900
"""Characters of a caption whose block is unlike every paragraph's."""


@dataclass(frozen=True, slots=True)
class PhotoFrame:
    """The block, and the lines in it that describe its photos."""

    box: Box
    photo: Piece
    lines: list[Piece]
    rule: str


def find_frame(
    page: Page, claims: Claims, setting: StorySetting, photo: Piece, known: dict[int, "PhotoBlock"]
) -> PhotoFrame | None:
    """The frame around a photo, as far out as it holds nothing but photos and captions. None where it has none.

    `known`: the blocks that were looked through; each is once, however many photos it holds.
    """
    found: Box | None = None
    for index in page.ancestors(page.box_of(photo)):
        box = page.boxes[index]
        if not _may_frame(claims, box):
            break
        if index not in known:
            known[index] = _look_through(page, claims, setting, box)
        block = known[index]
        verdict = _judge(page, setting, box, photo, block.texts, found) if block.is_open else block.verdict
        if verdict is None:
            break
        found = box if verdict else found
    if found is None:
        return None
    lines = [piece for piece in known[found.index].texts if claims.is_free(piece.index)]
    rule = "figure" if found.flags & FIGURE else "table" if found.tag in _TABLE_TAGS - {"td"} else "box"
    return PhotoFrame(found, photo, lines, rule)


def _may_frame(claims: Claims, box: Box) -> bool:
    regions = claims.regions
    if not box.index or box.index == regions.body_box or box.first <= regions.title_at < box.last:
        return False
    return regions.story.start <= box.first and box.last <= regions.story.stop


@dataclass(frozen=True, slots=True)
class PhotoBlock:
    """A block around a photo: its lines, and whether it is a frame, whichever of its photos asks."""

    texts: list[Piece]
    verdict: bool | None = None
    """False where it only holds the frame, None where no frame can lie further out."""
    is_open: bool = False
    """Whether that depends on the photo, and on the frame inside."""


def _look_through(page: Page, claims: Claims, setting: StorySetting, box: Box) -> PhotoBlock:
    texts = [piece for piece in page.pieces[box.first : box.last] if piece.image is None]
    pictures = box.last - box.first - len(texts)
    texts = [piece for piece in texts if not claims.is_tool(piece.index)]
    if box.tag in _FRAME_TAGS or (box.flags & FIGURE and not page.boxes[box.parent].flags & FIGURE):
        if _may_be_captions(page, setting, texts, pictures, strict=False):
            return PhotoBlock(texts, bool(texts))
        return PhotoBlock(texts, True if _are_all_captions(page, box, texts) else None)
    if not texts:
        return PhotoBlock(texts, False)
    if not _may_be_captions(page, setting, texts, pictures, strict=True):
        return PhotoBlock(texts)
    if any(claims.regions.labels.get(text.index) for text in texts):
        return PhotoBlock(texts)
    return PhotoBlock(texts, is_open=True)


def _judge(
    page: Page, setting: StorySetting, box: Box, photo: Piece, texts: list[Piece], found: Box | None
) -> bool | None:
    """Whether a block with few short lines is the frame, by the photo and by what is the frame inside."""
    if found is None:
        return True if _is_box_of_caption(page, setting, box, photo, texts) else None
    if texts[-1].index < found.last and texts[0].index >= found.first:
        return False
    return True if box.tag in _TABLE_TAGS else None


def _are_all_captions(page: Page, box: Box, texts: list[Piece]) -> bool:
    """Whether every line of a figure stands in its caption, however long."""
    return bool(box.flags & FIGURE and texts) and all(page.boxes[text.box].flags & CAPTION for text in texts)


def _may_be_captions(page: Page, setting: StorySetting, texts: list[Piece], pictures: int, *, strict: bool) -> bool:
    if len(texts) > pictures * 2 + (0 if strict else 1):
        return False
    longest = _IN_A_BOX if strict else LONGEST
    if len(texts) == 1 == pictures and _is_set_apart(page, setting, texts[0]):
        longest = _LONGEST_ALONE
    if sum(text.size for text in texts) > longest * max(pictures, 1):
        return False
    return not any(
        text.size > longest
        or text.is_link
        or find_dateline(text.text)
        or 0 < text.level <= 3
        or is_standfirst(page, setting, text)
        for text in texts
    )


def _is_set_apart(page: Page, setting: StorySetting, text: Piece) -> bool:
    """Whether no paragraph of the story stands in a block like this line's, which is no paragraph's either."""
    box = page.box_of(text)
    return box.tag not in {"p", "td"} and len(setting.paragraphs) > 3 and setting.kinds.get(kind_of(page, box), 0) < 2


def _is_box_of_caption(page: Page, setting: StorySetting, box: Box, photo: Piece, texts: list[Piece]) -> bool:
    """Whether a block that holds a photo and a line or two is a framed photo,
    rather than a paragraph with a picture in it.
    """
    alt = photo.image.get("alt") or ""
    told = [is_alt_of(alt, text.text) or text.is_italic or has_credit(text.text) for text in texts]
    if any(told):
        return not any(_is_paragraph(page, setting, text) for text in compress(texts, map(not_, told)))
    if texts[0].index < photo.index or _are_paragraphs(page, setting, box, texts):
        return False
    if all(text.box != photo.box for text in texts):
        return not _speaks(alt, texts)
    return _is_parted(box, photo, texts[0]) and all(text.size <= 250 for text in texts)


def _is_parted(box: Box, photo: Piece, text: Piece) -> bool:
    """Whether a line in a photo's own block is set off from it."""
    if text.breaks > 0 or box.align == "center":
        return True
    if box.tag == "p" and getattr(photo.image.getnext(), "tag", "") not in _SET_OFF:
        return False  # a paragraph begins with a picture
    return _has_element_of_its_own(photo.image, text.text)


def _are_paragraphs(page: Page, setting: StorySetting, box: Box, texts: list[Piece]) -> bool:
    """Whether the lines under a photo are paragraphs like others, in a block like those of others."""
    if any(_is_paragraph(page, setting, text) for text in texts[1:]):
        return True
    return kind_of(page, box) in setting.blocks and _is_paragraph(page, setting, texts[0])


def _is_paragraph(page: Page, setting: StorySetting, text: Piece) -> bool:
    """Whether a line is as long as a paragraph, and set as several are."""
    return text.size > 90 and setting.kinds.get(kind_of(page, page.box_of(text)), 0) > 1


def _has_element_of_its_own(image: Any, text: str) -> bool:
    """Whether the element right behind an image holds the whole line:
    in a paragraph with a picture the text stands bare.
    """
    after = image.getnext()
    if after is None or (image.tail or "").strip() or len(after.tail or "") >= 200:
        return False
    return clean("".join(after.itertext())) == text


def _speaks(alt: str, texts: list[Piece]) -> bool:
    """Whether text beside a portrait is what its subject says, rather than a caption:
    the alt is a name, and the text has none of it.
    """
    named = parse_byline(alt) if sum(text.size for text in texts) >= 80 else None
    people = named.people if named is not None else []
    return bool(people) and not any(fold(person) in fold(text.text) for person in people for text in texts)


def share_out(photos: list[Piece], lines: list[Piece]) -> list[list[Piece]]:
    """Which line describes which photo: one for each, all for the only one, else each line the photo before it."""
    if len(photos) == 1:
        return [lines]
    if len(photos) == len(lines):
        return [[line] for line in lines]
    groups: list[list[Piece]] = [[] for _ in photos]
    at = 0
    for line in lines:
        while at + 1 < len(photos) and photos[at + 1].index < line.index:
            at += 1
        groups[at].append(line)
    return groups
