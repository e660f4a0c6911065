"""The article record, schema `article/1`: what the parser says of a page, and where it was captured.

The docstring under each field is the schema; `thanhuy schema` prints it.
Keys stand in this order in every JSON line; an absent value is `None`, a list is never `None`, text is NFC.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Any

SCHEMA = "article/1"

STAMPED = frozenset({"version", "captured_at", "warc"})
"""Fields that only a crawl can fill: None in what the parser returns, never None in a collection."""

IDENTITY = frozenset({"id", "kind", "canonical_url"})
"""Fields that are None only for a page outside the scope (`thanhuy probe`), never in a collection."""

ADDED = {"gone": "0.2.0", "reread": "0.2.0"}
"""Keys that the schema gained, and the version of this software that first wrote them: older lines lack them."""

DIGESTED = ("title", "lead", "body", "captions", "byline")
"""The fields whose text makes a version: `text_digest` is taken over them, in this order."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One piece of the body in reading order."""

    type: str
    """`paragraph`, `heading`, `quote`, `list_item`, `table` or `image`."""
    text: str
    """The block's text; of a table the cells joined by tabs and the rows by line breaks;
    of an image its caption, or empty.
    """
    level: int | None = None
    """Of a heading 2 to 6, of a list item its nesting from 1; None for the rest."""
    image: int | None = None
    """Of an image its index into `images`; None for the rest."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """One photo of the article."""

    url: str
    """Absolute address, as the page links it."""
    caption: str | None = None
    """The visible caption, credit included. None where the page shows none."""
    credit: str | None = None
    """Who made or lent the photo, without `Ảnh:`; e.g. `TTXVN`."""
    alt: str | None = None
    """The alternative text, where it says something else than the caption."""


@dataclass(frozen=True, kw_only=True)
class WarcPointer:
    """Where the response that a record was parsed from lies."""

    file: str
    """Name of the WARC file in the collection's `warc/`."""
    offset: int
    """Byte offset of the record's gzip member in that file."""
    length: int
    """Length of the gzip member in bytes."""
    record_id: str
    """`WARC-Record-ID` without its angle brackets."""
    payload_digest: str
    """`WARC-Payload-Digest`: `sha1:` and base32."""


@dataclass(frozen=True, kw_only=True)
class Parser:
    """What parsed the page."""

    version: str
    """The version of this software's parser."""
    layout: str
    """The layout that the page was recognised as."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which rule found a field."""

    field: str
    """The record's key."""
    rule: str
    """The rule's name."""


