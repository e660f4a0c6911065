"""Regions: where on the page the article lies, between its headline and what comes after it.

The body is the block that holds most prose near the headline;
lists of teasers, however much of other articles they show, hold none.
"""

import re
from dataclasses import dataclass, field
from itertools import accumulate

from crawler.pages.html.tree import FORM, OUTSIDE, Box, Piece
from crawler.pages.places.page import Page
from crawler.pages.places.tables import find_table_alone
from crawler.pages.words.labels import Label, find_label, lists_keywords, opens_tags
from crawler.pages.words.text import ends_sentence

_PARAGRAPH_TAGS = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "dd", "dt", "pre", "figcaption", "ul", "ol", "dl"}
)
_AFTER_LABEL = 0.2
"""What prose weighs after a label that says the article is over."""
_LEVEL = 0.45
"""What each level weighs that a block stands further from the headline in the tree."""
_IMPRINT_LINE = 300
_IMPRINT = re.compile(
    r"\W*(?:copyright|bản quyền|giấy phép|trụ sở|t[oò][aà] soạn|địa chỉ|điện thoại|đt\s*:|tel\b|e-?mail|hotline|cơ quan"
    r" chủ quản|"
    r"đơn vị chủ quản|chịu trách nhiệm|(?:phó )?tổng biên tập|trưởng ban biên tập|ghi rõ nguồn|thiết kế bởi|phát triển"
    r" bởi)",
    re.IGNORECASE,
)
"""How the lines of a page's foot begin, where the law has papers print who answers for them."""


@dataclass(slots=True)
class Regions:
    """Ranges of pieces."""

    title_at: int
    before: range
    """Before the headline, in the block that it shares with the body: breadcrumb, date."""
    body_at: int
    """Where the body's block begins, never before the headline's end."""
    story: range
    """From after the headline to the end of the body's block."""
    after: range
    """What follows the body in the block that it shares with the headline."""
    teaser: list[bool] = field(default_factory=list)
    """For each piece, whether it belongs to a list of other articles."""
    body_box: int = 0
    labels: dict[int, Label] = field(default_factory=dict)
    """The lines after the headline that are labels."""


def find_regions(page: Page, title_at: int, hint: int | None = None) -> Regions | None:
    """Find the body's block. None where no prose follows the headline;
    `hint` names the body's box where a layout knows it.
    """
    pieces, boxes = page.pieces, page.boxes
    teaser = page.teaser
    labels = {piece.index: label for piece in pieces[title_at + 1 :] if (label := _label_of(piece))}
    weights = _weigh_prose(page, title_at, teaser, labels)
    sums = [0.0, *accumulate(weights)]
    path = page.ancestors(boxes[pieces[title_at].box]) if title_at >= 0 else [0]
    body = hint if hint is not None else _find_body(page, weights, sums, path)
    if body is None:
        alone = find_table_alone(page, title_at, labels) or _find_verse(page, title_at, labels)
        if alone is None:
            return None
        weights[alone.first] = 1.0  # what comes after it may end the article
        hint = body = alone.parent if boxes[alone.parent].first > title_at else alone.index
    common = next(index for index in page.ancestors(boxes[body]) if index in set(path)) if title_at >= 0 else body
    if hint is None:
        body = _climb(page, body, common, sums)
    box = boxes[body]
    body_at = max(box.first, title_at + 1)
    end = _find_end(page, range(body_at, box.last), weights, labels)
    first = boxes[common].first if common != body or title_at >= 0 else box.first
    return Regions(
        title_at=title_at, before=range(max(first, title_at - 25), max(title_at, first)), body_at=body_at,
        story=range(title_at + 1, end),
        after=range(end, max(end, boxes[common].last)), teaser=teaser, body_box=body, labels=labels)  # fmt: skip


