"""Tell a collection, a WARC, a WACZ and a proof apart, by content; names count only where the content says nothing."""

import re
import zlib
from pathlib import Path

from archive.errors import ArchiveError
from archive.files import OPEN_SUFFIX, open_regular
from archive.warc.members import MAGIC
from archive.warc.record import begins_record

COLLECTION, WARC, WACZ, PROOF = "collection", "warc", "wacz", "proof"
EXPECTED = "expected a collection, a WARC or a WACZ file"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ARC = b"filedesc://"
_PROOF = re.compile(rb'\s*\{\s*"proof"\s*:')
_NAMES = (".warc", ".warc.gz")


class NothingToRead(ArchiveError):
    """A path that is none of these; says what it is instead."""


def kind_of(path: Path) -> str:
    """`collection`, `warc`, `wacz` or `proof`. Raises NothingToRead, and OSError where the file cannot be read."""
    if path.is_dir():
        if (path / "collection.json").exists() or (path / "warc").is_dir():
            return COLLECTION
        raise NothingToRead(f"{path}: {EXPECTED}, got a directory without collection.json")
    if not path.exists():
        raise NothingToRead(f"{path}: {EXPECTED}, got nothing of that name")
    if not path.is_file():
        raise NothingToRead(f"{path}: {EXPECTED}, got no regular file")
    with open_regular(path, links=True) as stream:
        try:
            start = stream.read(4096)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
    if start.startswith(_ZIP) or path.name.endswith(".wacz"):
        return WACZ
    if _PROOF.match(start):
        return PROOF
    content = _beginning(start)
    if content.startswith(_ARC):
        raise NothingToRead(
            f"{path}: {EXPECTED}, got an ARC file, the format before WARC; convert it with"
            f" `warcio recompress {path.name} OUT.warc.gz` and name that"
        )
    # A damaged or empty file is what its name says.
    if begins_record(content) or path.name.removesuffix(OPEN_SUFFIX).endswith(_NAMES):
        return WARC
    raise NothingToRead(f"{path}: {EXPECTED}, got a file that begins with {start[:5]!r}")


def _beginning(start: bytes) -> bytes:
    """The first bytes that a file holds, inflated where it is compressed."""
    if not start.startswith(MAGIC[:2]):
        return start
    try:
        return zlib.decompressobj(31).decompress(start, 64)
    except zlib.error:
        return b""
