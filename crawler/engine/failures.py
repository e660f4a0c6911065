"""Why a request brought no response, in words for a person."""

from collections.abc import Iterator
from typing import Any

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

LONGEST = 300
CODES = SSL.X509VerificationCodes
INCOMPLETE = "comes without those that link it to an authority known here"
CERTIFICATE = {
    CODES.ERR_CERT_HAS_EXPIRED: "has expired",
    CODES.ERR_CERT_NOT_YET_VALID: "is not valid yet, or the clock of this machine is wrong",
    CODES.ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed: no authority vouches for it",
    CODES.ERR_SELF_SIGNED_CERT_IN_CHAIN: "is vouched for by an authority unknown here (self-signed)",
    CODES.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: INCOMPLETE,
    CODES.ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: INCOMPLETE,
}
"""OpenSSL's code → what is wrong with a certificate."""
REMEDY = "--cacert names authorities to trust"
WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (CannotResolveHostError, "its name is not found (DNS); is this machine on the network?"),
    (DownloadConnectionRefusedError, "the connection was refused"),
    (DownloadTimeoutError, "no answer in time"),
    (ResponseDataLossError, "the response broke off"),
    (ParseError, "the answer is no HTTP"),
    (ConnectError, "no connection could be made"),
    (ConnectionClosed, "the connection broke off before an answer"),
)
"""The first class that matches gives the words."""


def describe_failure(error: BaseException, *, certificate: str | None = None) -> str:
    """One sentence. `certificate`: what is wrong with the host's, where that was noted."""
    if type(error).__name__ == "RobotsUnreachable":
        return str(error)
    causes = list(_unfold(error))
    names_another = any(type(cause).__name__ == "VerificationError" for cause in causes)
    if names_another:
        return f"its certificate is for another name; {REMEDY}"
    if any(isinstance(cause, SSL.Error) for cause in causes):
        return f"its certificate {certificate}; {REMEDY}" if certificate else "no secure connection could be made (TLS)"
    for cause in causes:
        for kind, words in WORDS:
            if isinstance(cause, kind):
                return words
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return "".join(char if char.isprintable() else "?" for char in text)[:LONGEST]


def _unfold(error: BaseException) -> Iterator[BaseException]:
    """An error and what lies behind it, the innermost first."""
    if error.__cause__ is not None:
        yield from _unfold(error.__cause__)
    if isinstance(error, ResponseFailed):
        for reason in error.reasons:
            if isinstance(reason, Failure) and reason.value is not None:
                yield from _unfold(reason.value)
    if not isinstance(error, ResponseFailed | DownloadFailedError):
        yield error


@implementer(IOpenSSLClientConnectionCreator)
class _NotingCreator:
    def __init__(self, creator: Any, host: str, faults: dict[str, str]) -> None:
        self._creator, self._host, self._faults = creator, host, faults

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 - Twisted's name
        connection: SSL.Connection = self._creator.clientConnectionForTLS(protocol)
        if connection.get_verify_mode() & SSL.VERIFY_PEER:
            connection.set_verify(connection.get_verify_mode(), self._verify)
        return connection

    def _verify(self, connection: SSL.Connection, certificate: Any, code: int, depth: int, ok: int) -> bool:
        if not ok:
            self._faults[self._host] = CERTIFICATE.get(code, f"is not accepted (OpenSSL's code {code})")
        return bool(ok)


@implementer(IPolicyForHTTPS)
class NotingPolicy:
    """Verifies as another policy does, and notes what was wrong with a host's certificate."""

    def __init__(self, policy: Any, faults: dict[str, str]) -> None:
        self._policy, self._faults = policy, faults
        self._creators: dict[tuple[bytes, int], _NotingCreator] = {}

    def creatorForNetloc(self, hostname: bytes, port: int) -> _NotingCreator:  # noqa: N802 - Twisted's name
        """The TLS settings for a connection to `hostname`: made once for each, since Scrapy asks at every request,
        also where a connection is open. Bounded by the hosts of the scope.
        """
        if (hostname, port) not in self._creators:
            creator = self._policy.creatorForNetloc(hostname, port)
            self._creators[hostname, port] = _NotingCreator(creator, hostname.decode("ascii", "replace"), self._faults)
        return self._creators[hostname, port]
