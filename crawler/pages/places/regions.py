"""Regions: where on the page the article lies, between its headline and what comes after it.

The body is what is left. A core, the block that holds most prose near the headline, only tells where to begin;
the story runs from the headline to the last prose that belongs to it, in however many blocks.
"""

from dataclasses import dataclass, field
from itertools import accumulate

from crawler.pages.html.tree import FOOTER, OUTSIDE, Box, Piece
from crawler.pages.places.furniture import find_furniture
from crawler.pages.places.opening import find_begin
from crawler.pages.places.page import Page
from crawler.pages.places.prose import (
    PARAGRAPH_TAGS,
    Blocks,
    discount_others,
    drop_lonely,
    end_of_prose,
    find_headed,
    find_holders,
    find_labels,
    kind_of,
    opens_comments,
    stands_free,
    weigh_prose,
)
from crawler.pages.places.survey import Ranks, Survey, choose_core
from crawler.pages.words.labels import ELSEWHERE, Label

_FAR = 0.5
"""What prose weighs for each level that lies outside of what headline and core share."""
_LINK_COST = 25.0
"""What a line that leads to another page takes from the story that would reach across it."""
_LABEL_COST = 150.0
"""What a label of another list takes from it."""


@dataclass(slots=True)
class Regions:
    """Ranges of pieces."""

    title_at: int
    before: range
    """Before the headline, in the block that it shares with the body: breadcrumb, date."""
    body_at: int
    """Where the body begins, never before the headline's end."""
    story: range
    """From after the headline to the end of the article."""
    after: range
    """What follows the body in the block that it shares with the headline."""
    teaser: list[bool] = field(default_factory=list)
    """For each piece, whether it belongs to a list of other articles."""
    body_box: int = 0
    """The block that holds most of the body."""
    labels: dict[int, Label] = field(default_factory=dict)
    """The lines after the headline that are labels."""
    furniture: dict[int, str] = field(default_factory=dict)
    """The pieces of blocks that are no part of the article, and why."""


def find_regions(page: Page, title_at: int, hint: int | None = None) -> Regions | None:
    """Find where the article lies. None where no prose follows the headline;
    `hint` names the body's box where a layout knows it.
    """
    labels = find_labels(page, title_at + 1)
    weights = weigh_prose(page, title_at, labels)
    path = page.ancestors(page.boxes[page.pieces[title_at].box]) if title_at >= 0 else [0]
    survey = Survey(page, title_at, labels, weights, find_holders(page, weights), path)
    drop_lonely(page, weights, survey.holders)
    headed = find_headed(page, labels, weights)
    for index in headed:
        weights[index], survey.holders[index] = 0.0, -1
    discount_others(page, title_at, labels, weights, survey.holders)
    core = choose_core(survey, hint)
    if core is None:
        return None
    furniture = dict.fromkeys(headed, "headed-by-label") | find_furniture(survey, core)
    for index in furniture:
        weights[index] = 0.0
    last = _find_last(survey, core, furniture)
    if last >= len(page.pieces):
        return None  # the headline is the page's last line: what it stands under is no text of its own
    body_at = find_begin(survey, core, last + 1)
    end = _find_end(survey, core, body_at, last)
    around = page.boxes[_common(page, path, last)]
    first = around.first if title_at >= 0 else page.boxes[core].first
    return Regions(
        title_at=title_at, before=range(max(first, title_at - 25), max(title_at, first)), body_at=body_at,
        story=range(_find_start(survey, core), end), after=range(end, max(end, around.last)),
        teaser=page.teaser, body_box=core, labels=labels, furniture=furniture)  # fmt: skip


def _find_start(survey: Survey, core: int) -> int:
    """Where the story starts: after the headline; without one, with the block around the core,
    unless that is the whole page with its clock and its menu.
    """
    if survey.title_at >= 0:
        return survey.title_at + 1
    boxes = survey.page.boxes
    around = boxes[boxes[core].parent]
    return boxes[core].first if around.tag in {"html", "body"} else around.first


def frame_exactly(page: Page, title_at: int, body: set[int]) -> Regions:
    """Where an article lies whose body a layout knows: from the headline to the body's last piece."""
    first, last = min(body), max(body)
    start = title_at + 1 if 0 <= title_at < first else first
    around = page.ancestors(page.box_of(page.pieces[first]))
    core = next(index for index in around if last < page.boxes[index].last or not index)
    path = page.ancestors(page.box_of(page.pieces[title_at])) if title_at >= 0 else [0]
    joint = page.boxes[next((index for index in path if last < page.boxes[index].last), 0)]
    return Regions(
        title_at=title_at, before=range(max(joint.first, title_at - 25, 0), max(title_at, 0)), body_at=first,
        story=range(start, last + 1), after=range(last + 1, max(last + 1, joint.last)), teaser=page.teaser,
        body_box=core, labels=find_labels(page, start))  # fmt: skip


