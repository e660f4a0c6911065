"""A crawl seen from another shell, and what it lists of what it did not fetch."""

import json
import os
import pty
import re
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from archive.directory import STATUS
from archive.lock import Lock
from crawler.cli.watching import watching
from crawler.reporting.status import Snapshot, format_status, read_status
from tests.support.commands import begin_thanhuy, run_thanhuy
from tests.support.forked import COMMAND, Begun, Forked
from tests.support.sample_crawls import SampleCrawl
from tests.support.small_site import SmallSite, small_site


@pytest.fixture
def busy(tmp_path: Path) -> Any:
    with small_site(tmp_path) as site:
        articles = [site.article(1491900000 + number, f"Bài thứ {number} của ngày hội sách") for number in range(12)]
        elsewhere = '<a href="https://example.org/">nơi khác</a><a href="/lich?ngay=2025-01-01">lịch</a>'
        site.say("/", f"<title>Trang chủ</title>{site.links(*articles)}{elsewhere}")
        site.say("/robots.txt", "User-agent: *\nDisallow: /tin-tuc/bai-thu-3-\n", kind="text/plain")
        yield site


def words_of(site: SmallSite, *options: object) -> list[str]:
    reach = ("--connect-to", site.server.connect_to, "--cacert", site.server.ca, "--free-space-floor", 0)
    return [*map(str, ("crawl", "--into", site.directory / "x", *reach, *options))]


def begin(site: SmallSite, *options: object) -> Begun:
    return begin_thanhuy(*words_of(site, *options))


def wait_for(condition: Any, patience: float = 30) -> Any:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def pausing(told: dict[str, Any]) -> dict[str, Any] | None:
    """What is told, at a moment when articles are queued and the next request waits for its turn."""
    snapshot = told["snapshot"] or {"queue": {}}
    return told if "tin-tuc" in snapshot["queue"] and snapshot["next_request_in"] is not None else None


def test_a_crawl_under_way_is_told_from_another_shell(busy: SmallSite) -> None:
    crawl = begin(busy, "--delay", 4)
    into = busy.directory / "x"
    try:
        wait_for(lambda: read_status(into).snapshot if into.exists() else None)
        told = wait_for(lambda: pausing(json.loads(run_thanhuy("status", into, "--json").stdout)))
        assert ("running", crawl.pid, "crawl") == (told["state"], told["snapshot"]["pid"], told["snapshot"]["command"])
        assert told["snapshot"]["queue"]["tin-tuc"] >= 10
        assert 0 <= told["snapshot"]["next_request_in"] <= 6
        assert {"scope": 1, "trap": 1} == told["snapshot"]["skipped"]
        shown = run_thanhuy("status", into)
        assert f"crawl by pid {crawl.pid}" in shown.stdout
        assert "request leaves in" in shown.stdout
    finally:
        crawl.send_signal(signal.SIGTERM)
        _, err = crawl.communicate(timeout=30)
    assert 11 == crawl.returncode, err
    assert not (into / STATUS).exists()
    ended = run_thanhuy("status", into)
    assert "interrupted, to be gone on with" in ended.stdout
    assert 0 == run_thanhuy("verify", into).returncode


def test_what_is_not_fetched_is_listed_with_its_reason(busy: SmallSite) -> None:
    busy.say("/tin-tuc/bai-thu-4-cua-ngay-hoi-sach-1491900004", "không", status=403)
    busy.say("/tin-tuc/bai-thu-5-cua-ngay-hoi-sach-1491900005", "lỗi", status=500)
    done = busy.run("crawl", "--max-requests", 16)
    into = busy.directory / "x"
    (run,) = (into / "crawls").iterdir()
    lines = [json.loads(line) for line in (run / "skipped.jsonl").read_text("utf-8").splitlines()]
    told = {(line["why"], line["url"].removeprefix("https://www.thanhuytphcm.vn")) for line in lines}
    assert ("scope", "https://example.org/") in told, done
    assert ("trap", "/lich?ngay=2025-01-01") in told
    assert ("robots", "/tin-tuc/bai-thu-3-cua-ngay-hoi-sach-1491900003") in told
    assert ("refused", "/tin-tuc/bai-thu-4-cua-ngay-hoi-sach-1491900004") in told
    assert all(line["via"] == "https://www.thanhuytphcm.vn/" for line in lines if line["why"] in {"robots", "refused"})
    counts = json.loads((run / "run.json").read_text("utf-8"))["skipped"]
    assert {why: sum(one == why for one, _ in told) for why in counts} == counts
    assert "budget" in counts
    noted = [json.loads(line)["file"] for line in (into / "fixity.jsonl").read_text("utf-8").splitlines()]
    assert f"crawls/{run.name}/skipped.jsonl" in noted
    assert 0 == run_thanhuy("verify", into).returncode


