"""One WARC file: every member and every record in it, checked by itself.

What cannot be judged from one record (ids used twice, references, revisits) is handed on to `links` as `RecordSummary`.
After damage the search goes on at the next record that can be read, so that one torn record does not hide the rest.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archive.files import OPEN_SUFFIX
from archive.verify.blocks import BlockFacts, check_block
from archive.verify.findings import CLOSED, DAMAGE, Finding, Severity, find
from archive.verify.rules import check_headers
from archive.warc.events import Damage, End, Flaw, RecordEvent, is_compressed, read_events
from archive.warc.fields import Field
from archive.warc.filler import SUBFIELD, TARGET, lost_records
from archive.warc.members import FEXTRA
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
    warcinfo_id: str
    concurrent_to: tuple[str, ...]
    lost: tuple[str, ...] = ()
    """Ids of records that this one names as lost."""


@dataclass(kw_only=True)
class WarcScan:
    """All that one file gave."""

    file: str
    size: int = 0
    findings: list[Finding] = field(default_factory=list)
    entries: list[RecordSummary] = field(default_factory=list)
    members: int = 0


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
    tick: Callable[[int], None] | None = None
    """Told how many bytes were read since the last call."""


def scan_warc(stream: BinaryIO, context: WarcContext) -> WarcScan:
    """Check a whole file, given as a seekable stream."""
    return _Scanner(stream, context).scan()


def scan_warc_path(path: Path, context: WarcContext) -> WarcScan:
    """Check a whole file on disk."""
    try:
        with path.open("rb") as stream:
            return scan_warc(stream, context)
    except OSError as error:
        finding = find("unreadable-file", context.file, f"expected a readable file, got {error.strerror or error}")
        return WarcScan(file=context.file, findings=[finding])


class _Scanner:
    def __init__(self, stream: BinaryIO, context: WarcContext) -> None:
        self.stream, self.context = stream, context
        self.result = WarcScan(file=context.file, size=stream.seek(0, 2))
        self.gzip = GzipHeaders()
        self.ticked = 0

    def scan(self) -> WarcScan:
        for event in read_events(self.stream, compressed=self._is_compressed()):
            if isinstance(event, RecordEvent):
                self._check(event)
                self._tick(event.offset + event.length)
            elif not isinstance(event, End):
                self._note(event)
        for offset in self.gzip.odd():
            self._add(
                "gzip-header-odd", "expected a gzip header like that of the file's other members, got another", offset
            )
        if not self.result.entries and not self.result.findings and not self.context.growing:
            self._add("no-records", "expected at least one record, got none", 0)
        self._tick(self.result.size)
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
        if self.context.growing and event.end >= self.result.size and code in TORN and not _in_sound_member(event):
            code, severity = "torn-tail", Severity.INFO if self.context.live else None
        self._add(code, event.detail, event.offset, event.record_id, severity)

    def _check(self, found: RecordEvent) -> None:
        record, offset = found.record, found.offset
        facts = check_block(record, closed=self.context.closed)
        for code, detail in (*record.quirks, *check_headers(record, self.context.now), *facts.problems):
            self._add(code, detail, offset, record.record_id)
        if not self.result.entries and record.type != "warcinfo":
            self._add("no-warcinfo", f"expected a warcinfo record first, got {record.type or 'none'}", offset)
        if found.gzip and (stated := self.gzip.take(found)) not in (None, found.length):
            detail = f"expected a gzip member of {stated} bytes, as its own header has it, got one of {found.length}"
            self._add("gzip-skip-length", detail, offset)
        filename = record.header(Field.FILENAME)
        if filename and filename.strip('"') != self.context.name.removesuffix(OPEN_SUFFIX):
            self._add(
                "warc-filename", f"expected WARC-Filename {self.context.name}, got {filename}", offset, record.record_id
            )
        entry = make_entry(found, self.context.file, facts)
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
        if severity is None and self.context.closed and code in CLOSED:
            severity = DAMAGE
        self.result.findings.append(
            find(code, self.context.file, detail, offset=offset, record_id=record_id, severity=severity)
        )

    def _tick(self, offset: int) -> None:
        if self.context.tick and offset > self.ticked:
            self.context.tick(offset - self.ticked)
            self.ticked = offset


GzipKind = tuple[int, int, int, bool]
"""Flags, extra flags, system, and whether there is a time."""


class GzipHeaders:
    """The gzip headers of one file. No checksum covers their time, system and flags:
    the one that differs from all others was probably altered.
    """

    def __init__(self) -> None:
        self._counts: Counter[GzipKind] = Counter()
        self._places: dict[GzipKind, list[int]] = {}
        """Where the first member of a kind lies, of an odd kind every one."""
        self._last = -1

    def take(self, found: RecordEvent) -> int | None:
        """Take in a member's header, once; return the member's length where the header has it."""
        header, offset = found.gzip, found.offset
        if offset == self._last:
            return None
        self._last = offset
        extra = header[12:24] if header[3] & FEXTRA else b""
        if not extra.startswith(SUBFIELD):
            kind = (header[3], header[8], header[9], any(header[4:8]))
            self._counts[kind] += 1
            if self._counts[kind] == 1 or _is_odd(kind):
                self._places.setdefault(kind, []).append(offset)
        # wget's extra field `sl` holds the member's length, compressed and not.
        return int.from_bytes(extra[4:8], "little") if extra[:4] == b"sl\x08\x00" else None

    def odd(self) -> list[int]:
        """Where the members lie whose header is unlike the others'."""
        usual = max(self._counts, key=lambda kind: self._counts[kind], default=None)
        number = self._counts[usual] if usual else 0
        alone = number >= 2 and number >= self._counts.total() - 1
        places = [at for kind, at in self._places.items() if (kind != usual if alone else _is_odd(kind))]
        return sorted(place for at in places for place in at)


def _is_odd(kind: GzipKind) -> bool:
    return kind[1] not in (0, 2, 4) or 13 < kind[2] < 255


def _in_sound_member(event: Flaw | Damage) -> bool:
    return isinstance(event, Damage) and event.in_member


def make_entry(found: RecordEvent, file: str, facts: BlockFacts) -> RecordSummary:
    """Sum a record up for the checks across records."""
    record = found.record
    values = record.values

    def value(field: Field) -> str:
        given = values.get(field.key)
        return bare_uri(as_text(given[0])) if given else ""

    return RecordSummary(
        file=file,
        offset=found.offset,
        length=found.length,
        record_id=value(Field.RECORD_ID),
        type=record.type,
        date=value(Field.DATE),
        target_uri=value(Field.TARGET_URI),
        refers_to=value(Field.REFERS_TO),
        refers_to_uri=value(Field.REFERS_TO_TARGET_URI),
        refers_to_date=value(Field.REFERS_TO_DATE),
        profile=value(Field.PROFILE),
        payload_digest=value(Field.PAYLOAD_DIGEST),
        block_length=record.block_length,
        truncated=value(Field.TRUNCATED),
        segment_origin=value(Field.SEGMENT_ORIGIN_ID),
        segment_number=value(Field.SEGMENT_NUMBER),
        segment_total=value(Field.SEGMENT_TOTAL_LENGTH),
        status=facts.status,
        mime=facts.mime,
        item_digest=facts.item_digest,
        warcinfo_id=value(Field.WARCINFO_ID),
        concurrent_to=record.concurrent_to,
        lost=lost_records(record),
    )
