"""The sample site on loopback: aiohttp in a thread, http and https on one port, every request noted.

A connection's first byte tells the protocol (22 opens a TLS handshake), so that one `--connect-to ::127.0.0.1:PORT`
leads `http://` and `https://` addresses alike to the site.
Where TLS is on, pages asked for over http redirect to https.
"""

import asyncio
import contextlib
import datetime as dt
import email.utils
import gzip
import hashlib
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from crawler.demo.model import IMAGE_HOST
from crawler.demo.routes import HOSTS, Answer, answer
from crawler.demo.tls import make_certificates
from crawler.demo.truth import SampleSite

GRACE = 1.0
"""Seconds that answers under way have to end when the server stops."""
SILENCE = 10.0
"""Seconds that a connection may take to say its first byte."""


@dataclass(kw_only=True)
class RequestSeen:
    """One request, as the server saw it."""

    began: float
    """`time.monotonic()` when its head had come in."""
    ended: float
    """`time.monotonic()` when the last byte of the answer had been handed to the socket;
    until then, when its first was about to be.
    """
    method: str
    host: str
    path: str
    """Path and query, byte for byte as requested."""
    headers: tuple[tuple[str, str], ...]
    status: int
    secure: bool

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}{self.path}"


@dataclass(kw_only=True)
class RunningSite:
    """A sample site that is being served."""

    site: SampleSite
    http_port: int
    https_port: int | None
    """The same port as `http_port`; None without TLS."""
    ca_path: Path | None
    """PEM of the authority that signed the site's certificate; None without TLS."""
    log: list[RequestSeen] = field(default_factory=list)
    """Requests in the order in which their answers began; a client that has its answer finds its request here."""
    latency: float = 0.0
    """Seconds that each answer is held back; may be changed while serving."""
    instead: dict[str, Answer] = field(default_factory=dict)
    """Answers given in place of the site's own, by path and query as requested: for tests of errors, bans and traps."""
    alter: Callable[[str, Answer], Answer] = lambda url, own: own
    """What is said at an address in place of the site's own answer: for tests of sites that are otherwise."""

    @property
    def connect_to(self) -> str:
        """What `--connect-to` needs for all hosts and ports to lead here."""
        return f"::127.0.0.1:{self.http_port}"


@contextlib.contextmanager
def serve(site: SampleSite, *, port: int = 0, tls: bool = True) -> Iterator[RunningSite]:
    """Serve the site on 127.0.0.1 until the block ends; port 0 takes a free one.

    Raises OSError where the port is taken. Without TLS the pages' absolute links still say https.
    """
    with contextlib.ExitStack() as stack:
        context, ca_path = (
            _tls(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sample-site-")))) if tls else (None, None)
        )
        listener = stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=128))
        listener.setblocking(False)
        bound = listener.getsockname()[1]
        running = RunningSite(site=site, http_port=bound, https_port=bound if tls else None, ca_path=ca_path)
        thread = _ServerThread(running, listener, context)
        thread.start()
        try:
            yield running
        finally:
            thread.stop()


def _tls(directory: Path) -> tuple[ssl.SSLContext, Path]:
    certificates = make_certificates(HOSTS)
    ca_path, chain_path = directory / "ca.pem", directory / "server.pem"
    ca_path.write_bytes(certificates.ca)
    chain_path.write_bytes(certificates.chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain_path)
    context.set_alpn_protocols(["http/1.1"])
    return context, ca_path


