"""Signatures of WACZ files: good ones, forged ones, and what cannot be judged here."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from archive.seal.authority import certificates_in, fetch
from tests.archive.verify.test_verify_corpus import verify
from tests.support.authority import RunningAuthority, authority
from tests.support.commands import run_thanhuy
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


@dataclass(frozen=True)
class Signing:
    """A domain's certificate by an authority of its own, and stamps of another."""

    key: ec.EllipticCurvePrivateKey
    chain: str
    stamper: RunningAuthority
    began: datetime

    @property
    def roots(self) -> str:
        return self.stamper.roots.read_text() + self.chain.partition("-----END CERTIFICATE-----\n")[2]

    def sign(self, created: datetime, *, domain: str = HOST, text: str | None = None) -> dict[str, str]:
        """As a server of authsign does, stamped now."""
        signature = encode(sign(self.key, DIGEST))
        (self.stamper.room / "signature").write_text(signature if text is None else text)
        asked = ["openssl", "ts", "-query", "-data", "signature", "-sha256", "-cert"]
        query = subprocess.run(asked, cwd=self.stamper.room, capture_output=True, check=True).stdout
        stamp = encode(fetch(self.stamper.url, query))
        certificates = certificates_in(base64.b64decode(stamp), "") + fetch_pem(f"{self.stamper.url}ca.der")
        return {
            "hash": DIGEST,
            "signature": signature,
            "domain": domain,
            "domainCert": self.chain,
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timeSignature": stamp,
            "timestampCert": certificates + self.stamper.roots.read_text(),
        }


def fetch_pem(url: str) -> str:
    return x509.load_der_x509_certificate(fetch(url)).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def signing() -> Iterator[Signing]:
    began, root, key = datetime.now(UTC) - timedelta(days=3), p256(), p256()

    def certify(name: str, public: Any, *, ca: bool) -> str:
        names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, "Domain Root")]
        made = x509.CertificateBuilder(names[1], names[0], public, 9 if ca else 8, began, began + timedelta(days=90))
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False) if not ca else made
        return made.sign(root, SHA256()).public_bytes(Encoding.PEM).decode()

    chain = certify(HOST, key.public_key(), ca=False) + certify("Domain Root", root.public_key(), ca=True)
    with authority() as stamper:
        yield Signing(key, chain, stamper, began)


def judge_by(roots: str, directory: Path, signed: Any) -> tuple[int, dict[str, str]]:
    """The same, where authorities are named."""
    judge(directory, signed)
    (directory / "roots.pem").write_text(roots)
    done = run_thanhuy("verify", directory / "signed.wacz", "--ca", directory / "roots.pem", "--json")
    return done.returncode, {one["code"]: one["detail"] for one in json.loads(done.stdout)["findings"]}


def test_a_domains_signature_is_judged_to_its_end_by_authorities_that_are_named(
    signing: Signing, tmp_path: Path
) -> None:
    signed = signing.sign(datetime.now(UTC))
    code, found = judge_by(signing.roots, tmp_path, signed)
    assert (0, ["wacz-signed"]) == (code, [*found]), found
    assert found["wacz-signed"].startswith(f"signed by {HOST}, whose certificate was good at ")
    assert "says an authority that you named" in found["wacz-signed"]
    assert "not checked is whether the certificate was revoked" in found["wacz-signed"]
    code, found = judge(tmp_path, signed)
    assert (0, ["wacz-signature-unchecked"]) == (code, [*found])
    assert "because no authority that is believed here did" in found["wacz-signature-unchecked"]
    unstamped = {name: value for name, value in signed.items() if not name.startswith("time")}
    assert (
        "because no time stamp is there" in judge_by(signing.roots, tmp_path, unstamped)[1]["wacz-signature-unchecked"]
    )


def test_what_speaks_against_a_domains_signature_is_damage(signing: Signing, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    signed = signing.sign(now)
    unstamped = {name: value for name, value in signed.items() if not name.startswith("time")}
    for kind, (roots, forged, told) in {
        "another authority": (signing.stamper.roots.read_text(), signed, "by an authority that you named, got: "),
        "no certificates": ("", signed | {"created": "x"}, ""),
        "stamp of another": (signing.roots, signing.sign(now, text="x"), "not of these bytes"),
        "stamp of another day": (signing.roots, signed | {"created": "2024-01-01T00:00:00Z"}, "a time stamp of when"),
        "no stamp at all": (signing.roots, signed | {"timeSignature": "AAAA"}, "expected a stamp of RFC 3161"),
        "no base64": (signing.roots, signed | {"timeSignature": "?"}, "expected a time stamp in base64"),
        "before its time": (signing.roots, unstamped | {"created": "2024-01-01T00:00:00Z"}, "not yet valid"),
        "after its time": (signing.roots, unstamped | {"created": "2094-01-01T00:00:00Z"}, "expired"),
    }.items():
        code, found = judge_by(roots, tmp_path, forged)
        expected = (5, True) if told else (0, False)
        assert expected == (code, bool(told) and told in found.get("wacz-signature", "")), (kind, found)


def test_hostile_fields_of_a_domains_signature_are_words_at_most(signing: Signing, tmp_path: Path) -> None:
    signed = signing.sign(datetime.now(UTC))
    cases: list[tuple[str, object]] = [("created", value) for value in (7, "\ud800", "9999-12-31T23:59:59-14:00")]
    cases += [("timestampCert", "\ud800"), ("timeSignature", []), ("domainCert", "\ud800"), ("domain", "-CAfile x")]
    for name, value in cases:
        code, found = judge_by(signing.roots, tmp_path, signed | {name: value})
        assert code in (0, 5), found
        assert found
