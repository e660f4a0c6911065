"""What every test shares: no network beyond loopback, and the command line as users call it."""

import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
"""Real pages and addresses, present only where the project is developed."""


class NetworkRefused(RuntimeError):
    """A test reached for a host beyond loopback."""


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = args[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise NetworkRefused(f"expected loopback only, got {address[0]}")


sys.addaudithook(_guard)


def run_thanhuy(*args: object, timeout: float = 100, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
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


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to test against; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the real pages and addresses are not on this machine")
    return SHARED
