"""A WARC record: header and block as they stand, changed in nothing.

WARC File Format 1.1 (ISO 28500:2017), section 4, and its elder 1.0, which differs here only in the version line.
Deviations are tolerated where the meaning is certain (lines that end in a bare LF, folded headers,
bytes that are no UTF-8); each is noted in `Record.quirks`, so that a strict caller can refuse them.
Where the meaning is not certain, MalformedRecord.

Values are bytes until they are shown: as text, a byte that is no UTF-8 is written `\\xNN`.
"""

import io
import os
import re
from typing import BinaryIO

from archive.errors import RecordError
from archive.streams import open_window
from archive.warc.fields import JSON, REVISIT_NOT_MODIFIED, Field

VERSION = re.compile(rb"WARC/\d+\.\d+", re.IGNORECASE)
"""Some writers have it in lower case."""
MAX_HEAD = 1024 * 1024
"""A record header longer than this is damage."""
END = b"\r\n\r\n"
"""Two line breaks follow each record (section 4)."""
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header's name (section 4, `token`)."""
HEAD_END = re.compile(rb"\n\r?\n")
PLAIN_HEAD = re.compile(rb"WARC/\d+\.\d+\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f-\xff]*\r\n)*\r\n")
"""A header in ASCII without any deviation: nearly every one."""
_HEAD_PIECE = 16 * 1024
RECORD_CODES = frozenset(
    {"no-version", "torn-header", "bad-header-line", "no-content-length", "bad-content-length", "short-block"}
)
"""Codes of what keeps a record from being read."""


class MalformedRecord(RecordError):
    """A record that cannot be read: where, what was expected, and what was got."""

    def __init__(self, code: str, detail: str, *, offset: int, file: str = "") -> None:
        super().__init__(f"{file}:{offset}: {detail}" if file else f"{offset}: {detail}")
        self.file = file
        self.code = code
        """The finding's code, as `archive.verify.findings` has it."""
        self.detail = detail
        self.offset = offset