def _find_verse(page: Page, title_at: int, labels: dict[int, Label]) -> Box | None:
    """The block of a poem right under its title: four lines or more, none of them a sentence's length.
    None where there is none.
    """
    run: list[Piece] = []
    for piece in page.pieces[title_at + 1 :] if title_at >= 0 else ():
        if (
            labels.get(piece.index) in {Label.COMMENTS, Label.OTHERS, Label.POPULAR, Label.RELATED}
            or piece.index > title_at + 12
        ):
            return None
        verse = (
            piece.image is None and 8 <= piece.size < 60 and not piece.hrefs and not any(map(str.isdigit, piece.text))
        )
        if (
            verse
            and not page.box_of(piece).flags & OUTSIDE
            and (not run or page.place_of(piece) == page.place_of(run[0]))
        ):
            run.append(piece)
        else:
            run = [piece] if verse else []
        if len(run) == 4:
            box = page.boxes[page.place_of(piece)]
            while page.boxes[page.boxes[box.parent].parent].first > title_at:
                box = page.boxes[box.parent]  # other stanzas
            return box
    return None


def _label_of(piece: Piece) -> Label | None:
    if not piece.text or (piece.linked == piece.size and piece.size >= 30 and len(piece.hrefs) == 1):
        return None  # a photo, a headline
    if piece.hrefs and piece.linked >= piece.size * 0.4 and opens_tags(piece.text, piece.link_texts[0]):
        return Label.TAGS
    if len(piece.hrefs) > 1 and piece.is_link and all(find_label(text) is Label.TOOL for text in piece.link_texts):
        return Label.TOOL  # a row of buttons
    if not piece.hrefs and lists_keywords(piece.text):
        return Label.TAGS
    return find_label(piece.text)


def _weigh_prose(page: Page, title_at: int, teaser: list[bool], labels: dict[int, Label]) -> list[float]:
    """How much prose each piece holds."""
    factor, seen_prose, weights = 1.0, False, []
    description = [text for _, text in page.meta.description]
    forms = _find_small_forms(page, title_at)
    for piece in page.pieces:
        label = labels.get(piece.index)
        if label is not None and (label is Label.COMMENTS or (label in {Label.OTHERS, Label.POPULAR} and seen_prose)):
            factor = _AFTER_LABEL
        weight = 0.0
        if piece.image is None and not teaser[piece.index] and piece.linked <= piece.size * 0.5 and label is None:
            flags = page.box_of(piece).flags
            if (
                not flags & OUTSIDE
                and not (flags & FORM and _stands_in(page, piece, forms))
                and (piece.size >= 60 or (piece.size >= 20 and ends_sentence(piece.text)))
                and (piece.size > 200 or "://" not in piece.text)
                and (piece.size > _IMPRINT_LINE or _IMPRINT.match(piece.text) is None)
            ):
                weight = min(piece.size, 600) * factor * (1.0 if piece.index > title_at else 0.3)
                if piece.index < title_at + 8 and (
                    0 < piece.level <= 3 or any(text[:60] and text[:60] in piece.text for text in description)
                ):
                    weight *= 0.15  # the standfirst: it belongs to the head, not to the body
                seen_prose = seen_prose or piece.index > title_at
        weights.append(weight)
    return weights


def _find_small_forms(page: Page, title_at: int) -> set[int]:
    """The boxes of forms that hold neither the headline nor most of the page's text:
    ASP.NET puts whole pages into a form.
    """
    forms = [box for box in page.boxes if box.tag == "form" and not box.first <= title_at < box.last]
    if not forms:
        return set()
    sizes = [0, *accumulate(piece.size - piece.linked for piece in page.pieces)]
    return {box.index for box in forms if sizes[box.last] - sizes[box.first] < sizes[-1] * 0.5}


def _stands_in(page: Page, piece: Piece, boxes: set[int]) -> bool:
    return bool(boxes) and any(index in boxes for index in page.ancestors(page.box_of(piece)))


def _holder(page: Page, piece: Piece, texts: list[int]) -> int:
    """The block that holds a paragraph beside others: its box,
    or what is around it where the box holds nothing else.
    """
    boxes = page.boxes
    box = boxes[piece.box]
    while box.parent != box.index and (box.tag in _PARAGRAPH_TAGS or texts[box.last] - texts[box.first] <= 1):
        box = boxes[box.parent]
    return box.index


