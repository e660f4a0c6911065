"""One sync for many: commits to the archive while a crawl runs fast."""

from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from archive.collection import Collection

GATHER = 0.02
"""Seconds that an exchange waits at most for others to share its sync with. Where all that are under way wait
already, as they do where pages are fetched one at a time, nothing is to be waited for.
"""


class Committer:
    """Shares one sync among the exchanges that end while another sync is under way, or shortly after one another."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: list[Deferred[None]] = []
        self._syncing = self._gathering = False
        self.under_way = 0
        """Exchanges that have begun and are not committed yet, as whoever makes them counts them."""

    def committed(self) -> "Deferred[None]":
        """Fires when all that was appended so far is durable and noted;
        fails with ArchiveError when it could not be.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        self._go_on()
        return done

    def _go_on(self) -> None:
        """Begin a sync where there is one to begin: now, or a little later for more to share it."""
        from twisted.internet import reactor

        if self._syncing or not self._waiting:
            return
        if len(self._waiting) >= self.under_way:
            self._begin()
        elif not self._gathering:
            self._gathering = True
            cast(Any, reactor).callLater(GATHER, self._end_gathering)

    def _end_gathering(self) -> None:
        self._gathering = False
        if self._waiting and not self._syncing:
            self._begin()

    def _begin(self) -> None:
        self._syncing = True
        batch, waiting = self._collection.take(), self._waiting
        self._waiting = []

        def end(failure: Failure | None) -> None:
            self._syncing = False
            error: BaseException | None = failure.value if failure else None
            if error is None:
                try:
                    self._collection.commit(batch)
                except Exception as caught:  # noqa: BLE001 - whoever waits for the commit must learn of it, or waits for ever
                    error = caught
            for done in waiting:
                if error is None:
                    done.callback(None)
                else:
                    done.errback(error)
            self._go_on()

        deferToThread(self._collection.sync).addBoth(end)
