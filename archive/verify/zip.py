"""A zip from a stranger: names, sizes and places are judged from its directory before any member is opened."""

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from archive.verify.findings import Finding, find
from archive.wacz.zip import data_offset

MAX_RATIO = 200
"""A member that unpacks to more than this many times its size is taken for a bomb; text packs 3 to 20 times."""
MIN_BOMB = 64 << 20
"""A member that unpacks to less than this is no bomb, whatever the ratio."""
DESCRIPTOR = 24
"""Bytes that may follow a member: its data descriptor."""


def check_zip(archive: zipfile.ZipFile, stream: BinaryIO, file: str) -> Iterator[Finding]:
    """Check names, sizes and places, without unpacking anything."""
    infos = archive.infolist()
    for name, times in Counter(info.filename for info in infos).items():
        if times > 1:
            yield find("zip-duplicate-name", file, f"expected each name once, got {name!r} {times} times")
    for info in infos:
        name = info.orig_filename
        if why := _unsafe(info):
            yield find("zip-unsafe-name", file, f"expected a name inside the WACZ, got {why}: {name!r}")
        if info.file_size > MIN_BOMB and info.file_size > MAX_RATIO * max(1, info.compress_size):
            sizes = f"{info.file_size} bytes from {info.compress_size}"
            detail = f"expected {name!r} to unpack to less than {MAX_RATIO} times its size, got {sizes}"
            yield find("zip-bomb", file, detail)
        if info.flag_bits & 1:
            yield find("zip-member", file, f"expected {name!r} unencrypted, got it encrypted")
    yield from _check_places(infos, stream, file)


def _unsafe(info: zipfile.ZipInfo) -> str | None:
    name = info.orig_filename
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[/\\]", name):
        return "an absolute one"
    if ".." in re.split(r"[/\\]", name):
        return "one that leads out of it"
    if "\\" in name or "\0" in name:
        return "one with a backslash or NUL"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link"
    return None


def _check_places(infos: list[zipfile.ZipInfo], stream: BinaryIO, file: str) -> Iterator[Finding]:
    """Bytes before and between the members, where something could hide, and members that overlap."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        start = data_offset(stream, info)
        if start is None:
            yield find(
                "zip-member",
                file,
                f"expected a local header for {info.filename!r}, got none",
                offset=info.header_offset,
            )
            continue
        if info.header_offset < end:
            yield find(
                "zip-bomb", file, f"expected members apart, got {info.filename!r} inside the one before", offset=end
            )
        elif info.header_offset - end > DESCRIPTOR:
            detail = f"expected a member, got {info.header_offset - end} bytes that belong to none"
            yield find("zip-hidden-bytes", file, detail, offset=end)
        end = start + info.compress_size
