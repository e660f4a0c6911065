"""Reading: one page from bytes to record. `STAGES`, in order, is the whole algorithm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crawler.items import Article, Parser, Source, text_digest
from crawler.pages.fields.around import (
    claim_captions,
    claim_furniture,
    claim_insets,
    claim_labels,
    claim_related,
    claim_teasers,
)
from crawler.pages.fields.blocks import blocks_of, claim_body, draft_lines
from crawler.pages.fields.byline import claim_byline
from crawler.pages.fields.checked import find_changes
from crawler.pages.fields.copies import claim_copy
from crawler.pages.fields.dating import claim_dateline, claim_dates
from crawler.pages.fields.exact import apply_layout
from crawler.pages.fields.head import claim_cards, claim_head, claim_repeated_lead, close_head
from crawler.pages.fields.headline import claim_region, claim_title
from crawler.pages.fields.left import claim_left
from crawler.pages.fields.offers import find_attachments, find_comment_count, find_related
from crawler.pages.fields.photos import claim_photos
from crawler.pages.fields.rows import claim_contents, claim_counters, claim_files, claim_link_rows
from crawler.pages.fields.section import claim_section
from crawler.pages.fields.tags import find_tags
from crawler.pages.fields.tail import claim_tail
from crawler.pages.html.charset import MAX_BYTES
from crawler.pages.html.metadata import read_metadata
from crawler.pages.html.tree import PageMarkup, read_markup
from crawler.pages.html.walk import flatten
from crawler.pages.places.claims import Claims, Paragraph
from crawler.pages.places.errors import READER_FAILED, LayoutError, ReaderFailed
from crawler.pages.places.layouts import Layout, Told, find_layout, find_misfits, find_shape, tell
from crawler.pages.places.ledger import Candidate, Ledger
from crawler.pages.places.outside import forgive_wrappers
from crawler.pages.places.page import Page, open_page
from crawler.pages.places.refusals import refuse_page
from crawler.pages.places.teasers import mark_teasers
from crawler.pages.version import LAYOUT_DISAGREES, Taught
from crawler.site import scope
from crawler.site.ids import KNOWN, Calendar

_UNREAD = frozenset({"no-title", "no-body"})
"""Why the rules find no article where a layout may."""
STAGES: tuple[Callable[[Page, Claims], None], ...] = (
    # what is known exactly comes first, and is final
    apply_layout,
    claim_title,
    claim_region,
    # out of what lies between headline and end: what is no text
    claim_copy,
    claim_cards,
    claim_counters,
    claim_photos,
    claim_teasers,
    claim_furniture,
    claim_insets,
    claim_labels,
    claim_captions,
    claim_contents,
    claim_related,
    claim_files,
    claim_link_rows,
    # its two ends
    claim_head,
    claim_repeated_lead,
    draft_lines,
    claim_tail,
    claim_byline,
    # the body is what is left
    claim_body,
    close_head,
    claim_left,
    # what is said beside the text, and of it
    claim_dateline,
    claim_dates,
    claim_section,
    find_tags,
    find_attachments,
    find_related,
    find_comment_count,
)
"""Every step from a page to its record, in order. Each takes lines that nobody took before, and notes what they say."""

_MAGIC = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\xd0\xcf\x11\xe0")
"""First bytes of files that are served where a page was expected."""


@dataclass(frozen=True, kw_only=True)
class OwnedLine:
    """One line of the page, and who took it."""

    text: str
    """Empty for a photo."""
    role: str | None
    """None where nobody took it."""
    rule: str | None
    evidence: tuple[str, ...] = ()
    """The rows that spoke for it, where evidence was added up."""


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What the parser saw in one page. Either `article` or `error` is None."""

    article: Article | None
    error: LayoutError | None
    candidates: list[Candidate]
    """Every value that a rule proposed, in the order of the rules; those refused carry the reason."""
    lines: list[OwnedLine]
    """Each line from the first that a rule took to the last, in page order, with its owner."""


