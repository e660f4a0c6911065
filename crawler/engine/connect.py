"""Where connections go: `--connect-to`, addresses that are refused, and the authorities that are trusted.

Private, loopback, link-local and other special addresses are refused after DNS on every connection,
so that neither a link nor a redirect nor a name server can lead the crawl into somebody's own network.
`--connect-to` names the exception.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from OpenSSL import crypto
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.web.client import HTTPConnectionPool
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from archive.addresses import is_refused
from archive.files import read_named

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One `--connect-to HOST:PORT:TO-HOST:TO-PORT`, meaning as in curl."""

    host: str
    """Empty: any."""
    port: int | None
    """None: any."""
    to_host: str
    """Empty: the host asked for."""
    to_port: int | None
    """None: the port asked for."""


def parse_route(text: str) -> Route:
    """Read a route; IPv6 addresses stand in brackets. Raises ValueError that says what was expected."""
    fields, rest = [], text
    for _ in range(3):
        if rest.startswith("["):
            field, bracket, rest = rest[1:].partition("]")
            if not bracket or not rest.startswith(":"):
                raise ValueError(f"expected HOST:PORT:TO-HOST:TO-PORT, got {text!r}")
            fields.append(field)
            rest = rest[1:]
        else:
            field, colon, rest = rest.partition(":")
            if not colon:
                raise ValueError(f"expected HOST:PORT:TO-HOST:TO-PORT, got {text!r}")
            fields.append(field)
    return Route(host=fields[0].lower(), port=_port(fields[1], text), to_host=fields[2], to_port=_port(rest, text))


def _port(field: str, text: str) -> int | None:
    if not field:
        return None
    if not (field.isascii() and field.isdigit() and 0 < int(field) < 65536):
        raise ValueError(f"expected a port between 1 and 65535, got {field!r} in {text!r}")
    return int(field)


def find_route(routes: tuple[Route, ...], host: str, port: int) -> Route | None:
    """The first route that matches."""
    return next((route for route in routes if route.host in {"", host.lower()} and route.port in {None, port}), None)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on the addresses that may be connected to."""

    def __init__(self, receiver: Any, host: str) -> None:
        self._receiver, self._host = receiver, host

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        if is_refused(address.host):
            logger.error("%s resolves to %s, which is no public address: refused", self._host, address.host)
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class _GuardedResolver:
    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver

    def resolveHostName(self, receiver: Any, hostName: str, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803 - Twisted's names
        return self._resolver.resolveHostName(_PublicOnly(receiver, hostName), hostName, *args, **kwargs)


class GuardedEndpoint(HostnameEndpoint):
    """Connects to a host by name, but never to an address that is refused."""

    def _getNameResolverAndMaybeWarn(self, reactor: object) -> Any:  # noqa: N802 - Twisted's name
        return _GuardedResolver(super()._getNameResolverAndMaybeWarn(reactor))


class RoutedPool(HTTPConnectionPool):
    """A connection pool whose connections go where the routes say, and nowhere that is refused."""

    _factory: Any

    def __init__(self, reactor: Any, factory: Any, routes: tuple[Route, ...], connect_timeout: float) -> None:
        super().__init__(reactor, persistent=True)
        # A request that got no answer is asked again by the crawl, at its pace, and not by the pool a moment later.
        self.retryAutomatically = False
        self.next_is_new = False
        """Whether the next request gets a connection of its own, and none that is idle."""
        self._factory = factory
        self._routes, self._connect_timeout = routes, connect_timeout

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 - Twisted's name
        """An idle connection for `key`, or a new one."""
        if self.next_is_new:
            self.next_is_new = False
            return self._newConnection(key, endpoint)
        return super().getConnection(key, endpoint)

    def _newConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 - Twisted's name
        """A new connection for `key`: scheme, host, port and local address, as Scrapy's agent has it."""
        _, host, port, bind = key
        direct = self._endpoint(host.decode("ascii"), port, bind)
        if hasattr(endpoint, "_wrappedEndpoint"):  # TLS around it
            endpoint._wrappedEndpoint = direct
        else:
            endpoint = direct
        return super()._newConnection(key, endpoint)

    def _endpoint(self, host: str, port: int, bind: Any) -> HostnameEndpoint:
        route = find_route(self._routes, host, port)
        if route is None or not route.to_host:
            port = route.to_port or port if route else port
            return GuardedEndpoint(self._reactor, host, port, timeout=self._connect_timeout, bindAddress=bind)
        return HostnameEndpoint(
            self._reactor, route.to_host, route.to_port or port, timeout=self._connect_timeout, bindAddress=bind
        )


@implementer(IPolicyForHTTPS)
class TrustOnly:
    """Trusts the certificate authorities of one PEM file, in place of the system's (`--cacert`, as in curl)."""

    def __init__(self, path: Path) -> None:
        self._root = trustRootFromCertificates(read_authorities(path))

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's name
        """The TLS settings for a connection to `hostname`."""
        return optionsForClientTLS(hostname=hostname.decode("ascii"), trustRoot=self._root)


def read_authorities(path: Path) -> list[Certificate]:
    """The certificates of a PEM file. Raises ValueError where it holds none, OSError where it cannot be read."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    blocks = [begin + rest.partition(end)[0] + end + b"\n" for rest in read_named(path).split(begin)[1:]]
    try:
        found = [Certificate.loadPEM(block) for block in blocks]
    except crypto.Error as error:
        raise ValueError(f"{path}: expected certificates in PEM, got one that cannot be read") from error
    if not found:
        raise ValueError(f"{path}: expected certificates in PEM, got none")
    return found
