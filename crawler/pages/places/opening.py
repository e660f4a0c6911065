"""Opening: where the body begins, past a standfirst that stands in a block of its own."""

from itertools import groupby

from crawler.pages.places.page import Page
from crawler.pages.places.prose import kind_of
from crawler.pages.places.survey import Survey


def find_begin(survey: Survey, core: int, end: int) -> int:
    """Where the body begins: with the first block that holds two paragraphs, or is one of several of its kind.
    A single paragraph before may be the standfirst.
    """
    page, boxes = survey.page, survey.page.boxes
    start, end = survey.title_at + 1, min(end, len(survey.weights))
    runs = [
        (holder, sum(1 for _ in run))
        for holder, run in groupby(survey.holders[index] for index in range(start, end) if _is_paragraph(survey, index))
    ]
    return max(start, boxes[_find_opening(page, start, runs, core)].first)


def _is_paragraph(survey: Survey, index: int) -> bool:
    """Whether a piece is prose of some length, and no line right under a photo."""
    pieces = survey.page.pieces
    return (
        survey.weights[index] > 0 and pieces[index].size * survey.page.letters >= 60 and pieces[index - 1].image is None
    )


def _find_opening(page: Page, start: int, runs: list[tuple[int, int]], core: int) -> int:
    """The block that the body begins with, out of runs of paragraphs: which block holds them, and how many in a row."""
    again = {holder: number for number, (holder, _) in enumerate(runs)}
    alone: list[int] = []
    for number, (holder, count) in enumerate(runs):
        if count > 1 or again[holder] > number or _holds_several(page, start, holder, runs[number + 1 :]):
            break
        alone.append(holder)
    else:
        holder = core
    for number, each in enumerate(alone):
        if (number and len(alone) > 2) or any(_is_alike(page, each, other) for other in (*alone[number + 1 :], holder)):
            return each  # one of several blocks of a paragraph each
    return holder


def _holds_several(page: Page, start: int, holder: int, following: list[tuple[int, int]]) -> bool:
    """Whether a block under the headline with one paragraph of its own holds all the others, in several blocks."""
    box = page.boxes[holder]
    if box.first < start:
        return False
    return len(following) > 1 and all(
        box.index < other and page.boxes[other].last <= box.last for other, _ in following
    )


def _is_alike(page: Page, one: int, other: int) -> bool:
    """Whether two blocks are of one kind, and neither holds the other."""
    first, second = page.boxes[one], page.boxes[other]
    return kind_of(page, first) == kind_of(page, second) and first.last <= second.first