class Record:
    """One WARC record."""

    __slots__ = (
        "_block",
        "_memory",
        "_owns",
        "_stream",
        "block_at",
        "block_length",
        "end",
        "head",
        "quirks",
        "type",
        "values",
    )

    def __init__(
        self,
        head: "Head",
        block_at: int,
        *,
        memory: bytes | None = None,
        stream: BinaryIO | None = None,
        owns: bool = False,
    ) -> None:
        """The block is given by its bytes, or by the stream in which it begins at `block_at`."""
        self.head = head.raw
        """The header as it stands, with the empty line that ends it."""
        self.values = head.values
        """Name in lower case → its values in order, without surrounding white space."""
        self.quirks = head.quirks
        """Deviations that were tolerated: a finding's code and what was got."""
        self.block_at = block_at
        """Where the block begins in the stream that the record was parsed from."""
        self.block_length = head.length
        """Content-Length."""
        self.end = block_at + head.length
        """Where the block ends in that stream."""
        types = head.values.get(Field.TYPE.key)
        self.type = as_text(types[0]) if types else ""
        """WARC-Type, empty when absent."""
        self._memory, self._stream, self._owns = memory, stream, owns
        self._block: BinaryIO | None = None

    @property
    def block(self) -> BinaryIO:
        """The block, seekable, first at its beginning; readable until the next record is asked for."""
        if self._block is None:
            if self._memory is not None:
                self._block = io.BytesIO(self._memory)
            else:
                assert self._stream is not None
                self._block = open_window(self._stream, self.block_at, self.block_length, owns=self._owns)
        return self._block

    @property
    def in_memory(self) -> bytes | None:
        """The block's bytes where they are at hand anyway; None of a long one."""
        return self._memory

    @property
    def version(self) -> bytes:
        """The version line, e.g. `WARC/1.1`."""
        return self.head[: self.head.index(b"\n")].removesuffix(b"\r")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in order and case as written."""
        return [(as_text(name), as_text(value)) for name, value in _unfold(self.head)[0]]

    def all(self, name: str) -> list[str]:
        """Every value of a header, whatever its case."""
        return [as_text(value) for value in self.values.get(_key(name), ())]

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None when it is absent."""
        values = self.values.get(_key(name))
        return as_text(values[0]) if values else None

    def uri(self, name: str) -> str:
        """The first value of a header without angle brackets, empty when it is absent."""
        values = self.values.get(_key(name))
        return bare_uri(as_text(values[0])) if values else ""

    @property
    def record_id(self) -> str:
        """WARC-Record-ID without its angle brackets, empty when absent."""
        return self.uri(Field.RECORD_ID)

    @property
    def date(self) -> str:
        """WARC-Date as written, empty when absent."""
        return self.header(Field.DATE) or ""

    @property
    def target_uri(self) -> str:
        """WARC-Target-URI without the brackets that WARC 1.0's grammar asks for, empty when absent."""
        return self.uri(Field.TARGET_URI)

    @property
    def content_type(self) -> str:
        """The block's media type as written, empty when absent."""
        return self.header(Field.CONTENT_TYPE) or ""

    @property
    def payload_digest(self) -> str | None:
        """WARC-Payload-Digest as written."""
        return self.header(Field.PAYLOAD_DIGEST)

    @property
    def truncated(self) -> str | None:
        """WARC-Truncated: why the block is not whole. None where nothing says that it is not."""
        return self.header(Field.TRUNCATED)

    @property
    def warcinfo_id(self) -> str:
        """WARC-Warcinfo-ID without its angle brackets, empty when absent."""
        return self.uri(Field.WARCINFO_ID)

    @property
    def concurrent_to(self) -> tuple[str, ...]:
        """Every WARC-Concurrent-To, without angle brackets."""
        return tuple(map(bare_uri, self.all(Field.CONCURRENT_TO)))

    @property
    def refers_to(self) -> str:
        """WARC-Refers-To without its angle brackets, empty when absent."""
        return self.uri(Field.REFERS_TO)

    @property
    def refers_to_uri(self) -> str:
        """WARC-Refers-To-Target-URI, empty when absent."""
        return self.uri(Field.REFERS_TO_TARGET_URI)

    @property
    def refers_to_date(self) -> str:
        """WARC-Refers-To-Date, empty when absent."""
        return self.header(Field.REFERS_TO_DATE) or ""

    @property
    def profile(self) -> str:
        """WARC-Profile, empty when absent."""
        return self.uri(Field.PROFILE)

    @property
    def is_not_modified(self) -> bool:
        """Whether this is a revisit that the server answered with 304."""
        return self.profile == REVISIT_NOT_MODIFIED

    @property
    def is_json(self) -> bool:
        """Whether the block says that it is JSON, as an item's record does."""
        return self.content_type.startswith(JSON)


class Head:
    """A record's header, taken apart."""

    __slots__ = ("length", "quirks", "raw", "values")

    def __init__(self, raw: bytes, *, file: str = "", offset: int = 0) -> None:
        """`raw`: from the version line to the empty line. `file` and `offset` are for messages.
        Raises MalformedRecord.
        """
        self.raw = raw
        self.values: dict[bytes, list[bytes]] = {}
        self.quirks: tuple[tuple[str, str], ...] = ()
        if PLAIN_HEAD.fullmatch(raw):
            for line in raw[raw.index(b"\n") + 1 : -4].split(b"\r\n"):
                name, _, value = line.partition(b":")
                self.values.setdefault(name.lower(), []).append(value.strip(b" \t"))
            self.values.pop(b"", None)  # of a header without any field
        else:
            fields, quirks = _unfold(raw)
            for name, value in fields:
                if not TOKEN.fullmatch(name):
                    detail = f"expected a header line `Name: value`, got {_line_of(name, raw)[:80]!r}"
                    raise MalformedRecord("bad-header-line", detail, offset=offset, file=file)
                self.values.setdefault(name.lower(), []).append(value)
            self.quirks = (*quirks, *_quirks_of(fields))
        self.length = self._block_length(file, offset)

    def _block_length(self, file: str, offset: int) -> int:
        values = set(self.values.get(Field.CONTENT_LENGTH.key, ()))
        if len(values) != 1:
            got = " and ".join(sorted(map(as_text, values))) or "none"
            detail = f"expected one Content-Length, got {got}"
            raise MalformedRecord("no-content-length", detail, offset=offset, file=file)
        value = values.pop()
        if not value.isdigit() or len(value) > 19:
            detail = f"expected Content-Length in digits, got {as_text(value)[:80]!r}"
            raise MalformedRecord("bad-content-length", detail, offset=offset, file=file)
        return int(value)


