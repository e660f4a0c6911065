"""The page as the rules see it: its flat tree, its metadata, and what its address says."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import accumulate
from urllib.parse import urljoin

from crawler.pages.html.metadata import Metadata
from crawler.pages.html.tree import QUOTE, Box, Piece, Tree
from crawler.pages.places.ledger import Ledger
from crawler.pages.words.slug import find_slug
from crawler.pages.words.text import clean
from crawler.site import scope
from crawler.site.ids import KNOWN, Calendar
from crawler.site.times import VIETNAM

AUTHOR = re.compile(r"author|byline|tac-?gia|but-?danh|writer|reporter|creator", re.IGNORECASE)
"""Words that many publishing systems have in a class, or in an address that leads to an author;
weak evidence, beside a name's shape.
"""
LEAD = re.compile(
    r"sapo|summary|chap+eau|(?:^|[\s_-])(?:lead|desc(?:ription)?|tom-?tat|trich-?yeu)(?:$|[\s_-])", re.IGNORECASE
)
"""Words that most publishing systems have in the class of a standfirst."""
TAG_CLASS = re.compile(r"(?:^|[\s_-])(?:tags?|keywords?|tu-?khoa)(?:$|[\s_-])", re.IGNORECASE)
"""A word that most publishing systems have in the class of a block of keywords."""
STANDFIRST = re.compile(r"sapo|chap+eau|tom-?tat|trich-?yeu", re.IGNORECASE)
"""Those of them that nothing else is called after."""
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|pdf|docx?|xlsx?|pptx?|zip|rar)$", re.IGNORECASE)
_DENSE = 3
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|zip|rar)$", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """One page while it is read."""

    url: str
    tree: Tree
    meta: Metadata
    captured_at: datetime | None
    identity: scope.Page | None
    """Kind, id and slug. None outside the scope."""
    slug: str
    calendar: Calendar = KNOWN
    """Which day each article's number was given."""
    vietnamese: bool = True
    """Whether it is this site's, or in its language: how such papers write tells more than markup then."""
    ledger: Ledger = field(default_factory=Ledger)
    teaser: list[bool] = field(default_factory=list)
    """For each piece, whether it belongs to a list of other articles."""
    data_tables: dict[int, bool] = field(default_factory=dict)
    """For each table that was looked through, by its box, whether it holds data."""
    column_tables: dict[int, bool] = field(default_factory=dict)
    """The same, whether its columns have headings."""
    pieces: list[Piece] = field(init=False)
    """Its lines and photos, in reading order."""
    boxes: list[Box] = field(init=False)
    """Its blocks; the first is the whole page."""
    tags: frozenset[str] = field(init=False)
    """Those of its blocks."""
    letters: int = field(init=False, default=1)
    """How many letters of an alphabet one of the page's says as much as: an ideograph, or a syllable in one sign,
    is a word or half of one.
    """
    plain: list[int] = field(init=False)
    """How many characters stand before each piece, and before the page's end, outside of links."""
    _elsewhere: dict[str, bool] = field(default_factory=dict)
    _by_element: dict[int, Box] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pieces, self.boxes = self.tree.pieces, self.tree.boxes
        self.tags = frozenset([box.tag for box in self.boxes])
        if not self.vietnamese and _is_dense(self.pieces):
            self.letters = _DENSE
        self.plain = [0, *accumulate([piece.size - piece.linked for piece in self.pieces])]

    @property
    def boxes_by_element(self) -> dict[int, Box]:
        """Each block by the identity of its element."""
        if not self._by_element:
            self._by_element = {id(box.element): box for box in self.boxes}
        return self._by_element

    @property
    def home(self) -> timezone | None:
        """The zone of its readers: Vietnam's for pages in its language or on its hosts. None for others."""
        return VIETNAM if self.vietnamese or _is_in_vietnam(self.meta) else None

    def box_of(self, piece: Piece) -> Box:
        """The block that a piece stands in."""
        return self.boxes[piece.box]

    def join(self, href: str) -> str | None:
        """A link's absolute address. None where it is no http or https address."""
        if href[:8] == "https://" or href[:7] == "http://":
            return href
        if (
            self.meta.origin[:4] == "http"
            and href[:1] == "/"
            and href[1:2] not in {"/", "\\"}
            and "/." not in href
            and href.isprintable()
        ):
            return f"{self.meta.origin}{href.rstrip()}"
        try:
            address = urljoin(self.meta.base, href.strip())
        except ValueError:
            return None
        return address if address[:7] == "http://" or address[:8] == "https://" else None

    def leads_elsewhere(self, href: str) -> bool:
        """Whether a link leads to another page, rather than to a place in this one, an image, a file or a script."""
        known = self._elsewhere.get(href)
        if known is None:
            known = self._elsewhere[href] = self._find_elsewhere(href)
        return known

    def _find_elsewhere(self, href: str) -> bool:
        if not href or href[0] == "#" or href[:11].lower() == "javascript:":
            return False
        address = self.join(href)
        if address is None:
            return False
        address = address.partition("#")[0].rstrip("/")
        return _FILE.search(address.partition("?")[0][-6:]) is None and address != self.url.partition("#")[0].rstrip(
            "/"
        )

    def leads_home(self, href: str) -> bool:
        """Whether a link leads to a site's first page."""
        address = self.join(href) or ""
        return address.count("/") <= 3 and not address.partition("://")[2].partition("/")[2]

    def class_of(self, box: Box) -> str:
        """The classes of a block and of the one around it, for the few words that most publishing systems share."""
        return f"{box.element.get('class') or ''} {self.boxes[box.parent].element.get('class') or ''}"

    def is_called(self, piece: Piece, word: re.Pattern[str]) -> bool:
        """Whether a line stands in a block whose class has such a word."""
        around = self.ancestors(self.box_of(piece))[:4]
        return any(word.search(self.boxes[index].element.get("class") or "") for index in around)

    def leads_to_author(self, piece: Piece) -> bool:
        """Whether a line's block, or its link, is called after an author."""
        return AUTHOR.search(f"{self.class_of(self.box_of(piece))} {piece.href[-120:]}") is not None

    def is_quoted(self, piece: Piece) -> bool:
        """Whether a line stands in a quotation, or in a block called so."""
        box = self.box_of(piece)
        return bool(box.flags & QUOTE) or any(
            "quote" in self.class_of(self.boxes[index]).lower() for index in self.ancestors(box)[:3]
        )

    def place_of(self, piece: Piece) -> int:
        """The index of the block that a line shares with others: wrappers that hold nothing else do not count."""
        box = self.box_of(piece)
        while box.index and box.last - box.first <= 1:
            box = self.boxes[box.parent]
        return box.index

    def ancestors(self, box: Box) -> list[int]:
        """The indexes of a box and of all that hold it, innermost first."""
        found = [box.index]
        while found[-1]:
            found.append(self.boxes[found[-1]].parent)
        return found


