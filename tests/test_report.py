"""The report: its figures are those of the collection, its page is whole, safe and stands alone, damage is named and stops nothing."""

import json
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.collection import Collection
from archive.lock import Lock
from crawler.coverage import Known, find_gaps
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.extensions.session import draw_run
from crawler.items import Article
from crawler.queueing import describe
from crawler.reporting.figures import Articles, Figures
from crawler.reporting.gather import gather_collection, plain_configuration
from crawler.reporting.logs import find_errors
from crawler.reporting.markup import el, escape, is_safe, link
from crawler.reporting.page import render
from crawler.reporting.runs import read_run
from crawler.reporting.tally import KINDS, Tally
from crawler.reporting.values import LONGEST_LINE, read_lines
from crawler.reporting.words import share, size
from tests.collections_read import read_articles
from tests.conftest import run_thanhuy
from tests.webdriver import open_browser

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = '</title><script>alert(1)</script><img src=x onerror="alert(2)"> & \x00\x1b[31m \u202e\ufffe \ud800 \' javascript:alert(3)'
ACTIVE = {"script", "img", "iframe", "object", "embed", "link", "form", "base", "audio", "video"}
"""Elements that run something or fetch something."""


@dataclass
class Reported:
    """A collection of two runs, the second with edited, new and gone articles."""

    path: Path
    figures: Figures
    page: str
    runs: list[dict[str, Any]]
    """The two `run.json`."""
    edited: list[str]
    gone: list[str]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    path = tmp_path_factory.mktemp("report") / "x"
    site = SampleSite()
    with serve(site) as running:
        options = ("--into", path, "--connect-to", running.connect_to, "--cacert", running.ca_path, "--delay", 0, "--no-progress")
        assert run_thanhuy("crawl", *options, "--no-images", "--concurrency", 4).returncode == 0
        articles = [article for article in site.articles if article.kind == "tin-tuc"]
        edited, gone = [articles[3].key, articles[40].key], [articles[10].key]
        for key in edited:
            site.edit_article(key)
        site.delete_article(gone[0])
        site.add_article("Chợ phiên nông sản dời sang sáng chủ nhật")
        with sqlite3.connect(path / "state.sqlite") as state:
            state.execute("UPDATE urls SET due = 0 WHERE kind = 'tin-tuc'")
        state.close()
        done = run_thanhuy("refresh", *options, "--confirm-gone", "--no-images")
        assert done.returncode == 0, done.stderr
    figures = gather_collection(path, NOW)
    runs = [json.loads(one.read_bytes()) for one in sorted(path.glob("crawls/*/run.json"))]
    return Reported(path, figures, render(figures).decode(), runs, edited, gone)


@pytest.fixture
def hurt(reported: Reported, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(reported.path, tmp_path / "x"))


def found(figures: Figures) -> Articles:
    """The figures on articles."""
    assert figures.articles is not None
    return figures.articles


