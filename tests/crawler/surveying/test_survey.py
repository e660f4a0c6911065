"""A survey of the sample site: what it says, what it costs, and that a crawl goes on from it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.planning.kinds import MEDIA
from crawler.site.scope import find_kind, url_key
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl
from tests.support.surveys import SurveyDone, survey_site

PLANTED = {
    "refusals": "gave an answer of their own",
    "tls": "TLS 1.3",
    "https": "leads to https://www.thanhuytphcm.vn/",
    "www": "leads to https://www.thanhuytphcm.vn/",
    "robots": "forbids nothing of the sample; names 1 sitemap",
    "articles": "gave a record",
    "documents": "2 of 2",
    "identity": "another slug shows the same article",
    "hosts": "the former host shows the same article; the host beside shows the same article",
    "slugs": "are the title's words",
    "numbers": "in order of their days",
    "dates": "articles state their day",
    "clock": "print the day of the fetch, and none is dated by it",
    "listings": "link articles in their HTML",
    "pagination": "(/trang-N, ?p=N, ?page=N)",
    "end": "shows no article of the listing",
    "feeds": "2 feeds and sitemaps",
    "validators": "carry ETag or Last-Modified",
    "conditional": "2 of 2 pages asked for again gave 304",
    "codings": "decode as they say",
    "charset": "pages are UTF-8",
    "missing": "answered with 404",
    "files": "3 of 3 photos and attachments came",
    "photos": "have them on the host of files",
    "comments": "leave it empty or to a script",
    "related": "have related articles in the HTML",
}
"""Trait of the sample site → words of what a survey says of it: all of them hold."""
CONTRADICTED = {
    *("https", "www", "robots", "identity", "hosts", "feeds", "validators", "codings", "charset", "missing", "files"),
}
"""What does not hold of the site that is otherwise."""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> SurveyDone:
    return survey_site(tmp_path_factory, "survey")


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> SurveyDone:
    return survey_site(tmp_path_factory, "survey-otherwise", otherwise=True)


def test_each_planted_trait_is_named_rightly_in_at_most_70_requests(survey: SurveyDone) -> None:
    assert len(survey.requests) <= 70
    told = {one["id"]: (one["verdict"], one["says"]) for one in survey.figures()["traits"]}
    assert PLANTED.keys() == told.keys()
    assert [] == [one for one, words in PLANTED.items() if told[one][0] != "holds" or words not in told[one][1]]


def test_a_site_that_is_otherwise_is_told_so(otherwise: SurveyDone) -> None:
    verdicts = otherwise.verdicts()
    assert {one for one, verdict in verdicts.items() if verdict == "does not hold"} == CONTRADICTED
    assert {one for one, verdict in verdicts.items() if verdict == "cannot tell"} == {"conditional", "documents"}
    assert len(otherwise.requests) <= 70


def test_what_is_set_follows_from_what_was_found(survey: SurveyDone, otherwise: SurveyDone) -> None:
    assert "daily_bytes" not in survey.figures()["set"]
    assert otherwise.figures()["set"]["delay"] == 0.01
    assert "daily_bytes" in otherwise.figures()["set"]


def test_the_page_shows_every_trait_and_asks_nothing_of_the_network(survey: SurveyDone) -> None:
    page = (survey.run / "survey.html").read_text("utf-8")
    assert page == survey.directory.with_name("survey.html").read_text("utf-8")
    assert all(f'id="trait-{one}"' in page for one in PLANTED)
    assert "<script" not in page
    assert 'src="' not in page
    assert "<link" not in page


def test_what_the_survey_found_is_listed_with_its_digest(survey: SurveyDone) -> None:
    listed = {one["file"]: one["sha256"] for one in json.loads((survey.run / "run.json").read_text("utf-8"))["files"]}
    for name in ("survey.html", "survey.json", "layout.toml"):
        path = survey.run / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert listed[path.relative_to(survey.directory).as_posix()] == digest


def test_a_layout_is_learnt_of_each_markup_and_not_put_in_force(survey: SurveyDone) -> None:
    learnt = survey.figures()["layouts"]["learnt"]
    assert len(learnt) >= 2
    assert all(one["fits"] >= 6 for one in learnt)
    assert not (survey.directory / "layouts").exists()


def test_a_crawl_goes_on_from_it_and_fetches_nothing_again(survey: SurveyDone) -> None:
    pages = {url for url in survey.requests if not url.endswith("/robots.txt")}
    assert set() == pages & set(survey.later)
    assert survey.later


def test_survey_and_crawl_hold_what_a_crawl_alone_does(survey: SurveyDone, sample_crawl: SampleCrawl) -> None:
    whole, alone = _records(survey.directory), _records(sample_crawl.directory)
    assert alone == whole
    fetched = {url_key(url) for url in (*survey.requests, *survey.later)}
    assert {url_key(seen.url) for seen in sample_crawl.log if find_kind(seen.url) not in MEDIA} <= fetched


def _records(collection: Path) -> dict[str, Any]:
    """Key → record, less what tells when and where its page was captured. Its links are known by their pages."""
    found = {}
    for line in (collection / "articles.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        related = [url_key(url) for url in record["related"]]
        found[f"{record['kind']}/{record['id']}"] = {
            **{name: value for name, value in record.items() if name not in {"warc", "captured_at", "url"}},
            "related": related,
        }
    return found


@pytest.mark.parametrize("words", [["verify"], ["extract", "--diff"]])
def test_the_collection_is_one_like_any_other(survey: SurveyDone, words: list[str]) -> None:
    verb, *options = words
    done = run_thanhuy(verb, survey.directory, *options)
    assert done.returncode == 0, done.stderr
    assert verb != "extract" or "0 different" in done.stdout


def test_what_would_be_asked_is_nothing_once_the_sample_is_whole(survey: SurveyDone, otherwise: SurveyDone) -> None:
    done = run_thanhuy("survey", "--into", survey.directory, "--dry-run")
    assert (0, "") == (done.returncode, done.stdout), done
    assert "survey --pages 60:" in run_thanhuy("status", otherwise.directory).stdout
