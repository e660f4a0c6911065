"""Check many WARC files range by range, here or in other processes."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archive.files import open_regular
from archive.verify.warc import WarcContext, WarcScan, WholeFile, scan_range
from archive.warc.ranges import Range, find_ranges, in_order

Task = tuple[Callable[..., Any], tuple[Any, ...], str, int]
"""Function, arguments, label and bytes of a piece of work."""
Run = Callable[[list[Task]], Iterator[Any]]
"""Runs tasks, here or in other processes, and gives their results in order."""


def scan_files(files: Sequence[tuple[Path, WarcContext]], run: Run) -> Iterator[WarcScan]:
    """Each range of each file in order; the last of a file brings what is found of the whole."""
    ranges = [one for number, (path, _) in enumerate(files) for one in _ranges_of(number, path)]
    results = run([_task(files, one) for one in ranges])

    def again(one: Range) -> WarcScan:
        path, context = files[one.file]
        return scan_range(path, context, one.start, one.stop)

    whole: dict[int, WholeFile] = {}
    for one, scan in in_order(ranges, results, again):
        file = whole.setdefault(one.file, WholeFile(files[one.file][1]))
        if one.stop is None:
            scan.findings += file.conclude(scan)
            del whole[one.file]
        else:
            file.add(scan)
        yield scan


def _ranges_of(number: int, path: Path) -> list[Range]:
    try:
        with open_regular(path) as stream:
            return find_ranges(number, stream)
    except OSError:
        return [Range(file=number)]  # the scan says why


def _task(files: Sequence[tuple[Path, WarcContext]], one: Range) -> Task:
    path, context = files[one.file]
    stop = path.stat().st_size if one.stop is None else one.stop
    return scan_range, (path, context, one.start, one.stop), path.name, max(0, stop - one.start)
