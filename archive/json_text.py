"""JSON that anybody may have written: whatever it is, it is a value or a ValueError."""

import json
from typing import Any


def parse_json(data: bytes | str, *, halves: bool = False) -> Any:
    """The value. Raises ValueError, also where it is nested more deeply than this interpreter goes, and where it holds
    half a surrogate pair, which is no text (RFC 7493 §2.1) and could not be written again.

    `halves`: whether such are let through, for who replaces them before writing, or writes the same bytes.
    """
    try:
        value = json.loads(data)
        if not halves and _may_hold_halves(data):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        # Without the cause: its traceback is as deep as the nesting.
        raise ValueError("a value nested too deeply to be read") from None
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair, which is no text") from None
    return value


def _may_hold_halves(data: bytes | str) -> bool:
    """Whether strings may hold what UTF-8 does not: as an escape, or as bytes of its own (`json` lets both through)."""
    if isinstance(data, str):
        return "\\u" in data or not data.isascii()
    # UTF-16 and UTF-32, which `json` reads as well, have a NUL beside each character of JSON's own.
    return b"\\u" in data or b"\xed" in data or b"\0" in data
