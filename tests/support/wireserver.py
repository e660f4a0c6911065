"""A server that says exact bytes, so that a test can hold the archive against what went over the wire."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

HOST = "www.thanhuytphcm.vn"
ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Script:
    """What the server does for one path."""

    pieces: tuple[bytes, ...]
    """Written one after the other, a moment apart."""
    end: str = "keep"
    """`keep` the connection, `close` it, `reset` it, or `hang` without another byte.
    `drop`: close without a byte where the connection has served another request before."""

    @property
    def said(self) -> bytes:
        """All bytes."""
        return b"".join(self.pieces)


@dataclass
class WireServer:
    """The running server, and the requests it got."""

    address: str
    port: int
    ca: Path | None
    scripts: dict[str, Script]
    heard: dict[str, list[bytes]] = field(default_factory=dict)
    """Path → each request for it, as received."""

    @property
    def connect_to(self) -> str:
        """The route that leads here."""
        return f"::{f'[{self.address}]' if ':' in self.address else self.address}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        served = 0
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                path = request.split(b" ", 2)[1].decode("latin-1")
                self.heard.setdefault(path, []).append(request)
                script = self.scripts.get(path, Script((ROBOTS,)))
                served += 1
                if script.end == "drop" and served > 1:
                    break
                for piece in script.pieces:
                    writer.write(piece)
                    await writer.drain()
                    if len(script.pieces) > 1:
                        await asyncio.sleep(0.01)
                if script.end == "hang":
                    await asyncio.sleep(3600)
                if script.end == "reset":
                    writer.transport.abort()
                if script.end not in {"keep", "drop"}:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def make_authority(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server context for the site's hosts, and the authority that vouches for it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "thanhuytphcm.vn", "images.hcmcpv.org.vn", "hcmcpv.org.vn").configure_cert(context)
    path = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path


@contextmanager
def wire_server(
    scripts: dict[str, Script], directory: Path, *, tls: bool, address: str = "127.0.0.1"
) -> Iterator[WireServer]:
    """Serve scripts by path on a free port of a loopback address."""
    context, ca = make_authority(directory) if tls else (None, None)
    loop = asyncio.new_event_loop()
    server = WireServer(address=address, port=0, ca=ca, scripts=scripts)

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(server.serve, address, 0, ssl=context)

    listening = loop.run_until_complete(begin())
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        _stop(loop, listening.close)
        thread.join(10)
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
    async def end() -> None:
        close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
        loop.stop()

    asyncio.run_coroutine_threadsafe(end(), loop)
