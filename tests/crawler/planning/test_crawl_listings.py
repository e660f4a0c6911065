"""Listings in forms that nobody announced: every page of each is found, none for ever, and no more than wanted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.site.scope import Kind, find_page, is_first_page, is_same_listing, page_number, url_key
from tests.support.collections_read import read_articles
from tests.support.small_site import BASE, LISTING, SmallSite, small_site

Turn = Callable[[int], str]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as running:
        yield running


def turn(form: str) -> Turn:
    """The addresses of a listing whose first page has no number."""
    return lambda number: LISTING if number == 1 else form.format(number=number, before=number - 1, rows=number * 3)


FORMS = {
    "query": (LISTING + "?page={number}", '<a href="{}">&gt;</a>'),
    "query-from-nought": (LISTING + "?page={before}", '<a href="{}">2</a>'),
    "several-queries": (LISTING + "?nhom=1&amp;pageindex={number}", '<a href="{}">Sau »</a>'),
    "rows": (LISTING + "?batdau={rows}", '<a href="{}">Tiếp theo</a>'),
    "path": (LISTING + "/trang-{number}", '<a href="{}">Trang sau</a>'),
    "path-html": (LISTING + "/trang-{number}.html", '<a href="{}">Xem thêm</a>'),
    "path-page": (LISTING + "/page/{number}/", '<a href="{}"><i class="angle"></i></a>'),
    "number-alone": (LISTING + "/{number}", '<a href="{}">{{}}</a>'),
    "before-the-id": ("/nhom-tin/quan-1-trang-{number}-1197604608", '<a href="{}">»</a>'),
    "another-page": ("/danh-sach.aspx?nhom=1197604608&amp;trang={number}", '<a href="{}">Trang sau »</a>'),
    "unknown-word": (LISTING + "?cursor=c{number}", '<a href="{}">Xem thêm tin cũ hơn</a>'),
    "rel-next": (LISTING + "?o={rows}", '<a rel="next" href="{}"><img alt="" src="/mui-ten.png"></a>'),
    "link-next": (LISTING + "?vitri={rows}", '<link rel="next" href="{}">'),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_page_of_a_listing_is_turned(site: SmallSite, form: str) -> None:
    address, pager = FORMS[form]
    numbers = iter(range(1491930000, 1491939999, 7))
    pages = [
        [site.article(number, f"Bài {number} về khu phố") for number, _ in zip(numbers, range(3), strict=False)]
        for _ in range(4)
    ]
    where = turn(address.replace("&amp;", "&"))
    shown = turn(address)
    for number, items in enumerate(pages, 1):
        further = pager.format(shown(number + 1)).replace("{}", str(number + 1)) if number < len(pages) else ""
        site.say(where(number), f"<title>Mục</title><ol>{site.links(*items)}</ol>{further}")
    site.say("/", f"<title>Nhà</title>{site.links(LISTING)}")
    ran = site.run("crawl", "--no-requisites", "--no-images")
    assert 0 == ran.code, ran.err
    assert sum(map(len, pages)) == len(read_articles(site.directory / "x"))
    assert len(set(ran.asked)) == len(ran.asked), "nothing is asked for twice"


def test_postback_pager_is_left_alone(site: SmallSite) -> None:
    item = site.article(1491930001, "Bài duy nhất của khu phố")
    pager = (
        "<a href=\"javascript:__doPostBack('ctl00$pager','2')\">2</a><a href=\"javascript:__doPostBack('x','n')\">Trang"
        " sau</a>"
    )
    site.say(LISTING, f"<title>Mục</title>{site.links(item)}{pager}")
    site.say("/", f"<title>Nhà</title>{site.links(LISTING)}")
    assert sorted([LISTING, "/", item]) == sorted(site.run("crawl").asked)


@pytest.mark.parametrize("pager", [f"{LISTING}?page={{}}", f"{LISTING}?cursor=abc{{}}", f"{LISTING}/trang-{{}}"])
def test_listing_that_offers_a_next_page_for_ever_is_left(site: SmallSite, pager: str) -> None:
    """Its box of the latest news stands on the empty pages too."""
    beside = site.links(*(site.article(1491938000 + number, f"Tin mới nhất số {number}") for number in range(3)))
    items = site.links(site.article(1491930001, "Bài duy nhất của khu phố"))
    for number in range(1, 60):
        path = LISTING if number == 1 else pager.format(number)
        further = f'<a href="{pager.format(number + 1)}">Trang sau</a>'
        site.say(path, f"<title>Mục</title>{items if number == 1 else ''}{further}<aside>{beside}</aside>")
    site.say("/", f"<title>Nhà</title>{site.links(LISTING)}")
    ran = site.run("crawl")
    assert 2 >= len([path for path in ran.asked if path.startswith(LISTING)])
    assert 4 == len(read_articles(site.directory / "x"))


YEARS = {2025: 1491934952, 2022: 1491902914, 2020: 1491871600}
"""Year → an article's number in it."""


