"""What an OpenTimestamps file proves to whoever has headers of blocks of Bitcoin, without asking anybody.

A header is 80 bytes: version, the hash of the block before, Merkle root, time, target, nonce. It is believed because
the reader gave it; its hash is told, so that it may be compared with what others say of that block.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from archive.seal.opentimestamps import OpenTimestampError, parse_file
from archive.seal.verifier import GOOD, NOTE, REFUSED, Line

_HEADER = struct.Struct("<4s32s32sIII")


def check_file(data: bytes, sealed: bytes, headers: Sequence[bytes]) -> Iterator[Line]:
    """A file over these bytes, by the headers of blocks that a reader has."""
    try:
        way = parse_file(data)
    except OpenTimestampError as error:
        yield REFUSED, f"OpenTimestamps: {error}"
        return
    digest = hashlib.sha256(sealed).digest()
    if way.result != digest:
        yield REFUSED, f"OpenTimestamps: expected a stamp of {digest.hex()}, got one of {way.result.hex()}"
        return
    known = {_HEADER.unpack(header)[2]: header for header in headers}
    good = [(height, known[root]) for height, root in way.blocks if root in known]
    for height, header in good:
        moment, name = datetime.fromtimestamp(_HEADER.unpack(header)[3], UTC), _hash_of(header)
        yield GOOD, f"OpenTimestamps: it was there by {moment}, says block {height} of Bitcoin, {name}; compare that"
    for height, root in way.blocks if not good else ():
        says = f"its way leads to the Merkle root {root[::-1].hex()} of block {height} of Bitcoin"
        if headers:
            yield REFUSED, f"OpenTimestamps: {says}, which no header has that you gave"
        else:
            yield NOTE, f"OpenTimestamps: {says}; not checked, because no header of that block is at hand"
    for calendar, _ in way.promises:
        yield NOTE, f"OpenTimestamps: not checked, because {calendar} has promised a block and none is here yet"
    if not way.blocks and not way.promises:
        yield NOTE, "OpenTimestamps: not checked, because it leads to no block of Bitcoin"


def parse_headers(text: str) -> tuple[bytes, ...]:
    """Headers of blocks, each 160 hex digits on a line of its own. Raises OpenTimestampError."""
    try:
        found = tuple(map(bytes.fromhex, text.split()))
    except ValueError as error:
        raise OpenTimestampError(f"expected headers of blocks in hex, got: {error}") from error
    if not found or any(len(one) != _HEADER.size for one in found):
        raise OpenTimestampError(f"expected headers of blocks, {2 * _HEADER.size} hex digits a line, got other lengths")
    return found


def _hash_of(header: bytes) -> str:
    """A block's hash, as it is shown."""
    return hashlib.sha256(hashlib.sha256(header).digest()).digest()[::-1].hex()
