"""Offers: what the page offers beside the article: related articles, attachments, the number of comments."""

import re
from collections.abc import Iterator

from crawler.pages.fields.around import end_of_block
from crawler.pages.html.tree import ASIDE, FOOTER, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import Page, leads_to_file
from crawler.pages.words.labels import AFTERWARDS, Label
from crawler.site import scope

_COUNT = re.compile(
    r"(?:tổng (?:số )?(?:lượt )?(?:bình luận|ý kiến)|bình luận|ý kiến(?: bạn đọc)?|phản"
    r" hồi)\s*[:(]*\s*(\d{1,6})\s*\)?$|"
    r"^\(?(\d{1,6})\)?\s+(?:bình luận|ý kiến|phản hồi)",
    re.IGNORECASE,
)
_COUNTING = frozenset("()0123456789")
_OFFERING = frozenset({Label.OTHERS, Label.RELATED})
_ENDS_LIST = frozenset({Label.COMMENTS, Label.TAGS, Label.POPULAR})
_MOST = 100


def find_attachments(page: Page, claims: Claims) -> None:
    """Note the PDF and office files linked from the article, and in the lines right under it."""
    regions = claims.regions
    found: dict[str, None] = {}
    for piece in page.pieces[regions.story.start : max(regions.story.stop, regions.after.stop)]:
        if piece.index >= regions.story.stop and (
            regions.labels.get(piece.index) in AFTERWARDS or page.teaser[piece.index]
        ):
            break
        for href in piece.hrefs or ([piece.href] if piece.href else []):
            address = page.join(href)
            if address and leads_to_file(address):
                found[address] = None
    claims.draft.attachments = list(found)
    if found:
        page.ledger.take("attachments", "links-in-story", " ".join(found))


def find_related(page: Page, claims: Claims) -> None:
    """Note the articles offered next: links after the article's end, and those set between its paragraphs."""
    story = claims.regions.story
    inside = [piece.href for piece in page.pieces[story.start : story.stop] if piece.href and _is_offered(page, piece)]
    found: dict[str, None] = {}
    for href in (*claims.draft.related, *inside, *_hrefs_after(page, claims)):
        address = page.join(href)
        if address and page.leads_elsewhere(href) and _is_article(page, address):
            found[address] = None
    claims.draft.offered = list(found)[:_MOST]
    if found:
        page.ledger.take("related", "links-after-story", f"{len(claims.draft.offered)} links")


def _is_offered(page: Page, piece: Piece) -> bool:
    """Whether a linked line inside the story belongs to a list of other articles."""
    return page.teaser[piece.index] or (piece.is_link and bool(page.box_of(piece).flags & ASIDE))


def _hrefs_after(page: Page, claims: Claims) -> Iterator[str]:
    """The links of the lists after the article that labels announce."""
    until, boxes, labels = 0, page.boxes, claims.regions.labels
    for piece in page.pieces[claims.regions.story.stop :]:
        if boxes[piece.box].flags & FOOTER:
            return
        label = labels.get(piece.index)
        if label in _OFFERING:
            until = end_of_block(page, piece)
        elif label in _ENDS_LIST:
            until = 0
        elif piece.index < until and piece.href and (piece.image is not None or piece.linked >= piece.size * 0.5):
            yield piece.href


def _is_article(page: Page, address: str) -> bool:
    if page.identity is not None:
        other = scope.find_page(address)
        return other is not None and other.kind is not scope.Kind.LISTING and other.key != page.identity.key
    path = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return path.count("-") >= 3 and len(path) >= 20


def find_comment_count(page: Page, claims: Claims) -> None:
    """Note the number of comments where the page states it: to machines, under the article, or in its head."""
    count, rule = page.meta.comment_count, "json-ld:commentCount"
    if count is None:
        regions = claims.regions
        places = (*page.pieces[regions.story.stop :], *page.pieces[regions.story.start : regions.body_at])
        count, rule = (
            next((found for piece in places if (found := _count_of(page, piece, regions.title_at)) is not None), None),
            "stated",
        )
    if count is not None:
        claims.draft.comment_count = count
        page.ledger.take("comment_count", rule, count)


def _count_of(page: Page, piece: Piece, title_at: int) -> int | None:
    """The number in a short line that tells how many comments there are."""
    if piece.image is not None or page.teaser[piece.index]:
        return None
    if piece.size > 50 and not (piece.text[0].isdigit() and page.pieces[title_at].text in piece.text):
        return None
    if piece.text[-1] not in _COUNTING and piece.text[0] not in _COUNTING:
        return None
    match = _COUNT.search(piece.text)
    return int(match[1] or match[2]) if match else None
