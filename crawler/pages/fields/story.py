"""The story: lead, body and byline out of the lines between the headline and the article's end."""

import dataclasses
from dataclasses import dataclass, field
from datetime import time

from crawler.pages.fields.blocks import Line, join_lines, name_kinds
from crawler.pages.fields.insets import end_of_inset, find_insets
from crawler.pages.fields.photos import Shown, is_captioned
from crawler.pages.html.tree import ASIDE, FIGURE, FOOTER, NAV, Piece
from crawler.pages.places.page import LEAD, Page, leads_to_file
from crawler.pages.places.regions import Regions
from crawler.pages.places.tables import stands_in_data
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.labels import is_invitation, names_a_place, opens_related
from crawler.pages.words.names import parse_byline
from crawler.pages.words.stamps import Stamp, find_stamp, read_time
from crawler.pages.words.text import clean, ends_sentence, fold, same_words

_LEAD_SHORTEST = 40
_NEVER_HEADING = frozenset({"quảng cáo", "advertisement", "tin liên quan", "bài liên quan", "xem thêm", "đọc thêm"})


@dataclass(slots=True)
class Story:
    """What the lines say."""

    lead: str | None = None
    lead_rule: str = ""
    stamps: list[tuple[int, Stamp]] = field(default_factory=list)
    """Dates printed between headline and text, or alone at the text's end, with the pieces that hold them."""
    names: list[Piece] = field(default_factory=list)
    """Short lines of the head that are neither date nor lead: the byline may be among them."""
    related: list[str] = field(default_factory=list)
    """Links to other articles amid the text."""


def sort_lines(page: Page, regions: Regions, shown: Shown, story: Story, settled: frozenset[int]) -> list[Line | int]:
    """Tell apart head, lead and body; the head goes into `story`, what is `settled` already is passed over.

    Returns the body's lines (photos as indexes into the images) in reading order.
    """
    kept: list[Piece] = []
    title = fold(page.pieces[regions.title_at].text) if regions.title_at >= 0 else ""
    inset = -1
    insets = find_insets(page, regions, shown)
    for piece in page.pieces[regions.story.start : regions.story.stop]:
        if piece.image is not None:
            if piece.index in shown.at:
                kept.append(piece)
            continue
        if (
            piece.index in shown.captions
            or piece.index in settled
            or piece.index in insets
            or regions.teaser[piece.index]
            or piece.index in regions.furniture
        ):
            continue
        flags = page.box_of(piece).flags
        if flags & (NAV | FOOTER) or (flags & ASIDE and not flags & FIGURE):
            continue
        if (
            regions.labels.get(piece.index)
            and not (piece.index <= regions.body_at and read_time(piece.text))
            and not _heads_prose(page, regions, piece)
            and not stands_in_data(page, piece, regions.body_at)
        ) or (title and abs(len(piece.text) - len(title)) < 20 and fold(piece.text) == title):
            continue
        if is_invitation(piece.text) and (piece.hrefs or names_a_place(piece.text)):
            story.related += piece.hrefs
            continue
        if is_captioned(page, piece) and not piece.level:
            continue
        if _is_related(page, piece) and not (
            piece.index < regions.body_at and piece.size <= 110 and page.leads_to_author(piece)
        ):
            story.related.append(piece.href)
            inset = max(inset, end_of_inset(page, regions, piece))
            continue
        if piece.index < inset or (piece.hrefs and _offers_file(page, piece)):
            continue
        kept.append(piece)
    body = _take_head(page, regions, story, kept)
    lines = list(join_lines(page, body, shown))
    _drop_repeated_lead(page, story, lines)
    name_kinds(page, lines)
    return lines


def _heads_prose(page: Page, regions: Regions, piece: Piece) -> bool:
    """Whether a label's words are a sub-heading: set as one, amid the body, with its next paragraph right under it."""
    if (
        not (piece.level or piece.is_bold)
        or piece.linked
        or piece.index <= regions.body_at
        or fold(piece.text) in _NEVER_HEADING
    ):
        return False
    for after in page.pieces[piece.index + 1 : min(piece.index + 2, regions.story.stop)]:
        if after.image is None and after.size >= 60 and not after.hrefs and not regions.teaser[after.index]:
            here = page.place_of(piece)
            return page.place_of(after) == here or (
                here not in page.ancestors(page.boxes[regions.body_box]) and here in page.ancestors(page.box_of(after))
            )
    return False


