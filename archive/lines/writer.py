"""JSON Lines: one object a line, and files that are appended to, closed once and never rewritten.

What DuckDB, Polars, pandas, PyArrow and Hugging Face's loaders choke on is never written:
no BOM, no NaN, no lone surrogate, no duplicate key, no cut line.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.faults import reach
from archive.files import OPEN_SUFFIX, publish

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_SURROGATE = re.compile("[\ud800-\udfff]")


def format_line(record: dict[str, Any]) -> bytes:
    """The record as JSON in UTF-8, without the line feed. Raises ValueError at NaN and infinity."""
    text = _ENCODE(record)
    # U+2028 and U+2029 are legal in JSON, yet line splitters of several languages break at them.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # nearly no text has one
        return _SURROGATE.sub("\ufffd", text).encode("utf-8")


class JsonlFile:
    """A file of `articles/` being written: `NAME.jsonl.open`, renamed to `NAME.jsonl` by `finish`.

    Its lines are synced only by `finish`: until then the WARC holds each of them as well.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self._path = directory / (name + OPEN_SUFFIX)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(self._path, flags, 0o666)
        self.size = os.fstat(self._fd).st_size

    def append(self, lines: Iterable[bytes]) -> None:
        """Append lines, each with its line feed added."""
        data = memoryview(b"".join(line + b"\n" for line in lines))
        while data:
            reach("jsonl", self._fd, data)
            written = os.write(self._fd, data)
            self.size += written
            data = data[written:]

    def finish(self) -> Path:
        """Sync and give the file its final name."""
        reach("jsonl-finish")
        os.fsync(self._fd)
        os.close(self._fd)
        final = self._path.with_name(self.name)
        publish(self._path, final)
        return final

    def abandon(self) -> None:
        """Close the descriptor and leave the file `.open`."""
        os.close(self._fd)
