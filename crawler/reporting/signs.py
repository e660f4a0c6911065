"""When work that nobody watches gives a sign of life: after one minute, two, four, eight, and then every ten."""

import time

FIRST = 60.0
"""Seconds until the first sign."""
LONGEST_SILENCE = 600.0
"""Seconds between two signs at most; each silence is twice as long as the one before, until then."""


class Signs:
    """The times of the signs, from now on."""

    def __init__(self) -> None:
        self._began = self._given = time.monotonic()
        self._silence = FIRST

    def age(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._began

    def is_due(self) -> bool:
        """Whether a sign is due now. If so it counts as given, and the next silence begins."""
        now = time.monotonic()
        if now - self._given < self._silence:
            return False
        self._given, self._silence = now, min(self._silence * 2, LONGEST_SILENCE)
        return True
