"""HTTP/1 messages as they stand in a record's block.

RFC 9112, read as leniently as the crawl reads it (Twisted's client with Scrapy's parser),
so that both see the same message:
lines may end in a bare LF, the reason may be missing, header lines without a colon are skipped,
folded lines are joined,
bytes are not decoded. Message bodies are streams, never strings of bytes, so that their size does not matter.
"""

import functools
import re
from dataclasses import dataclass
from typing import BinaryIO

from archive.http.codings import content_codings

CHUNK = 64 * 1024
MAX_HEAD = 1024 * 1024
"""A message head longer than this is taken for a body without a head."""
MAX_LINE = 64 * 1024
"""A chunk-size or trailer line longer than this is malformed."""

HEAD_END = re.compile(rb"\n\r?\n")
_VERSION = re.compile(rb"[A-Za-z]+/\d+(?:\.\d+)?")
_HTTP_VERSION = re.compile(rb"HTTP/\d+(?:\.\d+)?")
_STATUS = re.compile(rb"[+-]?\d{1,9}")
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")


class HTTPSyntaxError(ValueError):
    """Bytes that are no HTTP/1 message; says what was expected and what was got."""


@dataclass(frozen=True, kw_only=True)
class ResponseHead:
    """Status line and headers of a response."""

    version: bytes
    """E.g. `HTTP/1.1`."""
    status: int
    reason: bytes
    """Empty where the server left it out."""
    headers: list[tuple[bytes, bytes]]
    """Names as written, values without surrounding white space, in order."""
    quirks: tuple[str, ...] = ()
    """Where the head leaves RFC 9112 and was read all the same."""

    @functools.cached_property
    def _values(self) -> dict[bytes, list[bytes]]:
        values: dict[bytes, list[bytes]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(value)
        return values

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header, whatever its case."""
        return self._values.get(name.lower(), [])

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header, whatever its case; None when it is absent."""
        return next(iter(self.all(name)), None)

    @property
    def chunked(self) -> bool:
        """Whether the body is sent in chunks: as Twisted has it, the first Transfer-Encoding says so."""
        return _ends_chunked(self.header(b"Transfer-Encoding"))

    @property
    def codings(self) -> list[str]:
        """The content codings in the order in which they were applied, lower case, without `identity`."""
        return content_codings(self.all(b"Content-Encoding"))


@dataclass(frozen=True, kw_only=True)
class RequestHead:
    """Request line and headers of a request."""

    method: bytes
    target: bytes
    version: bytes
    headers: list[tuple[bytes, bytes]]
    quirks: tuple[str, ...] = ()

    @property
    def chunked(self) -> bool:
        """Whether the body is sent in chunks."""
        return _ends_chunked(
            next((value for name, value in self.headers if name.lower() == b"transfer-encoding"), None)
        )


@dataclass(frozen=True, kw_only=True)
class Chunked:
    """How the decoding of a chunked body went."""

    size: int
    """Bytes of content."""
    complete: bool
    """Whether the last chunk and the end of the trailer were there."""
    error: str | None = None
    """What was expected and what was got, where it is not complete."""
    trailer: tuple[bytes, ...] = ()
    """The trailer's lines."""
    rest: int = 0
    """Bytes after the body's end."""


def media_type(head: ResponseHead | None) -> str | None:
    """The media type that the response names, lower case, without parameters."""
    value = head.header(b"Content-Type") if head else None
    return (_latin1(value) or "").partition(";")[0].strip().lower() or None


def validators(head: ResponseHead | None) -> tuple[str | None, str | None]:
    """ETag and Last-Modified, for conditional requests (RFC 9110 §8.8); each byte as one character."""
    if head is None:
        return None, None
    return _latin1(head.header(b"ETag")), _latin1(head.header(b"Last-Modified"))


def _latin1(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None


def split_head(data: bytes) -> tuple[bytes, int] | None:
    """The head with its closing empty line, and where the body begins; None when the head does not end in `data`."""
    end = HEAD_END.search(data)
    return (data[: end.end()], end.end()) if end else None


def read_head(block: BinaryIO) -> tuple[bytes, int] | None:
    """As `split_head`, of a block's beginning; reads no more than a head can be long."""
    block.seek(0)
    data = b""
    while len(data) < MAX_HEAD and (more := block.read(CHUNK)):
        searched = max(0, len(data) - 2)
        data += more
        if end := HEAD_END.search(data, searched):
            return data[: end.end()], end.end()
    return None


def parse_response_head(head: bytes) -> ResponseHead:
    """Read a response's head. Raises HTTPSyntaxError for a status line that the crawl's client refuses as well."""
    line, headers, quirks = _parse_head(head)
    parts = line.split(b" ", 2)
    if len(parts) < 2:
        raise HTTPSyntaxError(f"expected a status line, got {line[:80]!r}")
    version, code, reason = parts[0], parts[1], parts[2] if len(parts) == 3 else b""
    if not _VERSION.fullmatch(version):
        raise HTTPSyntaxError(f"expected a version like HTTP/1.1, got {version[:40]!r}")
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        quirks.append(f"expected HTTP/1.0 or HTTP/1.1, got {version[:40]!r}")
    if not _STATUS.fullmatch(code.strip()):
        raise HTTPSyntaxError(f"expected a status of three digits, got {code[:40]!r}")
    if len(code) != 3 or not code.isdigit():
        quirks.append(f"expected a status of three digits, got {code!r}")
    if len(parts) == 2:
        quirks.append("expected a space after the status, got the end of the line")
    return ResponseHead(version=version, status=int(code), reason=reason, headers=headers, quirks=tuple(quirks))


def parse_request_head(head: bytes) -> RequestHead:
    """Read a request's head. Raises HTTPSyntaxError when its first line is no request line."""
    line, headers, quirks = _parse_head(head)
    method, _, rest = line.partition(b" ")
    target, _, version = rest.rpartition(b" ")
    if not (method and target and _HTTP_VERSION.fullmatch(version)):
        raise HTTPSyntaxError(f"expected a request line, got {line[:80]!r}")
    return RequestHead(method=method, target=target, version=version, headers=headers, quirks=tuple(quirks))


def _parse_head(head: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], list[str]]:
    quirks: list[str] = []
    lines = head.removesuffix(b"\n").removesuffix(b"\r").split(b"\n")
    if head.count(b"\r\n") < len(lines):
        quirks.append("expected lines that end in CR LF, got a bare LF")
    first = lines[0].removesuffix(b"\r")
    unfolded: list[bytes] = []
    for line in lines[1:]:
        line = line.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1] += line
            quirks.append(f"expected a header on one line, got it folded: {line[:40]!r}")
        elif line:
            unfolded.append(line)
    headers: list[tuple[bytes, bytes]] = []
    for line in unfolded:
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name, value.strip()))
        else:
            quirks.append(f"expected a header `Name: value`, got {line[:40]!r}")
    return first, headers, quirks


