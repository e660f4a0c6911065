"""The zip around a WACZ: equal content gives equal bytes, and sizes do not matter.

Times are given by the caller, attributes are fixed, members are written in the order of the calls and digested on the
way.
"""

import hashlib
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Self

ZIP64_FROM = 1 << 31
"""Members that may reach this size get the long form of their sizes."""
REGULAR = (stat.S_IFREG | 0o644) << 16
UNIX = 3


@dataclass(frozen=True, kw_only=True)
class PackedFile:
    """A file that was packed: an entry of `resources` in `datapackage.json`."""

    path: str
    sha256: str
    size: int


class ZipWriter:
    """A zip being written to a seekable stream, which stays open. Its directory is written when the block ends well."""

    def __init__(self, stream: BinaryIO, moment: datetime) -> None:
        """`moment`: the time that every member bears."""
        self.members: list[PackedFile] = []
        self._zip = zipfile.ZipFile(stream, "w", allowZip64=True)
        self._time = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)

    def add(self, path: str, pieces: Iterable[bytes], *, at_most: int = 0, deflate: bool = False) -> PackedFile:
        """Add a member. `at_most`: an upper bound of its size, where it may be large.
        What is compressed already is stored.
        """
        info = zipfile.ZipInfo(path, self._time)
        info.create_system, info.external_attr = UNIX, REGULAR
        info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
        sha, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=at_most >= ZIP64_FROM) as out:
            for piece in pieces:
                sha.update(piece)
                size += len(piece)
                out.write(piece)
        member = PackedFile(path=path, sha256=sha.hexdigest(), size=size)
        self.members.append(member)
        return member

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._zip.fp = None  # so that no directory is written to a file that is to be thrown away
        self._zip.close()


def data_offset(stream: BinaryIO, info: zipfile.ZipInfo) -> int | None:
    """Where a member's bytes begin; None where no local header is."""
    if info.header_offset < 0:  # as zipfile reckons it where the directory lies elsewhere than the end record says
        return None
    stream.seek(info.header_offset)
    local = stream.read(30)
    if len(local) < 30 or local[:4] != b"PK\x03\x04":
        return None
    return info.header_offset + 30 + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
