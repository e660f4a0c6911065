"""The frontier's rows: which URLs are known, which come next, and what came of each.

A URL is known by its key, whatever address leads to it; the first address seen is the one requested.
Which states there are, and which moves between them, stands in `archive.state.states`.

A page is *read* once its links and its item are in the state. Its validators count only then,
so that no 304 ever hides what nobody has read.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.state.database import State
from archive.state.rows import UrlRow
from archive.state.states import BEGUN, MOVES, UrlState, in_sql


@dataclass(frozen=True, kw_only=True)
class Found:
    """A URL as it was found."""

    key: str
    url: str
    kind: str
    priority: int
    hops: str = ""
    via: str | None = None


DAY = 86_400.0
ROUND = 100
"""Tries of one run count singly in `attempts`; each run that gave the URL up in the end counts as so many."""
AGAIN = (0.0, *(DAY * days for days in (1, 2, 4, 8, 16, 30)))
"""Seconds until a URL that was given up is asked for again, by how many runs gave it up; of more runs the last."""
LONGEST = 30 * DAY
"""Seconds beyond which nothing is put off, whatever a server or a clock said."""
LONGEST_DONE = 180 * DAY
"""The same of what was read: old articles hardly ever change."""
MOST_HOPS = 256
"""Letters kept of the way to a URL: a listing of ten thousand pages has a way as long."""
NEVER = 1e12
Pick = Callable[[Iterator[UrlRow]], UrlRow | None]
"""Chooses one of the rows that are queued, or none."""
HORIZON = 3600.0
"""Seconds that a run waits at most for a URL that is to be tried again; what is due later is left to the next run."""
OWN_ANSWER = "status = 200 OR status BETWEEN 300 AND 399 OR status IN (404, 410)"
"""Condition: the answer says something of the page. Any other says something of the moment."""


class Urls:
    """The URLs of one collection. Shares the state's transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    def reopen(self, now: float | None = None) -> None:
        """Return to the queue what was in flight when a crawl broke off, and what an earlier crawl gave up.

        What was captured and not read becomes `fetched`: it is read from the archive, not fetched again.
        An error answer says nothing about the page, so that page is fetched again.
        What failed comes last, so that it cannot keep the rest from its turn, and at growing intervals (`AGAIN`);
        what the server asked to leave alone for longer stays `waiting`.
        """
        now = time.time() if now is None else now
        self._bound_due(now)
        self._move("resume")
        self._move("resume reading", where=OWN_ANSWER)
        self._move("resume fetching")
        self._move("resume failed", f"priority = 0, {_FORGET_REDIRECTS}", where="due <= :now", now=now)
        self._move("resume waiting", "attempts = attempts / :round * :round", where="due <= :now", now=now, round=ROUND)
        # What an earlier run's limits left out is looked at under this run's: from the archive where it was captured.
        self._move("reconsider reading", "capture = page", where="page IS NOT NULL")
        self._move("reconsider")

    def _bound_due(self, now: float) -> None:
        """What a server or a clock that went wrong put off for years is due within reason."""
        late = (UrlState.WAITING, UrlState.FAILED)
        sql = "UPDATE urls SET due = :soon WHERE {} AND due > :latest"
        for states, latest in ((late, LONGEST), ((UrlState.DONE,), LONGEST_DONE)):
            soon = now + LONGEST
            self._state.execute(sql.format(in_sql(states)), {"soon": soon, "latest": now + latest})

    def add(self, found: Found) -> bool:
        """Queue a URL that is not known yet. False where its key is known, in whatever state."""
        cursor = self._state.execute(
            "INSERT OR IGNORE INTO urls (key, url, kind, priority, depth, hops, via, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                found.key,
                found.url,
                found.kind,
                found.priority,
                len(found.hops),
                found.hops[-MOST_HOPS:],
                found.via,
                UrlState.QUEUED,
            ),
        )
        return cursor.rowcount > 0

    def requeue(self, key: str, *, url: str | None = None) -> bool:
        """Queue a known URL again, on demand at another address of the same page.
        False where its turn is still to come, or it is in flight.

        With another address also where it is queued at the old one.
        """
        change = f"attempts = 0, url = coalesce(:url, url), {_FORGET_REDIRECTS}"
        return self._move("ask elsewhere" if url else "ask again", change, where="key = :key", key=key, url=url) > 0

    def requeue_where(self, condition: str, **parameters: Any) -> int:
        """Queue again every settled URL that meets a condition in SQL, which begins with its kinds; return how many."""
        change = f"attempts = 0, {_FORGET_REDIRECTS}"
        done = self._move("ask again", change, where=condition, of=(UrlState.DONE,), index="urls_due", **parameters)
        rest = tuple(MOVES["ask again"].of - {UrlState.DONE})
        return done + self._move("ask again", change, where=condition, of=rest, **parameters)

    def requeue_due(self, kinds: tuple[str, ...], now: float, priority: int) -> int:
        """Queue again the settled URLs of these kinds whose time to be looked at has come; return how many.
        Costs what is due.
        """
        where = f"kind IN ({_quoted(kinds)}) AND due <= :now"
        change = f"attempts = 0, priority = :priority, {_FORGET_REDIRECTS}"
        options: dict[str, Any] = {"of": (UrlState.DONE,), "index": "urls_due", "now": now, "priority": priority}
        return self._move("ask again", change, where=where, **options)

    def redirect(self, key: str, url: str, hops: str) -> None:
        """Ask for the same page at the address that the server names, one hop further."""
        change = "url = :url, hops = :hops, depth = length(:hops)"
        self._move("redirect", change, where="key = :key", key=key, url=url, hops=hops)

    def reread(self, key: str) -> None:
        """Read the newest capture of a page once more from the archive, after an answer that it is unchanged."""
        self._move("reread", "capture = page", where="key = :key", key=key)

    def release(self, key: str) -> None:
        """Read the newest capture of a page once more from the archive, since its item is held back no longer."""
        self._move("release", "capture = page", where="key = :key AND page IS NOT NULL", key=key)

    def leave_links(self, key: str) -> None:
        """A link of a page that is settled already was turned away: later runs read the page again."""
        self._move("leave links", where="key = :key AND page IS NOT NULL", key=key)

    def widen(self, *but: str) -> int:
        """Have everything that was read, but for these kinds, read again: under a wider scope it has more links."""
        self._state.execute(f"UPDATE urls SET read = 0 WHERE kind NOT IN ({_quoted(but)})")  # noqa: S608 - kinds
        return self._move("widen", where=f"page IS NOT NULL AND kind NOT IN ({_quoted(but)})")

    def take(
        self,
        now: float | None = None,
        *,
        only: tuple[str, ...] | None = None,
        pick: Pick | None = None,
        new: bool = True,
    ) -> UrlRow | None:
        """The URL to fetch or to read next, marked as begun; the row says in which state it was. None when none is due.

        First those that are captured but not yet read, then those to be tried again,
        then the queue by priority and age, or by what `pick` chooses of it.
        `only`: the kinds that may be begun; None for all. `new`: whether the queue has its turn before all is tried
        again that a run waits for.
        """
        now = time.time() if now is None else now
        row = self._find_fetched() or self._find_waiting(now, only)
        if row is None and (new or self._find_waiting(now + HORIZON, only) is None):
            row = pick(self.where(in_sql({UrlState.QUEUED}))) if pick else self._find_queued(only)
        if row is not None:
            # What is in the archive stays known as such while it is read:
            # after a crash it is read again, not fetched again.
            self._move("read" if row.state == UrlState.FETCHED else "fetch", where="id = :id", id=row.id)
        return row

    def pending(self, *, only: tuple[str, ...] | None = None) -> bool:
        """Whether any URL is left to fetch or to read; of those not begun only kinds in `only` count."""
        later = time.time() + HORIZON
        return bool(self._find_fetched() or self._find_queued(only) or self._find_waiting(later, only))

    def _find_fetched(self) -> UrlRow | None:
        return self._one(f"{in_sql({UrlState.FETCHED})} ORDER BY due LIMIT 1")

    def _find_queued(self, only: tuple[str, ...] | None) -> UrlRow | None:
        queued, first = in_sql({UrlState.QUEUED}), "ORDER BY priority DESC, id LIMIT 1"
        if only is None:
            return self._one(f"{queued} {first}", index="urls_queue")
        found = [self._one(f"{queued} AND kind = ? {first}", kind, index="urls_queue_kind") for kind in only]
        return max((row for row in found if row is not None), key=lambda row: (row.priority, -row.id), default=None)

    def _find_waiting(self, now: float, only: tuple[str, ...] | None) -> UrlRow | None:
        kinds = f"AND kind IN ({_quoted(only)})" if only is not None else ""
        return self._one(f"{in_sql({UrlState.WAITING})} AND due <= ? {kinds} ORDER BY due LIMIT 1", now)

    def captured(
        self, key: str, capture: int, *, status: int, date: str, etag: str | None, last_modified: str | None
    ) -> None:
        """Note that the response is in the archive; its links and item are still to be read.

        Only the validators of a page are noted: those of an error page would make the next answer a 304 to the error.
        """
        page = "page = :capture, read = 0, etag = :etag, last_modified = :modified," if status == 200 else ""
        self._move(
            "keep",
            f"{page} status = :status, fetched_at = :date, capture = :capture",
            where="key = :key",
            key=key,
            capture=capture,
            status=status,
            date=date,
            etag=etag,
            modified=last_modified,
        )

    def note_earlier_page(self, key: str, capture: int, *, etag: str | None, last_modified: str | None) -> None:
        """Note the newest page of a URL that was captured since, without one."""
        sql = "UPDATE urls SET page = ?, read = 0, etag = ?, last_modified = ? WHERE key = ?"
        self._state.execute(sql, (capture, etag, last_modified, key))

    def finish(self, key: str, *, due: float = 0, changed_at: str | None = None, read: bool = True) -> None:
        """Nothing is left to do for this URL in this run. `due`: when a refresh is to look again.

        `read`: whether its links and its item, if any, are in the state. Without, its validators do not count.
        """
        now_read = "read = iif(capture = page, 1, read)," if read else ""
        change = f"{now_read} attempts = 0, due = :due, changed_at = coalesce(:changed, changed_at)"
        self._move("finish", change, where="key = :key", key=key, due=due, changed=changed_at)

    def exclude(self, key: str) -> None:
        """The limits of this run leave it out, or some of what it leads to: later runs look again."""
        self._move("exclude", where="key = :key", key=key)

    def refuse(self, key: str) -> None:
        """It may not be asked for."""
        self._move("refuse", where="key = :key", key=key)

    def put_back(self, key: str) -> None:
        """The run ends before it could be had."""
        self._move("put back", where="key = :key", key=key)

    def fail(self, key: str) -> None:
        """Give a URL up in this run. Later runs ask again at growing intervals, at last every thirty days."""
        row = self.find(key)
        rounds = row.attempts // ROUND + 1 if row else 1
        due = time.time() + AGAIN[min(rounds, len(AGAIN)) - 1]
        change = "attempts = :attempts, due = :due"
        self._move("fail", change, where="key = :key", key=key, attempts=min(rounds, ROUND) * ROUND, due=due)

    def postpone(self, key: str) -> None:
        """Leave a URL to the next run, which asks as if this one had not."""
        self._move("fail", "due = 0", where="key = :key", key=key)

    def discard(self, key: str) -> None:
        """Forget what was captured of a page that hid its content:
        it is to be fetched anew, without conditions, in the next run.
        """
        forget = "capture = NULL, page = NULL, etag = NULL, last_modified = NULL"
        self._state.execute(f"UPDATE urls SET {forget} WHERE key = ?", (key,))  # noqa: S608 - fixed text
        self.fail(key)

    def retry(self, key: str, due: float) -> None:
        """Try again at `due`, or in thirty days where that is sooner."""
        due = min(due, time.time() + LONGEST)
        self._move("retry", "attempts = attempts + 1, due = :due", where="key = :key", key=key, due=due)

    def in_flight(self, kinds: tuple[str, ...]) -> int:
        """How many URLs of these kinds are being fetched or read."""
        where = f"{in_sql(BEGUN)} AND kind IN ({_quoted(kinds)})"
        sql = f"SELECT count(*) FROM urls INDEXED BY urls_state WHERE {where}"  # noqa: S608 - states and kinds
        return int(self._state.execute(sql).fetchone()[0])

    def queued_by_kind(self) -> dict[str, int]:
        """How many URLs of each kind nobody has begun with."""
        sql = f"SELECT kind, count(*) FROM urls INDEXED BY urls_queue_kind WHERE {_QUEUED} GROUP BY kind"  # noqa: S608 - a state
        return {str(row[0]): int(row[1]) for row in self._state.execute(sql)}

    def queued_by_via(self, kinds: tuple[str, ...], most: int) -> Counter[str | None]:
        """How many of these kinds are queued for each page that linked them; of the first `most` such pages.

        Counted here, since SQLite would sort all of them in memory.
        """
        counted: Counter[str | None] = Counter()
        sql = f"SELECT via FROM urls WHERE {_QUEUED} AND kind IN ({_quoted(kinds)})"  # noqa: S608 - a state and kinds
        for (via,) in self._state.execute(sql):
            if via in counted or len(counted) < most:
                counted[via] += 1
        return counted

    def note_gone(self, key: str, date: str | None) -> None:
        """Remember since when the server says that the page is gone; None when it is there again."""
        self._state.execute("UPDATE urls SET gone_at = ? WHERE key = ?", (date, key))

    def settle_gone(self, key: str, *, due: float, changed_at: str) -> None:
        """A page that was finished is gone for good: look again at `due`."""
        self._state.execute("UPDATE urls SET due = ?, changed_at = ? WHERE key = ?", (due, changed_at, key))

    def find(self, key: str) -> UrlRow | None:
        """The row of a page."""
        return self._one("key = ?", key)

    def where(self, condition: str, **parameters: Any) -> Iterator[UrlRow]:
        """The rows that meet a condition in SQL."""
        for row in self._state.execute(f"SELECT * FROM urls WHERE {condition}", parameters):  # noqa: S608 - conditions are fixed texts of callers
            yield _as_row(row)

    def count_where(self, condition: str, **parameters: Any) -> int:
        """How many rows meet a condition in SQL."""
        counted = self._state.execute(f"SELECT count(*) FROM urls WHERE {condition}", parameters)  # noqa: S608 - as above
        return int(counted.fetchone()[0])

    def newest_id(self, keys: Iterable[str] | None = None) -> int:
        """The highest id of all URLs, or of those with these keys: ids tell in which order they were found."""
        if keys is None:
            return int(self._state.execute("SELECT coalesce(max(id), 0) FROM urls").fetchone()[0])
        newest = "SELECT id FROM urls WHERE key = ?"
        found = (self._state.execute(newest, (key,)).fetchone() for key in keys)
        return max((int(row[0]) for row in found if row), default=0)

    def _one(self, condition: str, *parameters: Any, index: str | None = None) -> UrlRow | None:
        """`index`: the one to use; without statistics SQLite would sort the whole queue for its first row."""
        indexed = f"INDEXED BY {index}" if index else ""
        row = self._state.execute(f"SELECT * FROM urls {indexed} WHERE {condition}", parameters).fetchone()  # noqa: S608 - fixed text
        return _as_row(row) if row else None

    def _move(
        self,
        name: str,
        change: str = "",
        *,
        where: str = "1",
        of: Iterable[UrlState] = (),
        index: str | None = None,
        **parameters: Any,
    ) -> int:
        """Make a move of the table; return how many rows made it. `of`: only those of its states."""
        move = MOVES[name]
        indexed = f"INDEXED BY {index}" if index else ""
        changes = ", ".join(part for part in (f"state = '{move.to}'", change.strip()) if part)
        sql = f"UPDATE urls {indexed} SET {changes} WHERE {in_sql(tuple(of) or move.of)} AND ({where})"  # noqa: S608 - states and fixed texts of callers
        return self._state.execute(sql, parameters).rowcount


_QUEUED = in_sql((UrlState.QUEUED,))
_FORGET_REDIRECTS = "hops = rtrim(hops, 'R'), depth = length(rtrim(hops, 'R'))"
"""A page that is asked for anew begins its chain of redirects anew."""


def _as_row(row: Any) -> UrlRow:
    return UrlRow(**{**dict(row), "state": UrlState(row["state"])})


def _quoted(names: Iterable[str]) -> str:
    """Names of kinds as SQL; they are words of our own."""
    return ", ".join(f"'{name}'" for name in names)
