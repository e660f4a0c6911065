"""Layouts learnt: for each design of the stored pages the selectors that find its fields, with their evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.learning.clustering import find_designs
from crawler.learning.induction import AGREEING, SINGLES, Evidence, induce, induce_drops
from crawler.learning.observing import Observed, StoredPage, observe
from crawler.pages.fields.checked import find_changes
from crawler.pages.places.layouts import ANCHORS, Layout, Row, match_layout, tell

FIELDS = (*SINGLES, "captions", "body")


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A layout, and what speaks for each of its rows."""

    layout: Layout
    pages: int
    """Stored pages of this design that it was learnt from."""
    fits: int
    """Those in which every row finds what it expects."""
    evidence: tuple[Evidence, ...]
    example: str
    """The address of one of them."""


def learn_layouts(stored: Iterable[StoredPage], name: str, broken: list[str] | None = None) -> list[Learnt]:
    """The layouts of the designs among these pages, that of most pages first, named after `name`.
    `broken`: takes the pages on which the reader broke.
    """
    designs = find_designs(observe(stored, broken))
    found: list[Learnt] = []
    for design in designs:
        others = [one for other in designs if other is not design for one in other]
        learnt = _learn(design, others, f"{name}-{len(found) + 1}")
        found += [learnt] if learnt is not None else []
    return found


def _learn(design: Sequence[Observed], others: Sequence[Observed], name: str) -> Learnt | None:
    """The layout of one design. None where no selector finds its headline and its text."""
    induced = (induce(field, design, others) for field in FIELDS)
    rows = [evidence for evidence in induced if evidence is not None]
    rows = [evidence for evidence in rows if _holds(evidence.row, design)]
    if not {evidence.row.field for evidence in rows} >= ANCHORS:
        return None
    rows = [*induce_drops(design), *rows]
    layout = Layout(name=name, rows=tuple(evidence.row for evidence in rows), learnt=True)
    fits = [one for one in design if match_layout(one.page, layout) is not None]
    if len(fits) < len(design) * AGREEING:
        return None
    return Learnt(
        layout=layout, pages=len(design), fits=len(fits), evidence=tuple(rows), example=fits[0].url
    )  # fmt: skip


def _holds(row: Row, design: Sequence[Observed]) -> bool:
    """Whether a row, used as it will be, says what the rules say on nearly all pages: of what it may not change."""
    if row.field not in SINGLES:
        return True
    differs = 0
    for one in design:
        matches = match_layout(one.page, Layout(name="x", rows=(row,), learnt=True))
        if matches:
            differs += find_changes(one.page, one.claims, [tell(one.page, match) for match in matches])[1]
    return differs <= len(design) * (1 - AGREEING)
