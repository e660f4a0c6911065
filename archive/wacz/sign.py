"""Sign WACZ files with a key of one's own, and check the signatures of others.

WACZ Signing and Verification 0.1.0: the text of the digest is signed,
and the public key or a domain's certificate goes with it.
ReplayWeb.page checks ECDSA keys on the curve P-384; other curves and Ed25519 prove as much to whoever checks them here.
Needs the package cryptography, which is imported only when something is signed or checked.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Signer:
    """Signs digests with a private key from a PEM file without a passphrase.
    Raises ArchiveError where there is none of a fitting kind.
    """

    def __init__(self, path: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise ArchiveError(f"{path}: expected a private key in PEM without a passphrase, got {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise ArchiveError(
                f"{path}: expected an ECDSA or Ed25519 key, got {type(key).__name__}; make one as the README shows"
            )
        self._key: EllipticCurvePrivateKey | Ed25519PrivateKey = key

    def __call__(self, digest: str) -> dict[str, str]:
        """`signature` and `publicKey`. Equal for equal input, so that packing twice gives equal bytes."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            der = self._key.sign(digest.encode(), ec.ECDSA(SHA256(), deterministic_signing=True))
            signature = _to_pair(der, self._key)
        else:
            signature = self._key.sign(digest.encode())
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {
            "signature": base64.b64encode(signature).decode("ascii"),
            "publicKey": base64.b64encode(public).decode("ascii"),
        }


UNCHECKED = "whose key it is: compare publicKey with one that its owner has published"
"""What a good signature without a certificate leaves open."""


class CannotCheck(ValueError):
    """A signature of which nothing can be said; says why."""


def check_signature(signed: Mapping[str, Any]) -> bool:
    """Whether the `signedData` of a `datapackage-digest.json` is signed by the key, or the certificate, that it names.

    Raises CannotCheck where it cannot be read. Whose key it is, is another question:
    see `UNCHECKED` and `archive.wacz.domain`.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key = _key_of(signed)
        signature, digest = base64.b64decode(str(signed["signature"]), validate=True), str(signed["hash"]).encode()
    except KeyError as error:
        raise CannotCheck(f"expected signature, hash, and publicKey or domainCert, got no {error.args[0]}") from error
    except (UnsupportedAlgorithm, ValueError) as error:
        raise CannotCheck(f"expected a key and a signature in base64, got {error}") from error
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_from_pair(signature, key), digest, ec.ECDSA(SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, digest)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), SHA256())
        else:
            raise CannotCheck(f"expected an ECDSA, Ed25519 or RSA key, got {type(key).__name__}")
    except InvalidSignature:
        return False
    return True


def _key_of(signed: Mapping[str, Any]) -> object:
    """The public key of an anonymous signature, or of the certificate of a domain.
    Raises KeyError, ValueError, CannotCheck.
    """
    from cryptography.hazmat.primitives.serialization import load_der_public_key
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName, load_pem_x509_certificates

    if "domainCert" not in signed:
        return load_der_public_key(base64.b64decode(str(signed["publicKey"]), validate=True))
    certificate = load_pem_x509_certificates(str(signed["domainCert"]).encode())[0]
    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value.get_values_for_type(
            DNSName
        )
    except ExtensionNotFound:
        names = []
    if signed.get("domain") not in names:
        raise CannotCheck(
            f"expected a certificate for {signed.get('domain')}, got one for {', '.join(names) or 'none'}"
        )
    return certificate.public_key()


def _to_pair(der: bytes, key: "EllipticCurvePrivateKey") -> bytes:
    """r and s side by side (IEEE P1363), as browsers have it."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _from_pair(signature: bytes, key: "EllipticCurvePublicKey") -> bytes:
    """As DER, which servers write: browsers put r and s side by side."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        return signature
    return encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
