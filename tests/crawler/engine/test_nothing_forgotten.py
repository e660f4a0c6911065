"""Whatever stopped the runs before, a run that comes to its end has every article that a well site links."""

import itertools
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.collections_read import read_articles
from tests.support.living_site import PER_PAGE, SECTIONS, LivingSite, plan_run
from tests.support.small_site import LISTING, Ran, SmallSite, small_site
from tests.support.wireserver import wire_server


@contextmanager
def living(directory: Path) -> Iterator[tuple[LivingSite, SmallSite]]:
    site = LivingSite()
    site.publish(10)
    with wire_server(cast(Any, site), directory, tls=True) as server:
        site.server = server
        yield site, SmallSite(server, directory)


def ids(site: SmallSite) -> set[str]:
    return {record["id"] for record in read_articles(site.directory / "x")}


def lose_state(site: SmallSite) -> None:
    """What no WARC holds is lost: the queue, and how far each listing was read."""
    for part in (site.directory / "x").glob("state.sqlite*"):
        part.unlink()


def grow_break_and_lose(living_site: LivingSite, site: SmallSite, published: int, requests: int) -> None:
    """All was read; a refresh of what is new was stopped after some requests, and then the state was lost."""
    site.run("crawl")
    living_site.publish(published)
    site.run("refresh", "--max-requests", requests)
    lose_state(site)


def let_time_pass(site: SmallSite) -> None:
    """What waits for another day is due."""
    with sqlite3.connect(site.directory / "x" / "state.sqlite") as state:
        state.execute("UPDATE urls SET due = 0")
    state.close()


def finish(living_site: LivingSite, site: SmallSite) -> Ran:
    """One good run on a well site, some days later."""
    living_site.ill.clear()
    let_time_pass(site)
    return site.run("refresh", "--concurrency", 2)


def run_sequence(seed: int, directory: Path) -> None:
    chance, story = random.Random(seed), []
    with living(directory) as (living_site, site):
        site.run("crawl", *(["--max-requests", str(chance.randint(3, 9))] if chance.random() < 0.3 else []))
        for _ in range(chance.randint(2, 4)):
            living_site.publish(chance.choice([0, 2, 9, 18]))
            pages = [f"/nhom-tin/{name}{page}" for name in SECTIONS for page in ("", "?page=2", "?page=3")]
            living_site.ill = set(chance.sample(pages, chance.choice([0, 0, 0, 1, 2])))
            if chance.random() < 0.12:
                living_site.ill |= {"/"}
            verb, options, environment = plan_run(chance)
            ran = site.run(verb, *options, "--concurrency", 2, env=environment)
            story.append((verb, options, environment, sorted(living_site.ill), ran.code))
            if chance.random() < 0.15:
                lose_state(site)
                story.append(("the state is lost", [], {}, [], 0))
                site.run("crawl", "--max-requests", 1)
            let_time_pass(site)
        ran = finish(living_site, site)
        story.append(("refresh", [], {}, [], ran.code))
        assert living_site.live <= ids(site), f"seed {seed}: {story}"
        assert 0 == ran.code, f"seed {seed}: {story} {ran.err}"


@pytest.mark.parametrize("seed", range(2))
def test_sequence_of_broken_runs_ends_with_every_article(seed: int, tmp_path: Path) -> None:
    run_sequence(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 60))
def test_many_sequences_of_broken_runs_end_with_every_article(seed: int, tmp_path: Path) -> None:
    run_sequence(seed, tmp_path)
    shutil.rmtree(tmp_path / "x")


def test_listing_that_was_captured_and_not_read_is_read_although_it_is_unchanged(tmp_path: Path) -> None:
    """A run under limits reads it in part, the next is stopped; the server says 304 from then on."""
    with living(tmp_path) as (living_site, site):
        site.run("crawl", "--since", "2030-01-01")
        assert not ids(site)
        site.run("refresh", "--max-requests", 2)
        assert 0 == site.run("refresh").code
        assert living_site.live == ids(site)


def test_crawl_that_goes_on_for_a_broken_refresh_turns_the_pages_of_a_listing_that_has_grown(tmp_path: Path) -> None:
    """The first crawl was stopped, so that no listing was ever read to its end; its second pages are known by then."""
    with living(tmp_path) as (living_site, site):
        site.run("crawl", "--max-requests", 8)
        living_site.publish(9)
        site.run("refresh", "--max-requests", 1)
        site.run("crawl", "--max-requests", 2)
        finish(living_site, site)
        assert living_site.live == ids(site)


def test_crawl_that_reads_what_a_killed_refresh_captured_turns_the_pages_of_a_listing_that_has_grown(
    tmp_path: Path,
) -> None:
    """Its first page is in the archive and not read yet; the crawl ends well, and says that the listing is read."""
    with living(tmp_path) as (living_site, site):
        site.run("crawl", "--max-requests", 8)
        living_site.publish(18)
        assert -9 == site.run("refresh", env={"THANHUY_FAULT": "committed:4:kill"}).code
        site.run("crawl")
        finish(living_site, site)
        assert living_site.live == ids(site)


