"""Read WARC files back into the state: after a crash the part that it does not know yet,
or all of it when it was lost.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive.adopted import is_adopted
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


@dataclass(frozen=True, kw_only=True)
class IndexedCapture:
    """A capture found in a WARC."""

    row: CaptureRow
    tags: tuple[str | None, str | None]
    """ETag and Last-Modified."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What a WARC carries, see `archive.options.ATTACHED`."""

    text: str


@dataclass(frozen=True, kw_only=True)
class FileScan:
    """What a WARC file tells the state, none of which is in the state yet."""

    found: Iterable[IndexedCapture | Carried | StoredItem]
    damage: list[Gap]
    """Where its bytes are damaged: known when all is taken."""


def scan_file(path: Path, describe: Describe, start: int) -> FileScan:
    """Read the sound records of a finished WARC file from an offset on, as they are asked for."""
    damage: list[Gap] = []
    return FileScan(found=_find(path, describe, start, damage), damage=damage)


def scan_whole(path: Path, describe: Describe, start: int) -> FileScan:
    """The same, read to its end: a pure function, which any process may run."""
    scan = scan_file(path, describe, start)
    return replace(scan, found=list(scan.found))


def _find(
    path: Path, describe: Describe, start: int, damage: list[Gap]
) -> Iterator[IndexedCapture | Carried | StoredItem]:
    for offset, length, record in read_sound(path, damage, start=start):
        if record.type in {"response", "revisit"}:
            row = capture_row(path.name, offset, length, record, describe)
            yield IndexedCapture(row=row, tags=_validators_of(record))
        elif is_adopted(path.name):
            continue
        elif record.content_type == ATTACHED:
            yield Carried(text=record.block.read().decode("utf-8", "replace"))
        elif record.type == "metadata":
            item = read_item(path.name, offset, length, record)
            if item:
                yield item


def note_found(
    found: IndexedCapture | Carried | StoredItem,
    state: State,
    urls: Urls,
    describe: Describe,
    take: Callable[[StoredItem], None],
) -> None:
    """Put what was found into the state; an item goes to `take`. Nothing is committed."""
    if isinstance(found, StoredItem):
        take(found)
    elif isinstance(found, Carried):
        state.set_fact(ATTACHED, found.text)
    else:
        note_capture(found.row, state, urls, describe, found.tags)


def read_item(file: str, offset: int, length: int, record: Record) -> StoredItem | None:
    """The item of a `metadata` record. None where it holds none, or one of another collection's."""
    if not record.is_json or is_adopted(file):
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
    One that others made says nothing of what this collection has still to ask for.
    """
    capture = state.add_capture(row)
    if is_adopted(row.file):
        return
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


def queue_unasked(state: State, urls: Urls, describe: Describe) -> None:
    """Queue the pages of items that no crawl of this collection has asked for: others captured them."""
    newest = "SELECT uri FROM captures c WHERE c.key = v.key ORDER BY date DESC, id DESC LIMIT 1"
    sql = (
        f"SELECT DISTINCT key, ({newest}) FROM versions v"  # noqa: S608 - fixed text
        " WHERE NOT EXISTS (SELECT 1 FROM urls u WHERE u.key = v.key) ORDER BY key"
    )
    for _, uri in state.execute(sql).fetchall():
        found = describe(uri) if uri is not None else None
        if found is not None:
            urls.add(found)


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
