"""One WARC file: every member and every record in it, checked by itself.

What cannot be judged from one record (ids used twice, references, revisits) is handed on as `Entry` to `verify_links`.
After damage the search goes on at the next record that can be read, so that one torn record does not hide the rest.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.verify.blocks import BlockFacts, check_block
from archive.verify.findings import CLOSED, DAMAGE, Finding, Severity, find
from archive.verify.rules import check_headers
from archive.warc.filler import SUBFIELD, TARGET, lost_records
from archive.warc.members import MAGIC, GzipHeader, Member, MemberError, find_member, read_members
from archive.warc.reader import END, MalformedRecord, Record, bare_uri, parse_record
from archive.warc.walk import find_record

MEMBER_CODES = {
    "truncated": "truncated-member",
    "not-gzip": "bytes-after-members",
    "bad-header": "bad-gzip-header",
    "corrupt": "corrupt-member",
    "crc": "member-crc",
    "size": "member-size",
}
"""Kind of MemberError → code."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A record as the checks across records see it."""

    file: str
    offset: int
    length: int
    """Of the gzip member, or of the record in an uncompressed file."""
    record_id: str
    type: str
    date: str
    target_uri: str
    warcinfo_id: str
    concurrent_to: tuple[str, ...]
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
    """SHA-256 in hex of the block of an `application/json` metadata record, else None."""
    lost: tuple[str, ...] = ()
    """Ids of records that this one names as lost."""


