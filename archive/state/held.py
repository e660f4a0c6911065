"""Held: items whose new version waits to be written, though its capture is in the archive."""

import json

from archive.state.database import State


class Held:
    """The items of one collection that wait. Shares the state's transaction.

    An item is forgotten here where the state is made anew from the WARCs; its capture is then read again.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, key: str, fields: list[str], *, judged: bool = False) -> None:
        """Note that an item's newest capture waits, and which fields it lacks. One that is held stays so.
        `judged`: it is held, whatever the run comes to.
        """
        self._state.execute(
            "INSERT INTO held VALUES (?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET fields = excluded.fields, judged = max(judged, excluded.judged)",
            (key, json.dumps(fields), judged),
        )

    def drop(self, key: str) -> None:
        """Nothing of an item waits any more."""
        self._state.execute("DELETE FROM held WHERE key = ?", (key,))

    def hold(self) -> None:
        """Hold all that waits: from now on it is written only on demand."""
        self._state.execute("UPDATE held SET judged = 1")

    def keys(self, *, judged: bool | None = None) -> list[str]:
        """The items that wait. `judged`: whether only those that are held, or only those still to be judged."""
        rows = self._state.execute("SELECT key FROM held WHERE ?1 IS NULL OR judged = ?1 ORDER BY key", (judged,))
        return [row[0] for row in rows]

    def count(self, *, judged: bool) -> int:
        """How many wait, of those that are held or of those still to be judged."""
        return int(self._state.execute("SELECT count(*) FROM held WHERE judged = ?", (judged,)).fetchone()[0])
