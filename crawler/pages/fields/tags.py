"""Tags: the keywords that the page shows under the article."""

import re
from collections.abc import Iterator

from crawler.pages.fields.offers import _end_of_list
from crawler.pages.html.tree import FOOTER, Piece
from crawler.pages.places.page import Page, link_texts
from crawler.pages.places.regions import Regions
from crawler.pages.words.labels import Label, find_label
from crawler.pages.words.text import clean, fold

_TAG_PATH = re.compile(
    r"/(?:tags?|tu-?khoa|chu-?de|keywords?|topic)s?(?:[/-]|\.(?!\w{3,5}$))|[?&](?:tag|keyword)s?=|-tags?\d|/tag",
    re.IGNORECASE,
)


_TAG_CLASS = re.compile(r"(?:^|[\s_-])(?:tags?|keywords?|tu-?khoa)(?:$|[\s_-])", re.IGNORECASE)
"""A word that most publishing systems have in the class of a block of keywords."""


_SEARCH = re.compile(r"/(?:tim-?kiem|search)\b|[?&](?:q|k|s|key|query)=[^&]", re.IGNORECASE)
"""A search of the site, as keywords lead to where they have no page of their own."""


def find_tags(page: Page, regions: Regions) -> list[str]:
    """The keywords the page shows: links after a label, links to tag pages,
    or a row of links that metadata call keywords.
    """
    tail = [
        piece
        for piece in page.pieces[regions.story.start : regions.story.stop + 120]
        if piece.image is None and not regions.teaser[piece.index] and not page.box_of(piece).flags & FOOTER
    ]
    for piece in tail:
        if regions.labels.get(piece.index) is Label.TAGS:
            found = _tags_of(page, regions, piece)
            if found:
                return _taken_tags(page, "label", found)
    links = [
        link
        for piece in tail
        if piece.index >= regions.story.stop
        for link in zip(piece.hrefs, piece.link_texts, strict=True)
    ]
    by_path = [text for href, text in links if len(text) <= 80 and _TAG_PATH.search(href)]
    if by_path:
        return _taken_tags(page, "tag-links", by_path)
    sought = [
        text for href, text in _links_under_story(page, regions) if _SEARCH.search(href) and find_label(text) is None
    ]
    if len(sought) > 1 and all(len(text) <= 40 for text in sought):
        return _taken_tags(page, "search-links", sought)
    hashed = [text for _, text in links if len(text) <= 60 and text.lstrip()[:1] == "#"]
    if hashed:
        return _taken_tags(page, "hash-links", hashed)
    called = _called_tags(page, regions)
    if called:
        return _taken_tags(page, "tag-block", called)
    known = {fold(word) for word in page.meta.keywords}
    rows: dict[int, list[str]] = {}
    for piece in page.pieces[regions.story.stop : regions.story.stop + 80]:
        if piece.is_link and piece.size <= 400 and all(len(text) <= 60 for text in piece.link_texts):
            rows.setdefault(page.box_of(piece).parent if page.box_of(piece).tag == "li" else piece.box, []).extend(
                link_texts(piece)
            )
    for names in rows.values():
        if len(names) >= 2 and sum(fold(name) in known for name in names) * 2 >= len(names):
            return _taken_tags(page, "keywords-shown", names)
    return []


def _links_under_story(page: Page, regions: Regions) -> Iterator[tuple[str, str]]:
    """Links between the text and the readers' comments or other articles, with what they say."""
    for piece in page.pieces[regions.story.stop : regions.after.stop]:
        if regions.labels.get(piece.index) in {Label.COMMENTS, Label.OTHERS, Label.POPULAR}:
            return
        yield from zip(piece.hrefs, piece.link_texts, strict=True)


def _called_tags(page: Page, regions: Regions) -> list[str]:
    """Short links, or words with a `#`, in a block called after tags, between the text and what follows it."""
    found: list[str] = []
    for piece in page.pieces[regions.story.stop : regions.story.stop + 60]:
        if regions.labels.get(piece.index) in {Label.COMMENTS, Label.OTHERS, Label.POPULAR} or piece.size > 400:
            break
        if not (piece.hrefs or piece.text[:1] == "#") or not page.is_called(piece, _TAG_CLASS):
            if found:
                break
            continue
        marked = (
            [word for word in piece.text.split("#") if word.strip()]
            if piece.text[0] == "#" and len(piece.hrefs) < 2
            else []
        )
        found += marked or (link_texts(piece) if piece.linked >= piece.size * 0.5 else [])
    return found if all(len(name) <= 60 for name in found) else []


def _taken_tags(page: Page, rule: str, names: list[str]) -> list[str]:
    kept = list(
        dict.fromkeys(name for name in (clean(name).strip(" #,;:.") for name in names) if name and len(name) <= 80)
    )[:40]
    if kept:
        page.ledger.take("tags", rule, ", ".join(kept))
    return kept


def _tags_of(page: Page, regions: Regions, label: Piece) -> list[str]:
    """The links in a label's own line, else those after it in its block."""
    if label.hrefs:
        return link_texts(label)
    _, colon, words = label.text.partition(":")
    if colon and words.strip():
        return re.split(r"[,;#]", words)
    found: list[str] = []
    for piece in page.pieces[label.index + 1 : _end_of_list(page, label)]:
        if (
            piece.image is not None
            or not piece.hrefs
            or piece.linked < piece.size * 0.5
            or regions.labels.get(piece.index)
            or regions.teaser[piece.index]
        ):
            break
        texts = link_texts(piece)
        if any(len(text) > 60 for text in texts):
            break
        found += texts
    return found
