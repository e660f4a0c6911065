"""Values out of files that may be damaged: what is of the expected type is taken,
anything else is as if it were not there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.files import open_regular

LONGEST_LINE = 64 << 20
"""Bytes; no record is nearly as long, so what is longer is damage and not to be held in memory."""
LONGEST_NAME = 200
OTHER = "(others)"


def text(value: object) -> str | None:
    """A string that says something."""
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    """A whole number that JSON can mean as a count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def texts(value: object) -> list[str]:
    """The strings of a list."""
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def mapping(value: object) -> dict[str, Any]:
    """An object."""
    return value if isinstance(value, dict) else {}


def count(counts: dict[str, int], name: str, number: int = 1, *, most: int = 500) -> None:
    """Add to a count; of names beyond `most` all are counted as one, so that memory does not follow what pages say."""
    name = bounded(counts, name, most)
    counts[name] = counts.get(name, 0) + number


def bounded(known: dict[str, Any], name: str, most: int) -> str:
    """The name under which something is counted."""
    name = name[:LONGEST_NAME]
    return name if name in known or len(known) < most else OTHER


def read_lines(path: Path) -> Iterator[tuple[bytes, int]]:
    """Each line without its line feed, and the bytes read for it; of one that is too long, nothing. Raises OSError."""
    with open_regular(path) as stream:
        while line := stream.readline(LONGEST_LINE):
            size = len(line)
            if size == LONGEST_LINE and not line.endswith(b"\n"):
                while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    size += len(rest)
                yield b"", size + len(rest)
            else:
                yield line.rstrip(b"\r\n"), size