def begins_record(data: bytes) -> bool:
    """Whether bytes begin as a record does."""
    return data[:5].upper() == b"WARC/"


def bare_uri(value: str) -> str:
    """A URI without the angle brackets that some headers write around it."""
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


def as_text(value: bytes) -> str:
    """A header's name or value as text: UTF-8, any other byte as `\\xNN`."""
    return value.decode("utf-8", "backslashreplace")


def parse_record(stream: BinaryIO, *, file: str = "", base: int = 0, owns: bool = False) -> Record:
    """Read the record that begins at the stream's place;
    afterwards the stream's place is undefined, `Record.end` tells.

    `file` and `base` (the offset of the stream's beginning in it) are for messages only.
    With `owns` the stream is closed together with the record's block.
    Raises MalformedRecord.
    """
    start = stream.tell()
    data = b""
    while (end := HEAD_END.search(data)) is None and len(data) < MAX_HEAD and (more := stream.read(_HEAD_PIECE)):
        data += more
    head = read_head(data, end.end() if end else None, file=file, offset=base + start)
    block_at = start + len(head.raw)
    available = stream.seek(0, os.SEEK_END) - block_at
    if available < head.length:
        detail = f"expected a block of {head.length} bytes, got {available}"
        raise MalformedRecord("short-block", detail, offset=base + start, file=file)
    return Record(head, block_at, stream=stream, owns=owns)


def read_head(data: bytes, end: int | None, *, file: str = "", offset: int = 0) -> Head:
    """The header that `data` begins with, up to `end`; None where no empty line was found. Raises MalformedRecord."""
    if not VERSION.match(data):
        line = data[:24].partition(b"\n")
        detail = f"expected a record that begins with WARC/, got {line[0] + line[1]!r}"
        raise MalformedRecord("no-version", detail, offset=offset, file=file)
    if end is None or end > MAX_HEAD:
        detail = f"expected the end of the record header, got {data[-24:]!r} and then the end of the data"
        if len(data) >= MAX_HEAD:
            detail = f"expected a record header of at most {MAX_HEAD} bytes, got a longer one"
        raise MalformedRecord("torn-header", detail, offset=offset, file=file)
    return Head(data[:end], file=file, offset=offset)


def _key(name: str) -> bytes:
    return name.key if isinstance(name, Field) else name.lower().encode("utf-8")


def _unfold(head: bytes) -> tuple[list[tuple[bytes, bytes]], list[tuple[str, str]]]:
    """Names and values, folded lines joined by a space (section 4, LWS), and what deviates in the lines.
    A line without a colon comes as a name that is none.
    """
    fields: list[tuple[bytes, bytes]] = []
    quirks: list[tuple[str, str]] = []
    lines = head.split(b"\n")[:-2]
    bare = sum(not line.endswith(b"\r") for line in lines) + (not head.endswith(b"\r\n"))
    if bare:
        quirks.append(("bare-lf", f"expected header lines that end in CR LF, got {bare} that end in LF"))
    for line in lines[1:]:
        line = line.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = name, (value + b" " + line.strip(b" \t")).strip(b" \t")
            quirks.append(("folded-header", f"expected {as_text(name)} on one line, got it folded"))
            continue
        name, colon, value = line.partition(b":")
        fields.append((name, value.strip(b" \t")) if colon else (line + b" ", b""))
    return fields, quirks


def _line_of(name: bytes, head: bytes) -> bytes:
    """The line of the header that begins with a name."""
    return next((line.strip() for line in head.split(b"\n")[1:] if line.startswith(name.rstrip())), name)


def _quirks_of(fields: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    quirks = []
    for name, value in fields:
        if CONTROL.search(value):
            got = f"expected no control character in {as_text(name)}, got {value[:80]!r}"
            quirks.append(("control-character", got))
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            quirks.append(("not-utf-8", f"expected {as_text(name)} in UTF-8, got {value[:80]!r}"))
    return quirks
