"""The command lines, `thanhuy` and `scrapy`, as users call them, and where the project and its real data lie."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


SHARED = ROOT.parent / "shared" / "data"
"""Real pages and addresses, present only where the project is developed."""


def run_thanhuy(
    *args: object, timeout: float = 100, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `thanhuy` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "crawler.cli", *map(str, args)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        check=False,
    )


def run_scrapy(*args: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    """Run Scrapy's own command line in the checkout, with settings."""
    chosen = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", *args, *chosen]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
