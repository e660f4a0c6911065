"""Surveys that the tests share: of the sample site as it is, and of one that is otherwise in many ways."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.collection import Collection
from crawler.demo import front
from crawler.demo.model import IMAGE_HOST, MAIN_HOST
from crawler.demo.routes import Answer, answer
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.pages import Taught
from crawler.planning.kinds import describe
from crawler.planning.probes import MISSING_ID
from crawler.surveying.gather import gather
from crawler.surveying.sample import Sample
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import place, shared_directory


@dataclass(frozen=True, kw_only=True)
class SurveyDone:
    """One survey of the sample site."""

    directory: Path
    """The collection; not to be changed."""
    requests: list[str]
    later: list[str]
    """What the crawl asked for that went on from it."""
    out: str
    err: str

    @property
    def run(self) -> Path:
        """What the survey's own run left."""
        return min((self.directory / "crawls").iterdir())

    def figures(self) -> dict[str, Any]:
        """What `--json` printed."""
        found: dict[str, Any] = json.loads((self.run / "survey.json").read_text("utf-8"))
        return found

    def verdicts(self) -> dict[str, str]:
        """Trait → what was said of it."""
        return {one["id"]: one["verdict"] for one in self.figures()["traits"]}


def survey_site(factory: pytest.TempPathFactory, name: str, *, otherwise: bool = False) -> SurveyDone:
    """A survey of the sample site, and, of the site as it is, the crawl that goes on from it, but for its photos."""

    def make(directory: Path) -> None:
        site = SampleSite()
        with serve(site) as running:
            if otherwise:
                running.alter = Otherwise(site)
            options = [*place(running, directory / "x"), "-o", directory / "survey.html"]
            done = run_thanhuy("survey", *options)
            assert done.returncode == 0, done.stderr
            requests = [seen.url for seen in running.log]
            if not otherwise:
                went_on = run_thanhuy("crawl", *place(running, directory / "x"), "--media-requests", 1)
                assert went_on.returncode == 0, went_on.stderr
            later = [seen.url for seen in running.log[len(requests) :]]
        told = {"requests": requests, "later": later, "out": done.stdout, "err": done.stderr}
        (directory / "told.json").write_text(json.dumps(told), "utf-8")

    directory = shared_directory(factory, name, make)
    told = json.loads((directory / "told.json").read_text("utf-8"))
    return SurveyDone(directory=directory / "x", **told)


def read_sample(collection: Path) -> Sample:
    """The sample that a collection, which may be changed, holds."""
    opened = Collection.open(collection, describe=describe)
    try:
        return gather(opened, Taught(), "")
    finally:
        opened.close()


class Otherwise:
    """The sample site, otherwise in most of what a crawler takes for granted."""

    def __init__(self, site: SampleSite) -> None:
        self._site = site

    def __call__(self, url: str, own: Answer) -> Answer:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
        if path == "/robots.txt":
            text = f"User-agent: *\nDisallow: /tu-lieu\nCrawl-delay: 0.01\n{host}\n"
            return Answer(body=text.encode(), content_type="text/plain", validated=False)
        if host == IMAGE_HOST:
            return Answer(status=404, body=b"", validated=False)
        if host != MAIN_HOST and path != "/":
            return Answer(status=404, body=b"", validated=False)
        if parts.scheme == "http" or host != MAIN_HOST:
            own = answer(self._site, MAIN_HOST, path, parts.query)
        if MISSING_ID in path:
            own = answer(self._site, MAIN_HOST, front.SOFT_404)
        if "ten-khac" in path or path in {"/sitemap.xml", "/rss.xml"}:
            return Answer(status=404, body=b"", validated=False)
        kind = own.content_type.replace("utf-8", "iso-8859-1")
        headers = {**own.headers, "Content-Encoding": "gzip"}
        return dataclasses.replace(own, content_type=kind, headers=headers, compressible=False, validated=False)
