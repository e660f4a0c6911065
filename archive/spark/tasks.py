"""Spark as what runs calls: a task a call, a few tasks a job, two rounds of them under way, results in order.

Spark itself tries a task again whose process or executor was killed.
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from archive.errors import ArchiveError, NotUsable, WorkerDied
from archive.spark.cluster import Cluster
from archive.spark.performing import Standpoint, perform
from archive.spark.session import MasterUnreachable, connect, first_line

T = TypeVar("T")
MOST = 8
"""Tasks of a job: enough that a cluster's driver is not kept busy with jobs, few enough that their results
fit into its Java's memory together.
"""
DEAD = ("Python worker exited unexpectedly", "ExecutorLostFailure", "Python worker failed to connect back")
"""What Spark says of a task whose process ended too often."""
ENDED = (
    "stopped SparkContext",
    "SparkContext was shut down",
    "SparkContext has been shutdown",
    "All masters are unresp",
)
"""What it says where its master answers as none, or left."""
STRANGE = ("No module named", "PYTHON_VERSION_MISMATCH", "Can't get attribute")
"""And of an executor whose Python is not as this one."""


class SparkTasks:
    """Runs calls by Spark."""

    def __init__(self, cluster: Cluster) -> None:
        """Raises PackageMissing, NotUsable, MasterUnreachable."""
        self._standpoint = Standpoint.of(cluster.reads)
        self._spark = connect(cluster)
        with _worded():
            self.jobs = max(1, self._spark.defaultParallelism)
        self._width = min(self.jobs, MOST)
        self._most = -(-2 * self.jobs // self._width)
        self._group = uuid.uuid4().hex
        self._threads: ThreadPoolExecutor | None = None

    def run(
        self, function: Callable[..., T], calls: Iterable[tuple[Any, ...]], again: Callable[..., T] | None = None
    ) -> Iterator[T]:
        """The function's results, in the order of its calls' arguments. Raises what the function raises, WorkerDied,
        NotUsable where an executor cannot do it, ArchiveError. Nothing is made `again` here: Spark does.
        """
        self._threads = self._threads or ThreadPoolExecutor(self._most)
        waiting: deque[Future[list[tuple[bool, Any]]]] = deque()
        left = iter(calls)
        while some := tuple(islice(left, self._width)):
            waiting.append(self._threads.submit(self._run_job, function, some))
            if len(waiting) >= self._most:
                yield from _results(waiting.popleft())
        while waiting:
            yield from _results(waiting.popleft())

    def close(self, *, at_once: bool) -> None:
        """End; `at_once`: what is under way too. The context stays for who comes next."""
        from py4j.protocol import Py4JError

        if at_once:
            with suppress(Py4JError):  # a context that its master left has nothing under way
                self._spark.cancelJobGroup(self._group)
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def _run_job(self, function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> list[tuple[bool, Any]]:
        with _worded():
            self._spark.setJobGroup(self._group, function.__name__, interruptOnCancel=True)
            tasks = self._spark.parallelize(calls, len(calls))
            done: list[tuple[bool, Any]] = tasks.map(partial(perform, function, self._standpoint)).collect()
        return done


@contextmanager
def _worded() -> Iterator[None]:
    """What Spark says in our words. Raises ArchiveError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise explain(error) from error


def _results(job: "Future[list[tuple[bool, Any]]]") -> Iterator[Any]:
    for went_well, result in job.result():
        if not went_well:
            raise result
        yield result


def explain(error: Exception) -> ArchiveError:
    """What Spark said, in one sentence."""
    text = str(error)
    if any(sign in text for sign in DEAD):
        return WorkerDied(
            "a worker process of Spark was killed or ran out of memory, also when it was tried again; nothing was"
            " written; give its executors more memory, or fewer cores"
        )
    if any(sign in text for sign in ENDED):
        return MasterUnreachable(
            "Spark: expected its master to take the work, got no answer of one, or it ended; run the same command again"
            " once it is up"
        )
    sign = next((line.strip() for line in text.splitlines() if any(sign in line for sign in STRANGE)), None)
    if sign is not None:
        return NotUsable(
            f"Spark's executors: expected the Python of this machine with this package, got {sign!r}; install it there"
            " too (PYSPARK_PYTHON says which Python they start), or name it with --py-files"
        )
    return ArchiveError(f"Spark: {first_line(error)}")
