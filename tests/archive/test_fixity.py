"""The log of digests: it grows line by line, and no line can be altered, taken out or put in unseen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import fixity
from archive.errors import ArchiveError
from archive.fixity import Entry, append_entries, format_entry, read_fixity, read_lines, record_file

NOW = datetime(2024, 2, 28, 9, 30, tzinfo=UTC)


def entry(name: str, *, verified: str | None = None) -> Entry:
    """A line to be."""
    return Entry(
        file=name, sha256="0" * 64, size=1, closed_at=None if verified else "2024-01-01T00:00:00Z", verified_at=verified
    )


def test_file_is_noted_with_its_digest(tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "a.warc.gz").write_bytes(b"abc")
    record_file(tmp_path, tmp_path / "warc" / "a.warc.gz", clock=lambda: NOW)
    assert read_fixity(tmp_path) == {
        "warc/a.warc.gz": Entry(
            file="warc/a.warc.gz",
            sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            size=3,
            closed_at="2024-02-28T09:30:00Z",
            verified_at=None,
        )
    }


def test_last_line_of_a_file_holds_and_verification_is_added(tmp_path: Path) -> None:
    append_entries(tmp_path, [entry("a"), entry("b"), entry("a", verified="2024-02-01T00:00:00Z")])
    assert read_fixity(tmp_path)["a"].verified_at == "2024-02-01T00:00:00Z"
    append_entries(
        tmp_path, [Entry(file="a", sha256="1" * 64, size=2, closed_at="2024-03-01T00:00:00Z", verified_at=None)]
    )
    assert (read_fixity(tmp_path)["a"].sha256, read_fixity(tmp_path)["a"].verified_at) == ("1" * 64, None)


def test_line_that_a_crash_cut_off_is_written_over(tmp_path: Path) -> None:
    append_entries(tmp_path, [entry("a"), entry("b")])
    path = tmp_path / fixity.NAME
    path.write_bytes(path.read_bytes()[:-5])
    append_entries(tmp_path, [entry("c")])
    assert [line.entry.file for line in read_lines(tmp_path) if line.entry and line.chained] == ["a", "c"]
    assert all(line.error is None for line in read_lines(tmp_path))


def test_file_that_is_no_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / fixity.NAME).write_bytes(b"x" * 100_000)
    with pytest.raises(ArchiveError, match="expected lines"):
        append_entries(tmp_path, [entry("a")])
    assert (tmp_path / fixity.NAME).stat().st_size == 100_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of four lines."""
    directory = tmp_path_factory.mktemp("log")
    append_entries(directory, [entry(name) for name in "abcd"])
    return directory


def sound(directory: Path, data: bytes) -> bool:
    """Whether a log of these bytes passes."""
    (directory / fixity.NAME).write_bytes(data)
    return all(line.error is None and line.chained for line in read_lines(directory))


@given(st.data())
def test_no_byte_of_a_line_can_be_altered_unseen(log: Path, data: st.DataObject) -> None:
    whole = b"".join(format_lines("abcd"))
    place = data.draw(st.integers(0, len(whole) - 1))
    assert sound(log, whole)
    assert not sound(
        log, whole[:place] + bytes([whole[place] ^ 1 << data.draw(st.integers(0, 7))]) + whole[place + 1 :]
    )


def test_no_line_can_be_taken_out_or_moved_unseen(log: Path) -> None:
    lines = format_lines("abcd")
    assert not sound(log, b"".join([*lines[:1], *lines[2:]]))
    assert not sound(log, b"".join([lines[0], lines[2], lines[1], lines[3]]))
    assert not sound(log, b"".join([lines[0], *lines]))


def format_lines(names: str) -> list[bytes]:
    """The lines of a log."""
    lines, chain = [], ""
    for name in names:
        lines.append(format_entry(entry(name), chain) + b"\n")
        chain = lines[-1].rpartition(b'"chain":"')[2][:64].decode()
    return lines
