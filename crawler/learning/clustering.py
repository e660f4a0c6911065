"""Clustering: pages by the design of their markup. A site of twenty years has several.

Pages whose elements are alike form a design; where the same frame holds two ways to set an article, it is parted by
the way from the root to headline and text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from crawler.learning.observing import Observed
from crawler.pages.places.page import Page

ALIKE = 0.5
"""How much of their elements pages of one design share at least."""
LEAST = 6
"""Pages below which nothing is learnt of a design."""
_OWN_SHARE = 0.1
"""The share of a design's pages from which another way to set an article is one of its own."""
_NUMBER = re.compile(r"\d+")
_Key = tuple[str, ...]


def label_of(element: Any) -> str:
    """An element's tag, classes and id, numbers aside."""
    names = ".".join(sorted((element.get("class") or "").split()))
    return f"{element.tag}.{_NUMBER.sub('0', names)}#{_NUMBER.sub('0', element.get('id') or '')}"


def structure_of(page: Page) -> frozenset[str]:
    """The elements of a page, each with the one around it."""
    found = set()
    for element in page.tree.root.iter():
        around = element.getparent()
        if isinstance(element.tag, str) and around is not None:
            found.add(f"{label_of(around)}>{label_of(element)}")
    return frozenset(found)


class _Design:
    """How often each element is in the pages of a design."""

    def __init__(self) -> None:
        self.members: list[int] = []
        self._counts: Counter[str] = Counter()

    def add(self, number: int, structure: frozenset[str]) -> None:
        self.members.append(number)
        self._counts.update(structure)

    def likeness(self, structure: frozenset[str]) -> float:
        """What a page shares with the design, of all that either has: 0 to 1 (Ruzicka)."""
        pages = len(self.members)
        shared = sum(self._counts[token] for token in structure) / pages
        return shared / (len(structure) + self._counts.total() / pages - shared)


def group_by_structure(structures: Sequence[frozenset[str]]) -> list[list[int]]:
    """Numbers of the pages of each design, the largest first."""
    designs: list[_Design] = []
    for number, structure in enumerate(structures):
        best = max(designs, key=lambda design: design.likeness(structure), default=None)
        if best is None or best.likeness(structure) < ALIKE:
            best = _Design()
            designs.append(best)
        best.add(number, structure)
    settled: dict[int, list[int]] = defaultdict(list)
    for number, structure in enumerate(structures):  # once more, now that all designs are known
        settled[max(range(len(designs)), key=lambda at: designs[at].likeness(structure))].append(number)
    return sorted(settled.values(), key=lambda numbers: (-len(numbers), numbers))


def find_designs(observed: Sequence[Observed]) -> list[list[Observed]]:
    """The pages of each design, the largest first; designs of too few pages are left out."""
    designs = []
    for numbers in group_by_structure([structure_of(one.page) for one in observed]):
        designs += _part([observed[number] for number in numbers])
    return sorted((design for design in designs if len(design) >= LEAST), key=len, reverse=True)


def _part(pages: list[Observed]) -> list[list[Observed]]:
    """The pages of one frame by the ways in which their articles are set; a rare way joins the most common."""
    ways: dict[_Key, list[Observed]] = defaultdict(list)
    for one in pages:
        ways[_way_to(one)].append(one)
    least = max(LEAST, len(pages) * _OWN_SHARE)
    common = sorted(ways.values(), key=len, reverse=True)
    own = [way for way in common if len(way) >= least] or common[:1]
    own[0] += [one for way in common if not any(way is kept for kept in own) for one in way]
    return own


def _way_to(one: Observed) -> _Key:
    """The names of the blocks around headline and text."""
    body = sorted(one.lines["body"])
    title = min(one.lines["title"], default=-1)
    steps: list[str] = []
    for first, last in ((title, title), (body[0], body[-1])) if body else ():
        if first >= 0:
            around = one.page.ancestors(one.page.box_of(one.page.pieces[first]))
            box = next(index for index in around if last < one.page.boxes[index].last or not index)
            steps += [label_of(one.page.boxes[index].element) for index in one.page.ancestors(one.page.boxes[box])[:3]]
            steps.append("/")
    return tuple(steps)
