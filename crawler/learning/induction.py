"""Induction: for each field the selector that finds its lines on the pages of a design, and no others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.learning.observing import Observed, find_recurring, said_alike
from crawler.learning.selectors import elements_of, selectors_of
from crawler.pages.html.tree import Piece
from crawler.pages.places.layouts import Expect, Row

SINGLES = ("title", "date", "byline", "lead", "section", "tags", "related")
"""Fields whose lines a selector finds all together, or not at all."""
AGREEING = 0.95
"""The share of the pages on which it finds any that it has to find just these."""
_FOUND = 0.5
"""The share of the pages that have the field on which it has to find it."""
_CAPTIONS = 0.6
"""The share of the lines a selector finds beside photos that have to be captions by the rules as well."""
_OF_TEXT = 0.1
"""The share of the text's lines that it may find so."""
_ADDING = 0.5
"""The share of a design's pages on which prose stands that the rules doubt, from which it is the article's."""
_DROPPED = 0.25
"""The share of the text that may be furniture by a selector."""
_TRIED = 40
"""Selectors that are tried of a field."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A row of a layout, and what speaks for it."""

    row: Row
    pages: int
    """Pages of the design."""
    found: int
    """Pages on which it finds something."""
    agreed: int
    """Pages of these on which it finds just what the rules found."""
    against: tuple[str, ...] = field(default=())
    """A few pages on which it does not."""

    @property
    def agreement(self) -> float:
        """The share of the pages with a find on which rules and row agree."""
        return self.agreed / self.found if self.found else 0.0


def candidates_for(observed: Sequence[Observed], places: Callable[[Observed], Iterator[Any]]) -> list[str]:
    """Selectors that find the elements in these places on most pages, the most common and simplest first."""
    counts: Counter[str] = Counter()
    order: dict[str, int] = {}
    for one in observed:
        here: dict[str, None] = {}
        for element in places(one):
            here |= dict.fromkeys(selectors_of(element))
        counts.update(here.keys())
        for rank, css in enumerate(here):
            order[css] = max(order.get(css, 0), rank)
    most = max(counts.values(), default=0)
    common = [css for css, count in counts.items() if count >= max(2, most * 0.5)]
    return sorted(common, key=lambda css: (-counts[css], css.count(" "), order[css], css))[:_TRIED]


def _elements_around(name: str) -> Callable[[Observed], Iterator[Any]]:
    def places(one: Observed) -> Iterator[Any]:
        for index in sorted(one.lines[name])[:30]:
            yield from elements_of(one.page, one.page.pieces[index])
        block = smallest_block(one, one.lines[name])
        if block is not None:
            yield block

    return places


def smallest_block(one: Observed, lines: frozenset[int]) -> Any:
    """The innermost block that holds all of the lines. None where there are none."""
    if not lines:
        return None
    first, last, page = min(lines), max(lines), one.page
    around = page.ancestors(page.box_of(page.pieces[first]))
    return page.boxes[next(index for index in around if last < page.boxes[index].last or not index)].element


def induce(name: str, observed: Sequence[Observed], others: Sequence[Observed]) -> Evidence | None:
    """The row that finds a field's lines in the pages of a design. None where none does surely enough.
    `others`: pages of other designs, in which it rather finds nothing.
    """
    judge = _JUDGES.get(name, _judge_single)
    best: tuple[tuple[float, ...], Evidence] | None = None
    recurring = find_recurring(list(observed))
    for rank, css in enumerate(candidates_for(observed, _elements_around(name))):
        evidence = judge(name, css, observed, recurring)
        if evidence is None:
            continue
        key = _rank(evidence, observed, others, rank)
        if best is None or key < best[0]:
            best = (key, evidence)
    return best[1] if best is not None else None


def _rank(evidence: Evidence, observed: Sequence[Observed], others: Sequence[Observed], rank: int) -> tuple[float, ...]:
    """The less, the rather a row is taken: it agrees more often, has a name in it, finds nothing in other designs."""
    css = evidence.row.css
    foreign = round(sum(one.find(css)[0] > 0 for one in others) / max(1, len(others)), 1)
    nameless = not {"#", ".", "["} & set(css.replace(":not([class])", ""))
    if evidence.row.field != "body":
        return (-evidence.agreed, foreign, nameless, rank)
    adds = any(_doubted_in(one, one.find(css)[1]) for one in observed)
    parts = evidence.row.expect is not Expect.ONE
    width = sum(len(one.find(css)[1]) for one in observed) / len(observed)
    return (-evidence.agreed, not adds, nameless, parts, width, foreign, rank)


def _doubted_in(one: Observed, lines: frozenset[int]) -> list[int]:
    """The lines of these that are prose which the rules doubt."""
    return [index for index in lines - one.lines["body"] if one.is_doubted(index)]


def _expect(counts: list[int], *, always: bool) -> Expect:
    """How many matches a row expects in a page of its design."""
    if always:
        return Expect.ONE if set(counts) == {1} else Expect.SOME
    return Expect.MAYBE if max(counts) <= 1 else Expect.ANY


