"""The lock: one process writes a collection, and the others are told which."""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import CollectionLocked


class Lock:
    """An flock on `.lock`. The kernel drops it when the holder dies, however it dies, so there are no stale locks."""

    def __init__(self, directory: Path, purpose: str) -> None:
        """`purpose`: one word for what the holder does, e.g. `crawl`. Raises CollectionLocked."""
        self._fd = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _describe(os.read(self._fd, 4096))
            os.close(self._fd)
            raise CollectionLocked(f"{directory}: collection is locked by {holder}; stop it or wait") from None
        now = datetime.now(UTC)
        os.ftruncate(self._fd, 0)
        os.pwrite(
            self._fd,
            json.dumps({"pid": os.getpid(), "purpose": purpose, "since": now.isoformat(timespec="seconds")}).encode(),
            0,
        )

    def release(self) -> None:
        """Let the next one in."""
        os.ftruncate(self._fd, 0)
        os.close(self._fd)


def _describe(data: bytes) -> str:
    try:
        holder = json.loads(data)
        return f"pid {holder['pid']} ({holder['purpose']} since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
