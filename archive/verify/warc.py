"""One WARC file: every member and every record in it, checked by itself.

What cannot be judged from one record (ids used twice, references, revisits) is handed on to `links` as `RecordSummary`.
After damage the search goes on at the next record that can be read, so that one torn record does not hide the rest.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from archive.adopted import is_adopted
from archive.files import OPEN_SUFFIX, open_regular
from archive.verify.blocks import BlockFacts, check_block
from archive.verify.findings import CLOSED, DAMAGE, Finding, Severity, find
from archive.verify.gzip import GzipHeaders
from archive.verify.rules import check_headers
from archive.warc.events import Damage, End, Flaw, RecordEvent, is_compressed, read_events
from archive.warc.fields import Field
from archive.warc.filler import TARGET, lost_records
from archive.warc.payload import digest_record
from archive.warc.record import RECORD_CODES, as_text, bare_uri, begins_record

TORN = RECORD_CODES | {"truncated-member", "bytes-after-members", "not-gzip", "corrupt-member", "bad-record-end"}
"""Codes of what a write leaves at a file's end while it is under way, or when it was broken off."""


class RecordSummary(NamedTuple):
    """A record as the checks across records see it. URIs are without angle brackets, what is absent is empty."""

    file: str
    offset: int
    length: int
    """Of the gzip member, or of the record in an uncompressed file."""
    record_id: str
    type: str
    date: str
    target_uri: str
    refers_to: str
    refers_to_uri: str
    refers_to_date: str
    profile: str
    payload_digest: str
    block_length: int
    truncated: str
    segment_origin: str
    segment_number: str
    segment_total: str
    status: int | None
    mime: str | None
    item_digest: str | None
    """Digest of the block of an `application/json` metadata record, else None; see `archive.lines.pointers`."""
    head: str
    """Digest of the record's header, which states that of its block; empty where it does not."""
    sha256: bytes | None
    """Of the record as it lies; None where no seal asks for it."""
    warcinfo_id: str
    concurrent_to: tuple[str, ...]
    lost: tuple[str, ...] = ()
    """Ids of records that this one names as lost."""


@dataclass(kw_only=True)
class WarcScan:
    """All that a range of a file gave."""

    file: str
    end: int
    """Where the next range has to begin."""
    findings: list[Finding] = field(default_factory=list)
    entries: list[RecordSummary] = field(default_factory=list)
    gzip: GzipHeaders = field(default_factory=GzipHeaders)


@dataclass(frozen=True, kw_only=True)
class WarcContext:
    """How a file is to be judged."""

    file: str
    """The name that findings carry."""
    name: str
    """The file's own name, as WARC-Filename has it."""
    now: datetime
    closed: bool = False
    """Whether it belongs to a collection: references must resolve, and the collection's own rules hold."""
    growing: bool = False
    """Whether it is a `.open` file: its last record may be torn."""
    live: bool = False
    """Whether a crawl is writing it at this moment: a torn tail is then no damage."""
    sealed: bool = False
    """Whether each record is to be digested for the seals."""


def scan_warc(stream: BinaryIO, context: WarcContext) -> WarcScan:
    """Check a whole file, given as a seekable stream."""
    scan = _Scanner(stream, context, 0, None).scan()
    scan.findings += WholeFile(context).conclude(scan)
    return scan


def scan_range(path: Path, context: WarcContext, start: int, stop: int | None) -> WarcScan:
    """Check a range of a file on disk."""
    try:
        with open_regular(path) as stream:
            return _Scanner(stream, context, start, stop).scan()
    except OSError as error:
        finding = find("unreadable-file", context.file, f"expected a readable file, got {error.strerror or error}")
        return WarcScan(file=context.file, end=start if stop is None else stop, findings=[finding])


class WholeFile:
    """The ranges of one file put together, for what only all of them tell."""

    def __init__(self, context: WarcContext) -> None:
        self._context = context
        self._gzip = GzipHeaders()
        self._told = False

    def add(self, scan: WarcScan) -> None:
        """Take in the next range."""
        self._gzip.merge(scan.gzip)
        self._told = self._told or bool(scan.entries or scan.findings)

    def conclude(self, last: WarcScan) -> list[Finding]:
        """Take in the last range; return the findings about the whole."""
        self.add(last)
        context = self._context
        detail = "expected a gzip header like that of the file's other members, got another"
        found = [_finding(context, "gzip-header-odd", detail, offset) for offset in self._gzip.odd()]
        if not self._told and not context.growing:
            found.append(_finding(context, "no-records", "expected at least one record, got none", 0))
        return found


def _finding(
    context: WarcContext,
    code: str,
    detail: str,
    offset: int,
    record_id: str | None = None,
    severity: Severity | None = None,
) -> Finding:
    if severity is None and context.closed and code in CLOSED:
        severity = DAMAGE
    return find(code, context.file, detail, offset=offset, record_id=record_id, severity=severity)


