"""Sequences of runs that must lose nothing, ask nothing twice and come to an end."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.state.database import State
from archive.state.urls import Found, Urls
from crawler.demo.routes import Answer
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import SampleSite
from crawler.site.scope import Kind, find_kind
from tests.support.collections_read import read_articles
from tests.support.commands import ROOT, begin_thanhuy, run_scrapy, run_thanhuy

HOME = "https://www.thanhuytphcm.vn/"


@dataclass
class Runs:
    """One collection and the site it is made from."""

    running: RunningSite
    directory: Path

    @property
    def options(self) -> list[object]:
        """Where to crawl, and no photos unless asked for."""
        place = ["--into", self.directory, "--connect-to", self.running.connect_to, "--cacert", self.running.ca_path]
        return [*place, "--delay", "0", "--no-images", "--no-attachments", "--no-progress"]

    def crawl(self, *more: object, verb: str = "crawl", env: dict[str, str] | None = None) -> tuple[int, list[str]]:
        """Run; return the exit code and the paths asked for."""
        del self.running.log[:]
        done = run_thanhuy(verb, *self.options, *more, env=env)
        assert "Traceback" not in done.stderr
        return done.returncode, [seen.path for seen in self.running.log]

    def articles(self) -> int:
        """How many are kept."""
        return len(read_articles(self.directory))

    @property
    def all(self) -> int:
        """How many there are."""
        return len(self.running.site.articles)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with serve(SampleSite()) as running:
        yield Runs(running, tmp_path / "x")


def moved(to: str) -> Answer:
    return Answer(status=301, headers={"Location": to}, body=b"")


def test_redirect_loop_between_slugs_of_one_page_ends(runs: Runs) -> None:
    one, other = "/tin-tuc/mot-1491800000", "/tin-tuc/hai-1491800000"
    runs.running.instead[one] = moved(f"https://www.thanhuytphcm.vn{other}")
    runs.running.instead[other] = moved(f"https://www.thanhuytphcm.vn{one}")
    _, paths = runs.crawl(f"https://www.thanhuytphcm.vn{one}", "--max-depth", "0")
    assert len(paths) < 16


def test_forbidding_robots_txt_is_asked_again_by_the_next_run(runs: Runs) -> None:
    runs.running.instead["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    assert 9 == runs.crawl()[0]
    runs.running.instead.clear()
    assert 0 == runs.crawl()[0]
    assert runs.all == runs.articles()


def test_error_captured_just_before_a_crash_is_fetched_again(runs: Runs) -> None:
    listing = "/nhom-tin/thoi-su-1197604601"
    runs.running.instead[listing] = Answer(status=503, body=b"")
    runs.crawl("--max-requests", "6", env={"THANHUY_FAULT": "committed:5:kill"})
    runs.running.instead.clear()
    code, paths = runs.crawl()
    assert 0 == code
    assert listing in paths
    assert runs.all == runs.articles()


def test_page_that_always_fails_does_not_keep_the_rest_from_its_turn(runs: Runs) -> None:
    listing = "/nhom-tin/thoi-su-1197604601"
    runs.running.instead[listing] = Answer(status=500, body=b"")
    runs.crawl("--max-requests", "8")
    assert runs.crawl()[0] in {0, 4}
    assert runs.articles() > runs.all - 10


def test_refused_photos_do_not_stop_the_crawl(runs: Runs) -> None:
    photos = [photo for article in runs.running.site.articles for photo in article.photos][:12]
    for photo in photos:
        runs.running.instead[photo.url.removeprefix("https://images.hcmcpv.org.vn")] = Answer(status=403, body=b"")
    code, _ = runs.crawl("--images")
    assert code in {0, 4}
    assert runs.all == runs.articles()


@pytest.mark.parametrize("after", ["86400", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"])
def test_long_retry_after_is_left_to_the_next_run(runs: Runs, after: str) -> None:
    path = runs.running.site.newest()[0].path
    runs.running.instead[path] = Answer(status=503, headers={"Retry-After": after}, body=b"")
    began = time.monotonic()
    code, _ = runs.crawl("--max-time", "12s")
    assert 0 == code
    assert time.monotonic() - began < 40


def test_answer_that_is_no_page_is_an_answer_all_the_same(runs: Runs) -> None:
    assert 0 == runs.crawl()[0]
    path = runs.running.site.newest()[0].path
    runs.running.instead[path] = Answer(status=403, body=b"")
    assert 0 == runs.crawl(verb="refresh")[0]


def test_article_that_leads_elsewhere_is_not_gone_and_is_named(runs: Runs) -> None:
    """A notice of maintenance, an error page, the home page: none says that there is no such article."""
    runs.crawl()
    article = runs.running.site.newest()[0]
    runs.running.instead[article.path] = moved(HOME)
    import sqlite3

    with sqlite3.connect(runs.directory / "state.sqlite") as state:
        state.execute("UPDATE urls SET due = 0 WHERE key = ?", (article.key,))
    state.close()
    done = run_thanhuy("refresh", *runs.options, "--confirm-gone")
    assert "1 page could not be had" in done.stderr
    assert article.path in done.stderr
    assert {"live"} == {record["status"] for record in read_articles(runs.directory)}


def test_page_over_the_size_limit_is_asked_for_once(runs: Runs) -> None:
    path = runs.running.site.newest()[0].path
    runs.running.instead[path] = Answer(body=b"x" * 900_000, compressible=False)
    code, paths = runs.crawl("--max-size", "500KB")
    assert code in {0, 4}
    assert 1 == Counter(paths)[path]
    assert 0 == Counter(runs.crawl("--max-size", "500KB")[1])[path]


def test_listing_that_offers_a_next_page_for_ever_comes_to_an_end(runs: Runs) -> None:
    base = "/nhom-tin/vo-tan-1197604699"
    for number in range(1, 400):
        path = base if number == 1 else f"{base}?page={number}"
        runs.running.instead[path] = Answer(
            body=f'<html><body><a href="{base}?page={number + 1}">Trang sau</a></body></html>'.encode()
        )
    _, paths = runs.crawl(f"https://www.thanhuytphcm.vn{base}", "--max-requests", "60")
    assert len([path for path in paths if "page=" in path]) < 5


def test_limit_begins_with_articles_and_stops_there(runs: Runs) -> None:
    code, paths = runs.crawl("--limit", "2", "--no-requisites")
    assert 0 == code
    assert 2 == runs.articles()
    assert len([path for path in paths if path.startswith("/nhom-tin/")]) <= 2


@pytest.mark.flaky(reruns=2)  # it reads the clock
@pytest.mark.parametrize("signals", [1, 2])
def test_signal_ends_at_once_and_the_next_run_goes_on(runs: Runs, signals: int) -> None:
    """Also while the next request waits for its turn for half a minute."""
    process = begin_thanhuy("crawl", *runs.options, "--delay", 30)
    for _ in range(200):
        if runs.running.log:
            break
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    for _ in range(signals):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, errors = process.communicate(timeout=60)
    assert 11 == process.returncode, errors
    assert time.monotonic() - began < 8
    assert 0 == runs.crawl()[0]
    assert runs.all == runs.articles()


def test_signal_while_robots_txt_is_awaited_ends_as_soon_as_it_is_there(runs: Runs) -> None:
    """What waited for it comes to its turn, half a minute long, when the crawl is ending already."""
    runs.running.latency = 2
    process = begin_thanhuy("crawl", *runs.options, "--delay", 30)
    while not list(runs.directory.glob("warc/*.open")):
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert 11 == process.returncode, errors
    assert time.monotonic() - began < 20


def test_misspelt_collection_is_not_begun_by_a_refresh(tmp_path: Path) -> None:
    done = run_thanhuy("refresh", "--into", tmp_path / "typo")
    assert 2 == done.returncode
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    "text",
    [
        "into = 5\nlimit = true",
        'section = [["a"]]',
        "delay = nan",
        'since = "1/1/99999999999999999999"',
        "images = 3",
        "connect-to = [1, {a = 2}]",
    ],
)
def test_configuration_of_a_wrong_type_is_wrong_usage(tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text, "utf-8")
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--config", config, "--connect-to", "::127.0.0.1:9")
    assert 2 == done.returncode, done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_shell_and_parse_work_from_the_checkout(runs: Runs) -> None:
    url = f"https://www.thanhuytphcm.vn{runs.running.site.newest()[0].path}"
    place = {
        "COLLECTION": runs.directory,
        "CONNECT_TO": runs.running.connect_to,
        "CACERT": runs.running.ca_path,
        "DOWNLOAD_DELAY": "0",
    }
    settings = [part for name, value in place.items() for part in ("-s", f"{name}={value}")]
    shell = [sys.executable, "-m", "scrapy", "shell", url, "-c", "response.status", *settings]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False)
    assert "200" in done.stdout, done.stderr
    done = run_scrapy("parse", url, **place)
    assert done.returncode == 0, done.stderr
    assert "'kind': 'tin-tuc'" in done.stdout
    assert len(runs.running.log) < 8


def test_json_logs_are_json_to_the_last_line(tmp_path: Path) -> None:
    import json

    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--connect-to", "::127.0.0.1:9", "--json-logs")
    assert 9 == done.returncode
    assert all(isinstance(json.loads(line), dict) for line in done.stderr.splitlines())


def test_kinds_of_what_is_fetched_first() -> None:
    from crawler.planning.kinds import PRIORITY

    order = sorted(PRIORITY, key=lambda kind: -PRIORITY[kind])
    assert order.index(Kind.LISTING) < order.index(Kind.ARTICLE) < order.index(Kind.IMAGE)
    assert find_kind(HOME) is order[0]


def test_dry_run_keeps_to_the_limits(runs: Runs) -> None:
    runs.crawl("--max-requests", "16")
    del runs.running.log[:]

    def left(*limits: str) -> list[str]:
        return run_thanhuy("crawl", *runs.options, "--dry-run", *limits).stdout.split()

    def articles(urls: list[str]) -> list[str]:
        return [url for url in urls if find_kind(url) is Kind.ARTICLE]

    everything = left()
    assert len(articles(everything)) > 20
    newer = articles(left("--since", "2024-06-01"))
    assert 0 < len(newer) < len(articles(everything))
    assert set(newer) <= set(everything)
    assert 2 == len(articles(left("--limit", "2")))
    assert not [url for url in left("--section", "y-te") if "/nhom-tin/" in url and "y-te" not in url]
    assert [] == runs.running.log


def test_page_that_never_answers_is_asked_for_less_and_less_but_for_ever(tmp_path: Path) -> None:
    """By the runs that gave it up: at once, then after days that double, at last every thirty days."""
    with State(tmp_path / "state.sqlite") as state:
        urls = Urls(state)
        urls.add(Found(key="a", url="https://www.thanhuytphcm.vn/a", kind="page", priority=1))
        waits, now = [], time.time()
        for _ in range(9):
            assert urls.take() is not None
            urls.fail("a")
            row = urls.find("a")
            assert row is not None
            waits.append(round((row.due - now) / 86_400))
            urls.reopen(row.due - 1)
            assert row.due <= now + 5 or urls.take() is None
            urls.reopen(row.due)
        assert [0, 1, 2, 4, 8, 16, 30, 30, 30] == waits
