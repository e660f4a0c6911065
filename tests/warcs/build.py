"""Builds WARC files byte by byte, so that a test can put any fault where it wants it. Equal calls give equal bytes."""

import base64
import hashlib
import zlib

END = b"\r\n\r\n"
DATE = "2024-02-28T09:30:00Z"
URI = "https://www.example.org/page"
NAME = "test.warc.gz"
"""The file name that the warcinfo record states."""
HTTP_RESPONSE = "application/http;msgtype=response"
HTTP_REQUEST = "application/http;msgtype=request"
FIELDS = "application/warc-fields"

Header = tuple[str, str | None]


def uuid(number: int) -> str:
    """A record id, in angle brackets."""
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


def sha1(data: bytes) -> str:
    """`sha1:` and base32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def record(
    block: bytes, *headers: Header, version: bytes = b"WARC/1.1", length: int | None = None, end: bytes = END
) -> bytes:
    """A record; a header whose value is None is left out. Content-Length is added unless it is among the headers."""
    lines = [version]
    lines += [f"{name}: {value}".encode("utf-8", "surrogateescape") for name, value in headers if value is not None]
    if not any(name.lower() == "content-length" for name, _ in headers):
        lines.append(f"Content-Length: {len(block) if length is None else length}".encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + block + end


def override(headers: list[Header], changes: dict[str, str | None]) -> list[Header]:
    """Headers with some replaced, taken out (None) or, where they were not there, added at the end."""
    names = {name for name, _ in headers}
    changed = [(name, changes.get(name, value)) for name, value in headers]
    return changed + [(name, value) for name, value in changes.items() if name not in names]


def warcinfo(number: int = 1, *, block: bytes = b"software: test\r\n", **changes: str | None) -> bytes:
    """A warcinfo record; changes to headers are keywords with `_` for `-`."""
    headers: list[Header] = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", DATE),
        ("WARC-Filename", NAME),
        ("Content-Type", FIELDS),
    ]
    return record(block, *override(headers, _names(changes)))


def response(number: int = 2, block: bytes | None = None, payload: bytes | None = None, **changes: str | None) -> bytes:
    """A response record with right digests; `payload`: what the payload digest is over,
    where it is not the block's body.
    """
    block = http_response(b"<p>hello</p>") if block is None else block
    body = block.partition(b"\r\n\r\n")[2] if payload is None else payload
    headers: list[Header] = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", URI),
        ("WARC-IP-Address", "192.0.2.7"),
        ("WARC-Payload-Digest", sha1(body)),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Type", HTTP_RESPONSE),
    ]
    return record(block, *override(headers, _names(changes)))


def request(
    number: int = 3, *, concurrent_to: int | None = 2, block: bytes | None = None, **changes: str | None
) -> bytes:
    """A request record of the same capture as a response."""
    block = b"GET /page HTTP/1.1\r\nHost: www.example.org\r\n\r\n" if block is None else block
    headers: list[Header] = [
        ("WARC-Type", "request"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", URI),
        ("WARC-Concurrent-To", uuid(concurrent_to) if concurrent_to else None),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Type", HTTP_REQUEST),
    ]
    return record(block, *override(headers, _names(changes)))


def metadata(number: int = 4, *, block: bytes = b"via: https://www.example.org/\r\n", **changes: str | None) -> bytes:
    """A metadata record about a response."""
    headers: list[Header] = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", URI),
        ("WARC-Refers-To", uuid(2)),
        ("Content-Type", FIELDS),
    ]
    return record(block, *override(headers, _names(changes)))


IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def revisit(number: int = 5, *, block: bytes | None = None, **changes: str | None) -> bytes:
    """An identical-payload revisit of the response that `response()` makes."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" if block is None else block
    headers: list[Header] = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", "2024-03-01T00:00:00Z"),
        ("WARC-Target-URI", URI),
        ("WARC-Profile", IDENTICAL),
        ("WARC-Refers-To", uuid(2)),
        ("WARC-Refers-To-Target-URI", URI),
        ("WARC-Refers-To-Date", DATE),
        ("WARC-Payload-Digest", sha1(b"<p>hello</p>")),
        ("WARC-Truncated", "length"),
        ("Content-Type", HTTP_RESPONSE),
    ]
    return record(block, *override(headers, _names(changes)))


def resource(number: int = 6, *, block: bytes = b"a plain text", **changes: str | None) -> bytes:
    """A resource record."""
    headers: list[Header] = [
        ("WARC-Type", "resource"),
        ("WARC-Record-ID", uuid(number)),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", "urn:test:notes"),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Type", "text/plain"),
    ]
    return record(block, *override(headers, _names(changes)))


def http_response(body: bytes, *headers: bytes, status: bytes = b"HTTP/1.1 200 OK", length: bool = True) -> bytes:
    """An HTTP response."""
    lines = [status, b"Content-Type: text/html", *headers]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def member(data: bytes, *, level: int = 6) -> bytes:
    """A gzip member whose header holds no time."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, 31)
    return deflate.compress(data) + deflate.flush()


def compressed(*records: bytes) -> bytes:
    """A `.warc.gz`: one member a record."""
    return b"".join(member(data) for data in records)


def raw_member(
    data: bytes, *, flags: int = 0, mtime: int = 0, os: int = 3, extra: bytes = b"", crc: int | None = None
) -> bytes:
    """A gzip member with a header and a CRC of one's own; `extra`: what follows the fixed header."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + mtime.to_bytes(4, "little") + bytes([0, os]) + extra
    checked = zlib.crc32(data) if crc is None else crc
    return head + body + checked.to_bytes(4, "little") + len(data).to_bytes(4, "little")


def chunks(*pieces: bytes, extension: bytes = b"", trailer: bytes = b"", last: bool = True) -> bytes:
    """A chunked body."""
    sent = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return sent + (b"0\r\n%s\r\n" % trailer if last else b"")


def _names(changes: dict[str, str | None]) -> dict[str, str | None]:
    return {name.replace("_", "-"): value for name, value in changes.items()}
