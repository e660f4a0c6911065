"""Read WARC files back into the state: after a crash the part that it does not know yet,
or all of it when it was lost.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.http.head import HTTPSyntaxError, ResponseHead, media_type, parse_response_head, read_head, validators
from archive.json_text import parse_json
from archive.options import ATTACHED
from archive.state.database import State
from archive.state.rows import CaptureRow
from archive.state.urls import Found, Urls
from archive.warc.record import Record
from archive.warc.salvage import Gap, read_sound

logger = logging.getLogger(__name__)

Describe = Callable[[str], Found | None]
"""From a target URI to what the frontier calls it. None for what the frontier does not keep, e.g. robots.txt."""


@dataclass(frozen=True, kw_only=True)
class StoredItem:
    """An item record found in a WARC."""

    record: dict[str, Any]
    line: bytes
    file: str
    offset: int
    length: int


def index_file(
    path: Path, state: State, urls: Urls, describe: Describe, take: Callable[[StoredItem], None], *, start: int = 0
) -> list[Gap]:
    """Index the sound records of a finished WARC file from an offset on; return where bytes are damaged.

    Each item found goes to `take`. Nothing is committed.
    """
    damage: list[Gap] = []
    for offset, length, record in read_sound(path, damage, start=start):
        if record.type in {"response", "revisit"}:
            note_capture(
                capture_row(path.name, offset, length, record, describe), state, urls, describe, _validators_of(record)
            )
        elif record.content_type == ATTACHED:
            state.set_fact(ATTACHED, record.block.read().decode("utf-8", "replace"))
        elif record.type == "metadata":
            item = read_item(path.name, offset, length, record)
            if item:
                take(item)
    state.set_file_size(path.name, path.stat().st_size)
    return damage


def read_item(file: str, offset: int, length: int, record: Record) -> StoredItem | None:
    """The item of a `metadata` record. None where it holds none."""
    if not record.is_json:
        return None
    line = record.block.read()
    try:
        value = parse_json(line)
    except ValueError as error:
        logger.warning("%s:%d: expected an item in JSON, got %s; left out of the index", file, offset, error)
        return None
    if not isinstance(value, dict) or not {"id", "kind", "version", "text_digest"} <= value.keys():
        return None
    return StoredItem(record=value, line=line, file=file, offset=offset, length=length)


def capture_row(file: str, offset: int, length: int, record: Record, describe: Describe) -> CaptureRow:
    """The index row of a `response` or `revisit` record."""
    uri = record.target_uri
    head = _read_response_head(record)
    not_modified = record.is_not_modified
    found = describe(uri)
    return CaptureRow(
        key=found.key if found else uri,
        uri=uri,
        date=record.date,
        type=record.type,
        status=304 if not_modified else head.status if head else 0,
        mime=media_type(head),
        payload_digest=record.payload_digest,
        truncated=None if record.type == "revisit" else record.truncated,
        file=file,
        offset=offset,
        length=length,
        record_id=record.record_id,
    )


def note_capture(
    row: CaptureRow, state: State, urls: Urls, describe: Describe, tags: tuple[str | None, str | None]
) -> None:
    """Put a capture into the state; `tags`: its ETag and Last-Modified.

    Files and records may come in any order: the newest capture of a page is the one with the latest date.
    """
    capture = state.add_capture(row)
    found = describe(row.uri)
    if found and row.status and not row.truncated:
        urls.add(found)
        known = urls.find(found.key)
        if known is not None and known.fetched_at is not None and row.date < known.fetched_at:
            page = state.find_capture(known.page) if known.page is not None else None
            if row.status == 200 and (page is None or page.date < row.date):
                urls.note_earlier_page(found.key, capture, etag=tags[0], last_modified=tags[1])
            return
        urls.captured(found.key, capture, status=row.status, date=row.date, etag=tags[0], last_modified=tags[1])


def _validators_of(record: Record) -> tuple[str | None, str | None]:
    return validators(_read_response_head(record))


def _read_response_head(record: Record) -> ResponseHead | None:
    found = read_head(record.block)
    if found is None:
        return None
    try:
        return parse_response_head(found[0])
    except HTTPSyntaxError:
        return None
