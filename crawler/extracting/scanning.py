"""Scanning: what lies where in a range of a WARC file, as far as extracting needs it. Runs in any process."""

import re
from dataclasses import dataclass, field
from typing import BinaryIO

from archive.adopted import is_adopted
from archive.http.head import HTTPSyntaxError, ResponseHead, media_type, parse_response_head, read_head
from archive.json_text import parse_json
from archive.lines.reader import parser_of, renewed_at
from archive.options import ATTACHED
from archive.warc import events
from archive.warc.dates import in_utc
from archive.warc.events import Damage, read_events
from archive.warc.fields import HTTP_RESPONSE
from archive.warc.payload import http_kind
from crawler.extracting.blocks import BlockPlace
from crawler.extracting.sources import WarcSource
from crawler.planning.kinds import ITEM_KINDS
from crawler.planning.limits import Limits
from crawler.site.scope import find_page, url_key

MAX_WARCINFO = 256 * 1024
"""Bytes of a block in which a configuration is looked for."""
MAX_ITEM = 16 << 20
"""A longer JSON record is no article's."""
HTML = frozenset({None, "text/html", "application/xhtml+xml"})
_CONFIGURATION = re.compile(rb"^configuration: (\{.*\})\r?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class FoundCapture:
    """A `response` or `revisit` with status 200 that may hold a page."""

    place: BlockPlace
    type: str
    date: str
    uri: str
    key: str | None
    """The page's identity. None for what only serves as the original of a revisit."""
    record_id: str
    payload_digest: str | None
    truncated: bool
    refers_to: str
    refers_to_uri: str
    refers_to_date: str


@dataclass(frozen=True, kw_only=True)
class FoundItem:
    """The record of an article that a crawl wrote."""

    place: BlockPlace
    key: str
    version: int
    renewed: str
    """When a newer parser renewed it; empty for what the crawl wrote."""
    parser: str
    """The version of the parser that read it; empty where it does not say."""
    status: str
    url: str
    captured_at: str
    record_id: str
    """Of the response that it was parsed from."""
    file: str
    """Where that lay when it was written."""
    at: int


@dataclass(kw_only=True)
class Scan:
    """All that a range gave."""

    end: int
    """Where the next range has to begin."""
    captures: list[FoundCapture] = field(default_factory=list)
    items: list[FoundItem] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    limits: Limits | None = None
    """What the crawl that wrote the file was told to leave out, by its `warcinfo`. None where that does not say."""
    attached: tuple[str, int, bytes] | None = None
    """Date, offset and block of what the last of its files carries for readers. None where none does."""
    records: int = 0


def scan_range(source: WarcSource, start: int, stop: int | None, any_url: bool) -> Scan:
    """What lies between two bytes of a file. Raises OSError."""
    scan = Scan(end=start)
    with source.open() as stream:
        for event in read_events(stream, start=start, stop=stop):
            if isinstance(event, events.RecordEvent):
                scan.records += 1
                try:
                    _take(event, any_url, scan, own=not is_adopted(source.name))
                except ValueError as error:
                    _note(Damage("unusable", str(error), event.offset, event.offset + event.length), source, scan)
            elif isinstance(event, events.End):
                scan.end = event.offset
            elif isinstance(event, Damage) or event.code == "bad-record-end":
                _note(Damage(*event[:4]), source, scan)
    return scan


def _note(damage: Damage, source: WarcSource, scan: Scan) -> None:
    if not (source.growing and damage.end == source.size):
        scan.damage.append(damage)


def _take(found: events.RecordEvent, any_url: bool, scan: Scan, *, own: bool) -> None:
    """Raises ValueError for a record that cannot be used, with what was expected and what was got.
    `own`: whether the file is no adopted one, in which captures count and nothing else.
    """
    kind = found.record.type
    if kind in {"response", "revisit"}:
        capture = _find_capture(found, any_url)
        if capture is not None:
            scan.captures.append(capture)
    elif not own:
        return
    elif found.record.content_type == ATTACHED and found.record.block_length <= MAX_ITEM:
        scan.attached = found.record.date, found.offset, found.record.block.read()
    elif kind == "metadata":
        item = _find_item(found)
        if item is not None:
            scan.items.append(item)
    elif kind == "warcinfo" and scan.limits is None:
        match = _CONFIGURATION.search(found.record.block.read(MAX_WARCINFO))
        scan.limits = _read_limits(match[1]) if match else None


def _place(found: events.RecordEvent) -> BlockPlace:
    return BlockPlace(
        offset=found.offset,
        length=found.length,
        block_at=found.block_at,
        block_length=found.record.block_length,
    )


def _find_capture(found: events.RecordEvent, any_url: bool) -> FoundCapture | None:
    record = found.record
    uri = record.target_uri
    if not uri.startswith(("http://", "https://")) or record.is_not_modified:
        return None
    if record.block_length and http_kind(record.content_type or HTTP_RESPONSE) != "response":
        return None
    head = _read_head(record.block)
    if head is None:
        if record.type == "response":
            raise ValueError(f"{uri}: expected an HTTP response in the block, got none")
    elif head.status != 200:
        return None
    page = find_page(uri)
    key = page.key if page is not None and page.kind in ITEM_KINDS else None
    if key is None:
        if media_type(head) not in HTML:
            return None
        key = url_key(uri) if any_url else None
    date = in_utc(record.date)
    if date is None:
        raise ValueError(f"{uri}: expected WARC-Date like 2023-10-05T03:04:05Z, got {record.date or 'none'}")
    return FoundCapture(
        place=_place(found),
        type=record.type,
        date=date,
        uri=uri,
        key=key,
        record_id=record.record_id,
        payload_digest=record.payload_digest,
        truncated=record.type == "response" and record.truncated is not None,
        refers_to=record.refers_to,
        refers_to_uri=record.refers_to_uri,
        refers_to_date=in_utc(record.refers_to_date) or "",
    )


def _read_head(block: BinaryIO) -> ResponseHead | None:
    """The response's head; None where the block holds none."""
    found = read_head(block)
    try:
        return parse_response_head(found[0]) if found else None
    except HTTPSyntaxError:
        return None


def _find_item(found: events.RecordEvent) -> FoundItem | None:
    record = found.record
    if not record.is_json or record.block_length > MAX_ITEM:
        return None
    try:
        stored = parse_json(record.block.read())
        return FoundItem(
            place=_place(found),
            key=f"{stored['kind']}/{stored['id']}",
            version=int(stored["version"]),
            renewed=renewed_at(stored),
            parser=parser_of(stored) or "",
            status=str(stored["status"]),
            url=str(stored["url"]),
            # Of an article that is gone the moment of that; its text was captured before.
            captured_at=str((stored.get("gone") or {}).get("confirmed_at") or stored["captured_at"]),
            record_id=str(stored["warc"]["record_id"]),
            file=str(stored["warc"]["file"]),
            at=max(-1, min(int(stored["warc"]["offset"]), 1 << 62)),
        )
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return None  # other tools keep JSON in metadata records too


def _read_limits(configuration: bytes) -> Limits | None:
    try:
        return Limits.of(parse_json(configuration).get)
    except (ValueError, AttributeError, TypeError, OverflowError):
        return None  # another tool's, under the same name
