"""Sources: the WARC files behind the paths that a user names: a collection's, single ones, those inside a WACZ."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.directory import kind_of, read_collection
from archive.errors import ArchiveError
from archive.files import OPEN_SUFFIX, list_warcs
from archive.streams import open_window
from archive.wacz.zip import data_offset

ENDINGS = (".warc", ".warc.gz")


class NoSource(ArchiveError):
    """A path that holds nothing to extract from; says what was expected."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One WARC file, or the part of a WACZ that is one."""

    path: Path
    name: str
    """What a record's `warc.file` says: the finished file's name."""
    label: str
    """What messages call it."""
    begin: int = 0
    """Where it begins in the file at `path`."""
    size: int
    growing: bool = False
    """Whether a crawl may be writing it: its last record may be torn."""

    def find_path(self) -> Path:
        """Where the file is now: a crawl that ends meanwhile renames it."""
        finished = self.path.with_name(self.path.name.removesuffix(OPEN_SUFFIX))
        return finished if self.growing and not self.path.exists() else self.path

    def open(self) -> BinaryIO:
        """The file as a stream of its own; the caller closes it."""
        stream = self.find_path().open("rb")
        return open_window(stream, self.begin, self.size, owns=True) if self.begin else stream


def find_sources(paths: tuple[Path, ...]) -> list[Source]:
    """Every WARC file that the paths name, each once, in the order of the paths. Raises ArchiveError."""
    found: dict[tuple[Path, int], Source] = {}
    for path in paths:
        kind = kind_of(path)
        if kind == "wacz":
            sources = _in_wacz(path)
        elif kind == "warc":
            sources = [_file(path, str(path))]
        else:
            sources = _in_collection(path)
        for source in sources:
            found.setdefault((source.path.resolve(), source.begin), source)
    return list(found.values())


def _file(path: Path, label: str) -> Source:
    size = path.stat().st_size
    return Source(
        path=path,
        name=path.name.removesuffix(OPEN_SUFFIX),
        label=label,
        size=size,
        growing=path.name.endswith(OPEN_SUFFIX),
    )


def _in_collection(path: Path) -> list[Source]:
    read_collection(path)
    files = list_warcs(path) + list_warcs(path, unfinished=True)
    return [_file(file, f"{path.name}/warc/{file.name}") for file in sorted(files)]


def _in_wacz(path: Path) -> list[Source]:
    """The WARCs that are stored in the zip as they are, as the format asks for."""
    sources = []
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            for info in archive.infolist():
                if not info.filename.startswith("archive/") or not info.filename.endswith(ENDINGS):
                    continue
                label = f"{path}!{info.filename}"
                if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
                    raise NoSource(
                        f"{label}: expected a WARC stored without compression, got one with; unzip it and name the file"
                    )
                begin = data_offset(stream, info)
                if begin is None or begin + info.file_size > path.stat().st_size:
                    raise NoSource(
                        f"{label}: expected its bytes where the zip's directory says, got none; run `thanhuy verify"
                        f" {path}`"
                    )
                name = info.filename.rpartition("/")[2]
                sources.append(Source(path=path, name=name, label=label, begin=begin, size=info.file_size))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise NoSource(f"{path}: expected a WACZ, got no zip that can be read ({error})") from error
    if not sources:
        raise NoSource(f"{path}: expected WARC files in archive/, got none")
    return sources