def dechunk(stream: BinaryIO, out: BinaryIO) -> Chunked:
    """Copy the content of a chunked body, from the stream's place, to `out`.

    Chunk extensions and the trailer are dropped. A body that ends early or is malformed gives what came before,
    with the reason.
    """
    size = 0
    while True:
        line = stream.readline(MAX_LINE)
        match = CHUNK_SIZE.fullmatch(line)
        if not match:
            error = (
                f"expected a chunk size, got {line[:40]!r}"
                if line
                else "expected another chunk, got the end of the body"
            )
            return Chunked(size=size, complete=False, error=error)
        length = int(match[1], 16)
        if length == 0:
            return _read_trailer(stream, size)
        copied = _copy(stream, out, length)
        size += copied
        if copied < length:
            return Chunked(size=size, complete=False, error=f"expected a chunk of {length} bytes, got {copied}")
        if (end := stream.readline(2)) not in (b"\r\n", b"\n"):
            error = (
                f"expected a line break after the chunk, got {end!r}"
                if end
                else "expected another chunk, got the end of the body"
            )
            return Chunked(size=size, complete=False, error=error)


def _read_trailer(stream: BinaryIO, size: int) -> Chunked:
    trailer: list[bytes] = []
    while line := stream.readline(MAX_LINE):
        if line in (b"\r\n", b"\n"):
            rest = 0
            while more := stream.read(CHUNK):
                rest += len(more)
            return Chunked(size=size, complete=True, trailer=tuple(trailer), rest=rest)
        trailer.append(line.rstrip(b"\r\n"))
        if not line.endswith(b"\n") or len(trailer) > 1000:
            break
    error = "expected the empty line that ends a chunked body, got the end of the body"
    return Chunked(size=size, complete=False, error=error, trailer=tuple(trailer))


def _copy(stream: BinaryIO, out: BinaryIO, length: int) -> int:
    copied = 0
    while copied < length and (data := stream.read(min(CHUNK, length - copied))):
        out.write(data)
        copied += len(data)
    return copied


def _ends_chunked(value: bytes | None) -> bool:
    return value is not None and value.lower().rpartition(b",")[2].strip() == b"chunked"
