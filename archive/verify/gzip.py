"""The gzip headers of a WARC file, held against one another."""

from collections import Counter

from archive.warc.events import RecordEvent
from archive.warc.filler import SUBFIELD
from archive.warc.members import FEXTRA

GzipKind = tuple[int, int, int, bool]
"""Flags, extra flags, system, and whether there is a time."""


class GzipHeaders:
    """The gzip headers of one file. No checksum covers their time, system and flags:
    the one that differs from all others was probably altered.
    """

    def __init__(self) -> None:
        self._counts: Counter[GzipKind] = Counter()
        self._places: dict[GzipKind, list[int]] = {}
        """Where the first member of a kind lies, of an odd kind every one."""
        self._last = -1

    def take(self, found: RecordEvent) -> int | None:
        """Take in a member's header, once; return the member's length where the header has it."""
        header, offset = found.gzip, found.offset
        if offset == self._last:
            return None
        self._last = offset
        extra = header[12:24] if header[3] & FEXTRA else b""
        if not extra.startswith(SUBFIELD):
            kind = (header[3], header[8], header[9], any(header[4:8]))
            self._counts[kind] += 1
            if self._counts[kind] == 1 or _is_odd(kind):
                self._places.setdefault(kind, []).append(offset)
        # wget's extra field `sl` holds the member's length, compressed and not.
        return int.from_bytes(extra[4:8], "little") if extra[:4] == b"sl\x08\x00" else None

    def merge(self, other: "GzipHeaders") -> None:
        """Take in the headers of a later range of the file."""
        for kind, count in other._counts.items():
            places = other._places.get(kind, []) if not self._counts[kind] or _is_odd(kind) else []
            self._counts[kind] += count
            self._places.setdefault(kind, []).extend(places)

    def odd(self) -> list[int]:
        """Where the members lie whose header is unlike the others'."""
        usual = max(self._counts, key=lambda kind: self._counts[kind], default=None)
        number = self._counts[usual] if usual else 0
        alone = number >= 2 and number >= self._counts.total() - 1
        places = [at for kind, at in self._places.items() if (kind != usual if alone else _is_odd(kind))]
        return sorted(place for at in places for place in at)


def _is_odd(kind: GzipKind) -> bool:
    return kind[1] not in (0, 2, 4) or 13 < kind[2] < 255