def serve_years(site: SmallSite) -> None:
    """A listing of three pages for each of three years, beside a box of the latest news."""
    days = {2025: "14/03/2025", 2022: "22/12/2022", 2020: "10/11/2020"}
    pages = [
        [
            site.article(first + 30 - 10 * part - place, f"Tin năm {year} phần {part} số {place}", days[year])
            for place in range(3)
        ]
        for year, first in YEARS.items()
        for part in range(3)
    ]
    site.listing(lambda number: f"{LISTING}?page={number}" if number > 1 else LISTING, '<a href="{}">Sau</a>'.format, pages,
                 beside=site.links(*pages[0][:2]))  # fmt: skip
    site.say("/", f"<title>Nhà</title>{site.links(LISTING)}")


@pytest.mark.parametrize(
    ("options", "years", "turned"),
    [
        (("--since", "2025-01-01"), {2025}, 4),
        (("--until", "31/12/2020"), {2020}, 9),
        (("--since", "2022-06-01", "--until", "2022-12-31"), {2022}, 7),
    ],
)
def test_days_are_reached_and_no_more_is_fetched(
    site: SmallSite, options: tuple[str, ...], years: set[int], turned: int
) -> None:
    serve_years(site)
    ran = site.run("crawl", *options)
    assert 0 == ran.code, ran.err
    records = read_articles(site.directory / "x")
    assert 9 == len(records)
    assert years == {int(record["date"][:4]) for record in records}
    assert turned == len([path for path in ran.asked if path.startswith(LISTING)])
    assert 9 == len([path for path in ran.asked if path.startswith("/tin-tuc/")]), (
        "what the numbers rule out is not fetched"
    )


@pytest.mark.parametrize(
    ("path", "key", "number"),
    [
        (LISTING, "nhom-tin/1197604608", 1),
        (f"{LISTING}?page=3", "nhom-tin/1197604608?page=3", 3),
        (f"{LISTING}/trang-3.html", "nhom-tin/1197604608?/3", 3),
        (f"{LISTING}/3/", "nhom-tin/1197604608?/3", 3),
        (f"{LISTING}-p3", "nhom-tin/1197604608?/3", 3),
        ("/nhom-tin/trang-3/quan-1-1197604608", "nhom-tin/1197604608?/3", 3),
        ("/nhom-tin/quan-1-trang-3-1197604608", "nhom-tin/1197604608?/3", 3),
    ],
)
def test_page_of_a_listing_is_known_by_its_number(path: str, key: str, number: int) -> None:
    url = BASE + path
    page = find_page(url)
    assert page is not None
    assert (Kind.LISTING, "quan-1", "1197604608") == (page.kind, page.slug, page.id)
    assert (key, number, number == 1) == (url_key(url), page_number(url), is_first_page(url))
    assert is_same_listing(BASE + LISTING, url)
    assert not is_same_listing(f"{BASE}/nhom-tin/quan-3-1197604610", url)


def test_articles_are_found_however_a_browser_would_find_them(tmp_path: Path) -> None:
    """Linked with another reader's session, with backslashes, only in a frame, only behind a refresh …"""
    with small_site(tmp_path) as site:
        paths = [site.article(1491930000 + number, f"Bài {number} về khu phố") for number in range(9)]
        backslashes, session = paths[0].replace("/", "\\"), f"/(S(k2x)){paths[1]}"
        printed, escaped = f"{paths[2]}?print=1", paths[3].replace("tin-tuc", "tin%2Dtuc")
        dotted, framed = f"https://www.thanhuytphcm.vn.{paths[4]}", f'<iframe src="{paths[5]}"></iframe>'
        site.server.scripts[escaped] = site.server.scripts[paths[3]]
        site.say("/nhom-tin/qua-trang-khac-1197604611", f'<meta http-equiv="refresh" content="0; URL=\'{paths[6]}\'">')
        site.say("/nhom-tin/qua-dau-thu-1197604612", "<p>…</p>", f"Refresh: 0;url={paths[7]}")
        site.server.scripts[paths[8].replace("tin-tuc", "Tin-Tuc")] = site.server.scripts[paths[8]]
        linked = [backslashes, session, printed, escaped, dotted, paths[8].replace("tin-tuc", "Tin-Tuc")]
        listings = ["/nhom-tin/qua-trang-khac-1197604611", "/nhom-tin/qua-dau-thu-1197604612"]
        site.say("/", f"<title>Nhà</title>{site.links(*linked, *listings)}{framed}")
        ran = site.run("crawl")
        assert {path[-10:] for path in paths} == {record["id"] for record in read_articles(tmp_path / "x")}, ran.err
        assert not [path for path in ran.asked if "(S(" in path or "print" in path]
