"""Keys: the Ed25519 key that seals, made at first use outside of every collection.

The key lies in the user's configuration (`$XDG_CONFIG_HOME/thanhuy/seal-key.pem`, else `~/.config/…`), readable for its
owner alone, and never in a collection: whoever has a copy of the archive must not be able to sign for its keeper.
It may be encrypted (passphrase in `THANHUY_SEAL_PASSPHRASE`); or a command signs, which a token or a card may stand
behind: then the file holds the public key alone.
A key that was replaced stays beside it as `seal-key.ID.pem`, and signs once more, for the one that takes its place.
"""

import base64
import binascii
import hashlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ArchiveError
from archive.files import read_small, sync_directory
from archive.seal.checkpoint import SealError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PASSPHRASE = "THANHUY_SEAL_PASSPHRASE"  # noqa: S105 - the name of the variable
KEY, COMMAND = "THANHUY_SEAL_KEY", "THANHUY_SEAL_COMMAND"
"""Variables with a file and a command for every verb that seals."""
NAME = "seal-key.pem"
MOST = 1 << 16
PATIENCE = 300
"""Seconds that a signing command may take: somebody may have to touch a token."""


@dataclass(frozen=True, kw_only=True)
class SealOptions:
    """How a collection is sealed."""

    enabled: bool = True
    key: Path | None = None
    """The key's file, else the user's own."""
    command: str | None = None
    """Reads the text to be signed on stdin and prints the signature in base64."""


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """Who signs."""

    public: bytes
    sign: Callable[[bytes], bytes]
    """Raises SealError."""
    made: Path | None = None
    """The file, where the key was made just now."""


def default_key() -> Path:
    """Where the user's key lies: as `THANHUY_SEAL_KEY` says, else in the configuration."""
    if given := os.environ.get(KEY):
        return Path(given)
    return user_room("XDG_CONFIG_HOME", ".config") / "thanhuy" / NAME


def take_key(options: SealOptions) -> SigningKey:
    """The key that signs, made where there is none. Raises SealError."""
    path, command = options.key or default_key(), options.command or os.environ.get(COMMAND)
    if command:
        return _by_command(read_public(path), command)
    try:
        made = None if os.path.lexists(path) else _make(path)
        return load_key(path, made)
    except OSError as error:
        raise SealError(
            f"{path}: expected a place for the key that seals, got: {error.strerror or error}; name one with --seal-key"
        ) from error


def load_key(path: Path, made: Path | None = None) -> SigningKey:
    """A key from its file. Raises SealError, OSError."""
    key = _read_private(path)
    return SigningKey(public=_public_of(key), sign=key.sign, made=made)


def find_retired(options: SealOptions, public: bytes) -> SigningKey | None:
    """The key of which that is the public half, among those that were replaced. None where it is lost."""
    path = options.key or default_key()
    for other in sorted(path.parent.glob(f"{path.stem}.*{path.suffix}")):
        try:
            key = load_key(other)
        except (ArchiveError, OSError):
            continue
        if key.public == public:
            return key
    return None


def replace_key(options: SealOptions) -> Path:
    """Put the key aside and make another; return where the old one lies now. Raises SealError, OSError."""
    path = options.key or default_key()
    if options.command is not None:
        raise SealError(
            f"{path}: expected a key in a file, got a command; replace the key behind it, and its public half"
        )
    old = load_key(path)
    aside = path.with_name(f"{path.stem}.{hashlib.sha256(old.public).hexdigest()[:8]}{path.suffix}")
    with suppress(FileExistsError):  # an earlier attempt came so far: the name is the key's own
        os.link(path, aside)
    drafted = _draft(path)
    drafted.replace(path)
    sync_directory(path.parent)
    return aside


def read_public(path: Path) -> bytes:
    """The public half of a key's file, or of one that holds nothing else. Raises SealError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        data = read_small(path, MOST)
        if b"PRIVATE KEY" in data:
            return _public_of(_read_private(path))
        key = load_pem_public_key(data)
    except (ValueError, TypeError, OSError) as error:
        raise SealError(f"{path}: expected an Ed25519 key in PEM, got {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SealError(f"{path}: expected an Ed25519 key, got {type(key).__name__}")
    return key.public_bytes_raw()


def find_public(options: SealOptions) -> bytes | None:
    """The public half of the key of this machine; None where there is none, or none that can be read."""
    try:
        return read_public(options.key or default_key())
    except ArchiveError:
        return None


def user_room(variable: str, default: str) -> Path:
    """A directory of the user's, as the XDG Base Directory Specification names it."""
    given = os.environ.get(variable, "")
    return Path(given) if given.startswith("/") else Path.home() / default


def _make(path: Path) -> Path | None:
    """Make a key; None where another process was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    drafted = _draft(path)
    try:
        os.link(drafted, path)
    except FileExistsError:
        return None
    finally:
        drafted.unlink()
    sync_directory(path.parent)
    return path


def _draft(path: Path) -> Path:
    """A new key in a file beside its place, for its owner alone."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    phrase = os.environ.get(PASSPHRASE)
    way: KeySerializationEncryption = BestAvailableEncryption(phrase.encode()) if phrase else NoEncryption()
    data = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, way)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # made with mode 0600
    with os.fdopen(fd, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(fd)
    return Path(name)


def _read_private(path: Path) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data, phrase = read_small(path, MOST), os.environ.get(PASSPHRASE)
    encrypted = b"ENCRYPTED" in data
    if encrypted and not phrase:
        raise SealError(f"{path}: expected its passphrase in {PASSPHRASE}, got none")
    try:
        key = load_pem_private_key(data, phrase.encode() if encrypted and phrase else None)
    except (ValueError, TypeError) as error:
        raise SealError(f"{path}: expected an Ed25519 key in PEM, got {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SealError(f"{path}: expected an Ed25519 key, got {type(key).__name__}")
    return key


def _public_of(key: "Ed25519PrivateKey") -> bytes:
    return key.public_key().public_bytes_raw()


def _by_command(public: bytes, command: str) -> SigningKey:
    def sign(text: bytes) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - named by the user
                shlex.split(command), input=text, capture_output=True, timeout=PATIENCE, check=False
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise SealError(f"{command}: expected a command that signs, got: {error}") from error
        try:
            signature = base64.b64decode(done.stdout.strip(), validate=True)
        except binascii.Error:
            signature = b""
        if done.returncode or len(signature) != 64:
            said = done.stderr.decode("utf-8", "replace").strip()[-200:]
            raise SealError(
                f"{command}: expected a signature of 64 bytes in base64, got exit code {done.returncode} {said}".strip()
            )
        return signature

    return SigningKey(public=public, sign=sign)
