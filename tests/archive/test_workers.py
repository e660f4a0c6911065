"""Workers: results in order, a killed worker told, and none left behind."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from archive.errors import RecordError, WorkerDied, make_portable
from archive.processes import AHEAD
from archive.warc.record import MalformedRecord
from archive.watched import CallBounds
from archive.workers import Workers

BOUNDS = CallBounds(seconds=5, patience=100, memory=1 << 30)


def nap_and_tell(seconds: float, number: int) -> tuple[int, int]:
    time.sleep(seconds)
    return number, os.getpid()


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_come_in_order_and_few_calls_are_in_flight() -> None:
    handed = taken = most = 0

    def calls() -> Iterator[tuple[float, int]]:
        nonlocal handed, most
        for number in range(30):
            handed += 1
            most = max(most, handed - taken)
            yield 0.02 if number % 3 == 0 else 0, number

    with Workers(2) as workers:
        for expected, (number, process) in enumerate(workers.run(nap_and_tell, calls())):
            assert (expected, True) == (number, process != os.getpid())
            taken += 1
    assert (30, True) == (taken, most <= 2 * AHEAD + 1)


def test_one_job_is_this_process() -> None:
    with Workers(1) as workers:
        assert [(7, os.getpid())] == list(workers.run(nap_and_tell, [(0, 7)]))


def test_killed_worker_is_told() -> None:
    with Workers(2) as workers, pytest.raises(WorkerDied, match="fewer --jobs"):
        list(workers.run(die, [(1,), (2,)]))


def die_in_another(parent: int, number: int) -> tuple[int, bool]:
    if number == 3 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid() == parent


@pytest.mark.parametrize("jobs", [1, 2])
def test_call_that_fails_within_bounds_is_made_again_here(jobs: int) -> None:
    with Workers(jobs, BOUNDS) as workers:
        calls = ((os.getpid(), number) for number in range(6))
        found = list(workers.run(die_in_another, calls, again=die_in_another))
    assert [(number, number == 3) for number in range(6)] == found


def fail(number: int) -> int:
    raise ValueError(number)


def test_error_of_the_function_is_raised_as_it_is() -> None:
    with Workers(2) as workers, pytest.raises(ValueError, match="7"):
        list(workers.run(fail, [(7,)]))


def fail_so_that_it_cannot_be_handed_over(number: int) -> int:
    raise MalformedRecord("code", "what it says", offset=number)


def test_error_that_cannot_be_handed_over_means_the_same() -> None:
    with Workers(2) as workers, pytest.raises(RecordError, match="7: what it says"):
        list(workers.run(fail_so_that_it_cannot_be_handed_over, [(7,)]))
    lock = ValueError("with a lock")
    lock.args = ("with a lock", threading.Lock())
    assert isinstance(make_portable(lock), ValueError)


def interrupt_after_the_first() -> None:
    with Workers(2) as workers:
        assert 1 == next(workers.run(nap_and_tell, [(0, 1), (60, 2), (60, 3)]))[0]
        raise KeyboardInterrupt


def test_who_is_interrupted_waits_for_no_worker() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupt_after_the_first()
    assert time.monotonic() - began < 30