def _offers_file(page: Page, piece: Piece) -> bool:
    """Whether a line is no sentence, only a file to take away (`Tải về: chi-thi.pdf`)."""
    if piece.linked < piece.size * 0.3 or piece.size > 160 or ends_sentence(piece.text):
        return False
    return all(leads_to_file(page.join(href) or "") for href in piece.hrefs)


def _is_related(page: Page, piece: Piece) -> bool:
    """A line that is nothing but a link to another article, or an invitation to one."""
    if not piece.hrefs:
        return False
    if piece.linked > piece.size * 0.5 and _is_dated_link(piece) and page.leads_elsewhere(piece.href):
        return True
    if piece.linked > piece.size * 0.4 and opens_related(piece.text) and page.leads_elsewhere(piece.hrefs[-1]):
        return True
    return (
        piece.is_link
        and piece.size >= 15
        and page.leads_elsewhere(piece.href)
        and (piece.size <= 220 or not ends_sentence(piece.text))
    )


def _is_dated_link(piece: Piece) -> bool:
    """Whether a line is one link with nothing but a date beside it: an earlier article of the same run of events."""
    if len(piece.hrefs) > 1 or piece.size - piece.linked < 8:
        return False
    stamp = find_stamp(piece.text.replace(clean(piece.link_texts[0]), " ", 1))
    return stamp is not None and not stamp.rest


def _take_head(page: Page, regions: Regions, story: Story, pieces: list[Piece]) -> list[Piece]:
    """Take date, names and lead off the beginning; returns what is left."""
    rest: list[Piece] = []
    in_head = True
    waiting: time | None = None
    for position, piece in enumerate(pieces):
        if not in_head or piece.image is not None:
            rest.append(piece)
            continue
        clock = read_time(piece.text)
        if clock is not None:  # printed apart from its date, after it or before
            story.stamps = [
                (index, stamp if stamp.time else dataclasses.replace(stamp, time=clock))
                for index, stamp in story.stamps
            ]
            waiting = clock if not story.stamps else None
            continue
        stamp = find_stamp(piece.text)
        if stamp is not None and len(stamp.rest) <= 60 and not (piece.size > 80 and ends_sentence(piece.text)):
            story.stamps.append((piece.index, stamp if stamp.time else dataclasses.replace(stamp, time=waiting)))
            if stamp.more and (second := find_stamp(stamp.more)):
                story.stamps.append((piece.index, second))
            story.names.append(piece)
            continue
        if any(other.image is None for other in rest):  # the text has begun
            in_head = False
            rest.append(piece)
            continue
        rule = _lead_rule(page, regions, story, piece, pieces[position + 1 :])
        if rule:
            story.lead = piece.text if story.lead is None else f"{story.lead} {piece.text}"
            story.lead_rule = story.lead_rule or rule
            continue
        outside = piece.index < regions.body_at
        if (
            outside
            or (
                piece.size < _LEAD_SHORTEST
                and not ends_sentence(piece.text)
                and piece.text[-1] not in ",:;"  # a form of address, the beginning of a list
                and not piece.is_bold
                and _prose_follows(pieces[position + 1 :])
                and len(rest) == 0
                and piece.level == 0
            )
        ):
            if outside and story.lead is None and piece.size >= 60 and ends_sentence(piece.text):
                rest.append(piece)  # prose under the headline that nothing sets apart
            else:
                story.names.append(piece)
            continue
        in_head = False
        rest.append(piece)
    return rest


def _prose_follows(pieces: list[Piece]) -> bool:
    return any(piece.image is None and piece.size >= 60 for piece in pieces[:3])


