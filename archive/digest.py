"""Digests: of a block, of a payload, of a file, and the notations in which others write them.

WARC 1.1 section 5.8 and 5.9: `labelled-digest = algorithm ":" digest-value`; neither algorithm nor notation is fixed.
This archive writes `sha1:` and base32 in records, which every replay tool keys on, and `sha256:` and hex for files.
"""

import base64
import binascii
import enum
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 128 * 1024

ALGORITHMS = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}
"""Algorithm → bytes of its digests."""


class Comparison(enum.Enum):
    """How a digest that was written stands to the bytes."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """The algorithm or the notation is not known, so that nothing can be said."""


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A digest as read."""

    algorithm: str
    """Lower case, as `hashlib` names it."""
    raw: bytes
    notation: str
    """`hex`, `base32` or `base64`."""


def format_sha1(raw: bytes) -> str:
    """`sha1:` and base32, as this archive writes digests in records."""
    return "sha1:" + base64.b32encode(raw).decode("ascii")


def parse_digest(text: str, *, default: str | None = None) -> Digest | None:
    """Read a digest in any notation that tools write; `default` is the algorithm where none is named.

    None when the algorithm or the notation is not known.
    """
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
    if len(bare) != -(-size * 8 // 5) or not re.fullmatch("[A-Z2-7]+", bare):
        return None
    return base64.b32decode(bare + "=" * (-len(bare) % 8))


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


def digest_stream(stream: BinaryIO, algorithm: str = "sha1") -> bytes:
    """The digest of a stream from its place to its end, in bounded memory."""
    sha = hashlib.new(algorithm, usedforsecurity=False)
    while data := stream.read(CHUNK):
        sha.update(data)
    return sha.digest()


def digest_file(path: Path) -> str:
    """`sha256:` and hex of a file."""
    with path.open("rb") as stream:
        return "sha256:" + digest_stream(stream, "sha256").hex()


def compare(written: str, stream: BinaryIO, *, default: str | None = None) -> Comparison:
    """Hold a digest as written against a stream, read from its beginning."""
    digest = parse_digest(written, default=default)
    if digest is None:
        return Comparison.UNKNOWN
    stream.seek(0)
    return Comparison.EQUAL if digest_stream(stream, digest.algorithm) == digest.raw else Comparison.DIFFERS
