"""The sample site's values: photos, pieces of a body, articles and groups, and the truth that follows from them."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from crawler.demo.naming import composite, quoted, slug_of

IMAGE_HOST = "images.hcmcpv.org.vn"
MAIN_HOST = "www.thanhuytphcm.vn"


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photo as the page shows it."""

    path: str
    """Path and query on the image host, as linked."""
    caption: str | None = None
    """The visible caption, credit included."""
    alt: str | None = None
    """The alternative text as it stands in the page; mostly the caption again."""

    @property
    def url(self) -> str:
        return f"https://{IMAGE_HOST}{self.path}"

    @property
    def credit(self) -> str | None:
        """What the caption's end names as the photo's source."""
        match = re.search(r"(?:Ảnh|Nguồn): ([^)]+)\)?$", self.caption or "")
        return match[1] if match else None

    def truth(self) -> dict[str, str | None]:
        """As in the record's `images`."""
        alt = self.alt if self.alt and self.alt != self.caption else None
        return {"url": self.url, "caption": self.caption, "credit": self.credit, "alt": alt}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of the body in reading order."""

    kind: str
    """`paragraph`, `heading`, `quote`, `list`, `table`, `photo` or `file`."""
    text: str = ""
    """Of a file the words of its link."""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    photo: Photo | None = None
    href: str = ""
    """Of a file its path on the image host."""
    bare: bool = False
    """Of a heading: set like any paragraph, without bold."""

    def texts(self) -> list[tuple[str, str]]:
        """(block type, text) of each block of text that the piece makes."""
        match self.kind:
            case "list":
                return [("list_item", item) for item in self.items]
            case "table":
                return [("table", "\n".join("\t".join(row) for row in self.rows))]
            case "photo":
                return []
            case "file":
                return [("paragraph", self.text)]
        return [(self.kind, self.text)]


@dataclass(frozen=True, kw_only=True)
class Byline:
    """Who wrote it."""

    printed: str
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A reader's comment: a trap, nothing of it is the article's."""

    name: str
    text: str
    when: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A section of the site and its listing."""

    slug: str
    title: str
    id: int
    parent: str | None
    markup: str
    paging: str
    """How the listing's next page is linked: `page`, `p`, `path` or `next`."""

    @property
    def path(self) -> str:
        return f"/nhom-tin/{self.slug}-{self.id}"


@dataclass(frozen=True, kw_only=True)
class SampleArticle:
    """One article or document with everything that its pages show."""

    id: int
    kind: str
    group: str
    """Slug of the leaf group, of a document its collection."""
    title: str
    """As typed: may be NFD in part."""
    markup: str
    """`table`, `soup` or `semantic`."""
    day: dt.date
    """Publication day."""
    evidence: str
    """The record's `date_source`: the most trusted witness of the day that the page offers."""
    form: str
    """Which form of metadata or printed date, empty where the page has neither."""
    time: dt.time | None
    """The time of day that the page states."""
    modified: dt.datetime | None
    """The edit that the page states."""
    lead: str | None
    lead_repeated: bool
    """The lead stands again, word for word, as the first paragraph."""
    dateline: str | None
    event_day: dt.date | None
    byline: Byline | None
    lead_photo: Photo | None
    pieces: tuple[Piece, ...]
    tags: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    comment_count: int | None = None
    """The number that the page states; None where it leaves it to a script."""
    offers_related: bool = True
    debris: bool = False
    """Typed in a word processor: empty paragraphs, needless spans, spaces that do not break."""
    video: str | None = None
    """Path of a video on the image host."""
    old_slugs: tuple[str, ...] = field(default=())
    """Slugs of addresses that redirect to the page's present one."""
    slug: str = ""
    """The words of the address before the id; made of the title unless it has been renamed."""

    def __post_init__(self) -> None:
        if not self.slug:
            object.__setattr__(self, "slug", slug_of(self.title))

    @property
    def key(self) -> str:
        """The identity, `kind/id`."""
        return f"{self.kind}/{self.id}"

    @property
    def path(self) -> str:
        """The page's path, percent-encoded."""
        collection = f"{self.group}/" if self.kind == "tu-lieu" else ""
        return quoted(f"/{self.kind}/{collection}{self.slug}-{self.id}")

    @property
    def canonical_url(self) -> str:
        """The record's `canonical_url`: of a document without its collection."""
        return f"https://{MAIN_HOST}{quoted(f'/{self.kind}/{self.slug}-{self.id}')}"

    @property
    def photos(self) -> list[Photo]:
        """The photos in page order."""
        lead = [self.lead_photo] if self.lead_photo else []
        return lead + [piece.photo for piece in self.pieces if piece.photo]

    @property
    def published_at(self) -> str | None:
        return f"{self.day}T{self.time.isoformat('seconds')}+07:00" if self.time else None

    @property
    def first_paragraph(self) -> str:
        """What listings carry of the article."""
        return next((piece.text for piece in self.pieces if piece.kind == "paragraph"), self.title)

    def blocks(self) -> list[tuple[str, str]]:
        """(type, text) of the body's blocks of text; a first paragraph that equals the lead is no part of the body."""
        texts = [text for piece in self.pieces for text in piece.texts()]
        return texts[1:] if self.lead_repeated else texts

    def truth(self) -> dict[str, Any]:
        """Everything but `section` and `related`, which are the site's to tell."""
        blocks = self.blocks()
        photos = self.photos
        return {
            "id": str(self.id),
            "kind": self.kind,
            "canonical_url": self.canonical_url,
            "title": unicodedata.normalize("NFC", self.title),
            "lead": self.lead,
            "date": self.day.isoformat(),
            "published_at": self.published_at,
            "modified_at": self.modified.isoformat(timespec="seconds") if self.modified else None,
            "date_source": self.evidence,
            "tags": list(self.tags),
            "byline": self.byline.printed if self.byline else None,
            "authors": list(self.byline.authors) if self.byline else [],
            "dateline": self.dateline,
            "event_date": self.event_day.isoformat() if self.event_day else None,
            "body": "\n\n".join(text for _, text in blocks),
            "blocks": [{"type": kind, "text": text} for kind, text in blocks],
            "captions": [photo.caption for photo in photos if photo.caption],
            "images": [photo.truth() for photo in photos],
            "attachments": [f"https://{IMAGE_HOST}{piece.href}" for piece in self.pieces if piece.kind == "file"],
            "comment_count": self.comment_count,
        }


def as_typed(title: str, typing: str) -> str:
    """The title as a keyboard left it: `nfc`, `nfd`, or `composite` for one whose second half has its tones apart."""
    if typing == "nfd":
        return unicodedata.normalize("NFD", title)
    if typing == "composite":
        words = title.split(" ")
        half = len(words) // 2
        return " ".join([*words[:half], *(composite(word) for word in words[half:])])
    return title
