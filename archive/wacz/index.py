"""The index of a WACZ: a CDXJ in compressed blocks, and the list of where each block begins (ZipNum)."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator

from archive.index.cdxj import parse_line
from archive.wacz.parts import Part

BLOCK = 1024
"""Lines in a block of the index, as archiveweb.page and py-wacz have it."""


def placed_lines(part: Part) -> Iterator[bytes]:
    """The part's index: the collection's lines, with the places in the part's own files."""
    for line in part.lines():
        surt, time, fields = parse_line(line)
        file, offset = part.place(fields["filename"], int(fields["offset"]))
        if (file, str(offset)) == (fields["filename"], fields["offset"]):
            yield line
        else:
            text = json.dumps(fields | {"offset": str(offset), "filename": file})
            yield f"{surt} {time} {text}".encode("utf-8", "surrogateescape")


class IndexBlocks:
    """A sorted CDXJ in gzip members of `BLOCK` lines each; its listing is there once it was iterated over."""

    def __init__(self, lines: Iterable[bytes], name: str) -> None:
        self._lines, self._name = lines, name
        self._listing: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        offset, block = 0, list[bytes]()
        for line in self._lines:
            block.append(line)
            if len(block) == BLOCK:
                yield (data := self._compress(block, offset))
                offset, block = offset + len(data), []
        if block:
            yield self._compress(block, offset)

    def listing(self) -> Iterator[bytes]:
        """The lines of the secondary index, once the blocks are written."""
        head = json.dumps({"format": "cdxj-gzip-1.0", "filename": self._name})
        yield f"!meta 0 {head}\n".encode()
        yield from self._listing

    def _compress(self, block: list[bytes], offset: int) -> bytes:
        deflate = zlib.compressobj(wbits=31)
        data = deflate.compress(b"".join(line + b"\n" for line in block)) + deflate.flush()
        place = {"offset": offset, "length": len(data), "digest": "sha256:" + hashlib.sha256(data).hexdigest()}
        prefix = block[0].partition(b" {")[0]
        self._listing.append(prefix + b" " + json.dumps(place).encode() + b"\n")
        return data
