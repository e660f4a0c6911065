"""Kill, tear, fill up, cut short: afterwards the same command makes the collection whole,
nothing complete lost or doubled.
"""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from archive.collection import Collection
from archive.verify.items import ItemRules
from archive.verify.runner import VerifyOptions, verify
from tests.support.collections_read import read_all, read_articles
from tests.support.forked import run_forked
from tests.support.writer import PAGES, body_of, describe, numbers, write

LABELS = {
    "record-appended": 30,
    "write": 20,
    "sync": 18,
    "exchange-appended": 11,
    "before-commit": 18,
    "committed": 18,
    "item-appended": 5,
    "jsonl": 5,
    "jsonl-finish": 1,
    "before-rename": 3,
    "replace": 4,
    "settled": 1,
    "recorded": 1,
}
"""Labels of the write path → how often a whole run reaches each, at least."""


def run(directory: Path, fault: str = "") -> int:
    """One run of the writer; its exit status."""
    code = "import sys; from pathlib import Path; from tests.support.writer import write; write(Path(sys.argv[1]))"
    done = run_forked(code, [str(directory)], timeout=60, env={"THANHUY_FAULT": fault})
    if not fault:
        assert done.returncode == 0, done.stderr
    return done.returncode


def check_whole(directory: Path) -> None:
    """The collection verifies; every page was captured, every item is there exactly once."""
    report = verify((directory,), VerifyOptions(items=ItemRules()))
    damage = [finding.format() for finding in report.findings if finding.severity == "damage"]
    assert damage == []
    records = read_all(directory)
    assert not list((directory / "warc").glob("*.open"))
    assert not list((directory / "articles").glob("*.open"))
    items = read_articles(directory)
    assert sorted(f"page/{number}" for number in numbers()) == sorted(f"{item['kind']}/{item['id']}" for item in items)
    assert {1} == {item["version"] for item in items}
    lines = [line for path in (directory / "articles").glob("*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(items) == len(lines)
    captured = Counter(
        seen.uri.rpartition("/")[2]
        for seen in records
        if seen.type == "response" or (seen.type == "revisit" and seen.block)
    )
    assert {str(number) for number in range(PAGES)} == set(captured)
    for seen in records:
        if seen.type == "response":
            assert seen.block.endswith(body_of(int(seen.uri.rpartition("/")[2])))


def completed(directory: Path) -> dict[str, bytes]:
    """Record id → block of every complete record, `.open` files included."""
    found: dict[str, bytes] = {}
    from archive.errors import RecordError
    from archive.warc.reader import read_records

    for path in sorted((directory / "warc").glob("*.warc.gz*")):
        try:
            for _, _, record in read_records(path):
                found[record.record_id] = record.block.read()
        except RecordError:
            pass
    return found


def crash_and_mend(directory: Path, fault: str) -> None:
    """Run into a fault, then run again; hold the result against what was complete at the crash."""
    status = run(directory, fault)
    assert status != 0, f"{fault} was never reached"
    before = completed(directory)
    run(directory)
    check_whole(directory)
    after = completed(directory)
    assert all(after.get(record_id) == block for record_id, block in before.items())
    once_more = {path.name: path.read_bytes() for path in (directory / "warc").iterdir()}
    run(directory)
    assert once_more == {path.name: path.read_bytes() for path in (directory / "warc").iterdir()}, (
        "a whole collection is left alone"
    )


@pytest.mark.parametrize("label", LABELS)
def test_kill_at_a_labelled_point_loses_nothing(tmp_path: Path, label: str) -> None:
    count = LABELS[label]
    crash_and_mend(tmp_path / "x", f"{label}:{random.Random(label).randint(1, count)}:kill")


@pytest.mark.parametrize("number", [1, 9, 18])
def test_write_torn_in_the_middle_is_moved_aside(tmp_path: Path, number: int) -> None:
    crash_and_mend(tmp_path / "x", f"write:{number}:tear")
    torn = list((tmp_path / "x" / "torn").glob("*"))
    assert torn
    assert all(path.stat().st_size for path in torn)


@pytest.mark.parametrize(
    ("label", "error"), [("write", "ENOSPC"), ("sync", "EIO"), ("jsonl", "ENOSPC"), ("replace", "EIO")]
)
def test_failing_disk_stops_cleanly_and_the_next_run_mends(tmp_path: Path, label: str, error: str) -> None:
    crash_and_mend(tmp_path / "x", f"{label}:{min(3, LABELS[label])}:{error}")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("label", LABELS)
def test_kill_at_every_point_loses_nothing(tmp_path: Path, label: str) -> None:
    for number in range(1, LABELS[label] + 1):
        crash_and_mend(tmp_path / str(number), f"{label}:{number}:kill")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_failing_write_at_every_point_loses_nothing(tmp_path: Path) -> None:
    for number in range(1, LABELS["write"] + 1):
        for action in ("ENOSPC", "tear"):
            crash_and_mend(tmp_path / f"{number}{action}", f"write:{number}:{action}")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kill_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(60):
        directory = tmp_path / str(number)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.writer", str(directory)], stderr=subprocess.DEVNULL
        )
        try:
            process.wait(chance.uniform(0.1, 0.6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        run(directory)
        check_whole(directory)


def test_power_loss_at_every_byte_of_the_last_record_is_mended(tmp_path: Path) -> None:
    """Imitated by cutting the open file: the state knows of more than the disk holds."""
    whole = tmp_path / "whole"
    run(whole, "before-rename:1:kill")
    path = next((whole / "warc").glob("*.open"))
    size = path.stat().st_size
    offsets = sorted(_offsets(path))
    for cut in [*range(offsets[-2], size, 17), size - 1]:
        directory = tmp_path / f"cut{cut}"
        shutil.copytree(whole, directory)
        with (directory / "warc" / path.name).open("r+b") as stream:
            stream.truncate(cut)
        collection = Collection.open(directory, describe=describe)
        kept = max(offset for offset in [*offsets, size] if offset <= cut)
        assert kept == collection.state.file_size(path.name.removesuffix(".open"))
        collection.close()
        shutil.rmtree(directory)


def _offsets(path: Path) -> list[int]:
    from archive.warc.reader import read_records

    return [offset for offset, _, _ in read_records(path)]


def test_state_is_rebuilt_from_the_warcs_alone(tmp_path: Path) -> None:
    directory = tmp_path / "x"
    run(directory)
    before = read_articles(directory)
    index = (directory / "indexes" / "index.cdxj").read_bytes()
    (directory / "state.sqlite").unlink()
    run(directory)
    check_whole(directory)
    assert before == read_articles(directory)
    assert index == (directory / "indexes" / "index.cdxj").read_bytes()


def test_missing_article_lines_are_written_again_from_the_warc(tmp_path: Path) -> None:
    directory = tmp_path / "x"
    run(directory)
    before = read_articles(directory)
    for path in (directory / "articles").glob("*.jsonl"):
        path.unlink()
    (directory / "state.sqlite").unlink()
    run(directory)
    assert before == read_articles(directory)


def test_run_says_what_it_did(tmp_path: Path) -> None:
    directory = tmp_path / "x"
    run(directory, "write:9:tear")
    run(directory)
    reports = [json.loads(path.read_bytes()) for path in (directory / "crawls").glob("*/run.json")]
    assert any("torn" in action for report in reports for action in report["recovered"])


@pytest.mark.parametrize("astray", ["outside the collection", "another record"])
def test_line_is_taken_from_no_record_but_its_own(tmp_path: Path, astray: str) -> None:
    """The state may be somebody else's: where it leads is looked at before it is believed."""
    path = tmp_path / "x"
    write(path)
    lines = next((path / "articles").glob("*.jsonl"))
    whole = lines.read_bytes()
    lines.with_name(lines.name + ".open").write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    lines.unlink()
    with closing(sqlite3.connect(path / "state.sqlite")) as database:
        last = database.execute("SELECT file, offset, length FROM versions ORDER BY jsonl_offset DESC").fetchone()
        if astray == "another record":
            values = database.execute("SELECT file, offset, length FROM captures ORDER BY id").fetchone()
        else:
            values = (str(shutil.copy(path / "warc" / last[0], tmp_path / last[0])), *last[1:])
        where = "WHERE jsonl_offset = (SELECT max(jsonl_offset) FROM versions)"
        database.execute(f"UPDATE versions SET file = ?, offset = ?, length = ? {where}", values)
        database.commit()
    collection = Collection.open(path, describe=describe)
    collection.close({"reason": "finished"})
    assert any("is lost here" in action for action in collection.recovery.actions)
    assert whole.splitlines()[:-1] == lines.read_bytes().splitlines()
