"""Lines: paragraphs, sub-headings, quotes, list items and tables out of the pieces of the body."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from crawler.items import Block
from crawler.pages.html.tree import ITEM, QUOTE, Piece
from crawler.pages.places.claims import Claims, Line, Role
from crawler.pages.places.errors import LayoutError
from crawler.pages.places.page import Page
from crawler.pages.places.tables import is_data_table, table_text
from crawler.pages.words.slug import slug_matches
from crawler.pages.words.text import ends_open, ends_sentence

_HEADING_LONGEST = 200
_OPENING = re.compile(r"^[“”\"'‘«(]+")
_SAID = re.compile(r"[“\"][^“”\"]{30,}[”\"]")
_MARKS = re.compile(r"^[-–—•+*]\s|^\(?[a-zđ0-9]{1,3}[).]\s")


def draft_lines(page: Page, claims: Claims) -> None:
    """Make paragraphs of what nobody took between headline and end, in reading order, in however many blocks."""
    exact, names = claims.draft.exact, {piece.index for piece in claims.draft.names}
    span = sorted(exact) if exact else claims.regions.story
    pieces = [
        page.pieces[index]
        for index in span
        if index not in names and (index in claims.draft.photos or claims.is_free(index))
    ]
    pieces = [piece for piece in pieces if piece.image is None or piece.index in claims.draft.photos]
    claims.draft.lines = list(join_lines(page, pieces, claims.draft.photos))
    name_kinds(page, claims.draft.lines)


def claim_body(page: Page, claims: Claims) -> None:
    """Take for the body what is left: every line of the paragraphs. Raises LayoutError where nothing is."""
    draft = claims.draft
    texts = [line for line in draft.lines if isinstance(line, Line) and line.text]
    rule = "layout" if draft.exact else "left-over"
    claims.take_free((piece.index for line in texts for piece in line.pieces), Role.BODY, rule)
    if not texts and not draft.lead and not draft.captions and not is_picture_story(page, claims):
        raise LayoutError("no-body", page.url, "expected text under the headline, got none")
    if draft.lead:
        page.ledger.take("lead", draft.lead_rule, draft.lead)
    if texts:
        size = sum(len(line.text) + 2 for line in texts) - 2
        page.ledger.take("body", rule, f"{len(texts)} paragraphs, {size} characters")
        page.ledger.take("blocks", "body", f"{len(draft.lines)} blocks")
    else:
        page.ledger.warn("no-body-text")


def is_picture_story(page: Page, claims: Claims) -> bool:
    """Whether the article is one large picture, as an infographic is, under a headline that the address confirms."""
    return bool(claims.draft.photos) and bool(page.slug) and slug_matches(claims.draft.title, page.slug)


def join_lines(page: Page, pieces: list[Piece], photos: dict[int, int]) -> Iterator[Line | int]:
    """Paragraphs out of lines: a block, or what stands between two line breaks in a row."""
    position = 0
    while position < len(pieces):
        piece = pieces[position]
        if piece.image is not None:
            yield photos[piece.index]
            position += 1
            continue
        table = is_data_table(page, piece)
        if table is not None:
            inside = pieces[position : bisect_left(pieces, table.last, position, key=attrgetter("index"))]
            yield Line(
                [other for other in inside if other.image is None],
                "table",
                text=table_text(page, table, {other.index for other in inside}),
            )
            position += len(inside)
            continue
        run = [piece]
        while position + len(run) < len(pieces):
            after = pieces[position + len(run)]
            if (
                after.image is not None
                or after.box != piece.box
                or after.breaks == 0
                or after.index != run[-1].index + 1
            ):
                break
            run.append(after)
        yield from _split_run(run)
        position += len(run)


def _split_run(run: list[Piece]) -> Iterator[Line]:
    """Lines of one block that line breaks part: where some are doubled, a single one is only a line's end."""
    doubled = any(piece.breaks > 1 for piece in run[1:])
    prose = sum(piece.size >= 80 or ends_sentence(piece.text) for piece in run)
    line = Line([run[0]])
    for piece in run[1:]:
        last = line.pieces[-1]
        own = piece.breaks > 1 or (last.is_bold != piece.is_bold and (last.is_bold or piece.is_bold) and not doubled)
        if (
            not own
            and (last.is_bold != piece.is_bold)
            and min(last.size, piece.size) <= _HEADING_LONGEST
            and (last if last.is_bold else piece).size >= 4
        ):
            own = not ends_open((last if last.is_bold else piece).text)
        if (
            not own
            and not doubled
            and len(run) > 1
            and prose * 2 >= len(run)
            and (ends_sentence(last.text) or last.size >= 80)
        ):
            own = True
        if own:
            yield line
            line = Line([piece])
        else:
            line.pieces.append(piece)
    yield line


