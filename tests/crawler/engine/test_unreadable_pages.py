"""No page stops an archive: one that hangs the reader, eats memory or kills it is named and set aside."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.breaking_parser import DIES, EATS, HANGS, RAISES, breaking_parser
from tests.support.commands import run_thanhuy
from tests.support.small_site import SmallSite, small_site

BREAKING = {HANGS: "seconds of processor time", EATS: "MiB of memory", DIES: "was killed", RAISES: "IndexError"}
"""What a page says that breaks the reader → what is told of it."""


def serve(site: SmallSite) -> dict[str, str]:
    """Serve sound articles and breaking ones; return path → what is told of it."""
    told, links = {}, []
    for number, (says, why) in enumerate(BREAKING.items()):
        links.append(site.article(1491871001 + 2 * number, f"Khu phố số {number} dọn kênh"))
        path = site.article(1491871002 + 2 * number, f"Khu phố lạ số {number}", more=says)
        links.append(path)
        told[path] = why
    site.say("/", site.links(*links))
    return told


def skipped(collection: Path) -> dict[str, str]:
    """Address → detail, of what the newest run set aside."""
    run = max(path for path in (collection / "crawls").iterdir())
    if not (run / "skipped.jsonl").exists():
        return {}
    lines = [json.loads(line) for line in (run / "skipped.jsonl").read_text("utf-8").splitlines()]
    return {line["url"]: line["detail"] for line in lines if line["why"] == "unread"}


def records(collection: Path) -> int:
    return len((collection / "articles.jsonl").read_bytes().splitlines())


@dataclass(frozen=True)
class Crawled:
    """A crawl of the site with a reader that breaks."""

    site: SmallSite
    told: dict[str, str]
    env: dict[str, str]
    code: int
    err: str

    def copy(self, name: str) -> Path:
        """Its collection, to be changed."""
        return shutil.copytree(self.site.directory / "x", self.site.directory / name)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    directory = tmp_path_factory.mktemp("unreadable")
    env = breaking_parser(directory / "parser")
    with small_site(directory) as site:
        told = serve(site)
        ran = site.run("crawl", "--no-images", env=env)
        yield Crawled(site, told, env, ran.code, ran.err)


def test_crawl_goes_on_past_pages_that_break_the_reader(crawled: Crawled) -> None:
    collection = crawled.site.directory / "x"
    assert (0, 4) == (crawled.code, records(collection)), crawled.err
    assert "4 pages kept but set aside" in crawled.err
    aside = skipped(collection)
    assert {url.partition(".vn")[2] for url in aside} == set(crawled.told)
    for path, why in crawled.told.items():
        assert why in next(detail for url, detail in aside.items() if url.endswith(path))
    about = json.loads((max((collection / "crawls").iterdir()) / "run.json").read_bytes())
    assert 4 == about["skipped"]["unread"]
    assert {"layout_errors/reader-outlasted": 3, "layout_errors/reader-failed": 1}.items() <= about["stats"].items()


def test_later_runs_know_what_was_set_aside(crawled: Crawled) -> None:
    """What the site gives again is known by its content; a rebuilt state has the archive's pages read once more."""
    collection, site = crawled.copy("later"), crawled.site
    aside = skipped(collection)
    recheck = site.run(
        "refresh", "--no-images", "--recheck", into="later", env=breaking_parser(site.directory / "p", 900)
    )
    assert 0 == recheck.code, recheck.err
    assert set(crawled.told) <= set(recheck.asked)
    assert aside == skipped(collection)
    (collection / "state.sqlite").unlink()
    rebuilt = site.run("crawl", "--no-images", into="later", env=crawled.env)
    assert 0 == rebuilt.code, rebuilt.err
    assert aside.keys() == skipped(collection).keys()


def test_what_the_machine_may_be_to_blame_for_is_tried_again_by_the_next_run(crawled: Crawled) -> None:
    """A process that was killed, or had no turn for long, says nothing of the page."""
    collection = crawled.copy("again")
    with closing(sqlite3.connect(collection / "state.sqlite")) as state:
        facts = state.execute("SELECT value FROM facts WHERE name LIKE 'unread %'").fetchall()
    killed = next(path for path, why in crawled.told.items() if why == "was killed")
    assert 2 == len(facts)
    assert not [value for (value,) in facts if killed in value]
    again = crawled.site.run("crawl", "--no-images", into="again")
    assert (0, 5) == (again.code, records(collection)), again.err


@pytest.mark.slow
def test_every_verb_that_reads_pages_names_what_breaks_the_reader(crawled: Crawled, tmp_path: Path) -> None:
    collection, env = crawled.copy("read"), crawled.env
    extracted = run_thanhuy("extract", collection, "-o", tmp_path / "o.jsonl", "--jobs", 2, env=env)
    assert (0, 4) == (extracted.returncode, len((tmp_path / "o.jsonl").read_bytes().splitlines())), extracted.stderr
    assert [] == [path for path in crawled.told if path not in extracted.stderr]
    renewed = run_thanhuy("reread", collection)
    assert (0, 8) == (renewed.returncode, records(collection)), "a reader that does not break on them reads them"
    checked = run_thanhuy("verify", collection, env=env)
    assert (0, 4) == (checked.returncode, checked.stdout.count("page-unread")), checked.stdout
    assert 0 == run_thanhuy("repair", collection, env=env).returncode
    assert 8 == records(collection), "what cannot be parsed again stays as it is"


def test_crawl_ends_at_once_while_a_page_hangs_the_reader(tmp_path: Path) -> None:
    env = breaking_parser(tmp_path / "parser", seconds=100)
    with small_site(tmp_path) as site:
        page = site.article(1491871001, "Khu phố lạ", more=HANGS)
        site.say("/", site.links(page))
        command = [sys.executable, "-m", "crawler.cli", "crawl", "--into", str(site.directory / "x"), "--delay", "0"]
        command += ["--connect-to", site.server.connect_to, "--cacert", str(site.server.ca), "--no-progress"]
        command += ["--free-space-floor", "0"]
        with subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.PIPE) as crawl:
            deadline = time.monotonic() + 60
            while page not in site.server.heard and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(2)
            crawl.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert 11 == crawl.wait(60), crawl.stderr
        assert time.monotonic() - began < 20
        ran = site.run("crawl")
    assert (0, 1) == (ran.code, records(site.directory / "x")), "the page is read in the next run"
