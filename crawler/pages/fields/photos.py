"""Captions: which lines describe a photo, by where they stand to it, how they are set, and what the alt says."""

import re
from dataclasses import dataclass, field
from typing import Any

from crawler.items import Image
from crawler.pages.fields.overline import find_line_over_opening
from crawler.pages.fields.unseen import find_unseen
from crawler.pages.html.images import find_source
from crawler.pages.html.tree import ASIDE, CAPTION, FIGURE, FOOTER, NAV, TABLE, Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.places.regions import Regions
from crawler.pages.words.credits import has_credit, is_alt_of, split_credit
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.names import is_person, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import clean, ends_sentence, fold, undoubled

_CAPTION_CLASS = re.compile(
    r"caption|chu[-_]?thich|(?:photo|img|image|picture|(?<![a-z])pic)[-_]?(?:note|desc)", re.IGNORECASE
)
_MADE_BY = re.compile(r"[.…!?)\s](?:ảnh|video|clip|đồ h[oọ][aạ]|infographic)\s*:\s*[^:.]{2,40}\.?$", re.IGNORECASE)
"""How a short line ends that describes a photo or a video, wherever that is."""
_ADJOINING = re.compile(r"(?<=[.!?…)”\"])(?=(?:Ảnh|Nguồn|Đồ họa|Video|Clip)\s?:)")
"""Where a credit follows in an element of its own, set off by style alone."""
_SMALL_TYPE = re.compile(
    r"font-size\s*:\s*(?:[0-9]px|1[0-2](?:\.\d+)?px|[0-9]pt|[a-z-]*small|0?\.[0-9]+em|[5-8]\d%)", re.IGNORECASE
)
_LONGEST = 420
"""Characters that a caption may have where its place alone speaks for it."""
_FRAME_TAGS = frozenset({"table", "figure", "dl"})


@dataclass(slots=True)
class Shown:
    """The photos of the article, and the lines that are captions."""

    images: list[Image] = field(default_factory=list)
    at: dict[int, int] = field(default_factory=dict)
    """Piece of a photo → index into `images`."""
    captions: set[int] = field(default_factory=set)
    """Pieces that are captions, repeated ones too: none of them belongs to the body."""
    texts: list[str] = field(default_factory=list)
    """The captions in page order, those of photos without an address too."""
    rules: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Photo:
    piece: Piece
    url: str
    alt: str
    lines: list[Piece] = field(default_factory=list)
    rule: str = ""


def find_photos(page: Page, regions: Regions) -> Shown:
    """The photos from the headline to the article's end with their captions."""
    shown = Shown()
    photos = [_open(page, piece) for piece in _photo_pieces(page, regions)]
    centred = _body_is_centred(page, regions)
    framed: set[int] = set()
    for photo in photos:
        if photo.piece.index not in framed:
            framed |= _read_frame(page, regions, photo, photos, shown)
    for number, photo in enumerate(photos):
        if not photo.lines:
            following = photos[number + 1].piece.index if number + 1 < len(photos) else -1
            _read_next_line(page, regions, photo, following, shown, centred)
    photos = [*(photo for photo in photos if photo.rule != "portrait"), *_read_unseen(page, regions, shown, centred)]
    photos.sort(key=lambda photo: photo.piece.index)
    told: dict[int, str] = {}
    _list_images(photos, shown, told)
    _read_alone(page, regions, shown, told)
    shown.texts = [told[index] for index in sorted(told)]
    return shown


def _list_images(photos: list[_Photo], shown: Shown, told: dict[int, str]) -> None:
    """Each photo once, by its address."""
    seen: dict[str, int] = {}
    for photo in photos:
        image = _make(photo)
        if image.caption:
            told[photo.lines[0].index] = image.caption
        if not image.url:
            continue  # a placeholder that a script would fill: its caption is there all the same
        known = seen.get(image.url)
        if known is None:
            known = seen[image.url] = len(shown.images)
            shown.images.append(image)
        elif image.caption and not shown.images[known].caption:
            shown.images[known] = image
        if photo.piece.image is not None:
            shown.at[photo.piece.index] = known
        if photo.rule:
            shown.rules.append(photo.rule)


def _read_alone(page: Page, regions: Regions, shown: Shown, told: dict[int, str]) -> None:
    """Captions whatever became of their photos: the line over the dateline, and those that say everything twice,
    as alt and caption do.
    """
    line = find_line_over_opening(page, regions, shown.captions)
    if line is not None:
        shown.captions.add(line.index)
        told[line.index] = undoubled(line.text)
        shown.rules.append("over-dateline")
    for piece in page.pieces[regions.story.start : regions.story.stop]:
        if not 30 <= piece.size <= 2 * _LONGEST or piece.index in shown.captions or regions.teaser[piece.index]:
            continue
        half = len(piece.text) // 2
        if piece.text.find(piece.text[:6], half - 1, half + 8) < 0:  # a cheap look first
            continue
        once = undoubled(piece.text)
        if once != piece.text and once.count(" ") >= 3:  # words: dates and clocks for machines come in pairs as well
            shown.captions.add(piece.index)
            told[piece.index] = once
            shown.rules.append("doubled")


