"""Signed notes: a text, an empty line, and a line for each signature.

C2SP signed-note: a signature line is `— NAME BASE64`, four bytes of the key's id and then the signature.
A key's id is the beginning of a SHA-256 over its name, its kind and the key. Kinds used here: 1, Ed25519 over the text;
4, the timestamped cosignature of a witness (C2SP tlog-cosignature), Ed25519 over two more lines and the text.
As vkey a public key is `NAME+ID+BASE64`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

ED25519 = 1
COSIGNATURE = 4
DASH = "\u2014 "
MOST = 1 << 20
"""No honest note is longer."""
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """Bytes that are no signed note, or no key: what was expected and what was got."""


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A public key, and whose it is."""

    name: str
    public: bytes
    """Ed25519, 32 bytes."""
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes that signature lines name it by."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    def format(self) -> str:
        """As vkey: one line that others can be given."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode("ascii")
        return f"{self.name}+{self.id.hex()}+{key}"


def parse_vkey(text: str) -> VerifierKey:
    """A key as vkey. Raises NoteError."""
    name, _, rest = text.strip().partition("+")
    written, _, value = rest.partition("+")
    data = _decode(value)
    if not _NAME.fullmatch(name) or data is None or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise NoteError(f"expected a key as NAME+ID+BASE64, got {text.strip()[:80]!r}")
    key = VerifierKey(name=name, public=data[1:], kind=data[0])
    if written != key.id.hex():
        raise NoteError(f"expected the id {key.id.hex()} in the key of {name}, got {written[:20]!r}")
    return key


@dataclass(frozen=True, kw_only=True)
class NoteSignature:
    """A signature line."""

    name: str
    id: bytes
    value: bytes

    def format(self) -> str:
        """The line, with its line feed."""
        return f"{DASH}{self.name} {base64.b64encode(self.id + self.value).decode('ascii')}\n"

    def is_of(self, key: VerifierKey) -> bool:
        """Whether it says that it is by that key."""
        return (self.name, self.id) == (key.name, key.id)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A text and its signatures."""

    text: str
    """With the line feed that ends it."""
    signatures: tuple[NoteSignature, ...]

    def format(self) -> bytes:
        """As it is written."""
        return (self.text + "\n" + "".join(one.format() for one in self.signatures)).encode()

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether a signature of that key is there, and each that is there is right."""
        own = [one for one in self.signatures if one.is_of(key)]
        return bool(own) and all(check_signature(key, signed_text(self.text, key, one), one) for one in own)


def parse_note(data: bytes) -> Note:
    """A note. Raises NoteError."""
    try:
        whole = data[:MOST].decode()
    except UnicodeDecodeError as error:
        raise NoteError(f"expected UTF-8, got {error.object[error.start : error.end]!r}") from error
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or any(ord(char) < 32 and char != "\n" for char in whole):
        raise NoteError("expected a text, an empty line and signature lines")
    return Note(text=text + "\n", signatures=tuple(map(parse_signature, lines.splitlines())))


def parse_signature(line: str) -> NoteSignature:
    """A signature line, without its line feed. Raises NoteError."""
    name, _, value = line.removeprefix(DASH).partition(" ")
    signature = _decode(value)
    if not line.startswith(DASH) or not _NAME.fullmatch(name) or signature is None or len(signature) < 5:
        raise NoteError(f"expected a signature line, got {line[:80]!r}")
    return NoteSignature(name=name, id=signature[:4], value=signature[4:])


def signed_text(text: str, key: VerifierKey, signature: NoteSignature) -> bytes:
    """What a signature of that kind is over."""
    if key.kind == COSIGNATURE:
        return cosigned_text(text, int.from_bytes(signature.value[:8], "big"))
    return text.encode()


def cosigned_text(text: str, moment: int) -> bytes:
    """What a witness signs at a POSIX time."""
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def check_signature(key: VerifierKey, message: bytes, signature: NoteSignature) -> bool:
    """Whether an Ed25519 signature is right."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    value = signature.value[8:] if key.kind == COSIGNATURE else signature.value
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
