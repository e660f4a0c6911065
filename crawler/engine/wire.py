"""The bytes on the wire: a client protocol that copies what it sends and receives, exchange by exchange.

It stands on private names of Scrapy 2.19 and Twisted; `check_wire` looks for them at start, so that an upgrade
that moves one of them stops the crawl with a clear message instead of an archive without captures.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, cast

import scrapy
from scrapy.core.downloader.handlers import http11
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web import _newclient
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory

from archive.errors import ArchiveError
from archive.scratch import open_spool

SPOOL = 1 << 20
"""A response larger than this goes to a temporary file."""

MAX_LINE = 256 << 10
"""Of a header; Twisted's own bound is 16 kB, which policies for content and cookies outgrow. Browsers read as much."""

MAX_HEAD = 1 << 20
"""Of a response; a head without an end would fill the memory."""

TOKEN_HEADER = b"X-Thanhuy-Exchange"
"""Ties an exchange to its Scrapy request; taken off before anything is sent."""


@dataclass(kw_only=True)
class Recording:
    """What was sent and received for one request on one connection."""

    began: datetime
    ip: str | None
    protocols: tuple[str, ...] = ("http/1.1",)
    cipher: str | None = None
    request: bytearray = field(default_factory=bytearray)
    response: BinaryIO = field(default_factory=lambda: open_spool(SPOOL))
    """Closed by its owner."""
    received: int = 0
    ended: datetime | None = None
    whole: bool = False
    """Whether the response came to its end."""
    lost: bool = False
    """Whether the connection was lost before that."""
    abrupt: bool = False
    """Whether the connection ended otherwise than by being closed."""

    failure: ArchiveError | None = None
    """Why bytes could not be kept: the disk of the temporary directory is full."""

    def receive(self, data: bytes) -> None:
        """Keep bytes that came in."""
        if self.ended is not None:
            return
        try:
            self.response.write(data)
            self.received += len(data)
        except ArchiveError as error:
            self.failure = error
            self.stop()

    def finish(self, excess: int) -> None:
        """The response is whole; the last `excess` bytes are not part of it."""
        if self.ended is None:
            self.received -= excess
            self.response.truncate(self.received)
            self.whole = True
            self.stop()

    def stop(self) -> None:
        """Take no more bytes."""
        if self.ended is None:
            self.ended = datetime.now(UTC)


