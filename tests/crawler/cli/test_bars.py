"""The one look of progress: a bar that text never runs into, and signs of life where nobody watches."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from crawler.cli import bars, cli
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl

WORK = """
import click, time
from crawler.cli.bars import meter
with meter("work", shown=None, total=4, in_bytes=False) as work:
    for number in range(4):
        work.advance(1, at=f"step {number}")
        time.sleep(0.15)
        click.echo(f"result {number}")
        click.echo(f"warning {number}", err=True)
"""


def run_on_terminal(script: str, out: Path) -> bytes:
    """What a terminal gets that is stderr, while stdout is a file."""
    ours, theirs = pty.openpty()
    with out.open("wb") as stdout:
        process = subprocess.Popen([sys.executable, "-c", script], stdout=stdout, stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux ends a pseudo-terminal so
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert 0 == process.wait(30)
    return seen


def test_bar_leaves_results_and_warnings_whole(tmp_path: Path) -> None:
    seen = run_on_terminal(WORK, tmp_path / "out")
    assert "result 0\nresult 1\nresult 2\nresult 3\n" == (tmp_path / "out").read_text()
    assert b"step 1" in seen
    for number in range(4):
        # Before it the bar's line was taken away, after it a line of its own ends.
        assert b"\x1b[2K" in seen.partition(b"warning %d" % number)[0].rpartition(b"step")[2], number
        assert seen.partition(b"warning %d" % number)[2].startswith(b"\r\n")


def test_without_a_terminal_no_escape_code_is_written() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK], capture_output=True, env={"PATH": os.environ["PATH"], "LANG": "C"}, check=True
    )
    assert b"warning 0\nwarning 1\nwarning 2\nwarning 3\n" == done.stderr


def test_signs_of_life_grow_rarer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    monkeypatch.setattr("crawler.reporting.signs.time.monotonic", lambda: now)
    signs = bars.SignsOfLife("verify", in_bytes=True)
    signs.phase("verify", 10_000_000)
    told = []
    for minute in range(60):
        now = minute * 60.0
        signs.advance(10_000)
        if line := capsys.readouterr().err:
            told.append((minute, line))
    assert [1, 3, 7, 15, 25, 35, 45, 55] == [minute for minute, _ in told]
    assert "thanhuy: verify: 40.0 kB of 10.0 MB after 3 min\n" == told[1][1]


def test_a_quiet_command_shows_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.reporting.signs.FIRST", 0.0)
    for chosen in ({"shown": None, "quiet": True}, {"shown": False, "quiet": False}):
        with bars.meter("verify", **chosen) as work:
            work.advance(5)
    assert ("", "") == tuple(capsys.readouterr())


LONG = (
    "crawl",
    "refresh",
    "verify",
    "repair",
    "index",
    "repack",
    "pack",
    "extract",
    "reread",
    "export",
    "changes",
    "report",
)
"""Verbs whose work grows with the collection."""
QUIET = {
    "verify": "X",
    "repair": "X",
    "reread": "X",
    "extract": "X -o again.jsonl",
    "export": "X --format jsonl -o all.jsonl",
    "changes": "X --feed changes.atom",
    "report": "X -o report.html",
    "pack": "X -o x.wacz",
    "repack": "X",
    "index": "X",
}


@pytest.mark.parametrize("verb", LONG)
def test_whatever_takes_long_can_be_watched_and_silenced(verb: str) -> None:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    assert {option.name: option for option in command.params}.keys() >= {"quiet", "progress"}
    told = {option.name: option.help for option in command.params if isinstance(option, click.Option)}
    assert (told["quiet"], told["progress"]) == (
        "Nothing but what is wrong.",
        "Show a progress bar; default: on a terminal.",
    )


def test_a_quiet_command_says_nothing_where_all_is_well(
    small_crawl: SampleCrawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_crawl.copy(tmp_path / "X")
    monkeypatch.chdir(tmp_path)
    assert set(LONG) - {"crawl", "refresh"} == QUIET.keys()
    for verb, words in QUIET.items():
        done = run_thanhuy(verb, *words.split(), "--quiet")
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr), verb


@pytest.mark.parametrize("verb", ["repair", "index"])
def test_reading_the_warcs_again_tells_how_far_it_is(
    verb: str, small_crawl: SampleCrawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = small_crawl.copy(tmp_path / "X")
    size = sum(path.stat().st_size for path in (into / "warc").iterdir())
    told = {"done": 0, "more": 0}

    def advance(self: object, done: int, *, more: int = 0, at: str = "") -> None:
        told["done"] += done
        told["more"] += more

    monkeypatch.setattr(bars.Meter, "advance", advance)
    assert 0 == run_thanhuy(verb, into, "--quiet").returncode
    assert told["done"] == told["more"] >= size
