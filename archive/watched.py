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
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

from archive import elsewhere
from archive.errors import make_portable

HEAD = 8
"""Bytes of a message that says no more than how many bytes of the window are meant; no call or answer is as short."""
WINDOW = 2 << 20
"""Bytes of a call, or of its answer, that go over in memory that both processes have; a longer one goes through the
pipe, piece by piece. Measured on pages of 260 kB: half of what the pipe costs.
"""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_within = False
"""Whether this process is one of those that are watched."""
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
        self._poll: select.poll | None = None
        """Of the connection, whose own `poll` makes a new one each time it is asked."""
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
            _send(connection, self._window, ForkingPickler.dumps((function, arguments, named)))

    def is_done(self, seconds: float) -> bool:
        """Whether the result can be taken, after waiting for it so long at most."""
        return self._is_readable(min(seconds, self.left)) or not self.left

    def fileno(self) -> int:
        """What becomes readable once the result can be taken; of a call that was begun."""
        assert self._connection is not None
        return self._connection.fileno()

    def take(self) -> Any:
        """The result of the call that was begun. Raises CallFailed, and what the function may raise."""
        assert self._connection is not None
        if not self._is_readable(0):
            self.stop()
            raise CallInterrupted(f"it took more than {self._bounds.patience:.0f} seconds")
        try:
            result, error, spent = _receive(self._connection, self._window)
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

    def _is_readable(self, seconds: float) -> bool:
        """Whether the connection has an answer, or its end, within so long."""
        assert self._poll is not None
        return bool(self._poll.poll(seconds * 1000))

    @property
    def connection(self) -> Connection:
        """Readable when the result of the call that was begun can be taken."""
        assert self._connection is not None
        return self._connection

    @property
    def left(self) -> float:
        """Seconds until the call that was begun has had its time."""
        return max(0.0, self._deadline - time.monotonic())

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
        # What reads of object storage has threads, and does not live on in a forked process: such files are known to
        # processes that begin anew, which have no memory with this one.
        distant = elsewhere.known()
        context: Any = multiprocessing.get_context("forkserver" if distant else "fork")
        ours: Connection
        ours, theirs = context.Pipe()
        self._window = window = None if distant else mmap.mmap(-1, WINDOW)
        about = theirs, window, distant, self._bounds, self._passed
        process: BaseProcess = context.Process(target=_serve, args=about, daemon=True)
        # Who is interrupted knows the process that it began, and one that just began is not interrupted half way.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            with warnings.catch_warnings():
                # A thread that holds a lock when the process is forked holds it there for ever. What the child does
                # takes none but those of the interpreter and the allocator, which are made anew.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            self._process, self._connection, self._poll = process, ours, select.poll()
            self._poll.register(ours, select.POLLIN)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
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


def wait_for_any(busy: Collection[Watched]) -> list[Watched]:
    """Those whose results can be taken, once there is one."""
    ready = wait([one.connection for one in busy], min(one.left for one in busy))
    return [one for one in busy if one.connection in ready or not one.left]


def is_within() -> bool:
    """Whether this process is watched itself: a call that it makes is within the bounds of the one that it answers."""
    return _within


def _serve(
    connection: Connection,
    window: mmap.mmap | None,
    distant: Mapping[str, elsewhere.Distant],
    bounds: CallBounds,
    passed: tuple[type[Exception], ...],
) -> NoReturn:
    """Answer calls until the parent ends: with a result, an error of the function's own or words of another's,
    and whether memory ran out.
    """
    global _within
    _within = True
    elsewhere.learn(distant)
    _shut_off(connection.fileno())
    _bound_memory(bounds.memory)
    threading.Thread(target=_end_with_parent, args=(connection.fileno(),), daemon=True).start()
    while True:
        try:
            function, arguments, named = _receive(connection, window)
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
            error = make_portable(caught) if isinstance(caught, passed) else f"{type(caught).__name__}: {caught}"
        try:
            answer = ForkingPickler.dumps((result, error, spent))
        except MemoryError:
            answer = ForkingPickler.dumps((None, None, True))
        _send(connection, window, answer)


def _send(connection: Connection, window: mmap.mmap | None, message: memoryview) -> None:
    """Hand a call, or its answer, to the other process. The window is free: only one of them is under way."""
    if window is not None and len(message) <= WINDOW:
        window[: len(message)] = message
        connection.send_bytes(len(message).to_bytes(HEAD, "big"))
    else:
        connection.send_bytes(message)


def _receive(connection: Connection, window: mmap.mmap | None) -> Any:
    message = connection.recv_bytes()
    if window is None or len(message) != HEAD:
        return ForkingPickler.loads(message)
    with memoryview(window) as shared, shared[: int.from_bytes(message, "big")] as told:
        return ForkingPickler.loads(told)


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
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
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
