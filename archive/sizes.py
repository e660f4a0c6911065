"""Sizes as people write them, the same in the options of verbs, in a configuration, in those of Spark's format."""

import re
from fractions import Fraction

SIZE_UNITS = {"": 1} | {
    f"{prefix}{suffix}": base**power
    for power, prefix in enumerate("kmgt", 1)
    for suffix, base in (("", 1000), ("b", 1000), ("i", 1024), ("ib", 1024))
} | {"b": 1}  # fmt: skip
"""Unit in small letters → bytes. `2G` and `2GB` are powers of a thousand, `2Gi` and `2GiB` of 1024."""
MOST = 1 << 62
"""No size is larger: what is would overflow a database's number."""


def parse_size(text: str) -> int:
    """Bytes of `500kB`, `2GB`, `2GiB`, `2G`, `1.5M`, `4096`. Raises ValueError that says what was expected."""
    match = re.fullmatch(r"(\d{1,20}(?:\.\d{1,9})?)\s*([a-z]{0,3})", text.strip().lower(), re.ASCII)
    unit = SIZE_UNITS.get(match[2]) if match else None
    if match is None or unit is None or (size := int(Fraction(match[1]) * unit)) > MOST:
        raise ValueError(f"expected a size like 500kB, 2GB or 2GiB, got {text!r}")
    return size
