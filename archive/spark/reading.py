"""What one task of Spark's format `warc` does: ranges of files in, rows out. Pure: no Spark is needed.

Damage is passed by and named, in the executor's log or as rows, as whoever asks has it.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from glob import glob, has_magic  # a pattern may begin anywhere, and Path.glob begins in a directory
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError, NotUsable
from archive.files import OPEN_SUFFIX, WARC_SUFFIXES, is_own_name, is_regular, list_warcs, open_regular
from archive.sizes import parse_size
from archive.spark.columns import COLUMNS, RecordSeen
from archive.warc.events import Damage, RecordEvent, read_events
from archive.warc.ranges import SIZE, find_sure_ranges

logger = logging.getLogger(__name__)

NAMED, ROWS, FAIL = "named", "rows", "fail"
DAMAGE = (NAMED, ROWS, FAIL)
"""What becomes of bytes that are no record: named in the log, rows of their own, or the end of the query."""
PATHS = ("path", "paths")
"""Options that Spark makes of what `load()` was given."""
MOST = 64 << 20
"""A longer block is not read."""
OPENING = 4 << 20
"""What a file costs to open, in bytes: so many small ones make a part no more than so much larger."""


class DamagedFile(ArchiveError):
    """Bytes that are no record, where each was to be one."""


@dataclass(frozen=True)
class Condition:
    """A condition on a column, as far as it is known here; whoever asked tests it again."""

    column: str
    operation: str
    """The name of the filter's class in `pyspark.sql.datasource`."""
    value: Any = None

    def passes(self, value: Any) -> bool:
        """Whether a row with this value can be wanted."""
        return value is not None and OPERATIONS[self.operation](value, self.value)


OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "EqualTo": lambda value, wanted: bool(value == wanted),
    "EqualNullSafe": lambda value, wanted: bool(value == wanted),
    "In": lambda value, wanted: value in wanted,
    "StringStartsWith": lambda value, wanted: bool(value.startswith(wanted)),
    "StringEndsWith": lambda value, wanted: bool(value.endswith(wanted)),
    "StringContains": lambda value, wanted: wanted in value,
    "IsNotNull": lambda value, wanted: True,
}
"""Filters that are taken: all that no row with null passes, and where a column's order plays no part."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is wanted of the records."""

    columns: tuple[str, ...]
    tests: tuple[Condition, ...] = ()
    damage: str = NAMED
    most: int = MOST

    def wants(self, seen: RecordSeen) -> bool:
        """Whether a record can be wanted; what its header tells is asked first."""
        tests = sorted(self.tests, key=lambda test: COLUMNS[test.column].in_block)
        return all(test.passes(COLUMNS[test.column].read(seen)) for test in tests)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A range of a file, or the whole of it."""

    path: str
    start: int = 0
    stop: int | None = None

    @property
    def name(self) -> str:
        """The finished file's name, as pointers have it."""
        return Path(self.path).name.removesuffix(OPEN_SUFFIX)

    def may_be_wanted(self, tests: Iterable[Condition]) -> bool:
        """Whether its names pass what is said of them."""
        names = {"path": self.path, "file": self.name}
        return all(test.passes(names[test.column]) for test in tests if test.column in names)


def find_files(paths: Iterable[str]) -> list[Path]:
    """The WARC files that paths name: files, collections, directories of WARC files, patterns. Raises NotUsable."""
    found: dict[Path, None] = {}
    for path in paths:
        for name in sorted(glob(path)) if has_magic(path) and not Path(path).exists() else [path]:  # noqa: PTH207
            found.update(dict.fromkeys(_files_of(Path(name).resolve())))
    if not found:
        raise NotUsable(f"{', '.join(paths) or 'no path'}: expected WARC files, got none")
    return list(found)


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise NotUsable(f"{path}: expected a WARC file, a collection or a directory of WARC files, got none")
        return [path]
    if (path / "warc").is_dir():
        return sorted(list_warcs(path) + list_warcs(path, unfinished=True))
    return sorted(file for file in path.iterdir() if is_own_name(file.name, *WARC_SUFFIXES) and is_regular(file))