def _lead_rule(page: Page, regions: Regions, story: Story, piece: Piece, following: list[Piece]) -> str:
    """Which rule makes a line the standfirst; empty where none does."""
    if (
        piece.size < _LEAD_SHORTEST
        or piece.is_link
        or not any(other.image is None and other.size >= 40 for other in following)
    ):
        return ""
    outside = piece.index < regions.body_at
    described = any(_says_the_same(text, piece.text) for _, text in page.meta.description)
    if story.lead is not None:
        return story.lead_rule if _continues_lead(page, regions, story, piece) else ""
    if outside:
        if page.identity is not None and find_dateline(piece.text) and not (piece.is_bold or piece.level):
            return ""
        return "description" if described else "heading" if piece.level else "bold" if piece.is_bold else "before-body"
    if page.identity is not None and find_dateline(piece.text):
        # On this site the paragraph with the dateline opens the body, bold or not; unless it is said twice.
        return (
            "repeated"
            if any(other.image is None and same_words(piece.text, other.text) for other in following[:2])
            else ""
        )
    if piece.level and piece.size >= 80:
        return "heading"
    if (
        piece.is_bold
        and piece.size >= 60
        and (ends_sentence(piece.text) or piece.size >= 110)
        and not all(other.is_bold for other in following[:2] if other.image is None)
    ):
        return "bold"
    if piece.is_italic and described:
        return "description"
    if described or LEAD.search(page.box_of(piece).element.get("class") or ""):
        return ("description" if described else "set-apart") if _set_apart(page, piece, following) else ""
    return "over-date" if not story.stamps and following and _is_dated(following[0]) else ""


def _is_dated(piece: Piece) -> bool:
    """Whether a line says when the article was published, and at most by whom:
    what stands between headline and it is no body yet.
    """
    if piece.image is not None or piece.size > 80 or piece.is_bold or piece.level:
        return False
    stamp = find_stamp(piece.text)
    return stamp is not None and (not stamp.rest or parse_byline(stamp.rest) is not None)


def _continues_lead(page: Page, regions: Regions, story: Story, piece: Piece) -> bool:
    before = page.pieces[piece.index - 1]
    return (before.image is None and before.text != "" and story.lead is not None and story.lead.endswith(before.text)
            and (before.level, before.is_bold) == (piece.level,
            piece.is_bold) and (piece.is_bold or piece.level > 0 or before.box == piece.box)
            and (piece.index < regions.body_at or (piece.box == before.box and piece.breaks == 1)))  # fmt: skip


def _says_the_same(description: str, text: str) -> bool:
    """Whether a line is the page's description, cut or without its dateline."""
    found = find_dateline(text)
    one, other = fold(description.rstrip(". …")), fold(text)
    bare = fold(text[found[1] :]) if found else other
    return len(one) >= 40 and (
        0 <= other.find(one) <= 16  # a paper's mark may stand before it
        or bare.startswith(one)
        or (one.startswith(bare) and len(bare) >= 40)
        or one.startswith(other)
    )


def _set_apart(page: Page, piece: Piece, following: list[Piece]) -> bool:
    """Whether the first line of a body is set in another way than those that follow."""
    others = [other for other in following if other.image is None and other.size >= 40][:3]
    own = page.box_of(piece)
    kind = (own.tag, own.element.get("class"), own.parent)
    return (
        bool(others)
        and all(
            (box.tag, box.element.get("class"), box.parent) != kind for box in (page.box_of(other) for other in others)
        )
        and (
            own.tag != "p"
            or (kind[1] is not None and len({page.box_of(other).element.get("class") for other in others}) == 1)
            or _has_block_of_its_own(page, piece, others)
        )
    )


def _has_block_of_its_own(page: Page, piece: Piece, others: list[Piece]) -> bool:
    """Whether a wrapper holds nothing but this paragraph, while the next ones share theirs."""
    return (
        len(others) > 1
        and len(places := {page.place_of(each) for each in others}) == 1
        and page.place_of(piece) not in places
    )


def _drop_repeated_lead(page: Page, story: Story, lines: list[Line | int]) -> None:
    for line in lines:
        if isinstance(line, Line):
            if story.lead and same_words(story.lead, " ".join(piece.text for piece in line.pieces)):
                lines.remove(line)
                page.ledger.refuse("body", "first-paragraph", story.lead, "the lead, word for word")
            return
