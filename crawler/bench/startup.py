"""What a command costs before it does anything: `thanhuy --help`, and the shell's completion."""

import sys

from crawler.bench.result import Goal, Result, ResultSection
from crawler.bench.timing import COLUMNS, Contestant, compete, figure, ours

SECONDS, MEGABYTES, COMPLETION = 0.15, 30.0, 0.1
"""The most that a start may take: processor seconds and memory of `--help`, seconds of a completion."""
CONSOLE_SCRIPT = "import sys; sys.argv[0] = 'thanhuy'; from crawler.cli import main; main()"
RATIO = 3.0
"""The most times of an interpreter that does nothing. Not held: what that one takes is its environment's, 10 ms in a
plain one and 30 where much is installed for editing.
"""
HELP, COMPLETE, PYTHON = "thanhuy --help", "completion of `thanhuy ver`", "python alone"


def run(*, runs: int) -> Result:
    """Measure each."""
    environment = ("env", "_THANHUY_COMPLETE=bash_complete", "COMP_WORDS=thanhuy ver", "COMP_CWORD=1")
    rows, _ = compete(
        (
            Contestant(name=HELP, command=ours("--help")),
            Contestant(name=COMPLETE, command=(*environment, sys.executable, "-c", CONSOLE_SCRIPT)),
            Contestant(name="thanhuy verify --help", command=ours("verify", "--help")),
            Contestant(name=PYTHON, command=(sys.executable, "-c", "pass")),
        ),
        pages=1,
        runs=runs,
    )
    alone = figure(rows, PYTHON, "cpu_ratio")
    goals = (
        Goal(
            name="startup/ratio",
            says="thanhuy --help ÷ python alone, CPU",
            value=1 / alone if alone else None,
            limit=RATIO,
        ),
        Goal(
            name="startup/help",
            says="thanhuy --help",
            value=figure(rows, HELP, "cpu_seconds"),
            limit=SECONDS,
            unit="s",
        ),
        Goal(
            name="startup/memory",
            says="thanhuy --help, memory",
            value=figure(rows, HELP, "peak_mb"),
            limit=MEGABYTES,
            unit="MB",
        ),
        Goal(
            name="startup/completion",
            says="completion in the shell",
            value=figure(rows, COMPLETE, "cpu_seconds"),
            limit=COMPLETION,
            unit="s",
        ),
    )
    section = ResultSection(name="start", title="Start", columns=COLUMNS, rows=rows, goals=goals)
    return Result(benchmark="startup", sections=(section,))
