"""Titles: the headline, found where the page shows it and checked against its address."""

import dataclasses
import re
from dataclasses import dataclass

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
_LETTERS = {
    letter: alphabet(letter)
    for letter in (
        "abcdefghijklmnopqrstuvwxyz0123456789àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    )
}
"""Each letter of the language and its plain one."""
_TITLE_CLASS = re.compile(r"title|tieu-?de|headline", re.IGNORECASE)
_SITE_PARTS = re.compile(r"\s+(?:[|»›«·•]|::|[-–—])\s+|\s*\|\s*")


@dataclass(frozen=True, kw_only=True)
class Title:
    """The headline."""

    text: str
    rule: str
    at: int
    """Index of the piece that shows it; -1 where only metadata has it."""
    again: tuple[int, ...] = ()
    """Pieces further on that say the same and are no links: a slide before the article may show its headline first."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the headline should look like, folded once."""

    titles: frozenset[str]
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
        if not 5 <= len(piece.text) <= _LONGEST:
            continue
        score, rule = _weigh(page, piece, wanted)
        if score > best_score:
            if best is not None:
                page.ledger.refuse("title", best.rule, best.text, "another line has more evidence")
            text = _without_date(piece.text) if rule == _DATED else piece.text
            best, best_score = Title(text=text, rule=rule, at=piece.index), score
        elif score >= 25:
            page.ledger.refuse("title", rule, piece.text, "another line has more evidence, or the same and comes first")
    if page.slug and (best is None or not slug_matches(best.text, page.slug)):
        best = _find_broken(page, wanted) or best
    if best is None:
        best = _from_metadata(page)
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
        return None
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
    titles = frozenset(fold(text) for _, text in page.meta.title if text)
    page_title = fold(page.meta.page_title)
    starts = {first_word(text) for text in (*titles, page_title, *_SITE_PARTS.split(page.meta.page_title))}
    parts = frozenset(fold(part) for part in _SITE_PARTS.split(page.meta.page_title))
    slug_start = alphabet(page.slug[:14])[:5]
    initials = {word[:1] for word in starts} | {letter for letter, plain in _LETTERS.items() if plain == slug_start[:1]}
    return _Wanted(titles, page_title, parts, frozenset(starts), page.slug, slug_start, frozenset(initials))


def _weigh(page: Page, piece: Piece, wanted: _Wanted) -> tuple[float, str]:
    score, rule = 0.0, "heading"
    heading = 0 < piece.level <= 3
    if heading:
        score = {1: 30.0, 2: 12.0, 3: 6.0}[piece.level]
        rule = f"h{piece.level}"
    first = piece.text[0]
    if not heading and first.isalnum() and first.lower() not in wanted.initials:
        return 0.0, rule
    # the first letters are looked at before whole texts are compared: few lines pass
    word = first_word(piece.text)
    begins = alphabet(word[:1]) == wanted.slug_start[:1] and alphabet(piece.text[:12])[:5] == wanted.slug_start
    if wanted.slug and (piece.level == 1 or begins):
        if slug_matches(piece.text, wanted.slug):
            score += 50
            rule = "slug"
        elif begins and piece.text[-1] in _DATE_ENDS and slug_matches(_without_date(piece.text), wanted.slug):
            score += 50
            rule = _DATED
        elif piece.level == 1:
            score += 25 * resembles_slug(piece.text, wanted.slug)
    if word in wanted.first_words:
        folded = fold(piece.text)
        if folded in wanted.titles:
            score += 28
            rule = rule if rule != "heading" else "metadata-shown"
        if len(folded) >= 8 and (starts := wanted.page_title.startswith(folded)) | wanted.page_title.endswith(folded):
            # the paper's name usually ends the page's title; a whole part of it is more than its first word
            score += (16 if starts else 8) + (10 if folded in wanted.parts else 0)
            rule = rule if rule != "heading" else "page-title-shown"
    if not score:
        return 0.0, rule
    box = page.box_of(piece)
    if piece.is_link and (not piece.hrefs or page.leads_elsewhere(piece.href)):
        score -= 45
    if box.flags & (NAV | FOOTER | ASIDE):
        score -= 35
    if box.flags & ITEM:
        score -= 6
    if piece.is_bold:
        score += 2
    return score, rule


def _from_metadata(page: Page) -> Title | None:
    candidates = list(page.meta.title)
    if page.meta.page_title:
        parts = [
            part for part in _SITE_PARTS.split(page.meta.page_title) if part and fold(part) != fold(page.meta.site)
        ]
        whole = page.meta.page_title
        candidates += [
            ("title-element", text) for text in [*_beginnings(whole), *sorted(parts, key=len, reverse=True)[:1]]
        ]
    if page.slug:
        for rule, text in candidates:
            if slug_matches(text, page.slug):
                return Title(text=text, rule=f"{rule}, slug", at=-1)
    for rule, text in candidates:
        if rule != "title-element" and len(text) >= 8 and not (page.meta.site and fold(text) == fold(page.meta.site)):
            if page.slug and resembles_slug(text, page.slug) < 0.5:
                page.ledger.refuse("title", rule, text, "its slug is not the address's")
                continue
            return Title(text=text, rule=rule, at=-1)
    return None


def _beginnings(text: str) -> list[str]:
    """A page title less one, two … of its last parts: `Title - Section - Paper`."""
    cuts = [match.start() for match in _SITE_PARTS.finditer(text)]
    return (
        [text[:cut] for cut in reversed(cuts)] + [text[match.end() :] for match in _SITE_PARTS.finditer(text)] + [text]
    )
