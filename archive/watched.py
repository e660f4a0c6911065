"""Watched: calls that run in a process of their own, bounded in time and memory, so that none can stop the caller.

The process is kept from call to call, since starting one costs more than most calls. It is forked, so that it begins
within milliseconds and knows what its parent knows; it shuts itself off from the parent's files and connections, and
ends with it. The system holds the bounds: a call that takes more than its processor time ends its process, and so
does one that the parent waits for too long; memory beyond the bound is refused.
"""

import contextlib
import gc
import logging
import mmap
import multiprocessing
import os
import resource
import select
import signal
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

HEAD = 8
"""Bytes of a message that says no more than how many bytes of the window are meant; no call is as short."""
WINDOW = 2 << 20
"""Bytes of a call that go over in memory that both processes have; a longer one goes through the pipe, piece by piece.
Measured on pages of 260 kB: half of what the pipe costs.
"""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class CallBounds:
    """What one call may cost."""

    seconds: int
    """Of processor time."""
    patience: float
    """Seconds by the clock."""
    memory: int
    """Bytes beyond what the process held when it began. Held where the system tells of them: on Linux."""


class CallFailed(Exception):
    """A call gave no result, for a reason that the message tells."""


class CallBroke(CallFailed):
    """The function raised an error: it would do so again."""


class CallOverran(CallFailed):
    """The call went beyond its bounds, or its process ended."""


class CallInterrupted(CallOverran):
    """The machine may be to blame, and not the call: its process was killed from outside, or had no turn for long."""


class Watched:
    """Makes calls one at a time; the process is started when it is first needed."""

    def __init__(self, bounds: CallBounds, *, passed: tuple[type[Exception], ...] = ()) -> None:
        """`passed`: errors of the function that are its answer, and are raised here as they are."""
        self._bounds, self._passed = bounds, passed
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._deadline = 0.0
        self._window: mmap.mmap | None = None
        """Made with the process, and never before: processes that were forked from one that had made it would have it
        together, and each read the calls of the others."""

    def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result. Raises CallFailed, and what the function may raise."""
        try:
            self.begin(function, *arguments, **named)
            self.is_done(self._bounds.patience)
            result: T = self.take()
        except BaseException as error:
            if not isinstance(error, (CallFailed, *self._passed)):
                self.stop()  # whatever it answers later is no answer to the next call
            raise
        return result

    def begin(self, function: Callable[P, Any], *arguments: P.args, **named: P.kwargs) -> None:
        """Hand out a call; its result is to be taken before the next."""
        connection = self._connection or self._start()
        self._deadline = time.monotonic() + self._bounds.patience
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was killed: told when the result is taken
            call = ForkingPickler.dumps((function, arguments, named))
            assert self._window is not None
            if len(call) <= WINDOW:
                self._window[: len(call)] = call
                connection.send_bytes(len(call).to_bytes(HEAD, "big"))
            else:
                connection.send_bytes(call)

    def is_done(self, seconds: float) -> bool:
        """Whether the result can be taken, after waiting for it so long at most."""
        assert self._connection is not None
        left = max(0.0, self._deadline - time.monotonic())
        return self._connection.poll(min(seconds, left)) or time.monotonic() >= self._deadline

    def take(self) -> Any:
        """The result of the call that was begun. Raises CallFailed, and what the function may raise."""
        assert self._connection is not None
        if not self._connection.poll(0):
            self.stop()
            raise CallInterrupted(f"it took more than {self._bounds.patience:.0f} seconds")
        try:
            result, error, spent = self._connection.recv()
        except (EOFError, OSError):
            raise self._why_it_ended() from None
        if spent:
            self.stop()
            raise CallOverran(f"it took more than {self._bounds.memory >> 20} MiB of memory")
        if isinstance(error, str):
            raise CallBroke(error)
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """End the process at once; the next call begins another."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        self._window = window = mmap.mmap(-1, WINDOW)
        process = context.Process(target=_serve, args=(theirs, window, self._bounds, self._passed), daemon=True)
        with warnings.catch_warnings():
            # A thread that holds a lock when the process is forked holds it there for ever. What the child does
            # takes none but those of the interpreter and the allocator, which are made anew.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        self._process, self._connection = process, ours
        return ours

    def _why_it_ended(self) -> CallOverran:
        assert self._process is not None
        self._process.join()
        code = self._process.exitcode or 0
        self.stop()
        if code == -signal.SIGXCPU:
            return CallOverran(f"it took more than {self._bounds.seconds} seconds of processor time")
        if code == -signal.SIGKILL:
            return CallInterrupted("its process was killed, or the machine ran out of memory")
        return CallOverran(
            f"its process ended by {signal.Signals(-code).name}" if code < 0 else f"its process ended with {code}"
        )


def _serve(
    connection: Connection, window: mmap.mmap, bounds: CallBounds, passed: tuple[type[Exception], ...]
) -> NoReturn:
    """Answer calls until the parent ends: with a result, an error of the function's own or words of another's,
    and whether memory ran out.
    """
    _shut_off(connection.fileno())
    _bound_memory(bounds.memory)
    threading.Thread(target=_end_with_parent, args=(connection.fileno(),), daemon=True).start()
    while True:
        try:
            call: bytes | memoryview = connection.recv_bytes()
            with memoryview(window) as shared:
                if len(call) == HEAD:
                    call = shared[: int.from_bytes(call, "big")]
                function, arguments, named = ForkingPickler.loads(call)
        except (EOFError, OSError):
            os._exit(0)
        _bound_time(bounds.seconds)
        result: Any = None
        error: Exception | str | None = None
        spent = False
        try:
            result = function(*arguments, **named)
        except MemoryError:
            spent = True
        except Exception as caught:  # noqa: BLE001 - the parent is told of it
            error = caught if isinstance(caught, passed) else f"{type(caught).__name__}: {caught}"
        try:
            connection.send((result, error, spent))
        except MemoryError:
            connection.send((None, None, True))


def _shut_off(keep: int) -> None:
    """Hold nothing of the parent's: a copy of a connection keeps it open, a copy of a lock held.

    What is alive now is never freed here, since that would close the parent's databases.
    """
    gc.freeze()
    logging.disable()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to every process: the parent's alone to answer
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    for descriptor in _list_open():
        if descriptor > 2 and descriptor != keep:
            with contextlib.suppress(OSError):  # that of the listing itself is closed by now
                os.close(descriptor)


def _list_open() -> list[int]:
    """The descriptors that are open: the system lists them, else all that there may be, which takes long."""
    for directory in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return [int(path.name) for path in Path(directory).iterdir()]
    return list(range(resource.getrlimit(resource.RLIMIT_NOFILE)[0]))


def _bound_memory(most: int) -> None:
    """Have the system refuse memory beyond that, and end this process before others where there is none left."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError, ValueError, IndexError):
        told = Path("/proc/self/status").read_text("ascii", "replace")
        held = int(told.partition("VmData:")[2].split()[0]) << 10
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = held + most if hard == resource.RLIM_INFINITY else min(held + most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _bound_time(seconds: int) -> None:
    """Have the system end this process once it has used so much more processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _end_with_parent(number: int) -> None:
    """End this process when its parent has gone, whatever it is about."""
    gone = select.poll()
    gone.register(number, 0)  # a hang-up is told of without being asked for
    gone.poll()
    os._exit(1)
