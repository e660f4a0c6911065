"""Around: what stands between headline and end and is no part of the text: lists, labels, buttons, boxes, files.

Each function is a stage of the reading and takes one kind of line, none of them what an exact layout calls the body.
"""

import re
from itertools import chain

from crawler.pages.fields.captions import is_captioned
from crawler.pages.fields.insets import end_of_inset, find_insets
from crawler.pages.html.tree import ASIDE, FIGURE, FOOTER, NAV, Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.page import TAG_CLASS, Page
from crawler.pages.places.tables import stands_in_columns, stands_in_data
from crawler.pages.words.labels import LISTS, is_invitation, names_a_place, opens_related
from crawler.pages.words.stamps import find_stamp, read_time
from crawler.pages.words.text import clean, ends_sentence, fold, is_numbered

_NEVER_HEADING = frozenset({"quảng cáo", "advertisement", "tin liên quan", "bài liên quan", "xem thêm", "đọc thêm"})
_FEW, _SHORTEST_PROSE = 4, 60
"""Lines of a block that invites readers, and characters from which one of them would be text."""
_HEADING = 100
"""Characters of the heading that such a report's entry may have."""
_BEFORE_ADDRESS = 60
"""Characters that may lead to a printed address."""
_TIME = 12
"""Characters of a time of day."""
_PAGE_NUMBER = re.compile(
    r"\d{1,3}|[«»‹›<>→←.…]+|(?:trang )?(?:tiếp(?: theo)?|sau|trước|kế|đầu|cuối)|next|prev(?:ious)?"
)
"""What the links of a pager say, folded."""


def claim_teasers(page: Page, claims: Claims) -> None:
    """Take lists of other articles, by their shape, or by the label over them."""
    story = claims.regions.story
    teasers = [index for index in claims.open(story) if page.teaser[index] and page.pieces[index].image is None]
    claims.take([index for index in teasers if not _is_in_columns(page, claims, index)], Role.TEASER, "teasers")
    for index in story:
        if claims.regions.labels.get(index) in LISTS:
            _claim_list(page, claims, index)


def _is_in_columns(page: Page, claims: Claims, index: int) -> bool:
    return stands_in_columns(page, page.pieces[index], claims.regions.body_at, claims.regions.labels)


def _claim_list(page: Page, claims: Claims, label: int) -> None:
    """Take the links under a label that announces other articles, wherever they lead."""
    end, pieces = end_of_block(page, page.pieces[label]), page.pieces
    for index in range(label + 1, min(end, claims.regions.story.stop)):
        piece = pieces[index]
        if piece.image is not None:
            continue
        if not piece.is_link or ends_sentence(piece.text):
            return
        if claims.is_open(index):
            claims.draft.related += piece.hrefs
            claims.take([index], Role.TEASER, "under-label")


def end_of_block(page: Page, label: Piece) -> int:
    """Where the block ends that a label heads."""
    box = page.box_of(label)
    while box.index and box.last <= label.index + 1:
        box = page.boxes[box.parent]
    return box.last


def claim_furniture(page: Page, claims: Claims) -> None:
    """Take menus, columns beside, and the blocks whose name or links say that they stand around an article."""
    for index in list(claims.open(claims.regions.story)):
        piece = page.pieces[index]
        flags = page.box_of(piece).flags
        if piece.image is not None:
            continue
        if index in claims.regions.furniture:
            claims.take([index], Role.INSET, claims.regions.furniture[index])
        elif flags & (NAV | FOOTER) or (flags & ASIDE and not flags & FIGURE):
            claims.take([index], Role.TOOL, "menu-or-column")


def claim_insets(page: Page, claims: Claims) -> None:
    """Take small blocks that ask readers for something, or that a picture with a link advertises."""
    claims.take(claims.open(sorted(find_insets(page, claims))), Role.INSET, "asks-or-advertises")