def parse(page: str) -> ElementTree.Element:
    """The page, read strictly: a tag that is not closed or a character that is not escaped fails."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page.partition("\n")[2])


def cells(page: str, caption: str) -> dict[str, list[str]]:
    """The rows of a table by their heading."""
    for table in parse(page).iter("table"):
        if text_of(table.find("caption")).startswith(caption):
            rows = [[text_of(cell) for cell in row] for row in table.iter("tr")][1:]
            return {row[0]: row[1:] for row in rows}
    raise AssertionError(f"no table {caption}")


def text_of(element: ElementTree.Element | None) -> str:
    """All text inside."""
    return "".join(element.itertext()) if element is not None else ""


def check_page(page: str) -> None:
    """What holds of every page: it is well-formed, stands alone, runs nothing, and says what its tables are."""
    root = parse(page)
    assert root.get("lang") == "en"
    assert 1 == len(list(root.iter("h1")))
    elements = list(root.iter())
    assert not {element.tag for element in elements} & ACTIVE
    for element in elements:
        assert not [name for name in element.attrib if name.startswith("on") or name in {"src", "srcset", "style", "background"}]
        if element.tag == "a":
            href = element.get("href", "")
            assert href.startswith("#") or (re.match("https?://", href) and element.get("rel") == "noreferrer nofollow"), href
        if element.tag == "table":
            assert text_of(element.find("caption"))
            assert all(cell.get("scope") in {"col", "row"} for cell in element.iter("th"))
        if element.tag == "svg":
            assert element.get("role") == "img"
            assert text_of(element.find("desc"))
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    assert {1} == set(ids.values())
    assert {element.get("href", "")[1:] for element in elements if element.get("href", "").startswith("#")} <= set(ids)
    assert {element.get("aria-labelledby") for element in elements if element.get("aria-labelledby")} <= set(ids)
    style = text_of(root.find("head/style"))
    assert "url(" not in style
    assert "@import" not in style


def test_articles_are_counted_as_they_are(reported: Reported) -> None:
    articles, counted = read_articles(reported.path), found(reported.figures)
    assert len(articles) == counted.total
    assert Counter(one["date"][:7] for one in articles) == counted.months
    assert (min(one["date"] for one in articles), max(one["date"] for one in articles)) == (counted.first, counted.last)
    assert sum(one["version"] for one in articles) == counted.versions
    assert (len(reported.edited), len(reported.gone)) == (counted.edited, counted.gone)
    assert Counter(" › ".join(one["section"]) for one in articles) == {name: one.count for name, one in counted.sections.items()}
    assert Counter(code for one in articles for code in one["warnings"]) == {code: group.count for code, group in counted.warnings.items()}
    assert Counter(one["date_source"] for one in articles) == counted.date_sources


@pytest.mark.parametrize("field", sorted(Article.__dataclass_fields__))
def test_filled_fields_are_counted_as_they_are(reported: Reported, field: str) -> None:
    articles, fill = read_articles(reported.path), found(reported.figures).fields[field]
    filled = [one for one in articles if one[field] not in (None, "", [])]
    assert len(filled) == fill.filled
    assert Counter(one["date"][:4] for one in filled) == fill.years
    assert Counter(source["rule"] for one in articles for source in one["sources"] if source["field"] == field) == fill.rules
    row = cells(reported.page, "Filled fields, and the rules")[field]
    assert [str(len(filled)), share(len(filled), len(articles))] == row[:2]


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
    assert [f"{first.requests:,}", size(first.received), f"{first.captures:,}", f"{first.new:,}", "0", "0"] == row[-6:]


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
    again = gather_collection(hurt, NOW).files
    assert again is not None
    assert len(again.noted) == again.verified
    for one in again.noted:
        assert one.sha256 in render(gather_collection(hurt, NOW)).decode()
        break


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
    statuses = {row.split()[0]: int(values[0].replace(",", "")) for row, values in cells(pages[1], "Captures by HTTP status").items()}
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


def test_gaps_sought_piece_by_piece_are_those_of_the_whole() -> None:
    tally, known, number = Tally(), [], 1491900000
    for n in range(9000):
        number += 20 if n % 1000 else 4000
        day = date(2018, 1, 1) + timedelta(days=n // 10 + 3 * (n // 1000))
        kind = KINDS[n % 2]
        known.append(Known(key=f"{kind}/{number}", number=number, day=day))
        tally.add({"id": str(number), "kind": kind, "date": day.isoformat()})
    whole = find_gaps(known)
    assert len(whole) > 5
    assert [vars(gap) for gap in whole] == tally.result().gaps


def test_memory_does_not_follow_what_pages_say() -> None:
    tally = Tally()
    for n in range(3000):
        source = {"field": "title", "rule": f"rule {n}"}
        tally.add({"id": str(n), "kind": f"k{n}", "section": [f"s{n}"], "warnings": [f"w{n}"], "sources": [source], "date_source": f"d{n}"})
    counted = tally.result()
    assert 3000 == counted.total == sum(counted.kinds.values()) == sum(one.count for one in counted.sections.values())
    assert 3000 == sum(group.count for group in counted.warnings.values()) == sum(counted.fields["title"].rules.values())
    for names in (counted.kinds, counted.sections, counted.warnings, counted.fields["title"].rules, counted.date_sources):
        assert len(names) < 400
    assert len(counted.lately_new) <= 20


def test_hostile_text_is_text(reported: Reported, hurt: Path) -> None:
    lines = (hurt / "articles.jsonl").read_text("utf-8").splitlines()
    hostile = {
        **json.loads(lines[0]), "title": HOSTILE, "canonical_url": "javascript:alert(4)", "url": "https://a\u202e/",
        "section": [HOSTILE], "warnings": [HOSTILE, 7, None], "sources": [{"field": "title", "rule": HOSTILE}, 3],
        "parser": {"version": HOSTILE, "layout": []},
        "version": 2, "changed": [HOSTILE], "date_source": HOSTILE, "captured_at": "9" * 20, "byline": HOSTILE, "id": "9" * 5000,
        "kind": HOSTILE, "date": "2020-13-77",
    }  # fmt: skip
    (hurt / "articles.jsonl").write_text("\n".join([json.dumps(hostile), *lines]) + "\n", "utf-8")
    about = json.loads((hurt / "collection.json").read_bytes())
    about |= {"name": HOSTILE, "seeds": ["javascript:alert(5)", HOSTILE], "created": HOSTILE}
    (hurt / "collection.json").write_text(json.dumps(about), "utf-8")
    run = sorted(hurt.glob("crawls/*/run.json"))[1]
    told = {**json.loads(run.read_bytes()), "reason": HOSTILE, "health": [HOSTILE], "software": HOSTILE, "began": HOSTILE}
    run.write_text(json.dumps({**told, "recovered": [HOSTILE], "configuration": {HOSTILE: HOSTILE}}), "utf-8")
    log = run.with_name("crawl.log")
    log.write_text(f"2026-01-01 00:00:00,000 ERROR a.b: https://x/<script> {HOSTILE}\n", "utf-8", "replace")
    with sqlite3.connect(hurt / "state.sqlite") as state:
        state.execute("UPDATE urls SET state = 'failed', url = 'https://x/\"><script>' WHERE id = 1")
        state.execute("UPDATE captures SET status = 404, uri = '\"><script>alert(6)</script>' WHERE id = 1")
    state.close()
    page = render(gather_collection(hurt, NOW)).decode()
    check_page(page)
    assert "<script" not in page
    assert "\x1b" not in page
    assert HOSTILE.partition("&")[0].replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in page


def test_links_lead_to_the_web_only() -> None:
    assert link("https://a.vn/b").startswith('<a href="https://a.vn/b" rel="noreferrer nofollow">')
    schemes = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.vn/", "")
    for address in (*schemes, "https://a b/", "http://[", "https:///x", "https://a\u202e.vn/"):
        assert not is_safe(address)
        assert "href" not in link(address)
    assert '<p title="&quot;&lt;">&amp;</p>' == el("p", "&", title='"<')
    assert "a\ufffdb" == escape("a\x07b")


def cut(path: Path, part: float) -> None:
    """Leave only the beginning of a file."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file."""
    path.write_bytes(path.read_bytes() + data)


