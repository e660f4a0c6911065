"""What a page shows of an article: values for a template, everything still plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.comparing.edits import Edit, EditKind, find_edits
from crawler.comparing.words import compare_words
from crawler.exporting.citing import STYLES
from crawler.exporting.records import Record
from crawler.site.times import VIETNAM, format_local

_WHOLE = {EditKind.DATE, EditKind.PHOTO, EditKind.BYLINE}
"""Edits of values that are no text: shown whole."""
PhotoAddress = Callable[[Record, int], str | None]
"""Where a page finds the photo of a record at an index. None where the archive has none."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One block of the story."""

    kind: str
    text: str
    level: int
    photo: str | None
    credit: str | None
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table its cells."""


@dataclass(frozen=True, kw_only=True)
class VersionView:
    """One version and how it differs from the one before."""

    number: int
    seen: str
    status: str
    edits: tuple[dict[str, Any], ...]
    """Of each edit its kind and action, and its sides, what was and what is, in runs of words: `same`, `old`, `new`."""


@dataclass(frozen=True, kw_only=True)
class ArticleView:
    """All that the page of an article shows."""

    record: Record
    pieces: tuple[Piece, ...]
    versions: tuple[VersionView, ...]
    citations: dict[str, str]
    published: str | None
    captured: str
    original: str | None
    """The address on the site, where it is one that a link may lead to."""


def view_article(record: Record, versions: Sequence[Record], archive: str, find_photo: PhotoAddress) -> ArticleView:
    """An article with its versions, the first one first."""
    stated = record["canonical_url"] or record["url"]
    return ArticleView(
        record=record,
        pieces=tuple(_pieces(record, find_photo)),
        versions=tuple(_versions(versions)) if len(versions) > 1 else (),
        citations={name: cite(record, archive) for name, cite in STYLES.items()},
        published=_local(record["published_at"]) or record["date"],
        captured=format_local(record["captured_at"]),
        original=stated if urlsplit(stated).scheme in {"http", "https"} else None,
    )


def _pieces(record: Record, find_photo: PhotoAddress) -> list[Piece]:
    pieces: list[Piece] = []
    shown: set[int] = set()
    for block in record["blocks"]:
        place = block["image"]
        if isinstance(place, int) and 0 <= place < len(record["images"]):
            shown.add(place)
            pieces.append(_photo_piece(record, place, block["text"], find_photo))
        elif block["type"] == "table":
            rows = tuple(tuple(row.split("\t")) for row in block["text"].split("\n"))
            pieces.append(Piece(kind="table", text="", level=0, photo=None, credit=None, rows=rows))
        else:
            level = min(max(block["level"] or 2, 2), 4)
            pieces.append(Piece(kind=block["type"], text=block["text"], level=level, photo=None, credit=None))
    first = [
        _photo_piece(record, place, None, find_photo) for place in range(len(record["images"])) if place not in shown
    ]
    return [*first[:1], *pieces, *first[1:]]


def _photo_piece(record: Record, place: int, text: str | None, find_photo: PhotoAddress) -> Piece:
    image = record["images"][place]
    caption = text or image["caption"] or ""
    return Piece(kind="image", text=caption, level=0, photo=find_photo(record, place), credit=image["credit"])


def _versions(versions: Sequence[Record]) -> list[VersionView]:
    found = []
    for before, record in zip([None, *versions], versions, strict=False):
        edits = tuple(
            {"kind": str(edit.kind), "action": str(edit.action), "sides": _sides(edit)}
            for edit in (find_edits(before, record) if before else ())
        )
        seen = format_local(record["captured_at"])
        found.append(VersionView(number=record["version"], seen=seen, status=record["status"], edits=edits))
    return found[::-1]


def _sides(edit: Edit) -> list[list[tuple[str, str]]]:
    """What was and what is, in words; one side alone where the other is empty, or only the place changed."""
    if edit.before == edit.after:
        return [[("same", edit.before)]]
    if edit.kind in _WHOLE:
        sides = [[("old", edit.before)], [("new", edit.after)]]
    else:
        runs = compare_words(edit.before, edit.after)
        sides = [
            [("same" if run.is_same else "old", run.before) for run in runs],
            [("same" if run.is_same else "new", run.after) for run in runs],
        ]
    return [side for side in ([(kind, text) for kind, text in side if text] for side in sides) if side]


def _local(stamp: str | None) -> str | None:
    """A moment in Vietnam's time, as a person there writes it."""
    if stamp is None:
        return None
    try:
        return datetime.fromisoformat(stamp).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
    except ValueError:
        return None
