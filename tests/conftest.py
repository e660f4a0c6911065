"""What every test shares: no network beyond loopback."""

import ipaddress
import sys
from pathlib import Path

import pytest

from tests.support.commands import SHARED


class NetworkRefused(RuntimeError):
    """A test reached for a host beyond loopback."""


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = args[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise NetworkRefused(f"expected loopback only, got {address[0]}")


sys.addaudithook(_guard)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to test against; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the real pages and addresses are not on this machine")
    return SHARED
