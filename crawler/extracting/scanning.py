"""Scanning: what lies where in a range of a WARC file, as far as extracting needs it. Runs in any process."""

import json
import re
from dataclasses import dataclass, field

from archive.http.head import HTTPSyntaxError, ResponseHead, media_type, parse_response_head, split_head
from archive.warc.members import MAGIC, find_member
from archive.warc.payload import http_kind
from archive.warc.reader import bare_uri
from archive.warc.walk import KEPT, Damage, Walk, Walked, find_record
from archive.warc.writer import REVISIT_NOT_MODIFIED
from crawler.extracting.blocks import Place, read_block
from crawler.extracting.sources import Source
from crawler.planning.kinds import ITEM_KINDS
from crawler.planning.limits import Limits
from crawler.site.scope import find_page, url_key

RANGE = 32 << 20
"""Bytes of a file that are scanned in one go."""
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
HTML = frozenset({None, "text/html", "application/xhtml+xml"})
_CONFIGURATION = re.compile(rb"^configuration: (\{.*\})\r?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A `response` or `revisit` with status 200 that may hold a page."""

    place: Place
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

    place: Place
    key: str
    version: int
    status: str
    url: str
    captured_at: str
    record_id: str
    """Of the response that it was parsed from."""


@dataclass(kw_only=True)
class Scan:
    """All that a range gave."""

    end: int
    """Where the next range has to begin."""
    captures: list[Found] = field(default_factory=list)
    items: list[FoundItem] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    limits: Limits | None = None
    """What the crawl that wrote the file was told to leave out, by its `warcinfo`. None where that does not say."""
    records: int = 0


def find_ranges(source: Source) -> list[int]:
    """Where ranges of a file may begin: guesses, each right only if the range before it ends there."""
    starts = [0]
    with source.open() as stream:
        compressed = stream.read(2) == MAGIC[:2]
        for target in range(RANGE, source.size, RANGE):
            start = find_member(stream, target) if compressed else find_record(stream, target)
            if start is None:
                break
            if start > starts[-1]:
                starts.append(start)
    return starts


def scan_range(source: Source, start: int, stop: int | None, any_url: bool) -> Scan:
    """What lies between two bytes of a file. Raises OSError."""
    scan = Scan(end=start)
    with source.open() as stream:
        walk = Walk(stream, start=start, stop=stop)
        for walked in walk:
            scan.records += 1
            try:
                _take(walked, source, any_url, scan)
            except ValueError as error:
                scan.damage.append(Damage(offset=walked.offset, end=walked.offset + walked.length, detail=str(error)))
    scan.damage += [each for each in walk.damage if not (source.growing and each.end == source.size)]
    scan.end = walk.end
    return scan


def _take(walked: Walked, source: Source, any_url: bool, scan: Scan) -> None:
    """Raises ValueError for a record that cannot be used, with what was expected and what was got."""
    kind = walked.record.type
    if kind in {"response", "revisit"}:
        found = _find_capture(walked, any_url)
        if found is not None:
            scan.captures.append(found)
    elif kind == "metadata":
        item = _find_item(walked, source)
        if item is not None:
            scan.items.append(item)
    elif kind == "warcinfo" and scan.limits is None:
        match = _CONFIGURATION.search(walked.record.block.read(KEPT))
        scan.limits = _read_limits(match[1]) if match else None


def _place(walked: Walked) -> Place:
    return Place(
        offset=walked.offset, length=walked.length, block_at=walked.block_at, block_length=walked.record.block_length
    )


def _find_capture(walked: Walked, any_url: bool) -> Found | None:
    record = walked.record
    uri = bare_uri(record.header("WARC-Target-URI") or "")
    if not uri.startswith(("http://", "https://")) or record.header("WARC-Profile") == REVISIT_NOT_MODIFIED:
        return None
    if record.block_length and http_kind(record.header("Content-Type") or "application/http") != "response":
        return None
    head = _read_head(walked)
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
    date = record.header("WARC-Date") or ""
    if not DATE.fullmatch(date):
        raise ValueError(f"{uri}: expected WARC-Date like 2023-10-05T03:04:05Z, got {date or 'none'}")
    return Found(
        place=_place(walked),
        type=record.type,
        date=date,
        uri=uri,
        key=key,
        record_id=record.record_id,
        payload_digest=record.header("WARC-Payload-Digest"),
        truncated=record.type == "response" and record.header("WARC-Truncated") is not None,
        refers_to=bare_uri(record.header("WARC-Refers-To") or ""),
        refers_to_uri=bare_uri(record.header("WARC-Refers-To-Target-URI") or ""),
        refers_to_date=record.header("WARC-Refers-To-Date") or "",
    )


def _read_head(walked: Walked) -> ResponseHead | None:
    """The response's head; None where the block holds none."""
    found = split_head(walked.record.block.read(KEPT))
    try:
        return parse_response_head(found[0]) if found else None
    except HTTPSyntaxError:
        return None


def _find_item(walked: Walked, source: Source) -> FoundItem | None:
    record = walked.record
    if not (record.header("Content-Type") or "").startswith("application/json") or record.block_length > KEPT * 64:
        return None
    whole = walked.block_at + record.block_length <= KEPT
    try:
        stored = json.loads(record.block.read() if whole else read_block(source, _place(walked)))
        return FoundItem(
            place=_place(walked),
            key=f"{stored['kind']}/{stored['id']}",
            version=int(stored["version"]),
            status=str(stored["status"]),
            url=str(stored["url"]),
            captured_at=str(stored["captured_at"]),
            record_id=str(stored["warc"]["record_id"]),
        )
    except (TypeError, KeyError, ValueError):
        return None  # other tools keep JSON in metadata records too


def _read_limits(configuration: bytes) -> Limits | None:
    try:
        return Limits.of(json.loads(configuration).get)
    except (ValueError, AttributeError, TypeError):
        return None  # another tool's, under the same name
