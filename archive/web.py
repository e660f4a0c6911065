"""Web servers asked: the host that the user named, wherever it lies, and no other that is not public.

A redirect, or a name server, could otherwise lead into somebody's own network.
"""

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from archive.addresses import is_refused
from archive.errors import NotUsable, StoreFailed

T = TypeVar("T")

TIMEOUT = 20.0
"""Seconds that a server may stay silent."""
SCHEMES = frozenset({"http", "https"})
TRIES = 5
"""How often a server is asked."""
PAUSE = 0.5
"""Seconds before it is asked again; each time twice as many."""
_FOR_ALL = frozenset({"accept-encoding", "range", "user-agent"})
"""Headers that may go to whatever server a redirect leads to: a signature or a token may not."""
_REFUSED = frozenset({401, 403})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which it is worth asking again."""


class LedAstray(OSError):
    """The way to an address led to what is not public, or off the web."""


def ask(
    url: str,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    data: bytes | None = None,
    timeout: float = TIMEOUT,
    named: str = "",
) -> Any:
    """A response, as `urllib` has it, which the caller closes. `named`: the address that the user named, where this
    one is somebody else's word.

    Raises LedAstray, and what `urllib` raises: HTTPError for any status but 2xx, OSError, HTTPException, ValueError.
    """
    request = urllib.request.Request(to_ascii(url), data=data, headers=dict(headers), method=method)  # noqa: S310 - guarded below
    opener = urllib.request.build_opener(_WebOnly, *_guarded(urlsplit(named or url).hostname or ""))
    try:
        return opener.open(request, timeout=timeout)
    except urllib.error.URLError as error:
        if isinstance(error.reason, LedAstray):
            raise error.reason from error
        raise


def persist(url: str, question: Callable[[], T]) -> T:
    """The answer of a server, which is asked again after a pause where that may help. Raises NotUsable, StoreFailed."""
    for turn in range(TRIES):
        if turn:
            time.sleep(PAUSE * 2 ** (turn - 1))
        try:
            return question()
        except LedAstray as error:
            raise NotUsable(f"{url}: {error}") from error
        except urllib.error.HTTPError as error:
            failed: Exception = error
            error.close()
            if error.code in _REFUSED:
                raise NotUsable(f"{url}: the server refuses it ({error.code} {error.reason})") from error
            if error.code not in PASSING:
                # Of a loop of redirects the standard library says more, on a second line.
                said = next(iter(str(error.reason).splitlines()), "")
                raise NotUsable(f"{url}: expected a file, got {error.code} {said}") from error
        except (OSError, http.client.HTTPException) as error:
            failed = error
        except (ValueError, OverflowError) as error:  # a host, a port or a length that can be none
            raise NotUsable(f"{url}: expected an address, and an answer, that can be one, got: {error}") from error
    reason = getattr(failed, "reason", None) or failed
    raise StoreFailed(f"{url}: {reason}; asked {TRIES} times: run the same command again") from failed


def is_web_address(url: str) -> bool:
    """Whether an address is one of http or https, with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # an odd host or port
        return False


def to_ascii(url: str) -> str:
    """The address as bytes on the wire: letters beyond ASCII percent-encoded, everything else as it is."""
    return "".join(
        char if char.isascii() and char > " " else "".join(f"%{byte:02X}" for byte in char.encode()) for char in url
    )


def _guarded(named: str) -> Iterator[urllib.request.BaseHandler]:
    """What connects to the host that the user named, wherever that lies, or to the user's proxy,
    and to no other that is not public.
    """
    known = {named, *(urlsplit(proxy).hostname for proxy in urllib.request.getproxies().values())}

    def connect(address: tuple[str, int], timeout: float, source: Any = None) -> socket.socket:
        host, port = address
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        refused = [one for one in found if is_refused(one)]
        if host.lower() not in known and refused:
            raise LedAstray(f"{host} is {refused[0]}, which is no public address; name it yourself to have it read")
        return socket.create_connection((host, port) if host.lower() in known else (found[0], port), timeout, source)

    def over(kind: type[http.client.HTTPConnection]) -> Callable[..., http.client.HTTPConnection]:
        def begin(host: str, **options: Any) -> http.client.HTTPConnection:
            connection = kind(host, **options)
            connection._create_connection = connect  # type: ignore[attr-defined] # where the standard library connects
            return connection

        return begin

    class Plain(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(over(http.client.HTTPConnection), req)

    class Secure(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(over(http.client.HTTPSConnection), req, context=self._context)  # type: ignore[attr-defined]

    yield Plain()
    yield Secure()


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Redirects that stay on the web. Who is asked in place of another is shown no credentials of his."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and following.host != req.host:
            following.headers = {name: value for name, value in following.headers.items() if name.lower() in _FOR_ALL}
        return following

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        newurl = headers.get("location") or headers.get("uri") or ""
        if newurl and urlsplit(urljoin(req.full_url, newurl)).scheme not in SCHEMES:
            raise LedAstray(f"redirected to {newurl}, which is no web address")
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302
