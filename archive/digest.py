"""Digests: of a block, of a payload, of a file, and the notations in which others write them.

WARC 1.1 section 5.8 and 5.9: `labelled-digest = algorithm ":" digest-value`; neither algorithm nor notation is fixed.
This archive writes `sha1:` and base32 in records, which every replay tool keys on, and `sha256:` and hex for files.
"""

import base64
import binascii
import hashlib
import re
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from archive.files import open_regular

CHUNK = 128 * 1024

ALGORITHMS = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}
"""Algorithm → bytes of its digests."""


class Digest(NamedTuple):
    """A digest as read."""

    algorithm: str
    """Lower case, as `hashlib` names it."""
    raw: bytes
    notation: str
    """`hex`, `base32` or `base64`."""

    def agrees(self, raw: bytes) -> bool:
        """Whether it is this digest."""
        return self.raw == raw

    def in_notation(self, raw: bytes) -> str:
        """Another digest, written as this one was."""
        if self.notation == "hex":
            value = raw.hex()
        else:
            value = (base64.b32encode if self.notation == "base32" else base64.b64encode)(raw).decode("ascii")
        return f"{self.algorithm}:{value}"


def format_sha1(raw: bytes) -> str:
    """`sha1:` and base32, as this archive writes digests in records."""
    return "sha1:" + base64.b32encode(raw).decode("ascii")


def parse_digest(text: str, *, default: str | None = None) -> Digest | None:
    """Read a digest in any notation that tools write; `default` is the algorithm where none is named.

    None when the algorithm or the notation is not known.
    """
    if text.startswith("sha1:") and (raw := _from_base32(text[5:], 20)) is not None:
        return Digest("sha1", raw, "base32")  # nearly every one
    label, colon, value = text.strip().rpartition(":")
    algorithm = (label if colon else default or "").lower().replace("-", "")
    size = ALGORITHMS.get(algorithm)
    if size is None:
        return None
    for notation, decode in NOTATIONS:
        raw = decode(value, size)
        if raw is not None:
            return Digest(algorithm=algorithm, raw=raw, notation=notation)
    return None


def _from_hex(value: str, size: int) -> bytes | None:
    return bytes.fromhex(value) if len(value) == 2 * size and re.fullmatch("[0-9A-Fa-f]+", value) else None


def _from_base32(value: str, size: int) -> bytes | None:
    bare = value.rstrip("=").upper()
    if len(bare) != -(-size * 8 // 5) or not _BASE32.fullmatch(bare):
        return None
    # `int` reads digits up to V in C, where `base64.b32decode` loops in Python; bits that fill the last digit up are 0.
    number = int(bare.translate(_TO_BASE32HEX), 32)
    return (number >> len(bare) * 5 - size * 8).to_bytes(size, "big")


_BASE32 = re.compile("[A-Z2-7]+")
_TO_BASE32HEX = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")


def _from_base64(value: str, size: int) -> bytes | None:
    bare = value.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) != -(-size * 8 // 6):
        return None
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None


NOTATIONS = (("hex", _from_hex), ("base32", _from_base32), ("base64", _from_base64))
"""Tried in this order. Of one algorithm their lengths differ, so that no value can be read in two ways."""


_NEW: dict[str, Any] = {name: getattr(hashlib, name) for name in ALGORITHMS}
"""Quicker than `hashlib.new`, which looks the name up each time."""


def digest_stream(stream: BinaryIO, algorithm: str = "sha1") -> bytes:
    """The digest of a stream from its place to its end, in bounded memory."""
    sha = _NEW[algorithm](usedforsecurity=False)
    while data := stream.read(CHUNK):
        sha.update(data)
    raw: bytes = sha.digest()
    return raw


def digest_of(data: bytes | memoryview | BinaryIO, algorithm: str = "sha1") -> bytes:
    """The digest of bytes, or of a stream from its beginning."""
    if isinstance(data, (bytes, memoryview)):
        raw: bytes = _NEW[algorithm](data, usedforsecurity=False).digest()
        return raw
    data.seek(0)
    return digest_stream(data, algorithm)


def digest_file(path: Path) -> str:
    """`sha256:` and hex of a file."""
    with open_regular(path) as stream:
        return "sha256:" + digest_stream(stream, "sha256").hex()
