"""Labelled points of the write path, where the fault tests stop or fail the process.

Without `THANHUY_FAULT` in the environment each point costs one comparison.
`THANHUY_FAULT=LABEL:N:ACTION` acts when LABEL is reached for the Nth time; `*` is any label. ACTION: `kill` (SIGKILL),
the name of an errno (`ENOSPC`, `EIO`: raised as OSError), or `tear` (before a write:
half of its bytes are written, then SIGKILL).
"""

import errno
import os
import signal

_SPEC = os.environ.get("THANHUY_FAULT", "")
_LABEL, _, _rest = _SPEC.partition(":")
_COUNT, _, _ACTION = _rest.partition(":")
_left = int(_COUNT or 0)


def reach(label: str, fd: int = -1, data: bytes | memoryview = b"") -> None:
    """Say that a point of the write path is reached; `fd` and `data` where a write comes next."""
    if _SPEC:
        _reach(label, fd, data)


def _reach(label: str, fd: int, data: bytes | memoryview) -> None:
    global _left
    if _LABEL not in {"*", label}:
        return
    _left -= 1
    if _left != 0:
        return
    if _ACTION in {"kill", "tear"}:
        if _ACTION == "tear" and fd >= 0:
            os.write(fd, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    number = getattr(errno, _ACTION)
    raise OSError(number, os.strerror(number))
