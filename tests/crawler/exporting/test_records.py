"""Lines are read stretch by stretch, and all of them of one file, though a run ends meanwhile."""

import json
from pathlib import Path

import pytest

from archive.files import replace_file
from crawler.exporting import records
from crawler.exporting.records import FileReplaced, Unreadable, Wanted, read_records
from tests.support.sample_crawls import SampleCrawl


@pytest.fixture
def lines(small_crawl: SampleCrawl, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Records of a crawl, of which a stretch holds about one."""
    monkeypatch.setattr(records, "STRETCH", 2000)
    return (small_crawl.directory / "articles.jsonl").read_bytes().splitlines(keepends=True)


def test_a_file_that_is_replaced_while_it_is_read_is_told(lines: list[bytes], tmp_path: Path) -> None:
    """The stretches of two files give some records twice, and others not at all."""
    path = tmp_path / "articles.jsonl"
    replace_file(path, lines)
    reading = read_records([path], Wanted(), Unreadable())
    next(reading)
    replace_file(path, lines[1:])
    with pytest.raises(FileReplaced, match="run the same command again"):
        list(reading)


def test_a_file_that_is_finished_while_it_is_read_is_read_to_its_end(lines: list[bytes], tmp_path: Path) -> None:
    path, finished = tmp_path / "x.jsonl.open", tmp_path / "x.jsonl"
    replace_file(path, lines)
    reading = read_records([path], Wanted(), Unreadable())
    found = [next(reading)]
    path.rename(finished)
    assert len(lines) == len([*found, *reading])
    assert len(lines) == len(list(read_records([path], Wanted(), Unreadable()))), "by the name that it had"


@pytest.mark.parametrize(
    ("place", "key", "found"),
    [("images", "caption", True), ("blocks", "level", True), ("warc", "file", False), ("parser", "layout", False)],
)
def test_key_that_an_object_in_a_line_lacks_is_null(lines: list[bytes], place: str, key: str, found: bool) -> None:
    """Or, where it may not be, the line is no record."""
    record = next(read for line in lines if (read := json.loads(line))["images"])
    assert records.parse_line(json.dumps(record).encode()) == record
    for inner in record[place] if isinstance(record[place], list) else [record[place]]:
        inner.pop(key)
    read = records.parse_line(json.dumps(record).encode())
    assert found == isinstance(read, dict)
    assert isinstance(read, str) or all(inner[key] is None for inner in read[place])
    if isinstance(read, dict):
        whole = next(one for line in lines if (one := json.loads(line))["images"])
        assert [list(inner) for inner in whole[place]] == [list(inner) for inner in read[place]], (
            "in the schema's order"
        )