class CappedBuffer(BytesIO):
    """Keeps the first bytes written to it, and only counts the rest: the archive has them all."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self.dropped = 0

    def write(self, data: Any) -> int:
        """Say that all was written, as a buffer does."""
        kept = data[: max(0, self._limit - self.tell())]
        super().write(kept)
        self.dropped += len(data) - len(kept)
        return len(data)


class _Tee:
    """Passes a request on to the transport and copies it."""

    def __init__(self, transport: Any, copy: bytearray) -> None:
        self._transport, self._copy = transport, copy

    def write(self, data: bytes) -> None:
        self._copy += data
        self._transport.write(data)

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        pieces = list(data)
        self._copy += b"".join(pieces)
        self._transport.writeSequence(pieces)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class RecordingProtocol(http11._LenientHTTP11ClientProtocol):
    """Scrapy's client protocol, with a copy of every byte kept aside."""

    def __init__(self, quiescent: Callable[..., None], recordings: dict[bytes, list[Recording]], keep: int) -> None:
        super().__init__(quiescent)
        self._recordings = recordings
        self._keep = keep
        self._recording: Recording | None = None
        self._in_head = False

    def request(self, request: Any) -> "Deferred[Any]":
        """Send a request. Twisted's pool may call this again, on another connection,
        for a request that got no answer.
        """
        token = getattr(request, "thanhuy_token", None)
        if token is None:
            token = (request.headers.getRawHeaders(TOKEN_HEADER) or [b""])[0]
            # A copy: the pool holds on to the headers for a second try.
            request.headers = request.headers.copy()
            request.headers.removeHeader(TOKEN_HEADER)
            request.thanhuy_token = token
        recording = self._begin()
        if token in self._recordings:
            self._recordings[token].append(recording)
        self._recording, self._in_head = recording, True
        write = type(request).writeTo
        request.writeTo = lambda transport: write(request, _Tee(transport, recording.request))
        answered = cast("Deferred[Any]", super().request(request))
        if self._parser is not None:
            self._parser.MAX_LENGTH = MAX_LINE
        return answered.addCallback(self._cap_body)

    def _cap_body(self, response: Any) -> Any:
        """Keep what Scrapy holds of a body in memory within bounds; the recording goes to a file."""
        self._in_head = False
        deliver = response.deliverBody

        def capped(reader: Any) -> None:
            if isinstance(reader, http11._ResponseReader):
                reader._bodybuf = CappedBuffer(self._keep)
            deliver(reader)

        response.deliverBody = capped
        return response

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Copy first: parsing may end the exchange."""
        if self._recording is not None:
            if not self._recording.received and self._recording.cipher is None:
                self._note_security(self._recording)
            self._recording.receive(data)
            if self._recording.failure is not None:
                cast(Any, self.transport).abortConnection()
                return
        super().dataReceived(data)
        if self._recording is not None and self._in_head and self._recording.received > MAX_HEAD:
            cast(Any, self.transport).abortConnection()

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._recording is not None:
            self._recording.finish(len(rest))
            self._recording = None
        super()._finishResponse(rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """A body without a length ends with the connection; any other is cut."""
        recording = self._recording
        if recording is not None:
            recording.abrupt = reason.check(ConnectionDone) is None
        super().connectionLost(reason)
        if recording is not None and not recording.whole:
            recording.lost = True
            recording.stop()

    def _begin(self) -> Recording:
        transport: Any = self.transport
        recording = Recording(began=datetime.now(UTC), ip=getattr(transport.getPeer(), "host", None))
        self._note_security(recording)
        return recording

    def _note_security(self, recording: Recording) -> None:
        """Note TLS version and cipher: on a new connection known once the handshake is over,
        so with the first byte that comes back.
        """
        handle: Any = getattr(self.transport, "getHandle", lambda: None)()
        if hasattr(handle, "get_cipher_name") and (cipher := handle.get_cipher_name()):
            recording.protocols = ("http/1.1", handle.get_protocol_version_name().lower().replace("tlsv", "tls/"))
            recording.cipher = cipher


class RecordingFactory(_HTTP11ClientFactory):
    """Builds the connections of a pool."""

    noisy = False

    def __init__(
        self, quiescent: Callable[..., None], metadata: str, recordings: dict[bytes, list[Recording]], keep: int
    ) -> None:
        """`keep`: bytes of each body that Scrapy may hold in memory."""
        super().__init__(quiescent, metadata)
        self._recordings_by_token, self._keep = recordings, keep

    def buildProtocol(self, addr: Any) -> RecordingProtocol:  # noqa: N802 - Twisted's name
        """One connection."""
        return RecordingProtocol(self._quiescentCallback, self._recordings_by_token, self._keep)


def check_wire() -> None:
    """Make sure that every private name that the capture stands on is where it was.
    Raises RuntimeError naming what moved.
    """
    wanted: tuple[tuple[object, str], ...] = (
        (http11, "_LenientHTTP11ClientProtocol"),
        (http11, "_ScrapyAgent"),
        (http11, "HTTP11DownloadHandler"),
        (http11, "_ResponseReader"),
        (_newclient.HTTP11ClientProtocol, "_finishResponse"),
        (_newclient.HTTP11ClientProtocol, "dataReceived"),
        (_newclient.HTTP11ClientProtocol, "connectionLost"),
        (_newclient.Request, "writeTo"),
        (_newclient.HTTPClientParser, "MAX_LENGTH"),
        (HTTPConnectionPool, "_factory"),
        (HTTPConnectionPool, "_newConnection"),
    )
    missing = [f"{getattr(owner, '__name__', owner)}.{name}" for owner, name in wanted if not hasattr(owner, name)]
    if not missing:
        set_at_start = (
            (http11.HTTP11DownloadHandler, ("_pool", "_contextFactory")),
            (http11._ResponseReader, ("_bodybuf",)),
        )
        for owner, names in set_at_start:
            missing += [f"{owner.__name__}.{name}" for name in names if name not in owner.__init__.__code__.co_names]
    if missing:
        raise RuntimeError(
            f"Scrapy {scrapy.__version__}: expected {', '.join(missing)}, got none; the capture would miss bytes."
            " Install Scrapy 2.19"
        )
