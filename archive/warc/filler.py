"""Fillers: records that stand where bytes were damaged, each exactly as long as what it replaces,
so that no offset moves.

A filler is one gzip member (RFC 1952) that holds one WARC `metadata` record of type `application/warc-fields`:
which bytes were damaged, their SHA-256, where they are kept,
and the ids of records that are known to be lost with them.
Its length is made exact by an extra field (RFC 1952 §2.3.1.1, subfield `DB`, ignored by readers) and,
where 64 KiB do not suffice,
by empty stored blocks (RFC 1951 §3.2.4) before the data: they decompress to nothing.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.digest import format_sha1
from archive.warc.fields import WARC_FIELDS, Field
from archive.warc.record import Record, bare_uri
from archive.warc.writer import format_fields

TARGET = "urn:archive:damaged-bytes"
"""The target URI of every filler."""
SUBFIELD = b"DB"
_HEADER = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\x03"
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
_MOST_EXTRA = 0xFFFF - 4
_ID = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-;=?-~]+")


@dataclass(frozen=True, kw_only=True)
class LostBytes:
    """The bytes that a filler replaces, as it tells of them."""

    offset: int
    """Where the filler begins in the file."""
    length: int
    """Bytes of the filler."""
    found: int
    """Bytes that were found there; fewer than `length` where some had vanished."""
    sha256: str
    """Of the bytes found, in hex."""
    kept: str | None
    """Name of the file that holds the bytes found, inside `torn/`. None where none were found."""


def make_filler(
    damage: LostBytes, lost: Sequence[str], *, record_id: str, date: datetime, warcinfo_id: str | None
) -> tuple[Iterator[bytes], int] | None:
    """A filler of exactly `damage.length` bytes, piece by piece, and how many ids of `lost` it had room to name.

    None where the place is too short for any record that says what happened (some 280 bytes;
    no exchange's record is as short).
    """
    for count in _fewer(len(lost)):
        for rich in (True, False):
            body = _deflate(
                _format_record(damage, lost[:count], record_id, date, warcinfo_id if rich else None, rich=rich)
            )
            padding = damage.length - len(_HEADER) - 2 - 4 - len(body) - 8
            if padding >= 0:
                return _assemble(body, padding), count
    return None


def lost_records(record: Record) -> tuple[str, ...]:
    """The ids that a filler names; nothing for any other record."""
    if record.type != "metadata" or record.target_uri != TARGET or record.block_length > 1 << 24:
        return ()
    record.block.seek(0)
    lines = record.block.read().decode("utf-8", "replace").splitlines()
    ids = (bare_uri(line.partition(":")[2].strip()) for line in lines if line.startswith("lost:"))
    return tuple(found for found in ids if _ID.fullmatch(found))


def _fewer(count: int) -> Iterator[int]:
    """`count`, its half, and so on down to 0."""
    while count:
        yield count
        count //= 2
    yield 0


@dataclass(frozen=True)
class _Body:
    raw: bytes
    """Deflated."""
    crc: int
    size: int

    def __len__(self) -> int:
        return len(self.raw)


def _deflate(plain: bytes) -> _Body:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _Body(deflate.compress(plain) + deflate.flush(), zlib.crc32(plain), len(plain))


def _assemble(body: _Body, padding: int) -> Iterator[bytes]:
    blocks = -(-max(0, padding - _MOST_EXTRA) // len(_EMPTY_BLOCK))
    extra = padding - blocks * len(_EMPTY_BLOCK)
    yield _HEADER + (extra + 4).to_bytes(2, "little") + SUBFIELD + extra.to_bytes(2, "little") + bytes(extra)
    while blocks:
        some = min(blocks, 1 << 16)
        yield _EMPTY_BLOCK * some
        blocks -= some
    yield body.raw + body.crc.to_bytes(4, "little") + body.size.to_bytes(4, "little")


def _format_record(
    damage: LostBytes, lost: Sequence[str], record_id: str, date: datetime, warcinfo_id: str | None, *, rich: bool
) -> bytes:
    about = "bytes were damaged or gone; `thanhuy repair` set them aside and put this record in their place"
    block = format_fields(
        (
            ("description", about if rich else None),
            ("damagedOffset", str(damage.offset)),
            ("damagedLength", str(damage.length)),
            ("foundLength", str(damage.found) if damage.found != damage.length else None),
            ("foundSha256", damage.sha256),
            ("keptAs", f"torn/{damage.kept}" if rich and damage.kept else None),
            *(("lost", f"<{one}>") for one in lost),
        )
    )
    digest = format_sha1(hashlib.sha1(block, usedforsecurity=False).digest())
    head = format_fields(
        (
            (Field.TYPE, "metadata"),
            (Field.RECORD_ID, f"<{record_id}>"),
            (Field.DATE, date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
            (Field.TARGET_URI, TARGET),
            (Field.WARCINFO_ID, f"<{warcinfo_id}>" if warcinfo_id else None),
            (Field.CONTENT_TYPE, WARC_FIELDS),
            (Field.BLOCK_DIGEST, digest if rich else None),
            ("Content-Length", str(len(block))),
        )
    )
    return b"WARC/1.1\r\n" + head + b"\r\n" + block + b"\r\n\r\n"
