"""WARC records: header and block as they stand in a file, changed in nothing.

WARC File Format 1.1 (ISO 28500:2017), section 4, and its elder 1.0, which differs here only in the version line.
Deviations are tolerated where the meaning is certain (lines that end in a bare LF, folded headers,
bytes that are no UTF-8);
each is noted in `Record.quirks`, so that a strict caller can refuse them.
Where the meaning is not certain, RecordError.
"""

import functools
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.errors import RecordError
from archive.streams import open_window
from archive.warc.members import MAGIC, MemberError, read_member, read_members

VERSION = re.compile(rb"WARC/\d+\.\d+")
MAX_HEAD = 1024 * 1024
"""A record header longer than this is damage."""
END = b"\r\n\r\n"
"""What follows each record (section 4)."""
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header's name (section 4, `token`)."""


class MalformedRecord(RecordError):
    """A record that cannot be read: where, what was expected, and what was got."""

    def __init__(self, code: str, detail: str, *, offset: int, file: str = "") -> None:
        super().__init__(f"{file}:{offset}: {detail}" if file else f"{offset}: {detail}")
        self.code = code
        """The finding's code, as `archive.verify.findings` has it."""
        self.detail = detail
        self.offset = offset


@dataclass(frozen=True, kw_only=True)
class Record:
    """One WARC record."""

    version: bytes
    """The version line, e.g. `WARC/1.1`."""
    headers: list[tuple[str, str]]
    """Names and values in order and case as written; bytes that are no UTF-8 as surrogate escapes."""
    block: BinaryIO
    """The block, seekable, at its beginning; closed when the iterator that gave the record goes on."""
    block_length: int
    """Content-Length."""
    end: int
    """Where the block ends in the stream that the record was parsed from."""
    quirks: tuple[tuple[str, str], ...] = ()
    """Deviations that were tolerated: a finding's code and what was got."""

    @functools.cached_property
    def _values(self) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(value)
        return values

    def all(self, name: str) -> list[str]:
        """Every value of a header, whatever its case."""
        return self._values.get(name.lower(), [])

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None when it is absent."""
        values = self.all(name)
        return values[0] if values else None

    @property
    def type(self) -> str:
        """WARC-Type, empty when absent."""
        return self.header("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """WARC-Record-ID without its angle brackets, empty when absent."""
        return bare_uri(self.header("WARC-Record-ID") or "")


def bare_uri(value: str) -> str:
    """A URI without the angle brackets that some headers write around it."""
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


def parse_record(
    stream: BinaryIO, *, file: str = "", base: int = 0, owns: bool = False, size: int | None = None
) -> Record:
    """Read the record that begins at the stream's place;
    afterwards the stream's place is undefined, `Record.end` tells.

    `file` and `base` (the offset of the stream's beginning in it) are for messages only.
    `size`: the stream's length, where it holds only the beginning of what it stands for; the block may then break off.
    With `owns` the stream is closed together with the record's block.
    Raises MalformedRecord.
    """
    start = stream.tell()
    lines, quirks = _read_head(stream, start, file, base + start)
    version, headers = lines[0], _parse_headers(lines[1:], quirks, file, base + start)
    head_end = stream.tell()
    length = _block_length(headers, file, base + start)
    available = (stream.seek(0, os.SEEK_END) if size is None else size) - head_end
    if available < length:
        raise MalformedRecord(
            "short-block", f"expected a block of {length} bytes, got {available}", offset=base + start, file=file
        )
    return Record(
        version=version,
        headers=headers,
        block=open_window(stream, head_end, length, owns=owns),
        block_length=length,
        end=head_end + length,
        quirks=tuple(quirks),
    )


def is_gzip(path: Path) -> bool:
    """Whether a file begins like a gzip member, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(2) == MAGIC[:2]


def read_records(path: Path, *, start: int = 0) -> Iterator[tuple[int, int, Record]]:
    """Offset, length and record, one after the other; a record's block may be read until the next is asked for.

    Of a compressed file offset and length are those of the gzip member.
    Raises RecordError at the first damage; records yielded before are sound in gzip and syntax,
    their digests are not checked.
    """
    if is_gzip(path):
        yield from _read_compressed(path, start)
    else:
        yield from _read_plain(path, start)


def read_record_at(path: Path, offset: int, length: int | None = None) -> Record:
    """The one record at an offset; the caller closes its block. Raises RecordError."""
    stream = read_member(path, offset, length) if is_gzip(path) else path.open("rb")
    try:
        compressed = not isinstance(stream, io.BufferedReader)
        if not compressed:
            stream.seek(offset)
        record = parse_record(stream, file=str(path), base=offset if compressed else 0, owns=True)
        end = _read_end(stream, record, path, offset)
        if not compressed and length is not None and end - offset != length:
            raise RecordError(f"{path}:{offset}: expected a record of {length} bytes, got one of {end - offset}")
    except RecordError:
        stream.close()
        raise
    return record


def _read_compressed(path: Path, start: int) -> Iterator[tuple[int, int, Record]]:
    with path.open("rb") as stream:
        members = read_members(stream, start=start)
        while True:
            try:
                member = next(members, None)
            except MemberError as error:
                raise RecordError(f"{path}:{error}") from error
            if member is None:
                return
            place = 0
            while place < member.size:
                member.data.seek(place)
                record = parse_record(member.data, file=str(path), base=member.offset)
                place = _read_end(member.data, record, path, member.offset)
                yield member.offset, member.length, record


def _read_plain(path: Path, start: int) -> Iterator[tuple[int, int, Record]]:
    with path.open("rb") as stream:
        size, offset = path.stat().st_size, start
        while offset < size:
            stream.seek(offset)
            record = parse_record(stream, file=str(path))
            end = _read_end(stream, record, path, offset)
            yield offset, end - offset, record
            offset = end


def _read_end(stream: BinaryIO, record: Record, path: Path, offset: int) -> int:
    """Where the record's two closing line breaks end. Raises RecordError when they are not there."""
    stream.seek(record.end)
    got = stream.read(len(END))
    if got != END:
        raise RecordError(
            f"{path}:{offset}: expected two line breaks after the block of {record.block_length} bytes, got {got!r}"
        )
    return record.end + len(END)


def _read_head(stream: BinaryIO, start: int, file: str, offset: int) -> tuple[list[bytes], list[tuple[str, str]]]:
    """The version line and the header lines without their ends; the stream is left at the block."""
    lines: list[bytes] = []
    bare = 0
    while True:
        line = stream.readline(MAX_HEAD)
        if not lines and not VERSION.match(line):
            raise MalformedRecord(
                "no-version", f"expected a record that begins with WARC/, got {line[:24]!r}", offset=offset, file=file
            )
        if not line.endswith(b"\n") or stream.tell() - start > MAX_HEAD:
            detail = f"expected the end of the record header, got {line[-24:]!r} and then the end of the data"
            if stream.tell() - start >= MAX_HEAD:
                detail = f"expected a record header of at most {MAX_HEAD} bytes, got a longer one"
            raise MalformedRecord("torn-header", detail, offset=offset, file=file)
        bare += not line.endswith(b"\r\n")
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        if not line:
            return lines, [
                ("bare-lf", f"expected header lines that end in CR LF, got {bare} that end in LF")
            ] if bare else []
        lines.append(line)


def _parse_headers(lines: list[bytes], quirks: list[tuple[str, str]], file: str, offset: int) -> list[tuple[str, str]]:
    headers: list[tuple[bytes, bytes]] = []
    for line in lines:
        if line[:1] in b" \t" and headers:
            name, value = headers[-1]
            headers[-1] = name, value + b" " + line.strip(b" \t")
            quirks.append(("folded-header", f"expected {_text(name)} on one line, got it folded"))
            continue
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name):
            raise MalformedRecord(
                "bad-header-line", f"expected a header line `Name: value`, got {line[:80]!r}", offset=offset, file=file
            )
        headers.append((name, value.strip(b" \t")))
    for name, value in headers:
        if CONTROL.search(value):
            quirks.append(("control-character", f"expected no control character in {_text(name)}, got {value[:80]!r}"))
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            quirks.append(("not-utf-8", f"expected {_text(name)} in UTF-8, got {value[:80]!r}"))
    return [(_text(name), _text(value)) for name, value in headers]


def _block_length(headers: list[tuple[str, str]], file: str, offset: int) -> int:
    values = {value for name, value in headers if name.lower() == "content-length"}
    if len(values) != 1:
        got = " and ".join(sorted(values)) or "none"
        raise MalformedRecord("no-content-length", f"expected one Content-Length, got {got}", offset=offset, file=file)
    value = values.pop()
    if not (value.isascii() and value.isdigit()):
        raise MalformedRecord(
            "bad-content-length", f"expected Content-Length in digits, got {value!r}", offset=offset, file=file
        )
    return int(value)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
