"""The command lines, `thanhuy` and `scrapy`, as users call them, and where the project and its real data lie."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from crawler.cli import cli
from crawler.cli.exits import run
from tests.support.forked import COMMAND, IMPATIENT, Begun, run_forked

ROOT = Path(__file__).resolve().parents[2]


SHARED = ROOT.parent / "shared" / "data"
"""Real pages and addresses, present only where the project is developed."""

IN_PROCESS = frozenset(
    {
        *("-h", "--help", "--version", "verify", "repair", "index", "pack", "extract", "report", "probe"),
        *(
            "push",
            "pull",
            "schema",
            "export",
            "show",
            "changes",
            "reread",
            "layout",
            "status",
            "config",
            "schedule",
            "doctor",
        ),
        *("prove", "seal", "adopt"),
    }
)
"""First words of command lines that read and write files and end: they need no process of their own.
The others do: Scrapy's reactor runs once in a process, and servers run until a signal ends them.
"""


def run_thanhuy(
    *args: object, timeout: float = 100, env: dict[str, str] | None = None, process: bool | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `thanhuy` to its end.

    In this process where that tells the same, which saves a second each time; in one of its own where `env` is given,
    where `--jobs` starts others, and for a verb that needs it (see `IN_PROCESS`). `process` decides otherwise:
    a crawl that is refused for its options needs none.
    """
    words = [str(argument) for argument in args]
    if process is None:
        ends = "--help" in words or (words or ["--help"])[0] in IN_PROCESS
        process = env is not None or "--jobs" in words or not ends
    if not process:
        return call_thanhuy(words)
    if not any(name.startswith("PYTHON") for name in env or {}):
        return run_forked(IMPATIENT, words, timeout=timeout, env=env or {})
    return subprocess.run(
        [sys.executable, "-c", IMPATIENT, *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        check=False,
    )


def begin_thanhuy(*args: object, env: dict[str, str] | None = None) -> Begun:
    """Begin `thanhuy` in a process of its own, to be read from, signalled and waited for."""
    return Begun(COMMAND, [str(argument) for argument in args], env or {})


def call_thanhuy(words: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run `thanhuy` in this process, by the function that the console script calls."""
    with _captured() as (out, err), _signals_kept():
        code = run(partial(cli, words, prog_name="thanhuy"))
        sys.stdout.flush()
        sys.stderr.flush()
        texts = [Path(stream).read_text("utf-8") for stream in (out, err)]
    return subprocess.CompletedProcess(words, code, *texts)


@contextlib.contextmanager
def _captured() -> Iterator[tuple[str, str]]:
    """Standard output and error led into two files, which have descriptors as a command expects."""
    with (
        tempfile.NamedTemporaryFile("w", encoding="utf-8") as out,
        tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="backslashreplace") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        yield out.name, err.name


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """What a command does on Ctrl-C and SIGTERM ends with it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


SCRAPY = "from scrapy.cmdline import execute; execute()"
"""Scrapy's command line as it is."""


def run_scrapy(*args: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    """Run Scrapy's own command line in the checkout, with settings."""
    chosen = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    return run_forked(SCRAPY, [*args, *chosen], timeout=100, env={}, cwd=ROOT)