def _weigh(
    name: str, css: str, observed: Sequence[Observed], agreed: list[bool | None], *, always: bool = False
) -> Evidence:
    """`agreed`: of each page whether the selector finds what it should; None where it finds nothing."""
    counts = [one.find(css)[0] for one in observed]
    against = [one.url for one, right in zip(observed, agreed, strict=True) if right is False]
    return Evidence(
        row=Row(field=name, css=css, expect=_expect(counts, always=always)), pages=len(observed),
        found=sum(right is not None for right in agreed), agreed=sum(right is True for right in agreed),
        against=tuple(against[:3]),
    )  # fmt: skip


def _judge_single(name: str, css: str, observed: Sequence[Observed], recurring: set[str]) -> Evidence | None:
    agreed: list[bool | None] = []
    for one in observed:
        lines = one.find(css)[1]
        agreed.append(lines == one.lines[name] if lines else None)
    having = sum(bool(one.lines[name]) for one in observed)
    always = name == "title"
    evidence = _weigh(name, css, observed, agreed, always=always)
    if always and any(one.find(css)[0] != 1 for one in observed) and evidence.agreed < len(observed) * AGREEING:
        return None
    if evidence.agreement < AGREEING or evidence.agreed < max(2, having * _FOUND):
        return None
    return evidence


def _judge_body(name: str, css: str, observed: Sequence[Observed], recurring: set[str]) -> Evidence | None:
    """A block that holds the whole text, and no prose that recurs. What else it holds the rules tell from text."""
    agreed: list[bool | None] = []
    adding = 0
    for one in observed:
        count, lines = one.find(css)
        doubted = _doubted_in(one, lines)
        adding += bool(doubted)
        stays = not any(said_alike(one.page.pieces[index].text) in recurring for index in doubted)
        agreed.append(one.lines[name] <= lines and stays if count else None)
    evidence = _weigh(name, css, observed, agreed, always=True)
    if evidence.agreed < len(observed) * AGREEING or 0 < adding < len(observed) * _ADDING:
        return None
    return evidence


def _judge_captions(name: str, css: str, observed: Sequence[Observed], recurring: set[str]) -> Evidence | None:
    """Lines of which most are captions by the rules, and the others stand by a photo as these do."""
    agreed: list[bool | None] = []
    captions = beside = astray = text = 0
    for one in observed:
        lines = one.find(css)[1]
        new = lines - one.lines[name]
        captions += len(lines & one.lines[name])
        beside += sum(one.follows_photo(index) for index in new)
        astray += sum(not one.follows_photo(index) for index in new)
        text += len(one.lines["body"])
        agreed.append(not new if lines else None)
    known = sum(len(one.lines[name]) for one in observed)
    if captions < max(2, known * _FOUND) or astray > 0.02 * (captions + beside):
        return None
    if captions < _CAPTIONS * (captions + beside) or beside > text * _OF_TEXT:
        return None
    return _weigh(name, css, observed, agreed)


_JUDGES: dict[str, Callable[[str, str, Sequence[Observed], set[str]], Evidence | None]] = {
    "body": _judge_body, "captions": _judge_captions,
}  # fmt: skip


def induce_drops(observed: Sequence[Observed]) -> list[Evidence]:
    """Rows for lines that the rules hold for text, and that recur on many pages."""
    recurring = find_recurring(list(observed))
    named = {said_alike(one.page.pieces[index].text) for one in observed for index in one.lines["byline"]}
    left = {(number, index) for number, one in enumerate(observed) for index in _held_again(one, recurring - named)}
    drops: list[Evidence] = []
    while left:
        here = [[index for number, index in left if number == at] for at in range(len(observed))]

        def places(one: Observed, here: list[list[int]] = here) -> Iterator[Any]:
            for index in here[next(at for at, other in enumerate(observed) if other is one)]:
                yield from elements_of(one.page, one.page.pieces[index])

        judged = (_judge_drop(css, observed, recurring) for css in candidates_for(observed, places))
        best = max((one for one in judged if one is not None), key=lambda one: one.found, default=None)
        if best is None:
            break
        rest = {(at, index) for at, index in left if index not in observed[at].find(best.row.css)[1]}
        if len(rest) == len(left):
            break
        drops, left = [*drops, best], rest
    return drops


def _held_again(one: Observed, recurring: set[str]) -> Iterator[int]:
    for index in range(len(one.page.pieces)):
        piece: Piece = one.page.pieces[index]
        if piece.image is None and one.is_text(index) and said_alike(piece.text) in recurring:
            yield index


def _judge_drop(css: str, observed: Sequence[Observed], recurring: set[str]) -> Evidence | None:
    """A selector all of whose lines recur, none of them a headline, and which make up little of the text."""
    agreed: list[bool | None] = []
    dropped = text = 0
    for one in observed:
        lines = one.find(css)[1]
        again = all(said_alike(one.page.pieces[index].text) in recurring for index in lines - one.lines["title"])
        agreed.append(again and not lines & one.lines["title"] if lines else None)
        dropped += sum(one.page.pieces[index].size for index in lines if one.is_text(index))
        text += sum(one.page.pieces[index].size for index in one.lines["body"])
    evidence = _weigh("drop", css, observed, agreed)
    little = dropped <= text * _DROPPED
    return evidence if little and evidence.agreed == evidence.found >= 3 else None
