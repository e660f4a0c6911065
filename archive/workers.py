"""Workers: pure functions run in other processes, here or on a Spark, their results taken in order.

No more calls are handed out at a time than memory holds. A worker that is killed is told in one sentence;
Ctrl-C is the parent's alone to answer, and ends the workers at once; a worker never outlives its parent.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, Self, TypeVar

from archive.errors import WorkerDied
from archive.spark.cluster import Cluster
from archive.watched import CallBounds, CallFailed, Watched, wait_for_any

T = TypeVar("T")
AHEAD = 4
"""Calls for each process that are handed out before the first result is taken."""
UNBOUND = CallBounds(seconds=1 << 30, patience=10 * 86400, memory=1 << 50)
"""Of calls that take as long as their files are large."""

Jobs = int | Cluster
"""How many processes of this machine run calls, or which Spark does. With 1, this process does."""


def jobs_for(calls: int, jobs: Jobs) -> Jobs:
    """What runs so many calls: of this machine no process for a single one. A Spark that was named has to be there."""
    return jobs if calls > 1 or isinstance(jobs, Cluster) else 1


Again = Callable[..., T] | None
"""Makes a call that failed once more, in this process."""


class Pool(Protocol):
    """What runs calls."""

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Again[T]) -> Iterator[T]:
        """The results in the order of the calls' arguments. Raises WorkerDied."""

    def close(self, *, at_once: bool) -> None:
        """End; `at_once`: also what is under way."""


class Workers:
    """Runs calls wherever `jobs` says."""

    def __init__(self, jobs: Jobs, bounds: CallBounds | None = None) -> None:
        """`bounds`: what one call may cost on this machine. With them a single job has a process too, which works
        while this one goes on. Raises ArchiveError where there is no such Spark.
        """
        self._pool: Pool
        if isinstance(jobs, Cluster):
            from archive.spark.tasks import SparkTasks

            self._pool = SparkTasks(jobs)
        else:
            self._pool = _Processes(jobs, bounds or UNBOUND) if jobs > 1 or bounds else _Here()

    @property
    def are_here(self) -> bool:
        """Whether this process runs the calls, each when its result is asked for."""
        return isinstance(self._pool, _Here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        # After an error nobody wants the results of what is under way, and a large file takes minutes.
        self._pool.close(at_once=kind is not None)

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Again[T] = None) -> Iterator[T]:
        """The function's results, in the order of its calls' arguments. A call that fails on this machine is made
        `again`, by that function in this process; without one it raises what the function raised, or WorkerDied.
        """
        return self._pool.run(function, calls, again)


class _Here:
    """This process."""

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Again[T]) -> Iterator[T]:
        for arguments in calls:
            yield function(*arguments)

    def close(self, *, at_once: bool) -> None:
        """There is nothing to end."""


class _Processes:
    """Processes of this machine, started when there is something to do."""

    def __init__(self, jobs: int, bounds: CallBounds) -> None:
        self.jobs, self._bounds = jobs, bounds
        self._idle: list[Watched] = []

    def close(self, *, at_once: bool) -> None:
        for watched in self._idle:
            watched.stop()

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Again[T]) -> Iterator[T]:
        if not self._idle:
            # Errors are passed on where nobody makes the call again.
            passed = () if again else (Exception,)
            self._idle = [Watched(self._bounds, passed=passed) for _ in range(self.jobs)]
        yield from _run(self._idle, function, iter(calls), again)


def _run(
    idle: list[Watched], function: Callable[..., T], calls: Iterator[tuple[Any, ...]], again: Again[T]
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


def _take(watched: Watched, arguments: tuple[Any, ...], again: Again[T]) -> T:
    try:
        result: T = watched.take()
    except CallFailed as error:
        if again is not None:
            return again(*arguments)
        raise WorkerDied(
            "a worker process was killed or ran out of memory; nothing was written; run it again with fewer --jobs"
        ) from error
    return result
