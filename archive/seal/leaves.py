"""The leaves of a collection's tree, in order, as lines of text that can be reached by their number.

`seals/leaves.txt` has a line for each record: its SHA-256 in hex. `seals/level-8.txt`, `level-16.txt` … have the hashes
of the full subtrees over 256, 65 536 … leaves. They follow from the leaves, and let a root or a path cost some hundred
hashes, however many leaves there are. Nothing is kept in memory.

Lines beyond the newest checkpoint are what a broken run left: whoever appends cuts them off first.
"""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

from archive.errors import DamagedCollection
from archive.faults import reach
from archive.files import open_regular
from archive.seal.tree import GrowingTree, full_root, leaf_hash, root_of

LINE = 65
"""Bytes of a line: 64 of hex and a line feed."""
STEP = 8
"""Levels between those that are kept."""
LEAVES = "leaves.txt"
_BLOCK = 1 << STEP


class LeavesError(DamagedCollection):
    """Leaves that are not hold what it should."""


def level_name(level: int) -> str:
    """The file with the hashes of that level; of level 0 the one with the leaves themselves."""
    return f"level-{level}.txt" if level else LEAVES


class Leaves:
    """The leaves of one collection."""

    def __init__(self, room: Path, *, levels: bool = True) -> None:
        """`room`: the collection's `seals/`. `levels`: whether to believe them, else each hash is made from leaves."""
        self._room, self._levels = room, levels

    @property
    def path(self) -> Path:
        """The file with the leaves themselves."""
        return self._room / LEAVES

    @property
    def size(self) -> int:
        """How many whole lines the leaves have."""
        return self._lines(0)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The leaves' data in order, SHA-256 as it lies in the lines. Raises LeavesError."""
        stop = self.size if stop is None else stop
        for first in range(start, stop, _BLOCK):
            yield from self._read(0, first, min(stop, first + _BLOCK))

    def subtree(self, level: int, index: int) -> bytes:
        """The hash of a full subtree, as `archive.seal.tree` asks for it. Raises LeavesError."""
        if not self._levels:
            tree = GrowingTree()
            for data in self.read(index << level, (index + 1) << level):
                tree.add(data)
            return tree.root()
        kept = level - level % STEP
        count = 1 << (level - kept)
        hashes = self._read(kept, index * count, (index + 1) * count)
        return full_root(hashes if kept else [leaf_hash(data) for data in hashes])

    def root(self, size: int) -> bytes:
        """The root of the tree over the first `size` leaves. Raises LeavesError."""
        return root_of(0, size, self.subtree)

    def find(self, data: bytes) -> int | None:
        """The number of a leaf; None where there is none. Costs a pass over the leaves, a gigabyte a second."""
        wanted = data.hex().encode() + b"\n"
        with open_regular(self._room / LEAVES) as stream:
            if not os.fstat(stream.fileno()).st_size:
                return None
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as lines:
                place = lines.find(wanted)
                while place % LINE and place >= 0:
                    place = lines.find(wanted, place + 1)
        return None if place < 0 else place // LINE

    def cut(self, size: int) -> None:
        """Forget the leaves beyond the first `size`, which no checkpoint holds; make the levels anew where one is
        shorter than these leaves make it: what is appended to it would stand for others. Raises OSError, LeavesError.
        """
        level, short = 0, False
        while size >> level or (self._room / level_name(level)).exists():
            path = self._room / level_name(level)
            if path.exists() and path.stat().st_size > (size >> level) * LINE:
                os.truncate(path, (size >> level) * LINE)
            short = short or (level > 0 and self._lines(level) < size >> level)
            level += STEP
        if short:
            self.rebuild()

    def append(self, digests: Iterator[bytes]) -> int:
        """Append leaves, durably; return how many there are now. Raises OSError, LeavesError."""
        block: list[bytes] = []
        for data in digests:
            block.append(data)
            if len(block) == _BLOCK:
                self._extend(0, block)
                block = []
        if block:
            self._extend(0, block)
        level = 0
        while (path := self._room / level_name(level)).exists():
            with open_regular(path) as stream:
                os.fsync(stream.fileno())
            level += STEP
        return self.size

    def rebuild(self) -> None:
        """Make the levels anew from the leaves. Raises OSError, LeavesError."""
        size, level = self.size, STEP
        while (path := self._room / level_name(level)).exists() or size >> level:
            path.unlink(missing_ok=True)
            for index in range(size >> level):
                self._write(level, [self._join(level, index)])
            level += STEP

    def _extend(self, level: int, hashes: list[bytes]) -> None:
        """Append to a level, and to the next what becomes full by it."""
        before = self._lines(level)
        self._write(level, hashes)
        full = range(before >> STEP, (before + len(hashes)) >> STEP)
        if full:
            self._extend(level + STEP, [self._join(level + STEP, index) for index in full])

    def _join(self, level: int, index: int) -> bytes:
        below = self._read(level - STEP, index << STEP, (index + 1) << STEP)
        return full_root(below if level > STEP else [leaf_hash(data) for data in below])

    def _write(self, level: int, hashes: list[bytes]) -> None:
        data = b"".join(each.hex().encode() + b"\n" for each in hashes)
        with (self._room / level_name(level)).open("ab") as stream:
            reach("leaves", stream.fileno(), data)
            stream.write(data)

    def _lines(self, level: int) -> int:
        try:
            return (self._room / level_name(level)).lstat().st_size // LINE
        except FileNotFoundError:
            return 0

    def _read(self, level: int, start: int, stop: int) -> list[bytes]:
        path = self._room / level_name(level)
        try:
            with open_regular(path) as stream:
                stream.seek(start * LINE)
                data = stream.read((stop - start) * LINE)
        except OSError as error:
            raise LeavesError(f"{path}: expected a file of leaves, got: {error.strerror or error}") from error
        lines = data.split(b"\n")
        try:
            hashes = [bytes.fromhex(line.decode("ascii")) for line in lines[:-1]]
        except ValueError:
            hashes = []
        if len(hashes) != stop - start or any(len(each) != 32 for each in hashes) or len(data) != len(hashes) * LINE:
            raise LeavesError(f"{path}: expected {stop - start} lines of 64 hex digits from line {start + 1} on")
        return hashes
