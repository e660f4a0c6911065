"""One sync for many: what an exchange is told, and when."""

import sys
from typing import cast
from unittest.mock import patch

import pytest
import twisted.internet
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from archive.errors import OutOfSpace
from crawler.engine.commits import GATHER, Committer


class Ledger:
    """A collection that only counts: what was appended, what a sync made durable, what was committed."""

    def __init__(self) -> None:
        self.appended = self.taken = self.durable = self.committed = self.syncs = 0

    def take(self) -> range:
        batch, self.taken = range(self.taken, self.appended), self.appended
        return batch

    def sync(self) -> None:
        raise AssertionError("a thread's work")

    def commit(self, batch: range) -> None:
        assert batch.stop <= self.durable, "committed before it was synced"
        self.committed = batch.stop


class Stage:
    """A committer whose clock and whose syncs the test moves on."""

    def __init__(self) -> None:
        self.clock, self.ledger = Clock(), Ledger()
        self.committer = Committer(self.ledger)  # type: ignore[arg-type]
        self.told: dict[int, object] = {}
        self.waiting = 0
        """Exchanges under way that have ended and have not been told."""
        self.syncing: tuple[Deferred[None], int] | None = None

    def begin_sync(self, work: object) -> "Deferred[None]":
        assert work == self.ledger.sync
        assert self.syncing is None, "two syncs at once"
        self.ledger.syncs += 1
        done: Deferred[None] = Deferred()
        self.syncing = done, self.ledger.appended
        return done

    def end_sync(self, error: Exception | None = None) -> None:
        if self.syncing is None:
            return
        (done, durable), self.syncing = self.syncing, None
        if error is None:
            self.ledger.durable = durable
            done.callback(None)
        else:
            done.errback(error)

    def end_exchange(self, *, counted: bool = True) -> None:
        """`counted`: among those under way; the commit of an item is not."""
        number, self.ledger.appended = self.ledger.appended, self.ledger.appended + 1

        self.waiting += counted

        def tell(answer: object) -> None:
            assert isinstance(answer, Failure) or number < self.ledger.committed, "told before it was committed"
            self.waiting -= counted
            self.committer.under_way -= counted
            self.told[number] = answer

        self.committer.committed().addBoth(tell)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", made.clock)
    monkeypatch.setattr(twisted.internet, "reactor", made.clock, raising=False)
    monkeypatch.setattr("crawler.engine.commits.deferToThread", made.begin_sync)
    return made


def test_who_is_alone_waits_for_nobody_and_who_is_not_for_the_others_a_moment(stage: Stage) -> None:
    stage.committer.under_way = 1
    stage.end_exchange()
    assert stage.syncing is not None
    stage.end_sync()
    stage.committer.under_way = 3
    stage.end_exchange()
    stage.end_exchange()
    assert (1, 1) == (stage.ledger.syncs, len(stage.told))
    stage.clock.advance(GATHER)
    stage.end_sync()
    assert (2, 3) == (stage.ledger.syncs, len(stage.told))


def test_what_a_sync_could_not_keep_is_told_to_all_that_shared_it(stage: Stage) -> None:
    stage.committer.under_way = 2
    stage.end_exchange()
    stage.end_exchange()
    stage.end_sync(OutOfSpace("full"))
    assert [OutOfSpace, OutOfSpace] == [cast(Failure, answer).type for answer in stage.told.values()]
    assert 0 == stage.ledger.committed


@given(st.lists(st.sampled_from(["begin", "end", "item", "moment", "synced"]), max_size=40))
def test_none_is_told_before_it_is_durable_and_all_are_told(events: list[str]) -> None:
    stage = Stage()
    with (
        patch.dict(sys.modules, {"twisted.internet.reactor": stage.clock}),
        patch.object(twisted.internet, "reactor", stage.clock, create=True),
        patch("crawler.engine.commits.deferToThread", stage.begin_sync),
    ):
        for event in events:
            if event == "begin":
                stage.committer.under_way += 1
            elif event == "end" and stage.committer.under_way > stage.waiting:
                stage.end_exchange()
            elif event == "item":
                stage.end_exchange(counted=False)
            elif event == "moment":
                stage.clock.advance(GATHER / 2)
            elif event == "synced":
                stage.end_sync()
        for _ in range(3):
            stage.clock.advance(GATHER)
            stage.end_sync()
    assert dict.fromkeys(range(stage.ledger.appended)) == stage.told, "somebody waits for ever, or heard of an error"
    assert stage.ledger.appended == stage.ledger.committed