def claim_labels(page: Page, claims: Claims) -> None:
    """Take labels, buttons and pagers; not those that are a sub-heading, a cell, or the time of the date beside."""
    regions = claims.regions
    claims.draft.times = _find_times(page, claims)
    title = fold(claims.draft.title if claims.draft.title_at < 0 else page.pieces[claims.draft.title_at].text)
    for index in list(claims.open(regions.story)):
        piece = page.pieces[index]
        if piece.image is not None:
            continue
        if regions.labels.get(index) and not _is_meant(page, claims, piece):
            claims.take([index], Role.LABEL, regions.labels[index].name.lower())
        elif title and abs(len(piece.text) - len(title)) < 20 and fold(piece.text) == title:
            claims.take([index], Role.TITLE, "said-again")
        elif _is_pager(piece):
            claims.take([index], Role.TOOL, "pager")
        elif "://" in piece.text and _prints_address(page, piece):
            claims.take([index], Role.TOOL, "address")


def _find_times(page: Page, claims: Claims) -> frozenset[int]:
    """The times of day that stand alone, each with prose, or a heading and prose, right under it, and those headings:
    a live report has several.
    """
    found = [
        range(index, index + count)
        for index in claims.open(claims.regions.story)
        if page.pieces[index].size <= _TIME and (count := _count_to_prose(page, claims, index))
    ]
    return frozenset(chain.from_iterable(found)) if len(found) > 1 else frozenset()


def _count_to_prose(page: Page, claims: Claims, index: int) -> int:
    """How many lines a time of day and the heading of what happened then are, where prose comes right under them;
    0 where the line is no time, or none comes.
    """
    after = page.pieces[index + 1 : min(index + 3, claims.regions.story.stop)]
    if any(piece.image is not None for piece in after) or read_time(page.pieces[index].text) is None:
        return 0
    if after and ends_sentence(after[0].text):
        return 1
    headed = len(after) > 1 and not after[0].is_link and after[0].size <= _HEADING
    return 2 if headed and after[1].size >= _SHORTEST_PROSE and ends_sentence(after[1].text) else 0


def _is_meant(page: Page, claims: Claims, piece: Piece) -> bool:
    """Whether a label's words are part of the article after all."""
    if piece.index in claims.draft.times or (piece.index <= claims.regions.body_at and read_time(piece.text)):
        return True
    return _heads_prose(page, claims, piece) or stands_in_data(page, piece, claims.regions.body_at)


def _is_pager(piece: Piece) -> bool:
    """Whether a line is a row of page numbers."""
    if len(piece.hrefs) < 2 or piece.size > 160 or piece.size - piece.linked > 20:
        return False
    texts = [fold(text) or text.strip() for text in piece.link_texts if text.strip()]
    return len(texts) > 1 and all(_PAGE_NUMBER.fullmatch(text) for text in texts)


def _prints_address(page: Page, piece: Piece) -> bool:
    """Whether a line is the page's own address, and a few words before it."""
    before, _, address = piece.text.partition("://")
    own = page.url.partition("://")[2].partition("?")[0]
    return len(before) <= _BEFORE_ADDRESS and address.partition("?")[0].rstrip(" .)/") == own.rstrip("/")


def _heads_prose(page: Page, claims: Claims, piece: Piece) -> bool:
    """Whether a label's words are a sub-heading: set as one, amid the body, with its next paragraph right under it."""
    regions = claims.regions
    if not (piece.level or piece.is_bold) or piece.linked or piece.index <= regions.body_at:
        return False
    if fold(piece.text) in _NEVER_HEADING or piece.index + 1 >= regions.story.stop:
        return False
    after = page.pieces[piece.index + 1]
    if after.image is not None or after.size < 60 or after.hrefs or page.teaser[after.index]:
        return False
    if after.index in regions.furniture:
        return False
    here = page.place_of(piece)
    if page.place_of(after) == here:
        return True
    return here not in page.ancestors(page.boxes[regions.body_box]) and here in page.ancestors(page.box_of(after))


def claim_captions(page: Page, claims: Claims) -> None:
    """Take lines that the markup calls captions and that no photo has: a player's, a chart's."""
    for index in list(claims.open(claims.regions.story)):
        piece = page.pieces[index]
        if piece.image is None and not piece.level and is_captioned(page, piece):
            claims.take([index], Role.CAPTION, "caption-of-none")