def _read_unseen(page: Page, regions: Regions, shown: Shown, centred: bool) -> list[_Photo]:
    """Photos that are set as backgrounds. What describes a player is no photo's caption, and no paragraph either."""
    found = []
    for box, behind in find_unseen(page, regions):
        photo = _Photo(Piece(box.first - 1, box.index), page.join(behind) or "" if behind else "", "")
        line = page.pieces[box.first] if box.first < regions.story.stop else None
        unread = line is not None and box.first not in shown.captions
        score, rule = _score_line(page, regions, photo, line, centred) if line is not None and unread else (0.0, "")
        if (
            line is not None
            and score >= 2
            and (behind or (line.size <= 250 and _is_one_of_several(page, regions, line)))
        ):
            photo.lines, photo.rule = [line], rule
            shown.captions.add(line.index)
        if behind:
            found.append(photo)
    return found


def _is_one_of_several(page: Page, regions: Regions, line: Piece) -> bool:
    """Whether the story has other prose than this line: a page about a video may have no more than a line or two."""
    return any(piece.size >= 80 and piece is not line for piece in page.pieces[regions.body_at : regions.story.stop])


def _photo_pieces(page: Page, regions: Regions) -> list[Piece]:
    found = []
    for piece in page.pieces[regions.story.start : regions.story.stop]:
        if piece.image is None or regions.teaser[piece.index]:
            continue
        flags = page.box_of(piece).flags
        if flags & (NAV | FOOTER | ASIDE) and not flags & FIGURE:
            continue
        if piece.href and page.leads_elsewhere(piece.href) and not flags & FIGURE:
            continue  # a banner, or another article's picture
        if piece.index < regions.body_at and not flags & FIGURE and _is_portrait(page, piece):
            continue
        found.append(piece)
    return found


def _is_portrait(page: Page, photo: Piece) -> bool:
    """Whether a picture over the text is followed by a link to its author."""
    after = page.pieces[photo.index + 1] if photo.index + 1 < len(page.pieces) else None
    return (
        after is not None
        and after.image is None
        and after.is_link
        and after.size <= 110
        and page.leads_to_author(after)
    )


def _open(page: Page, piece: Piece) -> _Photo:
    return _Photo(piece, find_source(piece.image, page.meta.base) or "", clean(piece.image.get("alt") or ""))


def _read_frame(page: Page, regions: Regions, photo: _Photo, photos: list[_Photo], shown: Shown) -> set[int]:
    """Captions from the block that holds photo and text and nothing else: a figure, a two-row table, a box.
    Returns the photos settled.
    """
    frame = _find_frame(page, regions, photo.piece)
    if frame is None:
        return set()
    inside = [other for other in photos if frame.first <= other.piece.index < frame.last]
    lines = [
        piece
        for piece in page.pieces[frame.first : frame.last]
        if piece.image is None and piece.index not in shown.captions
    ]
    if photo.piece.index < regions.body_at and any(
        find_stamp(line.text) or (not frame.flags & FIGURE and (is_person(line.text) or page.leads_to_author(line)))
        for line in lines
    ):
        for other in inside:
            other.rule = "portrait"  # the author's picture beside name and date
        return {other.piece.index for other in inside}
    groups = _share_out(inside, lines)
    for other, group in zip(inside, groups, strict=True):
        other.lines = group
        if group:
            other.rule = (
                "figure" if frame.flags & FIGURE else "table" if frame.tag in {"table", "tbody", "tr"} else "box"
            )
    shown.captions.update(line.index for line in lines)
    return {other.piece.index for other in inside}


def _find_frame(page: Page, regions: Regions, piece: Piece) -> Box | None:
    boxes = page.boxes
    box = boxes[piece.box]
    found: Box | None = None
    while box.index and box.index != regions.body_box and not box.first <= regions.title_at < box.last:
        if box.first < regions.story.start or box.last > regions.story.stop:
            break
        pieces = page.pieces[box.first : box.last]
        texts = [other for other in pieces if other.image is None]
        pictures = len(pieces) - len(texts)
        if box.tag in _FRAME_TAGS or (box.flags & FIGURE and not boxes[box.parent].flags & FIGURE):
            if _may_be_captions(texts, pictures, strict=False):
                found = box if texts else found
            elif (
                box.flags & FIGURE
                and (captioned := [t for t in texts if boxes[t.box].flags & CAPTION])
                and len(captioned) == len(texts)
            ):
                found = box
            else:
                break
        elif texts:
            if not _may_be_captions(texts, pictures, strict=True) or any(
                regions.labels.get(text.index) for text in texts
            ):
                break
            if found is None and _is_box_of_caption(page, box, piece, texts):
                found = box
            elif found is None:
                break
            elif texts[-1].index >= found.last or texts[0].index < found.first:
                if box.tag not in {"tr", "tbody", "td", "table"}:
                    break
                found = box
        box = boxes[box.parent]
    return found


