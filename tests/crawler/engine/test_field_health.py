"""A changed markup must not spoil the data: the run says so, names the fields, and holds the records back."""

import dataclasses
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.collection import Collection, Options
from crawler.demo.routes import answer
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.engine.readings import RunReadings
from crawler.learning.kept import read_taught
from crawler.planning.health import Thresholds
from crawler.planning.kinds import describe
from tests.support.commands import run_thanhuy
from tests.support.older_parser import older_parser
from tests.support.sample_crawls import SampleCrawl, place
from tests.support.small_site import Ran, SmallSite, small_site

FIRST = 1491871001
ARTICLES = 60
FIELDS = ("lead", "date", "section", "byline", "captions")


def set_article(site: SmallSite, number: int, *, changed: bool = False, more: str = "") -> str:
    """Serve an article in the markup that the parser knows, or in one that hides from it what a script adds."""
    title = f"Khu phố {number} dọn kênh và trồng cây"
    path = f"/tin-tuc/khu-pho-{number}-don-kenh-va-trong-cay-{FIRST + number}"
    lead = f"Sáng nay, bà con khu phố {number} cùng nhau dọn kênh, trồng cây và mở thư viện nhỏ cho trẻ em."
    text = (
        f"Theo ban điều hành, có {number + 40} gia đình tham gia từ sáng sớm, ai cũng mang theo dụng cụ của nhà mình."
    )
    rest = f"Ban điều hành khu phố mong được nghe thêm góp ý của mọi người trong các buổi họp tổ hằng tháng. {more}"
    if changed:
        body = f"<h1>{title}</h1><div><p>{lead} {text}</p><p>{rest}</p></div><p>Ý kiến bạn đọc</p>"
    else:
        body = (
            f'<div class="breadcrumb"><a href="/">Trang chủ</a> &raquo;'
            f' <a href="/nhom-tin/quan-1-1197604608">Quận 1</a></div><h1>{title}</h1><p>14/03/2025 09:15</p>'
            f"<div class='noi-dung'><p><b>{lead}</b></p><p>{text}</p><table><tr><td><img src='https://image.hcmcpv.org.vn/{number}.jpg'></td>"
            f"</tr><tr><td><i>Bà con khu phố {number} trồng cây. (Ảnh: Minh Tâm)</i></td></tr></table><p>{rest}</p>"
            "<p><b>Minh Tâm</b></p></div><p>Ý kiến bạn đọc</p>"
        )
    return site.say(path, f"<title>{title}</title>{body}")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of sixty articles, each with all of `FIELDS`."""
    with small_site(tmp_path_factory.mktemp("crawled")) as site:
        serve_articles(site)
        ran = site.run("crawl", "--no-images", "--concurrency", 4)
        assert (0, ARTICLES) == (ran.code, len(newest_of(site))), ran.err
        assert all(record[name] for record in newest_of(site) for name in FIELDS)
        return site.directory / "x"


@pytest.fixture
def small(crawled: Path, tmp_path: Path) -> Iterator[SmallSite]:
    """That collection, and its site as it was crawled."""
    with small_site(tmp_path) as site:
        shutil.copytree(crawled, site.directory / "x")
        serve_articles(site)
        yield site


def serve_articles(site: SmallSite) -> None:
    """Serve them, and a home page that leads to them."""
    site.say("/", site.links(*(set_article(site, number) for number in range(ARTICLES))))


def newest_of(site: SmallSite) -> list[dict[str, Any]]:
    """The lines of `articles.jsonl`."""
    lines = (site.directory / "x" / "articles.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def refresh(site: SmallSite, *options: object, articles: range = range(0), env: dict[str, str] | None = None) -> Ran:
    """Refresh; only these articles are due."""
    due = ", ".join(f"'tin-tuc/{FIRST + number}'" for number in articles)
    with sqlite3.connect(site.directory / "x" / "state.sqlite") as state:
        state.execute(f"UPDATE urls SET due = iif(key IN ({due}), 0, 1e12) WHERE kind = 'tin-tuc'")
    state.close()
    return site.run("refresh", "--no-images", "--concurrency", 4, *options, env=env)


def readings_of(site: SmallSite) -> dict[str, Any]:
    """What the last run's `run.json` says of its readings."""
    path = max((site.directory / "x" / "crawls").iterdir()) / "run.json"
    readings: dict[str, Any] = json.loads(path.read_bytes())["readings"]
    return readings


