"""Titles: the headline, found where the page shows it and checked against its address."""

import dataclasses
import re
from dataclasses import dataclass

from crawler.pages.fields.told import Title, find_last_resort, find_told, parts_of, told_by_address
from crawler.pages.html.tree import ASIDE, FOOTER, ITEM, NAV, OUTSIDE, Piece
from crawler.pages.places.page import Page
from crawler.pages.places.regions import find_regions
from crawler.pages.words.labels import find_label
from crawler.pages.words.names import parse_byline
from crawler.pages.words.slug import resembles_slug, slug_matches
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import alphabet, ends_sentence, first_word, fold

_LONGEST = 350
_DATED = "slug, before its date"
_DATE_ENDS = frozenset("0123456789)Mm")
_LETTERS: dict[str, set[str]] = {}
"""By each plain letter those of the language that are written so in an address."""
for (
    _letter
) in "abcdefghijklmnopqrstuvwxyz0123456789àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ":
    _LETTERS.setdefault(alphabet(_letter), set()).add(_letter)
_TITLE_CLASS = re.compile(r"title|tieu-?de|headline", re.IGNORECASE)
_ADDED = 24
"""Characters that a heading may have around the headline that metadata tell: `Title:`, a date."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the headline should look like, folded once."""

    titles: dict[str, str]
    """Folded, and as told."""
    page_title: str
    parts: frozenset[str]
    first_words: frozenset[str]
    slug: str
    slug_start: str
    initials: frozenset[str]
    """The first letters, in lower case, that a line can have which is worth a comparison."""


def find_title(page: Page) -> Title | None:
    """The headline by weight of evidence: the slug, the heading's rank, what metadata say.
    None where nothing speaks for any line.
    """
    wanted = _wanted(page)
    best: Title | None = None
    best_score = 24.0
    for piece in page.pieces:
        first = piece.text[:1].lower()
        if first not in wanted.initials and not 0 < piece.level <= 3 and (not first or first.isalnum()):
            continue  # the first letter is looked at before whole texts are compared: few lines pass
        if not 5 <= len(piece.text) <= _LONGEST and (piece.level != 1 or fold(piece.text) not in wanted.titles):
            continue
        score, rule, text = _weigh(page, piece, wanted)
        if score > best_score:
            if best is not None:
                page.ledger.refuse("title", best.rule, best.text, "another line has more evidence")
            best, best_score = Title(text=text, rule=rule, at=piece.index), score
        elif score >= 25:
            page.ledger.refuse("title", rule, piece.text, "another line has more evidence, or the same and comes first")
    if page.slug and (best is None or not slug_matches(best.text, page.slug)):
        best = _find_broken(page, wanted) or best
    if best is None:
        best = find_told(page)
    elif (told := told_by_address(page, best)) is not None:
        page.ledger.refuse("title", best.rule, best.text, "the page tells machines of another, which is its address's")
        best = told
    elif again := _find_again(page, best):
        best = dataclasses.replace(best, again=again)
    if best is not None:
        page.ledger.take("title", best.rule, best.text)
        if page.slug and resembles_slug(best.text, page.slug) < 0.6:
            page.ledger.warn("title-slug-mismatch")
    return best


def _find_broken(page: Page, wanted: _Wanted) -> Title | None:
    """A headline that line breaks part, as its slug tells: two or three lines of one block."""
    for piece in page.pieces:
        if piece.image is not None or piece.is_link or alphabet(piece.text[:12])[:5] != wanted.slug_start:
            continue
        text = piece.text
        for after in page.pieces[piece.index + 1 : piece.index + 3]:
            if after.box != piece.box or after.image is not None:
                break
            text = f"{text} {after.text}"
            if slug_matches(text, page.slug):
                return Title(text=text, rule="slug", at=after.index)
    return None


def guess_title(page: Page) -> Title | None:
    """The line that stands like a headline over prose and date, on a page whose metadata,
    address and headings tell of none.
    """
    regions = find_regions(page, -1)
    if regions is None or sum(piece.size for piece in page.pieces[regions.body_at : regions.story.stop]) < 300:
        return None
    best: Piece | None = None
    best_text, best_score = "", 0
    for piece in page.pieces[max(0, regions.body_at - 10) : regions.body_at + 2]:
        if (
            piece.image is not None
            or not 15 <= piece.size <= 200
            or piece.linked
            or ends_sentence(piece.text)
            or find_label(piece.text)
        ):
            continue
        text = _without_date(piece.text)
        if page.box_of(piece).flags & OUTSIDE or not piece.text[0].isalnum() or len(text) < 15:
            continue
        dated = text != piece.text
        if dated and (":" in text or parse_byline(text)):
            continue  # who put it up, and when
        dated = dated or any(
            len(after.text) < 100 and find_stamp(after.text) for after in page.pieces[piece.index + 1 : piece.index + 3]
        )
        score = (
            2 * dated
            + (piece.is_bold or piece.level > 0)
            + 2 * (_TITLE_CLASS.search(page.class_of(page.box_of(piece))) is not None)
        )
        if score >= max(2, best_score):
            best, best_text, best_score = piece, text, score
    if best is None:
        last = find_last_resort(page)
        if last is not None:
            page.ledger.take("title", last.rule, last.text)
        return last
    page.ledger.take("title", "over-date-and-text", best_text)
    return Title(text=best_text, rule="over-date-and-text", at=best.index)


