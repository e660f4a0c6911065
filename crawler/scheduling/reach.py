"""Whether the site can be reached from here: name, connection, certificate, robots.txt, and the clocks compared."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from crawler import USER_AGENT
from crawler.scheduling.checks import Check, bad, look, ok

PATIENCE = 15.0
SKEW = 5.0
"""Seconds by which the clocks may differ: captures are dated by ours."""


class _RoutedHTTPS(http.client.HTTPSConnection):
    """HTTPS to a host by its name, wherever that leads."""

    def __init__(self, host: str, reach: tuple[str, int], context: ssl.SSLContext) -> None:
        super().__init__(host, 443, timeout=PATIENCE, context=context)
        self._reach, self._tls = reach, context

    def connect(self) -> None:
        """As always, but for the address."""
        plain = socket.create_connection(self._reach, PATIENCE)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def check_reach(host: str, reach: tuple[str, int] | None, cacert: Path | None) -> Iterator[Check]:
    """One polite request, for robots.txt. `reach`: where to connect in place of the host's own address."""
    if reach is None:
        try:
            found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        except OSError as error:
            yield bad("name", f"{host}: {error.strerror or error}; look at this machine's DNS and network")
            return
        yield ok("name", f"{host} is {', '.join(sorted({str(one[4][0]) for one in found}))}")
        reach = (host, 443)
    try:
        context = ssl.create_default_context(cafile=str(cacert) if cacert else None)
    except (OSError, ssl.SSLError) as error:
        yield bad("certificate", f"{cacert}: {error}")
        return
    connection = _RoutedHTTPS(host, reach, context)
    try:
        connection.request("GET", "/robots.txt", headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        sent = datetime.now(UTC)
        answer = connection.getresponse()
        answer.read(1 << 20)
        cipher = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
    except ssl.SSLCertVerificationError as error:
        yield bad("certificate", f"{host}: {error.verify_message}; the clock may be wrong, or somebody stands between")
        return
    except (OSError, http.client.HTTPException) as error:
        yield bad("connection", f"{host}: {error}; the site may be down, or refuse this machine")
        return
    finally:
        connection.close()
    yield ok("connection", f"{host} answers" + (f" over {cipher}" if cipher else ""))
    if answer.status >= 500 or answer.status == 429:
        yield bad("robots.txt", f"status {answer.status}: an unreachable one forbids everything (RFC 9309 §2.3.1.4)")
    else:
        yield ok(
            "robots.txt", f"status {answer.status}" + (", so nothing is forbidden" if answer.status >= 400 else "")
        )
    yield _check_clock(answer.getheader("Date"), sent)


def _check_clock(date: str | None, sent: datetime) -> Check:
    try:
        skew = (sent - parsedate_to_datetime(date or "")).total_seconds()
    except (ValueError, TypeError):
        return look("clock", "the site tells no time to compare with")
    if abs(skew) > SKEW:
        return look("clock", f"differs by {skew:+.0f} s from the site's; captures are dated by ours: set it by NTP")
    return ok("clock", "agrees with the site's")
