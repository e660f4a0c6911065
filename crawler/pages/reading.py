"""Reading: one page from bytes to record, rule by rule."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.items import Article, Parser, Source, text_digest
from crawler.pages.errors import LayoutError
from crawler.pages.fields.blocks import Line, blocks_of
from crawler.pages.fields.byline import authors_of, find_byline
from crawler.pages.fields.dates import find_dates
from crawler.pages.fields.offers import find_attachments, find_comment_count, find_related
from crawler.pages.fields.photos import Shown, find_photos
from crawler.pages.fields.section import find_section
from crawler.pages.fields.story import Story, sort_lines
from crawler.pages.fields.tags import find_tags
from crawler.pages.fields.title import find_title, guess_title
from crawler.pages.fields.told import Title
from crawler.pages.html.charset import MAX_BYTES, decode_page
from crawler.pages.html.metadata import read_metadata
from crawler.pages.html.tree import parse_html
from crawler.pages.html.walk import flatten
from crawler.pages.places.layouts import Marks, find_layout, find_pieces
from crawler.pages.places.ledger import Candidate
from crawler.pages.places.outside import forgive_wrappers
from crawler.pages.places.page import Page, open_page
from crawler.pages.places.refusals import is_listing, refuse_page
from crawler.pages.places.regions import Regions, find_regions
from crawler.pages.places.teasers import mark_teasers
from crawler.pages.words.datelines import find_dateline
from crawler.pages.words.names import Byline, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import fold
from crawler.site import scope

PARSER_VERSION = "3"
"""Raised whenever a rule changes what some page yields,
so that `thanhuy extract --diff` can say which parser said what.
"""

_SLIDE = 8
"""Pieces that lie at least between a headline shown in a slide and the same over its article."""

_MAGIC = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\xd0\xcf\x11\xe0")
"""First bytes of files that are served where a page was expected."""


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What the parser saw in one page. Either `article` or `error` is None."""

    article: Article | None
    error: LayoutError | None
    candidates: list[Candidate]
    """Every value that a rule proposed, in the order of the rules; those refused carry the reason."""


def parse_article(
    body: bytes, url: str, *, headers: Mapping[str, str] | None = None, captured_at: datetime | None = None
) -> Article:
    """The record of one page.

    `body` is the entity with its content coding removed. `captured_at` only bounds dates:
    nothing is published after it was fetched.
    Fields that only a crawl knows stay None. Raises LayoutError for a page that is no article.
    """
    seen = inspect_article(body, url, headers=headers, captured_at=captured_at)
    if seen.article is None:
        assert seen.error is not None
        raise seen.error
    return seen.article


def inspect_article(
    body: bytes, url: str, *, headers: Mapping[str, str] | None = None, captured_at: datetime | None = None
) -> Inspection:
    """The same, with every candidate that a rule proposed; never raises LayoutError but returns it."""
    page: Page | None = None
    try:
        page = _open(body, url, headers, captured_at)
        article = _read(page)
    except LayoutError as error:
        return Inspection(article=None, error=error, candidates=page.ledger.candidates if page else [])
    return Inspection(article=article, error=None, candidates=page.ledger.candidates)


def _open(body: bytes, url: str, headers: Mapping[str, str] | None, captured_at: datetime | None) -> Page:
    if body.startswith(_MAGIC) or not body.strip():
        raise LayoutError(
            "not-html", url, f"expected an HTML page, got {'nothing' if not body.strip() else repr(body[:4])}"
        )
    decoded = decode_page(body, headers)
    root, cut = parse_html(decoded)
    if root is None or "<" not in decoded.text[:100_000]:
        raise LayoutError("not-html", url, "expected an HTML page, got no markup")
    tree = flatten(root, cut=cut or len(body) > MAX_BYTES)
    microdata = "itemprop" in decoded.text or "ITEMPROP" in decoded.text
    page = open_page(url, tree, read_metadata(root, url, microdata=microdata), captured_at)
    forgive_wrappers(page)
    page.teaser = mark_teasers(page)
    if tree.cut:
        page.ledger.warn("page-cut")
    return page


def _read(page: Page) -> Article:
    refused = refuse_page(page)
    if refused is not None:
        raise LayoutError(refused[0], page.url, refused[1])
    layout, marks = find_layout(page)
    if page.identity is not None and page.identity.kind is scope.Kind.LISTING:
        raise LayoutError("listing", page.url, "expected an article, got the address of a listing")
    title = _marked_title(page, marks) or find_title(page) or guess_title(page)
    if is_listing(page, title.text if title else None):
        raise LayoutError("listing", page.url, "expected an article, got a list of articles")
    if title is None:
        raise LayoutError("no-title", page.url, "expected 1 title, got 0")
    regions = find_regions(page, title.at, _find_body_box(page, marks.body, title)) or find_regions(page, title.at)
    if regions is not None and (
        nearer := [at for at in title.again if regions.title_at + _SLIDE < at < regions.body_at]
    ):
        title = dataclasses.replace(title, at=nearer[-1])
        regions = find_regions(page, title.at) or regions
    if regions is None:
        raise LayoutError("no-body", page.url, "expected text under the headline, got none")
    return _build(page, layout, marks, title, regions)