def zero(path: Path) -> None:
    """Put zeros into the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 4 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 4)
    path.write_bytes(data)


def spoil_state(path: Path) -> None:
    """Make a name in the state bytes that are no UTF-8, as a flipped bit does."""
    with sqlite3.connect(path / "state.sqlite") as state:
        state.execute("UPDATE captures SET file = CAST(X'9d' AS TEXT) WHERE id = 1")
    state.close()


def remove_rooms(path: Path) -> None:
    """Leave the WARCs and the files at the top."""
    for name in ("crawls", "indexes", "articles"):
        shutil.rmtree(path / name)


def swap_for_directory(path: Path) -> None:
    """Put a directory where a file was."""
    path.unlink()
    path.mkdir()


def first_run(path: Path) -> Path:
    """The older run's directory."""
    return min((path / "crawls").iterdir())


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "line-cut": (lambda path: cut(path / "articles.jsonl", 0.99), "1 lines are no article's record"),
    "line-blank": (lambda path: append(path / "articles.jsonl", b"\n{}\n[]\nnull\n\xff\xfe\n"), "5 lines are no article's record"),
    "line-nested": (lambda path: append(path / "articles.jsonl", b"[" * 100_000 + b"\n"), "1 lines are no article's record"),
    "lines-gone": (lambda path: (path / "articles.jsonl").unlink(), "every version in articles/ is counted"),
    "lines-directory": (lambda path: swap_for_directory(path / "articles.jsonl"), "every version in articles/ is counted"),
    "state-gone": (lambda path: (path / "state.sqlite").unlink(), "state.sqlite: is not there"),
    "state-zeros": (lambda path: zero(path / "state.sqlite"), "state.sqlite"),
    "state-text": (lambda path: (path / "state.sqlite").write_text("no database" * 100), "state.sqlite"),
    "state-bytes": (spoil_state, "state.sqlite"),
    "state-empty": (lambda path: (path / "state.sqlite").write_bytes(b""), "state.sqlite"),
    "run-gone": (lambda path: (first_run(path) / "run.json").unlink(), "run.json: expected a file of"),
    "run-cut": (lambda path: cut(first_run(path) / "run.json", 0.5), "run.json: expected an object in JSON"),
    "run-list": (lambda path: (first_run(path) / "run.json").write_text("[1]"), "run.json: expected an object in JSON, got list"),
    "log-bytes": (lambda path: (first_run(path) / "crawl.log").write_bytes(bytes(range(256)) * 50), "crawl.log: expected 2"),
    "about-cut": (lambda path: cut(path / "collection.json", 0.5), "collection.json"),
    "about-gone": (lambda path: (path / "collection.json").unlink(), "collection.json"),
    "fixity-gone": (lambda path: (path / "fixity.jsonl").unlink(), "fixity.jsonl: expected the digest"),
    "fixity-cut": (lambda path: cut(path / "fixity.jsonl", 0.7), "fixity.jsonl: 1 lines are damaged"),
    "warc-gone": (lambda path: next((path / "warc").iterdir()).unlink(), "got none; run `thanhuy verify`"),
    "stranger": (lambda path: (path / "holiday.jpg").write_bytes(b"x"), "holiday.jpg: is no part of a collection"),
    "rooms-gone": (remove_rooms, "got none"),
}