@dataclass(kw_only=True)
class WarcScan:
    """All that one file gave."""

    file: str
    size: int = 0
    findings: list[Finding] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
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
        self.headers: list[tuple[int, GzipHeader]] = []
        self.ticked = 0

    def scan(self) -> WarcScan:
        self.stream.seek(0)
        magic = self.stream.read(2)
        if magic == b"\x1f\x8b" or self.context.name.removesuffix(".open").endswith(".gz"):
            self._scan_members()
            self._check_gzip_headers()
        else:
            self._scan_plain()
        if not self.result.entries and not self.result.findings and not self.context.growing:
            self._add("no-records", "expected at least one record, got none", 0)
        self._tick(self.result.size)
        return self.result

    # Gzip members

    def _scan_members(self) -> None:
        start: int | None = 0
        while start is not None and start < self.result.size:
            try:
                for member in read_members(self.stream, start=start):
                    self._scan_member(member)
                    start = member.offset + member.length
                    self._tick(start)
                start = None
            except MemberError as error:
                start = self._note_bad_member(error)

    def _note_bad_member(self, error: MemberError) -> int | None:
        """Report damage; return where to go on."""
        following = self._resume_at(error)
        code, detail = MEMBER_CODES[error.kind], error.message
        record_id = _partial_id(error.data)
        if error.kind == "not-gzip":
            end = following if following is not None else self.result.size
            detail += (
                f" ({end - error.offset} bytes up to the"
                f" {'next member' if following is not None else 'end of the file'})"
            )
            code = "bytes-between-members" if following is not None else "bytes-after-members"
            code = "not-gzip" if error.offset == 0 and following is None else code
        severity = None
        if self.context.growing and error.kind in ("truncated", "not-gzip", "corrupt") and following is None:
            code, severity = "torn-tail", Severity.INFO if self.context.live else None
        self._add(code, detail, error.offset, record_id, severity)
        return following

    def _resume_at(self, error: MemberError) -> int | None:
        """Where the next member begins: behind the damaged one, if that is where one begins,
        or else where one can be found.
        """
        if error.end is not None:
            self.stream.seek(error.end)
            if self.stream.read(3) in (b"", MAGIC):
                return error.end
        return find_member(self.stream, error.offset + 1)

    def _scan_member(self, member: Member) -> None:
        self.result.members += 1
        self.headers.append((member.offset, member.header))
        if not member.size:
            self._add("empty-member", "expected a record in the gzip member, got no bytes", member.offset)
        place = records = 0
        while place < member.size:
            member.data.seek(place)
            head = member.data.read(5)
            if records and head != b"WARC/":
                self._after_record(member.data, place, member.size, member.offset)
                break
            member.data.seek(place)
            try:
                record = parse_record(member.data)
            except MalformedRecord as error:
                self._add(error.code, error.detail, member.offset)
                break
            self._check(record, member.offset, member.length)
            records += 1
            closing = self._check_end(member.data, record, member.offset)
            if not closing:
                break
            place = record.end + closing
        if records > 1:
            self._add(
                "several-records-in-member", f"expected one record in the gzip member, got {records}", member.offset
            )

    def _after_record(self, data: BinaryIO, place: int, size: int, offset: int) -> None:
        data.seek(place)
        rest = data.read(64)
        code = "extra-line-breaks" if not rest.strip(b"\r\n") and size - place <= 64 else "bytes-after-record"
        self._add(
            code,
            f"expected the end of the gzip member after the record, got {size - place} bytes: {rest[:24]!r}",
            offset,
        )

    def _check_gzip_headers(self) -> None:
        """No checksum covers a gzip header's time, system and flags:
        the one that differs from all others was probably altered.
        """
        for offset, header in self.headers:
            self._check_skip_length(offset, header)
        headers = [(offset, header) for offset, header in self.headers if not header.extra.startswith(SUBFIELD)]
        kinds = Counter((header.flags, header.xfl, header.os, bool(header.mtime)) for _, header in headers)
        usual, number = kinds.most_common(1)[0] if kinds else (None, 0)
        if number < 2 or number < len(headers) - 1:
            odd = [offset for offset, header in headers if header.xfl not in (0, 2, 4) or 13 < header.os < 255]
        else:
            odd = [o for o, header in headers if (header.flags, header.xfl, header.os, bool(header.mtime)) != usual]
        for offset in odd:
            self._add(
                "gzip-header-odd", "expected a gzip header like that of the file's other members, got another", offset
            )

    def _check_skip_length(self, offset: int, header: GzipHeader) -> None:
        """wget's extra field `sl` holds the member's length, compressed and not."""
        extra = header.extra
        if len(extra) == 12 and extra[:4] == b"sl\x08\x00":
            following = offset + int.from_bytes(extra[4:8], "little")
            if following != self.result.size and following not in {place for place, _ in self.headers}:
                self._add(
                    "gzip-skip-length", f"expected a member or the end of the file at {following}, got neither", offset
                )

    # Uncompressed files

    def _scan_plain(self) -> None:
        offset = 0
        while offset < self.result.size:
            self.stream.seek(offset)
            try:
                record = parse_record(self.stream)
            except MalformedRecord as error:
                following = find_record(self.stream, offset + 1)
                torn = self.context.growing and following is None
                severity = Severity.INFO if torn and self.context.live else None
                self._add("torn-tail" if torn else error.code, error.detail, offset, None, severity)
                offset = self.result.size if following is None else following
                continue
            following = self._end_plain(record, offset)
            self._check(record, offset, following - offset)
            offset = following
            self._tick(offset)

    def _end_plain(self, record: Record, offset: int) -> int:
        """Where the next record begins."""
        closing = self._check_end(self.stream, record, offset)
        end = record.end + closing
        self.stream.seek(end)
        following = self.stream.read(5)
        if closing and following in (b"", b"WARC/"):
            return end
        after = find_record(self.stream, record.end - record.block_length if not closing else end)
        after = self.result.size if after is None else after
        if closing:
            self.stream.seek(end)
            rest = self.stream.read(min(64, after - end))
            code = "extra-line-breaks" if not rest.strip(b"\r\n") and after - end <= 64 else "bytes-after-record"
            self._add(code, f"expected the next record, got {after - end} bytes: {rest[:24]!r}", end)
        return max(after, offset + 1)

    # Records

    def _check_end(self, data: BinaryIO, record: Record, offset: int) -> int:
        """How many bytes of the record's end are there; 0 when they are not what they should be."""
        data.seek(record.end)
        got = data.read(len(END))
        if got == END:
            return len(END)
        if got[:2] == b"\n\n":
            self._add("bare-lf", "expected CR LF CR LF after the block, got LF LF", offset, record.record_id)
            return 2
        detail = f"expected CR LF CR LF after the block of {record.block_length} bytes, got {got!r}"
        torn = self.context.growing and record.end + len(got) >= self.result.size
        self._add("torn-tail" if torn else "bad-record-end", detail, offset, record.record_id)
        return 0

    def _check(self, record: Record, offset: int, length: int) -> None:
        for code, detail in record.quirks:
            self._add(code, detail, offset, record.record_id)
        for code, detail in check_headers(record, self.context.now):
            self._add(code, detail, offset, record.record_id)
        facts = check_block(record, closed=self.context.closed)
        for code, detail in facts.problems:
            self._add(code, detail, offset, record.record_id)
        if not self.result.entries and record.type != "warcinfo":
            self._add("no-warcinfo", f"expected a warcinfo record first, got {record.type or 'none'}", offset)
        filename = record.header("WARC-Filename")
        if filename and filename.strip('"') != self.context.name.removesuffix(".open"):
            self._add(
                "warc-filename", f"expected WARC-Filename {self.context.name}, got {filename}", offset, record.record_id
            )
        entry = make_entry(record, self.context.file, offset, length, facts)
        if entry.target_uri == TARGET:
            self._add(
                "lost-bytes",
                f"expected records, got {length} bytes that say what was damaged here",
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


def make_entry(record: Record, file: str, offset: int, length: int, facts: BlockFacts) -> Entry:
    """What the checks across records need of a record."""

    def field(name: str) -> str:
        return bare_uri(record.header(name) or "")

    return Entry(
        file=file,
        offset=offset,
        length=length,
        record_id=record.record_id,
        type=record.type,
        date=field("WARC-Date"),
        target_uri=field("WARC-Target-URI"),
        warcinfo_id=field("WARC-Warcinfo-ID"),
        concurrent_to=tuple(bare_uri(value) for value in record.all("WARC-Concurrent-To")),
        refers_to=field("WARC-Refers-To"),
        refers_to_uri=field("WARC-Refers-To-Target-URI"),
        refers_to_date=field("WARC-Refers-To-Date"),
        profile=field("WARC-Profile"),
        payload_digest=field("WARC-Payload-Digest"),
        block_length=record.block_length,
        truncated=field("WARC-Truncated"),
        segment_origin=field("WARC-Segment-Origin-ID"),
        segment_number=field("WARC-Segment-Number"),
        segment_total=field("WARC-Segment-Total-Length"),
        status=facts.status,
        mime=facts.mime,
        item_digest=facts.item_digest,
        lost=lost_records(record),
    )


def digest_of_line(line: bytes) -> str:
    """As `Entry.item_digest`, of a line of JSON Lines without its line feed."""
    return hashlib.sha256(line).hexdigest()


def _partial_id(data: BinaryIO | None) -> str | None:
    """The record id in what could be decompressed of a damaged member."""
    if data is None:
        return None
    match = re.search(rb"\nWARC-Record-ID:[ \t]*<?([^>\r\n]{1,200})", data.read(8192), re.IGNORECASE)
    return match[1].decode("utf-8", "replace") if match else None
