"""A gzip member inflated as far as it is asked for, and once more where a long block is read.

The fast way through sound members: the library itself checks header, CRC-32 and size; ISA-L where the extra `speed`
is installed, else zlib. What is wrong with a broken member, `archive.warc.members` says, by zlib alone.
"""

import importlib
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from archive.streams import Sized

READ = 1 << 20
"""Bytes that are read from the file at a time."""
STEP = 16 * 1024
"""Bytes that are inflated at a time, to no more than a thousand times as many."""
MAX_MEMBER = 64 << 30
"""A gzip member that holds more is a bomb."""


class Broken(Exception):
    """The member is no whole one."""


def _find_quick() -> tuple[Callable[[int], Any] | None, type[Exception]]:
    """ISA-L's way to inflate, which takes half of zlib's time, and its error; None where it is not installed."""
    try:
        isal = importlib.import_module("isal.isal_zlib")
    except ImportError:
        return None, zlib.error
    return isal.decompressobj, isal.error


QUICK, QUICK_ERROR = _find_quick()


class Ahead:
    """The bytes of a file, read in large pieces, given in small ones."""

    def __init__(self, stream: BinaryIO, piece: int = READ) -> None:
        self._stream, self._piece = stream, piece
        self._held, self._at = memoryview(b""), 0

    def read(self, place: int, least: int = 1) -> memoryview:
        """Some bytes from a place on, `least` or more where the file has them; none at its end."""
        skip = place - self._at
        if not 0 <= skip <= len(self._held) - least:
            self._stream.seek(place)
            self._held, self._at, skip = memoryview(self._stream.read(self._piece)), place, 0
        return self._held[skip : skip + STEP]


class Inflating:
    """One gzip member under way."""

    __slots__ = ("_file", "_inflate", "at", "base", "data", "end", "offset", "told")

    def __init__(self, file: Ahead, offset: int) -> None:
        self._file, self.offset = file, offset
        # ISA-L passes over reserved flags of the header, so that it gets those without any: nearly every one.
        plain = QUICK is not None and bytes(file.read(offset, 4)[3:4]) == b"\0"
        self._inflate: Any = QUICK(31) if QUICK is not None and plain else zlib.decompressobj(31)
        self.end = offset
        """How far the file is read; once the member is `whole`, where it ends."""
        self.told = offset
        """How far it was read when the last record was handed on."""
        self.data, self.at, self.base = b"", 0, 0
        """Inflated bytes; where in them the reader is; how many came before them."""

    @property
    def whole(self) -> bool:
        """Whether all of it was read, and its CRC-32 and size hold."""
        return bool(self._inflate.eof)

    @property
    def place(self) -> int:
        """Where in the member's data the reader is."""
        return self.base + self.at

    def peek(self) -> memoryview:
        """The beginning of the member's header: its fixed part and an extra field of up to 12 bytes."""
        return self._file.read(self.offset, 24)[:24]

    def fill(self, count: int) -> bool:
        """Have `count` bytes in `data` behind `at`; False when the member ends before. Raises Broken."""
        held = len(self.data) - self.at
        if held >= count or self._inflate.eof:
            return held >= count
        pieces = [self.data[self.at :]] if held else []
        self.base, self.at = self.base + self.at, 0
        while held < count and not self._inflate.eof:
            pieces.append(self._step())
            held += len(pieces[-1])
        self.data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return held >= count

    def skip(self, count: int) -> bool:
        """Pass over so many bytes, keeping nothing; False when the member ends before. Raises Broken."""
        while (held := len(self.data) - self.at) < count:
            count -= held
            self.base, self.at, self.data = self.base + len(self.data), 0, b""
            if self._inflate.eof:
                return False
            self.data = self._step()
        self.at += count
        return True

    def drain(self) -> int:
        """Pass over all that is left; return how many bytes the member holds. Raises Broken."""
        self.skip(MAX_MEMBER + 1)
        return self.base

    def _step(self) -> bytes:
        piece = self._file.read(self.end)
        if not piece or self.base > MAX_MEMBER:
            raise Broken
        try:
            plain: bytes = self._inflate.decompress(piece)
        except (zlib.error, QUICK_ERROR) as error:
            raise Broken from error
        self.end += len(piece) - len(self._inflate.unused_data)
        return plain


class Reinflated(Sized):
    """The data of a whole member as a stream: going back costs inflating from its beginning."""

    def __init__(self, stream: BinaryIO, offset: int, size: int) -> None:
        super().__init__(size)
        self._file, self._offset = Ahead(stream), offset
        self._member = Inflating(self._file, offset)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        if self._member.place > self._place:
            self._member = Inflating(self._file, self._offset)
        try:
            self._member.skip(self._place - self._member.place)
            self._member.fill(len(buffer))
        except Broken as error:
            raise OSError("expected a gzip member that was whole a moment ago, got a broken one") from error
        member = self._member
        data = member.data[member.at : member.at + len(buffer)]
        member.at += len(data)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
