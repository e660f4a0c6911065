"""The readers of a crawl: the processes that pages are read in, waited for while everything else goes on."""

import os
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.watched import Watched

P = ParamSpec("P")
T = TypeVar("T")

MOST = 2
"""More do not pay: to fetch and archive a page takes as long as to read it, and is one process's work."""
GRACE = 1.0
"""Seconds after which a page keeps those behind it waiting no longer, and the next has a reader beyond `MOST`. Nearly
all are read in hundredths of one.
"""
TICK = 0.1
"""Seconds between two looks at the pages under way. One clock for all of them: a timer for each page, and an entry in
the reactor's table, cost as much as the way to the reader and back.
"""


class Readers:
    """Has one page after the other read, in the order in which they come."""

    def __init__(self, start: Callable[[], Watched], concurrency: int) -> None:
        """`start` makes a reader; `concurrency`: pages that are under way at a time."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._start, self._most = start, max(1, min(concurrency, cores - 1, MOST))
        self._turns = DeferredSemaphore(self._most)
        self._idle: list[_ReadingProcess] = []
        self._busy: dict[_ReadingProcess, float] = {}
        """Reader → when its page has kept those behind it waiting long enough; 0 where that is over."""
        self._ticking = False

    def stop(self) -> None:
        """End those that read nothing."""
        for reader in self._idle:
            reader.stop()

    async def call(self, check: Callable[[], None], function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """The function's result, from a reader. Raises CallFailed, what the function may raise, and whatever `check`
        raises, which is asked all the while: that ends the call.
        """
        await maybe_deferred_to_future(self._turns.acquire())
        reader = self._idle.pop() if self._idle else _ReadingProcess(self._start())
        self._busy[reader] = time.monotonic() + GRACE
        self._tick_on()
        try:
            check()
            result: T = await maybe_deferred_to_future(reader.begin(check, function, *given, **named))
            return result
        finally:
            reader.end_call()
            if self._busy.pop(reader):
                self._turns.release()
            if len(self._idle) < self._most:
                self._idle.append(reader)
            else:
                reader.stop()

    def _tick_on(self) -> None:
        from twisted.internet import reactor

        if not self._ticking:
            self._ticking = True
            cast(Any, reactor).callLater(TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        now = time.monotonic()
        for reader, until in list(self._busy.items()):
            if until and now > until:
                self._busy[reader] = 0
                self._turns.release()
            reader.look()
        if self._busy:
            self._tick_on()


@implementer(IReadDescriptor)
class _ReadingProcess:
    """One process, and the ear for what it answers, which stays with the reactor from its first call on."""

    def __init__(self, watched: Watched) -> None:
        from twisted.internet import reactor

        self._watched, self._reactor = watched, cast(Any, reactor)
        self._number = -1
        self._answered: Deferred[Any] | None = None
        self._check: Callable[[], None] = lambda: None

    def begin(
        self, check: Callable[[], None], function: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> "Deferred[T]":
        """Hand out a call. Fires with its result, or fails with what `Watched.take` or `check` raises."""
        self._watched.begin(function, *given, **named)
        if self._number < 0:
            self._number = self._watched.fileno()
            self._reactor.addReader(self)
        answered: Deferred[T] = Deferred()
        self._check, self._answered = check, answered
        return answered

    def look(self) -> None:
        """End the call where it has had its time, or `check` says that the crawl does not wait for it any more."""
        answered = self._answered
        if answered is None:
            return
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self.stop()
            answered.errback(error)
            return
        if not self._watched.left:
            self.doRead()

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """There is something to read: an answer, or the end of the process."""
        answered, self._answered = self._answered, None
        if answered is None:
            self._leave()  # it ended between two calls; the next is told
            return
        try:
            result = self._watched.take()
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self._leave()  # at once: the connection may be closed, and the next to be opened have its number
            answered.errback(error)
        else:
            answered.callback(result)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """The other end is closed: there is an end to read."""
        self.doRead()

    def fileno(self) -> int:
        """Of the reader's connection; -1 while none is listened to."""
        return self._number

    def logPrefix(self) -> str:  # noqa: N802 - Twisted's name
        """What the reactor calls it in its log."""
        return "reader"

    def end_call(self) -> None:
        """Whoever waited is gone: a process that is still about its call is ended with it."""
        if self._answered is not None:
            self.stop()

    def stop(self) -> None:
        """End the process; the next call begins another."""
        self._answered = None
        self._leave()
        self._watched.stop()

    def _leave(self) -> None:
        """Listen no more."""
        if self._number >= 0:
            self._reactor.removeReader(self)
            self._number = -1
