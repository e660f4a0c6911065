"""A year of refreshes on a site with maintenance days, error pages, moved slugs,
edits and true deletions ends with the truth.
"""

import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from crawler.engine.deletions import LOOKS
from crawler.planning.deletions import WINDOW, format_looks, parse_looks
from tests.support.collections_read import read_articles, read_lines
from tests.support.commands import run_thanhuy
from tests.support.living_site import DOWN, MISSING, SECTIONS, LivingSite
from tests.support.small_site import SmallSite
from tests.support.wireserver import Script, wire_server

NOTICE = b"<html><body><h1>Xin quay l\xe1\xba\xa1i sau</h1></body></html>"
ILL: dict[str, Script] = {
    "maintenance": Script((b"HTTP/1.1 302 Found\r\nLocation: /bao-tri.html\r\nContent-Length: 0\r\n\r\n",)),
    "error page": Script(
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(NOTICE), NOTICE),)
    ),
    "down": DOWN,
    "all forgotten": MISSING,
}
"""What every article's address may say on a bad day."""


@contextmanager
def living(directory: Path) -> Iterator[tuple[LivingSite, SmallSite]]:
    site = LivingSite()
    site.publish(24)
    with wire_server(cast(Any, site), directory, tls=True) as server:
        site.server = server
        yield site, SmallSite(server, directory)


MOMENT = timedelta(seconds=1)
"""By which a week is longer: a run knows its beginning to the second, and the next one may begin within it."""


def let_a_week_pass(site: SmallSite) -> None:
    with sqlite3.connect(site.directory / "x" / "state.sqlite") as state:
        state.execute("UPDATE urls SET due = due - 7 * 86400")
        passed = "strftime('%Y-%m-%dT%H:%M:%SZ', gone_at, '-7 days', '-1 second')"
        state.execute(f"UPDATE urls SET gone_at = {passed} WHERE gone_at NOT NULL")
        for (looks,) in state.execute("SELECT value FROM facts WHERE name = ?", (LOOKS,)).fetchall():
            moved = [
                replace(look, began=look.began - WINDOW - MOMENT) for look in parse_looks(looks, datetime.now(UTC))
            ]
            value = format_looks(moved, datetime.now(UTC))
            state.execute("UPDATE facts SET value = ? WHERE name = ?", (value, LOOKS))
    state.close()


def live_through(weeks: int, seed: int, directory: Path) -> None:
    chance = random.Random(seed)
    seen: dict[int, list[int]] = defaultdict(list)
    with living(directory) as (world, site):

        def look() -> None:
            """What a good run sees of each article's text."""
            for number, version in world.articles.items():
                if number not in world.gone and seen[number][-1:] != [version]:
                    seen[number].append(version)

        assert 0 == site.run("crawl", "--concurrency", 4).code
        look()
        for week in range(weeks):
            let_a_week_pass(site)
            world.publish(chance.randint(0, 5))
            there = [number for number in world.articles if number not in world.gone]
            for number in chance.sample(there, 3):
                world.articles[number] += 1
            if chance.random() < 0.5:
                world.gone.add(chance.choice(there))
            if chance.random() < 0.4:
                world.slugs[chance.choice(there)] = f"tieu-de-sua-lan-{week}"
            ill = chance.choice([*ILL, "", "", "", "", ""]) if week < weeks - 2 else ""
            world.instead = ILL.get(ill)
            if ill == "down":
                world.ill = {"/", *(f"/nhom-tin/{name}" for name in SECTIONS)}
            ran = site.run("refresh", "--recheck", "--concurrency", 4, "--timeout", 5)
            assert (ran.code in {4, 9}) if ill else ran.code == 0, f"week {week}, {ill or 'well'}: {ran.code} {ran.err}"
            world.instead, world.ill = None, set()
            if not ill:
                look()
        for options in ([], [], ["--accept"]):  # the last takes an edit that waits for more pages to be judged with
            let_a_week_pass(site)
            assert 0 == site.run("refresh", "--recheck", "--concurrency", 4, *options).code
        look()
        check_truth(world, seen, site.directory / "x")


