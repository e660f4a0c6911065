"""No true record is lost to damage, though captured files hold WARC records of their own."""

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.warc.salvage import Gap, read_sound
from tests.warcs.build import http_response, response, uuid, warcinfo

FORMS = ("gzip in gzip", "plain in plain", "gzip in plain", "plain in gzip")
OTHER = 900
"""From this number on record ids are those of captured WARC files."""


def pack(record: bytes, *, compressed: bool) -> bytes:
    return gzip.compress(record, 1, mtime=0) if compressed else record


def captured(seed: int, *, compressed: bool, named: bool, cut: bool) -> bytes:
    """A WARC file as somebody serves it. `named`: with its warcinfo record; `cut`: it breaks off amid its last one."""
    number = OTHER + 10 * seed
    records = [warcinfo(number)] if named else []
    records += [response(number + n, WARC_Warcinfo_ID=uuid(number), payload=None) for n in range(1, 6)]
    data = b"".join(pack(record, compressed=compressed) for record in records)
    return data[:-40] if cut else data


def build(form: str, seed: int) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """A file of ours with captured WARC files in some of its responses, and where each of its own records lies."""
    chance = random.Random(seed)
    inner, outer = (part == "gzip" for part in form.split(" in "))
    records = [(1, warcinfo(1))]
    for number in range(2, 9):
        body = b"<p>%d</p>" % number
        if chance.random() < 0.5:
            body = captured(number, compressed=inner, named=chance.random() < 0.5, cut=chance.random() < 0.3)
        records.append((number, response(number, block=http_response(body), WARC_Warcinfo_ID=uuid(1))))
    data, places = b"", {}
    for number, record in records:
        piece = pack(record, compressed=outer)
        places[uuid(number).strip("<>")] = len(data), len(data) + len(piece)
        data += piece
    return data, places


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=150)
@given(
    seed=st.integers(0, 1 << 16), cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 400)), min_size=1, max_size=3)
)
def test_damage_costs_no_record_but_those_it_lies_in(
    form: str, seed: int, cuts: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data, places = build(form, seed)
    hurt, spoilt = bytearray(data), list[tuple[int, int]]()
    chance = random.Random(seed)
    for share, length in cuts:
        start = int(share * (len(data) - 1))
        end = min(len(data), start + length)
        hurt[start:end] = bytes(chance.randrange(256) for _ in range(end - start))
        spoilt.append((start, end))
    path = tmp_path_factory.getbasetemp() / f"salvage-{form.replace(' ', '-')}.warc"
    path.write_bytes(hurt)
    sound = {name: at for name, at in places.items() if not any(at[0] < end and start < at[1] for start, end in spoilt)}
    gaps: list[Gap] = []
    found = {record.record_id: (offset, offset + length) for offset, length, record in read_sound(path, gaps)}
    lost = {name: at for name, at in sound.items() if name not in found}
    assert {} == lost
    for name, (start, end) in sound.items():
        assert found[name][0] == start
        assert not [gap for gap in gaps if gap.start < end and start < gap.end], f"{name} would be moved aside"


@pytest.mark.parametrize("form", FORMS)
def test_records_of_a_captured_file_do_not_pass_for_the_files_own(form: str, tmp_path: Path) -> None:
    """The beginning is lost, and what a response of it holds is found first."""
    inner, outer = (part == "gzip" for part in form.split(" in "))
    body = http_response(captured(1, compressed=inner, named=True, cut=False))
    first = pack(warcinfo(1), compressed=outer) + pack(
        response(2, block=body, WARC_Warcinfo_ID=uuid(1)), compressed=outer
    )
    rest = b"".join(pack(response(number, WARC_Warcinfo_ID=uuid(1)), compressed=outer) for number in (3, 4))
    path = tmp_path / "a.warc"
    path.write_bytes(bytes(200) + first[260:] + rest)
    found = [record.record_id for _, _, record in read_sound(path, [])]
    assert [uuid(3).strip("<>"), uuid(4).strip("<>")] == found


def test_lengths_that_are_lies_cost_time_in_proportion(tmp_path: Path) -> None:
    """Each of these records claims to reach over all those behind it."""
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 900000\r\n\r\n"
    path = tmp_path / "a.warc"
    path.write_bytes(head * 40_000)
    gaps: list[Gap] = []
    told = sum(record.block_length for _, _, record in read_sound(path, gaps))
    assert told < 10 * path.stat().st_size + (4 << 20)
