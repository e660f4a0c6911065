"""Where a crawl begins, and as whom: feeds wherever they are, seed files in every form, the contact,
the group in robots.txt.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.cli.exits import CommandFailed
from crawler.cli.options import read_seeds
from crawler.planning.bounds import MOST_BARREN
from crawler.site.scope import Kind
from tests.support.collections_read import read_articles
from tests.support.small_site import BASE, LISTING, SmallSite, small_site

NUMBER = 1491930000
ONE, OTHER = f"{BASE}/tin-tuc/mot-{NUMBER}", f"{BASE}/tin-tuc/hai-{NUMBER + 1}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as running:
        running.say("/", f"<title>Nhà</title>{running.links(LISTING)}")
        running.say(LISTING, f"<title>Mục</title>{running.links(running.article(NUMBER, 'Bài đầu của khu phố'))}")
        yield running


def test_feeds_are_found_wherever_they_are(site: SmallSite) -> None:
    """Announced in robots.txt, in an index with packed parts; linked from the head; listed on a page;
    at the usual places.
    """
    paths = [site.article(NUMBER + number, f"Bài {number} chỉ có trong nguồn tin") for number in range(1, 6)]
    announced, linked, listed, usual, atom = (BASE + path for path in paths)

    def urls(name: str, *addresses: str) -> str:
        return (
            f"<?xml version='1.0'?><{name}>{''.join(f'<x><loc>{address}</loc></x>' for address in addresses)}</{name}>"
        )

    site.say(
        "/robots.txt",
        f"User-agent: *\nSitemap: {BASE}/sm/tong.xml\nSitemap: https://example.org/x.xml\n",
        kind="text/plain",
    )
    site.say("/sm/tong.xml", urls("sitemapindex", f"{BASE}/sm/2024.xml.gz"), kind="text/xml")
    site.say("/sm/2024.xml.gz", gzip.compress(urls("urlset", announced).encode()), kind="application/x-gzip")
    site.say(
        "/",
        f"<link rel=alternate type='application/rss+xml' href='/rss.aspx?c=1'><title>Nhà</title>{site.links(LISTING)}",
    )
    site.say("/rss.aspx?c=1", f"<rss><channel><item><link>{linked}</link></item></channel></rss>", kind="text/xml")
    site.say("/rss", "<title>RSS</title><a href='/rss/thoi-su.rss'>Thời sự</a>")
    site.say("/rss/thoi-su.rss", f"<rss><channel><item><link>{listed}</link></item></channel></rss>", kind="text/xml")
    site.say("/sitemap_index.xml", urls("urlset", usual), kind="text/xml")
    site.say("/feed", f"<feed><entry><link href='{atom}'/></entry></feed>", kind="application/atom+xml")
    assert 0 == site.run("crawl").code
    assert 6 == len(read_articles(site.directory / "x"))


def test_what_a_bound_turned_away_is_noted_and_followed_once_an_article_was_found(site: SmallSite) -> None:
    most, more = MOST_BARREN[Kind.FEED], 5
    paths = [site.article(NUMBER + number, f"Bài {number} chỉ có trong nguồn tin") for number in (1, 2)]

    def urls(name: str, *addresses: str) -> str:
        return (
            f"<?xml version='1.0'?><{name}>{''.join(f'<x><loc>{address}</loc></x>' for address in addresses)}</{name}>"
        )

    site.say("/", "<title>Nhà</title>")
    children = [f"/sm/{number}.xml" for number in range(most + more)]
    site.say("/sitemap.xml", urls("sitemapindex", *(BASE + child for child in children)), kind="text/xml")
    site.say(children[most - 20], urls("urlset", BASE + paths[0]), kind="text/xml")
    site.say(children[-1], urls("urlset", BASE + paths[1]), kind="text/xml")
    fast = ("--concurrency", 8, "--no-images")
    site.run("crawl", *fast)
    skipped = "".join(path.read_text("utf-8") for path in (site.directory / "x").glob("crawls/*/skipped.jsonl"))
    assert more <= skipped.count('"why": "bound"')
    before = {record["id"] for record in read_articles(site.directory / "x")}
    assert str(NUMBER + 1) in before
    assert str(NUMBER + 2) not in before
    ran = site.run("crawl", *fast)
    assert str(NUMBER + 2) in {record["id"] for record in read_articles(site.directory / "x")}
    assert "/sitemap.xml" not in ran.asked
    assert len(ran.asked) < most, "what was turned away only"


def test_rooms_of_documents_are_read_and_looked_at_again(site: SmallSite) -> None:
    site.say("/", f"<title>Nhà</title>{site.links('/tu-lieu', LISTING)}")
    site.say("/tu-lieu", f"<title>Tư liệu</title>{site.links('/tu-lieu/van-kien')}")
    site.say("/tu-lieu/van-kien", f"<title>Văn kiện</title>{site.links(LISTING)}")
    site.run("crawl")
    document = site.article(NUMBER + 50, "Lời khai mạc hội nghị lần thứ nhất").replace(
        "/tin-tuc/", "/tu-lieu/van-kien/"
    )
    site.server.scripts[document] = site.server.scripts[document.replace("/tu-lieu/van-kien/", "/tin-tuc/")]
    site.say("/tu-lieu/van-kien", f"<title>Văn kiện</title>{site.links(document)}")
    site.run("refresh")
    assert {"tin-tuc", "tu-lieu"} == {record["kind"] for record in read_articles(site.directory / "x")}


def test_contact_is_sent_and_robots_txt_is_read_as_who_we_say_we_are(site: SmallSite) -> None:
    site.say(
        "/robots.txt", "User-agent: kho-luu-tru\nDisallow: /tin-tuc/\n\nUser-agent: *\nAllow: /\n", kind="text/plain"
    )
    ran = site.run("crawl", "--operator", "An Bình <an@example.org>", "--user-agent", "Kho-Luu-Tru/2.0")
    assert not [path for path in ran.asked if path.startswith("/tin-tuc/")]
    for path in ("/", LISTING, "/robots.txt"):
        (request,) = site.headers_of(path)
        assert b"\r\nFrom: an@example.org\r\n" in request


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"\ufeff# của tôi\r\n{ONE}\r\n\r\n  {OTHER}  # ghi chú\r\n".encode(), (ONE, OTHER)),
        (f" CDX N b a m s k r M S V g\nvn,t)/ 20240101000000 {ONE} text/html 200 A - - 1 2 a.warc.gz\n".encode(), (ONE,)),
        (f"vn,t)/ 20240101000000123 {ONE} text/html 200 A - - 1 2 a.warc.gz\n".encode(), (ONE,)),
        (f'!OpenWayback-CDXJ 1.0\nvn,t)/ 20240101000000 {{"url": "{OTHER}"}}\norg,e)/ 20240101000000 {{"url": "http://e.org/"}}\n'.encode()
         + ONE.encode(), (OTHER, ONE)),
        (f" CDX N b a m s k r V g\nvn,t)/ 20240101000000 {ONE} text/html 200 A - 1 a.arc.gz\n".encode(), (ONE,)),
        (f" CDX N b e a m s\nvn,t)/ 20240101000000 10.0.0.1 {ONE} text/html 200\n".encode(), (ONE,)),
        (f" CDX b a\n20240101000000 {ONE}\n CDX a m b\n{OTHER} text/html 20240101000000\n".encode(), (ONE, OTHER)),
        (f'{{"urlkey": "vn,t)/", "timestamp": "20240101000000", "url": "{ONE}", "mime": "text/html", "status": "200"}}\n'
         f'{{"urlkey": "org,e)/", "timestamp": "20240101000000", "url": "https://e.org/"}}\n'.encode(), (ONE,)),
        (f'[["urlkey","timestamp","original"],\n["vn,t)/","20240101000000","{ONE}"],\n["vn,t)/2","20240101000001","{OTHER}"]]\n'.encode(), (ONE, OTHER)),
        (f"vn,t)/ 20240101000000 {BASE}/dang-nhap text/html 200 A\nvn,t)/ 20240101000000 {BASE}/robots.txt text/plain 200 A\n"
         f"vn,t)/ 20240101000000 {ONE} text/html 404 A\n".encode(), (ONE,)),
    ],
)  # fmt: skip
def test_seeds_file_is_read_in_every_form(tmp_path: Path, text: bytes, expected: tuple[str, ...]) -> None:
    path = tmp_path / "seeds"
    path.write_bytes(text)
    assert expected == read_seeds(path)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"{ONE}\nkhông phải địa chỉ\n".encode(), "seeds:2: expected a URL"),
        (f"{ONE}\nhttps://example.org/\n".encode(), "seeds:2: expected an address of the site"),
        (f"{ONE}\n\xe9\n".encode("latin-1"), "seeds:2: expected UTF-8"),
        (b"vn,t)/ 20240101000000 {broken\n", "seeds:1: expected a URL"),
        (b"# nothing\n", "seeds: expected addresses"),
    ],
)
def test_line_that_is_no_seed_is_named(tmp_path: Path, text: bytes, where: str) -> None:
    path = tmp_path / "seeds"
    path.write_bytes(text)
    with pytest.raises(CommandFailed, match=where):
        read_seeds(path)
