"""A proxy that leads every host to one server of this machine, so that tools which know no `--connect-to` reach the
sample site under its real names: they ask for a tunnel (RFC 9110 §9.3.6, CONNECT), and speak TLS through it.
"""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

END = b"\r\n\r\n"


class _Tunnel(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        assert isinstance(self.server, _Proxy)
        with socket.create_connection(("127.0.0.1", self.server.port)) as site:
            self.wfile.write(b"HTTP/1.1 200 Connected" + END)
            back = threading.Thread(target=_pass, args=(site, self.connection), daemon=True)
            back.start()
            _pass(self.connection, site)
            back.join()


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    port: int


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tunnel_to(port: int) -> Iterator[str]:
    """The address of a proxy whose every tunnel ends at that port."""
    with _Proxy(("127.0.0.1", 0), _Tunnel) as proxy:
        proxy.port = port
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_address[1]}/"
        finally:
            proxy.shutdown()
            thread.join()