def _common(page: Page, path: list[int], piece: int) -> int:
    """The innermost box of the path that holds a piece."""
    return next((index for index in path if page.boxes[index].first <= piece < page.boxes[index].last), 0)


def _find_last(survey: Survey, core: int, furniture: dict[int, str]) -> int:
    """The last piece of prose that belongs to the story: where what it gains by going on is most.

    Prose outside of what headline and core share counts less, unless it stands in a block like the core's;
    links to other articles, and labels over lists of them, count against.
    """
    page, boxes = survey.page, survey.page.boxes
    path = page.ancestors(boxes[core])
    ranks = Ranks(boxes, path)
    joint = path.index(next(index for index in survey.path if index in set(path)))
    kinds = {kind_of(page, boxes[core])} - {("div", None), ("td", None)}
    total, done, gain, best = sum(survey.weights[survey.title_at + 1 :]), 0.0, 0.0, 0.0
    last, cost, seen = max(survey.title_at + 1, boxes[core].first), 0.0, Blocks(page)
    for piece in page.pieces[survey.title_at + 1 : end_of_prose(survey.weights)]:
        if done > total * 0.1 and _is_over(survey, piece, total - done, total):
            break
        weight = survey.weights[piece.index]
        if weight:
            up = max(0, ranks.of(piece.box) - joint)
            if up and kind_of(page, boxes[survey.holders[piece.index]]) in kinds:
                up = 0
            done += weight
            gain += weight * _FAR**up - (0.0 if seen.knows(survey.holders[piece.index]) else cost)
            cost = 0.0
            seen.add(survey.holders[piece.index])
        elif done:
            cost += _cost(survey, piece)
        if gain > best:
            best, last = gain, piece.index
    return last


def _is_over(survey: Survey, piece: Piece, left: float, total: float) -> bool:
    """Whether a line ends the article: readers' comments, or the page's foot."""
    if survey.labels.get(piece.index) is Label.COMMENTS:
        return opens_comments(survey.page, piece) or left < total * 0.25
    return bool(survey.page.box_of(piece).flags & FOOTER) and left < total * 0.5


def _cost(survey: Survey, piece: Piece) -> float:
    """What a line that is no prose takes from a story that would reach across it."""
    page = survey.page
    if survey.labels.get(piece.index) in ELSEWHERE and stands_free(page, piece):
        return _LABEL_COST
    if page.teaser[piece.index] or page.box_of(piece).flags & OUTSIDE:
        return _LINK_COST
    return _LINK_COST if piece.is_link and piece.size >= 15 and page.leads_elsewhere(piece.href) else 0.0


def _find_end(survey: Survey, core: int, body_at: int, last: int) -> int:
    """Where the article ends: with the innermost block around all its prose, or most of it,
    but before what ends the article there.
    """
    page = survey.page
    frame = _find_frame(survey, core, body_at, last)
    stop = max(last + 1, frame.last)
    for piece in page.pieces[last + 1 : stop]:
        label = survey.labels.get(piece.index)
        if label is Label.COMMENTS:
            return piece.index
        if (label is Label.TAGS or label in ELSEWHERE) and _heads_links(page, piece.index, stop):
            return piece.index
    return stop


def _find_frame(survey: Survey, core: int, body_at: int, last: int) -> Box:
    """The innermost block, without the headline, around the prose from the body's begin to its last;
    where headline and text share all blocks, that around most of it.
    """
    page, title_at = survey.page, survey.title_at
    sums = [0.0, *accumulate(survey.weights)]
    first = next((index for index in range(body_at, last) if survey.weights[index]), last)
    alone = first == last and survey.weights[last] > 0
    most = (sums[last + 1] - sums[title_at + 1]) * 0.6
    frame = page.boxes[survey.holders[last] if survey.holders[last] >= 0 else core]
    fitting = False
    for index in page.ancestors(page.box_of(page.pieces[last])):
        box = page.boxes[index]
        if box.first <= title_at < box.last:
            break
        if alone and (box.tag in PARAGRAPH_TAGS or box.last - box.first == 1):
            continue  # a text of one paragraph is not the paragraph's block
        if box.first <= first:
            return box
        if not fitting and sums[box.last] - sums[box.first] >= most:
            frame, fitting = box, True
    return frame


def _heads_links(page: Page, label: int, end: int) -> bool:
    """Whether links follow a label, or nothing more than a few words do."""
    after = [piece for piece in page.pieces[label + 1 : min(end, label + 4)] if piece.text]
    return (
        page.pieces[label].linked > 0
        or not after
        or any(piece.linked >= piece.size * 0.5 for piece in after[:2])
        or all(piece.size < 40 for piece in after)
    )
