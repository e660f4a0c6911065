"""Sources: the WARC files behind the paths that a user names: a collection's, single ones, those inside a WACZ."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from archive.directory import read_collection
from archive.elsewhere import name_of
from archive.errors import ArchiveError
from archive.files import OPEN_SUFFIX, list_warcs, open_regular
from archive.kinds import kind_of
from archive.streams import open_window
from archive.wacz.zip import data_offset

ENDINGS = (".warc", ".warc.gz")


class NoSource(ArchiveError):
    """A path that holds nothing to extract from; says what was expected."""


@dataclass(frozen=True, kw_only=True)
class WarcSource:
    """One WARC file, or the part of a WACZ that is one."""

    path: Path
    name: str
    """What a record's `warc.file` says: the finished file's name."""
    label: str
    """What messages call it."""
    begin: int = 0
    """Where it begins in the file at `path`, or the zip that it is compressed in."""
    size: int
    packed: str = ""
    """Its name in that zip; empty for what is stored as it is."""
    zip_size: int = 0
    """Bytes of that zip."""
    growing: bool = False
    """Whether a crawl may be writing it: its last record may be torn."""

    def find_path(self) -> Path:
        """Where the file is now: a crawl that ends meanwhile renames it."""
        finished = self.path.with_name(self.path.name.removesuffix(OPEN_SUFFIX))
        return finished if self.growing and not self.path.exists() else self.path

    def open(self) -> BinaryIO:
        """The file as a stream of its own; the caller closes it."""
        stream = open_regular(self.find_path())
        if self.packed:
            return cast(BinaryIO, io.BufferedReader(_Unpacked(stream, self)))
        return open_window(stream, self.begin, self.size, owns=True) if self.begin else stream


class _Unpacked(io.RawIOBase):
    """A compressed member of a zip as a stream; going back costs inflating it from its beginning."""

    def __init__(self, stream: BinaryIO, source: WarcSource) -> None:
        self._stream = stream
        self._zip = zipfile.ZipFile(open_window(stream, source.begin, source.zip_size))
        self._member = self._zip.open(source.packed)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._member.seek(offset, whence)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # the stub's Buffer has no len
        data = self._member.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._member.close()
        self._zip.close()
        self._stream.close()
        super().close()


def find_sources(paths: tuple[Path, ...], *, links: bool = False) -> list[WarcSource]:
    """Every WARC file that the paths name, each once, in the order of the paths; of `links` in a collection the files
    that they lead to. Raises ArchiveError.
    """
    found: dict[tuple[Path, int, str], WarcSource] = {}
    for path in paths:
        kind = kind_of(path)
        if kind == "wacz":
            sources = _in_wacz(path.resolve(), name_of(path))
        elif kind == "warc":
            sources = [_file(path, name_of(path))]
        elif kind == "proof":
            raise NoSource(f"{path}: expected a collection, a WARC or a WACZ file, got a proof, which holds no pages")
        else:
            sources = _in_collection(path, links)
        for source in sources:
            found.setdefault((source.path.resolve(), source.begin, source.packed), source)
    return list(found.values())


def _file(path: Path, label: str) -> WarcSource:
    # A link that is named, or followed, is opened where it leads to.
    return WarcSource(
        path=path.resolve() if path.is_symlink() else path,
        name=path.name.removesuffix(OPEN_SUFFIX),
        label=label,
        size=path.stat().st_size,
        growing=path.name.endswith(OPEN_SUFFIX),
    )


def _in_collection(path: Path, links: bool) -> list[WarcSource]:
    read_collection(path)
    files = list_warcs(path, links=links) + list_warcs(path, unfinished=True, links=links)
    return [_file(file, f"{path.name}/warc/{file.name}") for file in sorted(files)]


def _in_wacz(path: Path, label: str) -> list[WarcSource]:
    """The WARCs in a WACZ, and in each WACZ of a multi-WACZ."""
    try:
        with open_regular(path) as stream:
            sources = list(_in_zip(path, stream, label, 0, path.stat().st_size))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise NoSource(f"{label}: expected a WACZ, got no zip that can be read ({error})") from error
    if not sources:
        raise NoSource(f"{label}: expected WARC files in archive/, got none")
    return sources


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str) -> None:
    """See that a compressed member can be read to its end. Raises NoSource."""
    try:
        with archive.open(info) as member:
            while member.read(1 << 20):
                pass
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise NoSource(
            f"{label}: expected a compressed WARC that is whole, got {error}; restore it from a copy"
        ) from error


def _in_zip(path: Path, stream: BinaryIO, label: str, start: int, size: int) -> Iterator[WarcSource]:
    """The WARCs in a zip that lies in a file from `start` on. Raises NoSource, and what `zipfile` raises."""
    window = open_window(stream, start, size)
    with zipfile.ZipFile(window) as archive:
        for info in archive.infolist():
            is_warc = info.filename.startswith("archive/") and info.filename.endswith(ENDINGS)
            if not is_warc and not (info.filename.endswith(".wacz") and start == 0):
                continue
            here, name = f"{label}!{info.filename}", info.filename.rpartition("/")[2]
            begin = data_offset(window, info)
            if info.flag_bits & 1 or begin is None or begin + info.compress_size > size:
                raise NoSource(
                    f"{here}: expected its bytes where the zip's directory says, got none; run `thanhuy verify {path}`"
                )
            stored = info.compress_type == zipfile.ZIP_STORED
            if is_warc and stored:
                yield WarcSource(path=path, name=name, label=here, begin=start + begin, size=info.file_size)
            elif is_warc:
                _check(archive, info, here)
                packed = WarcSource(path=path, name=name, label=here, begin=start, size=info.file_size)
                yield replace(packed, packed=info.filename, zip_size=size)
            elif stored:
                yield from _in_zip(path, stream, here, start + begin, info.file_size)
            else:
                raise NoSource(
                    f"{here}: expected a WACZ stored as it is, got one compressed; unzip it and name the file"
                )
