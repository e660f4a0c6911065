"""Mend the finished files of `articles/` from the item records in the WARCs:
the same lines, in the same order, under the same name.

A line is sound when an item record has the same bytes, and its pointers lead to where its records lie.
A line whose record is lost is sound when something vouches for it:
the digest that its file had when it was closed, the same line in `articles.jsonl`,
or what the caller knows of its items.
"""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from archive.digest import digest_stream
from archive.files import (
    LINES_SUFFIX,
    OPEN_SUFFIX,
    find_warc,
    is_own_name,
    is_regular,
    list_lines,
    open_regular,
    read_lines,
    read_range,
    replace_file,
    set_aside,
)
from archive.json_text import parse_json
from archive.lines.pointers import digest_of_line, repoint
from archive.lines.reader import LineId, line_id, version_of
from archive.mend.inventory import Inventory
from archive.recover.recovery import Recovery
from archive.warc.reader import read_record_at

Vouch = Callable[[dict[str, Any]], bool]
"""Whether an item agrees with itself, e.g. with its own digest of its text."""
LinePlace = tuple[str, int, int]
"""File, offset and length of a line."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a line can be read, and where its record lies."""

    version: LineId
    path: Path
    offset: int
    length: int
    home: str
    """The file that it belongs to."""
    order: tuple[str, int] | None = None
    """File and offset of its record. None where the record is lost."""
    first: bool = True
    """Whether file and offset lead to the record."""
    from_record: bool = False
    """Whether it is to be read from its record."""
    response: str = ""
    """Id of the response that its record refers to. Empty where the record is lost."""


def read_item_line(warc: Path, offset: int) -> bytes:
    """The line that an item's record holds, with a line feed. Raises RecordError."""
    with read_record_at(warc, offset).block as block:
        return block.read() + b"\n"


@dataclass(kw_only=True)
class LineFile:
    """A finished file of lines, or one that should be there."""

    path: Path
    lines: list[Source] = field(default_factory=list)
    faults: int = 0
    """Lines that are not what they should be, or that should be there and are not."""
    astray: int = 0
    """Lines whose pointers do not lead to where their records lie."""
    lengths: list[int] = field(default_factory=list)
    """Of the lines as they were written anew."""