def name_kinds(page: Page, lines: list[Line | int]) -> None:
    texts = [line for line in lines if isinstance(line, Line)]
    called: dict[tuple[int, str | None], bool] = {}
    for line in texts:
        line.text = line.text or "\n".join(piece.text for piece in line.pieces)
    for number, line in enumerate(texts):
        if line.kind == "table":
            continue
        first = line.pieces[0]
        flags = page.box_of(first).flags
        if first.level:
            line.kind, line.level = "heading", max(2, first.level)
            if first.size > 260 and ends_sentence(line.text):
                line.kind, line.level = "paragraph", None
        elif _is_bold_heading(line) and number + 1 < len(texts) and page.box_of(first).align != "right":
            line.kind, line.level = "heading", 2
        elif flags & QUOTE or _is_called_quote(page, first, called):
            line.kind = "quote"
        elif flags & ITEM and first.nesting:
            line.kind, line.level = "list_item", first.nesting
        elif _is_bare_heading(texts, number):
            line.kind, line.level = "heading", 2
    if all(
        line.kind in {"quote", "heading"} for line in texts
    ):  # a page that indents its whole text, rather than quotes it
        for line in texts:
            line.kind = "paragraph" if line.kind == "quote" else line.kind


def _is_called_quote(page: Page, piece: Piece, called: dict[tuple[int, str | None], bool]) -> bool:
    """Whether a block is called a quotation; paragraphs of one kind in one block are asked once."""
    box = page.box_of(piece)
    key = (box.parent, box.element.get("class"))
    if key not in called:
        called[key] = page.is_quoted(piece)
    return called[key]


def _is_bold_heading(line: Line) -> bool:
    text = line.text
    return (
        all(piece.is_bold for piece in line.pieces)
        and 3 <= len(text) <= _HEADING_LONGEST
        and not text.endswith((".", ",", ";"))
    )


def _is_bare_heading(texts: list[Line], number: int) -> bool:
    """A short line without punctuation at its end, between two paragraphs."""
    line = texts[number]
    if (
        not 0 < number < len(texts) - 1
        or not 8 <= len(line.text) <= 120
        or ends_open(line.text)
        or _SAID.fullmatch(line.text)
        or "\n" in line.text
    ):
        return False
    before, after = texts[number - 1], texts[number + 1]
    marked = _MARKS.match(line.text)
    if marked and (line.text[0] not in "*0123456789" or _MARKS.match(before.text) or _MARKS.match(after.text)):
        return False  # one of several
    start = line.text[marked.end() if marked else 0 :][:1]
    return (
        (start.isupper() or start.isdigit() or _OPENING.sub("", line.text)[:1].isupper())
        and len(before.text) > 100
        and len(after.text) > 100
        and ends_sentence(before.text)
    )


def blocks_of(lines: list[Line | int], captions: list[str | None]) -> list[Block]:
    """The record's blocks."""
    return [
        Block(type="image", text=captions[line] or "", image=line)
        if isinstance(line, int)
        else Block(type=line.kind, text=line.text, level=line.level)
        for line in lines
    ]
