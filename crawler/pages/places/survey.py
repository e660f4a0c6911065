"""Survey: what is measured once of a page whose headline is known, and the block that holds most of its prose."""

from dataclasses import dataclass

from crawler.pages.html.tree import Box
from crawler.pages.places.page import Page
from crawler.pages.places.sparse import find_line_at_player, find_picture_alone, find_verse
from crawler.pages.places.tables import find_table_alone
from crawler.pages.words.labels import Label

_LEVEL = 0.45
"""What each level weighs that a block stands further from the headline in the tree."""
_AROUND = 0.85
"""What a block's prose weighs for the block around it."""


@dataclass(slots=True)
class Survey:
    """What is measured once of a page and its headline."""

    page: Page
    title_at: int
    labels: dict[int, Label]
    weights: list[float]
    holders: list[int]
    path: list[int]
    """The boxes around the headline, innermost first."""

    def find_told(self) -> set[int]:
        """The blocks that hold prose, however deep."""
        boxes, found = self.page.boxes, {0} if any(self.weights) else set()
        for index in {piece.box for piece, weight in zip(self.page.pieces, self.weights, strict=True) if weight}:
            while index not in found:
                found.add(index)
                index = boxes[index].parent
        return found


def choose_core(survey: Survey, hint: int | None) -> int | None:
    """The block to begin with: a layout's, the heaviest, or the only one of an article without a paragraph."""
    page, weights = survey.page, survey.weights
    if hint is not None:
        inside = page.boxes[hint]
        for index in (*range(inside.first), *range(inside.last, len(weights))):
            weights[index], survey.holders[index] = 0.0, -1  # the layout knows better
        return hint
    core, title_at, labels = _find_core(survey), survey.title_at, survey.labels
    if core is not None and any(weights[title_at + 1 :]) and not _is_all_comments(survey):
        return core
    alone = find_table_alone(page, title_at, labels) or find_verse(page, title_at, labels)
    alone = alone or find_picture_alone(page, title_at, labels) or find_line_at_player(page, title_at, labels)
    if alone is None:
        return core
    core = alone.parent if page.boxes[alone.parent].first > title_at else alone.index
    for index in range(alone.first, len(weights)):
        inside_it = index < page.boxes[core].last  # what comes after it may end the article
        weights[index], survey.holders[index] = (1.0, core) if inside_it else (0.0, -1)
    return core


def _is_all_comments(survey: Survey) -> bool:
    """Whether all prose under the headline follows a label that stands over readers' comments."""
    weights, start = survey.weights, survey.title_at + 1
    first = next((index for index in range(start, len(weights)) if weights[index]), -1) if start else -1
    return any(survey.labels.get(index) is Label.COMMENTS for index in range(start, first))


def _find_core(survey: Survey) -> int | None:
    """The block that holds most prose, its own and, for less, that of the blocks in it;
    the nearer the headline the better.
    """
    boxes = survey.page.boxes
    mass = _weigh_blocks(survey)
    if not mass:
        return None
    ranks = Ranks(boxes, survey.path)
    heavy = sorted({ranks.of(index) for index, value in mass.items() if value >= 80})
    levels = {level: order for order, level in enumerate(heavy)}
    return max(mass, key=lambda index: (mass[index] * _LEVEL ** levels.get(ranks.of(index), 0), -index))


def _weigh_blocks(survey: Survey) -> dict[int, float]:
    """The prose of each block that holds any, less of it for every block in which that stands."""
    boxes = survey.page.boxes
    mass = dict.fromkeys(survey.find_told(), 0.0)
    for holder, weight in zip(survey.holders, survey.weights, strict=True):
        if weight:
            mass[holder] += weight
    for index in sorted(mass, reverse=True):  # a block comes after those that hold it
        box = boxes[index]
        around = boxes[box.parent]
        if index:
            mass[box.parent] += mass[index] * (1.0 if (box.first, box.last) == (around.first, around.last) else _AROUND)
    return mass


class Ranks:
    """How far up a path of blocks, innermost first and the whole page last, that lies which holds a given one."""

    def __init__(self, boxes: list[Box], path: list[int]) -> None:
        self.boxes = boxes
        self.known = {index: depth for depth, index in enumerate(path)}

    def of(self, index: int) -> int:
        """The place in the path of the innermost block that holds this one."""
        below = []
        while index not in self.known:
            below.append(index)
            index = self.boxes[index].parent
        rank = self.known[index]
        self.known.update(dict.fromkeys(below, rank))
        return rank
