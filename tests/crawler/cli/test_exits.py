"""Every exit code, provoked for real; and streams that are closed, full or left by their reader."""

import errno
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.lock import Lock
from crawler.cli.endings import judge
from crawler.cli.exits import Exit, run
from crawler.engine.outcome import AT_ONCE, Outcome
from tests.support.commands import ROOT, run_thanhuy
from tests.support.sample_crawls import SampleCrawl
from tests.support.small_site import SmallSite, small_site
from tests.support.writer import write

THANHUY = (sys.executable, "-m", "crawler.cli")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as served:
        articles = [served.article(1491900000 + number, f"Bài thứ {number} của ngày hội sách") for number in range(4)]
        served.say("/", f"<title>Trang chủ</title>{served.links(*articles)}")
        yield served


def test_done_and_nothing_new_are_0(site: SmallSite) -> None:
    assert Exit.DONE == site.run("crawl").code
    assert Exit.DONE == site.run("refresh").code


def test_an_unexpected_error_is_1_and_a_full_disk_3(site: SmallSite) -> None:
    for fault, code in (("EIO", Exit.ERROR), ("ENOSPC", Exit.NO_SPACE)):
        ran = site.run("crawl", env={"THANHUY_FAULT": f"write:9:{fault}"})
        assert code == ran.code, ran
        assert 1 == ran.err.count("thanhuy: ")
    assert Exit.DONE == site.run("crawl").code


