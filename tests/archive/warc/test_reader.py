"""Records as they stand in a file: header, block, place; and what is no record."""

import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import RecordError
from archive.streams import open_window
from archive.warc.reader import read_record_at, read_records
from archive.warc.record import MalformedRecord, parse_record
from tests.warcs.build import compressed, member, record, resource, response, uuid, warcinfo
from tests.warcs.faults import SOUND

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30).map(str.strip)
TOKEN = st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True).filter(lambda name: name.lower() != "content-length")


@given(st.lists(st.tuples(TOKEN, TEXT.map(lambda text: text.strip(" \t"))), max_size=6), st.binary(max_size=200))
def test_headers_and_block_come_back_as_written(headers: list[tuple[str, str]], block: bytes) -> None:
    found = parse_record(io.BytesIO(record(block, *headers)))
    assert found.headers == [*headers, ("Content-Length", str(len(block)))]
    assert found.block.read() == block
    assert found.quirks == ()


def test_header_is_found_whatever_its_case() -> None:
    found = parse_record(io.BytesIO(response(7)))
    assert found.header("warc-type") == found.type == "response"
    assert found.record_id == uuid(7)[1:-1]
    assert found.header("WARC-Absent") is None
    assert found.all("warc-absent") == []


@pytest.mark.parametrize("gzipped", [True, False])
def test_records_come_with_their_places(tmp_path: Path, gzipped: bool) -> None:
    parts = [member(data) if gzipped else data for data in SOUND]
    path = tmp_path / "test.warc"
    path.write_bytes(b"".join(parts))
    found = [(offset, length, item.record_id) for offset, length, item in read_records(path)]
    assert [(offset, length) for offset, length, _ in found] == [
        (sum(map(len, parts[:n])), len(part)) for n, part in enumerate(parts)
    ]
    for offset, length, record_id in found:
        again = read_record_at(path, offset, length)
        with again.block:
            assert again.record_id == record_id
    assert [item.record_id for _, _, item in read_records(path, start=found[2][0])] == [
        record_id for _, _, record_id in found[2:]
    ]


def test_wrong_length_is_refused(tmp_path: Path) -> None:
    for name, data in (("test.warc.gz", compressed(*SOUND)), ("test.warc", b"".join(SOUND))):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(RecordError, match=re.escape(f"{path}:0: expected")):
            read_record_at(path, 0, 5)


def test_several_records_of_one_member_share_its_place(tmp_path: Path) -> None:
    path = tmp_path / "test.warc.gz"
    path.write_bytes(member(b"".join(SOUND)))
    assert [(offset, length) for offset, length, _ in read_records(path)] == [(0, path.stat().st_size)] * len(SOUND)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-version"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no-version"),
        (resource()[:40], "torn-header"),
        (b"WARC/1.1\r\nA: b\r\n", "torn-header"),
        (b"WARC/1.1\r\nX: " + bytes(2 << 20) + b"\r\n\r\n", "torn-header"),
        (b"WARC/1.1\r\nno colon\r\n\r\n", "bad-header-line"),
        (b"WARC/1.1\r\n : b\r\n\r\n", "bad-header-line"),
        (b"WARC/1.1\r\nA: b\r\n\r\n", "no-content-length"),
        (b"WARC/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "no-content-length"),
        (b"WARC/1.1\r\nContent-Length: +1\r\n\r\nx", "bad-content-length"),
        (b"WARC/1.1\r\nContent-Length: \xd9\xa3\r\n\r\nxxx", "bad-content-length"),
        (b"WARC/1.1\r\nContent-Length: 4\r\n\r\nxxx", "short-block"),
    ],
)
def test_what_is_no_record_is_told_apart(data: bytes, code: str) -> None:
    with pytest.raises(MalformedRecord) as caught:
        parse_record(io.BytesIO(data), file="test.warc")
    assert caught.value.code == code
    assert str(caught.value).startswith("test.warc:0: expected ")


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"WARC/1.1\nContent-Length: 0\n\n", ["bare-lf"]),
        (b"WARC/1.1\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", ["folded-header"]),
        (b"WARC/1.1\r\nX: a\x00\r\nContent-Length: 0\r\n\r\n", ["control-character"]),
        (b"WARC/1.1\r\nX: \xe9\r\nContent-Length: 0\r\n\r\n", ["not-utf-8"]),
    ],
)
def test_deviations_with_a_certain_meaning_are_noted(data: bytes, codes: list[str]) -> None:
    assert [code for code, _ in parse_record(io.BytesIO(data)).quirks] == codes


@pytest.mark.parametrize("cut", [1, 3, 4])
def test_record_without_its_end_is_refused(tmp_path: Path, cut: int) -> None:
    for name, data in (("test.warc.gz", member(warcinfo()[:-cut])), ("test.warc", warcinfo()[:-cut])):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(RecordError, match="after the block"):
            list(read_records(path))


def test_window_keeps_its_own_place() -> None:
    stream = io.BytesIO(b"0123456789")
    window, other = open_window(stream, 2, 5), open_window(stream, 4, 3)
    assert (window.read(2), other.read(), window.read()) == (b"23", b"456", b"456")
    assert window.seek(-2, os.SEEK_END) == 3
    assert (window.read(), window.read(), window.seek(0), window.readline()) == (b"56", b"", 0, b"23456")
    window.close()
    assert not stream.closed
