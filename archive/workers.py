"""Workers: pure functions run in other processes, here or on a Spark, their results taken in order.

No more calls are handed out at a time than memory holds. A worker that is killed is told in one sentence;
Ctrl-C is the parent's alone to answer, and ends the workers at once; a worker never outlives its parent.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Protocol, Self, TypeVar

from archive import elsewhere
from archive.errors import WorkerDied
from archive.spark.cluster import Cluster

T = TypeVar("T")
AHEAD = 4
"""Calls for each process that are handed out before the first result is taken."""

Jobs = int | Cluster
"""How many processes of this machine run calls, or which Spark does. With 1, this process does."""


class Pool(Protocol):
    """What runs calls."""

    jobs: int
    """How many run at a time."""

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The results in the order of the calls' arguments. Raises WorkerDied."""

    def close(self, *, at_once: bool) -> None:
        """End; `at_once`: also what is under way."""


class Workers:
    """Runs calls wherever `jobs` says."""

    def __init__(self, jobs: Jobs, preload: Iterable[str] = ()) -> None:
        """`preload`: modules that the calls need beside the function's own; with more than one job they are imported
        once for all processes, while this one goes on. Raises ArchiveError where there is no such Spark.
        """
        self._pool: Pool
        if isinstance(jobs, Cluster):
            from archive.spark.tasks import SparkTasks

            self._pool = SparkTasks(jobs)
        else:
            self._pool = _Processes(jobs, preload) if jobs > 1 else _Here()

    @property
    def jobs(self) -> int:
        """How many calls run at a time."""
        return self._pool.jobs

    @property
    def are_here(self) -> bool:
        """Whether this process runs the calls, each when its result is asked for."""
        return isinstance(self._pool, _Here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        # After an error nobody wants the results of what is under way, and a large file takes minutes.
        self._pool.close(at_once=kind is not None)

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The function's results, in the order of its calls' arguments. Raises WorkerDied."""
        return self._pool.run(function, calls)


class _Here:
    """This process."""

    jobs = 1

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        for arguments in calls:
            yield function(*arguments)

    def close(self, *, at_once: bool) -> None:
        """There is nothing to end."""


class _Processes:
    """Processes of this machine, started when there is something to do."""

    def __init__(self, jobs: int, preload: Iterable[str]) -> None:
        self.jobs, self._preload = jobs, tuple(preload)
        self._executor: ProcessPoolExecutor | None = None

    def close(self, *, at_once: bool) -> None:
        if self._executor is None:
            return
        if at_once:
            for process in list((getattr(self._executor, "_processes", None) or {}).values()):
                process.terminate()
        self._executor.shutdown(cancel_futures=True)

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        self._executor = self._executor or _start(self.jobs, [function.__module__, *self._preload])
        waiting: deque[Future[T]] = deque()
        for arguments in calls:
            waiting.append(self._submit(self._executor, function, arguments))
            if len(waiting) >= self.jobs * AHEAD:
                yield self._take(waiting)
        while waiting:
            yield self._take(waiting)

    @staticmethod
    def _submit(executor: ProcessPoolExecutor, function: Callable[..., T], arguments: tuple[Any, ...]) -> "Future[T]":
        # A process inherits what is blocked: Ctrl-C, which a terminal sends to all of them,
        # is then this process's alone to answer.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return executor.submit(function, *arguments)
        except BrokenProcessPool as error:
            raise _died() from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @staticmethod
    def _take(waiting: "deque[Future[T]]") -> T:
        try:
            return waiting.popleft().result()
        except BrokenProcessPool as error:
            raise _died() from error


def _start(jobs: int, modules: list[str]) -> ProcessPoolExecutor:
    # `forkserver`: forking this process, which has threads (the progress bar's), can deadlock; and what the calls need
    # is imported once, in the server that forks them, and not by each of them.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(modules)
    return ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(elsewhere.known(),))


def _died() -> WorkerDied:
    return WorkerDied(
        "a worker process was killed or ran out of memory; nothing was written; run it again with fewer --jobs"
    )


def _begin(files: Mapping[str, elsewhere.Distant]) -> None:
    """Know the files that lie elsewhere, and end this process when its parent ends, however that ends."""
    elsewhere.learn(files)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
