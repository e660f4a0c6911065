"""Records as they are written: byte for byte what was given, one gzip member each, readable for others."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.errors import ArchiveError
from archive.warc.events import End, RecordEvent, read_events
from archive.warc.writer import Draft, RecordWriter

TYPES = st.sampled_from(["warcinfo", "response", "request", "revisit", "metadata", "resource"])
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)


def written(*drafts: Draft, level: int = 6) -> bytes:
    out = bytearray()
    writer = RecordWriter(out.extend, level=level)
    for draft in drafts:
        writer.write(draft)
    return bytes(out)


@given(st.lists(st.tuples(TYPES, VALUES, st.binary(max_size=2000)), min_size=1, max_size=4), st.integers(1, 9))
def test_records_come_back_as_they_were_given(given: list[tuple[str, str, bytes]], level: int) -> None:
    drafts = [
        Draft.of(
            block,
            ("WARC-Type", kind),
            ("X-Note", note),
            ("X-None", None),
            ("WARC-Protocol", "a"),
            ("WARC-Protocol", "b"),
        )
        for kind, note, block in given
    ]
    data = written(*drafts, level=level)
    assert data == written(*drafts, level=level)
    *found, end = read_events(io.BytesIO(data))
    assert End(len(data)) == end
    for event, (kind, note, block) in zip(found, given, strict=True):
        assert isinstance(event, RecordEvent)
        names = ["WARC-Type", "X-Note", "WARC-Protocol", "WARC-Protocol", "WARC-Block-Digest", "Content-Length"]
        assert names == [name for name, _ in event.record.headers]
        assert (kind, note, block) == (event.record.type, event.record.header("X-Note"), event.record.block.read())
        assert gzip.decompress(data[event.offset : event.offset + event.length]).endswith(block + b"\r\n\r\n")
    theirs = [record.raw_stream.read() for record in ArchiveIterator(io.BytesIO(data), no_record_parse=True)]
    assert [block for _, _, block in given] == theirs


def test_block_shorter_than_it_says_is_refused() -> None:
    with pytest.raises(ArchiveError, match="expected 5 bytes, got 3"):
        written(Draft(fields=(("WARC-Type", "resource"),), block=io.BytesIO(b"abc"), length=5))


@pytest.mark.parametrize("value", ["a\r\nX: y", "\0", "\x7f"])
def test_control_characters_never_reach_a_header(value: str) -> None:
    with pytest.raises(ArchiveError, match="no control character"):
        written(Draft.of(b"", ("X-Note", value)))
