"""Captions: whether a line describes the photo beside it, by rows of evidence: its place, its setting, its words."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from crawler.pages.html.tree import CAPTION, TABLE, Box, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import STANDFIRST, Page
from crawler.pages.places.prose import kind_of
from crawler.pages.places.rules import CAPTIONS, Rule
from crawler.pages.words.credits import has_credit, is_alt_of, split_credit
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.names import parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import ends_sentence, is_numbered, undoubled
from crawler.remembered import remembered

ENOUGH = 2.0
"""What the rows for a line must add up to."""
LONGEST = 420
"""Characters that a caption may have where its place alone speaks for it."""
_PARAGRAPH = 90
"""Characters that paragraphs have more of."""
_CAPTION_CLASS = re.compile(
    r"caption|chu[-_]?thich|(?:photo|img|image|picture|(?<![a-z])pic)[-_]?(?:note|desc)", re.IGNORECASE
)
_MADE_BY = re.compile(r"[.…!?)\s](?:ảnh|video|clip|đồ h[oọ][aạ]|infographic)\s*:\s*[^:.]{2,40}\.?$", re.IGNORECASE)
"""How a short line ends that describes a photo or a video, wherever that is."""
_SMALL_TYPE = re.compile(
    r"font-size\s*:\s*(?:[0-9]px|1[0-3](?:\.\d+)?px|(?:[0-9]|10)(?:\.\d+)?pt|[a-z-]*small|0?\.[0-9]+em|[5-8]\d%)",
    re.IGNORECASE,
)


_SMALL_TAGS = frozenset({"small", "h5", "h6"})
"""What browsers show in smaller type than text."""


class StorySetting:
    """How the story is set: what a caption is held against. Each is measured once a page, where it is asked for."""

    def __init__(self, page: Page, claims: Claims) -> None:
        regions = claims.regions
        self.page, self.body_at = page, regions.body_at
        self.texts = [piece for piece in page.pieces[regions.body_at : regions.story.stop] if piece.image is None]
        self.paragraphs = [piece for piece in self.texts if piece.size > _PARAGRAPH]
        """The lines of some length, in page order."""

    @cached_property
    def kinds(self) -> Counter[tuple[str, str | None]]:
        """How many of them stand in blocks of each kind."""
        return Counter(kind_of(self.page, self.page.box_of(piece)) for piece in self.paragraphs)

    @cached_property
    def blocks(self) -> set[tuple[str, str | None]]:
        """The kinds of the blocks that hold paragraphs, and no photo."""
        boxes = self.page.boxes
        photos = [0, *accumulate(piece.image is not None for piece in self.page.pieces)]
        around = {self.page.box_of(piece).parent for piece in self.paragraphs}
        holders = (boxes[index] for index in around)
        return {kind_of(self.page, box) for box in holders if photos[box.last] == photos[box.first]}

    @cached_property
    def centred(self) -> bool:
        """Whether most of the text is centred, so that it says nothing of a line that it is."""
        return self._are_most(lambda piece: self.page.box_of(piece).align == "center")

    @cached_property
    def small(self) -> bool:
        """Whether most of the text is in small type, likewise."""
        return self._are_most(lambda piece: _is_small(self.page, piece))

    def _are_most(self, test: Callable[[Piece], bool]) -> bool:
        long = [piece for piece in self.texts if piece.size > 120]
        return sum(map(test, long)) * 2 > len(long)


@dataclass(slots=True)
class Described:
    """A line, the photo that it may describe, and what the rows look at."""

    page: Page
    claims: Claims
    setting: StorySetting
    photo: Piece
    alt: str
    line: Piece
    box: Box
    after: Piece | None
    """The next piece of the story."""


def score_line(
    page: Page, claims: Claims, setting: StorySetting, photo: Piece, alt: str, line: Piece
) -> tuple[float, list[str]]:
    """What speaks for a line as a photo's caption, and the rows that do, the decisive one last; 0 where vetoed."""
    following = line.index + 1
    after = page.pieces[following] if following < claims.regions.story.stop else None
    seen = Described(page, claims, setting, photo, alt, line, page.box_of(line), after)
    if _is_vetoed(seen):
        return 0.0, []
    spoke: list[Rule] = []
    for row in CAPTIONS:
        if TESTS[row.id](seen):
            spoke.append(row)
            if (row.weight or 0) >= _SURE:
                break
    spoke.sort(key=lambda row: row.weight or 0)
    return sum(row.weight or 0 for row in spoke), [row.id for row in spoke]


