"""Ranges of WARC files, each read by itself, in other processes too: no result is larger than a range gives.

Where a range begins is guessed: at the next bytes that look like a record, or a member with one.
The guess was right only if the range before it ended there; a wrong one is read again from where that ended.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol, TypeVar

from archive.warc.events import Damage, RecordEvent, find_record, is_compressed, read_events
from archive.warc.members import find_member

SIZE = 32 << 20
"""Bytes of a range, about, in a large file."""
PARTS, SMALLEST = 16, 2 << 20
"""Into how many ranges a smaller one is cut, so that several processes share it, and of how many bytes at least."""
STORED = 65_535
"""Bytes that a stored block of deflate holds at most (RFC 1951 §3.2.4)."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Records that begin from `start` and before `stop`."""

    file: int
    """The number of the file among those that are read."""
    start: int = 0
    stop: int | None = None
    """None for the file's end."""


class _Ending(Protocol):
    @property
    def end(self) -> int:
        """Where the next range has to begin."""


T = TypeVar("T", bound=_Ending)


def find_ranges(file: int, stream: BinaryIO) -> list[Range]:
    """The ranges of a file, in order."""
    starts, length = [0], stream.seek(0, 2)
    size = min(SIZE, max(SMALLEST, length // PARTS))
    compressed = is_compressed(stream) if length > size else False
    for target in range(size, length, size):
        start = find_member(stream, target) if compressed else find_record(stream, target)
        if start is None:
            break
        if start > starts[-1]:
            starts.append(start)
    return [Range(file=file, start=start, stop=stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]


def find_sure_ranges(file: int, stream: BinaryIO, size: int = SIZE) -> list[Range]:
    """The ranges of a file where nobody puts right a guess that was wrong: each begins where a record does.

    A file that another's record holds may look like it. In a compressed file such bytes stand whole only in a stored
    block, so members that follow one another for longer than one are the file's own. Of an uncompressed file all
    headers are read.
    """
    length = stream.seek(0, 2)
    if length <= size:
        return [Range(file=file)]
    found: Iterator[int | None]
    if is_compressed(stream):
        found = (_find_sure_member(stream, target) for target in range(size, length, size))
    else:
        found = _find_sure_records(stream, size)
    starts = [0, *sorted({start for start in found if start})]
    return [Range(file=file, start=start, stop=stop) for start, stop in zip(starts, [*starts[1:], None], strict=True)]


def _find_sure_member(stream: BinaryIO, target: int) -> int | None:
    start = find_member(stream, target)
    while start is not None:
        events = read_events(stream, start=start, stop=start + STORED + 1, compressed=True)
        broken = next((event for event in events if isinstance(event, Damage)), None)
        if broken is None:
            return start
        start = find_member(stream, max(broken.end, start + 1))
    return None


def _find_sure_records(stream: BinaryIO, size: int) -> Iterator[int | None]:
    target = size
    for event in read_events(stream, compressed=False):
        if isinstance(event, RecordEvent) and event.offset >= target:
            yield event.offset
            target = (event.offset // size + 1) * size


def in_order(ranges: Iterable[Range], results: Iterable[T], again: Callable[[Range], T]) -> Iterator[tuple[Range, T]]:
    """Each range with its result, put right where its beginning was guessed wrongly."""
    ends: dict[int, int] = {}
    for guessed, result in zip(ranges, results, strict=True):
        reached = ends.get(guessed.file, 0)
        if reached != guessed.start:
            result = again(replace(guessed, start=reached))
        ends[guessed.file] = result.end
        yield guessed, result
