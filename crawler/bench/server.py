"""A web server for the capture benchmark: whole responses made beforehand, in a process of its own,
so that it is no bottleneck.

Run as `python -m crawler.bench.server PAGES SIZE BASE [CHAIN.pem]`, it prints its port,
then, when its standard input closes, the processor seconds it used.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from crawler.bench.corpus import BASE, PAGE_SIZE, Corpus, build_corpus
from crawler.bench.timing import BenchError
from crawler.demo.tls import make_certificates
from crawler.site.scope import CANONICAL_HOST

CONNECTIONS = 8
"""Connections of the client that measures the server."""
TLS_BASE = f"https://{CANONICAL_HOST}"
NGINX = """\
daemon off; master_process off; user {user}; pid {room}/nginx.pid; error_log {room}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type "text/html; charset=utf-8"; types {{ text/plain txt; }} keepalive_requests 100000;
  client_body_temp_path {room}/t1; proxy_temp_path {room}/t2; fastcgi_temp_path {room}/t3;
  uwsgi_temp_path {room}/t4; scgi_temp_path {room}/t5;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {room}/chain.pem; ssl_certificate_key {room}/chain.pem;
    root {room}/files;
  }}
}}
"""
"""One process, no log, whole files."""
ROBOTS = b"User-agent: *\nDisallow: /lich\n"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server."""

    port: int
    name: str
    pages_per_second: float | None = None
    """What it gives to a client that only reads. None where that was not measured."""
    cacert: str | None = None
    """PEM file of the authority to trust, where it speaks TLS."""


class _Answering(asyncio.Protocol):
    """One connection: finds the path in each request's first line and writes the response that lies ready."""

    def __init__(self, ready: dict[bytes, bytes]) -> None:
        self._ready = ready
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._data += data
        if self._data.startswith(b"\x16"):  # a TLS handshake: better refused than left to wait
            self._transport.close()
            return
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head, self._data = self._data[:end], self._data[end + 4 :]
            self._transport.write(self._ready.get(head.split(b" ", 2)[1], _NOT_FOUND))


def _response(body: bytes, *, status: str = "200 OK", media_type: str = "text/html; charset=utf-8") -> bytes:
    head = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: private",
        "Server: bench",
    )
    return "\r\n".join((*head, "", "")).encode() + body


_NOT_FOUND = _response(b"not found\n", status="404 Not Found", media_type="text/plain")


@contextlib.contextmanager
def serve(pages: int, *, size: int = PAGE_SIZE) -> Iterator[tuple[Served, Corpus]]:
    """Serve a corpus of so many article pages of about `size` bytes until the block ends."""
    with _started([sys.executable, "-m", "crawler.bench.server", str(pages), str(size), BASE]) as port:
        corpus = build_corpus(pages, size=size)
        yield Served(port=port, pages_per_second=_measure(port, corpus), name="the bundled server"), corpus


@contextlib.contextmanager
def serve_tls(pages: int, *, size: int) -> Iterator[tuple[Served, Corpus]]:
    """The same over TLS: by nginx where it is installed, else by the bundled server."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as scratch:
        room = Path(scratch)
        made = make_certificates([CANONICAL_HOST])
        (room / "ca.pem").write_bytes(made.ca)
        (room / "chain.pem").write_bytes(made.chain)
        corpus = build_corpus(pages, size=size, base=TLS_BASE)
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if nginx is None:
            command = [sys.executable, "-m", "crawler.bench.server", str(pages), str(size), TLS_BASE]
            with _started([*command, str(room / "chain.pem")]) as port:
                yield Served(port=port, name="the bundled server", cacert=str(room / "ca.pem")), corpus
        else:
            with _nginx(nginx, room, corpus) as port:
                yield Served(port=port, name="nginx", cacert=str(room / "ca.pem")), corpus


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator[int]:
    """The bundled server in a process of its own, which ends when its standard input closes; its port."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


@contextlib.contextmanager
def _nginx(nginx: str, room: Path, corpus: Corpus) -> Iterator[int]:
    """nginx, giving the corpus from files."""
    files = room / "files"
    for path, body in {**corpus.pages, "/robots.txt": ROBOTS}.items():
        file = files / (unquote(path).lstrip("/") or "index.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (room / "nginx.conf").write_text(NGINX.format(room=room, port=port, user="root" if os.getuid() == 0 else "nobody"))
    command = [nginx, "-p", str(room), "-e", str(room / "error.log"), "-c", str(room / "nginx.conf")]
    with subprocess.Popen(command) as process:  # noqa: S603 - found on the path
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the port answers. Raises BenchError where the server ends instead, or takes ten seconds."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise BenchError(f"nginx: expected it to listen on port {port}, got exit code {process.poll()}")


def _measure(port: int, corpus: Corpus) -> float:
    """Pages a second that the server gives to a client that does nothing with them."""
    wanted = [corpus.articles[turn % len(corpus.articles)] for turn in range(max(400, len(corpus.articles)))]
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for first in range(0, len(wanted), CONNECTIONS):
        batch = list(zip(connections, wanted[first : first + CONNECTIONS], strict=False))
        for connection, path in batch:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        for connection, path in batch:
            _read(connection, len(_response(corpus.pages[path])))
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return len(wanted) / seconds


def _read(connection: socket.socket, length: int) -> None:
    while length > 0:
        data = connection.recv(1 << 17)
        if not data:
            raise ConnectionError("the benchmark's server closed a connection")
        length -= len(data)


async def _serve(pages: int, size: int, base: str, chain: str | None = None) -> None:
    corpus = build_corpus(pages, size=size, base=base)
    tls = None
    if chain is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(chain)
    ready = {path.encode(): _response(body) for path, body in corpus.pages.items()}
    ready[b"/robots.txt"] = _response(ROBOTS, media_type="text/plain")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answering(ready), "127.0.0.1", 0, backlog=256, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{usage.ru_utime + usage.ru_stime:.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
