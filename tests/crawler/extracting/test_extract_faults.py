"""Extract interrupted, out of space, given nonsense: it ends with the right code, without a traceback,
and leaves nothing half written.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from archive.warc import ranges
from crawler.extracting import running
from crawler.extracting.rereading import Reread, Task, reread_all
from crawler.extracting.running import CHUNK, Extraction, ExtractionOptions
from crawler.extracting.sources import find_sources
from crawler.pages import reading
from tests.crawler.extracting.test_extract_foreign import T, capture, extract, html, page
from tests.support.commands import begin_thanhuy, run_thanhuy
from tests.support.forked import Begun
from tests.warcs.build import compressed, http_response, member, response, warcinfo


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some thousand articles: seconds of work, megabytes of output."""
    path = tmp_path_factory.mktemp("many") / "many.warc.gz"
    with path.open("wb") as stream:
        stream.write(compressed(warcinfo()))
        stream.writelines(map(one_of_many, range(3000)))
    return path


def one_of_many(number: int) -> bytes:
    """An article's capture."""
    return member(capture(number + 2, T, html(page(T, f"Số {number}.")), ident=1491871001 + number), level=1)


@contextmanager
def begun(*args: object) -> Iterator[Begun]:
    """`thanhuy extract`, whose output nobody reads yet."""
    with begin_thanhuy("extract", *args) as process:
        try:
            yield process
        finally:
            process.kill()


def workers_of(process: Begun) -> list[int]:
    """Its worker processes, those that read last."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    return [int(child) for child in children[-2:]]


def has_ended(number: int) -> bool:
    """Whether a process is gone, at the latest after some seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{number}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_ends_with_11(many: Path, jobs: int, number: signal.Signals) -> None:
    with begun(many, "--jobs", jobs) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("{")
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert (11, "thanhuy: interrupted") == (process.returncode, errors.strip())


