"""One sync for many: commits to the archive while a crawl runs fast."""

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from archive.collection import Collection


class Committer:
    """Shares one sync among the exchanges that end while another sync is under way."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: list[Deferred[None]] = []
        self._syncing = False

    def committed(self) -> "Deferred[None]":
        """Fires when all that was appended so far is durable and noted;
        fails with ArchiveError when it could not be.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        if not self._syncing:
            self._begin()
        return done

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
            if self._waiting:
                self._begin()

        deferToThread(self._collection.sync).addBoth(end)
