"""Exact responses, hard ones, as real servers send them: path → what the server says and does."""

import gzip
import zlib

from tests.support.wireserver import Script

HTML = "<html><head><title>Trang thử</title></head><body><p>Một trang để thử đường truyền.</p></body></html>".encode()
BINARY = bytes(range(256)) * 40


def _ok(*headers: bytes, body: bytes = HTML, length: bool = True, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    lines = [status, *headers, *([b"Content-Length: %d" % len(body)] if length else [])]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _chunks(*pieces: bytes, extension: bytes = b"", trailer: bytes = b"", size: bytes = b"%x") -> bytes:
    said = b"".join(size % len(piece) + extension + b"\r\n" + piece + b"\r\n" for piece in pieces)
    return said + b"0" + extension + b"\r\n" + trailer + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
HEAD = b"Content-Type: text/html; charset=utf-8"

WHOLE: dict[str, Script] = {
    "plain": Script((_ok(HEAD),)),
    "header-case": Script((_ok(b"cOnTeNt-TyPe: text/html", b"X-ODD-case: One", b"x-odd-CASE: two"),)),
    "header-order": Script((_ok(b"Z-Last: 1", b"A-First: 2", HEAD, b"M-Middle: 3"),)),
    "header-duplicates": Script((_ok(HEAD, b"Set-Cookie: a=1", b"Set-Cookie: b=2", b"Vary: A", b"Vary: B"),)),
    "header-folded": Script((_ok(HEAD, b"X-Folded: one", b"\ttwo", b"   three"),)),
    "header-spaces": Script((_ok(HEAD, b"X-Padded:     much   space   ", b"X-None:none", b"X-Empty:"),)),
    "header-without-colon": Script((_ok(HEAD, b"this line has none"),)),
    "header-latin-1": Script((_ok(HEAD, "X-Town: Th\xe0nh ph\xf4".encode("latin-1")),)),
    "header-utf-8": Script((_ok(HEAD, "X-Town: Thành phố Hồ Chí Minh".encode()),)),
    "header-long": Script((_ok(HEAD, b"X-Long: " + b"v" * 12_000),)),
    "header-many": Script((_ok(HEAD, *(b"X-%d: %d" % (n, n) for n in range(150))),)),
    "reason-missing": Script((_ok(HEAD, status=b"HTTP/1.1 200"),)),
    "reason-empty": Script((_ok(HEAD, status=b"HTTP/1.1 200 "),)),
    "reason-odd": Script((_ok(HEAD, status="HTTP/1.1 200 Được rồi!".encode()),)),
    "line-feeds-only": Script((_ok(HEAD).replace(b"\r\n", b"\n"),)),
    "http-1.0": Script((_ok(HEAD, status=b"HTTP/1.0 200 OK"),), end="close"),
    "body-until-close": Script((_ok(HEAD, length=False),), end="close"),
    "body-empty": Script((_ok(HEAD, body=b""),)),
    "body-binary": Script((_ok(b"Content-Type: image/jpeg", body=b"\xff\xd8\xff\xe0" + BINARY),)),
    "body-like-a-head": Script((_ok(HEAD, body=b"HTTP/1.1 500 No\r\n\r\nWARC/1.1\r\n\r\n"),)),
    "body-large": Script((_ok(HEAD, body=HTML + b" " * 3_000_000),)),
    "chunked": Script((CHUNKED + _chunks(HTML[:20], HTML[20:]),)),
    "chunked-upper-case": Script((CHUNKED + _chunks(HTML, size=b"%X"),)),
    "chunked-leading-zeros": Script((CHUNKED + _chunks(HTML, size=b"%08x"),)),
    "chunked-extensions": Script((CHUNKED + _chunks(HTML, extension=b';name="value";flag'),)),
    "chunked-trailers": Script((CHUNKED + _chunks(HTML, trailer=b"X-Checked: yes\r\nX-Also: this\r\n"),)),
    "chunked-by-bytes": Script((CHUNKED + _chunks(*(HTML[n : n + 1] for n in range(40))),)),
    "chunked-in-pieces": Script(
        (CHUNKED[:30], CHUNKED[30:] + b"1", b"0\r\n" + b"a" * 9, b"a" * 7 + b"\r\n0\r", b"\n\r\n")
    ),
    "gzip": Script((_ok(HEAD, b"Content-Encoding: gzip", body=gzip.compress(HTML, mtime=0)),)),
    "gzip-chunked": Script((CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n" + _chunks(gzip.compress(HTML, mtime=0)),)),
    "deflate": Script((_ok(HEAD, b"Content-Encoding: deflate", body=zlib.compress(HTML)),)),
    "gzip-broken": Script((_ok(HEAD, b"Content-Encoding: gzip", body=b"this is no gzip"),)),
    "coding-unknown": Script((_ok(HEAD, b"Content-Encoding: aes128gcm", body=BINARY),)),
    "status-204": Script((b"HTTP/1.1 204 No Content\r\nX-Nothing: here\r\n\r\n",)),
    "status-301": Script(
        (_ok(b"Location: https://www.thanhuytphcm.vn/w/plain", status=b"HTTP/1.1 301 Moved Permanently"),)
    ),
    "status-302-outside": Script((_ok(b"Location: https://example.org/", body=b"", status=b"HTTP/1.1 302 Found"),)),
    "status-303-bad-location": Script((_ok(b"Location: http://[::1", body=b"", status=b"HTTP/1.1 303 See Other"),)),
    "status-404": Script((_ok(HEAD, status=b"HTTP/1.1 404 Not Found"),)),
    "status-410": Script((_ok(HEAD, status=b"HTTP/1.1 410 Gone"),)),
    "status-503": Script((_ok(HEAD, status=b"HTTP/1.1 503 Service Unavailable"),)),
    "status-999": Script((_ok(HEAD, status=b"HTTP/1.1 999 Go Away"),)),
    "dropped": Script((_ok(HEAD),), end="drop"),
    "pieces": Script((b"HTTP/1.1 2", b"00 OK\r", b"\nContent-Length: 5\r\n\r", b"\nabc", b"de")),
    "connection-close": Script((_ok(HEAD, b"Connection: close"),), end="close"),
    "line-separators": Script((_ok(b"X-Odd: a\x0bb\x0cc\x1cd\x85e", HEAD),)),
}
"""Responses that come whole."""

INTERIM: dict[str, tuple[bytes, bytes]] = {
    "interim-103": (b"HTTP/1.1 103 Early Hints\r\nLink: </site.css>; rel=preload\r\n\r\n", _ok(HEAD)),
    "interim-two": (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n", _ok(HEAD)),
}
"""Interim responses, and the final one after them."""

CUT: dict[str, tuple[Script, str]] = {
    "cut-body": (Script((b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + HTML[:60],), end="close"), "disconnect"),
    "cut-chunk": (Script((CHUNKED + b"ff\r\nonly this",), end="close"), "disconnect"),
    "cut-before-last-chunk": (Script((CHUNKED + b"5\r\nwhole\r\n",), end="close"), "disconnect"),
    "cut-head": (Script((b"HTTP/1.1 200 OK\r\nContent-Ty",), end="close"), "disconnect"),
    "reset": (Script((b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", HTML[:80]), end="reset"), "disconnect"),
    "hang": (Script((b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + HTML[:70],), end="hang"), "time"),
    "not-http": (Script((b"220 mail.example ESMTP\r\nno HTTP at all\r\n",), end="close"), "disconnect"),
    "too-large": (Script((_ok(HEAD, body=b"x" * 6_000_000),)), "length"),
}
"""Responses that are cut: what the server does, and what `WARC-Truncated` says."""
