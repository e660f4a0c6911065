"""Gzip members: where each lies, what each holds, and that nothing else passes for one."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import RecordError
from archive.warc.members import MemberError, find_member, read_member, read_members
from tests.warcs.build import member, raw_member, resource


def walk(data: bytes, start: int = 0) -> list[tuple[int, int, bytes]]:
    """Offset, length and content of every member."""
    return [(found.offset, found.length, found.data.read()) for found in read_members(io.BytesIO(data), start=start)]


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(0, 9))
def test_members_come_back_with_their_places(contents: list[bytes], level: int) -> None:
    members = [member(content, level=level) for content in contents]
    offsets = [sum(map(len, members[:number])) for number in range(len(members))]
    assert walk(b"".join(members)) == list(zip(offsets, map(len, members), contents, strict=True))


def test_walk_begins_where_it_is_told_to() -> None:
    first, second = member(b"one"), member(b"two")
    assert walk(first + second, len(first)) == [(len(first), len(second), b"two")]


def test_header_fields_are_read() -> None:
    data = raw_member(b"x", flags=4 | 8, mtime=7, os=11, extra=b"\x03\x00abcname\0")
    (found,) = read_members(io.BytesIO(data))
    assert (found.header.flags, found.header.mtime, found.header.os, found.header.extra) == (12, 7, 11, b"abc")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (member(b"one")[:-1], "truncated"),
        (member(b"one")[:12], "truncated"),
        (member(b"one")[:4], "truncated"),
        (b"\x1f", "truncated"),
        (b"plain text, long enough", "not-gzip"),
        (b"ab", "not-gzip"),
        (raw_member(b"one", crc=1), "crc"),
        (member(b"one")[:-1] + b"\1", "size"),
        (b"\x1f\x8b\x07" + member(b"one")[3:], "bad-header"),
        (member(b"one")[:10] + b"\xff\xff" + member(b"one")[12:], "corrupt"),
        (raw_member(b"one", flags=8, extra=b"no end" * 40_000), "bad-header"),
        (raw_member(b"one", flags=8, extra=b"no end")[:16], "truncated"),
    ],
)
def test_what_is_no_whole_member_is_told_apart(data: bytes, kind: str) -> None:
    good = member(b"good")
    members = read_members(io.BytesIO(good + data))
    assert next(members).data.read() == b"good"
    with pytest.raises(MemberError) as caught:
        next(members)
    assert (caught.value.kind, caught.value.offset) == (kind, len(good))


def test_what_could_be_read_of_a_torn_member_is_there() -> None:
    torn = member(b"WARC/1.1\r\n" + bytes(range(256)) * 40)[:-30]
    with pytest.raises(MemberError) as caught:
        list(read_members(io.BytesIO(torn)))
    assert caught.value.data is not None
    assert caught.value.data.read(10) == b"WARC/1.1\r\n"


def test_member_larger_than_a_limit_is_refused() -> None:
    with pytest.raises(MemberError, match="at most 1000"):
        list(read_members(io.BytesIO(member(bytes(5000))), limit=1000))


def test_large_member_does_not_stay_in_memory() -> None:
    (found,) = read_members(io.BytesIO(member(bytes(3 << 20))))
    assert found.size == 3 << 20
    assert getattr(found.data, "_rolled", False)


def test_member_is_read_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "two.gz"
    first, second = member(b"one"), member(b"two")
    path.write_bytes(first + second)
    with read_member(path, len(first), len(second)) as data:
        assert data.read() == b"two"
    with pytest.raises(RecordError, match=f"expected a gzip member of 3 bytes, got one of {len(second)}"):
        read_member(path, len(first), 3)
    with pytest.raises(RecordError, match="got the end of the file"):
        read_member(path, len(first + second))
    with pytest.raises(RecordError, match="expected a gzip member"):
        read_member(path, 1)


@pytest.mark.parametrize("padding", [0, 1, 4095, (1 << 20) - 2, (1 << 20) + 5])
def test_next_member_is_found_behind_damage(padding: int) -> None:
    decoy = b"\x1f\x8b\x08 no member" + gzip.compress(b"no record")
    data = decoy + bytes(padding) + member(resource())
    assert find_member(io.BytesIO(data), 1) == len(decoy) + padding
    assert find_member(io.BytesIO(data), len(decoy) + padding + 1) is None
