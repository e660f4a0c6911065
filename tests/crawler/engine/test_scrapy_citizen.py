"""Scrapy's own ways: arguments, feeds, contracts, another project, a collection that is taken."""

import csv
import io
import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.settings import Settings, default_settings

import crawler.settings
from archive.lock import Lock
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import SampleSite
from crawler.engine.addon import ArchiveAddon
from crawler.engine.arguments import ARGUMENTS, read_arguments
from tests.support.commands import ROOT, SCRAPY, run_thanhuy
from tests.support.forked import run_forked


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with serve(SampleSite()) as running:
        yield running


def scrapy(
    directory: Path, *words: object, site: RunningSite | None = None, module: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Scrapy's command line somewhere else than in the checkout."""
    reach = [] if site is None else ["-s", f"CONNECT_TO={site.connect_to}", "-s", f"CACERT={site.ca_path}"]
    env = {"SCRAPY_SETTINGS_MODULE": module} if module else {}
    line = [*map(str, words), *reach, "-s", "DOWNLOAD_DELAY=0"]
    return run_forked(SCRAPY, line, timeout=100, env=env, cwd=directory)


def test_feeds_give_complete_records_and_arguments_are_honoured(site: RunningSite, tmp_path: Path) -> None:
    feeds = [word for name in ("a.jsonl", "a.csv", "a.xml") for word in ("-O", tmp_path / name)]
    words = ("crawl", "thanhuytphcm", "-a", "limit=4", "-a", "into=kept", "-a", "images=false", *feeds)
    done = scrapy(tmp_path, *words, site=site, module="crawler.settings")
    assert 0 == done.returncode, done.stderr[-2000:]
    text = (tmp_path / "a.jsonl").read_text("utf-8")
    records = {record["id"]: record for record in map(json.loads, text.splitlines())}
    kept = (tmp_path / "kept" / "articles.jsonl").read_text("utf-8")
    stored = {record["id"]: record for record in map(json.loads, kept.splitlines())}
    assert 4 == len(records)
    assert stored == records
    assert not text.isascii()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_bytes().decode(), newline="")))
    assert [(record["title"], "1") for record in records.values()] == [(row["title"], row["version"]) for row in rows]
    titles = [item.findtext("title") for item in ElementTree.parse(tmp_path / "a.xml").getroot()]
    assert [record["title"] for record in records.values()] == titles


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("limi=5", "did you mean limit?"),
        ("limit=many", "-a limit=many: expected a number, got 'many'"),
        ("since=yesterday", "expected a day like"),
        ("seeds=https://example.org/", "expected addresses of the site"),
    ],
)
def test_an_argument_that_means_nothing_crawls_nothing(argument: str, told: str, tmp_path: Path) -> None:
    name, _, value = argument.partition("=")
    with pytest.raises(ValueError, match=r"^-a ") as error:
        read_arguments({name: value})
    assert told in str(error.value)


def test_wrong_arguments_and_a_taken_collection_are_one_line(tmp_path: Path) -> None:
    done = scrapy(tmp_path, "crawl", "thanhuytphcm", "-a", "limi=5", module="crawler.settings")
    assert (2, False) == (done.returncode, "Traceback" in done.stderr)
    assert "did you mean limit?" in done.stderr
    assert not list(tmp_path.iterdir())
    (tmp_path / "kept").mkdir()
    lock = Lock(tmp_path / "kept", "crawl")
    try:
        done = scrapy(tmp_path, "crawl", "thanhuytphcm", "-a", "into=kept", "-L", "ERROR", module="crawler.settings")
    finally:
        lock.release()
    assert 75 == done.returncode
    assert done.stderr.startswith("thanhuy: kept: collection is locked by pid")
    assert 1 == done.stderr.count("\n")


def test_another_project_crawls_with_the_archive(site: RunningSite, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = other.settings\n", "utf-8")
    (tmp_path / "other" / "__init__.py").touch()
    settings = 'BOT_NAME = "other"\nSPIDER_MODULES = ["crawler.spiders"]\nCOLLECTION = "kept"\nROBOTSTXT_OBEY = False\n'
    (tmp_path / "other" / "settings.py").write_text(settings, "utf-8")
    done = scrapy(tmp_path, "crawl", "thanhuytphcm", "-a", "limit=2", "-a", "images=no", site=site)
    assert 0 == done.returncode, done.stderr[-2000:]
    assert 2 == len((tmp_path / "kept" / "articles.jsonl").read_bytes().splitlines())
    assert 0 == run_thanhuy("verify", tmp_path / "kept").returncode
    told = json.loads(next((tmp_path / "kept" / "crawls").glob("*/run.json")).read_bytes())["configuration"]
    assert True is told["ROBOTSTXT_OBEY"]  # a template's habits do not undo the manners


@pytest.mark.parametrize("table", ["EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"])
def test_another_project_switches_nothing_of_scrapys_on_again(table: str) -> None:
    scrapys = vars(default_settings)[f"{table}_BASE"]
    settings = Settings({table: {"their.Own": 1, RetryMiddleware: 2, **scrapys}}, priority="project")
    ArchiveAddon().update_settings(settings)
    chosen = {**settings.getdict(f"{table}_BASE"), **settings.getdict(table)}
    ours = vars(crawler.settings)[f"{table}_BASE"]
    assert chosen["their.Own"] == 1
    assert {key for key in chosen if key in scrapys} == set(ours)
    assert table != "DOWNLOADER_MIDDLEWARES" or RetryMiddleware not in chosen


def test_contracts_hold(site: RunningSite, tmp_path: Path) -> None:
    done = scrapy(tmp_path, "check", "-s", "COLLECTION=kept", site=site, module="crawler.settings")
    assert 0 == done.returncode, done.stderr[-2000:]
    assert "Ran 2 contracts" in done.stderr


def test_scrapyd_finds_the_settings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"settings": "crawler.settings"} == project["entry-points"]["scrapy"]


def test_every_argument_is_a_setting_of_ours() -> None:
    from crawler import settings

    assert {setting for setting, _ in ARGUMENTS.values()} <= set(vars(settings))
