"""What was read of a file at an address, kept here meanwhile: no byte of it is asked for a second time.

A command reads most files more than once, and in several processes: to see what they are, what they hold, whether it
is as it was. They share what is kept: a file with a mark for each block, and behind the marks the blocks. Who fetches
blocks has their marks locked.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO

from archive.remote.file import RemoteFile
from archive.remote.stream import open_ranges

BLOCK = 16 << 10


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file that lies elsewhere, and what is kept of it. It goes from process to process, and is kept by those of
    this machine.
    """

    file: RemoteFile
    path: str
    """Where it is kept; made at the first reading."""
    floor: int
    """Bytes that stay free on the disk where it is kept; what there is no room for is read anew each time."""

    @property
    def url(self) -> str:
        """Its address."""
        return self.file.url

    @property
    def size(self) -> int:
        """Bytes."""
        return self.file.size

    def open(self) -> BinaryIO:
        """It as a seekable stream. Reading raises StoreFailed, NotUsable."""
        return open_ranges(self.read, self.size)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`. Raises StoreFailed, NotUsable."""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # another machine, which has no such directory, or no room for one file more
            return self.file.read(start, stop)
        try:
            self._keep(fd, start // BLOCK, -(-stop // BLOCK))
            return os.pread(fd, stop - start, self._behind_marks + start)
        except OSError:  # no room, or a file system without locks
            return self.file.read(start, stop)
        finally:
            os.close(fd)

    @property
    def _behind_marks(self) -> int:
        return -(-self.size // BLOCK)

    def _keep(self, fd: int, first: int, last: int) -> None:
        """Fetch what is not here yet of some blocks. Raises OSError where that cannot be kept."""
        if not any(_missing(fd, first, last)):
            return
        fcntl.lockf(fd, fcntl.LOCK_EX, last - first, first)  # held until the file is closed, or below
        try:
            for begin, end in _missing(fd, first, last):
                start, stop = begin * BLOCK, min(end * BLOCK, self.size)
                disk = os.fstatvfs(fd)
                if disk.f_bavail * disk.f_frsize - (stop - start) < self.floor:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                _write(fd, self.file.read(start, stop), self._behind_marks + start)
                _write(fd, (end - begin) * b"\1", begin)
        finally:
            fcntl.lockf(fd, fcntl.LOCK_UN, last - first, first)


def _write(fd: int, data: bytes, place: int) -> None:
    """All of it: a disk that becomes full takes a part, and says so only of the next."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(fd, rest, place)
        rest, place = rest[written:], place + written


def _missing(fd: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Blocks that follow one another and are not here: the first, and the one behind the last."""
    marks = os.pread(fd, last - first, first).ljust(last - first, b"\0")
    for mark, group in groupby(range(first, last), key=lambda block: marks[block - first]):
        if not mark:
            blocks = list(group)
            yield blocks[0], blocks[-1] + 1
