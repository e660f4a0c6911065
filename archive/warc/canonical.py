"""The bytes that records had when this archive wrote them, found again whatever form their file has since taken.

A WARC that was decompressed, compressed anew, renamed, or put behind another holds the same records.
Writing them once more as the archive writes them, one gzip member a record, gives the bytes that the file had:
its SHA-256 then proves that nothing of it is lost or altered.
"""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from archive.digest import CHUNK
from archive.warc.record import END, Record
from archive.warc.salvage import Gap, read_every

LEVELS = (6, 9)
"""Levels of compression that this archive has written with."""


def digest_parts(path: Path, *, level: int) -> list[tuple[str, int]] | None:
    """SHA-256 and size of each warcinfo record with all that follows it up to the next, written as the archive does.
    None where bytes of the file are no record.

    Costs a pass over the file and compressing all of it. Raises OSError.
    """
    parts: list[tuple[str, int]] = []
    sha, size = hashlib.sha256(), 0
    gaps: list[Gap] = []
    for found in read_every(path, gaps):
        if found.record.type == "warcinfo" and size:
            parts.append((sha.hexdigest(), size))
            sha, size = hashlib.sha256(), 0
        for piece in _written(found.record, level):
            sha.update(piece)
            size += len(piece)
    if size:
        parts.append((sha.hexdigest(), size))
    return None if gaps else parts


def _written(record: Record, level: int) -> Iterator[bytes]:
    deflate = zlib.compressobj(level, zlib.DEFLATED, 31)
    yield deflate.compress(record.head)
    block = record.block
    block.seek(0)
    while piece := block.read(CHUNK):
        yield deflate.compress(piece)
    yield deflate.compress(END) + deflate.flush()
