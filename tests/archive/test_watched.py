"""Watched calls: each is answered by its own process, whoever else was forked from the same one."""

import multiprocessing

import pytest

from archive.watched import WINDOW, CallBounds, Watched, is_within

CALLS = 300
SIZE = 1 << 20
"""Bytes of a call: a copy takes so long that two which share their memory meet."""


def echo(data: bytes) -> bytes:
    return data[:1] + data[-1:] + data[SIZE // 2 : SIZE // 2 + 1]


def _call_often(watched: Watched, mark: bytes) -> int:
    """How many calls got an answer that was not their own, or none."""
    try:
        return sum(watched.call(echo, mark * SIZE) != mark * 3 for _ in range(CALLS))
    finally:
        watched.stop()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_processes_forked_from_one_do_not_hear_one_another() -> None:
    """As the workers of `--jobs` are, by a process that has imported the reader once for all of them."""
    watched = Watched(CallBounds(seconds=60, patience=100, memory=1 << 30))
    context = multiprocessing.get_context("fork")
    ends = [context.Pipe() for _ in range(2)]

    def work(place: int) -> None:
        ends[place][1].send(_call_often(watched, bytes([65 + place])))

    workers = [context.Process(target=work, args=(place,)) for place in range(2)]
    for worker in workers:
        worker.start()
    answers = [ours.recv() if ours.poll(100) else None for ours, _ in ends]
    for worker in workers:
        worker.join(10)
    assert [0, 0] == answers


def grow(data: bytes, size: int) -> tuple[bytes, bool]:
    return data * size, is_within()


@pytest.mark.parametrize("size", [1, WINDOW, 2 * WINDOW])
def test_answers_of_any_size_come_whole(size: int) -> None:
    watched = Watched(CallBounds(seconds=60, patience=100, memory=1 << 30))
    try:
        assert [(b"x" * size, True)] * 2 == [watched.call(grow, b"x", size) for _ in range(2)]
    finally:
        watched.stop()
    assert not is_within()
