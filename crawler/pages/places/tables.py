"""Tables: those that hold data, told apart from those that only lay out the page."""

from collections.abc import Iterator, Mapping

from crawler.pages.html.tree import HEADER, OUTSIDE, TABLE, Box, Piece
from crawler.pages.places.page import Page


def is_data_table(page: Page, piece: Piece) -> Box | None:
    """The table of data that a line begins. None in a table that frames text, or outside of any."""
    box = _table_around(page, piece)
    return box if box is not None and box.first == piece.index and _holds_data(page, box) else None


def stands_in_data(page: Page, piece: Piece, first: int) -> bool:
    """Whether a line is a cell of a table of data that begins at this piece or later;
    a form that asks for data is none.
    """
    box = _table_around(page, piece)
    return (
        box is not None
        and box.first >= first
        and _holds_data(page, box)
        and next(box.element.iter("input", "textarea", "select"), None) is None
    )


def stands_in_columns(page: Page, piece: Piece, first: int, labels: Mapping[int, object]) -> bool:
    """Whether a line is a cell of such a table whose columns have headings, none of which is a label or a link:
    then what its rows link is what they tell of, and no list of other articles.
    """
    box = _table_around(page, piece)
    if box is None or box.first < first:
        return False
    known = page.column_tables.get(box.index)
    if known is None:
        known = page.column_tables[box.index] = stands_in_data(page, piece, first) and _has_columns(page, box, labels)
    return known


def _has_columns(page: Page, table: Box, labels: Mapping[int, object]) -> bool:
    heads = [cell for cell in _rows(page, table)[0] if cell.last > cell.first]
    lines = [(cell, line) for cell in heads for line in page.pieces[cell.first : cell.last]]
    named = all(cell.tag == "th" or line.is_bold for cell, line in lines)
    return named and len(heads) > 1 and not any(line.hrefs or line.index in labels for _, line in lines)


def _table_around(page: Page, piece: Piece) -> Box | None:
    box = page.box_of(piece)
    if not box.flags & TABLE:
        return None
    while box.tag != "table":
        if box.parent == box.index:
            return None
        box = page.boxes[box.parent]
    return box


def _holds_data(page: Page, box: Box) -> bool:
    """Whether a table is one of data; each is looked through once, however many of its cells ask."""
    known = page.data_tables.get(box.index)
    if known is None:
        known = page.data_tables[box.index] = not _holds_table(page, box) and _has_short_cells(page, box)
    return known


def _holds_table(page: Page, box: Box) -> bool:
    return any(page.boxes[inner].tag == "table" for inner in _inside(page, box))


def _has_short_cells(page: Page, box: Box) -> bool:
    rows = _rows(page, box)
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    cells = [cell for row in rows for cell in row]
    sizes = sorted(sum(piece.size for piece in page.pieces[cell.first : cell.last]) for cell in cells)
    return sizes[len(sizes) // 2] <= 160


def find_table_alone(page: Page, title_at: int, labels: Mapping[int, object]) -> Box | None:
    """The table that is an article's whole text. None where a label or a list of other articles comes before one."""
    if title_at < 0:
        return None
    for piece in page.pieces[title_at + 1 :]:
        if piece.index in labels or page.teaser[piece.index] or page.box_of(piece).flags & (OUTSIDE | HEADER):
            return None
        table = is_data_table(page, piece) if piece.image is None else None
        if table is not None:
            return table if _is_text(page, table, labels) else None
    return None


def _is_text(page: Page, table: Box, labels: Mapping[int, object]) -> bool:
    """Whether a table has rows of two cells, and most of it is neither a link nor a label."""
    inside = page.pieces[table.first : table.last]
    full = [row for row in _rows(page, table) if sum(cell.last > cell.first for cell in row) >= 2]
    free = sum(other.size for other in inside if not other.linked and other.index not in labels)
    return len(full) >= 2 and free * 2 > sum(other.size for other in inside)


def table_text(page: Page, table: Box, kept: set[int]) -> str:
    """Cells joined by tabs, rows by line breaks."""
    rows = []
    for row in _rows(page, table):
        texts = [
            " ".join(
                piece.text
                for piece in page.pieces[cell.first : cell.last]
                if piece.index in kept and piece.image is None
            )
            for cell in row
        ]
        if any(texts):
            rows.append("\t".join(texts))
    return "\n".join(rows)


def _inside(page: Page, box: Box) -> Iterator[int]:
    """The indexes of the blocks in another, in reading order, as far as they are asked for."""
    for index in range(box.index + 1, len(page.boxes)):
        if page.boxes[index].parent < box.index:
            return
        yield index


def _rows(page: Page, table: Box) -> list[list[Box]]:
    rows: dict[int, list[Box]] = {}
    for index in _inside(page, table):
        cell = page.boxes[index]
        if cell.tag in {"td", "th"} and page.boxes[cell.parent].tag == "tr":
            rows.setdefault(cell.parent, []).append(cell)
    return list(rows.values()) or [[]]