@pytest.mark.parametrize("pages", [60, 8])
def test_changed_markup_is_told_and_its_records_are_held_back(small: SmallSite, pages: int) -> None:
    before = newest_of(small)
    for number in range(pages):
        set_article(small, number, changed=True)
    ran = refresh(small, articles=range(pages))
    assert 4 == ran.code, ran.err
    told = [line.partition("/x: ")[2] for line in ran.err.splitlines()]
    for name in FIELDS:
        assert any(line.startswith(f"{name}: 0 of {pages} pages") for line in told), (name, ran.err)
    assert 3 == sum(line.startswith("look at: thanhuy probe https://www.thanhuytphcm.vn/tin-tuc/") for line in told)
    assert any(line.startswith(f"{pages} new versions held back for fields lost") for line in told)
    assert before == newest_of(small), "good records stay as they were"
    assert ("fell short", pages) == (readings_of(small)["verdict"], readings_of(small)["held"])
    assert run_thanhuy("verify", small.directory / "x").returncode == 0


def test_changed_markup_names_the_selectors_that_stopped_matching(small: SmallSite) -> None:
    """On the first page run of eight, with layouts that the pages before taught."""
    collection = small.directory / "x"
    done = run_thanhuy("layout", collection, "--learn")
    assert 0 == done.returncode, done.stderr
    assert "title" in done.stderr
    done = run_thanhuy("reread", collection)
    assert (0, True) == (done.returncode, "60 read as before" in done.stdout), done.stdout
    before = newest_of(small)
    for number in range(8):
        set_article(small, number, changed=True)
    ran = refresh(small, articles=range(8))
    assert 4 == ran.code, ran.err
    told = [line.partition("/x: ")[2] for line in ran.err.splitlines()]
    assert any(line.startswith("layout: 0 of 8 pages fit an exact layout of the collection") for line in told), ran.err
    rows = {row.field: row.css for row in read_taught(collection).layouts[0].rows}
    body = f"selector: [body] {rows['body']} of layout learnt-0001-1: expected"
    assert [True] == [line.endswith("on 8 of 8 pages") for line in told if line.startswith(body)], ran.err
    assert before == newest_of(small), "good records stay as they were"
    assert run_thanhuy("verify", collection).returncode == 0


def test_held_records_are_taken_where_the_user_says_so(small: SmallSite) -> None:
    for number in range(8):
        set_article(small, number, changed=True)
    assert 4 == refresh(small, articles=range(8)).code
    ran = refresh(small)
    assert 0 == ran.code, ran.err
    assert "8 new versions held back for fields lost" in ran.err
    ran = refresh(small, "--accept")
    assert (0, "") == (ran.code, ran.err)
    records = newest_of(small)
    assert 8 == sum(record["version"] == 2 and not record["byline"] for record in records)
    assert "accepted" == readings_of(small)["verdict"]
    for number in range(8, 16):
        set_article(small, number, changed=True)
    ran = refresh(small, articles=range(8, 16))
    assert 0 == ran.code, "what was accepted is usual"
    assert 16 == sum(record["version"] == 2 for record in newest_of(small))


def test_small_runs_are_counted_together(small: SmallSite) -> None:
    before = newest_of(small)
    for number in range(6):
        set_article(small, number, changed=True)
    ran = refresh(small, articles=range(3))
    assert 0 == ran.code, ran.err
    assert f"3 new versions with fields lost or found by other rules (since {today()}), to be judged once" in ran.err
    assert ("pending", before) == (readings_of(small)["verdict"], newest_of(small))
    ran = refresh(small, articles=range(3, 6))
    assert 4 == ran.code, ran.err
    assert "byline: 0 of 6 pages" in ran.err
    assert before == newest_of(small)


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def let_a_day_pass(site: SmallSite) -> None:
    """What waits has waited since yesterday."""
    with sqlite3.connect(site.directory / "x" / "state.sqlite") as state:
        yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        state.execute("UPDATE held SET fields = replace(fields, ?, ?)", (today(), yesterday))
    state.close()


