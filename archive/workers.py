"""Workers: pure functions run in other processes, here or on a Spark, their results taken in order.

No more calls are handed out at a time than memory holds. A worker that is killed is told in one sentence;
Ctrl-C is the parent's alone to answer, and ends the workers at once; a worker never outlives its parent.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from archive.spark.cluster import Cluster

if TYPE_CHECKING:
    from archive.watched import CallBounds

T = TypeVar("T")

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

    def __init__(self, jobs: Jobs, bounds: "CallBounds | None" = None) -> None:
        """`bounds`: what one call may cost on this machine. With them a single job has a process too, which works
        while this one goes on. Raises ArchiveError where there is no such Spark.
        """
        self._pool: Pool
        if isinstance(jobs, Cluster):
            from archive.spark.tasks import SparkTasks

            self._pool = SparkTasks(jobs)
        elif jobs > 1 or bounds:
            from archive.processes import Processes

            self._pool = Processes(jobs, bounds)
        else:
            self._pool = _Here()

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
