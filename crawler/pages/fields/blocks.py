"""Lines: paragraphs, sub-headings, quotes, list items and tables out of the pieces of the body."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from crawler.items import Block
from crawler.pages.html.tree import ITEM, QUOTE, Piece
from crawler.pages.places.claims import Claims, Paragraph, Role
from crawler.pages.places.errors import LayoutError
from crawler.pages.places.page import Page
from crawler.pages.places.tables import is_data_table, table_text
from crawler.pages.words.slug import slug_matches
from crawler.pages.words.text import ends_sentence, ends_with_sign

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
    name_kinds(page, claims.draft.lines, claims.regions.title_at)


def claim_body(page: Page, claims: Claims) -> None:
    """Take for the body what is left: every line of the paragraphs. Raises LayoutError where nothing is."""
    draft = claims.draft
    texts = [line for line in draft.lines if isinstance(line, Paragraph) and line.text]
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


def join_lines(page: Page, pieces: list[Piece], photos: dict[int, int]) -> Iterator[Paragraph | int]:
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
            yield Paragraph(
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


def _split_run(run: list[Piece]) -> Iterator[Paragraph]:
    """Lines of one block that line breaks part: where some are doubled, a single one is only a line's end."""
    if len(run) == 1:
        yield Paragraph(run)
        return
    doubled = any(piece.breaks > 1 for piece in run[1:])
    prose = sum(piece.size >= 80 or ends_sentence(piece.text) for piece in run) * 2 >= len(run)
    line = Paragraph([run[0]])
    for piece in run[1:]:
        last = line.pieces[-1]
        if _begins_anew(last, piece, doubled=doubled, prose=prose):
            yield line
            line = Paragraph([piece])
        else:
            line.pieces.append(piece)
    yield line


def _begins_anew(last: Piece, piece: Piece, *, doubled: bool, prose: bool) -> bool:
    """Whether a paragraph begins with a line that a break parts from the last."""
    if piece.breaks > 1:
        return True
    if last.is_bold != piece.is_bold:
        bold = last if last.is_bold else piece
        if not doubled:
            return True
        if min(last.size, piece.size) <= _HEADING_LONGEST and bold.size >= 4 and not ends_with_sign(bold.text):
            return True
    return prose and not doubled and (ends_sentence(last.text) or last.size >= 80)


def name_kinds(page: Page, lines: list[Paragraph | int], title_at: int = -1) -> None:
    """Say of each paragraph whether it is a sub-heading, a quotation or an entry of a list."""
    texts = [line for line in lines if isinstance(line, Paragraph)]
    for line in texts:
        line.text = line.text or "\n".join(piece.text for piece in line.pieces)
    outer = page.pieces[title_at].nesting if title_at >= 0 else 0  # lists that hold the headline too
    called: dict[tuple[int, str | None], bool] = {}
    for number, line in enumerate(texts):
        if line.kind != "table":
            line.kind, line.level = _kind_of(page, texts, number, called, outer)
    if all(line.kind in {"quote", "heading"} for line in texts):
        for line in texts:  # a page that indents its whole text, rather than quotes it
            line.kind = "paragraph" if line.kind == "quote" else line.kind


def _kind_of(
    page: Page, texts: list[Paragraph], number: int, called: dict[tuple[int, str | None], bool], outer: int
) -> tuple[str, int | None]:
    """A paragraph's kind, and its level."""
    line = texts[number]
    first = line.pieces[0]
    box = page.box_of(first)
    if first.level:
        long = first.size > 260 and ends_sentence(line.text)
        return ("paragraph", None) if long else ("heading", max(2, first.level))
    if _is_bold_heading(line) and number + 1 < len(texts) and box.align != "right":
        return "heading", 2
    if box.flags & QUOTE or _is_called_quote(page, first, called):
        return "quote", None
    if box.flags & ITEM and first.nesting > outer:
        return "list_item", first.nesting - outer
    return ("heading", 2) if _is_bare_heading(texts, number) else ("paragraph", None)


def _is_called_quote(page: Page, piece: Piece, called: dict[tuple[int, str | None], bool]) -> bool:
    """Whether a block is called a quotation; paragraphs of one kind in one block are asked once."""
    box = page.box_of(piece)
    key = (box.parent, box.element.get("class"))
    if key not in called:
        called[key] = page.is_quoted(piece)
    return called[key]


def _is_bold_heading(line: Paragraph) -> bool:
    text = line.text
    return (
        3 <= len(text) <= _HEADING_LONGEST
        and not text.endswith((".", ",", ";"))
        and all(piece.is_bold for piece in line.pieces)
    )


def _is_bare_heading(texts: list[Paragraph], number: int) -> bool:
    """A short line without punctuation at its end, between two paragraphs."""
    text = texts[number].text
    if not 0 < number < len(texts) - 1 or not 8 <= len(text) <= 120:
        return False
    if ends_with_sign(text) or "\n" in text or _SAID.fullmatch(text):
        return False
    before, after = texts[number - 1].text, texts[number + 1].text
    if min(len(before), len(after)) <= 100 or not ends_sentence(before):
        return False
    marked = _MARKS.match(text)
    if marked and (text[0] not in "*0123456789" or _MARKS.match(before) or _MARKS.match(after)):
        return False  # one of several
    start = text[marked.end() if marked else 0 :][:1]
    return start.isupper() or start.isdigit() or _OPENING.sub("", text)[:1].isupper()


def blocks_of(lines: list[Paragraph | int], captions: list[str | None]) -> list[Block]:
    """The record's blocks."""
    return [
        Block(type="image", text=captions[line] or "", image=line)
        if isinstance(line, int)
        else Block(type=line.kind, text=line.text, level=line.level)
        for line in lines
    ]
