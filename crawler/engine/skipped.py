"""`crawls/TIMESTAMP/skipped.jsonl`: what a run saw and did not fetch, and why.

Each address is listed once for each reason, and of a reason no more than `MOST` addresses, so that the file does not
grow with the web around the site; `counts` goes on.
"""

import json
import logging
from collections import Counter
from pathlib import Path
from typing import IO

from crawler.planning.skips import Why

logger = logging.getLogger(__name__)

MOST = 5_000
"""Addresses listed for one reason."""
REMEMBERED = 100_000
"""Addresses that a run remembers: some megabytes, whatever the size of the site."""


class SkippedLog:
    """Takes notes while the crawl runs. What cannot be written is counted all the same: the archive comes first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: IO[str] | None = None
        self._listed: set[int] = set()
        self._looked_at: set[int] = set()
        self.counts: Counter[str] = Counter()
        """Reason → addresses, also of those beyond the ones listed."""

    def is_new(self, url: str) -> bool:
        """Whether a link is looked at for the first time, as far as is remembered: most stand on every page."""
        known = hash(url)
        if known in self._looked_at:
            return False
        if len(self._looked_at) >= REMEMBERED:
            self._looked_at.clear()
        self._looked_at.add(known)
        return True

    def note(self, url: str, via: str | None, why: Why, detail: str = "") -> None:
        """List an address that is not fetched; `via`: the page that links it."""
        known = hash((why, url))
        if known in self._listed:
            return
        if len(self._listed) < REMEMBERED:
            self._listed.add(known)
        self.counts[why] += 1
        if self.counts[why] > MOST:
            return
        line = {"url": url[:4096], "via": via, "why": why, "detail": detail[:500]}
        try:
            if self._stream is None:
                self._stream = self._path.open("a", encoding="utf-8", errors="backslashreplace")
            self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            logger.info("%s: %s", self._path, error)

    def close(self) -> None:
        """Nothing more is noted."""
        if self._stream is not None:
            try:
                self._stream.close()
            except OSError as error:
                logger.info("%s: %s", self._path, error)
            self._stream = None