def test_news_behind_a_listing_page_that_failed_are_found_once_it_is_well(tmp_path: Path) -> None:
    """In between the first page shows newer articles still, all of which are known by then."""
    with living(tmp_path) as (living_site, site):
        site.run("crawl")
        living_site.publish(20)
        living_site.ill = {f"/nhom-tin/{name}?page=2" for name in SECTIONS}
        ran = site.run("refresh")
        assert "could not be had" in ran.err
        assert ids(site) < living_site.live
        let_time_pass(site)
        living_site.publish(2)
        finish(living_site, site)
        assert living_site.live == ids(site)


def test_refresh_reads_what_a_lost_state_knew_and_turns_every_listing(tmp_path: Path) -> None:
    with living(tmp_path) as (living_site, site):
        grow_break_and_lose(living_site, site, published=20, requests=6)
        site.run("crawl")
        finish(living_site, site)
        assert living_site.live == ids(site)


def test_listing_that_was_ill_after_its_state_was_lost_is_turned_once_it_is_well(tmp_path: Path) -> None:
    """A broken refresh had its first page, and the queue that led on is lost; unchanged since, it answers 304."""
    with living(tmp_path) as (living_site, site):
        grow_break_and_lose(living_site, site, published=20, requests=4)
        site.run("crawl", "--max-requests", 1)
        living_site.ill = {f"/nhom-tin/{name}" for name in SECTIONS}
        site.run("refresh")
        assert ids(site) < living_site.live
        finish(living_site, site)
        assert living_site.live == ids(site)


def test_listing_that_grew_by_whole_pages_is_turned_past_what_the_archive_holds_of_it(tmp_path: Path) -> None:
    """Each page shows what the one before it showed in the archive, which is no pager that never ends."""
    with living(tmp_path) as (living_site, site):
        grow_break_and_lose(living_site, site, published=26, requests=6)
        living_site.publish(len(SECTIONS) * PER_PAGE)
        newest = {str(number) for number in sorted(living_site.articles)[-len(SECTIONS) * PER_PAGE :]}
        living_site.ill = {f"/nhom-tin/{name}" for name in SECTIONS}
        site.run("refresh")
        assert newest == living_site.live - ids(site)


@pytest.mark.parametrize(("path", "ill"), [("/nhom-tin/tuyen-chon-1197604603", False), ("/tu-lieu/tuyen-chon/", True)])
def test_listing_that_a_refresh_finds_first_is_turned_to_its_end(tmp_path: Path, path: str, ill: bool) -> None:
    """What it shows first is known from the other listings; what lies behind is linked nowhere else."""
    with small_site(tmp_path) as site:
        pages = [
            [site.article(number, f"Bài {number}") for number in range(first, first + 3)]
            for first in range(1491800010, 1491800050, 10)
        ]
        site.say("/", site.links(LISTING))
        site.say(LISTING, site.links(*pages[0], *pages[1]))
        site.run("crawl")
        site.say("/", site.links(LISTING, path))
        if ill:
            site.say(path, "", status=503)
            site.run("refresh")
            let_time_pass(site)
        turn = "<a href='{}'>Trang sau</a>"
        for number, items in enumerate(pages, 1):
            here = path if number == 1 else f"{path}?page={number}"
            site.say(here, site.links(*items) + (turn.format(f"{path}?page={number + 1}") if number < 4 else ""))
        assert 0 == site.run("refresh").code
        assert {one[-10:] for one in itertools.chain(*pages)} == ids(site)
        assert f"{path}?page=2" not in site.run("refresh").asked


def test_clock_that_went_back_is_told_and_puts_nothing_off(tmp_path: Path) -> None:
    """A first run under a clock years ahead: what it put off is asked for all the same."""
    with living(tmp_path) as (_, site):
        site.run("crawl")
        with sqlite3.connect(tmp_path / "x" / "state.sqlite") as state:
            state.execute("UPDATE facts SET value = '2034-01-01T00:00:00+00:00' WHERE name = 'clock'")
            state.execute("UPDATE urls SET state = 'failed', due = due + 8 * 365 * 86400 WHERE kind = 'tin-tuc'")
        state.close()
        ran = site.run("refresh")
        assert "went back" in ran.err
        with sqlite3.connect(tmp_path / "x" / "state.sqlite") as state:
            latest = state.execute("SELECT max(due) FROM urls").fetchone()[0]
        state.close()
        assert latest < time.time() + 31 * 86_400
        assert "went back" not in site.run("refresh").err


def test_addresses_that_are_never_asked_leave_by_no_door(tmp_path: Path) -> None:
    """As a photo, as a redirect's end, in a sitemap, in a state that somebody else wrote."""
    with living(tmp_path) as (_, site):
        site.run("crawl")
        with sqlite3.connect(tmp_path / "x" / "state.sqlite") as state:
            for key in ("dang-xuat", "quan%2dtri", "tin-tuc/../dang-nhap", "dang-nhap/a.jpg", "x%5cdang%252dxuat;a"):
                row = (key, f"https://www.thanhuytphcm.vn/{key}", "image", 90, 0, "", "queued")
                state.execute(
                    "INSERT INTO urls (key, url, kind, priority, depth, hops, state) VALUES (?,?,?,?,?,?,?)", row
                )
            row = ("x", "https://example.org/", "page", 90, 0, "", "queued")
            state.execute("INSERT INTO urls (key, url, kind, priority, depth, hops, state) VALUES (?,?,?,?,?,?,?)", row)
        state.close()
        ran = site.run("crawl")
        assert not [path for path in ran.asked if "dang-" in path or "tri" in path], ran.asked
        assert ran.code == 0, ran.err
