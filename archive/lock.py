"""The lock: one process writes a collection, and the others are told which."""

import fcntl
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.errors import CollectionLocked, NotUsable
from archive.json_text import parse_json

NAME = ".lock"


class Lock:
    """An flock on `.lock`. The kernel drops it when the holder dies, however it dies, so there are no stale locks."""

    def __init__(self, directory: Path, purpose: str) -> None:
        """`purpose`: one word for what the holder does, e.g. `crawl`. Raises CollectionLocked."""
        self._fd = _open(directory / NAME)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _describe(os.read(self._fd, 4096))
            os.close(self._fd)
            raise CollectionLocked(f"{directory}: collection is locked by {holder}; stop it or wait") from None
        except OSError as error:
            os.close(self._fd)
            raise NotUsable(
                f"{directory}: expected a file system with locks, got {error.strerror}; on NFS have the lock service"
                " run, or keep the collection on a local disk"
            ) from error
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


def _open(path: Path) -> int:
    """The lock's descriptor. A link is never followed: what it leads to is somebody else's, and would be emptied."""
    try:
        # O_NONBLOCK: a pipe in its place must not hold the opening up.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        fd = os.open(path, flags, 0o666)
    except OSError as error:
        if path.is_symlink() or path.is_dir():
            raise NotUsable(f"{path}: expected a regular file, got another thing; move it away") from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotUsable(f"{path}: expected a regular file, got another thing; move it away")
    return fd


def is_locked(directory: Path) -> bool:
    """Whether a process holds the collection's lock; asks without taking it from anyone."""
    try:
        fd = os.open(directory / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False


def read_holder(directory: Path) -> dict[str, Any]:
    """What the holder of the lock says of itself: `pid`, `purpose`, `since`; empty where nobody holds it."""
    if not is_locked(directory):
        return {}
    try:
        fd = os.open(directory / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return {}
    try:
        holder = parse_json(os.read(fd, 4096))
    except (OSError, ValueError):
        holder = None
    finally:
        os.close(fd)
    return holder if isinstance(holder, dict) else {"purpose": "another command"}


def _describe(data: bytes) -> str:
    try:
        holder = parse_json(data)
        return f"pid {holder['pid']} ({holder['purpose']} since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"


def remedy(directory: Path, otherwise: str) -> str:
    """What to do about what is missing: `otherwise` needs the lock, so while another holds it, to wait."""
    return "wait until what is under way has ended" if is_locked(directory) else otherwise