class LineMender:
    """Mends the files of one collection."""

    def __init__(
        self,
        directory: Path,
        inventory: Inventory,
        digests: Mapping[str, Collection[str]],
        vouch: Vouch,
        recovery: Recovery,
        spare: str,
    ) -> None:
        """`digests`: file → every SHA-256 it had when it was closed.
        `spare`: name of a file for lines that belong to no other.
        """
        self._directory, self._inventory, self._digests, self._vouch, self._recovery = (
            directory,
            inventory,
            digests,
            vouch,
            recovery,
        )
        self._spare = spare
        self._seen: set[LineId] = set()
        self._surer: set[LineId] = set()
        """Versions that `articles.jsonl` has, where it is as it was closed:
        no other copy of theirs needs to be believed.
        """
        self.proven: list[Path] = []
        """Files that are as they were closed, but for where their pointers lead."""
        self.orphans: dict[LineId, LinePlace] = {}
        """Versions whose item record is lost, and where their line is."""

    def mend(self) -> None:
        """Mend every file, and write those that are gone."""
        articles, newest = self._directory / "articles", self._directory / "articles.jsonl"
        twins = {hashlib.sha256(line).digest() for _, line in read_lines(newest)}
        if self._is_as_closed(newest):
            self._surer = {version for _, line in read_lines(newest) if (version := version_of(line)) is not None}
        files = {path.name: self._read(path, twins) for path in list_lines(self._directory)}
        added: dict[str, list[Source]] = {}
        for source in (*self._unwritten(), *self._only_in(newest)):
            name = source.home if is_own_name(source.home, LINES_SUFFIX) else self._spare
            if (articles / (name + OPEN_SUFFIX)).exists():
                continue  # for `recover`
            if name in files and not files[name].faults and self._is_as_closed(files[name].path):
                name = self._spare
            file = files.setdefault(name, LineFile(path=articles / name))
            added.setdefault(name, []).append(source)
            file.faults += 1
        for name, file in files.items():
            file.lines = _merge(file.lines, added.get(name, []))
            as_closed = not file.faults and self._is_as_closed(file.path)
            if not as_closed:
                self._order(file)
            if as_closed or self._is_proven(file.lines, file.path):
                self.proven.append(file.path)
            if file.faults or file.astray:
                self._write(file)
            self._place(file)

    def _read(self, path: Path, twins: set[bytes]) -> LineFile:
        file, as_closed = LineFile(path=path), self._is_as_closed(path)
        for offset, line in read_lines(path):
            source = self._find_record(path, offset, line)
            if source is None:
                trusted = as_closed or hashlib.sha256(line).digest() in twins
                source = self._vouch_for(path, offset, line, path.name, trusted=trusted)
            if source is None:
                file.faults += 1
            else:
                file.astray += line != self._repoint(line, source)
                file.lines.append(source)
        return file

    def _find_record(self, path: Path, offset: int, line: bytes) -> Source | None:
        """The line, where an item record has its bytes and no line before had."""
        if not line.endswith(b"\n"):
            return None
        digest = digest_of_line(line[:-1])
        for row in self._inventory.items("digest = ?", digest):
            version = LineId(row["key"], row["version"], row["renewed"])
            if version not in self._seen:
                self._seen.add(version)
                return Source(
                    version=version,
                    path=path,
                    offset=offset,
                    length=len(line),
                    order=(row["file"], row["offset"]),
                    home=path.name,
                    first=bool(row["first"]),
                    response=row["response"],
                )
        return None

    def _vouch_for(self, path: Path, offset: int, line: bytes, home: str | None, *, trusted: bool) -> Source | None:
        """The line, where its record is lost and something vouches for it. `home`:
        None for the file of its capture's run.
        """
        record = _parse(line)
        if record is None:
            return None
        version = line_id(record)
        known = self._inventory.items("key = ? AND version = ? AND renewed = ?", *version)
        if version in self._seen or any(known):
            return None
        if not trusted and (
            version in self._surer
            # The response has its item: a line that tells of another was never written.
            or any(self._inventory.items("response = ? AND renewed = ?", record["warc"]["record_id"], version.renewed))
            or self._inventory.contradicts(record["warc"])
            or not self._vouch(record)
        ):
            return None
        self._seen.add(version)
        home = home or self._inventory.home(version) or _file_of_run(record["warc"]["file"])
        return Source(version=version, path=path, offset=offset, length=len(line), home=home)

    def _unwritten(self) -> Iterator[Source]:
        """Items of the WARCs that have no line."""
        for row in self._inventory.items():
            version = LineId(row["key"], row["version"], row["renewed"])
            if version not in self._seen:
                self._seen.add(version)
                path = find_warc(self._directory / "warc", row["file"])
                assert path is not None  # it was read just now
                home = self._inventory.home(version) or _file_of_run(row["file"])
                order = (row["file"], row["offset"])
                yield Source(
                    version=version,
                    path=path,
                    offset=row["offset"],
                    length=0,
                    order=order,
                    from_record=True,
                    first=bool(row["first"]),
                    home=home,
                    response=row["response"],
                )

    def _only_in(self, newest: Path) -> Iterator[Source]:
        """Lines of `articles.jsonl` whose record and whose line in `articles/` are lost."""
        as_closed = self._is_as_closed(newest)
        for offset, line in read_lines(newest):
            source = self._vouch_for(newest, offset, line, None, trusted=as_closed)
            if source is not None:
                yield source

    def _is_as_closed(self, path: Path) -> bool:
        digests = self._digests.get(path.relative_to(self._directory).as_posix(), ())
        if not digests or not is_regular(path):
            return False
        with open_regular(path) as stream:
            return digest_stream(stream, "sha256").hex() in digests

    def _order(self, file: LineFile) -> None:
        """Put the lines in the order in which they were written, where anything tells it."""
        homes = {line.version: self._inventory.offset_at_home(line.version, file.path.name) for line in file.lines}
        orders: list[list[Source]] = []
        if all(place is not None for place in homes.values()):
            orders.append(sorted(file.lines, key=lambda line: homes[line.version] or 0))
        if all(line.order is not None for line in file.lines):
            orders.append(sorted(file.lines, key=lambda line: line.order or ("", 0)))
        for order in orders:
            if order != file.lines and self._is_proven(order, file.path):
                file.lines = order
                file.faults += 1
                return

    def _is_proven(self, lines: list[Source], path: Path) -> bool:
        """Whether the lines have, with the pointers that they were written with, the bytes that were closed."""
        digests = self._digests.get(path.relative_to(self._directory).as_posix(), ())
        if not digests:
            return False
        whole = hashlib.sha256()
        for source in lines:
            whole.update(self._read_line(source, as_written=True))
        return whole.hexdigest() in digests

    def _read_line(self, source: Source, *, as_written: bool = False) -> bytes:
        """The line with its line feed. `as_written`: as its record has it, where there is one."""
        warc = find_warc(self._directory / "warc", source.order[0]) if source.order else None
        if warc is None or source.order is None or not (as_written or source.from_record):
            return b"".join(read_range(source.path, source.offset, source.offset + source.length))
        if source.first:
            return read_item_line(warc, source.order[1])
        return self._inventory.line_of(source.version) + b"\n"

    def _write(self, file: LineFile) -> None:
        torn, path = self._directory / "torn", file.path
        kept = ""
        if path.exists():
            aside = set_aside(torn, path.name, read_range(path, 0, path.stat().st_size))
            if not file.lines and not self._digests.get(f"articles/{path.name}"):
                path.unlink()  # nobody closed it: else it would be the collection's from now on, and be missed
                self._recovery.note(
                    f"articles/{path.name}: held no line of this collection; moved to torn/{aside.name}"
                )
                return
            kept = f"; as it was: torn/{aside.name}"
        replace_file(path, self._renew(file))
        same = ", the same bytes as when it was closed" if self._is_as_closed(path) else ""
        written = sum(line.from_record for line in file.lines)
        mended = f", {written} of them from their records" if written else ""
        moved = f", {file.astray} pointed to where their records lie now" if file.astray else ""
        self._recovery.note(f"articles/{path.name}: written anew, {len(file.lines)} lines{mended}{moved}{same}{kept}")

    def _renew(self, file: LineFile) -> Iterator[bytes]:
        for source in file.lines:
            line = self._repoint(self._read_line(source), source)
            file.lengths.append(len(line))
            yield line

    def _repoint(self, line: bytes, source: Source) -> bytes:
        return repoint(line, partial(self._inventory.find, origin=source.response))

    def _place(self, file: LineFile) -> None:
        """Note where each line now lies."""
        offset = 0
        for number, source in enumerate(file.lines):
            length = file.lengths[number] if file.lengths else source.length
            if source.order is None:
                self.orphans[source.version] = (file.path.name, offset, length)
            else:
                self._inventory.place_line(source.version, file.path.name, offset, length)
            offset += length


