"""What of an item tells that it is another than before: its text and its payload, and nothing that the archive adds."""

from collections.abc import Mapping
from typing import Any

STAMPED = frozenset({"version", "changed", "captured_at", "warc"})
"""Keys that the archive fills in."""
UNCOMPARED = STAMPED | {"schema", "text_digest", "parser", "sources", "warnings", "url", "gone", "reread"}
"""Keys that say nothing about whether the text changed."""


def payload_of(record: Mapping[str, Any]) -> str | None:
    """The digest of the payload that an item was read from. None where it does not say."""
    pointer = record.get("warc")
    return pointer.get("payload_digest") if isinstance(pointer, dict) else None


def changed_fields(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The keys of an item that its version before had otherwise, of those that tell of its text."""
    return [name for name in now if name not in UNCOMPARED and before.get(name) != now[name]]