def _without_date(text: str) -> str:
    """What stands before the date in a line that has both."""
    stamp = find_stamp(text)
    return stamp.sides[0].rstrip(" \t(|,;:-–—•·") if stamp else text


def _find_again(page: Page, title: Title) -> tuple[int, ...]:
    pieces = page.pieces[title.at + 1 :]
    return tuple(
        piece.index
        for piece in pieces
        if piece.text == title.text and not (piece.is_link and page.leads_elsewhere(piece.href))
    )


def _wanted(page: Page) -> _Wanted:
    titles = {fold(text): text for _, text in page.meta.title if text}
    page_title = fold(page.meta.page_title)
    parts = parts_of(page)
    starts = {first_word(text) for text in (*titles, page_title, *parts)}
    slug_start = alphabet(page.slug[:14])[:5]
    initials = {word[:1] for word in starts} | _LETTERS.get(slug_start[:1], set())
    return _Wanted(
        titles, page_title, frozenset(map(fold, parts)), frozenset(starts), page.slug, slug_start, frozenset(initials)
    )


def _weigh(page: Page, piece: Piece, wanted: _Wanted) -> tuple[float, str, str]:
    """How much speaks for a line, by which rule most, and the headline in it."""
    score, rule, text = 0.0, "heading", piece.text
    heading = 0 < piece.level <= 3
    if heading:
        score = {1: 30.0, 2: 12.0, 3: 6.0}[piece.level]
        rule = f"h{piece.level}"
    word = first_word(text)
    begins = alphabet(word[:1]) == wanted.slug_start[:1] and alphabet(text[:12])[:5] == wanted.slug_start
    if wanted.slug and (piece.level == 1 or begins):
        if slug_matches(text, wanted.slug):
            score, rule = score + 50, "slug"
        elif begins and text[-1] in _DATE_ENDS and slug_matches(_without_date(text), wanted.slug):
            score, rule, text = score + 50, _DATED, _without_date(text)
        elif piece.level == 1:
            score += 25 * resembles_slug(text, wanted.slug)
    told = False
    if word in wanted.first_words:
        more, told_rule, told = _weigh_told(text, wanted)
        score, rule = score + more, told_rule if more and rule == "heading" else rule
    if heading and not told and (held := _find_held(text, wanted)):
        score, rule, text, told = score + 24, "metadata-shown", held, True
    if not score:
        return 0.0, rule, text
    return score - _doubt(page, piece, told), rule, text


def _weigh_told(text: str, wanted: _Wanted) -> tuple[float, str, bool]:
    """What speaks for a line because machines are told the same, by which rule, and whether all of it is said there."""
    score, rule, folded = 0.0, "", fold(text)
    told = folded in wanted.titles
    if told:
        score, rule = 28.0, "metadata-shown"
    if len(folded) >= 8 and (starts := wanted.page_title.startswith(folded)) | wanted.page_title.endswith(folded):
        # the paper's name usually ends the page's title; a whole part of it is more than its first word
        score += (16 if starts else 8) + (12 if folded in wanted.parts else 0)
        rule = rule or "page-title-shown"
        told = told or folded in wanted.parts
    return score, rule, told


def _find_held(text: str, wanted: _Wanted) -> str | None:
    """The told title that a heading begins or ends with, a few words aside."""
    folded = fold(text)
    for title, printed in wanted.titles.items():
        if 12 <= len(title) < len(folded) <= len(title) + _ADDED and (
            folded.startswith(title) or folded.endswith(title)
        ):
            return printed
    return None


def _doubt(page: Page, piece: Piece, told: bool) -> float:
    """What speaks against a line: a link to elsewhere, a place in a menu, a list or the foot."""
    box, doubt = page.box_of(piece), 0.0
    if piece.is_link and (not piece.hrefs or page.leads_elsewhere(piece.href)):
        doubt += 10 if told and piece.level == 1 and not page.leads_home(piece.href) else 45
    if box.flags & (NAV | FOOTER | ASIDE):
        doubt += 35
    if box.flags & ITEM:
        doubt += 6
    return doubt - 2 if piece.is_bold else doubt
