"""The frontier's rows: they move as the table says, nothing is put off for ever, and no 304 hides what nobody read."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.state.database import State, open_copy
from archive.state.rows import UrlRow
from archive.state.schema import SCHEMA_VERSION
from archive.state.states import MOVES, UrlState, is_move
from archive.state.urls import DAY, LONGEST, LONGEST_DONE, Found, Urls

KEYS = ("a", "b")


class Watched:
    """A state that notes each move."""

    def __init__(self, path: Path) -> None:
        self.state = State(path)
        self.urls = Urls(self.state)
        self.state.execute("CREATE TEMP TABLE moved (before, after)")
        self.state.execute(
            "CREATE TEMP TRIGGER note AFTER UPDATE OF state ON urls WHEN old.state != new.state"
            " BEGIN INSERT INTO moved VALUES (old.state, new.state); END"
        )

    def moves(self) -> set[tuple[str, str]]:
        return {(row[0], row[1]) for row in self.state.execute("SELECT before, after FROM moved")}


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[Urls]:
    with State(tmp_path / "state.sqlite") as state:
        yield Urls(state)


def add(urls: Urls, key: str) -> None:
    urls.add(Found(key=key, url=f"https://www.thanhuytphcm.vn/{key}", kind="page", priority=1))


def capture(urls: Urls, key: str, number: int, status: int = 200) -> None:
    urls.captured(key, number, status=status, date="2026-01-01T00:00:00Z", etag='"e"', last_modified=None)


STEPS = ("add", "take", "capture", "capture 304", "capture 503", "finish", "unread", "exclude", "refuse", "fail", "retry",
         "put back", "redirect", "reread", "requeue", "elsewhere", "due", "first", "widen", "reopen", "discard", "later")  # fmt: skip


def make(urls: Urls, step: str, key: str, number: int, now: float) -> None:
    """Do what a run may do to a URL at any moment, in order or not."""
    if step.startswith("capture"):
        capture(urls, key, number, int(step.partition(" ")[2] or 200))
    elif step in {"exclude", "refuse", "fail", "reread", "discard"}:
        getattr(urls, step)(key)
    else:
        actions: dict[str, Callable[[], object]] = {
            "add": lambda: add(urls, key),
            "take": lambda: urls.take(now),
            "finish": lambda: urls.finish(key, due=now + number * DAY),
            "unread": lambda: urls.finish(key, read=False),
            "retry": lambda: urls.retry(key, now + number),
            "put back": lambda: urls.put_back(key),
            "redirect": lambda: urls.redirect(key, f"https://www.thanhuytphcm.vn/{key}{number}", "LR"),
            "requeue": lambda: urls.requeue(key),
            "elsewhere": lambda: urls.requeue(key, url=f"https://www.thanhuytphcm.vn/{key}{number}"),
            "due": lambda: urls.requeue_due(("page",), now, 1),
            "first": lambda: urls.requeue_where("kind = 'page'"),
            "widen": lambda: urls.widen("image"),
            "reopen": lambda: urls.reopen(now),
            "later": lambda: urls.reopen(now + 31 * DAY),
        }
        actions[step]()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(KEYS)), max_size=40))
def test_rows_move_as_the_table_says_and_always_have_a_next_turn(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    watched, now = Watched(tmp_path_factory.mktemp("state") / "state.sqlite"), time.time()
    for number, (step, key) in enumerate(steps, 1):
        make(watched.urls, step, key, number, now)
    assert [] == [move for move in watched.moves() if not is_move(*move)]
    watched.urls.reopen(now + LONGEST_DONE)
    watched.urls.requeue_due(("page",), now + LONGEST_DONE, 1)
    known = {row.key for row in watched.urls.where("1")}
    taken = set()
    while (row := watched.urls.take(now + LONGEST_DONE)) is not None:
        taken.add(row.key)
    assert known == taken, "whatever was done to a URL, half a year later its turn comes"
    watched.state.close()


def test_every_state_is_entered_and_left_by_a_move() -> None:
    assert set(UrlState) == {move.to for move in MOVES.values()}
    assert all(any(state in move.of and move.to is not state for move in MOVES.values()) for state in UrlState)


@pytest.mark.parametrize("state", [UrlState.WAITING, UrlState.FAILED, UrlState.DONE])
def test_what_a_wrong_clock_put_off_for_years_is_due_within_reason(urls: Urls, state: UrlState) -> None:
    add(urls, "a")
    urls.take()
    if state is UrlState.DONE:
        urls.finish("a", due=time.time() + 8 * 365 * DAY)
    else:
        urls.fail("a")
        urls._state.execute("UPDATE urls SET state = ?, due = ?", (state, time.time() + 8 * 365 * DAY))
    urls.reopen()
    row = urls.find("a")
    assert row is not None
    assert row.due <= time.time() + LONGEST


def test_retry_after_of_a_lifetime_is_asked_again_within_thirty_days(urls: Urls) -> None:
    add(urls, "a")
    urls.take()
    urls.retry("a", time.time() + 100 * 365 * DAY)
    row = urls.find("a")
    assert row is not None
    assert row.due <= time.time() + LONGEST


def test_page_counts_as_read_only_once_it_is_finished(urls: Urls) -> None:
    add(urls, "a")
    urls.take()
    capture(urls, "a", 1)
    assert not find(urls).is_read
    urls.finish("a")
    assert find(urls).is_read
    urls.requeue("a")
    urls.take()
    capture(urls, "a", 2, 304)
    urls.finish("a")
    assert find(urls).is_read, "unchanged since it was read"
    urls.requeue("a")
    urls.take()
    capture(urls, "a", 3)
    urls.finish("a", read=False)
    assert not find(urls).is_read, "a new page that gave nothing"


def find(urls: Urls) -> UrlRow:
    row = urls.find("a")
    assert row is not None
    return row


def test_copy_of_a_state_leaves_its_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    State(path).close()
    with sqlite3.connect(path) as database:
        database.executescript("ALTER TABLE urls DROP COLUMN read; DROP TABLE facts; PRAGMA user_version = 2;")
        database.execute("PRAGMA journal_mode=DELETE")
    database.close()
    before = path.read_bytes()
    with open_copy(path) as state:
        add(Urls(state), "a")
        state.commit()
    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_state_of_an_older_version_is_taken_over_and_its_pages_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    State(path).close()
    with sqlite3.connect(path) as database:
        database.executescript("ALTER TABLE urls DROP COLUMN read; DROP TABLE facts; PRAGMA user_version = 2;")
    database.close()
    with State(path) as state:
        assert SCHEMA_VERSION == state.execute("PRAGMA user_version").fetchone()[0]
        urls = Urls(state)
        add(urls, "a")
        assert not find(urls).is_read
        assert "1" == state.fact("rebuilt")


def test_nothing_asked_while_a_crawl_runs_sorts_the_queue(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million URLs may be queued, and what SQLite sorts it keeps in memory."""
    plans: list[str] = []
    execute = State.execute

    def explain(state: State, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        plans.extend(row[3] for row in execute(state, f"EXPLAIN QUERY PLAN {sql}", parameters))
        return execute(state, sql, parameters)

    for number in range(40):
        urls.add(Found(key=f"k{number}", url="", kind=("page", "image")[number % 2], priority=1, via=f"v{number % 3}"))
    monkeypatch.setattr(State, "execute", explain)
    assert {"page": 20, "image": 20} == urls.queued_by_kind()
    assert [7, 7] == list(urls.queued_by_via(("page",), 2).values())
    for only in (None, ("page", "image")):
        assert urls.take(only=only)
        assert urls.pending(only=only)
    assert 2 == urls.in_flight(("page", "image"))
    assert plans
    assert [] == [plan for plan in plans if "TEMP B-TREE" in plan]
