"""A file that is read in ranges, as a seekable stream that reads ahead the more the longer it is read on."""

import io
import os
from collections.abc import Callable
from typing import BinaryIO, cast

LEAST = 64 << 10
"""Bytes that are asked for at a new place."""
MOST = 8 << 20
"""Bytes that are asked for once it is read on and on; a stream holds no more."""


def open_ranges(read: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """`read` gives the bytes from one place up to another, all of them, or raises."""
    return cast(BinaryIO, io.BufferedReader(_Ranges(read, size), LEAST))


class _Ranges(io.RawIOBase):
    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self._read, self._size, self._place = read, size, 0
        self._held, self._at, self._ahead = b"", 0, LEAST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        if self._place >= self._size:
            return 0
        if not self._at <= self._place < self._at + len(self._held):
            self._fetch()
        skip = self._place - self._at
        data = memoryview(self._held)[skip : skip + len(buffer)]
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def _fetch(self) -> None:
        end = self._at + len(self._held)
        # What is passed over on the way costs less than another question.
        on = end <= self._place <= end + LEAST
        self._ahead = min(MOST, 2 * self._ahead) if on else LEAST
        self._held = b""
        self._held, self._at = self._read(self._place, min(self._size, self._place + self._ahead)), self._place
