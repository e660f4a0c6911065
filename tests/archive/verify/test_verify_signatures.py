"""Signatures of WACZ files: good ones, forged ones, and what cannot be judged here."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.archive.verify.test_verify_corpus import verify
from tests.warcs.wacz import FILES, pack, package

LISTING = package(FILES)
DIGEST = "sha256:" + hashlib.sha256(LISTING).hexdigest()
HOST = "archive.example.org"


def sign(key: Any, text: str) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(text.encode(), ec.ECDSA(SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text.encode(), padding.PKCS1v15(), SHA256())
    signature: bytes = key.sign(text.encode())
    return signature


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def anonymous(key: Any, *, pair: bool = False) -> dict[str, str]:
    """As browsers sign: the public key goes with the signature."""
    signature = sign(key, DIGEST)
    if pair:
        size = (key.curve.key_size + 7) // 8
        signature = b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {"hash": DIGEST, "signature": encode(signature), "publicKey": encode(public)}


def of_domain(key: Any, host: str = HOST) -> dict[str, str]:
    """As a signing server does: its certificate goes with the signature."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime(2024, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=90))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    chain = made.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()).public_bytes(Encoding.PEM)
    return {"hash": DIGEST, "signature": encode(sign(key, DIGEST)), "domain": host, "domainCert": chain.decode()}


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


GOOD: dict[str, Callable[[], dict[str, str]]] = {
    "P-256 of a browser": lambda: anonymous(p256(), pair=True),
    "P-384 of a browser": lambda: anonymous(ec.generate_private_key(ec.SECP384R1()), pair=True),
    "P-256 in DER": lambda: anonymous(p256()),
    "Ed25519": lambda: anonymous(ed25519.Ed25519PrivateKey.generate()),
    "domain, P-256": lambda: of_domain(p256()),
    "domain, RSA": lambda: of_domain(rsa.generate_private_key(65537, 2048)),
}
UNREADABLE: dict[str, dict[str, str]] = {
    "nothing": {"hash": DIGEST},
    "no key": {"hash": DIGEST, "signature": "AAAA", "publicKey": "AAAA"},
    "no base64": {"hash": DIGEST, "signature": "?", "publicKey": "?"},
    "another domain": of_domain(p256(), "other.example.org"),
}


def judge(directory: Path, signed: Any) -> tuple[int, dict[str, str]]:
    """Exit code, and code and detail of each finding."""
    digest = {"path": "datapackage.json", "hash": DIGEST, "signedData": signed}
    path = directory / "signed.wacz"
    path.write_bytes(pack(FILES, LISTING, digest=json.dumps(digest).encode()))
    code, findings = verify(path)
    return code, {finding["code"]: finding["detail"] for finding in findings}


@pytest.mark.parametrize("kind", GOOD)
def test_good_signature_is_told_and_what_it_leaves_open(kind: str, tmp_path: Path) -> None:
    code, found = judge(tmp_path, GOOD[kind]())
    assert (0, ["wacz-signature-unchecked"]) == (code, [*found])
    assert found["wacz-signature-unchecked"].startswith("the signature is good; not checked is ")


@pytest.mark.parametrize("kind", GOOD)
def test_one_changed_bit_is_damage(kind: str, tmp_path: Path) -> None:
    signed = GOOD[kind]()
    raw = bytearray(base64.b64decode(signed["signature"]))
    raw[-1] ^= 1
    assert (5, True) == (
        (judged := judge(tmp_path, signed | {"signature": encode(bytes(raw))}))[0],
        "wacz-signature" in judged[1],
    )


def test_signature_over_another_digest_is_damage(tmp_path: Path) -> None:
    code, found = judge(tmp_path, anonymous(p256()) | {"hash": "sha256:" + "0" * 64})
    assert (5, True) == (code, "wacz-signature" in found)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_checked_says_why(kind: str, tmp_path: Path) -> None:
    code, found = judge(tmp_path, UNREADABLE[kind])
    assert (0, ["wacz-signature-unchecked"]) == (code, [*found])
    assert "not checked, because expected" in found["wacz-signature-unchecked"]


@pytest.mark.parametrize("signed", ["x", None, [], 7])
def test_signed_data_of_another_kind_is_damage(signed: Any, tmp_path: Path) -> None:
    assert 5 == judge(tmp_path, signed)[0]
