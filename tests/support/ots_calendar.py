"""A calendar of OpenTimestamps on loopback: it takes digests, and brings them into a block when it is told to."""

import hashlib
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

PENDING = b"\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e"
BITCOIN = b"\x00\x05\x88\x96\x0d\x73\xd7\x19\x01"
SHA256 = b"\x08"
HEIGHT = 812_345
MOMENT = 1_700_000_000
MAGIC_OF_FILE = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e8929401") + SHA256


def varbytes(data: bytes) -> bytes:
    assert len(data) < 128
    return bytes([len(data)]) + data


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass
class RunningCalendar:
    """One that answers."""

    url: str
    mined: bool = False
    """Whether the block is there."""
    answer: bytes | None = None
    """What it says in place of a stamp."""
    status: int = 200
    """And with it."""
    asked: list[str] = field(default_factory=list)
    header: bytes = b""
    """Of the block that holds what was asked for last."""

    def promise(self, digest: bytes) -> bytes:
        """A way from a digest to the address of this calendar."""
        return b"\xf1" + varbytes(b"time") + SHA256 + PENDING + varbytes(varbytes(self.url.encode()))

    def bring(self, commitment: bytes) -> bytes:
        """The way on, through a transaction, to the Merkle root of the block, whose header is made for it."""
        before, after, sibling = b"\x01\x00in", b"out\x00", sha256(b"another transaction")
        transaction = sha256(sha256(before + commitment + after))
        root = sha256(sha256(sibling + transaction))
        self.header = struct.pack("<4s32s32sIII", b"\0\0\0\x20", bytes(32), root, MOMENT, 0x1D00FFFF, 7)
        height = bytes([HEIGHT & 0x7F | 0x80, HEIGHT >> 7 & 0x7F | 0x80, HEIGHT >> 14])
        way = b"\xf1" + varbytes(before) + b"\xf0" + varbytes(after) + SHA256 * 2 + b"\xf1" + varbytes(sibling)
        return way + SHA256 * 2 + BITCOIN + varbytes(height)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        digest = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(self._calendar.status, self._calendar.promise(digest) if self.path == "/digest" else b"")

    def do_GET(self) -> None:
        commitment = self.path.removeprefix("/timestamp/")
        if self._calendar.mined and commitment != self.path:
            self._reply(200, self._calendar.bring(bytes.fromhex(commitment)))
        else:
            self._reply(404, b"Pending confirmation in Bitcoin blockchain")

    @property
    def _calendar(self) -> RunningCalendar:
        calendar: RunningCalendar = self.server.calendar  # type: ignore[attr-defined]
        return calendar

    def _reply(self, status: int, body: bytes) -> None:
        self._calendar.asked.append(f"{self.command} {self.path}")
        body = body if self._calendar.answer is None else self._calendar.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def calendar() -> Iterator[RunningCalendar]:
    """Serve one."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    running = RunningCalendar(f"http://127.0.0.1:{server.server_port}")
    server.calendar = running  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