def claim_related(page: Page, claims: Claims) -> None:
    """Take links to other articles set between the paragraphs, with what the small blocks tell that they open,
    and calls to read elsewhere.
    """
    regions, draft = claims.regions, claims.draft
    until = -1
    for index in list(claims.open(regions.story)):
        piece = page.pieces[index]
        if piece.image is not None:
            continue
        if is_invitation(piece.text) and (piece.hrefs or names_a_place(piece.text)):
            draft.related += piece.hrefs
            until = max(until, _end_of_invitation(page, claims, piece))
            claims.take([index], Role.RELATED, "invitation")
        elif _is_related(page, claims, piece) and not _is_author(page, claims, piece):
            draft.related.append(piece.href)
            until = max(until, end_of_inset(page, regions, piece))
            claims.take([index], Role.RELATED, "link-amid-text")
        elif index < until:
            claims.take([index], Role.INSET, "told-by-link")
    claims.take(
        [index for index in claims.open(regions.story) if _heads_others(page, claims, index)], Role.LABEL, "others"
    )


def _heads_others(page: Page, claims: Claims, index: int) -> bool:
    """Whether a short line heads a block of nothing but other articles, whatever it calls them; in a table of data
    it is a cell's first line.
    """
    piece, pieces = page.pieces[index], page.pieces
    if piece.image is not None or piece.size >= _SHORTEST_PROSE or ends_sentence(piece.text):
        return False
    if index + 1 >= len(pieces) or not claims.is_others(index + 1):
        return False
    if not any(map(str.isalpha, piece.text)) or stands_in_data(page, piece, claims.regions.story.start):
        return False
    box = page.boxes[page.place_of(piece)]
    return box.first == index and not any(claims.is_free(other) for other in range(index + 1, box.last))


def _end_of_invitation(page: Page, claims: Claims, piece: Piece) -> int:
    """Where the small block ends that begins with an invitation: its button stands in it. -1 where there is none."""
    end = end_of_block(page, piece)
    inside = page.pieces[piece.index : end]
    small = len(inside) <= _FEW and sum(other.size for other in inside) <= 2 * _SHORTEST_PROSE + piece.size
    return end if small and all(other.size < _SHORTEST_PROSE for other in inside[1:]) else -1


def _is_author(page: Page, claims: Claims, piece: Piece) -> bool:
    return piece.index < claims.regions.body_at and piece.size <= 110 and page.leads_to_author(piece)


def _is_related(page: Page, claims: Claims, piece: Piece) -> bool:
    """A line that is nothing but a link to another article, or an invitation to one."""
    if not piece.hrefs:
        return False
    amid_text = piece.index >= claims.regions.body_at  # before, a date is the article's own
    if amid_text and piece.linked > piece.size * 0.5 and _is_dated_link(piece) and page.leads_elsewhere(piece.href):
        return True
    if piece.linked > piece.size * 0.4 and opens_related(piece.text) and page.leads_elsewhere(piece.hrefs[-1]):
        return True
    if not piece.is_link or piece.size < 15 or not page.leads_elsewhere(piece.href):
        return False
    if _is_in_columns(page, claims, piece.index):
        return False
    if len(piece.hrefs) > 1 and (piece.text[0] == "#" or TAG_CLASS.search(page.class_of(page.box_of(piece)))):
        return False
    if piece.level and amid_text and _heads_a_round(page, claims, piece):
        return False
    return piece.size <= 220 or not ends_sentence(piece.text)


def _heads_a_round(page: Page, claims: Claims, piece: Piece) -> bool:
    """Whether a heading links what it is about, on another site or with a number before it, and its text comes next."""
    after = page.pieces[piece.index + 1 : min(piece.index + 4, claims.regions.story.stop)]
    if not any(other.size >= _SHORTEST_PROSE and ends_sentence(other.text) and not other.is_link for other in after):
        return False
    away = page.join(piece.href) or ""
    return is_numbered(piece.text) or not away.startswith(page.meta.origin)


def _is_dated_link(piece: Piece) -> bool:
    """Whether a line is one link with nothing but a date beside it: an earlier article of the same run of events."""
    if len(piece.hrefs) > 1 or piece.size - piece.linked < 8:
        return False
    stamp = find_stamp(piece.text.replace(clean(piece.link_texts[0]), " ", 1))
    return stamp is not None and not stamp.rest
