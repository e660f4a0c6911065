"""Offers: what the page offers beside the article: related articles, attachments, the number of comments."""

import re

from crawler.pages.fields.story import Story
from crawler.pages.html.tree import ASIDE, FOOTER, Piece
from crawler.pages.places.page import Page, leads_to_file
from crawler.pages.places.regions import Regions
from crawler.pages.words.labels import Label
from crawler.site import scope

_COUNT = re.compile(
    r"(?:tổng (?:số )?(?:lượt )?(?:bình luận|ý kiến)|bình luận|ý kiến(?: bạn đọc)?|phản"
    r" hồi)\s*[:(]*\s*(\d{1,6})\s*\)?$|"
    r"^\(?(\d{1,6})\)?\s+(?:bình luận|ý kiến|phản hồi)",
    re.IGNORECASE,
)


_COUNTING = frozenset("()0123456789")


def find_attachments(page: Page, regions: Regions) -> list[str]:
    """PDF and office files linked from the article, and in the lines right under it."""
    found: list[str] = []
    for piece in page.pieces[regions.story.start : max(regions.story.stop, regions.after.stop)]:
        label = regions.labels.get(piece.index)
        if piece.index >= regions.story.stop and (
            label in {Label.COMMENTS, Label.OTHERS, Label.POPULAR} or regions.teaser[piece.index]
        ):
            break
        for href in piece.hrefs or ([piece.href] if piece.href else []):
            address = page.join(href)
            if address and leads_to_file(address):
                found.append(address)
    if found:
        page.ledger.take("attachments", "links-in-story", " ".join(found))
    return list(dict.fromkeys(found))


def find_related(page: Page, regions: Regions, story: Story) -> list[str]:
    """The articles offered next: links after the article's end, and those set between its paragraphs."""
    inside = page.pieces[regions.story.start : regions.story.stop]
    hrefs = [*story.related, *(piece.href for piece in inside if piece.href and _is_offered(page, regions, piece))]
    until = 0
    for piece in page.pieces[regions.story.stop :]:
        if page.box_of(piece).flags & FOOTER:
            break
        label = regions.labels.get(piece.index)
        if label in {Label.OTHERS, Label.RELATED}:
            until = _end_of_list(page, piece)
        elif label in {Label.COMMENTS, Label.TAGS, Label.POPULAR}:
            until = 0
        elif piece.index < until and piece.href and (piece.linked >= piece.size * 0.5 or piece.image is not None):
            hrefs.append(piece.href)
    found: list[str] = []
    for href in hrefs:
        address = page.join(href)
        if address and page.leads_elsewhere(href) and _is_article(page, address):
            found.append(address)
    found = list(dict.fromkeys(found))[:100]
    if found:
        page.ledger.take("related", "links-after-story", f"{len(found)} links")
    return found


def _is_offered(page: Page, regions: Regions, piece: Piece) -> bool:
    """Whether a linked line inside the story belongs to a list of other articles."""
    return regions.teaser[piece.index] or (piece.is_link and bool(page.box_of(piece).flags & ASIDE))


def _end_of_list(page: Page, label: Piece) -> int:
    """Where the block ends that a label heads."""
    box = page.box_of(label)
    while box.index and box.last <= label.index + 1:
        box = page.boxes[box.parent]
    return box.last


def _is_article(page: Page, address: str) -> bool:
    if page.identity is not None:
        other = scope.find_page(address)
        return other is not None and other.kind is not scope.Kind.LISTING and other.key != page.identity.key
    path = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return path.count("-") >= 3 and len(path) >= 20


def find_comment_count(page: Page, regions: Regions) -> int | None:
    """The number of comments where the page states it."""
    if page.meta.comment_count is not None:
        page.ledger.take("comment_count", "json-ld:commentCount", page.meta.comment_count)
        return page.meta.comment_count
    for piece in page.pieces[regions.story.stop :]:
        if (
            piece.size <= 50
            and piece.image is None
            and (piece.text[-1] in _COUNTING or piece.text[0] in _COUNTING)
            and (match := _COUNT.search(piece.text))
            and not regions.teaser[piece.index]
        ):
            count = int(match[1] or match[2])
            page.ledger.take("comment_count", "stated", count)
            return count
    return None
