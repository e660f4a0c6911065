"""What stands in the pages' place: checks for robots in any guise stop the crawl,
and a run that found nothing says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.collections_read import read_articles
from tests.support.living_site import DOWN
from tests.support.small_site import BASE, LISTING, SmallSite, small_site
from tests.support.wireserver import Script

CHALLENGE = "<title>Just a moment...</title><h1>Checking your browser before accessing</h1>"
CAPTCHA = "<title>Xác minh</title><p>Vui lòng nhập mã bên dưới để tiếp tục</p><div class='g-recaptcha'></div>"
GUISES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "challenge": (CHALLENGE, (), 200),
    "challenge-503": (CHALLENGE, ("Retry-After: 1",), 503),
    "challenge-429": ("", ("cf-mitigated: challenge",), 429),
    "captcha": (CAPTCHA, (), 200),
    "forbidden": ("<p>no</p>", (), 403),
    "sent-away": ("", ("Location: https://captcha.example/x",), 302),
    "sent-to-log-in": ("", ("Location: /dang-nhap?returnurl=x",), 302),
}
ARTICLES = 12


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as running:
        serve_all(running)
        yield running


def serve_all(site: SmallSite) -> list[str]:
    items = [site.article(1491930000 + 7 * number, f"Bài {number} về khu phố") for number in range(ARTICLES)]
    site.say(LISTING, f"<title>Mục</title>{site.links(*items)}")
    site.say("/", f"<title>Nhà</title>{site.links(LISTING)}")
    return items


@pytest.mark.parametrize("guise", GUISES)
def test_refusal_of_articles_stops_the_crawl_and_hides_none_of_them(site: SmallSite, guise: str) -> None:
    body, headers, status = GUISES[guise]
    for path in serve_all(site):
        site.say(path, body, *headers, status=status)
    ran = site.run("crawl")
    assert 9 == ran.code, ran.err
    assert "refus" in ran.err
    assert 6 >= len([path for path in ran.asked if path.startswith("/tin-tuc/")])
    assert [] == read_articles(site.directory / "x")
    serve_all(site)
    assert 0 == site.run("crawl").code
    assert ARTICLES == len(read_articles(site.directory / "x"))


@pytest.mark.parametrize("guise", GUISES)
def test_refusal_of_everything_is_told_by_crawl_and_refresh(site: SmallSite, guise: str) -> None:
    assert 0 == site.run("crawl", into="old").code
    body, headers, status = GUISES[guise]
    for path in ("/", LISTING):
        site.say(path, body, *headers, status=status)
    assert 9 == site.run("crawl").code
    assert 9 == site.run("refresh", into="old").code


@pytest.mark.parametrize(
    ("body", "status"), [("", 200), ("<title>404</title>", 404), ("<title>Nhà</title><p>Xin chào</p>", 200)]
)
def test_crawl_that_found_no_article_falls_short(site: SmallSite, body: str, status: int) -> None:
    site.say("/", body, status=status)
    ran = site.run("crawl")
    assert 4 == ran.code
    assert "no article was found" in ran.err


def test_304_that_nothing_asked_for_is_no_page(site: SmallSite) -> None:
    """These pages have no validators: they may have changed, and the next run asks again."""
    assert 0 == site.run("crawl").code
    more = site.article(1491931000, "Bài mới của khu phố")
    for path in ("/", LISTING):
        site.say_unchanged(path)
    ran = site.run("refresh")
    assert (4, True) == (ran.code, "status 304" in ran.err)
    site.say("/", site.links(LISTING))
    site.say(LISTING, site.links(more))
    assert 0 == site.run("refresh", "--recheck").code
    assert ARTICLES + 1 == len(read_articles(site.directory / "x"))


def test_page_that_is_to_be_left_alone_for_longer_than_a_run_waits_is_told(site: SmallSite) -> None:
    path = site.say("/tin-tuc/bai-nghi-1491931001", "", "Retry-After: Fri, 01 Jan 2099 00:00:00 GMT", status=503)
    ran = site.run("crawl", f"{BASE}{path}")
    assert (9, True) == (ran.code, "left alone for 30.0 days" in ran.err.splitlines()[-1]), ran.err
    assert path in ran.err.splitlines()[-1]


def test_section_that_is_not_there_is_named(site: SmallSite) -> None:
    ran = site.run("crawl", "--section", "quan-9")
    assert 4 == ran.code
    assert "quan-9" in ran.err


def test_host_of_photos_that_is_down_leaves_the_pages_alone(site: SmallSite) -> None:
    """Nothing but the pages' host is routed, so the photos' host is not to be reached."""
    for number in range(ARTICLES):
        photo = f"https://images.hcmcpv.org.vn/Uploads/Image/14032025AB{number}/a.jpg"
        site.article(
            1491930000 + 7 * number, f"Bài {number} về khu phố", more=f'</p><p><img src="{photo}" width="600">'
        )
    site.route = f"www.thanhuytphcm.vn:443:127.0.0.1:{site.server.port}"
    ran = site.run("crawl")
    assert ARTICLES == len(read_articles(site.directory / "x"))
    assert 4 == ran.code, ran.err
    assert "wait for the next run" in ran.err


class Stumbling(dict[str, Script]):
    """Pages that answer 503 when they are first asked for; `for_good`: always."""

    def __init__(self, pages: Mapping[str, Script], *, for_good: bool = False) -> None:
        super().__init__(pages)
        self.asked: Counter[str] = Counter()
        self.for_good = for_good

    def get(self, path: str, default: Script) -> Script:  # type: ignore[override]
        self.asked[path] += 1
        fails = path.startswith("/tin-tuc/") and (self.for_good or self.asked[path] == 1)
        return DOWN if fails else super().get(path, default)


MANY = 70


@pytest.fixture
def long_site(site: SmallSite) -> SmallSite:
    site.say("/", site.links(*(site.article(1491940000 + n, f"Bài {n} về khu phố") for n in range(MANY))))
    return site


@pytest.mark.parametrize("at_once", [1, 16])
def test_pages_that_fail_together_once_end_nothing(long_site: SmallSite, at_once: int) -> None:
    long_site.server.scripts = Stumbling(long_site.server.scripts)
    ran = long_site.run("crawl", "--concurrency", str(at_once))
    assert 0 == ran.code, ran.err
    assert MANY == len(read_articles(long_site.directory / "x"))


def test_site_that_stays_silent_is_left_alone(long_site: SmallSite) -> None:
    long_site.server.scripts = pages = Stumbling(long_site.server.scripts, for_good=True)
    ran = long_site.run("crawl")
    assert 9 == ran.code, ran.err
    asked = {path: count for path, count in pages.asked.items() if path.startswith("/tin-tuc/")}
    assert 25 <= len(asked) <= 30, "nothing new is asked of it"
    assert sum(asked.values()) <= 25 * 3 + 5
    pages.for_good = False
    assert 0 == long_site.run("crawl").code
    assert MANY == len(read_articles(long_site.directory / "x"))


@pytest.mark.parametrize(
    "options",
    [("--since", "2025-02-01", "--until", "2025-01-01"), ("--section", " "), ("--max-bytes", "0"), ("--max-time", "0s"),
     ("--since", "2025-02-30"), ("--hours", "7-7")],
)  # fmt: skip
def test_limits_that_let_nothing_through_are_refused(site: SmallSite, options: tuple[str, ...]) -> None:
    ran = site.run("crawl", *options)
    assert 2 == ran.code
    assert "expected" in ran.err
    assert not (site.directory / "x").exists()


@pytest.mark.parametrize(
    "seed",
    [
        "https://www.thanhuytphcm.vn/dang-nhap",
        "https://www.thanhuytphcm.vn/Login.aspx?x=1",
        "https://www.thanhuytphcm.vn/lich/2024/05",
    ],
)
def test_seed_that_is_a_trap_is_refused(site: SmallSite, seed: str) -> None:
    assert 2 == site.run("crawl", seed).code


def test_what_a_redirect_says_reaches_no_terminal_raw(site: SmallSite) -> None:
    """Of many pages that could not be had the summary names some, with what stood in their place."""
    site.say("/", site.links(site.article(1491950001, "Một bài của phường"), "/tin-tuc/hai-1491950002"))
    site.say("/tin-tuc/hai-1491950002", "", "Location: /tin-tuc/\x1b[2J\u202ehai\x9b31m", status=302)
    ran = site.run("crawl")
    assert 0 == ran.code, ran.err
    assert "could not be had" in ran.err
    assert not [char for char in ran.out + ran.err if not char.isprintable() and char != "\n"]


@pytest.mark.parametrize("target", ["/dang-nhap", "https://example.org/404"])
def test_photos_that_lead_away_are_no_refusal(site: SmallSite, target: str) -> None:
    photos = [site.say(f"/anh/{n}.jpg", "", f"Location: {target}", status=302) for n in range(8)]
    shown = "".join(f'<p><img src="{photo}" width="600"></p>' for photo in photos)
    site.say("/", site.links(site.article(1491960001, "Một bài của phường", more=f"</p>{shown}<p>")))
    ran = site.run("crawl")
    assert 9 != ran.code, ran.err
    assert set(photos) <= set(ran.asked)
    assert "/dang-nhap" not in ran.asked