def _find_body_box(page: Page, element: Any, title: Title) -> int | None:
    """The box of an element that a layout calls the body. None where it holds the headline too:
    it is the article then.
    """
    found = next((box for box in page.boxes if box.element is element), None) if element is not None else None
    return None if found is None or found.first <= title.at < found.last else found.index


def _marked_title(page: Page, marks: Marks) -> Title | None:
    for piece in find_pieces(page, marks.title)[:1]:
        page.ledger.take("title", "layout", piece.text)
        return Title(text=piece.text, rule="layout", at=piece.index)
    return None


def _apply_marks(page: Page, marks: Marks, story: Story) -> tuple[frozenset[int], Byline | None]:
    """What a layout knows of lead, byline and date, and the lines that are settled with it."""
    lead, named, dated = (find_pieces(page, element) for element in (marks.lead, marks.byline, marks.date))
    if lead:
        story.lead, story.lead_rule = " ".join(piece.text for piece in lead), "layout"
    story.stamps += [(piece.index, stamp) for piece in dated if (stamp := find_stamp(piece.text))]
    byline = parse_byline(named[0].text) if named else None
    if byline is not None:
        page.ledger.take("byline", "layout", byline.printed)
    return frozenset(piece.index for piece in (*lead, *named, *dated)), byline


def _build(page: Page, layout: str, marks: Marks, title: Title, regions: Regions) -> Article:
    shown, story = find_photos(page, regions), Story()
    if title.at >= 0 and title.text != page.pieces[title.at].text and (stamp := find_stamp(page.pieces[title.at].text)):
        story.stamps.append((title.at, stamp))  # the date that shares the headline's line
    settled, marked = _apply_marks(page, marks, story)
    lines = sort_lines(page, regions, shown, story, settled)
    byline = marked or find_byline(page, regions, story, lines)
    captions = _captions_of(page, shown)
    texts = [line for line in lines if isinstance(line, Line) and line.text]
    body = "\n\n".join(line.text for line in texts)
    if not body and not story.lead and not captions:
        raise LayoutError("no-body", page.url, "expected text under the headline, got none")
    opening = texts[0].text if texts else ""
    dateline = _dateline_of(page, story, texts)
    dates = find_dates(
        page,
        regions,
        story,
        story.lead if story.lead and find_dateline(story.lead) else opening,
        [image.url for image in shown.images],
    )
    if story.lead:
        page.ledger.take("lead", story.lead_rule, story.lead)
    if body:
        page.ledger.take(
            "body", f"block:{page.boxes[regions.body_box].tag}", f"{len(texts)} paragraphs, {len(body)} characters"
        )
        page.ledger.take("blocks", "body", f"{len(lines)} blocks")
    else:
        page.ledger.warn("no-body-text")
    if not byline and not (page.identity and page.identity.kind is scope.Kind.DOCUMENT):
        page.ledger.warn("no-byline")
    identity = page.identity
    section, tags = find_section(page, regions), find_tags(page, regions)
    if identity:
        page.ledger.take("id", "url" if scope.find_page(page.url) else "canonical-link", identity.id)
        page.ledger.take("kind", "url" if scope.find_page(page.url) else "canonical-link", str(identity.kind))
        page.ledger.take("canonical_url", "id", identity.canonical_url)
    lead_text, byline_text = story.lead, byline.printed if byline else None
    authors = authors_of(byline, page.ledger)
    attachments, related = find_attachments(page, regions), find_related(page, regions, story)
    comments = find_comment_count(page, regions)
    return Article(
        id=identity.id if identity else None, kind=str(identity.kind) if identity else None, url=page.url,
        canonical_url=identity.canonical_url if identity else None, title=title.text, lead=lead_text,
        date=dates.day.isoformat() if dates.day else None, published_at=dates.published_at,
        modified_at=dates.modified_at,
        date_source=dates.source, section=section, tags=tags, byline=byline_text, authors=authors, dateline=dateline,
        event_date=dates.event.isoformat() if dates.event else None, body=body,
        blocks=blocks_of(lines, [image.caption for image in shown.images]), captions=captions, images=shown.images,
        attachments=attachments, related=related, comment_count=comments,
        text_digest=text_digest(title.text, lead_text, body, captions, byline_text),
        parser=Parser(version=PARSER_VERSION, layout=layout),
        sources=[Source(field=name, rule=rule) for name, rule in page.ledger.rules.items()],
        warnings=page.ledger.warnings)  # fmt: skip


def _captions_of(page: Page, shown: Shown) -> list[str]:
    captions: dict[str, str] = {}
    for caption in shown.texts:
        captions.setdefault(fold(caption), caption)
    if shown.images:
        page.ledger.take("images", "photos-in-story", f"{len(shown.images)} photos")
    if captions:
        page.ledger.take("captions", ", ".join(dict.fromkeys(shown.rules)), " | ".join(captions.values()))
    return list(captions.values())


def _dateline_of(page: Page, story: Story, texts: list[Line]) -> str | None:
    for text in (story.lead, *(line.text for line in texts[:2])):
        found = find_dateline(text) if text else None
        if found:
            page.ledger.take("dateline", "opening", found[0])
            return found[0]
    return None
