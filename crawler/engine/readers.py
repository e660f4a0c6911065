"""The readers of a crawl: the processes that pages are read in, waited for while everything else goes on."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.defer import TimeoutError as TookLonger
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.watched import Watched

MOST = 2
"""More do not pay: to fetch and archive a page takes as long as to read it, and is one process's work."""
GRACE = 1.0
"""Seconds after which a page keeps those behind it waiting no longer, and the next has a reader beyond `MOST`. Nearly
all are read in hundredths of one.
"""
TICK = 0.1
"""Seconds between two looks at whether the crawl has begun to end."""


class Readers:
    """Lends a reader to one page after the other, in the order in which they come."""

    def __init__(self, start: Callable[[], Watched], concurrency: int) -> None:
        """`start` makes a reader; `concurrency`: pages that are under way at a time."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._start, self._most = start, max(1, min(concurrency, cores - 1, MOST))
        self._turns = DeferredSemaphore(self._most)
        self._idle: list[Watched] = []

    def stop(self) -> None:
        """End those that read nothing."""
        for reader in self._idle:
            reader.stop()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Watched]:
        """A reader for one page."""
        from twisted.internet import reactor

        await maybe_deferred_to_future(self._turns.acquire())
        overtaken = cast(Any, reactor).callLater(GRACE, self._turns.release)
        reader = self._idle.pop() if self._idle else self._start()
        try:
            yield reader
        finally:
            if len(self._idle) < self._most:
                self._idle.append(reader)
            else:
                reader.stop()
            if overtaken.active():
                overtaken.cancel()
                self._turns.release()


async def wait_for(reader: Watched, check: Callable[[], None]) -> None:
    """Wait until the result of a call can be taken; whatever `check` raises ends the wait, and the call."""
    try:
        while not reader.is_done(0):
            check()
            answer = _Readable(reader.fileno())
            try:
                await answer.within(TICK)
            finally:
                answer.leave()
    except BaseException:
        reader.stop()
        raise


@implementer(IReadDescriptor)
class _Readable:
    """Tells when a reader has written something, or has ended."""

    def __init__(self, number: int) -> None:
        from twisted.internet import reactor

        self._came: Deferred[None] = Deferred()
        self._number, self._reactor = number, cast(Any, reactor)
        self._reactor.addReader(self)

    async def within(self, seconds: float) -> None:
        """Wait for it so long at most."""
        with suppress(TookLonger):
            await maybe_deferred_to_future(self._came.addTimeout(seconds, self._reactor))

    def fileno(self) -> int:
        """Of the reader's connection."""
        return self._number

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """There is something to read."""
        self.leave()
        if not self._came.called:
            self._came.callback(None)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """The other end is closed: there is an end to read."""
        self.doRead()

    def logPrefix(self) -> str:  # noqa: N802 - Twisted's name
        """What the reactor calls it in its log."""
        return "reader"

    def leave(self) -> None:
        """Listen no more."""
        self._reactor.removeReader(self)
