"""JSON that anybody may have written: whatever it is, it is a value or a ValueError."""

import json
from typing import Any


def parse_json(data: bytes | str) -> Any:
    """The value. Raises ValueError, also where it is nested more deeply than this interpreter goes."""
    try:
        return json.loads(data)
    except RecursionError:
        # Without the cause: its traceback is as deep as the nesting.
        raise ValueError("a value nested too deeply to be read") from None