def _may_be_captions(texts: list[Piece], pictures: int, *, strict: bool) -> bool:
    longest = 300 if strict else _LONGEST
    return (len(texts) <= pictures * 2 + (0 if strict else 1)
            and sum(text.size for text in texts) <= longest * max(pictures, 1)
            and all(text.size <= longest and not text.is_link and not find_dateline(text.text) for text in texts)
            and not any(0 < text.level <= 3 for text in texts))  # fmt: skip


def _is_box_of_caption(page: Page, box: Box, photo: Piece, texts: list[Piece]) -> bool:
    """Whether a block that holds a photo and a line or two is a framed photo,
    rather than a paragraph with a picture in it.
    """
    alt = photo.image.get("alt") or ""
    if any(is_alt_of(alt, text.text) or text.is_italic or has_credit(text.text) for text in texts):
        return True
    if all(text.box != photo.box for text in texts):
        return texts[0].index > photo.index and not _speaks(alt, texts)
    apart = (
        texts[0].breaks > 0
        or box.align == "center"
        or (box.tag != "p" and _has_element_of_its_own(photo.image, texts[0].text))
    )
    return texts[0].index > photo.index and apart and all(text.size <= 250 for text in texts)


def _has_element_of_its_own(image: Any, text: str) -> bool:
    """Whether the element right behind an image holds the whole line:
    in a paragraph with a picture the text stands bare.
    """
    after = image.getnext()
    return (
        not (image.tail or "").strip()
        and after is not None
        and len(after.tail or "") < 200
        and clean("".join(after.itertext())) == text
    )


def _speaks(alt: str, texts: list[Piece]) -> bool:
    """Whether text beside a portrait is what its subject says, rather than a caption:
    the alt is a name, and the text has none of it.
    """
    named = parse_byline(alt) if sum(text.size for text in texts) >= 80 else None
    people = named.people if named is not None else []
    return bool(people) and not any(fold(person) in fold(text.text) for person in people for text in texts)


def _share_out(photos: list[_Photo], lines: list[Piece]) -> list[list[Piece]]:
    """Which line describes which photo: one for each, all for the only one, else each line the photo before it."""
    if len(photos) == 1:
        return [lines]
    if len(photos) == len(lines):
        return [[line] for line in lines]
    groups: list[list[Piece]] = [[] for _ in photos]
    for line in lines:
        before = [number for number, photo in enumerate(photos) if photo.piece.index < line.index]
        groups[before[-1] if before else 0].append(line)
    return groups


def _read_next_line(page: Page, regions: Regions, photo: _Photo, following: int, shown: Shown, centred: bool) -> None:
    """A caption that only stands after its photo (or, where the alt says so, before it)."""
    index = photo.piece.index + 1
    while index < regions.story.stop and page.pieces[index].image is not None and index == following:
        return  # a row of photos: what comes after the last describes it
    if index < regions.story.stop:
        line = page.pieces[index]
        score, rule = _score_line(page, regions, photo, line, centred)
        if index not in shown.captions and score >= 2:
            photo.lines, photo.rule = [line], rule
            shown.captions.add(index)
            follower = page.pieces[index + 1] if index + 1 < regions.story.stop else None
            if follower is not None and follower.image is None:
                if fold(follower.text) == fold(line.text):
                    shown.captions.add(follower.index)
                elif follower.size <= 60 and split_credit(follower.text)[0] == "":  # the credit, in a line of its own
                    photo.lines.append(follower)
                    shown.captions.add(follower.index)
            return
        if line.image is None:
            page.ledger.refuse("captions", rule or "after-photo", line.text, "nothing but its place speaks for it")
    before = page.pieces[photo.piece.index - 1] if photo.piece.index > regions.story.start else None
    if before is None or before.image is not None or before.index in shown.captions or before.size > _LONGEST:
        return
    if photo.alt and fold(photo.alt) == fold(before.text):
        photo.lines, photo.rule = [before], "alt, before the photo"
        shown.captions.add(before.index)


