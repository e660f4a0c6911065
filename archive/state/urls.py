"""The frontier's rows: which URLs are known, which come next, and what came of each.

A URL is known by its key, whatever address leads to it; the first address seen is the one requested.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.state.database import State
from archive.state.rows import UrlRow


@dataclass(frozen=True, kw_only=True)
class Found:
    """A URL as it was found."""

    key: str
    url: str
    kind: str
    priority: int
    hops: str = ""
    via: str | None = None


ROUND = 100
"""Tries of one run count singly in `attempts`; each run that gave the URL up in the end counts as so many."""
AGAIN = (0.0, 86_400.0, *(86_400.0 * days for days in (2, 4, 8, 16, 32)))
"""Seconds until a URL that was given up is asked for again, by how many runs gave it up;
after the last of these it is left alone.
"""
NEVER = 1e12
HORIZON = 3600.0
"""Seconds that a run waits at most for a URL that is to be tried again; what is due later is left to the next run."""


class Urls:
    """The URLs of one collection. Shares the state's transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    def reopen(self) -> None:
        """Return to the queue what was in flight when a crawl broke off, and what an earlier crawl gave up.

        What was captured and not read becomes `fetched`: it is read from the archive, not fetched again.
        An error answer says nothing
        about the page, so that page is fetched again. What failed comes last,
        so that it cannot keep the rest from its turn,
        and at growing intervals (`AGAIN`); what the server asked to leave alone for longer stays `waiting`.
        """
        read = "status BETWEEN 200 AND 399 OR status IN (404, 410)"
        self._state.execute(f"UPDATE urls SET state = iif({read}, 'fetched', 'queued') WHERE state = 'captured'")  # noqa: S608 - fixed text
        self._state.execute("UPDATE urls SET state = 'queued' WHERE state IN ('active', 'refused')")
        now = time.time()
        self._state.execute(
            "UPDATE urls SET state = 'queued', priority = 0 WHERE state = 'failed' AND due <= ?", (now,)
        )
        again = "UPDATE urls SET state = 'queued', attempts = attempts / ? * ? WHERE state = 'waiting' AND due <= ?"
        self._state.execute(again, (ROUND, ROUND, now))
        # What an earlier run's limits left out is looked at under this run's: from the archive where it was captured.
        self._state.execute(
            "UPDATE urls SET state = iif(page IS NULL, 'queued', 'fetched'), capture = page WHERE state = 'excluded'"
        )

    def add(self, found: Found) -> bool:
        """Queue a URL that is not known yet. False where its key is known, in whatever state."""
        cursor = self._state.execute(
            "INSERT OR IGNORE INTO urls (key, url, kind, priority, depth, hops, via, state) VALUES (?, ?, ?, ?, ?, ?,"
            " ?, 'queued')",
            (found.key, found.url, found.kind, found.priority, len(found.hops), found.hops, found.via),
        )
        return cursor.rowcount > 0

    def requeue(self, key: str, *, url: str | None = None, priority: int | None = None) -> bool:
        """Queue a known URL again, on demand at another address of the same page.
        False where it is queued or in flight already.

        With another address also where it is queued at the old one.
        """
        begun = "'active', 'captured', 'fetched'" if url else "'queued', 'active', 'captured', 'fetched', 'waiting'"
        cursor = self._state.execute(
            "UPDATE urls SET state = 'queued', attempts = 0, url = coalesce(?, url), priority = coalesce(?, priority)"  # noqa: S608 - fixed texts
            f" WHERE key = ? AND state NOT IN ({begun})",
            (url, priority, key),
        )
        return cursor.rowcount > 0

    def requeue_where(self, condition: str, *parameters: Any) -> int:
        """Queue again every settled URL that meets a condition in SQL, which begins with its kinds; return how many."""
        sql = (
            f"UPDATE urls INDEXED BY urls_due SET state = 'queued', attempts = 0 WHERE state = 'done' AND ({condition})"  # noqa: S608 - fixed texts of callers
        )
        return self._state.execute(sql, parameters).rowcount

    def requeue_due(self, kinds: tuple[str, ...], now: float, priority: int) -> int:
        """Queue again the settled URLs of these kinds whose time to be looked at has come; return how many.
        Costs what is due.
        """
        marks = ", ".join("?" * len(kinds))
        again = "UPDATE urls INDEXED BY urls_due SET state = 'queued', attempts = 0, priority = ?"
        sql = f"{again} WHERE state = 'done' AND kind IN ({marks}) AND due <= ?"
        return self._state.execute(sql, (priority, *kinds, now)).rowcount

    def redirect(self, key: str, url: str, hops: str) -> None:
        """Ask for the same page at the address that the server names, one hop further."""
        self._state.execute(
            "UPDATE urls SET state = 'queued', url = ?, hops = ?, depth = ? WHERE key = ?", (url, hops, len(hops), key)
        )

    def requeue_unread(self, condition: str, *parameters: Any) -> set[str]:
        """Queue, in place of reading them from the archive, the URLs that meet a condition in SQL;
        return their keys.
        """
        where = f"state = 'fetched' AND ({condition})"
        keys = {row[0] for row in self._state.execute(f"SELECT key FROM urls WHERE {where}", parameters)}  # noqa: S608 - fixed texts of callers
        self._state.execute(f"UPDATE urls SET state = 'queued' WHERE {where}", parameters)  # noqa: S608 - fixed texts of callers
        return keys

    def read_again(self, key: str) -> None:
        """Read the newest capture of a page once more from the archive."""
        self._state.execute("UPDATE urls SET state = 'fetched', capture = page WHERE key = ?", (key,))

    def take(self, now: float | None = None, *, only: tuple[str, ...] | None = None) -> UrlRow | None:
        """The URL to fetch or to read next, marked as begun; the row says in which state it was. None when none is due.

        First those that are captured but not yet read, then those to be tried again,
        then the queue by priority and age.
        `only`: the kinds that may be begun; None for all.
        """
        now = time.time() if now is None else now
        row = (
            self._one("state = 'fetched' ORDER BY due LIMIT 1")
            or self._find_waiting(now, only)
            or self._find_queued(only)
        )
        if row is not None:
            # What is in the archive stays known as such while it is read:
            # after a crash it is read again, not fetched again.
            begun = "captured" if row.state == "fetched" else "active"
            self._state.execute("UPDATE urls SET state = ? WHERE id = ?", (begun, row.id))
        return row

    def pending(self, *, only: tuple[str, ...] | None = None) -> bool:
        """Whether any URL is left to fetch or to read; of those not begun only kinds in `only` count."""
        return bool(
            self._one("state = 'fetched' LIMIT 1")
            or self._find_queued(only)
            or self._find_waiting(time.time() + HORIZON, only)
        )

    def _find_queued(self, only: tuple[str, ...] | None) -> UrlRow | None:
        if only is None:
            return self._one("state = 'queued' ORDER BY priority DESC, id LIMIT 1", index="urls_queue")
        one = "state = 'queued' AND kind = ? ORDER BY priority DESC, id LIMIT 1"
        found = [self._one(one, kind, index="urls_queue_kind") for kind in only]
        return max((row for row in found if row is not None), key=lambda row: (row.priority, -row.id), default=None)

    def _find_waiting(self, now: float, only: tuple[str, ...] | None) -> UrlRow | None:
        kinds = f"AND kind IN ({', '.join('?' * len(only))})" if only is not None else ""
        return self._one(f"state = 'waiting' AND due <= ? {kinds} ORDER BY due LIMIT 1", now, *(only or ()))

    def captured(
        self, key: str, capture: int, *, status: int, date: str, etag: str | None, last_modified: str | None
    ) -> None:
        """Note that the response is in the archive; its links and item are still to be read.

        Only the validators of a page count: those of an error page would make the next answer a 304 to the error.
        """
        sql = "UPDATE urls SET state = 'captured', status = ?, fetched_at = ?, capture = ? WHERE key = ?"
        self._state.execute(sql, (status, date, capture, key))
        if status == 200:
            self._state.execute(
                "UPDATE urls SET page = ?, etag = ?, last_modified = ? WHERE key = ?",
                (capture, etag, last_modified, key),
            )

    def finish(self, key: str, state: str = "done", *, due: float = 0, changed_at: str | None = None) -> None:
        """Nothing is left to do for this URL in this crawl. `due`: when a refresh is to look again."""
        self._state.execute(
            "UPDATE urls SET state = ?, due = ?, changed_at = coalesce(?, changed_at) WHERE key = ?",
            (state, due, changed_at, key),
        )

    def fail(self, key: str) -> None:
        """Give a URL up in this run. Later runs ask again at growing intervals, and in the end no more."""
        row = self.find(key)
        rounds = row.attempts // ROUND + 1 if row else 1
        due = time.time() + AGAIN[rounds - 1] if rounds <= len(AGAIN) else NEVER
        self._state.execute(
            "UPDATE urls SET state = 'failed', attempts = ?, due = ? WHERE key = ?", (rounds * ROUND, due, key)
        )

    def in_flight(self, kinds: tuple[str, ...]) -> int:
        """How many URLs of these kinds are being fetched or read."""
        marks = ", ".join("?" * len(kinds))
        flying = "SELECT count(*) FROM urls INDEXED BY urls_state WHERE state IN ('active', 'captured')"
        sql = f"{flying} AND kind IN ({marks})"
        return int(self._state.execute(sql, kinds).fetchone()[0])

    def note_gone(self, key: str, date: str | None) -> None:
        """Remember since when the server says that the page is gone; None when it is there again."""
        self._state.execute("UPDATE urls SET gone_at = ? WHERE key = ?", (date, key))

    def discard(self, key: str) -> None:
        """Forget what was captured of a page that hid its content:
        it is to be fetched anew, without conditions, in the next run.
        """
        self._state.execute(
            "UPDATE urls SET capture = NULL, page = NULL, etag = NULL, last_modified = NULL WHERE key = ?", (key,)
        )
        self.fail(key)

    def retry(self, key: str, due: float) -> None:
        """Try again at `due`."""
        self._state.execute(
            "UPDATE urls SET state = 'waiting', attempts = attempts + 1, due = ? WHERE key = ?", (due, key)
        )

    def find(self, key: str) -> UrlRow | None:
        """The row of a page."""
        return self._one("key = ?", key)

    def where(self, condition: str, *parameters: Any) -> Iterator[UrlRow]:
        """The rows that meet a condition in SQL."""
        for row in self._state.execute(f"SELECT * FROM urls WHERE {condition}", parameters):  # noqa: S608 - conditions are fixed texts of callers
            yield UrlRow(**dict(row))

    def _one(self, condition: str, *parameters: Any, index: str | None = None) -> UrlRow | None:
        """`index`: the one to use; without statistics SQLite would sort the whole queue for its first row."""
        indexed = f"INDEXED BY {index}" if index else ""
        row = self._state.execute(f"SELECT * FROM urls {indexed} WHERE {condition}", parameters).fetchone()  # noqa: S608 - fixed text
        return UrlRow(**dict(row)) if row else None
