"""The frontier's rows: which URLs are known, which come next, and what came of each.

A URL is known by its key, whatever address leads to it; the first address seen is the one requested.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.state import State, UrlRow


@dataclass(frozen=True, kw_only=True)
class Found:
    """A URL as it was found."""

    key: str
    url: str
    kind: str
    priority: int
    hops: str = ""
    via: str | None = None


class Urls:
    """The URLs of one collection. Shares the state's transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    def reopen(self) -> None:
        """Return to the queue what was in flight when a crawl broke off, and what an earlier crawl gave up.

        What was captured and not read becomes `fetched`: it is read from the archive, not fetched again.
        """
        self._state.execute("UPDATE urls SET state = 'fetched' WHERE state = 'captured'")
        self._state.execute("UPDATE urls SET state = 'queued' WHERE state = 'active'")
        self._state.execute("UPDATE urls SET state = 'queued', attempts = 0 WHERE state IN ('failed', 'waiting')")

    def add(self, found: Found) -> bool:
        """Queue a URL that is not known yet. False where its key is known, in whatever state."""
        cursor = self._state.execute(
            "INSERT OR IGNORE INTO urls (key, url, kind, priority, depth, hops, via, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')",
            (found.key, found.url, found.kind, found.priority, len(found.hops), found.hops, found.via),
        )
        return cursor.rowcount > 0

    def requeue(self, key: str, *, url: str | None = None, priority: int | None = None) -> None:
        """Queue a known URL again, on demand at another address of the same page."""
        self._state.execute(
            "UPDATE urls SET state = 'queued', attempts = 0, url = coalesce(?, url), priority = coalesce(?, priority)"
            " WHERE key = ? AND state != 'active'",
            (url, priority, key),
        )

    def redirect(self, key: str, url: str) -> None:
        """Ask for the same page at the address that the server names."""
        self._state.execute("UPDATE urls SET state = 'queued', url = ? WHERE key = ?", (url, key))

    def take(self, now: float | None = None, *, exclude: tuple[str, ...] = ()) -> UrlRow | None:
        """The URL to fetch next, marked `active`; the row says in which state it was. None when none is due.

        First those that are captured but not yet read, then those to be tried again, then the queue by priority and age.
        Kinds in `exclude` are passed over.
        """
        now = time.time() if now is None else now
        kinds = _not_in(exclude)
        row = (
            self._one("state = 'fetched' ORDER BY due, id LIMIT 1")
            or self._one(f"state = 'waiting' AND due <= ? {kinds} ORDER BY due LIMIT 1", now, *exclude)
            or self._one(f"state = 'queued' {kinds} ORDER BY priority DESC, id LIMIT 1", *exclude)
        )
        if row is not None:
            self._state.execute("UPDATE urls SET state = 'active' WHERE id = ?", (row.id,))
        return row

    def pending(self, *, exclude: tuple[str, ...] = ()) -> bool:
        """Whether any URL is left to fetch or to read, but for the kinds in `exclude`."""
        if self._one("state = 'fetched' LIMIT 1"):
            return True
        return any(self._one(f"state = '{state}' {_not_in(exclude)} LIMIT 1", *exclude) for state in ("queued", "waiting"))

    def next_due(self) -> float | None:
        """When the first of the waiting URLs is due. None when none waits."""
        row = self._state.execute("SELECT min(due) FROM urls WHERE state = 'waiting'").fetchone()
        return None if row[0] is None else float(row[0])

    def captured(self, key: str, capture: int, *, status: int, date: str, etag: str | None, last_modified: str | None) -> None:
        """Note that the response is in the archive; its links and item are still to be read."""
        self._state.execute(
            "UPDATE urls SET state = 'captured', status = ?, fetched_at = ?,"
            " capture = CASE WHEN ? = 304 THEN capture ELSE ? END,"
            " etag = CASE WHEN ? = 304 THEN etag ELSE ? END, last_modified = CASE WHEN ? = 304 THEN last_modified ELSE ? END"
            " WHERE key = ?",
            (status, date, status, capture, status, etag, status, last_modified, key),
        )

    def finish(self, key: str, state: str = "done", *, due: float = 0, changed_at: str | None = None) -> None:
        """Nothing is left to do for this URL in this crawl. `due`: when a refresh is to look again."""
        self._state.execute(
            "UPDATE urls SET state = ?, due = ?, changed_at = coalesce(?, changed_at) WHERE key = ?", (state, due, changed_at, key)
        )

    def retry(self, key: str, due: float) -> None:
        """Try again at `due`."""
        self._state.execute("UPDATE urls SET state = 'waiting', attempts = attempts + 1, due = ? WHERE key = ?", (due, key))

    def find(self, key: str) -> UrlRow | None:
        """The row of a page."""
        return self._one("key = ?", key)

    def where(self, condition: str, *parameters: Any) -> Iterator[UrlRow]:
        """The rows that meet a condition in SQL."""
        for row in self._state.execute(f"SELECT * FROM urls WHERE {condition}", parameters):  # noqa: S608 - conditions are fixed texts of callers
            yield UrlRow(**dict(row))

    def _one(self, condition: str, *parameters: Any) -> UrlRow | None:
        row = self._state.execute(f"SELECT * FROM urls WHERE {condition}", parameters).fetchone()  # noqa: S608 - fixed text
        return UrlRow(**dict(row)) if row else None


def _not_in(kinds: tuple[str, ...]) -> str:
    return f"AND kind NOT IN ({', '.join('?' * len(kinds))})" if kinds else ""
