"""The whole crawl killed, interrupted, out of space: the same command again completes it, nothing lost,
nothing fetched twice.
"""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.state.database import State
from archive.state.urls import Urls
from archive.verify.runner import VerifyOptions, verify
from crawler.articles import article_rules
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import SampleSite
from crawler.site.scope import url_key
from tests.support.collections_read import read_all, read_articles
from tests.support.commands import begin_thanhuy, run_thanhuy
from tests.support.forked import Begun

LABELS = {
    "write": 20,
    "record-appended": 48,
    "exchange-appended": 14,
    "sync": 8,
    "before-commit": 8,
    "committed": 8,
    "item-appended": 6,
    "jsonl": 2,
    "jsonl-finish": 1,
    "before-rename": 1,
    "replace": 5,
    "settled": 1,
    "recorded": 1,
}
"""Labels of the write path → how often a crawl of six articles reaches each, at least."""
IN_FLIGHT = 4
"""Requests at a time."""
FEW = ("write", "before-commit", "jsonl", "replace", "settled")
"""Those at which every run of the tests kills a crawl; the slow set does so at all of them."""


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with serve(SampleSite()) as running:
        yield running


def command(site: RunningSite, into: Path, *more: object) -> list[str]:
    """A crawl of the sample site."""
    chosen = ("--into", into, "--no-images", "--delay", 0, "--concurrency", 4, "--no-progress", *more)
    reached = ("--connect-to", site.connect_to, "--cacert", site.ca_path)
    return ["crawl", "https://www.thanhuytphcm.vn/", *map(str, (*chosen, *reached))]


