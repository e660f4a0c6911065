"""Tail: the byline under the text, and the notes around it: a source, an editor, a day, a mail address.

Lists, tables and footnotes may follow it; they stay in the body. A paragraph may not.
"""

import re
from collections.abc import Sequence
from operator import attrgetter

from crawler.pages.html.linked_data import OFFICE
from crawler.pages.html.tree import Piece
from crawler.pages.places.claims import Claims, Paragraph, Role
from crawler.pages.places.page import Page, leads_to_file
from crawler.pages.words.labels import tells_rights
from crawler.pages.words.names import Byline, find_credits, parse_byline
from crawler.pages.words.stamps import find_stamp
from crawler.pages.words.text import ends_sentence, fold, initial_is_upper

_SIGNING = re.compile(
    r"^(?:\(?đã ký\)?|(?:t/?m|k/?t|t/?l|tuq|thừa lệnh|thay mặt)\b.*|nơi nhận.*|chủ tịch|bí thư|giám đốc|tổng bí thư|thủ"
    r" tướng.*|"
    r"phó (?:bí thư|chủ tịch|giám đốc).*)$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^\(?\s*(?:nguồn|theo)(?:\s+tin)?(?:\s*([:：])|\s)\s*", re.IGNORECASE)
"""How a line begins that says where a text was taken from, if a name or a colon follows."""
_EDITED = re.compile(
    r"^\W*(?:biên tập|hiệu đính|trình bày|thiết kế|đồ h[oọ][aạ]|ảnh|hình ảnh|video|clip|kỹ thuật|dựng|minh h[oọ][aạ]"
    r"|edit(?:ed|or)|photos?|graphics?)(?:\s+by\b|\s+viên\b)?\s*[:：]",
    re.IGNORECASE,
)
"""What those did who are no authors, where an author is named beside them."""
_FOOTNOTE = re.compile(
    r"^(?:[\[(](?:\d{1,3}|\*{1,4})[\])]|\*{1,4}\s?\S|[¹²³⁴⁵⁶⁷⁸⁹]|\d{1,2}\.\s.*https?://|chú thích\b|ghi chú\b)",
    re.IGNORECASE,
)
_APPENDED = frozenset({"list_item", "table", "heading"})
_NO_NAMES = frozenset({"table", "quote", "list_item"})
_STRAYS = 2
"""Short lines that may stand under a byline and mean nothing."""
_REACH = 80
"""Lines under a byline that are looked through for it."""

_INDEX = attrgetter("index")


def claim_tail(page: Page, claims: Claims) -> None:
    """Find the byline at the end of the text, and take it and its notes out of the body."""
    if claims.draft.byline is not None or not page.vietnamese:
        return
    tail = _Tail(page, claims)
    tail.read_credits() or tail.read_byline()


