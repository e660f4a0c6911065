"""An authority that stamps, on loopback: Debian's `openssl ts` behind a small server, with a root, a CA and a list of revoked ones."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = tsa.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class RunningAuthority:
    """One that answers."""

    url: str
    room: Path
    roots: Path
    """The certificate of its root, in PEM."""
    queries: list[bytes] = field(default_factory=list)
    answer: bytes | None = None
    """What it says in place of a stamp."""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certify(
    subject: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    signer: EllipticCurvePrivateKey,
    until: datetime,
    *extensions: tuple[x509.ExtensionType, bool],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, SHA256())


@contextmanager
def authority(
    name: str = "Authority", *, until: datetime | None = None, revoked: bool = False
) -> Iterator[RunningAuthority]:
    """Serve one whose own certificate holds `until`, by default ten years; the CA's is fetched from where it says."""
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        server = HTTPServer(("127.0.0.1", 0), _Handler)
        running = RunningAuthority(f"http://127.0.0.1:{server.server_port}/", room, room / "root.pem")
        _make(running, name, until or datetime.now(UTC) + timedelta(days=3650), revoked=revoked)
        server.running = running  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _make(running: RunningAuthority, name: str, until: datetime, *, revoked: bool) -> None:
    room = running.room
    root, middle, own = (generate_private_key(SECP256R1()) for _ in range(3))
    far = max(until, datetime.now(UTC) + timedelta(days=3650))
    is_ca = x509.BasicConstraints(ca=True, path_length=None), True
    above = _certify(f"{name} Root", root, f"{name} Root", root, far, is_ca)
    between = _certify(f"{name} CA", middle, f"{name} Root", root, far, is_ca)
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"{running.url}ca.der")
    )
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{running.url}list.crl")], None, None, None)
    signer = _certify(
        f"{name} TSA",
        own,
        f"{name} CA",
        middle,
        until,
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        (x509.AuthorityInformationAccess([access]), False),
        (x509.CRLDistributionPoints([point]), False),
    )
    listed = x509.CertificateRevocationListBuilder().issuer_name(_name(f"{name} CA"))
    listed = listed.last_update(datetime.now(UTC) - timedelta(hours=1)).next_update(
        datetime.now(UTC) + timedelta(days=7)
    )
    if revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(signer.serial_number)
        listed = listed.add_revoked_certificate(entry.revocation_date(datetime.now(UTC) - timedelta(hours=2)).build())
    (room / "list.crl").write_bytes(listed.sign(middle, SHA256()).public_bytes(Encoding.DER))
    (room / "root.pem").write_bytes(above.public_bytes(Encoding.PEM))
    (room / "ca.der").write_bytes(between.public_bytes(Encoding.DER))
    (room / "tsa.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    (room / "tsa.key").write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (room / "tsa.cnf").write_text(CONFIG)
    (room / "serial").write_text("01\n")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        running: RunningAuthority = self.server.running  # type: ignore[attr-defined]
        query = self.rfile.read(int(self.headers["Content-Length"]))
        running.queries.append(query)
        if running.answer is None:
            (running.room / "query").write_bytes(query)
            command = [
                "openssl",
                "ts",
                "-reply",
                "-queryfile",
                "query",
                "-config",
                "tsa.cnf",
                "-section",
                "tsa",
                "-out",
                "answer",
            ]
            subprocess.run(command, cwd=running.room, capture_output=True, check=True)
        self._send((running.room / "answer").read_bytes() if running.answer is None else running.answer)

    def do_GET(self) -> None:
        running: RunningAuthority = self.server.running  # type: ignore[attr-defined]
        self._send((running.room / self.path.lstrip("/")).read_bytes())

    def _send(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
