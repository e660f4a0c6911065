"""The records of a collection, one after another, and which of them are wanted."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from archive.directory import read_collection
from archive.errors import ArchiveError, NotACollection
from archive.files import MAX_LINE, OPEN_SUFFIX, is_regular, list_lines, read_lines
from archive.lock import remedy
from archive.workers import Jobs, Workers, jobs_for
from crawler.pages import slug_of
from crawler.pages.words.search import search_words

Record = dict[str, Any]
STRETCH = 4 << 20
"""Bytes of lines that are read at a time, and handed from process to process."""
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
"""A surrogate in a line, as an escape or as bytes."""


@dataclass(kw_only=True)
class Unreadable:
    """Lines that are no records: how many, and the first of them in words."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, place: str, why: str) -> None:
        """Count one more line, named as `file:line`."""
        self.count += 1
        if len(self.examples) < 10:
            self.examples.append(f"{place}: {why}; run `thanhuy repair` on the collection")


@dataclass(kw_only=True)
class NamesSeen:
    """The sections and authors of the records that were read, wanted or not."""

    sections: set[str] = field(default_factory=set)
    authors: set[str] = field(default_factory=set)

    def note(self, record: Record) -> None:
        """Take a record's names down."""
        self.sections.update(record["section"])
        self.authors.update(record["authors"])


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records to take. Empty or None: all."""

    since: date | None = None
    """First publication day."""
    until: date | None = None
    """Last publication day."""
    sections: tuple[str, ...] = ()
    """Names or slugs of sections: `Quận 1` and `quan-1` are the same."""
    authors: tuple[str, ...] = ()
    """Names of authors, with or without accents."""
    text: str = ""
    """Words that all stand in title, lead, body, captions or byline, with or without accents."""

    def takes(self, record: Record) -> bool:
        """Whether a record is wanted. One without a date is not where days are asked for."""
        if self.since is not None or self.until is not None:
            day = record.get("date") or ""
            if (
                not day
                or (self.since and day < self.since.isoformat())
                or (self.until and day > self.until.isoformat())
            ):
                return False
        if self.sections and not {slug_of(name) for name in self.sections} & {
            slug_of(name) for name in record["section"]
        }:
            return False
        if self.authors:
            known = {slug_of(name) for name in record["authors"]}
            if not known & {slug_of(name) for name in self.authors}:
                return False
        return not self.text or self._has_words(record)

    def _has_words(self, record: Record) -> bool:
        parts = (record["title"], record["lead"], record["body"], record["byline"], *record["captions"])
        words = set(search_words(" ".join(part for part in parts if part)))
        return words.issuperset(search_words(self.text))


def find_lines(collection: Path, *, newest: bool) -> list[Path]:
    """The files to read: `articles.jsonl`, or every version's in `articles/`. Raises NotACollection."""
    read_collection(collection)
    if newest:
        path = collection / "articles.jsonl"
        if not is_regular(path):
            raise NotACollection(
                f"{path}: expected the newest version of each article, got no file;"
                f" {remedy(collection, f'run `thanhuy index {collection}`')}"
            )
        return [path]
    return [*list_lines(collection), *list_lines(collection, unfinished=True)]


class FileReplaced(ArchiveError):
    """A file of lines is another than when the reading began."""


