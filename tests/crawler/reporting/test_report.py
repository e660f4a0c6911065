"""The report: its figures are those of the collection, its page is whole and stands alone, every run writes its own."""

import json
import re
import sqlite3
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.collection import Collection
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.engine.session import draw_run
from crawler.items import Article
from crawler.planning.kinds import describe
from crawler.reporting.amounts import format_share, format_size
from crawler.reporting.gather import gather_collection
from crawler.reporting.page import render
from crawler.reporting.report_data import ReportData
from tests.support.collections_read import read_articles
from tests.support.commands import run_thanhuy
from tests.support.reports import NOW, Reported, cells, check_page, found
from tests.support.reports import hurt as hurt
from tests.support.reports import reported as reported
from tests.support.webdriver import open_browser


def test_articles_are_counted_as_they_are(reported: Reported) -> None:
    articles, counted = read_articles(reported.path), found(reported.figures)
    assert len(articles) == counted.total
    assert Counter(one["date"][:7] for one in articles) == counted.months
    assert (min(one["date"] for one in articles), max(one["date"] for one in articles)) == (counted.first, counted.last)
    assert sum(one["version"] for one in articles) == counted.versions
    assert (len(reported.edited), len(reported.gone)) == (counted.edited, counted.gone)
    assert Counter(" › ".join(one["section"]) for one in articles) == {
        name: one.count for name, one in counted.sections.items()
    }
    assert Counter(code for one in articles for code in one["warnings"]) == {
        code: group.count for code, group in counted.warnings.items()
    }
    assert Counter(one["date_source"] for one in articles) == counted.date_sources


@pytest.mark.parametrize("field", sorted(Article.__dataclass_fields__))
def test_filled_fields_are_counted_as_they_are(reported: Reported, field: str) -> None:
    articles, fill = read_articles(reported.path), found(reported.figures).fields[field]
    filled = [one for one in articles if one[field] not in (None, "", [])]
    assert len(filled) == fill.filled
    assert Counter(one["date"][:4] for one in filled) == fill.years
    assert (
        Counter(source["rule"] for one in articles for source in one["sources"] if source["field"] == field)
        == fill.rules
    )
    row = cells(reported.page, "Filled fields, and the rules")[field]
    assert [str(len(filled)), format_share(len(filled), len(articles))] == row[:2]


def test_runs_are_told_as_their_run_json_tells_them(reported: Reported) -> None:
    first, second = reported.figures.runs
    assert ["crawl", "refresh --confirm-gone"] == [first.command, second.command]
    assert [("done", 0)] * 2 == [(run.outcome, run.exit) for run in reported.figures.runs]
    for run, told in zip(reported.figures.runs, reported.runs, strict=True):
        assert told["stats"]["downloader/request_count"] == run.requests == run.captures
        assert told["stats"]["downloader/response_bytes"] == run.received
        assert told["new_versions"] == (run.new or 0) + (run.edited or 0) + (run.gone or 0)
    assert (1, len(reported.edited), len(reported.gone)) == (second.new, second.edited, second.gone)
    row = list(cells(reported.page, "Runs, the latest first").values())[1]
    assert [
        f"{first.requests:,}",
        format_size(first.received),
        f"{first.captures:,}",
        f"{first.new:,}",
        "0",
        "0",
    ] == row[-6:]


def test_answers_are_those_of_both_runs(reported: Reported) -> None:
    captures = reported.figures.captures
    assert captures is not None
    statuses: Counter[str] = Counter()
    for told in reported.runs:
        name = "downloader/response_status_count/"
        statuses.update({key.removeprefix(name): count for key, count in told["stats"].items() if key.startswith(name)})
    assert statuses == captures.statuses
    assert statuses["304"] == captures.not_modified > 0
    assert captures.saved > 0
    assert f"{statuses['404']:,}" == cells(reported.page, "Captures by HTTP status")["404 Not Found"][0]


