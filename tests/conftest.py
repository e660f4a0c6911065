"""What every test shares: no network beyond loopback, and the command line as users call it."""

import ipaddress
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
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

Thanhuy = Callable[..., "subprocess.CompletedProcess[str]"]


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


@pytest.fixture(scope="session")
def thanhuy() -> Thanhuy:
    """The command line."""
    return run_thanhuy


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to test against; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the real pages and addresses are not on this machine")
    return SHARED