_SURE = 3.0
"""The weight of a row after which no other is asked."""


def _is_vetoed(seen: Described) -> bool:
    """Whether a line can be no caption: no text, a link, too long, a heading, a label, the opening, a date alone."""
    line, text = seen.line, seen.line.text
    if line.image is not None or line.is_link or line.size > LONGEST or 0 < line.level <= 3:
        return True
    if seen.claims.regions.labels.get(line.index) or seen.page.teaser[line.index]:
        return True
    if is_standfirst(seen.page, seen.setting, line) or (line.level and is_numbered(text)):
        return True
    return find_dateline(text) is not None or (line.size < 40 and find_stamp(text) is not None)


def is_standfirst(page: Page, setting: StorySetting, line: Piece) -> bool:
    """Whether a line over the text is called or set as standfirsts are, whatever photo stands beside it."""
    if line.index <= setting.body_at and line.is_bold and line.size > _PARAGRAPH and ends_sentence(line.text):
        return True
    if setting.paragraphs and setting.paragraphs[0].index < line.index:
        return False  # a paragraph stands over it
    return STANDFIRST.search(page.class_of(page.box_of(line))) is not None


def _repeats_alt(seen: Described) -> bool:
    return is_alt_of(seen.alt, seen.line.text) or is_alt_of(seen.alt, undoubled(seen.line.text))


def _is_small(page: Page, line: Piece) -> bool:
    """Whether a line is set in small type: by the style of its block or of the one element in it, or by rank."""
    element = page.box_of(line).element
    while element is not None:
        if element.tag in _SMALL_TAGS or _SMALL_TYPE.search(element.get("style") or ""):
            return True
        if element.tag == "font" and (element.get("size") or "") in {"1", "2", "-1", "-2"}:
            return True
        inner = [child for child in element if isinstance(child.tag, str) and child.tag not in {"img", "br"}]
        if len(inner) != 1 or (element.text or "").strip() or (inner[0].tail or "").strip():
            return False
        element = inner[0]
    return False


def _is_called_caption(seen: Described) -> bool:
    return bool(seen.box.flags & CAPTION) or _calls_caption(seen.box.element.get("class") or "")


@remembered(300)
def _calls_caption(classes: str) -> bool:
    return _CAPTION_CLASS.search(classes) is not None


def _is_right_under(seen: Described) -> bool:
    line = seen.line
    return line.box == seen.photo.box and line.breaks == 1 and line.size <= 250


def _stands_apart(seen: Described) -> bool:
    after, line = seen.after, seen.line
    return _is_right_under(seen) and (
        after is None or after.box != line.box or after.breaks != 1 or after.image is not None
    )


def _is_over_text(seen: Described) -> bool:
    line = seen.line
    return line.index < seen.claims.regions.body_at and line.size <= 220 and not line.is_bold


def _opens_after(seen: Described) -> bool:
    """Whether the story's dateline comes next."""
    after = seen.after
    return after is not None and after.image is None and find_dateline(after.text) is not None


def _is_over_opening(seen: Described) -> bool:
    bold = seen.after is not None and seen.after.image is None and seen.after.is_bold
    return _is_over_text(seen) and (bold or _opens_after(seen))


def _is_before_dateline(seen: Described) -> bool:
    line, body_at = seen.line, seen.claims.regions.body_at
    return body_at <= line.index <= body_at + 2 and line.size <= 220 and not line.is_bold and _opens_after(seen)