def test_files_are_told_with_their_digests_and_when_they_were_verified(reported: Reported, hurt: Path) -> None:
    files = reported.figures.files
    assert files is not None
    assert 0 == files.verified
    assert [] == [one.problem for one in files.noted if one.problem]
    assert run_thanhuy("verify", hurt, "--fixity-only").returncode == 0
    figures = gather_collection(hurt, NOW)
    assert figures.files is not None
    assert len(files.noted) == figures.files.verified
    page = render(figures).decode()
    assert [] == [one.file for one in figures.files.noted if one.sha256 not in page]


def test_collection_page_is_whole_safe_and_alone(reported: Reported) -> None:
    assert [] == reported.figures.notes
    check_page(reported.page)
    for heading in ("Coverage", "Fields", "Frontier", "Errors", "How to cite"):
        assert f">{heading}</h2>" in reported.page


def test_each_run_wrote_its_own_page(reported: Reported) -> None:
    pages = [one.read_text("utf-8") for one in sorted(reported.path.glob("crawls/*/report.html"))]
    assert 2 == len(pages)
    for page in pages:
        check_page(page)
    newest = reported.path / "articles"
    lines = [json.loads(line) for line in sorted(newest.glob("*.jsonl"))[1].read_bytes().splitlines()]
    assert str(len(lines)) == cells(pages[1], "Filled fields, and the rules")["title"][0]
    assert "1 new, 2 edited, 1 gone" in pages[1]
    assert "Chợ phiên nông sản dời sang sáng chủ nhật" in pages[1]
    statuses = {
        row.split()[0]: int(values[0].replace(",", ""))
        for row, values in cells(pages[1], "Captures by HTTP status").items()
    }
    assert sum(statuses.values()) == reported.runs[1]["stats"]["downloader/request_count"]
    assert run_thanhuy("verify", reported.path).returncode == 0