class _ServerThread(threading.Thread):
    """Runs the event loop that accepts and answers."""

    def __init__(self, running: RunningSite, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        super().__init__(name="sample-site", daemon=True)
        self._running = running
        self._listener = listener
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._validators = _Validators()

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    def stop(self) -> None:
        """End the loop and wait for it."""
        self._loop.call_soon_threadsafe(self._done.set)
        self.join()

    async def _serve(self) -> None:
        server = web.Server(self._take_request, access_log=None)
        greetings: set[asyncio.Task[None]] = set()
        accepting = asyncio.create_task(self._accept(server, greetings))
        await self._done.wait()
        for task in (accepting, *greetings):
            task.cancel()
        await asyncio.gather(accepting, *greetings, return_exceptions=True)
        server.pre_shutdown()  # closes what is idle
        await server.shutdown(GRACE)
        for connection in list(server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0.02)  # one turn for each transport to close its socket

    async def _accept(self, server: web.Server, greetings: set[asyncio.Task[None]]) -> None:
        while True:
            connection, _ = await self._loop.sock_accept(self._listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._greet(server, connection))
            greetings.add(task)
            task.add_done_callback(greetings.discard)

    async def _greet(self, server: web.Server, connection: socket.socket) -> None:
        """Hand the connection on, over TLS where the client's first byte asks for it.
        One that says nothing is dropped.
        """
        handed_on = False
        try:
            first = await asyncio.wait_for(self._peek(connection), SILENCE)
            if first:
                secure = self._context if first == b"\x16" else None
                await self._loop.connect_accepted_socket(server, connection, ssl=secure)
                handed_on = True
        except (TimeoutError, OSError):  # ssl.SSLError among them: a client that does not trust us, or went away
            pass
        finally:
            if not handed_on:
                connection.close()

    async def _peek(self, connection: socket.socket) -> bytes:
        ready: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(connection, _mark, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(connection)
        return connection.recv(1, socket.MSG_PEEK)

    async def _take_request(self, request: web.BaseRequest) -> web.StreamResponse:
        began = time.monotonic()
        if self._running.latency:
            await asyncio.sleep(self._running.latency)
        found = self._answer(request)
        response, body = self._response(request, found)
        seen = RequestSeen(
            began=began,
            ended=time.monotonic(),
            method=request.method,
            host=_host(request),
            path=request.raw_path,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers),
            status=response.status,
            secure=request.secure,
        )
        self._running.log.append(seen)
        await response.prepare(request)
        if body and request.method != "HEAD":
            half = len(body) // 2 if found.chunked else 0
            for piece in (body[:half], body[half:]):
                if piece:
                    await response.write(piece)
        await response.write_eof()
        seen.ended = time.monotonic()
        return response

    def _response(self, request: web.BaseRequest, found: Answer) -> tuple[web.StreamResponse, bytes]:
        """The response's head, and its body as it goes on the wire less chunking."""
        response = web.StreamResponse(status=found.status, headers=dict(found.headers))
        response.headers["Content-Type"] = found.content_type
        response.headers["Server"] = "Microsoft-IIS/8.5"
        body = found.body
        if found.compressible:
            response.headers["Vary"] = "Accept-Encoding"
            if body and "gzip" in request.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, mtime=0)
                response.headers["Content-Encoding"] = "gzip"
        if found.validated:
            etag, modified = self._validators.of(f"{_host(request)}{request.raw_path}", found, self._running.site)
            response.headers["ETag"] = f'"{etag}-gz"' if "Content-Encoding" in response.headers else f'"{etag}"'
            response.headers["Last-Modified"] = email.utils.formatdate(modified, usegmt=True)
            if _not_modified(request, etag, modified):
                response.set_status(304)
                body = b""
                for name in ("Content-Type", "Content-Encoding"):
                    response.headers.pop(name, None)
        if response.status == 304:
            pass
        elif found.chunked and request.version >= (1, 1):
            response.enable_chunked_encoding()
        else:
            response.content_length = len(body)
        return response, body

    def _answer(self, request: web.BaseRequest) -> Answer:
        if request.method not in {"GET", "HEAD"}:
            return Answer(status=405, headers={"Allow": "GET, HEAD"}, validated=False)
        if request.raw_path in self._running.instead:
            return self._running.instead[request.raw_path]
        url = f"{request.scheme}://{_host(request)}{request.raw_path}"
        return self._running.alter(url, self._own_answer(request))

    def _own_answer(self, request: web.BaseRequest) -> Answer:
        host = _host(request)
        path, _, query = request.raw_path.partition("?")
        if self._context is not None and not request.secure and host in HOSTS and host != IMAGE_HOST:
            return Answer(status=301, headers={"Location": f"https://{host}{request.raw_path}"}, validated=False)
        return answer(self._running.site, host, path, query)


def _mark(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def _host(request: web.BaseRequest) -> str:
    return request.headers.get("Host", "").partition(":")[0]


class _Validators:
    """ETag and Last-Modified of each address: the day moves to that of the site's change when the text has changed with
    it.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}

    def of(self, where: str, found: Answer, site: SampleSite) -> tuple[str, float]:
        etag = hashlib.sha256(found.body if found.stable is None else found.stable).hexdigest()[:16]
        known = self._known.get(where)
        if known is None:
            known = (etag, found.modified)
        elif known[0] != etag:
            known = (etag, max(site.changed_at, found.modified))
        self._known[where] = known
        return known


def _not_modified(request: web.BaseRequest, etag: str, modified: float) -> bool:
    """RFC 9110 §13.2.2: If-None-Match decides alone where it is there; its comparison is the weak one."""
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        tags = {tag.strip().removeprefix("W/").strip('"').removesuffix("-gz") for tag in asked.split(",")}
        return bool(tags & {etag, "*"})
    since = request.headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        moment = email.utils.parsedate_to_datetime(since)
    except ValueError:
        return False
    return int(modified) <= moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
