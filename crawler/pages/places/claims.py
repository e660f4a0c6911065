"""Claims: who owns each line of a page. No line has two owners.

The stages of the reading take lines one after another; what nobody took between headline and end is the body.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from crawler.items import Image
from crawler.pages.html.tree import Piece
from crawler.pages.places.layouts import Told
from crawler.pages.places.regions import Regions
from crawler.pages.words.names import Byline
from crawler.pages.words.stamps import Stamp


class Role(StrEnum):
    """What a line is for."""

    TITLE = "title"
    DATE = "date"
    BYLINE = "byline"
    LEAD = "lead"
    BODY = "body"
    PHOTO = "photo"
    CAPTION = "caption"
    SECTION = "section"
    TAGS = "tags"
    HEAD = "head"
    """Beside the headline, and in no field: a number of readers, a desk."""
    NOTE = "note"
    """Under the byline, and in no field: a source, an editor, a day."""
    LABEL = "label"
    TOOL = "tool"
    """Buttons, pagers, what a menu or a foot holds."""
    FILE = "file"
    RELATED = "related"
    TEASER = "teaser"
    INSET = "inset"
    """A block amid the text that is no part of it."""
    LEFT = "left-out"
    """Prose that no rule took and that is not in the body."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who took a line: for which role, by which rule, on what evidence."""

    role: Role
    rule: str
    evidence: tuple[str, ...] = ()
    """The rows that spoke for it, where evidence was added up."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph to be: one piece, or several that single line breaks part."""

    pieces: list[Piece]
    kind: str = "paragraph"
    level: int | None = None
    text: str = ""


@dataclass(slots=True)
class RecordDraft:
    """The record as far as it has been read: what the lines that were taken say."""

    layout: str = ""
    title: str = ""
    title_at: int = -1
    """The piece that shows it; -1 where only metadata has it."""
    title_again: tuple[int, ...] = ()
    """Pieces further on that say the same: a slide before the article may show its headline first."""
    exact: set[int] = field(default_factory=set)
    """The pieces that an exact layout calls the body. Empty where none does."""
    lead: str | None = None
    lead_rule: str = ""
    stamps: list[tuple[int, Stamp]] = field(default_factory=list)
    """Dates printed between headline and text, or alone at the text's end, with the pieces that hold them."""
    names: list[Piece] = field(default_factory=list)
    """Short lines of the head that are neither date nor lead: the byline may be among them."""
    times: frozenset[int] = frozenset()
    """Times of day that head the entries of a live report."""
    cards: set[int] = field(default_factory=set)
    """Those of the names under which the page tells of the author."""
    related: list[str] = field(default_factory=list)
    """Links to other articles amid the text."""
    images: list[Image] = field(default_factory=list)
    photos: dict[int, int] = field(default_factory=dict)
    """Piece → index into the images."""
    captions: list[str] = field(default_factory=list)
    """In page order, those of photos without an address too."""
    lines: list[Paragraph | int] = field(default_factory=list)
    """The body, photos as indexes into the images, in reading order."""
    byline: Byline | None = None
    dateline: str | None = None
    day: date | None = None
    date_source: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    event: date | None = None
    section: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    """Addresses of the articles that the page offers next."""
    comment_count: int | None = None


class ClaimError(AssertionError):
    """A stage took a line that has an owner: a mistake of ours, whatever the page."""


class Claims:
    """The owner of each piece, where the article lies, and the draft of its record."""

    def __init__(self, size: int, told: Sequence[Told] = ()) -> None:
        self.told = told
        """What an exact layout says of the page."""
        self.owners: list[Owner | None] = [None] * size
        self.draft = RecordDraft()
        self.regions = Regions(title_at=-1, before=range(0), body_at=0, story=range(0), after=range(0))
        """Where the article lies, once the headline is known."""

    def take(self, pieces: Iterable[int], role: Role, rule: str, evidence: tuple[str, ...] = ()) -> None:
        """Give pieces an owner. Raises ClaimError where one has another already."""
        owner = Owner(role, rule, evidence)
        for index in pieces:
            if self.owners[index] is not None:
                raise ClaimError(f"piece {index} is {self.owners[index]}, and cannot be {owner}")
            self.owners[index] = owner

    def take_free(self, pieces: Iterable[int], role: Role, rule: str, evidence: tuple[str, ...] = ()) -> None:
        """Give an owner to those of the pieces that have none."""
        self.take(dict.fromkeys(index for index in pieces if self.owners[index] is None), role, rule, evidence)

    def is_free(self, index: int) -> bool:
        """Whether nobody took a piece yet."""
        return self.owners[index] is None

    def is_tool(self, index: int) -> bool:
        """Whether a piece was taken for a button or a counter."""
        owner = self.owners[index]
        return owner is not None and owner.role is Role.TOOL

    def is_others(self, index: int) -> bool:
        """Whether a piece was taken for another article."""
        owner = self.owners[index]
        return owner is not None and owner.role in {Role.TEASER, Role.RELATED}

    def is_open(self, index: int) -> bool:
        """Whether a piece is free and no layout calls it the body: then a rule may cut it out of the text."""
        return self.owners[index] is None and index not in self.draft.exact

    def open(self, span: Iterable[int]) -> Iterator[int]:
        """The pieces of a span that a rule may take out of the text, looked at one by one."""
        owners, exact = self.owners, self.draft.exact
        return (index for index in span if owners[index] is None and index not in exact)

    def holders(self, role: Role) -> list[int]:
        """The pieces that were taken for a role."""
        return [index for index, owner in enumerate(self.owners) if owner is not None and owner.role is role]