def _find_body(page: Page, weights: list[float], sums: list[float], path: list[int]) -> int | None:
    texts = [0, *accumulate(piece.image is None for piece in page.pieces)]
    mass: dict[int, float] = {}
    for piece, weight in zip(page.pieces, weights, strict=True):
        if weight:
            holder = _holder(page, piece, texts)
            mass[holder] = mass.get(holder, 0.0) + weight
    if not mass:
        return None
    rank = {index: depth for depth, index in enumerate(path)}
    distance = {
        index: next((rank[a] for a in page.ancestors(page.boxes[index]) if a in rank), len(path)) for index in mass
    }
    levels = {
        level: order
        for order, level in enumerate(sorted({distance[index] for index, value in mass.items() if value >= 80}))
    }
    return max(mass, key=lambda index: (mass[index] * _LEVEL ** levels.get(distance[index], 0), -index))


def _climb(page: Page, body: int, common: int, sums: list[float]) -> int:
    """Go up while the block around holds a good deal more of the same text:
    an article in several blocks of one kind.
    """
    boxes = page.boxes
    at = body
    while at != common and at:
        box, parent = boxes[at], boxes[boxes[at].parent]
        inside, around = sums[box.last] - sums[box.first], sums[parent.last] - sums[parent.first]
        if (around >= inside * 1.1 and _has_alike(page, box, parent, sums)) or (
            parent.index != common and parent.first == box.first and parent.last == box.last
        ):
            body = at = parent.index
        elif (
            parent.index != common
            and around < inside * 1.02
            and (parent.tag == "section" or parent.element.get("class"))
        ):
            at = parent.index  # a sub-heading and its text may have a block to themselves, beside others of its kind
        else:
            break
    return body


def _has_alike(page: Page, box: Box, parent: Box, sums: list[float]) -> bool:
    """Whether the parent holds prose in its own lines, in paragraphs, or in blocks like this one."""
    kind = (box.tag, box.element.get("class"))
    found: list[tuple[int, float]] = []
    for child in page.boxes[parent.index + 1 :]:
        if child.depth <= parent.depth:
            break
        alike = child.tag in _PARAGRAPH_TAGS or (child.tag, child.element.get("class")) == kind
        if (
            child.parent == parent.index
            and child.index != box.index
            and alike
            and (weight := sums[child.last] - sums[child.first])
        ):
            found.append((child.first, weight))
    found += [
        (piece.index, weight)
        for piece in page.pieces[parent.first : parent.last]
        if piece.box == parent.index and (weight := sums[piece.index + 1] - sums[piece.index])
    ]
    before = [weight for index, weight in found if index < box.first]
    inside = sums[box.last] - sums[box.first]
    # a little prose before the block is the standfirst; a good deal is the article's first part
    total = sum(weight for index, weight in found if index >= box.last) + (
        sum(before) if sum(before) >= inside * 0.5 else 0.0
    )
    return total >= inside * 0.1


def _find_end(page: Page, span: range, weights: list[float], labels: dict[int, Label]) -> int:
    """Where the article ends inside its block: at the readers' comments,
    or at a list of other articles that little prose follows.
    """
    total = sum(weights[span.start : span.stop])
    done = 0.0
    for index in span:
        label = labels.get(index)
        if done and label is Label.COMMENTS:
            return index
        if (
            done
            and label in {Label.OTHERS, Label.POPULAR, Label.TAGS}
            and total - done < max(total * 0.25, 1)
            and _heads_links(page, index, span.stop)
        ):
            return index
        done += weights[index]
    return span.stop


def _heads_links(page: Page, label: int, end: int) -> bool:
    """Whether links follow a label, or nothing more than a few words do."""
    after = [piece for piece in page.pieces[label + 1 : min(end, label + 4)] if piece.text]
    return (
        page.pieces[label].linked > 0
        or not after
        or any(piece.linked >= piece.size * 0.5 for piece in after[:2])
        or all(piece.size < 40 for piece in after)
    )