@pytest.mark.parametrize("way", DAMAGE)
def test_damage_is_named_and_the_rest_is_reported(reported: Reported, hurt: Path, way: str) -> None:
    hurt_it, note = DAMAGE[way]
    hurt_it(hurt)
    before = {one: one.stat().st_mtime_ns for one in hurt.rglob("*")}
    figures = gather_collection(hurt, NOW)
    assert any(note in one for one in figures.notes), figures.notes
    page = render(figures).decode()
    check_page(page)
    assert "What could not be read" in page
    assert before == {one: one.stat().st_mtime_ns for one in hurt.rglob("*")}, "a report only reads"
    if "line" not in way:
        assert len(read_articles(reported.path)) == found(figures).total


ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, float("inf"), "", "2020-02-30", "2020-01-01", "9999-12-31T23:59:59Z", "<b>", "\x00",
    [], ["x", None, 3], {}, [[]], {"field": "title"}, [{"field": "title", "rule": ["r"]}], [{"field": "title", "rule": "r"}],
    {"version": 7, "layout": "x", "record_id": "r"}, {"downloader/request_count": "7", "articles/gone": 3},
    {"SEEDS": ["a", 1, {}, []], "REFRESH": True, "OPERATOR": 5, "DOWNLOAD_DELAY": []},
]  # fmt: skip
"""Values that a damaged or altered file may hold in the place of what is expected."""
odd = st.sampled_from(ODD) | st.text(max_size=8)