def test_single_edit_is_taken_once_its_page_says_the_same_on_another_day(small: SmallSite) -> None:
    """On a quiet site five pages may never be read."""
    before = newest_of(small)
    set_article(small, 0, changed=True)
    for _ in range(2):
        ran = refresh(small, articles=range(1))
        assert 0 == ran.code, "one page that is read every hour is no five pages"
        assert f"1 new version with fields lost or found by other rules (since {today()})" in ran.err
        assert before == newest_of(small)
    assert 0 == readings_of(small)["pages"]
    let_a_day_pass(small)
    ran = refresh(small, articles=range(1))
    assert (0, "") == (ran.code, ran.err)
    assert [2] == [record["version"] for record in newest_of(small) if record not in before]
    assert run_thanhuy("verify", small.directory / "x").returncode == 0


def test_few_pages_in_another_markup_are_not_taken_for_edits_on_another_day(small: SmallSite) -> None:
    before = newest_of(small)
    for number in range(3):
        set_article(small, number, changed=True)
    assert 0 == refresh(small, articles=range(3)).code
    let_a_day_pass(small)
    ran = refresh(small, articles=range(3))
    assert 4 == ran.code, ran.err
    assert "byline: 0 of 6 pages" in ran.err
    assert "3 new versions held back for fields lost or found by other rules (since " in ran.err
    assert before == newest_of(small)


def test_page_in_the_markup_that_fell_short_is_not_taken_for_an_edit_on_another_day(small: SmallSite) -> None:
    """It comes alone, and nothing says that the markup is the old one again."""
    before = newest_of(small)
    for number in range(9):
        set_article(small, number, changed=True)
    assert 4 == refresh(small, articles=range(8)).code
    for _ in range(2):
        ran = refresh(small, articles=range(8, 9))
        assert before == newest_of(small)
        let_a_day_pass(small)
    assert (4, True) == (ran.code, "9 new versions held back" in ran.err)


def test_what_editors_take_away_is_written(small: SmallSite) -> None:
    """One article without its byline among ten that are edited: a version as any other, at the end of the run."""
    for number in range(10):
        set_article(small, number, more="Buổi họp tới là ngày chủ nhật.")
    set_article(small, 0, changed=True)
    ran = refresh(small, articles=range(10))
    assert (0, "") == (ran.code, ran.err)
    assert 10 == sum(record["version"] == 2 for record in newest_of(small))
    assert ("well", 0) == (readings_of(small)["verdict"], readings_of(small)["held"])
    assert [] == [path for path in ran.asked if ran.asked.count(path) > 1], "read again from the archive, not fetched"


def test_markup_that_comes_back_makes_good_what_was_held(small: SmallSite) -> None:
    before = newest_of(small)
    for number in range(8):
        set_article(small, number, changed=True)
    assert 4 == refresh(small, articles=range(8)).code
    for number in range(8):
        set_article(small, number)
    ran = refresh(small, articles=range(8))
    assert (0, "") == (ran.code, ran.err)
    assert before == newest_of(small)


def test_thresholds_are_configured(small: SmallSite, tmp_path: Path) -> None:
    for number in range(8):
        set_article(small, number, changed=True)
    config = tmp_path / "thanhuy.toml"
    config.write_text("[health]\npages = 9\n", "utf-8")
    ran = refresh(small, "--config", config, articles=range(8))
    assert 0 == ran.code, ran.err
    for wrong, said in (("pages = 0", "at least 1"), ("fall = 3.0", "at most 1"), ("pgaes = 3", "pgaes")):
        config.write_text(f"[health]\n{wrong}\n", "utf-8")
        done = run_thanhuy("refresh", "--into", small.directory / "x", "--config", config)
        assert (2, True) == (done.returncode, said in done.stderr), done.stderr


