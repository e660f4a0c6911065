"""Read WARC files back into the state: after a crash the part that it does not know yet, or all of it when it was lost."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.http1 import HTTPSyntaxError, ResponseHead, parse_response_head, read_head
from archive.records import Record, bare_uri, read_records
from archive.state import CaptureRow, State
from archive.urls import Found, Urls
from archive.warc import REVISIT_NOT_MODIFIED

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


def index_file(path: Path, state: State, urls: Urls, describe: Describe, *, start: int = 0) -> list[StoredItem]:
    """Index the records of a finished WARC file from an offset on; return the items found.

    Raises RecordError at damage; what came before is indexed, and nothing is committed.
    """
    items: list[StoredItem] = []
    end = start
    for offset, length, record in read_records(path, start=start):
        end = offset + length
        kind = record.type
        if kind in {"response", "revisit"}:
            _index_capture(path.name, offset, length, record, state, urls, describe)
        elif kind == "metadata" and (record.header("Content-Type") or "").startswith("application/json"):
            item = _read_item(path.name, offset, length, record)
            if item:
                items.append(item)
    state.set_file_size(path.name, end)
    return items


def _read_item(file: str, offset: int, length: int, record: Record) -> StoredItem | None:
    line = record.block.read()
    try:
        value = json.loads(line)
    except ValueError as error:
        logger.warning("%s:%d: expected an item in JSON, got %s; left out of the index", file, offset, error)
        return None
    if not isinstance(value, dict) or not {"id", "kind", "version", "text_digest"} <= value.keys():
        return None
    return StoredItem(record=value, line=line, file=file, offset=offset, length=length)


def _index_capture(file: str, offset: int, length: int, record: Record, state: State, urls: Urls, describe: Describe) -> None:
    uri = bare_uri(record.header("WARC-Target-URI") or "")
    head = _read_response_head(record)
    not_modified = record.header("WARC-Profile") == REVISIT_NOT_MODIFIED
    status = 304 if not_modified else head.status if head else 0
    found = describe(uri)
    truncated = None if record.type == "revisit" else record.header("WARC-Truncated")
    row = CaptureRow(
        key=found.key if found else uri,
        uri=uri,
        date=record.header("WARC-Date") or "",
        type=record.type,
        status=status,
        mime=media_type(head),
        payload_digest=record.header("WARC-Payload-Digest"),
        truncated=truncated,
        file=file,
        offset=offset,
        length=length,
        record_id=record.record_id,
    )
    capture = state.add_capture(row)
    if found and status and not truncated:
        urls.add(found)
        etag, modified = validators(head)
        urls.captured(found.key, capture, status=status, date=row.date, etag=etag, last_modified=modified)


def _read_response_head(record: Record) -> ResponseHead | None:
    found = read_head(record.block)
    if found is None:
        return None
    try:
        return parse_response_head(found[0])
    except HTTPSyntaxError:
        return None


def validators(head: ResponseHead | None) -> tuple[str | None, str | None]:
    """ETag and Last-Modified, for conditional requests (RFC 9110 §8.8)."""
    if head is None:
        return None, None
    return _text(head.header(b"ETag")), _text(head.header(b"Last-Modified"))


def media_type(head: ResponseHead | None) -> str | None:
    """The media type that the response names, lower case, without parameters."""
    value = head.header(b"Content-Type") if head else None
    return (_text(value) or "").partition(";")[0].strip().lower() or None


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
