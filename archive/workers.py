"""Workers: pure functions run in other processes, their results taken in order.

No more calls are handed out at a time than memory holds. A worker that is killed is told in one sentence;
Ctrl-C is the parent's alone to answer, and ends the workers at once; a worker never outlives its parent.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Self, TypeVar

from archive.errors import ArchiveError

T = TypeVar("T")
AHEAD = 4
"""Calls for each process that are handed out before the first result is taken."""


class WorkerDied(ArchiveError):
    """A process ended before its result: killed, or out of memory."""


class Workers:
    """Runs calls in `jobs` processes; with one, in this process."""

    def __init__(self, jobs: int, preload: Iterable[str] = ()) -> None:
        """`preload`: modules that the calls need beside the function's own; with more than one job they are imported
        once for all processes, while this one goes on.
        """
        self.jobs, self._preload = jobs, tuple(preload)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if self._pool is None:
            return
        if kind is not None:
            # Nobody wants the results of what is under way, and a large file takes minutes.
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.terminate()
        self._pool.shutdown(cancel_futures=True)

    def run(self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The function's results, in the order of its calls' arguments. Raises WorkerDied."""
        if self.jobs == 1:
            for arguments in calls:
                yield function(*arguments)
            return
        self._pool = self._pool or _start_pool(self.jobs, [function.__module__, *self._preload])
        waiting: deque[Future[T]] = deque()
        for arguments in calls:
            waiting.append(self._submit(function, arguments))
            if len(waiting) >= self.jobs * AHEAD:
                yield self._take(waiting)
        while waiting:
            yield self._take(waiting)

    def _submit(self, function: Callable[..., T], arguments: tuple[Any, ...]) -> "Future[T]":
        assert self._pool is not None
        # A process inherits what is blocked: Ctrl-C, which a terminal sends to all of them,
        # is then this process's alone to answer.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(function, *arguments)
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


def _start_pool(jobs: int, modules: list[str]) -> ProcessPoolExecutor:
    # `forkserver`: forking this process, which has threads (the progress bar's), can deadlock; and what the calls need
    # is imported once, in the server that forks them, and not by each of them.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(modules)
    return ProcessPoolExecutor(jobs, context, initializer=_end_with_parent)


def _died() -> WorkerDied:
    return WorkerDied(
        "a worker process was killed or ran out of memory; nothing was written; run it again with fewer --jobs"
    )


def _end_with_parent() -> None:
    """End this process when its parent ends, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
