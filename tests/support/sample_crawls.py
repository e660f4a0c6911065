"""Crawls of the sample site that a whole run of the tests shares: made once, by whichever process asks first.

What is shared is read only. A test that changes a collection, or that runs a command that writes into one, takes a copy
(`SampleCrawl.copy`, a few milliseconds) and serves a site of its own: two sites built alike are equal in every byte.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import RequestSeen, RunningSite, serve
from crawler.demo.truth import SampleSite
from tests.support.commands import run_thanhuy


def place(running: RunningSite, into: Path) -> list[object]:
    """The options that lead a crawl to the sample site and a collection."""
    reach = ("--connect-to", running.connect_to, "--cacert", running.ca_path)
    return ["--into", into, *reach, "--delay", 0, "--no-progress"]


@dataclass(frozen=True, kw_only=True)
class SampleCrawl:
    """One finished crawl, and what the site saw of it."""

    directory: Path
    """The collection; not to be changed."""
    log: list[RequestSeen]
    done: "subprocess.CompletedProcess[str]"

    def copy(self, to: Path) -> Path:
        """A copy of the collection that may be changed."""
        return Path(shutil.copytree(self.directory, to))


def shared_directory(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory that `make` fills once for the whole run, however many processes run the tests."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # a worker's own base lies in that of the run
    directory, complete = base / f"shared-{name}", base / f"shared-{name}.complete"
    with (base / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(directory, ignore_errors=True)  # what an attempt that failed left
            directory.mkdir()
            make(directory)
            complete.touch()
    return directory


def shared_crawl(factory: pytest.TempPathFactory, name: str, *options: object) -> SampleCrawl:
    """A crawl of the sample site as built, from its home page."""

    def make(directory: Path) -> None:
        with serve(SampleSite()) as running:
            done = run_thanhuy("crawl", *place(running, directory / "x"), "--concurrency", 4, *options)
            log = [asdict(seen) for seen in running.log]
        told = {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr, "log": log}
        (directory / "told.json").write_text(json.dumps(told), "utf-8")

    directory = shared_directory(factory, name, make)
    told = json.loads((directory / "told.json").read_text("utf-8"))
    log = [RequestSeen(**{**seen, "headers": tuple(map(tuple, seen["headers"]))}) for seen in told["log"]]
    done = subprocess.CompletedProcess(["crawl"], told["code"], told["stdout"], told["stderr"])
    assert done.returncode == 0, done.stderr
    return SampleCrawl(directory=directory / "x", log=log, done=done)


@dataclass(frozen=True)
class Archive:
    """A collection of the sample site that may be changed, and a site of its own that is being served."""

    site: SampleSite
    running: RunningSite
    directory: Path

    def run(self, verb: str, *options: object) -> list[RequestSeen]:
        """Run a verb that must end well; return what the site saw of it."""
        del self.running.log[:]
        done = run_thanhuy(verb, *place(self.running, self.directory), *options)
        assert done.returncode == 0, done.stderr
        return list(self.running.log)

    def lines(self) -> list[dict[str, Any]]:
        """Every line of `articles/`, oldest first."""
        paths = sorted((self.directory / "articles").glob("*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]

    def sql(self, statement: str) -> None:
        """Turn the state's clock, which no test can wait for."""
        with sqlite3.connect(self.directory / "state.sqlite") as state:
            state.execute(statement)
        state.close()


@contextmanager
def copied(crawl: SampleCrawl, to: Path) -> Iterator[Archive]:
    """A copy of a shared crawl at `to`, and its site served."""
    site = SampleSite()
    with serve(site) as running:
        yield Archive(site, running, crawl.copy(to))
