"""Both families: a site that is reached over IPv6, also from a machine that has nothing else."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.collections_read import read_articles
from tests.support.commands import ROOT
from tests.support.small_site import small_site


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def test_site_on_ipv6_is_crawled(tmp_path: Path) -> None:
    with small_site(tmp_path, address="::1") as site:
        site.say("/", site.links(site.article(1491871001, "Khu phố dọn kênh")))
        ran = site.run("crawl")
    assert (0, 1) == (ran.code, len(read_articles(tmp_path / "x"))), ran.err


ALONE = """
import os, subprocess, sys
from pathlib import Path
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["ip", "-4", "addr", "flush", "dev", "lo"], check=True)
from tests.support.small_site import small_site
directory = Path(sys.argv[1])
with small_site(directory, address="::1") as site:
    site.say("/", site.links(site.article(1491871001, "Khu phố dọn kênh")))
    ran = site.run("crawl")
    print(ran.code, ran.err)
    # By name, past any route: the name leads to the loopback, which the guard refuses.
    site.route = "nowhere.example:443:[::1]:9"
    refused = site.run("crawl", into="y")
    print(refused.code, (directory / "y").exists())
"""


def test_machine_without_ipv4_is_enough(tmp_path: Path) -> None:
    """In a network of its own, whose loopback has no IPv4 address."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs root, unshare and ip")
    command = ["unshare", "--net", sys.executable, "-c", ALONE, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    if "Operation not permitted" in done.stderr:
        pytest.skip("this machine lets nobody make a network")
    assert done.stdout.startswith("0 "), done.stdout + done.stderr
    assert 1 == len(read_articles(tmp_path / "x"))
    assert "\n9 " in done.stdout