@dataclass(frozen=True, kw_only=True)
class Gone:
    """That the site says an article is gone."""

    since: str
    """When the site first answered that it is gone, UTC, ISO 8601 with `Z`."""
    confirmed_at: str
    """When it answered so again, on another day, UTC, ISO 8601 with `Z`."""
    warc: WarcPointer
    """The 404 or 410 that confirmed it."""


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """That a newer parser read the same page again, and otherwise; or that the version's number passed to another
    capture, since one by others was adopted: then `captured_at`, `warc` or `changed` are among the fields.
    """

    at: str
    """When it was read again, UTC, ISO 8601 with `Z`."""
    parser: str
    """The version of the parser before."""
    fields: list[str]
    """The record's keys that were otherwise before."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """One version of one article or document."""

    schema: str = SCHEMA
    """Always `article/1`."""
    id: str | None
    """The digits that end the URL; with `kind` the identity, whatever the host or slug."""
    kind: str | None
    """`tin-tuc` (article) or `tu-lieu` (document)."""
    url: str
    """The address as fetched."""
    canonical_url: str | None
    """`https://www.thanhuytphcm.vn/<kind>/<slug>-<id>`; never a fragment or tracking query."""
    title: str
    """The headline."""
    lead: str | None = None
    """The standfirst under the title (*sapo*), where the page sets it apart from the body."""
    date: str | None = None
    """Publication day `YYYY-MM-DD`, Vietnam time; never the day of the page header's clock, never the day of the fetch.
    """
    published_at: str | None = None
    """When the site says it was published, ISO 8601 with +07:00. None where the page states no time."""
    modified_at: str | None = None
    """When the site says it was edited, ISO 8601 with +07:00. None where the page states no such time."""
    date_source: str | None = None
    """Which rule dated it: `metadata`, `page`, `image-name`, `dateline` or `id-estimate`."""
    section: list[str] = field(default_factory=list)
    """The site's sections that hold the article, outermost first."""
    tags: list[str] = field(default_factory=list)
    """The keywords the page shows, in page order."""
    byline: str | None = None
    """Who wrote it, as printed."""
    authors: list[str] = field(default_factory=list)
    """The people in the byline, in its order."""
    dateline: str | None = None
    """The agency or place that opens the story, e.g. `Thanhuytphcm.vn`; not a date."""
    event_date: str | None = None
    """`YYYY-MM-DD` of the day the opening sentence tells of (`Chiều 5/10`), with the year resolved."""
    body: str = ""
    """Paragraphs and sub-headings in reading order, joined by a blank line, the opening dateline included."""
    blocks: list[Block] = field(default_factory=list)
    """The body piece by piece, photos included."""
    captions: list[str] = field(default_factory=list)
    """Every photo caption in page order, each once."""
    images: list[Image] = field(default_factory=list)
    """The article's photos in page order."""
    attachments: list[str] = field(default_factory=list)
    """Addresses of PDF and office files linked in the body."""
    related: list[str] = field(default_factory=list)
    """Addresses of the articles that the page offers next (*Tin khác*)."""
    comment_count: int | None = None
    """The number of readers' comments, where the page states it."""
    text_digest: str = ""
    """`sha256:` and hex of title, lead, body, captions and byline; equal digests mean the same version."""
    version: int | None = None
    """1 for the first version of this article seen, 2 after an edit, and so on."""
    changed: list[str] = field(default_factory=list)
    """The fields that differ from the version before."""
    status: str = "live"
    """`live`, or `gone` (404 or 410: the last known text stays)."""
    captured_at: str | None = None
    """When the response was fetched, UTC, ISO 8601 with `Z`."""
    warc: WarcPointer | None = None
    """The response that this record was parsed from."""
    parser: Parser
    """What parsed it."""
    sources: list[Source] = field(default_factory=list)
    """Which rule found each field."""
    warnings: list[str] = field(default_factory=list)
    """Codes of what a reader should know, e.g. `no-date`, `title-slug-mismatch`."""
    gone: Gone | None = None
    """Of an article that is gone: since when, and the answer that says so; `warc`, `captured_at` and the text stay
    those of the last capture that had one.
    """
    reread: Renewal | None = None
    """Where a newer parser renewed this record, or its number passed to another capture: never an edit of the site's,
    hence no version of its own.
    """


def text_digest(title: str, lead: str | None, body: str, captions: list[str], byline: str | None) -> str:
    """Digest the text that makes a version.

    Each field is prefixed with its presence and its length in bytes,
    so that no text can move from one field to the next unseen.
    """
    sha = hashlib.sha256()
    for value in (title, lead, body, *captions, byline):
        data = b"" if value is None else unicodedata.normalize("NFC", value).encode("utf-8")
        sha.update(b"%d:%d:" % (value is not None, len(data)) + data)
    return f"sha256:{sha.hexdigest()}"


def as_record(article: Article) -> dict[str, Any]:
    """The article as the plain object that JSON holds, keys in the schema's order."""
    record: dict[str, Any] = _as_plain(article)
    return record


_RECORDS = frozenset({Article, Block, Image, WarcPointer, Parser, Source, Gone, Renewal})
_PLAIN = frozenset({str, int, float, bool, type(None)})


def _as_plain(value: Any) -> Any:
    """As `dataclasses.asdict`, which copies each text as if it could change, and takes ten times as long.
    The fields of an instance stand in the order in which its class has them.
    """
    kind = type(value)
    if kind in _RECORDS:
        return {name: each if type(each) in _PLAIN else _as_plain(each) for name, each in vars(value).items()}
    if kind is list:
        return [each if type(each) in _PLAIN else _as_plain(each) for each in value]
    return value
