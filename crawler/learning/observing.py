"""Observing: what the rules read in a stored page, line by line, as far as selectors can be learnt from it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crawler.pages import LayoutError, reading
from crawler.pages.fields.checked import is_doubted_prose
from crawler.pages.fields.exact import names_in
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Role
from crawler.pages.places.layouts import Match, Row, tell
from crawler.pages.places.page import Page
from crawler.pages.reading import open_bytes, read_with
from crawler.pages.words.text import fold

BY_ROLE = {"date": Role.DATE, "byline": Role.BYLINE, "lead": Role.LEAD, "captions": Role.CAPTION, "body": Role.BODY}
"""Fields whose lines have an owner of that role."""
TEXT = frozenset({Role.TITLE, Role.LEAD, Role.BODY, Role.CAPTION})
_RECURS_ON = 3
"""Pages on which a line stands at least that recurs."""
_RECURRING = 0.2
"""The share of a design's pages on which it does."""


@dataclass(frozen=True, kw_only=True)
class StoredPage:
    """A page as the archive holds it, its content coding removed."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Observed:
    """One page, and which of its lines the rules hold for which field."""

    url: str
    page: Page
    claims: Claims
    lines: dict[str, frozenset[int]]
    """Field → the lines that make it up."""
    _found: dict[str, tuple[int, frozenset[int]]] = field(default_factory=dict)

    def find(self, css: str) -> tuple[int, frozenset[int]]:
        """How many elements a selector finds, and the lines that they hold."""
        if css not in self._found:
            elements = Row(field="body", css=css).select(self.page)
            pieces = tell(self.page, Match(field="body", found=elements)).pieces
            lines = frozenset(piece.index for piece in pieces if piece.image is None)
            self._found[css] = (len(elements), lines)
        return self._found[css]

    def is_text(self, index: int) -> bool:
        """Whether the rules hold a line for the article's text."""
        owner = self.claims.owners[index]
        return owner is not None and owner.role in TEXT

    def is_doubted(self, index: int) -> bool:
        """Whether a line is prose that the rules leave out for the name of its block alone."""
        return is_doubted_prose(self.page, self.page.pieces[index], self.claims.owners[index])

    def follows_photo(self, index: int) -> bool:
        """Whether a photo stands right before a line, or right behind it."""
        pieces = self.page.pieces
        beside = (pieces[at] for at in (index - 1, index + 1) if 0 <= at < len(pieces))
        return any(piece.image is not None for piece in beside)


def observe(stored: Iterable[StoredPage], broken: list[str] | None = None) -> list[Observed]:
    """What the rules read in each page; pages that they read as no article are left out.
    `broken`: takes the pages on which the reader itself broke, and how.
    """
    found = []
    for each in stored:
        try:
            page = open_bytes(each.body, each.url, each.headers, None)
            claims = read_with(page, [])
        except LayoutError:
            continue
        except Exception as error:
            if not reading.GUARDED:
                raise
            # as a crawl has it: a fault of the reader costs its page alone
            if broken is not None:
                broken.append(f"{each.url}: {type(error).__name__}: {error}")
            continue
        found.append(Observed(url=each.url, page=page, claims=claims, lines=_lines_of(page, claims)))
    return found


def _lines_of(page: Page, claims: Claims) -> dict[str, frozenset[int]]:
    """The lines of each field: by their owner; of links that are only read, by what they say."""
    draft = claims.draft
    texts = [piece for piece in page.pieces if piece.image is None]
    found = {name: frozenset(claims.holders(role)) for name, role in BY_ROLE.items()}
    found["title"] = frozenset({draft.title_at} - {-1})
    for name, told in (("section", draft.section), ("tags", draft.tags)):
        found[name] = frozenset(piece.index for piece in texts if told and _says_only(piece, told))
    offered = set(draft.offered)
    links = (piece for piece in texts if offered and piece.is_link)
    found["related"] = frozenset(
        piece.index
        for piece in links
        if {page.join(href) for href in piece.hrefs} <= offered and claims.owners[piece.index] is None
    )
    return found


def _says_only(piece: Piece, names: list[str]) -> bool:
    """Whether the links of a line say these names and no others."""
    said = names_in([piece], [])
    return bool(piece.hrefs) and bool(said) and set(said) <= set(names)


def said_alike(text: str) -> str:
    """What a line says, case and marks aside. Numbers count: a report of the same kind differs by nothing else."""
    return fold(text)


def find_recurring(observed: list[Observed]) -> set[str]:
    """What lines say that stand on many pages of a design."""
    counts: Counter[str] = Counter()
    for one in observed:
        counts.update({said_alike(piece.text) for piece in one.page.pieces if piece.image is None})
    least = max(_RECURS_ON, len(observed) * _RECURRING)
    return {said for said, pages in counts.items() if pages >= least}
