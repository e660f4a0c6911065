"""Windows: a part of a stream as a stream of its own."""

import io
import os
from typing import BinaryIO


class Window(io.RawIOBase):
    """A part of a seekable stream as a stream of its own, with its own place;
    closes the stream only when it owns it.
    """

    def __init__(self, stream: BinaryIO, start: int, length: int, *, owns: bool = False) -> None:
        self._stream, self._start, self._length, self._place, self._owns = stream, start, length, 0, owns

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._length}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        if self._owns:
            self._stream.close()
        super().close()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        count = max(0, min(len(buffer), self._length - self._place))
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
