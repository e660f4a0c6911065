"""Tags: the keywords that the page shows under the article."""

import re
from collections.abc import Callable, Iterator

from crawler.pages.fields.around import end_of_block
from crawler.pages.html.tree import FOOTER, Piece
from crawler.pages.places.claims import Claims
from crawler.pages.places.page import TAG_CLASS, Page, link_texts
from crawler.pages.words.labels import AFTERWARDS, Label, find_label
from crawler.pages.words.text import clean, fold

_TAG_PATH = re.compile(
    r"/(?:tags?|tu-?khoa|chu-?de|keywords?|topic)s?(?:[/-]|\.(?!\w{3,5}$))|[?&](?:tag|keyword)s?=|-tags?\d|/tag",
    re.IGNORECASE,
)


_SEARCH = re.compile(r"/(?:tim-?kiem|search)\b|[?&](?:q|k|s|key|query)=[^&]", re.IGNORECASE)
"""A search of the site, as keywords lead to where they have no page of their own."""


_LONGEST, _SHORT, _MOST = 80, 60, 40
"""Characters of a keyword that its address speaks for, and of any other; and how many are kept."""

Finder = Callable[[Page, Claims], list[str]]


def find_tags(page: Page, claims: Claims) -> None:
    """Note the keywords that the page shows, by the first rule that finds any."""
    if claims.draft.tags:
        if not page.ledger.knows("tags"):
            page.ledger.take("tags", "link-row", ", ".join(claims.draft.tags))
        return
    for rule, find in FINDERS:
        names = (clean(name).strip(" #,;:.") for name in find(page, claims))
        kept = list(dict.fromkeys(name for name in names if name and len(name) <= _LONGEST))[:_MOST]
        if kept:
            claims.draft.tags = kept
            page.ledger.take("tags", rule, ", ".join(kept))
            return


def _tail(page: Page, claims: Claims) -> Iterator[Piece]:
    """The lines of the story and those after it, but lists of other articles and the page's foot."""
    story = claims.regions.story
    for piece in page.pieces[story.start : story.stop + 120]:
        if piece.image is None and not page.teaser[piece.index] and not page.box_of(piece).flags & FOOTER:
            yield piece


def _under_label(page: Page, claims: Claims) -> list[str]:
    if Label.TAGS not in claims.regions.labels.values():
        return []
    for piece in _tail(page, claims):
        if claims.regions.labels.get(piece.index) is Label.TAGS:
            found = _tags_of(page, claims, piece)
            if found:
                return found
    return []


def _links_after(page: Page, claims: Claims) -> Iterator[tuple[str, str]]:
    for piece in _tail(page, claims):
        if piece.index >= claims.regions.story.stop:
            yield from zip(piece.hrefs, piece.link_texts, strict=True)


def _by_path(page: Page, claims: Claims) -> list[str]:
    return [text for href, text in _links_after(page, claims) if len(text) <= _LONGEST and _TAG_PATH.search(href)]


def _by_search(page: Page, claims: Claims) -> list[str]:
    links = _links_under_story(page, claims)
    sought = [text for href, text in links if _SEARCH.search(href) and find_label(text) is None]
    return sought if len(sought) > 1 and all(len(text) <= 40 for text in sought) else []


def _by_hash(page: Page, claims: Claims) -> list[str]:
    return [text for _, text in _links_after(page, claims) if len(text) <= _SHORT and text.lstrip()[:1] == "#"]


def _links_under_story(page: Page, claims: Claims) -> Iterator[tuple[str, str]]:
    """Links between the text and the readers' comments or other articles, with what they say."""
    regions = claims.regions
    for piece in page.pieces[regions.story.stop : regions.after.stop]:
        if regions.labels.get(piece.index) in AFTERWARDS:
            return
        yield from zip(piece.hrefs, piece.link_texts, strict=True)


def _called_tags(page: Page, claims: Claims) -> list[str]:
    """Short links, or words with a `#`, in a block called after tags, between the text and what follows it."""
    found: list[str] = []
    stop = claims.regions.story.stop
    for piece in page.pieces[stop : stop + 60]:
        if claims.regions.labels.get(piece.index) in AFTERWARDS or piece.size > 400:
            break
        marked = piece.text[:1] == "#"
        if (piece.hrefs or marked) and page.is_called(piece, TAG_CLASS):
            found += _marked(piece) or (link_texts(piece) if piece.linked >= piece.size * 0.5 else [])
        elif found:
            break
    return found if all(len(name) <= _SHORT for name in found) else []


def _marked(piece: Piece) -> list[str]:
    """The words of a line that a `#` marks."""
    if piece.text[0] != "#" or len(piece.hrefs) > 1:
        return []
    return [word for word in piece.text.split("#") if word.strip()]


def _known_words(page: Page, claims: Claims) -> list[str]:
    """A row of links of which metadata call most keywords."""
    known = {fold(word) for word in page.meta.keywords}
    if not known:
        return []
    rows: dict[int, list[str]] = {}
    stop = claims.regions.story.stop
    for piece in page.pieces[stop : stop + 80]:
        if piece.is_link and piece.size <= 400 and all(len(text) <= _SHORT for text in piece.link_texts):
            box = page.box_of(piece)
            rows.setdefault(box.parent if box.tag == "li" else piece.box, []).extend(link_texts(piece))
    for names in rows.values():
        if len(names) >= 2 and sum(fold(name) in known for name in names) * 2 >= len(names):
            return names
    return []


def _tags_of(page: Page, claims: Claims, label: Piece) -> list[str]:
    """The links in a label's own line, else those after it in its block."""
    if label.hrefs:
        return link_texts(label)
    _, colon, words = label.text.partition(":")
    if colon and words.strip():
        return re.split(r"[,;#]", words)
    found: list[str] = []
    for piece in page.pieces[label.index + 1 : end_of_block(page, label)]:
        texts = link_texts(piece)
        if not _is_row(piece) or claims.regions.labels.get(piece.index) or page.teaser[piece.index]:
            break
        if any(len(text) > _SHORT for text in texts):
            break
        found += texts
    return found


def _is_row(piece: Piece) -> bool:
    return piece.image is None and bool(piece.hrefs) and piece.linked >= piece.size * 0.5


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("label", _under_label),
    ("tag-links", _by_path),
    ("search-links", _by_search),
    ("hash-links", _by_hash),
    ("tag-block", _called_tags),
    ("keywords-shown", _known_words),
)
"""In order of trust."""
