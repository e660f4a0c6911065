"""Processes of this machine that run calls, their results taken in order: what `archive.workers` loads for them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from archive.errors import WorkerDied
from archive.watched import CallBounds, CallFailed, Watched, wait_for_any

T = TypeVar("T")
AHEAD = 4
"""Calls for each process that are handed out before the first result is taken."""
UNBOUND = CallBounds(seconds=1 << 30, patience=10 * 86400, memory=1 << 50)
"""Of calls that take as long as their files are large."""


class Processes:
    """Processes of this machine, started when there is something to do."""

    def __init__(self, jobs: int, bounds: CallBounds | None) -> None:
        self.jobs, self._bounds = jobs, bounds or UNBOUND
        self._idle: list[Watched] = []

    def close(self, *, at_once: bool) -> None:
        for watched in self._idle:
            watched.stop()

    def run(
        self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Callable[..., T] | None
    ) -> Iterator[T]:
        if not self._idle:
            # Errors are passed on where nobody makes the call again.
            passed = () if again else (Exception,)
            self._idle = [Watched(self._bounds, passed=passed) for _ in range(self.jobs)]
        yield from _run(self._idle, function, iter(calls), again)


def _run(
    idle: list[Watched], function: Callable[..., T], calls: Iterator[tuple[Any, ...]], again: Callable[..., T] | None
) -> Iterator[T]:
    busy: dict[Watched, tuple[int, tuple[Any, ...]]] = {}
    done: dict[int, T] = {}
    """Results that came before those of earlier calls."""
    handed = yielded = 0
    most = len(idle) * AHEAD
    try:
        while True:
            while idle and handed - yielded < most and (arguments := next(calls, None)) is not None:
                watched = idle.pop()
                busy[watched] = handed, arguments
                watched.begin(function, *arguments)
                handed += 1
            if yielded in done:
                yield done.pop(yielded)
                yielded += 1
                continue
            if not busy:
                return
            for watched in wait_for_any(busy):
                number, arguments = busy.pop(watched)
                idle.append(watched)
                done[number] = _take(watched, arguments, again)
    finally:
        for watched in busy:  # whatever they answer later is no answer to the next call
            watched.stop()
            idle.append(watched)


def _take(watched: Watched, arguments: tuple[Any, ...], again: Callable[..., T] | None) -> T:
    try:
        result: T = watched.take()
    except CallFailed as error:
        if again is not None:
            return again(*arguments)
        raise WorkerDied(
            "a worker process was killed or ran out of memory; nothing was written; run it again with fewer --jobs"
        ) from error
    return result
