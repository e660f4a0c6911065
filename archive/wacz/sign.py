"""Signatures of WACZ files with a key of one's own.

WACZ Signing and Verification 0.1.0, anonymous signature: the text of the digest is signed, the public key goes with it.
ReplayWeb.page checks ECDSA keys on the curve P-384; other curves and Ed25519 prove as much to whoever checks them here.
Needs the package cryptography, which is imported only when something is signed or checked.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

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


def check_signature(signed: Mapping[str, str]) -> bool:
    """Whether the `signedData` of a `datapackage-digest.json` is signed by the key it names.
    Raises ValueError where it cannot be read.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(signed["publicKey"], validate=True))
        signature, digest = base64.b64decode(signed["signature"], validate=True), signed["hash"].encode()
    except (KeyError, UnsupportedAlgorithm) as error:
        raise ValueError(f"expected signature, publicKey and hash, got {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise ValueError(f"expected an ECDSA or Ed25519 key, got {type(key).__name__}")  # noqa: TRY004 - a value of the file
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_from_pair(signature, key), digest, ec.ECDSA(SHA256()))
        else:
            key.verify(signature, digest)
    except InvalidSignature:
        return False
    return True


def _to_pair(der: bytes, key: "EllipticCurvePrivateKey") -> bytes:
    """r and s side by side (IEEE P1363), as browsers have it."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _from_pair(signature: bytes, key: "EllipticCurvePublicKey") -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    size = (key.curve.key_size + 7) // 8
    return encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
