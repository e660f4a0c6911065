"""A file that is read in ranges, as a seekable stream that reads ahead the more the longer it is read on."""

import io
from collections.abc import Callable
from typing import BinaryIO, cast

from archive.streams import Sized

LEAST = 64 << 10
"""Bytes that are asked for at a new place."""
MOST = 4 << 20
"""Bytes that are asked for once it is read on and on. A stream holds twice as many, what it asked for before as well:
readers of compressed data step back a little.
"""


def open_ranges(read: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """`read` gives the bytes from one place up to another, all of them, or raises."""
    return cast(BinaryIO, io.BufferedReader(_Ranges(read, size), LEAST))


class _Ranges(Sized):
    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        super().__init__(size)
        self._read = read
        self._held, self._before = (0, b""), (0, b"")
        self._begun = 0

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        if self._place >= self._size:
            return 0
        start, data = next(filter(self._covers, (self._held, self._before)), None) or self._fetch()
        found = memoryview(data)[self._place - start :][: len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _covers(self, window: tuple[int, bytes]) -> bool:
        return window[0] <= self._place < window[0] + len(window[1])

    def _fetch(self) -> tuple[int, bytes]:
        start, data = self._held
        end = start + len(data)
        # What is passed over on the way costs less than another question.
        if not end <= self._place <= end + LEAST:
            self._begun = self._place
        # A third of what was read without a break: who reads a short range is not sent much beyond it.
        ahead = min(MOST, max(LEAST, (self._place - self._begun) // 3))
        self._before, self._held = self._held, (0, b"")
        self._held = self._place, self._read(self._place, min(self._size, self._place + ahead))
        return self._held
