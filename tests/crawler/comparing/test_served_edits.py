"""What a site that is edited behind our back did, told by `thanhuy changes` after each refresh:
every edit by its kind, and no failed fetch as a deletion.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.model import SampleArticle
from crawler.demo.routes import Answer
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import Archive, SampleCrawl, copied
from tests.support.scripted_edits import Told, edit, other_comments

FAULTS: dict[str, Answer] = {
    "error": Answer(status=500, body=b"<h1>500</h1>", validated=False),
    "unavailable": Answer(status=503, validated=False),
    "home": Answer(status=302, headers={"Location": "/"}, validated=False),
    "elsewhere": Answer(status=301, headers={"Location": "/tin-tuc/khong-con-bai-nay-1100000001"}, validated=False),
    "empty": Answer(validated=False),
    "soft": Answer(body="<title>Lỗi</title><h1>Không tìm thấy trang</h1>".encode(), validated=False),
    "shell": Answer(body=b"<html><body><div id=app></div><script src=/a.js></script></body></html>", validated=False),
}
"""Answers in the place of an article that are none: nothing of the article is known by them."""


@pytest.fixture
def archive(sample_crawl: SampleCrawl, tmp_path: Path) -> Iterator[Archive]:
    with copied(sample_crawl, tmp_path / "x") as archive:
        yield archive


MOVED: Told = ("sentence", "refactor")


class Watch:
    """The events that each refresh adds."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._known = len(self._events())

    def refresh(self, *options: str) -> dict[str, dict[str, Any]]:
        """Look at every article again; return what `changes` has to tell now that it had not before, by article."""
        self.archive.sql("UPDATE urls SET due = 0 WHERE kind IN ('tin-tuc', 'tu-lieu')")
        place = ("--into", self.archive.directory, "--connect-to", self.archive.running.connect_to)
        done = run_thanhuy(
            "refresh", *place, "--cacert", self.archive.running.ca_path, "--delay", 0, "--concurrency", 4,
            "--no-images", "--no-progress", *options,
        )  # fmt: skip
        assert done.returncode in {0, 4}, done.stderr
        every = self._events()
        new, self._known = every[self._known :], len(every)
        assert len(new) == len({event["key"] for event in new}), "one event for each article"
        return {event["key"]: event for event in new}

    def _events(self) -> list[dict[str, Any]]:
        done = run_thanhuy("changes", self.archive.directory, "--json")
        assert 0 == done.returncode, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def told(event: Mapping[str, Any]) -> Counter[Told]:
    """The edits of an event; a paragraph that moved counts once, of however many sentences."""
    counted = Counter[Told]((one["kind"], one["action"]) for one in event["edits"])
    counted[MOVED] = min(counted[MOVED], 1)
    return +counted


def issue(archive: Archive, draw: random.Random, pages: list[SampleArticle], each: int) -> dict[str, Counter[Told]]:
    """Publish edits of these pages; return what was done to which."""
    done: dict[str, Counter[Told]] = {}
    for page in pages:
        desk = edit(page, draw, each)
        archive.site.put(desk.page)
        if desk.told:
            done[page.key] = +desk.told
    return done


def hold(expected: Mapping[str, Counter[Told]], events: Mapping[str, Mapping[str, Any]]) -> int:
    """See that the events tell exactly the edits; return how many there were."""
    wrong = [
        f"{key}: expected {sorted(expected.get(key, Counter()).elements())}, got {events.get(key)}"
        for key in {*expected, *events}
        if key not in events or events[key]["what"] not in {"edited", "back"} or told(events[key]) != expected.get(key)
    ]
    assert not wrong, "\n".join([f"{len(wrong)} articles", *wrong[:9]])
    return sum(counted.total() for counted in expected.values())


def break_down(archive: Archive, draw: random.Random, pages: list[SampleArticle]) -> None:
    """Let each page answer with a fault, in turn; their links elsewhere stay."""
    for page, fault in zip(pages, draw.sample(sorted(FAULTS), len(pages)), strict=True):
        archive.running.instead[page.path] = FAULTS[fault]


def test_edits_of_one_refresh_are_told_and_a_failed_fetch_is_none(archive: Archive) -> None:
    draw = random.Random(11)
    pages = draw.sample(archive.site.articles, 24)
    expected = issue(archive, draw, pages[:20], 2)
    break_down(archive, draw, pages[20:])
    assert hold(expected, Watch(archive).refresh()) >= 36


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_edits_and_faults(archive: Archive) -> None:
    """In each refresh most articles are edited, some behind a fault, some move, some change without a word of theirs.
    Two are deleted and one of them comes back; one is missing for a day.
    """
    draw, watch, count = random.Random(5), Watch(archive), 0
    site, waiting = archive.site, dict[str, Counter[Told]]()
    pages = draw.sample(site.articles, len(site.articles))
    deleted, missing = pages[:2], pages[2]
    for turn in range(6):
        archive.running.instead.clear()
        there = [page for page in site.articles if page.key not in {one.key for one in (*deleted, missing)}]
        rest = draw.sample(there, len(there))
        for page in rest[:4]:
            site.put(other_comments(page, draw))
        for page in rest[4:8]:
            site.rename(page.key)
        failing = [page for page in rest[8:] if page.key not in waiting][:6]
        expected = waiting | issue(
            archive, draw, [page for page in rest[8:] if page.key not in waiting and page not in failing], 3
        )
        waiting = issue(archive, draw, failing, 2)  # seen only when the fault is over
        break_down(archive, draw, [site.find(page.key) or page for page in failing])
        gone: set[str] = set()
        match turn:
            case 0:
                for page in (*deleted, missing):
                    site.delete_article(page.key, status=404 if page is missing else 410)
            case 1:
                site.put(missing)
                archive.sql("UPDATE urls SET gone_at = '2020-01-01' WHERE gone_at IS NOT NULL")
                gone = {page.key for page in deleted}
            case 3:
                expected |= issue(archive, draw, deleted[:1], 2)
        found = watch.refresh()
        assert gone == {key for key, event in found.items() if event["what"] == "gone"}
        back = {key for key, event in found.items() if event["what"] == "back"}
        assert ({deleted[0].key} if turn == 3 else set()) == back
        count += hold(expected, {key: event for key, event in found.items() if key not in gone})
        count += len(failing) + 8
    assert count > 1_000
