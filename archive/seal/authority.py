"""Authorities that stamp (RFC 3161): what they answer, the certificates behind it, and who of them was revoked."""

import base64
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.error import HTTPError

from archive import web
from archive.errors import NotUsable, StoreFailed
from archive.seal import verifier
from archive.seal.checkpoint import SealError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST = 1 << 20
"""No answer, certificate or list of revoked ones is read further."""
PATIENCE = 30
"""Seconds that an authority may take."""
LONGEST = 8
"""Certificates in a chain."""
ASKED = "application/timestamp-query"


class NotAnswered(SealError, StoreFailed):
    """Who is asked cannot be reached, or is busy; what is sealed is sealed, and can be attested later."""


class NoAddress(SealError, NotUsable):
    """Whom to ask is no address."""


@dataclass(frozen=True)
class Attested:
    """What came of asking somebody, in words."""

    says: str
    error: Exception | None = None
    """None where it went well."""

    @classmethod
    def of(cls, error: Exception, says: str = "") -> Self:
        """Of what went wrong."""
        return cls(says or str(error), error)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who stamps, and whom to believe of it."""

    url: str
    roots: str
    """Certificates in PEM."""
    digest: str = "sha256"


def read_certificates(text: str) -> "list[Certificate]":
    """The certificates in a text. Raises SealError."""
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return [load_pem_x509_certificate(one.encode()) for one in verifier.CERTIFICATE.findall(text)]
    except ValueError as error:
        raise SealError(f"expected certificates in PEM, got {error}") from error


def system_roots() -> str:
    """The certificates that this machine believes."""
    paths = ssl.get_default_verify_paths()
    for file in (paths.cafile, paths.openssl_cafile):
        if file and Path(file).is_file():
            return Path(file).read_text("utf-8", "replace")
    raise SealError("expected certificates that this machine believes, found none; name some with --timestamp-ca")


def fetch(url: str, query: bytes | None = None, headers: Mapping[str, str] | None = None, *, named: str = "") -> bytes:
    """What an address gives, asked with a query or without. `named`: as `archive.web.ask` has it.
    Raises NotAnswered, NoAddress, SealError.
    """
    if not url.startswith(("http://", "https://")):
        raise NoAddress(f"{url}: expected an address with http:// or https://")
    asked = headers or ({"Content-Type": ASKED} if query is not None else {})
    method = "GET" if query is None else "POST"
    try:
        with web.ask(url, asked, method=method, data=query, timeout=PATIENCE, named=named) as answer:
            return bytes(answer.read(MOST))
    except (OSError, ValueError, HTTPException) as error:
        why = getattr(error, "reason", None) or error or type(error).__name__
        says = f"{url}: expected an answer, got: {why}"
        if isinstance(error, (ValueError, web.LedAstray)) or (
            isinstance(error, HTTPError) and error.code not in web.PASSING
        ):
            raise SealError(says) from error
        raise NotAnswered(f"{says}; the seal stands: a later run, or `thanhuy seal`, asks again") from error


def certificates_in(answer: bytes, url: str) -> str:
    """The certificates that an answer brings, in PEM. Raises SealError where it is a refusal, or no answer."""
    told = verifier.openssl("ts -reply -in answer -text", {"answer": answer}).stdout.decode("utf-8", "replace")
    if "Status: Granted" not in told:
        said = re.search(r"Status description: (.*)", told)
        raise SealError(f"{url}: expected a stamp, got {said[1] if said else 'another thing'}")
    token = verifier.openssl("ts -reply -in answer -token_out", {"answer": answer}).stdout
    printed = verifier.openssl("pkcs7 -inform DER -in token -print_certs", {"token": token}).stdout
    return printed.decode("utf-8", "replace")


def find_chain(brought: str, authority: Authority) -> "list[Certificate]":
    """From the signer up to a root: of those that the answer brings, that are believed, that certificates point to."""
    pool, trusted = read_certificates(brought), read_certificates(authority.roots)
    issuers = {one.issuer for one in pool if one.issuer != one.subject}
    chain = [one for one in pool if one.subject not in issuers][:1]
    while chain and chain[-1].issuer != chain[-1].subject and len(chain) < LONGEST:
        last = chain[-1]
        above = next((one for one in (*pool, *trusted) if one.subject == last.issuer), None) or _find_issuer(
            last, authority.url
        )
        if above is None:
            break
        chain.append(above)
    if not chain:
        raise SealError(f"{authority.url}: expected the authority's certificate in its answer, got none")
    return chain


def _find_issuer(certificate: "Certificate", named: str) -> "Certificate | None":
    """The certificate above, from where the one below says that it is (RFC 5280 §4.2.2.1)."""
    from cryptography.x509 import AuthorityInformationAccess, load_der_x509_certificate
    from cryptography.x509.extensions import ExtensionNotFound
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        access = certificate.extensions.get_extension_for_class(AuthorityInformationAccess).value
        urls = [
            one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        ]
        return load_der_x509_certificate(fetch(urls[0], named=named)) if urls else None
    except (ExtensionNotFound, SealError, ValueError):
        return None


def write_chain(certificates: "list[Certificate]", url: str) -> str:
    """Certificates and lists of revoked ones, as they are kept. Raises SealError where one is revoked."""
    from cryptography.hazmat.primitives.serialization import Encoding

    lines = [f"authority: {url}\n"]
    for below, above in zip(certificates, [*certificates[1:], certificates[-1]], strict=True):
        lines.append(f"{below.subject.rfc4514_string()}\n{below.public_bytes(Encoding.PEM).decode('ascii')}")
        lines += _revocations(below, above, url)
    return "".join(lines)


def _revocations(certificate: "Certificate", above: "Certificate", asked: str) -> Iterator[str]:
    """The lists that a certificate names (RFC 5280 §4.2.1.13), as far as they can be had."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import CRLDistributionPoints, UniformResourceIdentifier, load_der_x509_crl
    from cryptography.x509.extensions import ExtensionNotFound

    try:
        points = certificate.extensions.get_extension_for_class(CRLDistributionPoints).value
    except ExtensionNotFound:
        return
    for name in (name for point in points for name in point.full_name or ()):
        if not isinstance(name, UniformResourceIdentifier):
            continue
        try:
            data = fetch(name.value, named=asked)
            revoked = load_der_x509_crl(base64.b64decode(data) if data.startswith(b"MI") else data)
        except (SealError, ValueError):
            yield f"revocations: {name.value} gave none\n"
            continue
        key, number = above.public_key(), certificate.serial_number
        valid = revoked.is_signature_valid(key)  # type: ignore[arg-type] # keys that cannot sign sign no list
        if valid and revoked.get_revoked_certificate_by_serial_number(number):
            who = certificate.subject.rfc4514_string()
            raise SealError(f"{who}: refused: its certificate is revoked, says {name.value}")
        yield f"revocations: {name.value}\n{revoked.public_bytes(Encoding.PEM).decode('ascii')}"