class _Tail:
    """The last lines of a body."""

    def __init__(self, page: Page, claims: Claims) -> None:
        self.page, self.claims = page, claims
        self.lines = claims.draft.lines
        self.known = known_authors(page)

    def _take(self, pieces: Sequence[Piece], role: Role, rule: str) -> None:
        """Take pieces off the body, and note the time that one of them may tell."""
        gone = {piece.index for piece in pieces}
        self.claims.take(gone, role, rule)
        for piece in pieces:
            stamp = find_stamp(piece.text) if piece.size <= 60 else None
            told = stamp is not None and (stamp.time is not None or not self.claims.draft.stamps)
            if stamp is not None and told and not stamp.rest:
                self.claims.draft.stamps.append((piece.index, stamp))
        kept: list[Paragraph | int] = []
        for line in self.lines:
            if isinstance(line, Paragraph) and not gone.isdisjoint(map(_INDEX, line.pieces)):
                line.pieces = [piece for piece in line.pieces if piece.index not in gone]
                line.text = "\n".join(piece.text for piece in line.pieces)
                if not line.pieces:
                    continue
            kept.append(line)
        self.lines[:] = kept

    def _set(self, byline: Byline, rule: str) -> bool:
        self.claims.draft.byline = byline
        self.page.ledger.take("byline", rule, byline.printed)
        return True

    def read_credits(self) -> bool:
        """Who did what, line by line under the text, as long reads close; all of it is taken off the body."""
        texts = [line for line in self.lines[-10:] if isinstance(line, Paragraph)]
        pieces = [piece for line in texts for piece in line.pieces if self.claims.is_free(piece.index)]
        found = find_credits([piece.text for piece in pieces])
        if found is None:
            return False
        self._take(pieces[-found[0] :], Role.BYLINE, "credits")
        return self._set(found[1], "credits")

    def read_byline(self) -> bool:
        """The last line, or one that nothing but notes, lists and footnotes follow."""
        texts = [line for line in self.lines if isinstance(line, Paragraph)]
        alone = 0 if len(texts) < len(self.lines) else 1  # photos can be a story, a name is none
        notes: list[Piece] = []
        strays = appended = 0
        for number in range(len(texts) - 1, max(alone - 1, len(texts) - _REACH), -1):
            last = texts[number].pieces[-1]
            if not self.claims.is_free(last.index):
                break
            if not any(map(str.isalnum, last.text)):
                continue  # a rule drawn with signs
            byline = read_name(last) if texts[number].kind not in _NO_NAMES else None
            if byline is not None and not byline.people and (above := self._name_over(texts[number])) is not None:
                self._take([last], Role.NOTE, "beside-byline")  # the office, under its author
                last, byline = above
            if self._is_appended(texts, number, byline):
                appended += 1
            elif self._is_note(last, byline, texts[:number]):
                notes.append(last)
            elif byline is not None:
                return self._settle(texts, number, byline, notes, below=strays + appended)
            elif _is_stray(last) and strays < _STRAYS and not appended:
                strays += 1
                notes += [last] * (not last.text.endswith(":"))  # that announces what follows
            else:
                break
        if not strays:
            self._take_sources(notes)
        return False

    def _name_over(self, line: Paragraph) -> tuple[Piece, Byline] | None:
        """The line over the last one of a paragraph that is set as bylines are, where it names somebody."""
        if len(line.pieces) != 2 or self.page.box_of(line.pieces[0]).align != "right":
            return None
        byline = read_name(line.pieces[0])
        return (line.pieces[0], byline) if byline is not None and byline.people else None

    def _take_sources(self, notes: list[Piece]) -> None:
        """A source alone: no byline, and no paragraph either."""
        if any(_is_source(note) for note in notes):
            self._take(notes, Role.NOTE, "source")

    def _settle(self, texts: list[Paragraph], number: int, byline: Byline, notes: list[Piece], *, below: int) -> bool:
        """Take the byline that stands in a line, unless it is a document's signature or nothing but its shape tells."""
        line = texts[number]
        last = line.pieces[-1]
        if _is_signature(texts[:number]):
            self.page.ledger.refuse("byline", "last-line", last.text, "the signature under a document")
            return False
        if not self._is_shown(line, byline) and (below or len(line.pieces) > 1):
            told = any(_is_source(note) for note in notes) if below else last.is_italic
            if not told:
                return False
        if number and len(line.pieces) == 1 and byline.people:
            above = texts[number - 1].pieces[-1]
            notes += [above] * (self.claims.is_free(above.index) and _is_source(above))
        self._take(notes, Role.NOTE, "beside-byline")
        self._take([last], Role.BYLINE, "last-line")
        return self._set(byline, "last-lines" if notes or below else "last-line")

    def _is_shown(self, line: Paragraph, byline: Byline) -> bool:
        """Whether more than a line's shape says that it is a byline."""
        last = line.pieces[-1]
        if last.is_bold or byline.strong or self.page.box_of(last).align == "right":
            return True
        return fold(last.text) in self.known

    def _is_appended(self, texts: list[Paragraph], number: int, byline: Byline | None) -> bool:
        """Whether a line may follow the byline and still be text: an entry of a list, a table, a footnote, a file,
        or the heading over these.
        """
        line = texts[number]
        if line.kind in {"list_item", "table"} or _FOOTNOTE.match(line.pieces[0].text):
            return True
        if line.kind == "heading":
            return byline is None and number + 1 < len(texts) and texts[number + 1].kind in _APPENDED
        return self._links_files(line)

    def _links_files(self, line: Paragraph) -> bool:
        """Whether a line does nothing but link a file."""
        if not all(piece.is_link for piece in line.pieces):
            return False
        return all(leads_to_file(self.page.join(href) or "") for piece in line.pieces for href in piece.hrefs)

    def _is_note(self, last: Piece, byline: Byline | None, above: list[Paragraph]) -> bool:
        """Whether a line tells of the text's source, its day, its editor or a mail address, rather than its author."""
        if tells_rights(last.text):
            return True
        if last.size > 140 or (last.size > 60 and ends_sentence(last.text)):
            return False
        edited = _EDITED.match(last.text) is not None
        if byline is not None and not ((edited or not byline.people) and _names_somebody(above)):
            return False
        stamp = find_stamp(last.text) if last.size <= 60 else None
        if stamp is not None and not stamp.rest:
            return True
        return edited or _is_source(last) or (byline is not None and not byline.strong)


def _is_stray(piece: Piece) -> bool:
    return piece.size < 60 and not ends_sentence(piece.text)


def _is_source(piece: Piece) -> bool:
    """Whether a line names where the text was taken from."""
    if piece.size > 140:
        return False
    source = _SOURCE.match(piece.text)
    return source is not None and (source[1] is not None or initial_is_upper(piece.text[source.end() :][:1]))


def _names_somebody(above: list[Paragraph]) -> bool:
    byline = parse_byline(above[-1].pieces[-1].text) if above and above[-1].kind not in _NO_NAMES else None
    return byline is not None and bool(byline.people)


def read_name(piece: Piece) -> Byline | None:
    """What a line says of who wrote the text. None for a headline, and for a sentence."""
    if piece.is_link and piece.size > 40:
        return None
    return parse_byline(piece.text) if not ends_sentence(piece.text) or len(piece.text) < 60 else None


def _is_signature(above: list[Paragraph]) -> bool:
    """Whether the lines above are those that stand over a signature: an office in capitals, `(Đã ký)`."""
    for line in above[-3:]:
        for piece in line.pieces:
            if piece.size >= 80:
                continue
            if _SIGNING.match(piece.text.strip(" .,:")):
                return True
            if line is above[-1] and piece.size > 5 and piece.text.isupper():
                return True
    return False


def known_authors(page: Page) -> set[str]:
    """What metadata call the author, folded."""
    told = [name for rule, name in page.meta.author if rule != OFFICE]
    return {fold(name) for name in told if "/" not in name and "." not in name.strip(".")}
