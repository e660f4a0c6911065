"""Agreement: whether layouts still hold: which of the stored pages they fit, and where they and the rules disagree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crawler.learning.observing import Observed, StoredPage, observe
from crawler.pages.fields.checked import find_changes
from crawler.pages.places.layouts import FIELDS, Layout, Row, find_layout, find_misfits, match_layout, tell

HOLDS = 0.9
"""The share of its pages from which a layout, or a row, holds."""
_SHOWN = 3


@dataclass(kw_only=True)
class RowCheck:
    """How one row fares on the pages that its layout fits."""

    row: Row
    found: int = 0
    differs: int = 0
    """Pages on which it says otherwise than the rules."""
    examples: list[str] = field(default_factory=list)

    def holds(self, pages: int) -> bool:
        """Whether it agrees with the rules where it may only confirm them."""
        return self.row.field in _ADDING or self.differs <= pages * (1 - HOLDS)


_ADDING = frozenset({"drop", "captions", "body"})
"""Fields whose rows are there to say otherwise."""


@dataclass(kw_only=True)
class LayoutCheck:
    """How the layouts fare on stored pages."""

    pages: int = 0
    fitting: Counter[str] = field(default_factory=Counter)
    """Layout → pages that it fits."""
    rows: dict[str, list[RowCheck]] = field(default_factory=dict)
    misfits: Counter[str] = field(default_factory=Counter)
    """What did not match in pages that no layout fits → pages."""
    strangers: list[str] = field(default_factory=list)
    """A few pages that no layout fits."""
    broken: list[str] = field(default_factory=list)
    """Pages on which the reader broke, and how; counted nowhere else."""

    @property
    def holds(self) -> bool:
        """Whether nearly all pages fit a layout, and no row contradicts the rules."""
        fitting = self.fitting.total() >= self.pages * HOLDS
        return fitting and all(
            row.holds(self.fitting[name]) for name, rows in self.rows.items() for row in rows if self.fitting[name]
        )


def check_layouts(stored: Iterable[StoredPage], layouts: Sequence[Layout]) -> LayoutCheck:
    """Hold layouts against what the rules read in stored pages."""
    check = LayoutCheck(rows={layout.name: [RowCheck(row=row) for row in layout.rows] for layout in layouts})
    for one in observe(stored, check.broken):
        check.pages += 1
        found = find_layout(one.page, layouts)
        if found is None:
            check.misfits.update(find_misfits(one.page, layouts))
            check.strangers += [one.url] if len(check.strangers) < _SHOWN else []
            continue
        check.fitting[found[0].name] += 1
        for row in check.rows.get(found[0].name, []):
            _check_row(row, found[0], one)
    return check


def _check_row(check: RowCheck, layout: Layout, one: Observed) -> None:
    alone = Layout(name=layout.name, rows=(check.row,), learnt=True)
    told = [tell(one.page, match) for match in match_layout(one.page, alone) or ()]
    check.found += any(each.pieces or each.texts for each in told)
    if find_changes(one.page, one.claims, told)[1]:
        check.differs += 1
        check.examples += [one.url] if len(check.examples) < _SHOWN else []


def describe_check(check: LayoutCheck, layouts: Sequence[Layout]) -> Iterator[str]:
    """A line for each layout, row and fault."""
    for layout in layouts:
        fitting = check.fitting[layout.name]
        yield f"{layout.name}: fits {fitting} of {check.pages} pages"
        rows = sorted(check.rows[layout.name], key=lambda row: FIELDS.index(row.row.field))
        for row in rows if fitting else ():
            verdict = "as the rules" if not row.differs else f"otherwise than the rules on {row.differs}"
            told = "" if row.holds(fitting) else "; does not hold"
            yield f"  {row.row.field:9} {row.row.css or row.row.xpath}: found on {row.found}, {verdict}{told}"
            yield from (f"            see {url}" for url in row.examples)
    left = check.pages - check.fitting.total()
    if left:
        yield f"no layout fits {left} of {check.pages} pages"
        yield from (f"  {said} on {count}" for said, count in check.misfits.most_common())
        yield from (f"  see {url}" for url in check.strangers)