def cut(files: Iterable[Path], tests: tuple[Condition, ...], size: int = SIZE) -> list[tuple[Stretch, ...]]:
    """Parts of about so many bytes: several small files, or a range of a large one. Raises OSError."""
    parts: list[tuple[Stretch, ...]] = []
    few: list[Stretch] = []
    held = 0
    for path in files:
        whole = Stretch(path=str(path))
        if not whole.may_be_wanted(tests):
            continue
        with open_regular(path) as stream:
            ranges = find_sure_ranges(0, stream, size)
        if len(ranges) > 1:
            parts += [(replace(whole, start=one.start, stop=one.stop),) for one in ranges]
            continue
        few.append(whole)
        held += path.stat().st_size + OPENING
        if held >= size:
            parts.append(tuple(few))
            few, held = [], 0
    return parts + ([tuple(few)] if few else [])


def read_rows(part: Iterable[Stretch], asked: Asked) -> Iterator[tuple[Any, ...]]:
    """The rows of records, each with the columns that are asked for. Raises OSError, DamagedFile."""
    columns = [COLUMNS[name].read for name in asked.columns]
    for stretch, found in read_found(part, asked):
        if isinstance(found, Damage):
            yield _damage_row(stretch, found, asked.columns)
            continue
        seen = RecordSeen(found, stretch.path, stretch.name, asked.most)
        if asked.wants(seen):
            yield tuple(read(seen) for read in columns)
        seen.close()


def read_found(part: Iterable[Stretch], asked: Asked) -> Iterator[tuple[Stretch, RecordEvent | Damage]]:
    """The records of a part, and the damage where rows are made of it. A record's block may be read until the next is
    asked for. Raises OSError, DamagedFile.
    """
    for stretch in part:
        with open_regular(Path(stretch.path)) as stream:
            for event in read_events(stream, start=stretch.start, stop=stretch.stop):
                if isinstance(event, RecordEvent):
                    yield stretch, event
                elif isinstance(event, Damage):
                    if asked.damage == FAIL:
                        raise DamagedFile(f"{stretch.path}:{event.offset}: {event.detail}; damage=named passes it by")
                    if asked.damage == ROWS:
                        yield stretch, event
                    else:
                        logger.warning("%s:%d: %s", stretch.path, event.offset, event.detail)


def _damage_row(stretch: Stretch, damage: Damage, columns: tuple[str, ...]) -> tuple[Any, ...]:
    known = {
        "path": stretch.path,
        "file": stretch.name,
        "offset": damage.offset,
        "length": damage.end - damage.offset,
        "record_id": damage.record_id or None,
        "damage": f"{damage.code}: {damage.detail}",
    }
    return tuple(known.get(name) for name in columns)


def read_paths(options: dict[str, str]) -> list[str]:
    """What `load()` was given: `path`, or a list of them as Spark hands it on."""
    if "paths" in options:
        return [str(path) for path in json.loads(options["paths"])]
    return [options["path"]] if options.get("path") else []


def check_options(options: Mapping[str, str], known: Collection[str]) -> None:
    """See that options can be ours, lest a misspelt one pass for the default. Raises NotUsable."""
    names = {name.lower() for name in (*known, *PATHS)}
    for name in options:
        if name.lower() not in names:
            near = get_close_matches(name.lower(), names, n=1)
            meant = f", perhaps {next(one for one in (*known, *PATHS) if one.lower() == near[0])}" if near else ""
            raise NotUsable(f"option {name}: expected one of {', '.join(sorted(known))}{meant}")
    damage = read_option(options, "damage", NAMED)
    if damage not in DAMAGE:
        raise NotUsable(f"damage: expected one of {', '.join(DAMAGE)}, got {damage!r}")
    for name in ("partitionBytes", "maxBlockBytes"):
        read_bytes(options, name, 1)


def read_bytes(options: Mapping[str, str], name: str, usual: int) -> int:
    """A size that an option says. Raises NotUsable."""
    text = read_option(options, name, str(usual))
    try:
        size = parse_size(text)
    except ValueError as error:
        raise NotUsable(f"{name}: {error}") from error
    if not size:
        raise NotUsable(f"{name}: expected more than 0, got {text!r}; leave it out for the default")
    return size


def read_option(options: Mapping[str, str], name: str, usual: str) -> str:
    """An option's text; Spark tells them in small letters."""
    return options.get(name.lower(), options.get(name, usual))