@given(
    st.lists(st.dictionaries(st.sampled_from(sorted(Article.__dataclass_fields__)), odd, max_size=6), max_size=3),
    st.dictionaries(st.sampled_from(["reason", "health", "stats", "configuration", "began", "ended", "recovered", "spent"]), odd),
)
def test_whatever_a_file_says_the_page_is_whole(records: list[dict[str, Any]], run: dict[str, Any]) -> None:
    tally = Tally()
    for record in records:
        tally.add({"id": "1", "kind": "tin-tuc", **record})
    figures = Figures(scope="collection", made_at="2026-01-01T00:00:00Z", software="x", name="x", articles=tally.result())
    figures.runs = [read_run("20260101000000000", run)]
    figures.configuration = plain_configuration(run.get("configuration"))
    check_page(render(figures).decode())


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


def test_wrong_arguments_are_told(reported: Reported, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer/collection.json").write_text('{"format": 99}', "utf-8")
    for arguments, words in (
        ([tmp_path / "nothing"], "does not exist"),
        ([tmp_path / "empty", "-o", tmp_path / "r.html"], "expected a collection"),
        ([tmp_path / "newer", "-o", tmp_path / "r.html"], "expected format 1, got 99"),
        ([reported.path, "-o", tmp_path / "no/such/r.html"], "expected a directory to write to"),
        ([reported.path, "-o", reported.path / "r.html"], "expected a place outside the collection"),
    ):
        done = run_thanhuy("report", *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_full_disk_ends_with_3_and_leaves_nothing(reported: Reported, tmp_path: Path) -> None:
    done = run_thanhuy("report", reported.path, "-o", tmp_path / "r.html", env={"THANHUY_FAULT": "replace:1:ENOSPC"})
    assert done.returncode == 3
    assert "no space left" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_collection_being_written_is_reported(hurt: Path, tmp_path: Path) -> None:
    lock = Lock(hurt, "crawl")
    try:
        done = run_thanhuy("report", hurt, "-o", tmp_path / "r.html")
    finally:
        lock.release()
    assert done.returncode == 0
    assert "another process holds the collection" in done.stderr


def test_crawl_that_broke_off_at_its_page_goes_on(tmp_path: Path) -> None:
    """The page is the last that a run writes; no space for it ends the run as no space for run.json does."""
    path = tmp_path / "x"
    with serve(SampleSite()) as running:
        place = ("--into", path, "--connect-to", running.connect_to, "--cacert", running.ca_path)
        options = (*place, "--delay", 0, "--no-images", "--limit", 3)
        done = run_thanhuy("crawl", *options, env={"THANHUY_FAULT": "replace:5:ENOSPC"})
        assert done.returncode == 3, done.stderr
        assert not list(path.glob("crawls/*/report.html"))
        assert list(path.glob("crawls/*/run.json"))
        assert run_thanhuy("crawl", *options).returncode == 0
    assert 1 == len(list(path.glob("crawls/*/report.html")))
    assert run_thanhuy("verify", path).returncode == 0


def test_fault_of_the_page_does_not_end_the_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(figures: Figures) -> bytes:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr("crawler.extensions.session.render", fail)
    collection = Collection.open(tmp_path / "x", describe=describe)
    collection.close({"reason": "finished"}, lambda run: draw_run(collection, run))
    assert "report.html could not be drawn: ZeroDivisionError: no such luck" in caplog.text
    assert ["run.json"] == [one.name for one in (tmp_path / "x/crawls").glob("*/*")]


def test_run_costs_its_own_rows_only(reported: Reported) -> None:
    """Every query of one run's page is answered from an index; the only scan is the count of addresses by state, of an index too."""
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


def test_logs_tell_failures_by_kind() -> None:
    log = """\
2026-01-01 10:00:00,123 INFO crawler.outcomes: https://a.vn/1: failed: status 503
2026-01-01 10:00:00,123 INFO crawler.outcomes: https://a.vn/2: failed: ResponseNeverReceived: [<Failure 17>]
2026-01-01 10:00:00,123 INFO crawler.outcomes: https://a.vn/3: refused: Forbidden by robots.txt
2026-01-01 10:00:00,123 INFO crawler.outcomes: https://a.vn/3: status 503; to be tried again
2026-01-01 10:00:00,123 WARNING crawler.extensions.session: https://a.vn/4: expected 1 title, got 0
2026-01-01 10:00:00,123 ERROR scrapy.core.scraper: Spider error processing <GET https://a.vn/5> (referer: None)
Traceback (most recent call last):
2026-01-01 10:00:00,123 INFO scrapy.core.engine: Spider opened
"""
    assert [
        ("failed: status 503", "https://a.vn/1"),
        ("failed: ResponseNeverReceived", "https://a.vn/2"),
        ("refused: Forbidden by robots.txt", "https://a.vn/3"),
        ("expected N title, got N", "https://a.vn/4"),
        ("Spider error processing (referer: None)", "https://a.vn/5"),
    ] == [found[:2] for found in find_errors(log.splitlines())]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reason": "finished"}, 0),
        ({"reason": "finished", "health": ["3 of 30 requests failed; the next run asks again"]}, 4),
        ({"reason": "finished", "unreachable": "status 403"}, 9),
        ({"reason": "unreachable"}, 9),
        ({"reason": "shutdown", "health": ["x"]}, 11),
        ({"reason": "budget_spent", "spent": "5 requests in this run"}, 0),
        ({"reason": "repair", "left": ["x"]}, 5),
        ({}, None),
        ([], None),
        ({"stats": 5, "health": "x", "configuration": [], "began": 7, "new_versions": -1}, None),
    ],
)
def test_exit_code_is_what_the_run_left_with(told: Any, code: int | None) -> None:
    assert code == read_run("20260101000000000", told).exit


