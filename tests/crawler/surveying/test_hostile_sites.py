"""Sites that give little, nothing, or without end: the survey says so plainly, and costs no more than it may."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_site import LISTING, Ran, SmallSite, small_site

HOME = "/"


def figures_of(ran: Ran) -> dict[str, Any]:
    """What `--json` printed, and nothing beside it."""
    found: dict[str, Any] = json.loads(ran.out)
    return found


def verdicts_of(figures: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in figures["traits"]}


def down(site: SmallSite) -> None:
    site.say("/robots.txt", "<p>503</p>", status=503)


def forbidding(site: SmallSite) -> None:
    site.say("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")


def alone(site: SmallSite) -> None:
    site.say(HOME, "<h1>Trang chủ</h1><p>Chưa có bài.</p>")


@pytest.mark.parametrize(
    ("build", "code", "trait", "says"),
    [
        (down, 9, "refusals", "status 503"),
        (forbidding, 9, "robots", "forbids"),
        (alone, 4, "listings", "0 of 1 listings"),
    ],
)
def test_a_site_that_gives_nothing_is_told_so(tmp_path: Path, build: Any, code: int, trait: str, says: str) -> None:
    with small_site(tmp_path) as site:
        build(site)
        ran = site.run("survey", "--json")
    figures = figures_of(ran)
    told = {one["id"]: one for one in figures["traits"]}
    assert (code, "does not hold") == (ran.code, told[trait]["verdict"]), ran.err
    assert says in told[trait]["says"]
    assert verdicts_of(figures)["slugs"] == "cannot tell"
    assert figures["cost"] is None
    assert figures["layouts"]["learnt"] == []


def test_a_site_of_three_articles_is_had_whole(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        paths = [site.article(1491900000 + number, f"Khu phố {number} trồng cây") for number in range(3)]
        site.say(LISTING, f"<title>Mục</title>{site.links(*paths)}")
        site.say(HOME, f"<title>Trang chủ</title>{site.links(LISTING)}")
        ran = site.run("survey", "--json")
    figures = figures_of(ran)
    assert ran.code == 0, ran.err
    assert (3, 3) == (figures["kinds"]["tin-tuc"], figures["cost"]["low"])
    assert verdicts_of(figures)["pagination"] == "cannot tell"
    assert figures["layouts"]["why_none"].startswith("expected at least 6 articles")


def test_numbers_without_end_cost_no_more_than_the_sample_and_a_kill_asks_nothing_twice(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        every = [f"/tin-tuc/bai-cua-khu-pho-{1491800000 + number}" for number in range(400)]
        for number, _ in enumerate(every):
            near = site.links(*every[number + 1 : number + 30])
            site.article(1491800000 + number, "Bài của khu phố", more=f"</p><h3>Tin khác</h3>{near}<p>")
        site.say(HOME, site.links(*every[:9]))
        killed = site.run("survey", "--pages", 12, "--json", env={"THANHUY_FAULT": "committed:6:kill"})
        ran = site.run("survey", "--pages", 12, "--json")
    figures = figures_of(ran)
    assert (-9, 0) == (killed.code, ran.code), ran.err
    on_purpose = {one["url"].partition(".vn")[2] for one in figures["sample"] if one["probe"]}
    again = set(killed.asked) & set(ran.asked) - on_purpose
    assert len(again) <= 1  # what was under way when it was killed
    assert len(figures["sample"]) <= 12 + 10
    assert figures["cost"]["articles"] >= 30