def crawl(site: RunningSite, into: Path, *more: object, fault: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a crawl to its end, or into a fault."""
    done = run_thanhuy(*command(site, into, *more), timeout=60, env={"THANHUY_FAULT": fault})
    assert "Traceback" not in done.stderr
    return done


def start(site: RunningSite, into: Path, *more: object) -> Begun:
    """Begin a crawl."""
    return begin_thanhuy(*command(site, into, *more))


def findings(into: Path, *severities: str) -> list[str]:
    """What `verify` has to say."""
    report = verify((into,), VerifyOptions(items=article_rules(), record=False))
    return [finding.format() for finding in report.findings if finding.severity in severities]


def check_no_alarm(into: Path) -> None:
    """A crawl that broke off is no damage, unless a record was being written at that moment."""
    if (into / "collection.json").exists():
        assert [line for line in findings(into, "damage") if "torn-tail" not in line] == []


def check_whole(site: RunningSite, into: Path, asked: int) -> None:
    """The collection verifies; each page is captured once, each article kept once. `asked`:
    requests that the site had seen before.
    """
    assert findings(into, "damage", "warning") == []
    articles = Counter(f"{record['kind']}/{record['id']}" for record in read_articles(into))
    assert {1} == set(articles.values())
    lines = [line for path in (into / "articles").glob("*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(articles) == len(lines)
    assert set(articles) <= {article.key for article in site.site.articles}
    captured = Counter(
        seen.uri
        for seen in read_all(into)
        if seen.type in {"response", "revisit"} and not seen.uri.endswith("/robots.txt")
    )
    assert [] == [uri for uri, times in captured.items() if times > 1], (
        "an exchange that was complete is not fetched again"
    )
    requested = {seen.url for seen in site.log[asked:] if not seen.path.endswith("/robots.txt")}
    assert set(captured) <= requested
    # What was in flight at the kill is asked for again only where the article limit is not reached without it;
    # then it still waits.
    missing = requested - set(captured)
    assert len(missing) <= IN_FLIGHT
    with State(into / "state.sqlite") as state:
        rows = [Urls(state).find(url_key(url)) for url in missing]
    assert all(row is not None and row.state == "queued" for row in rows)


@pytest.mark.parametrize("label", FEW)
def test_kill_at_a_labelled_point_loses_nothing(site: RunningSite, tmp_path: Path, label: str) -> None:
    asked, into = len(site.log), tmp_path / "x"
    number = random.Random(label).randint(1, LABELS[label])
    assert -signal.SIGKILL == crawl(site, into, "--limit", 6, fault=f"{label}:{number}:kill").returncode
    check_no_alarm(into)
    done = crawl(site, into, "--limit", 6)
    assert done.returncode == 0, done.stderr
    check_whole(site, into, asked)


def test_kill_at_the_end_of_a_second_run_leaves_nothing_behind(site: RunningSite, tmp_path: Path) -> None:
    """The second run's files are finished, and neither `articles.jsonl` nor the index knows of them."""
    asked, into = len(site.log), tmp_path / "x"
    assert crawl(site, into, "--limit", 3).returncode == 0
    assert crawl(site, into, "--limit", 3, fault="replace:1:kill").returncode == -signal.SIGKILL
    check_no_alarm(into)
    assert crawl(site, into, "--limit", 3).returncode == 0
    check_whole(site, into, asked)


def test_page_that_a_second_crash_found_being_read_is_not_fetched_again(site: RunningSite, tmp_path: Path) -> None:
    asked, into = len(site.log), tmp_path / "x"
    for fault in ("before-commit:7:kill", "committed:1:kill"):
        assert crawl(site, into, "--limit", 6, fault=fault).returncode == -signal.SIGKILL
    assert crawl(site, into, "--limit", 6).returncode == 0
    check_whole(site, into, asked)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_cleanly(site: RunningSite, tmp_path: Path, number: signal.Signals) -> None:
    asked, into = len(site.log), tmp_path / "x"
    site.latency = 0.05
    process = start(site, into, "--limit", 20)
    while len(site.log) < asked + 12:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    site.latency = 0
    assert process.returncode == 11, errors
    assert "Traceback" not in errors
    assert len(errors.splitlines()) == 1
    assert findings(into, "damage", "warning") == []
    assert crawl(site, into, "--limit", 20).returncode == 0
    check_whole(site, into, asked)


@pytest.mark.parametrize(("fault", "code"), [("sync:3:EIO", 1), ("replace:3:EIO", 1), ("jsonl:1:ENOSPC", 3)])
def test_failing_disk_ends_with_one_clear_line(site: RunningSite, tmp_path: Path, fault: str, code: int) -> None:
    asked, into = len(site.log), tmp_path / "x"
    done = crawl(site, into, "--limit", 6, fault=fault)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "run the same command again" in done.stderr
    check_no_alarm(into)
    assert crawl(site, into, "--limit", 6).returncode == 0
    check_whole(site, into, asked)


def test_floor_of_free_space_stops_cleanly(site: RunningSite, tmp_path: Path) -> None:
    asked, into = len(site.log), tmp_path / "x"
    done = crawl(site, into, "--limit", 6, "--free-space-floor", "1000000GB")
    assert done.returncode == 3
    assert "below the floor" in done.stderr
    assert crawl(site, into, "--limit", 6).returncode == 0
    check_whole(site, into, asked)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_stops_cleanly_and_with_room_again_the_same_command_completes(
    site: RunningSite, small_disk: Path
) -> None:
    asked, into = len(site.log), small_disk / "x"
    done = crawl(site, into, "--free-space-floor", 0)
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    check_no_alarm(into)
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = crawl(site, into, "--free-space-floor", 0)
    assert again.returncode == 0, again.stderr
    check_whole(site, into, asked)
    assert len(site.site.articles) == len(read_articles(into))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_kill_at_random_moments_loses_nothing(site: RunningSite, tmp_path: Path) -> None:
    """Three hundred kills, five in a row in each of sixty collections."""
    chance = random.Random(11)
    for number in range(60):
        asked, into = len(site.log), tmp_path / str(number)
        for _ in range(5):
            process = start(site, into)
            try:
                process.communicate(timeout=chance.uniform(0.6, 2.2))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            check_no_alarm(into)
        done = crawl(site, into)
        assert done.returncode == 0, done.stderr
        check_whole(site, into, asked)
        assert len(site.site.articles) == len(read_articles(into))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("label", LABELS)
def test_kill_at_many_labelled_points_loses_nothing(site: RunningSite, tmp_path: Path, label: str) -> None:
    for number in sorted({round(1 + step * (LABELS[label] - 1) / 7) for step in range(8)}):
        asked, into = len(site.log), tmp_path / str(number)
        assert -signal.SIGKILL == crawl(site, into, "--limit", 6, fault=f"{label}:{number}:kill").returncode
        check_no_alarm(into)
        assert crawl(site, into, "--limit", 6).returncode == 0
        check_whole(site, into, asked)
