"""Extract: a collection parsed again gives the records that its crawls wrote, byte for byte,
and says where a newer parser would not.
"""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawler.cli.extract import command
from crawler.extracting import rereading
from crawler.extracting.differing import excerpt
from crawler.items import Article
from crawler.pages import PARSER_VERSION, LayoutError
from crawler.reader import read_article
from tests.support.collections_read import read_all
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import Archive, SampleCrawl, copied
from tests.support.small_site import LISTING, SmallSite, small_site


@pytest.fixture(scope="module")
def years(sample_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A collection of several runs: new, edited, moved, gone articles, and one that came back."""
    with copied(sample_crawl, tmp_path_factory.mktemp("years") / "x") as archive:
        site = archive.site
        articles = [article for article in site.articles if article.kind == "tin-tuc"]
        back = articles[5].key
        path = articles[5].path
        for number in (3, 40):
            site.edit_article(articles[number].key)
        site.delete_article(articles[10].key)
        site.delete_article(back)
        site.rename(site.newest()[0].key, "Một tiêu đề hoàn toàn khác trước")
        site.add_article("Khu phố 3 mở lớp học bơi miễn phí cho trẻ em")
        due = "UPDATE urls SET due = 0 WHERE kind IN ('tin-tuc', 'tu-lieu')"
        archive.sql(due)
        archive.run("refresh", "--confirm-gone", "--no-images")
        site.gone.pop(path, None)
        site.edit_article(articles[3].key, text="Thông tin đã được sửa thêm một lần nữa.")
        archive.sql(due)
        archive.run("refresh", "--confirm-gone", "--no-images", "--warc-size", 100_000)
        yield archive


def written(collection: Path) -> bytes:
    """Every line of `articles/`, oldest first."""
    return b"".join(path.read_bytes() for path in sorted((collection / "articles").glob("*.jsonl")))


def contents(path: Path) -> dict[str, bytes]:
    """Every file."""
    return {str(file): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_extract_gives_the_records_that_the_crawls_wrote(years: Archive, tmp_path: Path) -> None:
    before = contents(years.directory)
    expected = written(years.directory)
    statuses = {json.loads(line)["status"] for line in expected.splitlines()}
    assert {"live", "gone"} == statuses
    assert any(json.loads(line)["version"] > 2 for line in expected.splitlines())
    done = run_thanhuy("extract", years.directory, "-o", tmp_path / "all.jsonl", "--jobs", 3)
    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert expected == (tmp_path / "all.jsonl").read_bytes()
    assert before == contents(years.directory), "nothing is written into the collection"
    assert ["all.jsonl"] == [path.name for path in tmp_path.iterdir()]


def test_newest_is_what_articles_jsonl_holds(years: Archive) -> None:
    done = run_thanhuy("extract", years.directory, "--newest", "--quiet")
    assert (0, "") == (done.returncode, done.stderr)
    assert (years.directory / "articles.jsonl").read_text("utf-8") == done.stdout


def test_files_of_a_collection_give_the_same_records_by_themselves(years: Archive) -> None:
    """In the order of capture: that of the crawl's answers may be another."""
    files = sorted((years.directory / "warc").glob("*.warc.gz"), reverse=True)
    assert len(files) > 2
    done = run_thanhuy("extract", *files, "--jobs", 2)
    assert done.returncode == 0
    assert sorted(written(years.directory).decode().splitlines()) == sorted(done.stdout.splitlines())


def test_state_index_and_lines_are_not_needed(years: Archive, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(years.directory, tmp_path / "x"))
    for name in ("articles", "indexes", "crawls"):
        shutil.rmtree(copy / name)
    for name in ("state.sqlite", "articles.jsonl", "fixity.jsonl"):
        (copy / name).unlink()
    assert written(years.directory).decode() == run_thanhuy("extract", copy).stdout


def test_diff_finds_nothing_while_the_parser_is_the_same(years: Archive) -> None:
    done = run_thanhuy("extract", years.directory, "--diff", "--json", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [] == report["articles"]
    assert (len(written(years.directory).splitlines()), 0) == (
        report["summary"]["equal"],
        report["summary"]["different"],
    )


def test_diff_shows_what_a_newer_parser_would_change(
    years: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [json.loads(line) for line in written(years.directory).splitlines()]
    edited = {line["id"] for line in lines if line["version"] > 1}
    lost = next(line["url"] for line in lines if line["id"] not in edited)

    def newer(body: bytes, url: str, **more: Any) -> Article:
        if url == lost:
            raise LayoutError("listing", url, "expected an article, got a list of articles")
        article = read_article(body, url, **more)
        changed = {"tags": ["mới"]} if article.id in edited else {}
        return dataclasses.replace(article, parser=dataclasses.replace(article.parser, version="newer"), **changed)  # type: ignore[arg-type]

    monkeypatch.setattr(rereading, "read_article", newer)
    done = CliRunner().invoke(command, [str(years.directory), "--diff", "-o", str(tmp_path / "new.jsonl")])
    assert done.exception is None
    assert "gives no article any more" in done.stdout
    assert "expected an article, got a list of articles" in done.stdout
    assert "tags:" in done.stdout
    assert "mới" in done.stdout
    assert f"parser: {PARSER_VERSION} before, newer now" in done.stdout
    assert '"version":"newer"' in (tmp_path / "new.jsonl").read_text("utf-8")
    report = json.loads(CliRunner().invoke(command, [str(years.directory), "--diff", "--json"]).stdout)
    assert {"changed", "lost"} == set(report["summary"]["kinds"])
    assert {"tags"} == set(report["summary"]["fields"]), "that another parser read it is told once, not of each article"
    first = next(one for one in report["articles"] if one["kind"] == "changed")
    assert ("tags", ["mới"]) == (first["fields"][0]["field"], first["fields"][0]["new"])
    assert [{"before": PARSER_VERSION, "now": "newer", "records": len(lines) - 1}] == report["summary"]["parsers"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        yield site


def test_text_that_returns_is_a_version_that_points_to_its_first_capture(small: SmallSite) -> None:
    first = small.article(1491871001, "Chợ hoa xuân mở cửa")
    small.say("/", small.links(first))
    assert small.run("crawl").code == 0
    for more in ("Chợ mở thêm ba ngày.", ""):
        small.article(1491871001, "Chợ hoa xuân mở cửa", more=more)
        due(small.directory / "x")
        assert small.run("refresh").code == 0
    lines = [json.loads(line) for line in written(small.directory / "x").splitlines()]
    assert [1, 2, 3] == [line["version"] for line in lines]
    assert lines[0]["warc"] == lines[2]["warc"]
    assert lines[0]["captured_at"] < lines[2]["captured_at"]
    assert written(small.directory / "x").decode() == run_thanhuy("extract", small.directory / "x").stdout


def due(collection: Path) -> None:
    """Have the next refresh look at every article."""
    import sqlite3

    with sqlite3.connect(collection / "state.sqlite") as state:
        state.execute("UPDATE urls SET due = 0")
    state.close()


def test_what_the_crawl_left_out_stays_out(small: SmallSite) -> None:
    old = small.article(1491871001, "Chợ hoa xuân mở cửa", day="14/03/2021")
    new = small.article(1491934001, "Thư viện khu phố đón bạn đọc", day="14/03/2025")
    small.say(LISTING, small.links(old, new))
    small.say("/", small.links(LISTING))
    assert (
        small.run("crawl", "--since", "2020-12-20", "--until", "2021-12-01", f"https://www.thanhuytphcm.vn{old}").code
        == 0
    )
    assert small.run("crawl", "--since", "2025-01-01").code == 0
    collection = small.directory / "x"
    assert written(collection).decode() == run_thanhuy("extract", collection).stdout


def test_record_whose_page_is_lost_is_kept_as_it_was_stored(years: Archive, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(years.directory, tmp_path / "x"))
    line = json.loads(written(copy).splitlines()[0])
    path = copy / "warc" / line["warc"]["file"]
    data = bytearray(path.read_bytes())
    data[line["warc"]["offset"] + 300] ^= 0xFF
    path.write_bytes(data)
    done = run_thanhuy("extract", copy, "--jobs", 2)
    assert done.returncode == 5
    assert f"{path.name}:{line['warc']['offset']}: expected" in done.stderr
    assert "1 record kept as stored" in done.stderr
    assert sorted(written(copy).decode().splitlines()) == sorted(done.stdout.splitlines())


def test_open_file_of_a_running_crawl_is_read_up_to_its_torn_tail(years: Archive, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(years.directory, tmp_path / "x"))
    last = sorted((copy / "warc").glob("*.warc.gz"))[-1]
    end = read_all(copy)[-1]
    data = last.read_bytes()
    last.with_name(last.name + ".open").write_bytes(data[: end.offset + end.length // 2])
    last.unlink()
    done = run_thanhuy("extract", copy)
    assert (0, written(copy).decode()) == (done.returncode, done.stdout), done.stderr


def test_wacz_gives_the_records_of_the_collection(years: Archive, tmp_path: Path) -> None:
    assert run_thanhuy("pack", years.directory, "-o", tmp_path / "x.wacz", "--no-progress").returncode == 0
    done = run_thanhuy("extract", tmp_path / "x.wacz")
    assert done.returncode == 0, done.stderr
    assert sorted(written(years.directory).decode().splitlines()) == sorted(done.stdout.splitlines())


def test_excerpt_shows_the_words_that_differ_and_a_few_around_them() -> None:
    old = "Sáng nay tại phường Bình Lạc, bà con khu phố cùng nhau dọn kênh và trồng cây xanh."
    assert excerpt(old, old.replace("dọn kênh", "quét đường")) == (
        "… khu phố cùng nhau [-dọn kênh-] {+quét đường+} và trồng cây xanh."
    )
    assert excerpt(None, "x") == "[-null-] {+x+}"
    assert excerpt([], ["a"]) == '[-[]-] {+["a"]+}'
    assert "\x1b" not in excerpt("a", "\x1b[31mb\nc")
    assert len(excerpt("a " * 100_000, "b " * 100_000)) < 300
