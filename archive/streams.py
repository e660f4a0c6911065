"""Streams that know their size and place; windows: a part of a stream as a stream of its own."""

import io
import os
from typing import BinaryIO


class Sized(io.RawIOBase):
    """A stream to read from any place, of so many bytes. What is based on it reads on from `_place`, and moves it."""

    def __init__(self, size: int) -> None:
        self._size, self._place = size, 0

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


class Window(Sized):
    """A part of a seekable stream as a stream of its own, with its own place;
    closes the stream only when it owns it.
    """

    def __init__(self, stream: BinaryIO, start: int, length: int, *, owns: bool = False) -> None:
        super().__init__(length)
        self._stream, self._start, self._owns = stream, start, owns

    def close(self) -> None:
        if self._owns:
            self._stream.close()
        super().close()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        count = max(0, min(len(buffer), self._size - self._place))
        self._stream.seek(self._start + self._place)
        data = self._stream.read(count)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def open_window(stream: BinaryIO, start: int, length: int, *, owns: bool = False) -> BinaryIO:
    """A part of a seekable stream as a buffered stream of its own."""
    if type(stream) is io.BytesIO and not owns:
        with stream.getbuffer() as data:
            return io.BytesIO(data[start : start + length])
    return io.BufferedReader(Window(stream, start, length, owns=owns))