def parse_article(
    body: bytes,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    captured_at: datetime | None = None,
    layouts: Sequence[Layout] = (),
    calendar: Calendar = KNOWN,
    cut: bool = False,
    markup: PageMarkup | None = None,
) -> Article:
    """The record of one page.

    `body` is the entity with its content coding removed; `cut` says that less of it came than was sent.
    `captured_at` only bounds dates: nothing is published after it was fetched.
    `layouts` are exact ones, asked before those of the table; `calendar` tells an article's day by its number.
    `markup` is what the body was read as, where that has been done.
    Fields that only a crawl knows stay None. Raises LayoutError for a page that is no article.
    """
    taught = Taught(layouts=tuple(layouts), calendar=calendar)
    attempt = _attempt(body, url, headers, captured_at, taught, cut, markup, in_full=False)
    if attempt.article is None:
        assert attempt.error is not None
        raise attempt.error
    return attempt.article


def inspect_article(
    body: bytes,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    captured_at: datetime | None = None,
    layouts: Sequence[Layout] = (),
    calendar: Calendar = KNOWN,
    cut: bool = False,
) -> Inspection:
    """The same, with every candidate that a rule proposed, and the owner of each line;
    never raises LayoutError but returns it.
    """
    attempt = _attempt(body, url, headers, captured_at, Taught(layouts=tuple(layouts), calendar=calendar), cut)
    page, claims = attempt.page, attempt.claims
    return Inspection(
        article=attempt.article, error=attempt.error, candidates=page.ledger.candidates if page else [],
        lines=_name_lines(page, claims) if page and claims else [],
    )  # fmt: skip


@dataclass(slots=True)
class _Attempt:
    """One page, as far as it could be read."""

    page: Page | None = None
    claims: Claims | None = None
    article: Article | None = None
    error: LayoutError | None = None


def _attempt(
    body: bytes,
    url: str,
    headers: Mapping[str, str] | None,
    captured_at: datetime | None,
    taught: Taught,
    cut: bool,
    markup: PageMarkup | None = None,
    *,
    in_full: bool = True,
) -> _Attempt:
    """Read a page; whatever it is, nothing is raised while GUARDED."""
    attempt = _Attempt()
    try:
        page = attempt.page = open_bytes(body, url, headers, captured_at, markup)
        page.calendar, page.ledger.in_full = taught.calendar, in_full
        if cut:
            page.ledger.warn("page-cut")
        claims = attempt.claims = read_with(page, taught.layouts)
        attempt.article = _write(page, claims, taught.parser)
    except LayoutError as refused:
        attempt.error = refused
    except MemoryError:  # what may be had of it is bounded where the page is read
        raise
    except Exception as broken:
        if not GUARDED:
            raise
        attempt.error = ReaderFailed(READER_FAILED, url, f"{type(broken).__name__}: {broken}")
    return attempt


def find_unmatched(body: bytes, url: str, headers: Mapping[str, str] | None, layouts: Sequence[Layout]) -> list[str]:
    """Of a page that fits none of the layouts, the rows of the nearest that do not find what they expect."""
    try:
        return find_misfits(open_bytes(body, url, headers, None), layouts)
    except LayoutError:
        return []
    except Exception:
        if not GUARDED:
            raise
        return []  # what reads the page tells of it


def _name_lines(page: Page, claims: Claims) -> list[OwnedLine]:
    """The lines of the page and their owners, from the first that has one to the last."""
    owned = [index for index, owner in enumerate(claims.owners) if owner is not None]
    lines = []
    for index in range(owned[0], owned[-1] + 1) if owned else ():
        owner, text = claims.owners[index], page.pieces[index].text
        if owner is not None:
            lines.append(OwnedLine(text=text, role=str(owner.role), rule=owner.rule, evidence=owner.evidence))
        elif text:
            lines.append(OwnedLine(text=text, role=None, rule=None))
    return lines


def open_bytes(
    body: bytes,
    url: str,
    headers: Mapping[str, str] | None,
    captured_at: datetime | None,
    markup: PageMarkup | None = None,
) -> Page:
    """The page as the stages see it. Raises LayoutError for bytes that are none."""
    if body.startswith(_MAGIC) or not (body[:1000].strip() or body.strip()):
        raise LayoutError(
            "not-html", url, f"expected an HTML page, got {'nothing' if not body.strip() else repr(body[:4])}"
        )
    text, root, cut = markup or read_markup(body, headers)
    if root is None or "<" not in text[:100_000]:
        raise LayoutError("not-html", url, "expected an HTML page, got no markup")
    tree = flatten(root, cut=cut or len(body) > MAX_BYTES)
    page = open_page(url, tree, read_metadata(root, url), captured_at)
    forgive_wrappers(page)
    page.teaser = mark_teasers(page)
    if tree.cut:
        page.ledger.warn("page-cut")
    return page


