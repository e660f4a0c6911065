"""Values as users write them, the same in every verb: sizes, durations, days, shares, target files.

The parameter types are instances to give to click as `type=`; each says what it expected and what it got.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from archive.elsewhere import name_of
from archive.errors import OutOfSpace
from archive.files import OUT_OF_SPACE, build_file, replace_file
from archive.sizes import parse_size
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.exits import plain as plain
from crawler.cli.exits import plain_json as plain_json
from crawler.site.times import parse_day

if TYPE_CHECKING:
    from archive.workers import Jobs

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

STDOUT = Path("-")
"""What `-o -` names."""

SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


def parse_duration(text: str) -> float:
    """Seconds of `90s`, `15m`, `6h`, `2d`, `1h30m`; a bare number is of seconds. Raises ValueError."""
    parts = re.findall(r"(\d{1,12}(?:\.\d{1,9})?)\s*([dhms])", text.strip().lower(), re.ASCII)
    whole = re.fullmatch(r"(?:\d{1,12}(?:\.\d{1,9})?\s*[dhms]\s*)+", text.strip().lower(), re.ASCII)
    if whole and len({unit for _, unit in parts}) == len(parts):
        return float(sum(Fraction(amount) * SECONDS[unit] for amount, unit in parts))
    if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text.strip(), re.ASCII):
        return float(text)
    raise ValueError(f"expected a duration like 90s, 15m, 6h or 2d, got {text!r}")


def format_duration(seconds: float) -> str:
    """As `parse_duration` reads it, in the largest unit that makes it a whole number: `6h`, `90s`, `0.5s`."""
    unit, size = next(((unit, size) for unit, size in SECONDS.items() if seconds and seconds % size == 0), ("s", 1))
    return f"{seconds / size:.12g}{unit}"


def parse_share(text: str) -> Fraction:
    """`5%`, or `5` for the same, as a part of one: more than 0 %, at most 100 %. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)\s*%?", text.strip(), re.ASCII)
    share = Fraction(match[1]) / 100 if match else Fraction(0)
    if not 0 < share <= 1:
        raise ValueError(f"expected a percentage like 5%, got {text!r}")
    return share


class Parsed(click.ParamType):  # type: ignore[type-arg] # click is generic from 8.2 on only at type-checking
    """A parameter type made of a function that raises ValueError, with bounds where there are any."""

    def __init__(self, name: str, parse: Callable[[str], Any], *, least: Any = None, most: Any = None) -> None:
        self.name, self._parse, self._least, self._most = name, parse, least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value; what is none any more is passed on, as click asks."""
        if not isinstance(value, str):
            return value
        try:
            parsed = self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if self._least is not None and parsed < self._least:
            self.fail(f"expected at least {self._least}, got {value!r}", param, ctx)
        if self._most is not None and parsed > self._most:
            self.fail(f"expected at most {self._most}, got {value!r}", param, ctx)
        return parsed


def _something(parse: Callable[[str], T]) -> Callable[[str], T]:
    def more_than_nothing(text: str) -> T:
        if not (parsed := parse(text)):
            raise ValueError("expected more than 0; leave the option out for no limit")
        return parsed

    return more_than_nothing


SIZE = Parsed("SIZE", parse_size)
"""Bytes, as int."""
SIZE_LIMIT = Parsed("SIZE", _something(parse_size))
"""Bytes of which something can be used: 0 is refused, since it might be meant as no limit."""
DURATION_LIMIT = Parsed("TIME", _something(parse_duration))
DAY = Parsed("DATE", parse_day)
"""A day, `2024-01-31` or `31/1/2024`, as date."""
SHARE = Parsed("PERCENT", parse_share)


class PlaceOrURL(click.Path):
    """A path, or an address, which stays as it is written."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the address as str."""
        return value if isinstance(value, str) and "://" in value else super().convert(value, param, ctx)


class _Directory(click.Path):
    """A path on this machine alone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and "://" in value and not Path(value).exists():
            self.fail(f"expected a directory here, got an address; `thanhuy pull {value} DIR` brings it", param, ctx)
        return super().convert(value, param, ctx)


COLLECTION = _Directory(path_type=Path, exists=True, file_okay=False)
"""A collection that is read, or written, where it lies."""
COLLECTION_OR_URL = PlaceOrURL(path_type=Path, exists=True, file_okay=False)
"""A collection that is only read, wherever it lies."""
PLACE = PlaceOrURL(path_type=Path)
"""Whatever is read, or written as a whole, wherever it lies."""


def duration(*, least: float = 0, most: float = 10 * 366 * 86_400) -> Parsed:
    """Seconds, as float, within bounds."""
    return Parsed("TIME", parse_duration, least=least, most=most)


def as_text(value: Any) -> str:
    """A value as its option would be written, for messages and configuration."""
    return value.isoformat() if isinstance(value, date) else str(value)


jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes; the result is the same."
)
spark_option = click.option(
    "--spark",
    metavar="MASTER",
    help="Have Apache Spark read: local[2], spark://HOST:PORT, …, or submit, what spark-submit was told.",
)


def workers_option(*reads: str) -> Callable[[Command], Command]:
    """`--jobs`, and `--spark` in its place: the command is given what they say as one value, `jobs`.

    `reads`: its parameters that name what is read, which Spark's executors have to see too.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_jobs(*args: Any, jobs: int, spark: str | None, **chosen: Any) -> Any:
            where = jobs if spark is None else _choose_cluster(spark, [chosen[name] for name in reads])
            return command(*args, jobs=where, **chosen)

        return cast(Command, jobs_option(spark_option(with_jobs)))

    return decorate