def check_truth(world: LivingSite, seen: dict[int, list[int]], collection: Path) -> None:
    newest = {int(record["id"]): record for record in read_articles(collection)}
    assert set(newest) == {number for number in world.articles if seen[number]}
    assert {number for number, record in newest.items() if record["status"] == "gone"} == world.gone & set(newest)
    versions: dict[int, list[str]] = defaultdict(list)
    for line in read_lines(collection):
        versions[int(line["id"])].append(line["body"] if line["status"] == "live" else "gone")
    for number, told in versions.items():
        texts = [body for body in told if body != "gone"]
        assert [f"lần {version}:" in body for version, body in zip(seen[number], texts, strict=True)] == [True] * len(
            texts
        )
        assert told.count("gone") == (number in world.gone), "each deletion once, and no false one"
    for number in world.gone & set(newest):
        record = newest[number]
        assert record["gone"]["since"] < record["gone"]["confirmed_at"]
        assert record["captured_at"] < record["gone"]["confirmed_at"], "the last text's, as is its digest"
    assert 0 == run_thanhuy("verify", collection).returncode


def test_some_weeks_end_with_the_truth(tmp_path: Path) -> None:
    live_through(5, 2, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(3))
def test_a_year_ends_with_the_truth(seed: int, tmp_path: Path) -> None:
    live_through(52, seed, tmp_path)


def test_deletion_cites_its_own_answer_and_leaves_the_text_as_it_was(tmp_path: Path) -> None:
    with living(tmp_path) as (world, site):
        site.run("crawl")
        number = max(world.articles) - 3
        before = next(record for record in read_articles(tmp_path / "x") if record["id"] == str(number))
        world.gone.add(number)
        for _ in range(2):
            let_a_week_pass(site)
            assert 0 == site.run("refresh", "--recheck").code
        after = next(record for record in read_articles(tmp_path / "x") if record["id"] == str(number))
        assert ("gone", 2, ["status"]) == (after["status"], after["version"], after["changed"])
        same = ("title", "body", "text_digest", "captured_at", "warc", "url")
        assert [before[name] for name in same] == [after[name] for name in same]
        assert after["gone"]["warc"]["record_id"] != before["warc"]["record_id"]
        assert 0 == run_thanhuy("verify", tmp_path / "x").returncode
        assert 0 == run_thanhuy("extract", tmp_path / "x", "--diff").returncode


def test_many_deletions_at_once_are_held_to_be_the_sites_illness_until_they_are_accepted(tmp_path: Path) -> None:
    with living(tmp_path) as (world, site):
        site.run("crawl")
        world.gone = set(sorted(world.articles)[:13])
        for _ in range(2):
            ran = site.run("refresh", "--recheck")
            assert 4 == ran.code
            assert "13 of 24 known articles gone at once" in ran.err
            let_a_week_pass(site)
        assert {"live"} == {record["status"] for record in read_articles(tmp_path / "x")}
        for options in (["--accept"], []):  # said once: the day that confirms them is believed by itself
            assert 0 == site.run("refresh", "--recheck", *options).code
            let_a_week_pass(site)
        assert 13 == sum(record["status"] == "gone" for record in read_articles(tmp_path / "x"))


@pytest.mark.parametrize(
    ("runs", "weeks", "words"),
    [(8, 0, "within 7 days"), pytest.param(4, 1, "within 3 runs", marks=pytest.mark.slow)],
)
def test_small_runs_together_are_held_to_be_the_sites_illness_too(
    tmp_path: Path, runs: int, weeks: int, words: str
) -> None:
    with living(tmp_path) as (world, site):
        site.run("crawl")
        world.gone = set(sorted(world.articles)[:12])
        codes, few = [], sorted(world.gone)
        for _ in range(runs):
            with sqlite3.connect(tmp_path / "x" / "state.sqlite") as state:
                state.execute("UPDATE urls SET due = 1e12 WHERE kind = 'tin-tuc'")
                asked = " OR ".join(f"url LIKE '%-{number}'" for number in [*few[:3], max(world.articles)])
                state.execute(f"UPDATE urls SET due = 0 WHERE gone_at IS NULL AND ({asked})")
            state.close()
            ran = site.run("refresh", "--confirm-gone")
            codes.append(ran.code)
            few = few[3:] if ran.code == 0 else few
            for _ in range(weeks):
                let_a_week_pass(site)
        assert (0, 4) == (codes[0], codes[-1]), codes
        assert f"known articles gone {words}" in ran.err
        assert 3 * (weeks + 1) >= sum(record["status"] == "gone" for record in read_articles(tmp_path / "x"))
        assert 0 == site.run("refresh", "--recheck", "--accept", "--confirm-gone").code
        assert world.gone == {
            int(record["id"]) for record in read_articles(tmp_path / "x") if record["status"] == "gone"
        }