class _Scanner:
    def __init__(self, stream: BinaryIO, context: WarcContext, start: int, stop: int | None) -> None:
        self.stream, self.context, self.start, self.stop = stream, context, start, stop
        self.size = stream.seek(0, 2)
        self.result = WarcScan(file=context.file, end=start)

    def scan(self) -> WarcScan:
        compressed = self._is_compressed()
        for event in read_events(self.stream, start=self.start, stop=self.stop, compressed=compressed):
            if isinstance(event, RecordEvent):
                self._check(event)
            elif isinstance(event, End):
                self.result.end = event.offset
            else:
                self._note(event)
        return self.result

    def _is_compressed(self) -> bool:
        """Content tells; the name only where the content is neither."""
        self.stream.seek(0)
        if begins_record(self.stream.read(5)):
            return False
        return self.context.name.removesuffix(OPEN_SUFFIX).endswith(".gz") or is_compressed(self.stream)

    def _note(self, event: Flaw | Damage) -> None:
        """Report a flaw or damage; at the end of a file that is being written it is a torn tail."""
        code, severity = event.code, None
        if self.context.growing and event.end >= self.size and code in TORN and not _in_sound_member(event):
            code, severity = "torn-tail", Severity.INFO if self.context.live else None
        self._add(code, event.detail, event.offset, event.record_id, severity)

    def _check(self, found: RecordEvent) -> None:
        record, offset = found.record, found.offset
        facts = check_block(record, closed=self.context.closed)
        for code, detail in (*record.quirks, *check_headers(record, self.context.now), *facts.problems):
            self._add(code, detail, offset, record.record_id)
        if not self.start and not self.result.entries and record.type != "warcinfo":
            self._add("no-warcinfo", f"expected a warcinfo record first, got {record.type or 'none'}", offset)
        if found.gzip and (stated := self.result.gzip.take(found)) not in (None, found.length):
            detail = f"expected a gzip member of {stated} bytes, as its own header has it, got one of {found.length}"
            self._add("gzip-skip-length", detail, offset)
        filename = record.header(Field.FILENAME)
        renamed = filename and filename.strip('"') != self.context.name.removesuffix(OPEN_SUFFIX)
        if renamed and not is_adopted(self.context.name):
            self._add(
                "warc-filename", f"expected WARC-Filename {self.context.name}, got {filename}", offset, record.record_id
            )
        sha256 = digest_record(record) if self.context.sealed else None
        entry = make_entry(found, self.context.file, facts, sha256)
        if entry.target_uri == TARGET:
            self._add(
                "lost-bytes",
                f"expected records, got {found.length} bytes that say what was damaged here",
                offset,
                record.record_id,
            )
        self.result.entries.append(entry)

    def _add(
        self, code: str, detail: str, offset: int, record_id: str | None = None, severity: Severity | None = None
    ) -> None:
        self.result.findings.append(_finding(self.context, code, detail, offset, record_id, severity))


def _in_sound_member(event: Flaw | Damage) -> bool:
    return isinstance(event, Damage) and event.in_member


_NAMES = {
    Field.RECORD_ID.key: "record_id",
    Field.DATE.key: "date",
    Field.TARGET_URI.key: "target_uri",
    Field.REFERS_TO.key: "refers_to",
    Field.REFERS_TO_TARGET_URI.key: "refers_to_uri",
    Field.REFERS_TO_DATE.key: "refers_to_date",
    Field.PROFILE.key: "profile",
    Field.PAYLOAD_DIGEST.key: "payload_digest",
    Field.TRUNCATED.key: "truncated",
    Field.SEGMENT_ORIGIN_ID.key: "segment_origin",
    Field.SEGMENT_NUMBER.key: "segment_number",
    Field.SEGMENT_TOTAL_LENGTH.key: "segment_total",
    Field.WARCINFO_ID.key: "warcinfo_id",
}
"""Field of a record's header → that of its summary."""
_BLOCK_DIGEST = Field.BLOCK_DIGEST.key
_ABSENT: dict[str, Any] = dict.fromkeys(_NAMES.values(), "")


def make_entry(found: RecordEvent, file: str, facts: BlockFacts, sha256: bytes | None) -> RecordSummary:
    """Sum a record up for the checks across records."""
    record = found.record
    values, stated = record.values, _ABSENT.copy()
    for key, given in values.items():
        if (name := _NAMES.get(key)) is not None:
            stated[name] = bare_uri(as_text(given[0]))
    return RecordSummary(
        file=file,
        offset=found.offset,
        length=found.length,
        type=record.type,
        block_length=record.block_length,
        status=facts.status,
        mime=facts.mime,
        item_digest=None if is_adopted(file) else facts.item_digest,
        head=hashlib.blake2b(record.head, digest_size=16).hexdigest() if _BLOCK_DIGEST in values else "",
        sha256=sha256,
        concurrent_to=record.concurrent_to,
        lost=lost_records(record),
        **stated,
    )