def test_newer_parser_makes_good_what_was_held(small: SmallSite, tmp_path: Path) -> None:
    """A markup in which the parser of the day misses bylines: the next one reads them, and no version comes of it."""
    before, older = newest_of(small), older_parser(tmp_path / "older", only=b"newer markup")
    for number in range(8):
        path = set_article(small, number)
        body = small.server.scripts[path].said.partition(b"\r\n\r\n")[2]
        small.say(path, body + b"<!-- newer markup -->")
    set_article(small, 8, more="Buổi họp tới là ngày chủ nhật.")
    ran = refresh(small, articles=range(9), env=older)
    assert (4, True) == (ran.code, "byline: 1 of 9 pages" in ran.err), ran.err
    kept = [record for record in newest_of(small) if record["version"] == 1]
    assert [record for record in before if record["id"] != str(FIRST + 8)] == kept
    assert 1 == sum(record["version"] == 2 for record in newest_of(small)), "an edit that loses nothing is written"
    done = run_thanhuy("reread", small.directory / "x")
    assert 0 == done.returncode, done.stderr
    assert kept == [record for record in newest_of(small) if record["version"] == 1]
    ran = refresh(small, articles=range(9))
    assert (0, "") == (ran.code, ran.err)


def test_reread_by_the_same_parser_leaves_held_what_loses_fields(small: SmallSite) -> None:
    before = newest_of(small)
    for number in range(8):
        set_article(small, number, changed=True)
    assert 4 == refresh(small, articles=range(8)).code
    done = run_thanhuy("reread", small.directory / "x")
    assert (0, True) == (done.returncode, "8 new versions that lose fields held back still" in done.stdout), done.stdout
    assert before == newest_of(small)


def test_what_was_held_is_held_again_by_a_state_made_anew(small: SmallSite) -> None:
    """All pages are read again from the archive then; those known to the byte say nothing of the markup."""
    before = newest_of(small)
    for number in range(8):
        set_article(small, number, changed=True)
    assert 4 == refresh(small, articles=range(8)).code
    (small.directory / "x" / "state.sqlite").unlink()
    assert 0 == run_thanhuy("index", small.directory / "x").returncode
    ran = small.run("refresh", "--no-images")
    assert 4 == ran.code, ran.err
    assert "byline: 0 of 8 pages" in ran.err
    assert before == newest_of(small)


def test_sample_sites_three_markups_lose_what_marks_their_fields(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    """Sixty pages in three markups: first with other bytes and the same text, then without what told their fields."""
    site, collection = SampleSite(), sample_crawl.copy(tmp_path / "x")
    pages = [page for page in site.articles if page.kind == "tin-tuc"][:60]
    assert {"table", "soup", "semantic"} == {page.markup for page in pages}
    before = (collection / "articles.jsonl").read_bytes()
    with serve(site) as running:
        for change, code in ((lambda body: body + b"<!-- served by another machine -->", 0), (without_marks, 4)):
            for page in pages:
                said = answer(site, "www.thanhuytphcm.vn", page.path)
                running.instead[page.path] = dataclasses.replace(said, body=change(said.body), validated=False)
            with sqlite3.connect(collection / "state.sqlite") as state:
                state.execute("UPDATE urls SET due = 0 WHERE kind = 'tin-tuc'")
            state.close()
            done = run_thanhuy("refresh", *place(running, collection), "--concurrency", 4, "--no-images")
            assert code == done.returncode, done.stderr
            assert before == (collection / "articles.jsonl").read_bytes(), "good records stay as they were"
    told = {line.partition(f"{collection}: ")[2].partition(":")[0] for line in done.stderr.splitlines()}
    assert {"lead", "captions", "section", "byline"} <= told, done.stderr


def without_marks(body: bytes) -> bytes:
    """A page that scripts fill: paragraphs and headline are there, and nothing of what says which is which."""
    html = body.decode()
    title = html.partition("<title>")[2].partition("</title>")[0]
    texts = [
        re.sub(r"<[^>]+>", "", text).strip() for text in re.findall(r"<(?:p|div|td|font)[^>]*>([^<>]{60,})<", html)
    ]
    return f"<title>{title}</title><h1>{title}</h1><div>{''.join(f'<p>{text}</p>' for text in texts)}</div>".encode()


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"reason": "finished", "readings": {"counts": {}, "pages": Infinity}}']
)
def test_report_of_an_earlier_run_that_cannot_be_read_is_left_out(tmp_path: Path, text: str) -> None:
    earlier = tmp_path / "x" / "crawls" / "20200101000000000"
    collection = Collection.open(tmp_path / "x", describe=describe, options=Options(free_space_floor=0))
    earlier.mkdir(parents=True)
    (earlier / "run.json").write_text(text)
    assert not RunReadings(collection, Thresholds(), accept=False).find_before("tin-tuc/1")
    collection.close({"reason": "finished"})