@pytest.mark.parametrize("verb", ["verify", "extract", "show", "export --format csv -o", "schema -o", "status"])
@pytest.mark.parametrize("kind", ["too long", "a circle", "through a file"])
def test_path_that_leads_nowhere_is_wrong_usage(verb: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").touch()
    path = tmp_path / {"too long": "x" * 5000, "a circle": "circle", "through a file": "file/x"}[kind]
    done = run_thanhuy(*verb.split(), path)
    assert Exit.USAGE == done.returncode, done.stderr
    assert len(done.stderr) < 2000


def test_a_log_without_lines_is_damage(tmp_path: Path) -> None:
    write(tmp_path / "x")
    (tmp_path / "x" / "fixity.jsonl").write_bytes(b"a" * 100_000)
    done = run_thanhuy("index", tmp_path / "x")
    assert (Exit.DAMAGE, True) == (done.returncode, "expected lines" in done.stderr), done.stderr


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OSError(errno.EMFILE, "Too many open files"), Exit.USAGE, "ulimit -n"),
        (MemoryError(), Exit.ERROR, "out of memory"),
    ],
)
def test_what_the_machine_does_not_give_has_its_remedy(
    error: Exception, code: Exit, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert code == run(fail)
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", [".lock", "fixity.jsonl", "crawls"])
def test_another_thing_in_a_files_place_is_wrong_usage(name: str, tmp_path: Path) -> None:
    write(tmp_path / "x")
    (tmp_path / "x" / name).rename(tmp_path / "aside")
    (tmp_path / "x" / name).symlink_to(tmp_path / "elsewhere")
    done = run_thanhuy("index", tmp_path / "x")
    assert (Exit.USAGE, True) == (done.returncode, "move it away" in done.stderr), done.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_an_error_while_the_run_is_summed_up_is_1_and_leaves_no_file_open(site: SmallSite, tmp_path: Path) -> None:
    assert Exit.DONE == site.run("crawl", "--limit", 2).code
    with sqlite3.connect(tmp_path / "x" / "state.sqlite") as state:
        state.execute("UPDATE versions SET date = 'hôm qua'")
    state.close()
    ran = site.run("crawl")
    assert Exit.ERROR == ran.code, ran
    assert (1, True) == (ran.err.count("thanhuy: "), "thanhuy repair" in ran.err), ran.err
    assert not list((tmp_path / "x").rglob("*.open"))
    told = json.loads(sorted((tmp_path / "x" / "crawls").glob("*/run.json"))[-1].read_bytes())
    assert "archive_failed" == told["reason"]
    assert told["ended"]


def test_a_crawl_whose_end_was_never_reached_is_1() -> None:
    assert Exit.ERROR == judge(Outcome(reason="finished"))
    assert Exit.INTERRUPTED == judge(Outcome(reason=AT_ONCE))
    assert Exit.DONE == judge(Outcome(reason="finished", closed=True))


def test_wrong_configuration_is_2(site: SmallSite, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text("timeout = -1\n", "utf-8")
    assert Exit.USAGE == site.run("crawl", "--config", tmp_path / "t.toml").code
    assert not (tmp_path / "x").exists()


def test_a_health_check_that_fell_short_is_4(site: SmallSite) -> None:
    ran = site.run("crawl", "--section", "khong-co-muc-nay")
    assert (Exit.UNHEALTHY, True) == (ran.code, "khong-co-muc-nay" in ran.err)


def test_a_directory_that_cannot_be_made_is_2_and_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    for into in ("/proc/thanhuy", tmp_path / "file" / "x"):
        done = run_thanhuy("crawl", "--into", into, "--connect-to", "www.thanhuytphcm.vn:443:127.0.0.1:9")
        assert Exit.USAGE == done.returncode, done.stderr
        assert done.stderr.startswith(f"thanhuy: {into}: expected a directory that can be made")
        assert 1 == done.stderr.count("\n")


def test_without_a_verb_the_help_is_shown_as_it_is_and_is_2() -> None:
    bare, asked = run_thanhuy(), run_thanhuy("--help")
    assert (Exit.USAGE, "") == (bare.returncode, bare.stdout)
    assert asked.stdout == bare.stderr


def test_damage_is_5(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    into = sample_crawl.copy(tmp_path / "x")
    (warc, *_) = sorted((into / "warc").iterdir())
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 0xFF
    warc.write_bytes(data)
    assert Exit.DAMAGE == run_thanhuy("verify", into, "--fixity-only").returncode


def test_a_site_that_is_dead_is_9(tmp_path: Path) -> None:
    words = ("--into", tmp_path / "x", "--delay", 0, "--connect-to", "::127.0.0.1:9", "--no-progress")
    done = run_thanhuy("crawl", *words)
    assert Exit.UNREACHABLE == done.returncode
    assert Exit.UNREACHABLE.says in done.stderr


def test_a_signal_is_11_and_a_taken_collection_75(site: SmallSite, tmp_path: Path) -> None:
    reach = ("--connect-to", site.server.connect_to, "--cacert", site.server.ca, "--free-space-floor", 0)
    words = [*map(str, ("crawl", "--into", tmp_path / "x", "--delay", 30, *reach))]
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen([*THANHUY, *words], stderr=subprocess.PIPE) as crawl:
            end = time.monotonic() + 30
            while not list((tmp_path / "x" / "warc").glob("*.open")) and time.monotonic() < end:
                time.sleep(0.1)
            crawl.send_signal(number)
            _, err = crawl.communicate(timeout=30)
        assert Exit.INTERRUPTED == crawl.returncode, err
    lock = Lock(tmp_path / "x", "crawl")
    try:
        assert Exit.LOCKED == site.run("crawl").code
    finally:
        lock.release()


LATE = """
import os, signal, sys, threading, time
from crawler.cli.exits import leave

def be_impatient():
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)

class Last:
    def __del__(self, kill=os.kill, pid=os.getpid(), number=signal.SIGINT):
        kill(pid, number)  # while Python takes itself apart

sys.kept = Last()
if sys.argv[1] == "waiting":
    threading.Thread(target=threading.Event().wait, args=(30,)).start()
    threading.Thread(target=be_impatient, daemon=True).start()
leave(11)
"""


@pytest.mark.parametrize("when", ["waiting", "ending"])
def test_a_signal_that_comes_late_changes_nothing_of_the_code(when: str) -> None:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", LATE, when], capture_output=True, text=True, check=False)
    assert (11, "") == (done.returncode, done.stderr)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("verb", ["status", "extract", "report", "doctor"])
def test_a_closed_stdout_is_2_in_one_line(verb: str, sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    more = {"report": f"-o {tmp_path}/r.html", "doctor": "--offline"}.get(verb, "")
    command = f"exec {' '.join(THANHUY)} {verb} {sample_crawl.directory} {more} >&-"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (2, "thanhuy: stdout: expected a place to print to, got a closed one\n") == (done.returncode, done.stderr)


def test_where_nobody_can_be_told_the_code_still_tells(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    command = f"exec {' '.join(THANHUY)} status {tmp_path} >&- 2>&-"
    assert 2 == subprocess.run(["/bin/sh", "-c", command], check=False).returncode


def test_a_crawl_is_done_whatever_stdout_takes(site: SmallSite, tmp_path: Path) -> None:
    reach = f"--connect-to {site.server.connect_to} --cacert {site.server.ca} --free-space-floor 0 --delay 0"
    for out in (">&-", ">/dev/full"):
        command = f"exec {' '.join(THANHUY)} crawl --into {tmp_path}/x --no-progress {reach} {out}"
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr
        assert "articles in all" in done.stderr
    assert 0 == run_thanhuy("verify", tmp_path / "x").returncode  # nothing that was printed went into a file


def test_a_reader_that_leaves_is_no_error(sample_crawl: SampleCrawl) -> None:
    for verb in ("extract", "changes"):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run(
            [*THANHUY, verb, str(sample_crawl.directory)], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(theirs)
        assert (141, False) == (done.returncode, "thanhuy:" in done.stderr), done.stderr


def test_a_read_only_disk_is_2_for_what_writes_and_nothing_to_what_reads(
    sample_crawl: SampleCrawl, tmp_path: Path
) -> None:
    sample_crawl.copy(tmp_path / "ro" / "x")
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root may mount a directory read-only")
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && shift 0 && exec "$@"'

    def run(*words: object) -> "subprocess.CompletedProcess[str]":
        command = ["unshare", "-m", "sh", "-c", script, str(tmp_path / "ro"), *THANHUY, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first = run("status", tmp_path / "ro" / "x")
    if "mount" in first.stderr:
        pytest.skip("no mounts here")
    assert 0 == first.returncode
    assert 0 == run("verify", tmp_path / "ro" / "x", "--fixity-only").returncode
    refreshed = run("refresh", "--into", tmp_path / "ro" / "x")
    assert (2, True) == (refreshed.returncode, "Read-only file system" in refreshed.stderr)


@pytest.mark.parametrize("name", ["no\x1b[2Jsuch", "no\nsuch", "no\udcffsuch"])
def test_what_a_message_names_is_one_line_that_no_terminal_obeys(name: str, tmp_path: Path) -> None:
    for words in (("verify", tmp_path / name), ("report", tmp_path / name), ("extract", tmp_path / name)):
        done = run_thanhuy(*words)
        assert (2, 1) == (done.returncode, done.stderr.count("\n"))
        assert done.stderr[:-1].isprintable()


def test_a_key_that_is_none_is_2(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key", "utf-8")
    done = run_thanhuy("pack", sample_crawl.directory, "-o", tmp_path / "x.wacz", "--sign", tmp_path / "key.pem")
    assert (2, ["key.pem"]) == (done.returncode, [path.name for path in tmp_path.iterdir()])


def test_a_changed_markup_is_4_and_keeps_what_was_known(site: SmallSite, tmp_path: Path) -> None:
    paths = [site.article(1491900000 + number, f"Bài thứ {number} của ngày hội sách") for number in range(8)]
    site.say("/", f"<title>Trang chủ</title>{site.links(*paths)}")
    assert Exit.DONE == site.run("crawl").code
    before = (tmp_path / "x" / "articles.jsonl").read_bytes()
    for path in paths:
        site.say(path, "<title>Trang</title><div id=app></div>")
    ran = site.run("refresh", "--recheck")
    assert (Exit.UNHEALTHY, True) == (ran.code, "pages of articles are read as articles" in ran.err), ran.err
    assert before == (tmp_path / "x" / "articles.jsonl").read_bytes()


def test_every_exit_code_is_provoked_here() -> None:
    told = Path(__file__).read_text("utf-8")
    assert {code.name for code in Exit} <= set(re.findall(r"\bExit\.([A-Z_]+)\b", told))


@pytest.mark.parametrize(
    "told", [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_stdout_of_another_charset_gets_what_it_can_show(told: dict[str, str]) -> None:
    page = min((ROOT / "tests" / "pages").glob("*/page.html"))
    command = [
        sys.executable,
        "-m",
        "crawler.cli",
        "probe",
        str(page),
        "--url",
        "https://www.thanhuytphcm.vn/tin-tuc/x-1",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    done = subprocess.run(command, env=environment | told, capture_output=True, timeout=100, check=False)
    assert (0, b"") == (done.returncode, done.stderr)
    assert b"\\u" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("crawl", "--dry-run", "--into"),
        ("survey", "--dry-run", "--into"),
        ("changes",),
        ("show", "1", "--into"),
        ("export", "--format", "sqlite", "-o", "{}/out"),
    ],
)
def test_a_damaged_state_is_told_as_damage_by_what_only_reads_it(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "collection.json").write_text('{"format": 1, "name": "x"}', "utf-8")
    (tmp_path / "x" / "state.sqlite").write_bytes(b"no database" * 99)
    (tmp_path / "x" / "articles.jsonl").touch()
    done = run_thanhuy(*(word.format(tmp_path) for word in words), tmp_path / "x")
    assert (5, True) == (done.returncode, "run `thanhuy repair`" in done.stderr), done.stderr
