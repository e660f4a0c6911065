"""The one reader past damage: everything is told, nothing twice, and ranges agree with the whole."""

import io
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc import inflate
from archive.warc.events import IN_MEMORY, Damage, End, Event, Flaw, RecordEvent, read_events
from archive.warc.record import MAX_HEAD, Record
from archive.warc.salvage import Gap, read_every
from tests.warcs.build import compressed, member, resource, response, uuid, warcinfo
from tests.warcs.faults import SOUND

PARTS = [member(data) for data in SOUND]
WHOLE = b"".join(PARTS)


@pytest.fixture(autouse=True, params=["zlib", "ISA-L"], scope="module")
def _library(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both libraries that inflate give the same events."""
    if request.param == "ISA-L" and inflate.QUICK is None:
        pytest.skip("isal is not installed")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "zlib":
            patch.setattr(inflate, "QUICK", None)
        yield


def read(data: bytes, **options: object) -> list[Event]:
    return list(read_events(io.BytesIO(data), **options))  # type: ignore[arg-type] # passed on


def shape(events: list[Event]) -> list[tuple[object, ...]]:
    """What can be compared of events: of a record its place and its id."""
    return [(one[:2], one.record.record_id) if isinstance(one, RecordEvent) else tuple(one) for one in events]


@pytest.mark.parametrize("parts", [PARTS, list(SOUND)], ids=["gzip", "plain"])
def test_ranges_cut_anywhere_give_what_the_whole_gives(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    expected = shape(read(whole))
    for cut in range(0, len(whole) + 1, 37):
        first = read(whole, stop=cut)
        end = first[-1]
        assert isinstance(end, End)
        rest = read(whole, start=end.offset)
        assert expected == shape(first[:-1] + rest)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_one_altered_byte_costs_at_most_its_member(place: int, bits: int) -> None:
    altered = WHOLE[:place] + bytes([WHOLE[place] ^ bits]) + WHOLE[place + 1 :]
    found = [event for event in read(altered) if isinstance(event, RecordEvent)]
    assert len(found) >= len(SOUND) - 1
    hurt = next(number for number in range(len(PARTS)) if place < sum(map(len, PARTS[: number + 1])))
    ids = [event.record.record_id for event in found]
    for number, event in enumerate(read(WHOLE)[:-1]):
        assert number == hurt or (isinstance(event, RecordEvent) and event.record.record_id in ids)


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise_and_the_end_comes_last(data: bytes, packed: bool) -> None:
    for given_bytes in (data, zlib.compress(data, wbits=31) if packed else WHOLE + data):
        events = read(given_bytes)
        assert [isinstance(event, End) for event in events] == [False] * (len(events) - 1) + [True]
        places = [event.offset for event in events]
        assert places == sorted(places)


def test_every_byte_belongs_to_a_record_or_to_damage() -> None:
    rnd = random.Random(3)
    for _ in range(60):
        pieces = [rnd.choice([rnd.randbytes(rnd.randrange(60)), rnd.choice(PARTS)]) for _ in range(6)]
        data = PARTS[0] + b"".join(pieces)
        at = 0
        for event in read(data):
            if isinstance(event, RecordEvent):
                assert at == event.offset
                at += event.length
            elif isinstance(event, Damage):
                assert at == event.offset
                at = event.end
        assert at == len(data)


def test_one_member_of_many_records_is_read_in_flat_memory_and_linear_time() -> None:
    """Whatever a member holds, no more than a block is at hand; and what a damage cuts off is all that is lost."""
    records = [warcinfo(), *(resource(number, block=bytes(70_000)) for number in range(2, 60))]
    data = member(b"".join(records))
    events = read(data)
    assert len(records) == sum(isinstance(event, RecordEvent) for event in events)
    assert ["several-records-in-member"] == [event.code for event in events if isinstance(event, Flaw)]
    cut = read(data[: len(data) // 2])
    assert 20 < sum(isinstance(event, RecordEvent) for event in cut) < len(records)
    assert ["truncated-member"] == [event.code for event in cut if isinstance(event, Damage)]


def test_gap_of_a_broken_member_begins_behind_the_records_that_were_read(tmp_path: Path) -> None:
    records = [warcinfo(), *(resource(number, block=random.Random(number).randbytes(9000)) for number in range(2, 40))]
    whole = member(b"".join(records))
    path = tmp_path / "one.warc.gz"
    path.write_bytes(whole[: len(whole) // 2])
    gaps: list[Gap] = []
    read_before = sum(1 for _ in read_every(path, gaps))
    assert 5 < read_before < len(records)
    assert [path.stat().st_size] == [gap.end for gap in gaps]
    assert all(gap.start > 9000 * (read_before - 2) for gap in gaps)


@pytest.mark.parametrize("pack", [compressed, lambda *records: b"".join(records)], ids=["gzip", "plain"])
def test_long_block_is_read_when_it_is_asked_for(pack: object) -> None:
    assert callable(pack)
    block = bytes(range(256)) * (IN_MEMORY // 256 + 9)
    events = read_events(io.BytesIO(pack(warcinfo(), resource(2, block=block), response(3))))
    for event in events:
        if isinstance(event, RecordEvent) and event.record.record_id == uuid(2)[1:-1]:
            assert event.record.in_memory is None
            assert block == event.record.block.read()
            assert block[5:9] == (event.record.block.seek(5), event.record.block.read(4))[1]
        elif isinstance(event, RecordEvent):
            assert event.record.in_memory is not None


class Counted(io.BytesIO):
    """Counts the bytes that are read."""

    work = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.work += len(data)
        return data


FALSE_STARTS = {
    "no header ends": b"WARC/1.0\r\n",
    "each header ends": b"WARC/1.0\r\n\r\n",
    "each block is too long": b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\n",
}


@pytest.mark.parametrize("behind", [b"", b"\r\n\r\n", b"x" * MAX_HEAD], ids=["the end", "an empty line", "filler"])
@pytest.mark.parametrize("false", FALSE_STARTS.values(), ids=FALSE_STARTS)
def test_work_at_false_starts_does_not_grow_with_their_number_squared(false: bytes, behind: bytes) -> None:
    few, many = (Counted(warcinfo() + false * number + behind + response(3)) for number in (1500, 12_000))
    for stream in (few, many):
        found = [event.record.record_id for event in read_events(stream) if isinstance(event, RecordEvent)]
        assert [uuid(1)[1:-1], uuid(3)[1:-1]] == found
    assert many.work < 16 * (few.work + MAX_HEAD)


@given(st.lists(st.sampled_from([b"WARC/1.0\r\n", b"A: b\r\n", b"\r\n", b"x", *SOUND[:3]]), max_size=12))
def test_records_among_false_starts_are_all_found(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    ids = {event.record.record_id for event in read(data, compressed=False) if isinstance(event, RecordEvent)}
    assert {read(piece)[0].record.record_id for piece in pieces if len(piece) > 20} <= ids  # type: ignore[union-attr] # sound


def test_record_found_again_must_be_accepted() -> None:
    """A captured file may hold gzip members with records of its own."""
    foreign = member(resource(77))
    data = PARTS[0] + b"damaged " + foreign + b" more" + PARTS[1]

    def belongs(record: Record | None) -> bool:
        return record is not None and record.record_id != uuid(77)[1:-1]

    ids = [event.record.record_id for event in read(data, accept=belongs) if isinstance(event, RecordEvent)]
    assert 2 == len(ids)
    assert 3 == len([event for event in read(data) if isinstance(event, RecordEvent)])