def _is_short(seen: Described) -> bool:
    return seen.line.size <= 120 and not seen.line.is_bold


def _stands_out(seen: Described) -> bool:
    """Whether a short line under a photo is set unlike the paragraphs,
    or is one short sentence between two much longer ones.
    """
    if not _is_short(seen) or seen.line.box == seen.photo.box:
        return False
    kind, setting = kind_of(seen.page, seen.box), seen.setting
    if len(setting.paragraphs) >= 3 and kind[1] and kind not in setting.kinds:
        return True
    return _is_between_paragraphs(seen)


def _is_between_paragraphs(seen: Described) -> bool:
    line, pieces = seen.line, seen.page.pieces
    start, stop = seen.claims.regions.body_at, seen.claims.regions.story.stop
    around = [pieces[index] for index in (line.index - 2, line.index + 1) if start <= index < stop]
    return (
        len(around) == 2
        and ends_sentence(line.text)
        and line.text[0] not in '-–+•“"'
        and all(piece.size > 90 and piece.size >= line.size * 1.6 and piece.box != line.box for piece in around)
    )


def _takes_turns(seen: Described) -> bool:
    """Whether photos and lines shorter than paragraphs take turns, on a page that has paragraphs besides."""
    pieces, regions, paragraphs = seen.page.pieces, seen.claims.regions, seen.setting.paragraphs
    turns = [at for at in (seen.photo.index - 2, seen.line.index + 1) if regions.body_at <= at < regions.story.stop - 1]
    return (
        len(paragraphs) >= 2
        and _may_take_turns(seen.line)
        and any(pieces[at].image is not None and _may_take_turns(pieces[at + 1]) for at in turns)
    )


def _may_take_turns(line: Piece) -> bool:
    return line.image is None and line.size <= _PARAGRAPH and not line.is_bold


TESTS: dict[str, Callable[[Described], bool]] = {
    "alt": _repeats_alt,
    "italic": lambda seen: seen.line.is_italic,
    "centred": lambda seen: seen.box.align == "center" and not seen.setting.centred,
    "credit": lambda seen: seen.line.size <= 300 and has_credit(seen.line.text),
    "doubled": lambda seen: undoubled(seen.line.text) != seen.line.text,
    "caption-class": _is_called_caption,
    "small-type": lambda seen: _is_small(seen.page, seen.line) and not seen.setting.small,
    "right-under": _is_right_under,
    "line-under-photo": _stands_apart,
    "over-text": _is_over_text,
    "over-opening": _is_over_opening,
    "before-dateline": _is_before_dateline,
    "short": _is_short,
    "stands-out": _stands_out,
    "takes-turns": _takes_turns,
    "long": lambda seen: seen.line.size > 260,
    "bold-and-open": lambda seen: seen.line.is_bold and not ends_sentence(seen.line.text),
}
"""What each row of evidence looks at."""


def _is_head_line(text: str) -> bool:
    """Whether a line says who wrote the article, or when it was published and by whom."""
    stamp = find_stamp(text)
    return any(parse_byline(part.strip(" |,-–—•·")) for part in (stamp.sides if stamp else (text,)))


def is_captioned(page: Page, piece: Piece) -> bool:
    """Whether the markup itself calls a line a caption, e.g. under a video, which has no photo to belong to."""
    box = page.box_of(piece)
    if box.flags & CAPTION:
        return True
    if piece.size > LONGEST:
        return False
    if piece.size <= 200 and _MADE_BY.search(piece.text[-70:]) and not _is_head_line(piece.text):
        return True
    if box.flags & TABLE and piece.size <= 60 and split_credit(piece.text)[0] == "":
        return True  # who made the chart over it
    parent = page.boxes[box.parent]
    around = box.element.get("class") or ""
    if parent.last - parent.first <= 6:
        around = f"{around} {parent.element.get('class') or ''}"
    return _calls_caption(around) and not page.is_quoted(piece)