def _merge(lines: list[Source], added: list[Source]) -> list[Source]:
    """The lines with others put where their records' places in the WARCs have them, and those without at the end."""
    waiting = deque(sorted((one for one in added if one.order is not None), key=lambda one: one.order or ("", 0)))
    merged: list[Source] = []
    for line in lines:
        while line.order is not None and waiting and (waiting[0].order or ("", 0)) < line.order:
            merged.append(waiting.popleft())
        merged.append(line)
    return [*merged, *waiting, *(one for one in added if one.order is None)]


def _parse(line: bytes) -> dict[str, Any] | None:
    """The item of a whole line. None where it lacks what an item of a collection has."""
    try:
        record: dict[str, Any] = parse_json(line)
        sound = isinstance(record["text_digest"], str) and type(record["version"]) is int and bool(line_id(record))
        warc = record["warc"]
        sound = sound and all(isinstance(warc[name], str) for name in ("file", "record_id", "payload_digest"))
        sound = sound and type(warc["offset"]) is int and type(warc["length"]) is int
    except (ValueError, KeyError, TypeError):
        return None
    return record if sound and line.endswith(b"\n") else None


def _file_of_run(warc: str) -> str:
    """The file of lines of the run that wrote a WARC file."""
    return re.sub(r"-\d{5}-([^/]*)\.warc\.gz$", r"-00000-\1.jsonl", warc)