def test_shortfall_is_told_with_its_remedy() -> None:
    run = read_run("1", {"health": ["9 of 30 articles have no date; the site may have a new layout"]})
    assert "thanhuy probe URL" in run.health[0]


def test_line_too_long_to_be_held_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.reporting.values.LONGEST_LINE", 10)
    assert LONGEST_LINE > 10
    path = tmp_path / "x"
    path.write_bytes(b"short\n" + b"x" * 35 + b"\nlast")
    assert [(b"short", 6), (b"", 36), (b"last", 4)] == list(read_lines(path))


def test_shares_never_round_to_all_or_nothing() -> None:
    assert ["0 %", "0.1 %", "50 %", "99.9 %", "100 %", "–"] == [
        share(*pair) for pair in [(0, 9), (1, 10_000), (1, 2), (9999, 10_000), (9, 9), (0, 0)]
    ]


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
        assert [] == browser.run(f"return {outside}.filter(e => e.getBoundingClientRect().right > 361).map(e => e.outerHTML)")


def test_first_crawl_is_reported_while_it_runs_and_after_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with serve(SampleSite()) as running:
        place = ("--into", path, "--connect-to", running.connect_to, "--cacert", running.ca_path)
        options = (*place, "--delay", 0, "--no-images", "--limit", 6)
        # Killed where lines are written and their file is not finished, as a running crawl has them.
        assert run_thanhuy("crawl", *options, env={"THANHUY_FAULT": "jsonl-finish:1:kill"}).returncode < 0
        before = {one: one.read_bytes() for one in path.rglob("*") if one.is_file() and not one.name.endswith("-shm")}
        figures = gather_collection(path, NOW)
        assert before == {one: one.read_bytes() for one in before}
        assert "interrupted" == figures.condition
        assert 0 < found(figures).total
        assert ["broke off: there is no run.json"] == [run.outcome for run in figures.runs]
        check_page(render(figures).decode())
        assert run_thanhuy("crawl", *options).returncode == 0
    after = gather_collection(path, NOW)
    assert ("closed", []) == (after.condition, after.notes)
    assert found(after).total >= found(figures).total
