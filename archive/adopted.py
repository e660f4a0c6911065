"""Adopted: WARC files that others made, kept in `warc/` beside the collection's own, their bytes as they came.

The name says it, so that `warc/` alone tells: `adopted-<16 hex digits of the source's SHA-256>-<its own name>`. What
such a file says of itself is its maker's word: its captures count, but no item record in it is this collection's,
nothing in it teaches this collection's reader, no payload of this collection's own captures is left out for one of
its, and its references may lead outside.

Where it came from stands in a record of the run that adopted it, see `archive.provenance`.
"""

import re

PREFIX = "adopted-"
"""Begins the name of every such file, and of no other."""
_DIGITS = 16
_LONGEST = 100
"""Characters of the source's own name that are kept."""


def is_adopted(name: str) -> bool:
    """Whether a file of that name in `warc/` was made by others. What findings call it is understood as well."""
    return name.rpartition("/")[2].startswith(PREFIX)


def name_adopted(sha256: str, name: str, *, compressed: bool) -> str:
    """What a source of that digest is called in `warc/`. The ending says what the bytes are."""
    stem = re.sub(r"(\.warc)?(\.gz)?$", "", name.rpartition("/")[2])
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", stem).strip("-.")[:_LONGEST] or "capture"
    return f"{PREFIX}{sha256[:_DIGITS]}-{plain}.warc{'.gz' if compressed else ''}"


def begins_name(sha256: str) -> str:
    """How the name of a source of that digest begins, whatever its own name."""
    return f"{PREFIX}{sha256[:_DIGITS]}-"
