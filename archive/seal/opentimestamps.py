"""OpenTimestamps files: the ways from the SHA-256 of a file to those who say that it was there, and what they prove.

Detached file, version 1: a magic, the version, the digest's operation and the digest; then a tree of operations, each
over the result of the one before. Where a way ends stands who attests: a calendar that promises to bring the result
into a block of Bitcoin, or the block, whose Merkle root the result then is.

Not read: keccak256, which no calendar uses. Statements of other kinds are kept, and count for nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
HEAD = MAGIC + b"\x01\x08"
"""Version 1, over a SHA-256."""
MOST = 64 << 10
"""No honest file is longer: each calendar adds about a kilobyte."""
LONGEST = 4096
"""Bytes of a result, as of an argument."""
DEEPEST = 256
"""Operations of one way."""
PENDING = bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = bytes.fromhex("0588960d73d71901")
_STATEMENT, _FORK, _APPEND, _PREPEND = 0x00, 0xFF, 0xF0, 0xF1
_UNARY: dict[int, Callable[[bytes], bytes]] = {
    0x02: lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    0x03: lambda data: hashlib.new("ripemd160", data).digest(),
    0x08: lambda data: hashlib.sha256(data).digest(),
    0xF2: lambda data: data[::-1],
    0xF3: lambda data: data.hex().encode("ascii"),
}


class OpenTimestampError(ValueError):
    """Bytes that are no OpenTimestamps file: what was expected and what was got."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Who attests a result: a calendar, a block, or something that is not known here."""

    tag: bytes
    payload: bytes

    @property
    def calendar(self) -> str:
        """The address of a calendar that promises; empty where it is another kind."""
        return _Octets(self.payload).take_bytes().decode("ascii", "replace") if self.tag == PENDING else ""

    @property
    def height(self) -> int | None:
        """The number of a block; None where it is another kind."""
        return _Octets(self.payload).take_number() if self.tag == BITCOIN else None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A result, who attests it, and the operations that lead on from it."""

    result: bytes
    statements: tuple[Statement, ...] = ()
    steps: "tuple[tuple[bytes, Way], ...]" = ()
    """Operation as it is written → where it leads."""

    def walk(self) -> "Iterator[Way]":
        """This one and all that follow from it."""
        yield self
        for _, way in self.steps:
            yield from way.walk()

    @property
    def blocks(self) -> list[tuple[int, bytes]]:
        """Number of a block, and the Merkle root that it is to have."""
        return [(one.height, way.result) for way in self.walk() for one in way.statements if one.height is not None]

    @property
    def promises(self) -> list[tuple[str, bytes]]:
        """Address of a calendar, and the result that it promised to bring into a block and has not brought yet."""
        return self._look()[1]

    def _look(self) -> tuple[bool, list[tuple[str, bytes]]]:
        """Whether it leads to a block, and its promises: each part of a way is looked at once."""
        is_kept, found = any(one.height is not None for one in self.statements), list[tuple[str, bytes]]()
        for _, way in self.steps:
            leads, promised = way._look()
            is_kept = is_kept or leads
            found += promised
        own = [] if is_kept else [(one.calendar, self.result) for one in self.statements if one.calendar]
        return is_kept, own + found

    def merge(self, other: "Way") -> "Way":
        """This way with all that another knows of the same result, here or further on."""
        if other.result != self.result:
            return replace(self, steps=tuple((step, way.merge(other)) for step, way in self.steps))
        steps = dict(self.steps)
        for step, way in other.steps:
            steps[step] = steps[step].merge(way) if step in steps else way
        return replace(
            self, statements=tuple(dict.fromkeys(self.statements + other.statements)), steps=tuple(steps.items())
        )

    def format(self) -> bytes:
        """As it is written, without the result."""
        parts = [
            bytes([_STATEMENT]) + one.tag + _format_number(len(one.payload)) + one.payload for one in self.statements
        ]
        parts += [step + way.format() for step, way in self.steps]
        return b"".join(bytes([_FORK]) + part for part in parts[:-1]) + parts[-1]


def format_file(way: Way) -> bytes:
    """An `.ots` file."""
    return HEAD + way.result + way.format()


def parse_file(data: bytes) -> Way:
    """An `.ots` file over a SHA-256. Raises OpenTimestampError."""
    if not data.startswith(HEAD):
        raise OpenTimestampError("expected an OpenTimestamps file of version 1 over a SHA-256, got another thing")
    start = len(HEAD) + 32
    return parse_way(data[start:], data[len(HEAD) : start])


def parse_way(data: bytes, result: bytes) -> Way:
    """What follows from a result, e.g. a calendar's answer. Raises OpenTimestampError."""
    if len(data) > MOST:
        raise OpenTimestampError(f"expected at most {MOST} bytes of OpenTimestamps, got more")
    reader = _Octets(data)
    way = reader.take_way(result, DEEPEST)
    if reader.place != len(data):
        raise OpenTimestampError(f"expected the end of the stamp at byte {reader.place}, got more")
    return way


def _format_number(value: int) -> bytes:
    """LEB128."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


class _Octets:
    """Bytes that are taken from the front. Raises OpenTimestampError where there are fewer."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def take(self, count: int) -> bytes:
        found = self._data[self.place : self.place + count]
        if len(found) != count:
            raise OpenTimestampError(f"expected {count} more bytes of the stamp, got {len(found)}")
        self.place += count
        return found

    def take_number(self) -> int:
        value = 0
        for shift in range(0, 63, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise OpenTimestampError("expected a number of at most nine bytes in the stamp, got a longer one")

    def take_bytes(self) -> bytes:
        count = self.take_number()
        if count > LONGEST:
            raise OpenTimestampError(f"expected at most {LONGEST} bytes in the stamp, got {count}")
        return self.take(count)

    def take_way(self, result: bytes, depth: int) -> Way:
        if not depth:
            raise OpenTimestampError(f"expected at most {DEEPEST} operations one after the other, got more")
        statements, steps, more = list[Statement](), dict[bytes, Way](), True
        while more:
            tag = self.take(1)[0]
            more = tag == _FORK
            tag = self.take(1)[0] if more else tag
            if tag == _STATEMENT:
                statements.append(self._take_statement())
                continue
            start = self.place - 1
            after = self._apply(tag, result)
            step = self._data[start : self.place]
            way = self.take_way(after, depth - 1)
            steps[step] = steps[step].merge(way) if step in steps else way
        return Way(result=result, statements=tuple(dict.fromkeys(statements)), steps=tuple(steps.items()))

    def _take_statement(self) -> Statement:
        found = Statement(tag=self.take(8), payload=self.take_bytes())
        if not all(char.isascii() and char.isprintable() for char in found.calendar):
            raise OpenTimestampError("expected the address of a calendar, got control characters")
        _ = found.height
        return found

    def _apply(self, tag: int, result: bytes) -> bytes:
        """An operation's result."""
        if tag in (_APPEND, _PREPEND):
            more = self.take_bytes()
            after = result + more if tag == _APPEND else more + result
        elif tag in _UNARY:
            try:
                after = _UNARY[tag](result)
            except ValueError as error:  # OpenSSL without its old digests
                raise OpenTimestampError(f"operation {tag:#04x} of the stamp is not known here: {error}") from error
        else:
            raise OpenTimestampError(f"expected an operation that is known, got {tag:#04x}")
        if len(after) > LONGEST:
            raise OpenTimestampError(f"expected results of at most {LONGEST} bytes, got {len(after)}")
        return after
