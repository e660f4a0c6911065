"""Held: items whose new version waits to be written, though its capture is in the archive."""

import enum
import json
from typing import Any

from archive.json_text import parse_json
from archive.state.database import State


class Wait(enum.IntEnum):
    """For what an item waits."""

    JUDGEMENT = 0
    """For the end of the run, or of one of the next, which tells what its reading is worth."""
    DEMAND = 1
    """For a newer parser, or for the user: its reading is doubtful."""
    TURN = 2
    """For its turn to be read once more and written."""


class Held:
    """The items of one collection that wait. Shares the state's transaction.

    An item is forgotten here where the state is made anew from the WARCs; its capture is then read again.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._none = state.execute("SELECT 1 FROM held LIMIT 1").fetchone() is None
        """Whether nothing waits, and nothing did since: then a page need not be looked for at each turn."""

    def add(self, key: str, fields: list[str], wait: Wait = Wait.JUDGEMENT, *, digest: str = "", day: str = "") -> None:
        """Note that an item's newest capture waits, and which fields are doubtful. One that is held stays so.
        `digest`: of its payload; `day`: since when that waits, where it does not wait already.
        """
        known = self._read(key)
        since = known.get("since", day) if known.get("digest") == digest else day
        about = {"fields": fields, "digest": digest, "since": since}
        self._none = False
        self._state.execute(
            "INSERT INTO held VALUES (?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET fields = excluded.fields, judged = max(judged, excluded.judged)",
            (key, json.dumps(about), wait),
        )

    def waits_since(self, key: str, digest: str) -> str | None:
        """The day since which that payload waits. None where it does not, or nobody noted it."""
        known = self._read(key)
        return known.get("since") if digest and known.get("digest") == digest else None

    def oldest(self, wait: Wait) -> str | None:
        """The day since which an item waits for this, of the one that has waited longest."""
        rows = self._state.execute("SELECT fields FROM held WHERE judged = ?", (wait,))
        return min(filter(None, (_parse(row[0]).get("since") for row in rows)), default=None)

    def _read(self, key: str) -> dict[str, str]:
        if self._none:
            return {}
        row = self._state.execute("SELECT fields FROM held WHERE key = ?", (key,)).fetchone()
        return _parse(row[0]) if row else {}

    def drop(self, key: str) -> None:
        """Nothing of an item waits any more."""
        if not self._none:
            self._state.execute("DELETE FROM held WHERE key = ?", (key,))

    def hold(self) -> None:
        """Have all that waits for a judgement wait for a demand."""
        self._state.execute("UPDATE held SET judged = ? WHERE judged = ?", (Wait.DEMAND, Wait.JUDGEMENT))

    def free(self, key: str) -> None:
        """Have an item written when it is read next."""
        self._state.execute("UPDATE held SET judged = ? WHERE key = ?", (Wait.TURN, key))

    def is_free(self, key: str) -> bool:
        """Whether an item is to be written whatever its reading is worth."""
        sql = "SELECT 1 FROM held WHERE key = ? AND judged = ?"
        return not self._none and self._state.execute(sql, (key, Wait.TURN)).fetchone() is not None

    def keys(self, *waits: Wait) -> list[str]:
        """The items that wait for one of these."""
        marks = ", ".join("?" * len(waits))
        return [
            row[0]
            for row in self._state.execute(f"SELECT key FROM held WHERE judged IN ({marks}) ORDER BY key", waits)  # noqa: S608 - marks
        ]

    def count(self, wait: Wait) -> int:
        """How many wait for this."""
        if self._none:
            return 0
        return int(self._state.execute("SELECT count(*) FROM held WHERE judged = ?", (wait,)).fetchone()[0])


def _parse(text: str) -> dict[str, str]:
    """What is noted of an item beside its fields; nothing where an earlier version noted the fields alone."""
    try:
        value: Any = parse_json(text.encode())
    except ValueError:
        return {}
    known = value if isinstance(value, dict) else {}
    return {name: known[name] for name in ("digest", "since") if isinstance(known.get(name), str)}
