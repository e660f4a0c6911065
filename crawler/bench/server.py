"""A web server for the capture benchmark: whole responses made beforehand, in a process of its own,
so that it is no bottleneck.

Run as `python -m crawler.bench.server PAGES`, it prints its port, then, when its standard input closes,
the processor seconds it used.
"""

import asyncio
import contextlib
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.bench.corpus import Corpus, build_corpus

CONNECTIONS = 8
"""Connections of the client that measures the server."""
ROBOTS = b"User-agent: *\nDisallow: /lich\n"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server."""

    port: int
    pages_per_second: float
    """What it gives to a client that only reads."""


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
def serve(pages: int) -> Iterator[tuple[Served, Corpus]]:
    """Serve a corpus of so many pages until the block ends."""
    command = [sys.executable, "-m", "crawler.bench.server", str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            port = int(process.stdout.readline())
            corpus = build_corpus(pages)
            yield Served(port=port, pages_per_second=_measure(port, corpus)), corpus
        finally:
            process.stdin.close()
            process.wait(10)


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


async def _serve(pages: int) -> None:
    corpus = build_corpus(pages)
    ready = {path.encode(): _response(body) for path, body in corpus.pages.items()}
    ready[b"/robots.txt"] = _response(ROBOTS, media_type="text/plain")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answering(ready), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{usage.ru_utime + usage.ru_stime:.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