def _score_line(page: Page, regions: Regions, photo: _Photo, line: Piece, centred: bool) -> tuple[float, str]:
    if (
        line.image is not None
        or line.is_link
        or line.size > _LONGEST
        or 0 < line.level <= 3
        or regions.labels.get(line.index)
        or regions.teaser[line.index]
    ):
        return 0.0, ""
    if find_dateline(line.text) or (find_stamp(line.text) and line.size < 40):
        return 0.0, ""
    box = page.box_of(line)
    score, rule = 0.0, "after-photo"
    if is_alt_of(photo.alt, line.text) or is_alt_of(photo.alt, undoubled(line.text)):
        return 3.0, "alt"
    if line.is_italic:
        score, rule = score + 2, "italic"
    if box.align == "center" and not centred:
        score, rule = score + 2, "centred"
    if has_credit(line.text) and line.size <= 300:
        score, rule = score + 2, "credit"
    if undoubled(line.text) != line.text:
        score, rule = score + 2, "doubled"
    if _CAPTION_CLASS.search(box.element.get("class") or "") or box.flags & CAPTION:
        score, rule = score + 2, "caption-class"
    if _SMALL_TYPE.search(box.element.get("style") or ""):
        score += 1
    after = page.pieces[line.index + 1] if line.index + 1 < regions.story.stop else None
    if line.box == photo.piece.box and line.breaks == 1 and line.size <= 250:
        apart = after is None or after.box != line.box or after.breaks != 1 or after.image is not None
        score, rule = score + (2 if apart else 1), "line-under-photo"
    if line.index < regions.body_at and line.size <= 220 and not line.is_bold:
        score += 1
        if after is not None and after.image is None and (find_dateline(after.text) or after.is_bold):
            score += 1
    elif (
        line.index <= regions.body_at + 2
        and line.size <= 220
        and not line.is_bold
        and after is not None
        and after.image is None
        and find_dateline(after.text)
    ):
        score, rule = score + 2, "before-dateline"  # the lead photo's: the story itself begins with its dateline
    if line.size <= 120 and not line.is_bold:
        score += 0.5
        if line.box != photo.piece.box and _stands_out(page, regions, line):
            score += 1.5
    if line.size > 260:
        score -= 1.5
    if line.is_bold and not ends_sentence(line.text):
        score -= 1
    return score, rule


def _stands_out(page: Page, regions: Regions, line: Piece) -> bool:
    """Whether a short line under a photo is set unlike the paragraphs,
    or is one short sentence between two much longer ones.
    """
    paragraphs = [
        piece for piece in page.pieces[regions.body_at : regions.story.stop] if piece.image is None and piece.size > 90
    ]
    box = page.box_of(line)
    kind = (box.tag, box.element.get("class"))
    if (
        len(paragraphs) >= 3
        and box.element.get("class")
        and all((page.box_of(p).tag, page.box_of(p).element.get("class")) != kind for p in paragraphs)
    ):
        return True
    around = [piece for piece in paragraphs if piece.index in {line.index - 2, line.index + 1}]
    return (
        len(around) == 2
        and ends_sentence(line.text)
        and line.text[0] not in '-–+•“"'
        and all(piece.size >= line.size * 1.6 and piece.box != line.box for piece in around)
    )


def is_captioned(page: Page, piece: Piece) -> bool:
    """Whether the markup itself calls a line a caption, e.g. under a video, which has no photo to belong to."""
    box = page.box_of(piece)
    if box.flags & CAPTION:
        return True
    if piece.size > _LONGEST:
        return False
    if piece.size <= 200 and _MADE_BY.search(piece.text[-70:]) and parse_byline(piece.text) is None:
        return True
    if box.flags & TABLE and piece.size <= 60 and split_credit(piece.text)[0] == "":
        return True  # who made the chart over it
    parent = page.boxes[box.parent]
    around = (
        f"{box.element.get('class') or ''}"
        f" {(parent.element.get('class') or '') if parent.last - parent.first <= 6 else ''}"
    )
    if _CAPTION_CLASS.search(around) is None:
        return False
    return not page.is_quoted(piece)


def _body_is_centred(page: Page, regions: Regions) -> bool:
    texts = [
        piece for piece in page.pieces[regions.body_at : regions.story.stop] if piece.image is None and piece.size > 120
    ]
    return sum(page.box_of(piece).align == "center" for piece in texts) * 2 > len(texts)


def _make(photo: _Photo) -> Image:
    lines: list[str] = []
    for line in photo.lines:
        text = _ADJOINING.sub(" ", undoubled(line.text))
        if not any(fold(text) == fold(other) for other in lines):
            lines.append(text)
    caption = " ".join(lines) or None
    credit = split_credit(caption)[1] if caption else None
    alt = photo.alt or None
    if (
        alt
        and caption
        and (is_alt_of(alt, caption) or fold(alt) == fold(caption) or is_alt_of(alt, split_credit(caption)[0]))
    ):
        alt = None
    return Image(url=photo.url, caption=caption, credit=credit, alt=alt)
