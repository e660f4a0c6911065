"""A refresh costs what changed: new, edited, moved and deleted articles, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.routes import Answer
from crawler.site.scope import Kind, find_kind, find_page
from tests.support.collections_read import read_articles
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import Archive, SampleCrawl, copied


@pytest.fixture
def archive(sample_crawl: SampleCrawl, tmp_path: Path) -> Iterator[Archive]:
    with copied(sample_crawl, tmp_path / "x") as archive:
        yield archive


def test_refresh_with_nothing_new_asks_for_first_pages_only(archive: Archive) -> None:
    before = archive.lines()
    seen = archive.run("refresh")
    assert before == archive.lines()
    kinds = {find_kind(request.url) for request in seen if not request.path.endswith("/robots.txt")}
    assert kinds <= {Kind.HOME, Kind.LISTING, Kind.FEED, Kind.PAGE}
    rooms = {request.path for request in seen if find_kind(request.url) is Kind.PAGE}
    assert all(path.startswith(("/tu-lieu", "/robots.txt")) for path in rooms), "the lists of documents"
    assert not [request.url for request in seen if "?" in request.path]
    asked = [request for request in seen if find_kind(request.url) in {Kind.HOME, Kind.LISTING}]
    assert all(
        any(name.lower() in {"if-none-match", "if-modified-since"} for name, _ in request.headers) for request in asked
    )


def test_refresh_yields_one_line_for_each_change(archive: Archive) -> None:
    site = archive.site
    known = len(archive.lines())
    articles = [article for article in site.articles if article.kind == "tin-tuc"]
    new = [
        site.add_article("Khu phố 3 mở lớp học bơi miễn phí cho trẻ em"),
        site.add_article("Chợ phiên nông sản dời sang sáng chủ nhật"),
    ]
    edited = [
        site.edit_article(articles[3].key),
        site.edit_article(articles[40].key),
        site.edit_article(articles[60].key),
    ]
    gone = [articles[10].key, articles[50].key]
    site.delete_article(gone[0])
    site.delete_article(gone[1], status=410)
    archive.sql("UPDATE urls SET due = 0 WHERE kind IN ('tin-tuc', 'tu-lieu')")
    seen = archive.run("refresh", "--confirm-gone", "--no-images")
    lines = archive.lines()[known:]
    assert sorted([*(one.key for one in new), *(one.key for one in edited), *gone]) == sorted(
        f"{line['kind']}/{line['id']}" for line in lines
    )
    by_key = {f"{line['kind']}/{line['id']}": line for line in lines}
    for one in new:
        assert (1, [], "live") == _fate(by_key[one.key])
    for one in edited:
        version, changed, status = _fate(by_key[one.key])
        assert (2, "live") == (version, status)
        assert "body" in changed
    for key in gone:
        assert (2, ["status"], "gone") == _fate(by_key[key])
        assert by_key[key]["body"]
    conditional = [request for request in seen if request.status == 304]
    assert len(conditional) > len(articles) - 10
    assert run_thanhuy("verify", archive.directory).returncode == 0


def _fate(line: dict[str, Any]) -> tuple[int, list[str], str]:
    return line["version"], line["changed"], line["status"]


def test_article_is_gone_after_two_404s_on_different_days(archive: Archive) -> None:
    key = archive.site.articles[20].key
    archive.site.delete_article(key)
    archive.sql(f"UPDATE urls SET due = 0 WHERE key = '{key}'")
    archive.run("refresh")
    assert "live" == _newest(archive, key)["status"]
    archive.sql(f"UPDATE urls SET due = 0 WHERE key = '{key}'")
    archive.run("refresh")
    assert "live" == _newest(archive, key)["status"], "a second 404 on the same day says nothing new"
    archive.sql(f"UPDATE urls SET due = 0, gone_at = '2020-01-01' WHERE key = '{key}'")
    archive.run("refresh")
    assert "gone" == _newest(archive, key)["status"]


def _newest(archive: Archive, key: str) -> dict[str, Any]:
    return next(record for record in read_articles(archive.directory) if f"{record['kind']}/{record['id']}" == key)


def test_moved_article_is_the_same_article(archive: Archive) -> None:
    newest = archive.site.newest()[0]
    moved = archive.site.rename(newest.key, "Một tiêu đề hoàn toàn khác trước")
    archive.run("refresh", "--no-images")
    record = _newest(archive, newest.key)
    assert (2, moved.title) == (record["version"], record["title"])
    assert record["canonical_url"].endswith(moved.path)
    assert len(archive.site.articles) == len(read_articles(archive.directory))
    seen = archive.run("refresh")
    assert not [request.url for request in seen if find_kind(request.url) is Kind.ARTICLE], (
        "old slugs are asked for once"
    )


def test_refresh_turns_pages_down_to_the_first_with_nothing_new(archive: Archive) -> None:
    group = next(
        group for group in {article.group for article in archive.site.articles} if len(archive.site.newest(group)) > 8
    )
    for number in range(12):
        archive.site.add_article(f"Tin nối tiếp số {number} của phường về việc thu gom rác", group=group)
    seen = archive.run("refresh", "--no-images")
    pages = [
        request
        for request in seen
        if (page := find_page(request.url)) and page.kind is Kind.LISTING and "?" in request.path
    ]
    assert pages
    added = [line for line in archive.lines() if line["title"].startswith("Tin nối tiếp")]
    assert 12 == len(added)


def test_article_that_is_due_is_asked_for_again(archive: Archive) -> None:
    key = archive.site.articles[5].key
    archive.sql(f"UPDATE urls SET due = 0 WHERE key = '{key}'")
    seen = archive.run("refresh")
    assert [304] == [request.status for request in seen if find_kind(request.url) is Kind.ARTICLE]


def test_dry_run_of_a_refresh_names_what_it_would_ask_for(archive: Archive) -> None:
    del archive.running.log[:]
    done = run_thanhuy("refresh", "--into", archive.directory, "--dry-run")
    assert done.returncode == 0
    assert [] == archive.running.log
    asked = {seen.url for seen in archive.run("refresh") if not seen.url.endswith("/robots.txt")}
    assert asked == set(done.stdout.split())


def test_article_that_is_back_unchanged_is_live_again(archive: Archive) -> None:
    """With its old ETag: a 304 would say nothing of its text."""
    article = archive.site.articles[20]
    archive.running.instead[article.path] = Answer(status=410, body=b"")
    archive.run("refresh", "--recheck", "--confirm-gone")
    assert "gone" == _newest(archive, article.key)["status"]
    archive.running.instead.clear()
    archive.run("refresh", "--recheck")
    assert (3, ["status"], "live") == _fate(_newest(archive, article.key))
    seen = archive.run("refresh", "--recheck")
    assert 304 in [request.status for request in seen if request.path == article.path]
    assert run_thanhuy("verify", archive.directory).returncode == 0, "a revisit refers to no revisit"


def test_article_that_moved_when_it_was_due_is_not_gone(archive: Archive) -> None:
    """The old address is a 404, and the listing names the new one."""
    newest = archive.site.newest()[0]
    archive.site.rename(newest.key, "Một tiêu đề hoàn toàn khác trước")
    archive.running.instead[newest.path] = Answer(status=404, body=b"")
    archive.run("refresh", "--recheck", "--confirm-gone", "--no-images")
    record = _newest(archive, newest.key)
    assert (2, "live", "Một tiêu đề hoàn toàn khác trước") == (record["version"], record["status"], record["title"])


def test_recheck_asks_for_every_known_article(archive: Archive) -> None:
    asked = {page.key for request in archive.run("refresh", "--recheck") if (page := find_page(request.url))}
    assert {article.key for article in archive.site.articles} <= asked
