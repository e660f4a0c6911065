"""Survey: what is measured once of a page whose headline is known, and the block that holds most of its prose."""

from dataclasses import dataclass

from crawler.pages.html.tree import Box
from crawler.pages.places.page import Page
from crawler.pages.places.sparse import find_picture_alone, find_verse
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


def choose_core(survey: Survey, hint: int | None) -> int | None:
    """The block to begin with: a layout's, the heaviest, or the only one of an article without a paragraph."""
    page, weights = survey.page, survey.weights
    if hint is not None:
        inside = page.boxes[hint]
        for index in (*range(inside.first), *range(inside.last, len(weights))):
            weights[index], survey.holders[index] = 0.0, -1  # the layout knows better
        return hint
    core = _find_core(survey)
    if core is not None and not _is_all_comments(survey):
        return core
    title_at, labels = survey.title_at, survey.labels
    alone = find_table_alone(page, title_at, labels) or find_verse(page, title_at, labels)
    alone = alone or find_picture_alone(page, title_at, labels)
    if alone is None:
        return core
    core = alone.parent if page.boxes[alone.parent].first > title_at else alone.index
    for index in range(alone.first, len(weights)):
        inside_it = index < page.boxes[core].last  # what comes after it may end the article
        weights[index], survey.holders[index] = (1.0, core) if inside_it else (0.0, -1)
    return core


def _is_all_comments(survey: Survey) -> bool:
    """Whether all prose under the headline follows a label that stands over readers' comments."""
    pieces = survey.page.pieces[survey.title_at + 1 :] if survey.title_at >= 0 else []
    first = next((piece.index for piece in pieces if survey.weights[piece.index]), -1)
    return any(survey.labels.get(piece.index) is Label.COMMENTS for piece in pieces if piece.index < first)


def _find_core(survey: Survey) -> int | None:
    """The block that holds most prose, its own and, for less, that of the blocks in it;
    the nearer the headline the better.
    """
    boxes = survey.page.boxes
    mass = [0.0] * len(boxes)
    for holder, weight in zip(survey.holders, survey.weights, strict=True):
        if weight:
            mass[holder] += weight
    for box in reversed(boxes[1:]):
        around = boxes[box.parent]
        mass[box.parent] += mass[box.index] * (1.0 if (box.first, box.last) == (around.first, around.last) else _AROUND)
    if not any(mass):
        return None
    rank = find_ranks(boxes, survey.path)
    levels = {
        level: order
        for order, level in enumerate(sorted({rank[index] for index, value in enumerate(mass) if value >= 80}))
    }
    best = max(range(len(boxes)), key=lambda index: (mass[index] * _LEVEL ** levels.get(rank[index], 0), -index))
    return best if mass[best] else None


def find_ranks(boxes: list[Box], path: list[int]) -> list[int]:
    """For each box how far up the path, innermost first, the block lies that holds both."""
    rank = [len(path) - 1] * len(boxes)
    known = {index: depth for depth, index in enumerate(path)}
    for box in boxes[1:]:
        rank[box.index] = known.get(box.index, rank[box.parent])
    return rank
