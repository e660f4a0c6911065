"""What every test shares: no network beyond loopback, and one crawl of the sample site."""

import atexit
import ipaddress
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from archive.seal.keys import SealOptions, take_key
from crawler.pages import reading
from tests.support.commands import SHARED
from tests.support.sample_crawls import SampleCrawl, shared_crawl

# How long an example takes says more of the machine than of the code; CI's own profile has no deadline either.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")


KEYS = "TEST_HOME_OF_KEYS"
"""Names the directory to the processes that run tests side by side: a crawl that one of them made is read by all."""
HOME = os.environ.get(KEYS) or tempfile.mkdtemp(prefix="thanhuy-home-")
"""Where the key that seals and what was sealed are kept, here and in the processes that tests start."""
if KEYS not in os.environ:
    os.environ[KEYS] = HOME
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.update(XDG_CONFIG_HOME=f"{HOME}/config", XDG_STATE_HOME=f"{HOME}/state")
take_key(SealOptions())  # so that no crawl has to say that it made one


class NetworkRefused(RuntimeError):
    """A test reached for a host beyond loopback."""


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = args[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise NetworkRefused(f"expected loopback only, got {address[0]}")


sys.addaudithook(_guard)
reading.GUARDED = False  # a fault of the parser fails the test that meets it


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data to test against; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the real pages and addresses are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def sample_crawl(tmp_path_factory: pytest.TempPathFactory) -> SampleCrawl:
    """The sample site crawled whole, photos and attachments too; copy it before changing it."""
    return shared_crawl(tmp_path_factory, "whole")


@pytest.fixture(scope="session")
def small_crawl(tmp_path_factory: pytest.TempPathFactory) -> SampleCrawl:
    """A dozen articles without photos, in several WARC files; copy it before changing it."""
    return shared_crawl(tmp_path_factory, "small", "--limit", 12, "--warc-size", 120_000, "--no-images")
