"""How near a parser's reading comes to the truth.

Texts are compared in NFC with white space folded; `words` are compared without case and punctuation.
A title or lead that a parser counts to the body is not held against it: where the body begins is a matter of taste.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from crawler.bench.contestants import Extracted
from crawler.bench.pages import KnownPage, Truth

SHINGLE = 4
"""Words in a row that are compared as one."""

_DROPPED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass(frozen=True, kw_only=True)
class Score:
    """One page's score. A field that the parser does not offer is None."""

    paragraph_f1: float
    text_f1: float
    caption_leaks: int
    """Captions whose words stand in the body more often than the true body has them."""
    boilerplate: int
    """Paragraphs of the body that are of no part of the article."""
    title: bool | None
    date: bool | None
    clock: bool | None
    """Whether the header's clock was taken for the date."""
    byline: bool | None
    captions_found: int | None
    captions_given: int | None
    captions_true: int


def score(page: KnownPage, found: Extracted) -> Score:
    """Hold what a parser made of a page against the truth."""
    truth = page.truth
    gold = [fold(text) for text in truth.paragraphs]
    aside = {fold(text) for text in (truth.title, truth.lead) if text} - set(gold)
    got = [text for text in map(fold, found.paragraphs) if text and text not in aside]
    right = None if found.captions is None else _captions_found(truth, found.captions)
    wrong_clock = None if found.date is None or page.clock is None else found.date == page.clock
    return Score(
        paragraph_f1=_f1(Counter(got), Counter(gold)),
        text_f1=_f1(shingles(" ".join(got)), shingles(" ".join(gold))),
        caption_leaks=_caption_leaks(truth, got, gold),
        boilerplate=_count_boilerplate(truth, got),
        title=None if found.title is None else fold(found.title) == fold(truth.title),
        date=None if found.date is None else found.date == (truth.date or ""),
        clock=wrong_clock,
        byline=_byline_right(truth, found),
        captions_found=right,
        captions_given=None if found.captions is None else len(found.captions),
        captions_true=len(truth.captions),
    )


def fold(text: str) -> str:
    """NFC, without invisible characters, white space as single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_DROPPED).split())


def words(text: str) -> list[str]:
    """The words, without case and punctuation."""
    return re.findall(r"[^\W_]+", fold(text).casefold())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Every run of `SHINGLE` words; of a shorter text all its words as one."""
    found = words(text)
    if len(found) < SHINGLE:
        return Counter([tuple(found)] if found else [])
    return Counter(tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1))


def _f1(got: Counter[Any], gold: Counter[Any]) -> float:
    total = got.total() + gold.total()
    return 2 * (got & gold).total() / total if total else 1.0


def _caption_leaks(truth: Truth, got: list[str], gold: list[str]) -> int:
    body, true_body = _spaced(" ".join(got)), _spaced(" ".join(gold))
    return sum(
        any(
            body.count(needle) > true_body.count(needle)
            for caption in alternatives
            if (needle := _spaced(caption)).strip()
        )
        for alternatives in truth.captions
    )


def _spaced(text: str) -> str:
    return f" {' '.join(words(text))} "


def _count_boilerplate(truth: Truth, got: list[str]) -> int:
    """Paragraphs of which less than half is found in any text of the article."""
    captions = (text for alternatives in truth.captions for text in alternatives)
    own = (truth.title, truth.lead or "", *truth.bylines, *truth.authors, *truth.paragraphs, *captions)
    known = shingles("\n".join(own)).keys()
    whole = _spaced(" ".join(own))
    extra = 0
    for text in got:
        parts = shingles(text)
        if len(words(text)) < SHINGLE:
            extra += bool(parts) and _spaced(text) not in whole
        else:
            extra += 2 * sum(number for part, number in parts.items() if part in known) < parts.total()
    return extra


def _byline_right(truth: Truth, found: Extracted) -> bool | None:
    """As printed, or the same people; none where the page names none."""
    if found.byline is None:
        return None
    if not truth.bylines:
        return not found.byline
    people = {fold(name) for name in found.authors or ()}
    printed = {fold(text) for text in truth.bylines}
    return fold(found.byline) in printed or (bool(people) and people == {fold(name) for name in truth.authors})


def _captions_found(truth: Truth, given: list[str]) -> int:
    left = [fold(caption) for caption in given]
    found = 0
    for alternatives in truth.captions:
        for caption in alternatives:
            if fold(caption) in left:
                left.remove(fold(caption))
                found += 1
                break
    return found