@dataclass(frozen=True, kw_only=True)
class LinesFile:
    """A file of lines as it was when the reading began. It is opened for each stretch: all have to be of that one."""

    path: Path
    number: int
    """The number by which the file system knows it, whatever it is called."""
    size: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The file of that name, or of the one that a crawl gave it when it had ended. Raises OSError."""
        place = path if path.exists() else path.with_name(path.name.removesuffix(OPEN_SUFFIX))
        known = place.stat()
        return cls(path=place, number=known.st_ino, size=known.st_size)

    def find(self) -> Path:
        """Where the file is now. Raises FileReplaced."""
        for path in (self.path, self.path.with_name(self.path.name.removesuffix(OPEN_SUFFIX))):
            if is_regular(path) and path.stat().st_ino == self.number:
                return path
        raise FileReplaced(f"{self.path}: a run that ended replaced it while it was read; run the same command again")


@dataclass(frozen=True, kw_only=True)
class LinesRead:
    """A stretch of lines, read."""

    size: int
    """Bytes."""
    count: int
    """Lines."""
    records: list[Record]
    """Those that are wanted."""
    unreadable: list[tuple[int, str]]
    """Line of the stretch, from 1 on, and why it is no record."""
    seen: NamesSeen


def read_records(
    paths: Sequence[Path],
    wanted: Wanted,
    unreadable: Unreadable,
    progress: Callable[[int], None] = lambda size: None,
    seen: NamesSeen | None = None,
    jobs: Jobs = 1,
) -> Iterator[Record]:
    """The records in these files that are wanted, in their order; `jobs` says what reads them.
    What cannot be read is noted and passed over. Raises FileReplaced.
    """
    files = [LinesFile.of(path) for path in paths]
    stretches = [(file, start) for file in files for start in range(0, file.size, STRETCH)]
    before: tuple[Path | None, int] = (None, 0)
    with Workers(jobs_for(len(stretches), jobs)) as workers:
        calls = ((file, start, start + STRETCH, wanted) for file, start in stretches)
        for (file, _), found in zip(stretches, workers.run(read_stretch, calls), strict=True):
            path = file.path
            count = before[1] if before[0] == path else 0
            for number, why in found.unreadable:
                unreadable.note(f"{path.name}:{count + number}", why)
            before = (path, count + found.count)
            if seen is not None:
                seen.sections |= found.seen.sections
                seen.authors |= found.seen.authors
            progress(found.size)
            yield from found.records


def read_stretch(file: LinesFile, start: int, stop: int, wanted: Wanted) -> LinesRead:
    """The lines that begin between two bytes of a file, which any process may read. Raises FileReplaced."""
    path = file.find()
    records: list[Record] = []
    wrong: list[tuple[int, str]] = []
    seen, size, number = NamesSeen(), 0, 0
    for number, (_, line) in enumerate(read_lines(path, start=start, stop=stop), 1):
        size += len(line)
        record = _read_line(path, line)
        if isinstance(record, str):
            wrong.append((number, record))
        elif record is not None:
            seen.note(record)
            if wanted.takes(record):
                records.append(record)
    file.find()
    return LinesRead(size=size, count=number, records=records, unreadable=wrong, seen=seen)


def _read_line(path: Path, line: bytes) -> Record | str | None:
    """The record of a line, or what is wrong with it. None where it is not due yet."""
    if line.endswith(b"\n"):
        return parse_line(line)
    if len(line) >= MAX_LINE:
        return f"expected a record, got a line of more than {MAX_LINE >> 20} MiB"
    # The last line of a file that a crawl writes now is still being written.
    return None if path.name.endswith(OPEN_SUFFIX) else "expected a line feed at its end, got none"


def find_unknown(wanted: Wanted, seen: NamesSeen) -> Iterator[tuple[str, str, list[str]]]:
    """Each name asked for that no record has: `section` or `author`, the name, those nearest to it."""
    asked = (("section", wanted.sections, seen.sections), ("author", wanted.authors, seen.authors))
    for what, names, there in asked:
        known = {slug_of(name): name for name in sorted(there)}
        for name in names:
            if slug_of(name) not in known:
                near = get_close_matches(slug_of(name), known, n=3, cutoff=0.5)
                yield what, name, [known[slug] for slug in near]


def parse_line(line: bytes) -> Record | str:
    """The record in a line, or what is wrong with it."""
    from crawler.exporting.columns import columns

    try:
        record = json.loads(line)
        if _HALVES.search(line):
            record = _without_halves(record)
    except (ValueError, RecursionError) as error:
        return f"expected a JSON object, got {type(error).__name__}"
    if not isinstance(record, dict):
        return f"expected a JSON object, got {type(record).__name__}"
    for column in columns():
        if column.name not in record:
            if not column.nullable:
                return f"expected the key {column.name!r}, got none"
            record[column.name] = None
        elif not column.holds(record[column.name]):
            return column.expect(record[column.name])
        elif column.inside:
            column.complete(record[column.name])
    return {column.name: record[column.name] for column in columns()}


def _without_halves(value: Any) -> Any:
    """The value with U+FFFD for each half of a surrogate pair that stands alone: no file and no database takes one."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(one) for key, one in value.items()}
    return value