def read_page(page: Page, claims: Claims) -> None:
    """Run the stages over a page. Raises LayoutError for one that is no article."""
    refused = refuse_page(page)
    if refused is not None:
        raise LayoutError(refused[0], page.url, refused[1])
    for stage in STAGES:
        stage(page, claims)


def read_with(page: Page, layouts: Sequence[Layout]) -> Claims:
    """What the rules, and the first of the layouts that fits, make of a page. Raises LayoutError for no article.

    What a layout by hand names is final. One that was learnt is held against what the rules read by themselves.
    """
    found = find_layout(page, layouts)
    if found is None:
        return _read(page, find_shape(page), [])
    layout, told = found[0], [tell(page, match) for match in found[1]]
    if not layout.learnt:
        return _read(page, layout.name, told)
    return _read_checked(page, layout.name, told)


def _read_checked(page: Page, layout: str, told: Sequence[Told]) -> Claims:
    """The rules' reading where a learnt layout agrees with it, else the reading with what the layout says otherwise."""
    before = list(page.ledger.warnings)
    try:
        alone = _read(page, layout, [])
    except LayoutError as refused:
        if refused.code not in _UNREAD:
            raise
        page.ledger = Ledger([*before, LAYOUT_DISAGREES], in_full=page.ledger.in_full)
        return _read(page, layout, told)
    changes, disagree = find_changes(page, alone, told)
    rules = page.ledger
    if changes:
        page.ledger = Ledger([*before, LAYOUT_DISAGREES], in_full=page.ledger.in_full)
        try:
            checked = _read(page, layout, changes)
        except LayoutError:
            page.ledger = rules
        else:
            for name in (change.field for change in changes):
                page.ledger.refuse(name, "rules", ", ".join(rules.rules.get(name, ())), "the layout says otherwise")
            return checked
    if disagree:
        page.ledger.warn(LAYOUT_DISAGREES)
    return alone


def _read(page: Page, layout: str, told: Sequence[Told]) -> Claims:
    """Read a page with what a layout says of it."""
    claims = Claims(len(page.pieces), told)
    claims.draft.layout = layout
    read_page(page, claims)
    return claims


def _note_identity(page: Page) -> None:
    identity = page.identity
    if identity:
        rule = "url" if scope.find_page(page.url) else "canonical-link"
        page.ledger.take("id", rule, identity.id)
        page.ledger.take("kind", rule, str(identity.kind))
        page.ledger.take("canonical_url", "id", identity.canonical_url)


def _write(page: Page, claims: Claims, version: str) -> Article:
    """The record that the draft has become."""
    _note_identity(page)
    draft, identity = claims.draft, page.identity
    texts = [line.text for line in draft.lines if isinstance(line, Paragraph) and line.text]
    body, byline = "\n\n".join(texts), draft.byline.printed if draft.byline else None
    rules = page.ledger.rules
    return Article(
        id=identity.id if identity else None, kind=str(identity.kind) if identity else None, url=page.url,
        canonical_url=identity.canonical_url if identity else None, title=draft.title, lead=draft.lead,
        date=draft.day.isoformat() if draft.day else None, published_at=draft.published_at,
        modified_at=draft.modified_at, date_source=draft.date_source, section=draft.section, tags=draft.tags,
        byline=byline, authors=draft.byline.people if draft.byline else [], dateline=draft.dateline,
        event_date=draft.event.isoformat() if draft.event else None, body=body,
        blocks=blocks_of(draft.lines, [image.caption for image in draft.images]), captions=draft.captions,
        images=draft.images, attachments=draft.attachments, related=draft.offered, comment_count=draft.comment_count,
        text_digest=text_digest(draft.title, draft.lead, body, draft.captions, byline),
        parser=Parser(version=version, layout=draft.layout),
        sources=[_source(name, rule) for name, found in rules.items() for rule in found],
        warnings=page.ledger.warnings)  # fmt: skip


@lru_cache(maxsize=1024)
def _source(name: str, rule: str) -> Source:
    """A row of `sources`: their list is closed, and pages say the same of themselves again and again."""
    return Source(field=name, rule=rule)


GUARDED = True
"""Whether a fault of the reader is told as a page that gave no record, so that no page stops an archive;
tests see it raised.
"""
