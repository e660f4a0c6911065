"""`thanhuy demo`: what it tells of the crawl, and the sample site that it goes on serving."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from crawler.demo.planted import PLANTED, fallen_for
from crawler.demo.routes import LOGIN_HOST
from crawler.demo.server import RequestSeen
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl


def seen(host: str, path: str) -> RequestSeen:
    return RequestSeen(began=0, ended=0, method="GET", host=host, path=path, headers=(), status=200, secure=True)


def test_demo_says_what_is_planted_and_where_to_look_at_the_site(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    """On a crawl that is complete, so that the site is soon there to be looked at."""
    into = sample_crawl.copy(tmp_path / "x")
    command = [sys.executable, "-m", "crawler.cli", "demo", "--into", str(into), "--keep-serving", "--no-progress"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            told = ""
            while not (address := re.search(r"browser:  (http://127\.0\.0\.1:\d+/)", told)):
                line = process.stdout.readline()
                assert line, told
                told += line
            with urllib.request.urlopen(address[1], timeout=20) as answer:
                home = answer.read().decode()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            finally:
                process.kill()
    assert 0 == process.returncode
    assert "0 fields differ" in told
    assert f"{len(PLANTED)} faults, each met as it should be" in told
    assert "Tin mới" in home
    assert 'href="/static/2015.css"' in home


def test_port_that_is_taken_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_thanhuy("demo", "--into", tmp_path / "x", "--port", port)
    assert (2, "") == (done.returncode, done.stdout)
    assert f"thanhuy: port {port}: is taken; choose another with --port\n" == done.stderr
    assert [] == list(tmp_path.iterdir())


def test_crawl_that_falls_for_a_planted_fault_is_told() -> None:
    log = [
        seen("www.thanhuytphcm.vn", "/"),
        seen(LOGIN_HOST, "/a"),
        seen("www.thanhuytphcm.vn", "/lich?ngay=2025-01-01"),
    ]
    record = {"url": "https://www.thanhuytphcm.vn/tin-tuc/bai-viet-da-duoc-go-xuong-1491900001"}
    told = [(planted.says.partition(":")[0], url.rpartition("/")[2]) for planted, url in fallen_for(log, [record])]
    assert [
        ("a page that is gone and says so with status 200", "bai-viet-da-duoc-go-xuong-1491900001"),
        ("a calendar whose days link on for ever", "lich?ngay=2025-01-01"),
        ("a login application on a host beside", "a"),
    ] == told
    assert [] == fallen_for(log[:1], [])
