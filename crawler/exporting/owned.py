"""Which files are earlier exports of ours, so that a nightly export replaces its own and nobody else's.

A file is ours where its content says so, or where the data package beside it vouches for it by its SHA-256.
"""

import hashlib
import zlib
from contextlib import suppress
from pathlib import Path

from archive.files import open_regular, read_small
from archive.json_text import parse_json
from crawler.exporting.tables import BOM
from crawler.items import SCHEMA

PACKAGE_NAME = "thanhuytphcm-articles"
"""What our data packages are called."""
MAKER = "thanhuy-archive"
"""What our Parquet files name as their maker."""
APPLICATION_ID = zlib.crc32(MAKER.encode()) & 0x7FFF_FFFF
"""What our SQLite files bear in their head (`PRAGMA application_id`)."""
_SHOWN = 1 << 20
"""Bytes at either end of a file that are looked at."""
_CSV = tuple(mark.join(("schema", "id", "kind", "url", "")).encode() for mark in ",;")
_SIGNS: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "jsonl": ((f'{{"schema":"{SCHEMA}",'.encode(),), b""),
    "csv": ((*_CSV, *(BOM.encode() + start for start in _CSV)), b""),
    "ninjs": ((b'{"uri":',), b'"role":"text-digest"'),
    "jsonld": ((b'{"@context":"https://schema.org","@graph":[',), b'"propertyID": "text-digest"'),
    "parquet": ((b"PAR1",), MAKER.encode()),
    "sqlite": ((b"SQLite format 3\0",), APPLICATION_ID.to_bytes(4, "big")),
}
"""Format → how a whole export of ours begins, one of these, and what stands in it that stands in no other file."""


def is_own_export(path: Path, form: str, package: Path) -> bool:
    """Whether a file is an earlier export in that format. `package`: where its `datapackage.json` would be."""
    with suppress(OSError, ValueError), open_regular(path) as stream:
        head = stream.read(_SHOWN)
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _SHOWN))
        starts, sign = _SIGNS[form]
        if not size or (head.startswith(starts) and sign in head + stream.read(_SHOWN)):
            return True
        stream.seek(0)
        return _hash_in(package) == f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"  # type: ignore[arg-type]
    return False


def _hash_in(package: Path) -> str | None:
    value = parse_json(read_small(package))
    [resource] = value["resources"] if value["name"] == PACKAGE_NAME else [{}]
    return str(resource.get("hash"))