def test_interrupted_leaves_the_old_file(many: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_bytes(b"{}\n")
    with begun(many, "-o", target, "--jobs", 2) as process:
        while not target.with_name("out.jsonl.new").exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert 11 == process.returncode
    assert {"out.jsonl": b"{}\n"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def reread_or_die(tasks: list[Task], with_stored: bool) -> list[Reread]:
    """The first lot of pages kills the process that reads it, of which the marker tells."""
    with suppress(FileExistsError):
        Path(os.environ["MARKER"]).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
    return reread_all(tasks, with_stored)


@pytest.mark.parametrize("jobs", [1, 2])
def test_pages_of_a_killed_worker_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    path = tmp_path / "some.warc.gz"
    path.write_bytes(b"".join([compressed(warcinfo()), *map(one_of_many, range(3 * CHUNK))]))
    monkeypatch.setattr(reading, "GUARDED", True)
    monkeypatch.setattr(running, "reread_all", reread_or_die)
    monkeypatch.setenv("MARKER", str(tmp_path / "died"))
    lines = [line for _, line in Extraction(find_sources((path,)), ExtractionOptions(jobs=jobs)) if line]
    assert [str(1491871001 + number) for number in range(3 * CHUNK)] == [json.loads(line)["id"] for line in lines]
    assert (tmp_path / "died").exists()


def test_workers_end_with_their_parent(many: Path) -> None:
    with begun(many, "--jobs", 2) as process:
        assert process.stdout is not None
        process.stdout.readline()
        workers = workers_of(process)
        process.kill()
        process.communicate(timeout=30)
    assert 2 == len(workers)
    assert all(has_ended(worker) for worker in workers)


def test_reader_that_leaves_ends_it_without_a_word(many: Path) -> None:
    with begun(many, "--jobs", 2) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert "" == process.stderr.read()
        assert 141 == process.wait(timeout=30)


def test_full_disk_ends_with_3_and_leaves_the_old_file(tmp_path: Path) -> None:
    source, target = one_article(tmp_path), tmp_path / "out" / "out.jsonl"
    target.parent.mkdir()
    target.write_bytes(b"{}\n")
    done = run_thanhuy("extract", source, "-o", target, env={"THANHUY_FAULT": "replace:1:ENOSPC"})
    assert done.returncode == 3
    assert "no space left; nothing was written" in done.stderr
    assert {"out.jsonl": b"{}\n"} == {path.name: path.read_bytes() for path in target.parent.iterdir()}


def test_full_device_as_stdout_ends_with_3(tmp_path: Path) -> None:
    source = one_article(tmp_path)
    with Path("/dev/full").open("wb") as full:
        line = [sys.executable, "-m", "crawler.cli", "extract", str(source)]
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert 3 == done.returncode
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr


def one_article(directory: Path) -> Path:
    """A file of one article."""
    path = directory / "one.warc.gz"
    path.write_bytes(compressed(warcinfo(), capture(2, T, html(page(T)))))
    return path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "got nothing of that name"),
        (["notes.txt"], "got a file that begins with b'notes'"),
        (["."], "got a directory without collection.json"),
        (["bad.wacz"], "expected a WACZ, got no zip"),
        (["x", "-o", "x/articles.jsonl"], "expected a place outside the collection"),
        (["x", "-o", "x/articles/x.jsonl"], "expected a directory to write to"),
        (["one.warc.gz", "-o", "one.warc.gz"], "expected another file than those that are read"),
        (["one.warc.gz", "-o", "notes.txt"], "holds no JSON Lines"),
        (["one.warc.gz", "-o", "no/where.jsonl"], "expected a directory to write to, got none"),
        (["one.warc.gz", "-o", "x"], "expected a file to replace, got something else"),
        (["one.warc.gz", "--json"], "expected --diff with it"),
        (["one.warc.gz", "--diff", "-o", "-"], "expected one of them on stdout"),
        (["one.warc.gz", "--jobs", "0"], "0 is not in the range"),
        (["one.warc.gz", "--diff"], "expected records that a crawl of this project wrote"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    arguments: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = one_article(tmp_path)
    (tmp_path / "x" / "warc").mkdir(parents=True)
    (tmp_path / "x" / "collection.json").write_text('{"format": 1}', "utf-8")
    (tmp_path / "notes.txt").write_text("notes", "utf-8")
    (tmp_path / "bad.wacz").write_bytes(b"PK\x03\x04 and nothing more")
    before = source.read_bytes()
    monkeypatch.chdir(tmp_path)
    done = run_thanhuy("extract", *arguments, process=False)
    assert (2, "") == (done.returncode, done.stdout)
    assert expected in done.stderr
    assert (b"notes", before) == ((tmp_path / "notes.txt").read_bytes(), source.read_bytes())


def test_file_is_replaced_by_force_and_json_lines_without(tmp_path: Path) -> None:
    source, target = one_article(tmp_path), tmp_path / "out.jsonl"
    for before, more in ((b"notes", ["--force"]), (b"", []), (b"{}\n", [])):
        target.write_bytes(before)
        extract(source, "-o", target, *more)
        assert T == json.loads(target.read_bytes())["title"]


def test_progress_and_summary_go_to_stderr_alone(tmp_path: Path) -> None:
    source = one_article(tmp_path)
    loud, quiet = run_thanhuy("extract", source, "--progress"), run_thanhuy("extract", source, "--quiet")
    assert loud.stdout == quiet.stdout
    assert "1 record from 1 page (1 WARC file, 2 WARC records)" in loud.stderr
    assert "" == quiet.stderr


@pytest.mark.parametrize("size", [300, 1000, 5000])
@pytest.mark.parametrize("zipped", [True, False])
def test_ranges_of_a_file_give_what_the_whole_gives(
    size: int, zipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a captured file holds a WARC of its own, whose records pass for those of the file around it."""
    inner = compressed(*(capture(90 + n, T, html(page(T)), ident=1491879000 + n) for n in range(9)))
    nested = response(
        50, block=http_response(inner if zipped else b"".join([page(T), b"\r\n\r\n", *[capture(60, T, b"x")] * 9]))
    )
    records = [warcinfo(), capture(2, T, html(page(T))), nested, capture(3, T, html(page(T)), ident=1491871003)]
    path = tmp_path / "a.warc"
    stored = [member(each, level=0 if each is nested else 6) if zipped else each for each in records]
    path.write_bytes(b"".join(stored))
    whole = extract(path)
    monkeypatch.setattr(ranges, "SIZE", size)
    assert whole == extract(path)
    assert ["1491871001", "1491871003"] == [one["id"] for one in whole[0]]
    path.write_bytes(b"".join([stored[0], stored[1], stored[2][:-40], stored[3]]))
    cut = extract(path, code=5)
    monkeypatch.undo()
    assert cut[0] == extract(path, code=5)[0]