def _is_dense(pieces: list[Piece]) -> bool:
    """Whether most lines begin with an ideograph, a kana or a Korean syllable."""
    return sum(piece.text[:1] >= "\u3040" for piece in pieces) * 2 > len(pieces)


def link_texts(piece: Piece) -> list[str]:
    """What the links of a line say, those without words left out."""
    return [text for text in (clean(text) for text in piece.link_texts) if text]


def leads_to_file(address: str) -> bool:
    """Whether an address is that of a PDF, an office file or an archive of such."""
    return _DOCUMENT.search(address.partition("?")[0].partition("#")[0]) is not None


def open_page(url: str, tree: Tree, meta: Metadata, captured_at: datetime | None) -> Page:
    """Put together what the rules need; the identity is the URL's,
    or the canonical link's where only that lies in the scope.
    """
    identity = scope.find_page(url)
    if (identity is None or identity.kind is scope.Kind.LISTING) and meta.canonical:
        other = scope.find_page(meta.canonical)
        identity = other if other is not None and other.kind is not scope.Kind.LISTING else identity
    slug = identity.slug if identity is not None else find_slug(url) or find_slug(meta.canonical or "")
    vietnamese = identity is not None or _is_vietnamese(meta)
    return Page(url, tree, meta, captured_at, identity, slug, vietnamese=vietnamese)


def _is_vietnamese(meta: Metadata) -> bool:
    """By letters in its title that no other language has, else by the language or, where it names none, by the host."""
    if any(
        "\u1ea0" <= char <= "\u1ef9"
        for text in (meta.page_title, *(told for _, told in meta.title[:2]))
        for char in text
    ):
        return True  # many templates call every page English
    return meta.language.lower().startswith("vi") or (not meta.language and _is_in_vietnam(meta))


def _is_in_vietnam(meta: Metadata) -> bool:
    return meta.origin.rpartition("/")[2].partition(":")[0].endswith(".vn")