def _choose_cluster(master: str, reads: Iterable[Any]) -> "Jobs":
    from archive.spark.cluster import Cluster
    from archive.spark.session import check_there

    context = click.get_current_context()
    if context.get_parameter_source("jobs") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--spark: expected without --jobs, got both; local[4] is four at a time")
    check_there(master)
    paths = (path for read in reads for path in (read if isinstance(read, tuple) else (read,)))
    there = tuple(path for path in paths if isinstance(path, Path) and path.exists())
    return Cluster(master=master, name=f"thanhuy {context.info_name}", reads=there)


force_option = click.option("--force", is_flag=True, help="Replace a file that this command did not write.")
links_option = click.option(
    "--follow-links",
    "links",
    is_flag=True,
    help="Also read WARCs in a collection that are links, where they lead to; without it a link is no file of it.",
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Nothing but what is wrong.")
progress_option = click.option(
    "--progress/--no-progress", default=None, help="Show a progress bar; default: on a terminal."
)


def watch_options(command: Command) -> Command:
    """The options of whatever takes long: `--quiet`, `--progress`."""
    return quiet_option(progress_option(command))


def check_target(
    target: Path | str,
    *,
    force: bool,
    reads: Iterable[Path] = (),
    is_ours: Callable[[bytes], bool] | None = None,
    ours: str = "",
) -> None:
    """See that a file may be written there. Raises CommandFailed. An address is looked at where the file is built.

    It lies in no collection that is read, is none of the files that are read, and replaces, but with `force`, only what
    `is_ours` knows by its first 4096 bytes; `ours` names that in the message, e.g. `is no report`.
    """
    if isinstance(target, str):
        for read in map(name_of, reads):
            if target.startswith(f"{read}/"):
                raise CommandFailed(f"{target}: expected a place outside the collection {read}", Exit.USAGE)
            if target == read:
                raise CommandFailed(f"{target}: expected another file than those that are read", Exit.USAGE)
        return
    if not target.parent.is_dir():
        raise CommandFailed(f"{target.parent}: expected a directory to write to, got none", Exit.USAGE)
    resolved = target.resolve()
    for path in reads:
        if path.is_dir() and path.resolve() in {resolved, *resolved.parents}:
            raise CommandFailed(
                f"{target}: expected a place outside the collection {path}, whose files are all known; use -o FILE",
                Exit.USAGE,
            )
        if path.resolve() == resolved:
            raise CommandFailed(f"{target}: expected another file than those that are read", Exit.USAGE)
    if not target.exists():
        return
    if not target.is_file():
        raise CommandFailed(f"{target}: expected a file to replace, got something else; use -o FILE", Exit.USAGE)
    if force:
        return
    with target.open("rb") as stream:
        known = is_ours is not None and is_ours(stream.read(4096))
    if not known:
        what = f" and {ours}" if ours else ""
        raise CommandFailed(
            f"{target}: exists already{what}; name another file, or replace it with --force", Exit.USAGE
        )


@contextmanager
def _worded(target: Path) -> Iterator[None]:
    """A failed write in our words: OutOfSpace for a full disk, CommandFailed for a file that may not be written."""
    try:
        yield
    except OSError as error:
        if error.errno in OUT_OF_SPACE:
            raise OutOfSpace(
                f"{target}: no space left; nothing was written; free some and run the same command again"
            ) from error
        if error.filename is not None and Path(error.filename).parent == target.parent:
            raise CommandFailed(f"{target}: {error.strerror or error}", Exit.USAGE) from error
        raise


def write_target(target: Path | str, pieces: Iterable[bytes], *, force: bool = False) -> None:
    """Put the pieces in their place in one step; else the old file stays. Raises OutOfSpace, CommandFailed."""
    if isinstance(target, Path):
        with _worded(target):
            replace_file(target, pieces)
        return
    with building_target(target, force=force) as drafted:
        replace_file(drafted, pieces)


@contextmanager
def building_target(target: Path | str, *, force: bool = False) -> Iterator[Path]:
    """A path to build a file at, which takes the target's place in one step when the block ends well.
    `force`: at an address, in place of what is there.
    """
    if isinstance(target, Path):
        with _worded(target), build_file(target) as drafted:
            yield drafted
        return
    from archive.remote.send import building_object

    with building_object(target, replace=force) as drafted:
        yield drafted


def beside(target: Path | str, name: str) -> Path | str:
    """Another file in the target's directory, or at its address."""
    return target.with_name(name) if isinstance(target, Path) else f"{target.rpartition('/')[0]}/{name}"


def name_in(target: Path | str) -> str:
    """The target's own name."""
    return target.name if isinstance(target, Path) else target.rpartition("/")[2]
