"""WACZ: a whole collection, or a part of it, in one file that a browser replays.

WACZ 1.1.1 (Webrecorder's specification): `archive/` the WARC files as they are, `indexes/` a CDXJ in blocks (ZipNum),
`pages/`, `seals/` as the collection has them (of a part too: they hold of each record by itself),
`datapackage.json` with the digest of each of these, `datapackage-digest.json` with that one's, on demand signed
(WACZ Signing and Verification 0.1.0, anonymous signature).

Equal collections give equal bytes: no clock is read, `created` is the time of the newest capture.
A file is written beside its place, synced and renamed; nothing is ever written over unless asked for.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from archive.collection import read_collection
from archive.errors import ArchiveError
from archive.files import build_file, list_lines, open_regular
from archive.index.cdxj import parse_line, sorted_lines, unique
from archive.json_text import parse_json
from archive.seal.checkpoint import ROOM
from archive.seal.sealing import list_seals
from archive.wacz.index import IndexBlocks, placed_lines
from archive.wacz.pages import Describe, Page, address_key, find_extra_pages, format_pages, page_of
from archive.wacz.parts import Part, index_path, read_file
from archive.wacz.zip import PackedFile, ZipWriter

VERSION = "1.1.1"
TIMESTAMP = "%Y%m%d%H%M%S"

Sign = Callable[[str], Mapping[str, str]]
"""From the digest of `datapackage.json` to the signature and the key that proves it."""


@dataclass(frozen=True, kw_only=True)
class PackOptions:
    """How a WACZ is packed."""

    describe: Describe
    software: str
    extra_pages: bool = True
    """Whether home page and listings get a list of their own."""
    sign: Sign | None = None
    force: bool = False
    """Whether a file of the same name is replaced."""
    progress: Callable[[str, int], None] = field(default=lambda _label, _bytes: None)
    """Told of each piece of a WARC that is written."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """One WACZ that was written."""

    path: Path
    size: int
    captures: int
    pages: int
    sha256: str


def pack_part(collection: Path, part: Part, output: Path, options: PackOptions) -> Packed:
    """Write one WACZ. Raises ArchiveError where a file of its name exists, OSError where it cannot be written."""
    check_free(output, options.force)
    with build_file(output) as drafted:
        with drafted.open("wb") as stream:
            writer = _Writer(collection, part, options, output.parent)
            writer.write(stream)
        check_free(output, options.force)
        size, digest = drafted.stat().st_size, _digest_file(drafted)
    return Packed(path=output, size=size, captures=writer.captures, pages=writer.pages, sha256=digest)


def check_free(output: Path, force: bool) -> None:
    """See that a name is free. Raises ArchiveError."""
    if output.exists() and not force:
        raise ArchiveError(f"{output}: exists already; name another file, or replace it with --force")


def is_own_package(path: Path, maker: str) -> bool:
    """Whether a file is a WACZ that this software made, of whatever version: its package names `maker` first."""
    with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile), open_regular(path) as stream:
        with zipfile.ZipFile(stream) as archive, archive.open("datapackage.json") as package:
            value = parse_json(package.read(64 << 20))
        return str(value["software"]).split(" ")[0] == maker
    return False


class _Writer:
    """One WACZ being written to a stream."""

    def __init__(self, collection: Path, part: Part, options: PackOptions, scratch: Path) -> None:
        self.collection, self.part, self.options, self.scratch = collection, part, options, scratch
        self.newest, self.captures = _survey(part)
        self.pages = 0
        self._known: set[bytes] = set()
        self._homes: dict[str, Page] = {}

    def write(self, stream: BinaryIO) -> None:
        """All of it, in one pass over the WARCs."""
        moment = datetime.strptime(self.newest, TIMESTAMP).replace(tzinfo=UTC)
        with ZipWriter(stream, moment) as archive:
            for name, size, pieces in self.part.warcs():
                archive.add(f"archive/{name}", self._tell(pieces, name), at_most=size)
            bound = index_path(self.collection).stat().st_size
            with sorted_lines(placed_lines(self.part), self.scratch) as lines:
                blocks = IndexBlocks(unique(lines), "index.cdx.gz")
                archive.add("indexes/index.cdx.gz", blocks, at_most=bound)
            archive.add("indexes/index.idx", blocks.listing(), deflate=True)
            pages = format_pages(self._list_items(), id="pages", title="Pages", has_text=True)
            archive.add("pages/pages.jsonl", pages, at_most=_size_of_lines(self.collection), deflate=True)
            if self.options.extra_pages:
                others = format_pages(self._list_others(), id="extra-pages", title="Other pages", has_text=False)
                archive.add("pages/extraPages.jsonl", others, at_most=bound, deflate=True)
            for path in list_seals(self.collection):
                archive.add(f"{ROOM}/{path.name}", read_file(path), at_most=path.stat().st_size, deflate=True)
            package = self._format_package(archive.members)
            archive.add("datapackage.json", [package], deflate=True)
            archive.add("datapackage-digest.json", [self._format_digest(package)], deflate=True)

    def _list_items(self) -> Iterator[Page]:
        for item in self.part.items():
            page = page_of(item, self.options.describe)
            if page is not None:
                self._known.add(address_key(page.url))
                self.pages += 1
                yield page

    def _list_others(self) -> Iterator[Page]:
        for page in find_extra_pages(self.part.lines(), self.collection / "warc", self._known):
            parts = urlsplit(page.url)
            if parts.path in {"", "/"} and not parts.query:
                known = self._homes.get(page.url)
                self._homes[page.url] = page if known is None or page.ts > known.ts else known
            yield page

    def _format_package(self, members: list[PackedFile]) -> bytes:
        """`datapackage.json` (WACZ 1.1.1 §5.4)."""
        about = read_collection(self.collection)
        value: dict[str, Any] = {
            "profile": "data-package",
            "title": about.get("name") or self.collection.resolve().name,
        }
        named = [self._homes[seed] for seed in about.get("seeds", ()) if seed in self._homes]
        for home in (named or sorted(self._homes.values(), key=lambda page: (len(page.url), page.url)))[:1]:
            value |= {"mainPageURL": home.url, "mainPageDate": home.ts}
        value |= {"created": _iso(self.newest), "wacz_version": VERSION, "software": self.options.software}
        value["resources"] = [
            # Frictionless Data Package asks for lower-case names.
            {
                "name": member.path.rpartition("/")[2].lower(),
                "path": member.path,
                "hash": f"sha256:{member.sha256}",
                "bytes": member.size,
            }
            for member in members
        ]
        return json.dumps(value, indent=2).encode()

    def _format_digest(self, package: bytes) -> bytes:
        """`datapackage-digest.json`, signed where a key is at hand."""
        digest = "sha256:" + hashlib.sha256(package).hexdigest()
        value: dict[str, Any] = {"path": "datapackage.json", "hash": digest}
        if self.options.sign is not None:
            signed = {"hash": digest, "created": _iso(self.newest), "software": self.options.software}
            value["signedData"] = {**signed, **self.options.sign(digest)}
        return json.dumps(value, indent=2).encode()

    def _tell(self, pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
        for piece in pieces:
            self.options.progress(name, len(piece))
            yield piece


def _survey(part: Part) -> tuple[str, int]:
    """The time of the newest capture, and how many there are."""
    newest, count = "", 0
    for line in part.lines():
        newest, count = max(newest, parse_line(line)[1]), count + 1
    if not count:
        raise ArchiveError(f"part {part.label}: expected captures, got none")
    return newest, count


def _iso(timestamp: str) -> str:
    return datetime.strptime(timestamp, TIMESTAMP).replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest_file(path: Path) -> str:
    sha = hashlib.sha256()
    for piece in read_file(path):
        sha.update(piece)
    return sha.hexdigest()


def _size_of_lines(collection: Path) -> int:
    return sum(path.stat().st_size for path in list_lines(collection))