def test_a_finished_collection_tells_its_last_run(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = sample_crawl.copy(tmp_path / "x")  # other tests may hold the lock of the one that all share
    done = run_thanhuy("status", into)
    assert (0, ["nothing runs"]) == (done.returncode, done.stdout.splitlines()[:1])
    assert done.stdout.splitlines()[1].endswith(" crawl: done")
    told = json.loads(run_thanhuy("status", into, "--json", "--watch").stdout)
    assert ("idle", None) == (told["state"], told["snapshot"])
    assert 2 == run_thanhuy("status", tmp_path / "x" / "warc").returncode


def test_a_repair_that_mended_and_a_repack_did_not_break_off(small_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = small_crawl.copy(tmp_path / "x")
    (into / "articles.jsonl").unlink()
    for words, told in ((["repair"], "repair: repaired"), (["repack"], "repack: small files merged")):
        assert 0 == run_thanhuy(*words, into).returncode
        lines = run_thanhuy("status", into).stdout.splitlines()
        assert "nothing runs" == lines[0]
        assert told in lines[1]
    runs = sorted((into / "crawls").glob("*/run.json"))
    assert all(json.loads(path.read_bytes())["ended"] for path in runs)


def test_a_status_file_of_anyones_making_does_no_harm(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = sample_crawl.copy(tmp_path / "x")
    for held in (
        b"",
        b"[1]",
        b'{"pid": %d, "queue": 5, "seconds": "x", "waiting": [3], "last": "\\u001b[2J"}' % os.getpid(),
        b"\xff" * 99,
    ):
        (into / STATUS).write_bytes(held)
        lock = Lock(into, "crawl")
        try:
            assert format_status(read_status(into))
            assert "\x1b" not in run_thanhuy("status", into).stdout
        finally:
            lock.release()
    assert 0 == run_thanhuy("verify", into).returncode


def snapshot(**more: Any) -> Snapshot:
    told = {"run": "1", "command": "refresh", "pid": 1, "host": "h", "at": "", "seconds": 300.0, "requests": 40}
    return Snapshot(**{**told, "pages": 30, "articles": 2, "received": 12_000_000, "per_minute": 8.0, **more})


def test_without_a_terminal_a_crawl_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("crawler.reporting.signs.time.monotonic", lambda: now)
    told = []
    with watching(shown=None, quiet=False) as watch:
        for second in range(0, 3600, 10):
            now = float(second)
            watch(snapshot(queue={"tin-tuc": 80}, seconds_left=600))
            if line := capsys.readouterr().err:
                told.append((second, line))
    assert [60, 180, 420, 900, 1500, 2100, 2700, 3300] == [second for second, _ in told]
    expected = (
        "30 pages, 2 articles new or changed, 12.0 MB after 5 min; 8 requests a minute, 80 queued, about 10 min left"
    )
    assert f"thanhuy: refresh: {expected}\n" == told[0][1]


def test_the_bar_of_a_crawl_lives_on_a_terminal_and_warnings_stand_above_it(busy: SmallSite) -> None:
    busy.say("/tin-tuc/bai-thu-7-cua-ngay-hoi-sach-1491900007", "<title>Đăng nhập</title>" * 3)
    ours, theirs = pty.openpty()
    with (busy.directory / "out").open("wb") as out:
        crawl = Forked(COMMAND, words_of(busy, "--delay", 0.2), {}, out=out.fileno(), err=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        seen += piece
    os.close(ours)
    crawl.wait(30)
    assert b"articles" in seen
    assert b"crawl " in seen
    # The bar's line is taken away, then the warning stands in one piece, then the bar is drawn anew.
    told = rb"\r\x1b\[2Kthanhuy: https://www\.thanhuytphcm\.vn/tin-tuc/bai-thu-7-[^\r\n\x1b]+: expected an article[^\r\n\x1b]+\r\n"
    assert re.search(told, seen), seen


def test_what_is_held_back_is_told(small_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = small_crawl.copy(tmp_path / "x")
    with sqlite3.connect(into / "state.sqlite") as state:
        state.executemany(
            "INSERT INTO held VALUES (?, '[]', ?)", [("tin-tuc/1", 1), ("tin-tuc/2", 1), ("tin-tuc/3", 0)]
        )
    state.close()
    assert {"judgement": 1, "demand": 2} == json.loads(run_thanhuy("status", into, "--json").stdout)["held"]
    report = tmp_path / "r.html"
    shown = (
        run_thanhuy("status", into).stdout,
        run_thanhuy("report", into, "-o", report).stdout,
        report.read_text("utf-8"),
    )
    for text in shown[0], shown[2]:
        assert "1 new version with fields lost" in text
        assert "2 new versions held back" in text


def test_beside_a_first_crawl_nothing_is_advised_that_it_would_lock_out(
    small_crawl: SampleCrawl, tmp_path: Path
) -> None:
    into = small_crawl.copy(tmp_path / "x")
    for path in (into / "articles.jsonl", into / "indexes" / "index.cdxj", into / "fixity.jsonl"):
        path.unlink()
    for path in (*(into / "warc").iterdir(), *(into / "articles").iterdir()):
        path.rename(f"{path}.open")
    for state in ("there", "gone"):
        lock = Lock(into, "crawl")
        try:
            for words in (
                ["report", into, "-o", tmp_path / "r.html", "--force"], ["doctor", into, "--offline"], ["changes", into],
                ["export", into, "--format", "csv", "-o", tmp_path / "x.csv"], ["replay", into], ["show", into, "1491871594"],
            ):  # fmt: skip
                done = run_thanhuy(*words, process=False)
                assert done.returncode in {0, 2}, (state, words, done.stderr)
                assert not re.search(r"thanhuy (repair|index|repack|reread)", done.stdout + done.stderr), words
        finally:
            lock.release()
        (into / "state.sqlite").unlink(missing_ok=True)