def test_gaps_name_their_remedy(reported: Reported, hurt: Path) -> None:
    lines = [json.loads(line) for line in (hurt / "articles.jsonl").read_bytes().splitlines()]
    first = next(line for line in lines if line["kind"] == "tin-tuc")
    made = [
        {**first, "id": str(1491900000 + 20 * n), "date": (date(2023, 1, 1) + timedelta(days=n)).isoformat()}
        for n in range(60)
        if not 30 <= n < 42
    ]
    (hurt / "articles.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made), "utf-8")
    figures = gather_collection(hurt, NOW)
    (gap,) = found(figures).gaps
    assert 12 == gap["missing"]
    page = render(figures).decode()
    assert "thanhuy crawl --fill-gaps --into x" in page
    assert ["12", "tin-tuc/1491900580", "tin-tuc/1491900840"] == cells(page, "Gaps")["2023-01-30 – 2023-02-12"]


def test_command_writes_the_page_and_a_summary(reported: Reported, tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    done = run_thanhuy("report", reported.path, "-o", target)
    assert (0, "") == (done.returncode, done.stderr)
    check_page(target.read_text("utf-8"))
    assert re.search(rf"^articles: +{found(reported.figures).total}, published", done.stdout, re.MULTILINE)
    assert str(target) in done.stdout
    assert run_thanhuy("report", reported.path, "-o", target).returncode == 0, "an earlier report is replaced"
    on_stdout = run_thanhuy("report", reported.path, "-o", "-")
    check_page(on_stdout.stdout)
    assert [target] == list(tmp_path.iterdir())


def test_figures_are_printed_as_json(reported: Reported, tmp_path: Path) -> None:
    done = run_thanhuy("report", reported.path, "--json")
    told = json.loads(done.stdout)
    assert ("report/1", "collection") == (told["schema"], told["scope"])
    assert found(reported.figures).total == told["articles"]["total"]
    assert reported.figures.runs[1].requests == told["runs"][1]["requests"]
    assert run_thanhuy("report", reported.path, "--json", "-o", "-").returncode == 2


def test_nothing_but_a_report_is_replaced(reported: Reported, tmp_path: Path) -> None:
    notes = tmp_path / "notes.html"
    notes.write_text("<p>mine</p>", "utf-8")
    done = run_thanhuy("report", reported.path, "-o", notes)
    assert done.returncode == 2
    assert "is no report" in done.stderr
    assert "<p>mine</p>" == notes.read_text("utf-8")
    assert run_thanhuy("report", reported.path, "-o", notes, "--force").returncode == 0
    check_page(notes.read_text("utf-8"))


@pytest.mark.parametrize(
    ("collection", "target", "words"),
    [
        ("nothing", "r.html", "does not exist"),
        ("empty", "r.html", "expected a collection"),
        ("newer", "r.html", "expected format 1, got 99"),
        ("x", "no/such/r.html", "expected a directory to write to"),
        ("x", "x/r.html", "expected a place outside the collection"),
    ],
)
def test_wrong_arguments_are_told(collection: str, target: str, words: str, hurt: Path, tmp_path: Path) -> None:
    assert hurt == tmp_path / "x"
    (tmp_path / "empty").mkdir()
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer/collection.json").write_text('{"format": 99}', "utf-8")
    done = run_thanhuy("report", tmp_path / collection, "-o", tmp_path / target)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == list(tmp_path.rglob("r.html"))


def test_full_disk_ends_with_3_and_leaves_nothing(reported: Reported, tmp_path: Path) -> None:
    done = run_thanhuy("report", reported.path, "-o", tmp_path / "r.html", env={"THANHUY_FAULT": "replace:1:ENOSPC"})
    assert done.returncode == 3
    assert "no space left" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_crawl_that_broke_off_at_its_page_goes_on(tmp_path: Path) -> None:
    """The page is the last that a run writes; no space for it ends the run as no space for run.json does."""
    path = tmp_path / "x"
    with serve(SampleSite()) as running:
        place = ("--into", path, "--connect-to", running.connect_to, "--cacert", running.ca_path)
        options = (*place, "--delay", 0, "--no-images", "--limit", 3)
        done = run_thanhuy("crawl", *options, env={"THANHUY_FAULT": "replace:9:ENOSPC"})
        assert done.returncode == 3, done.stderr
        assert not list(path.glob("crawls/*/report.html"))
        assert list(path.glob("crawls/*/run.json"))
        assert run_thanhuy("crawl", *options).returncode == 0
    assert 1 == len(list(path.glob("crawls/*/report.html")))
    assert run_thanhuy("verify", path).returncode == 0


def test_fault_of_the_page_does_not_end_the_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(figures: ReportData) -> bytes:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr("crawler.engine.session.render", fail)
    collection = Collection.open(tmp_path / "x", describe=describe)
    collection.close({"reason": "finished"}, lambda run: draw_run(collection, run))
    assert "report.html could not be drawn: ZeroDivisionError: no such luck" in caplog.text
    assert ["run.json"] == [one.name for one in (tmp_path / "x/crawls").glob("*/*")]


def test_run_costs_its_own_rows_only(reported: Reported) -> None:
    """Every query of one run's page is answered from an index;
    the only scan is the count of addresses by state, of an index too.
    """
    from crawler.reporting import queries

    with sqlite3.connect(reported.path / "state.sqlite") as state:
        plans: list[str] = []

        def explain(sql: str, parameters: tuple[Any, ...]) -> Any:
            plans.extend(row[3] for row in state.execute(f"EXPLAIN QUERY PLAN {sql}", parameters))
            return state.execute(sql, parameters)

        queries.read_captures(explain, "thanhuytphcm-20260101000000000-")
        queries.read_versions(explain, "thanhuytphcm-20260101000000000-")
        queries.read_frontier(explain, reasons=False)
    state.close()
    assert ["SCAN urls USING COVERING INDEX urls_state"] == [plan for plan in plans if plan.startswith("SCAN")]


def test_page_fits_a_phone(reported: Reported, tmp_path: Path) -> None:
    """Nothing but a table, inside its own scrolling box, is wider than a screen of 360 pixels."""
    page = tmp_path / "page.html"
    page.write_text(reported.page, "utf-8")
    with open_browser(tmp_path / "profile") as browser:
        browser.open(page.as_uri())
        assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
        assert 0 == browser.run("return performance.getEntriesByType('resource').length")
        browser.run("document.documentElement.style.width = '360px'; document.body.style.width = '360px'")
        outside = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll'))"
        assert [] == browser.run(
            f"return {outside}.filter(e => e.getBoundingClientRect().right > 361).map(e => e.outerHTML)"
        )
