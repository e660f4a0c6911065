"""What belongs to the crawl, and which addresses are one page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.site.asked import as_followed
from crawler.site.scope import CANONICAL_HOST, PAGE_HOSTS, Kind, find_kind, find_page, url_key, without_tracking

PATH = "/tin-tuc/doi-moitu-duy-1491881281"


@pytest.mark.parametrize("host", sorted(PAGE_HOSTS))
@pytest.mark.parametrize("decoration", ["", "?fbclid=abc", "?utm_source=x&utm_medium=y", "#binh-luan", "/", "?print=1"])
def test_every_address_of_an_article_is_one_page(host: str, decoration: str) -> None:
    url = f"http://{host}{PATH}{decoration}"
    assert url_key(url) == "tin-tuc/1491881281"
    page = find_page(url)
    assert page is not None
    assert f"https://{CANONICAL_HOST}{PATH}" == page.canonical_url


def test_another_slug_is_the_same_page() -> None:
    assert url_key(f"https://{CANONICAL_HOST}{PATH}") == url_key(
        f"https://{CANONICAL_HOST}/tin-tuc/tieu-de-moi-1491881281"
    )


def test_listing_pages_are_told_apart_by_their_query() -> None:
    base = f"https://{CANONICAL_HOST}/nhom-tin/quan-1-1197604608"
    assert url_key(base) != url_key(base + "?page=2")
    assert url_key(base + "?page=2") == url_key(base.replace("www.", "") + "?page=2&fbclid=x")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.thanhuytphcm.vn/", Kind.HOME),
        ("https://hcmcpv.org.vn", Kind.HOME),
        ("https://www.thanhuytphcm.vn/nhom-tin/quan-1-1197604608", Kind.LISTING),
        ("https://www.thanhuytphcm.vn/tu-lieu/van-kien/loi-khai-mac-1077951094", Kind.DOCUMENT),
        ("https://www.thanhuytphcm.vn/tin-tuc/-video-ham-b-%E2%80%93-co-so-1491906100", Kind.ARTICLE),
        ("https://images.hcmcpv.org.vn//Uploads/Image/18052017EECB324C/a.JPG", Kind.IMAGE),
        ("https://images.hcmcpv.org.vn/Uploads/File/16062025F2CFB160/NQ%20sua.pdf", Kind.ATTACHMENT),
        ("https://www.thanhuytphcm.vn/gioi-thieu", Kind.PAGE),
        ("https://icpv.thanhuytphcm.vn/", None),
        ("https://icpv.thanhuytphcm.vn/tin-tuc/x-1491906100", None),
        ("https://thanhuytphcm.vn.example.org/tin-tuc/x-1491906100", None),
        ("https://user@www.thanhuytphcm.vn/", None),
        ("https://www.thanhuytphcm.vn:8443/", None),
        ("ftp://www.thanhuytphcm.vn/", None),
        ("javascript:void(0)", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_kind_of_an_address(url: str, kind: Kind | None) -> None:
    assert kind == find_kind(url)


def test_canonical_url_of_a_document_leaves_out_its_collection() -> None:
    page = find_page("https://hcmcpv.org.vn/tu-lieu/van-kien-dai-hoi/loi-khai-mac-1077951094")
    assert page is not None
    assert page.canonical_url == "https://www.thanhuytphcm.vn/tu-lieu/loi-khai-mac-1077951094"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.vn/x?fbclid=1", "https://a.vn/x"),
        ("https://a.vn/x?b=2&utm_source=z&a=%C3%A1&&c", "https://a.vn/x?b=2&a=%C3%A1&&c"),
        ("https://a.vn//x//y?", "https://a.vn//x//y?"),
        ("https://a.vn/x?my_fbclid=1#top", "https://a.vn/x?my_fbclid=1"),
    ],
)
def test_tracking_goes_and_every_other_byte_stays(url: str, expected: str) -> None:
    assert expected == without_tracking(url)


@given(st.text(max_size=80))
def test_no_address_breaks_the_scope(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{CANONICAL_HOST}/{text}"):
        assert isinstance(url_key(url), str)
        assert find_kind(url) is None or isinstance(find_kind(url), Kind)
        assert without_tracking(without_tracking(url)) == without_tracking(url)


def test_every_real_address_is_recognised(shared_data: Path) -> None:
    for url in (shared_data / "urls.txt").read_text("utf-8").split():
        page = find_page(url)
        assert page is not None, url
        assert url.rstrip("/").endswith(page.id)
        aliases = {url_key(url.replace(url.split("/")[2], host, 1)) for host in PAGE_HOSTS}
        assert {page.key} == aliases


def test_every_real_photo_and_file_is_in_the_scope(shared_data: Path) -> None:
    for url in (shared_data / "images.txt").read_text("utf-8").split():
        assert find_kind(url) in {Kind.IMAGE, Kind.ATTACHMENT}, url


@pytest.mark.parametrize(
    "url",
    [
        "https://www.thanhuytphcm.vn/Tin-Tuc/mot-bai-1491871594",
        "https://www.thanhuytphcm.vn/(S(abcdefghij012345))/tin-tuc/mot-bai-1491871594",
        "https://www.thanhuytphcm.vn/(A(x)S(y))/tin-tuc/mot-bai-1491871594",
        "https://www.thanhuytphcm.vn/tin%2Dtuc/mot%2Dbai%2D1491871594",
        "https://www.thanhuytphcm.vn//tin-tuc//mot-bai-1491871594",
        "https://www.thanhuytphcm.vn/tin-tuc/thoi-su///mot-bai-1491871594",
        "https://www.thanhuytphcm.vn./tin-tuc/mot-bai-1491871594",
        "http://WWW.ThanhUyTPHCM.vn:80/tin-tuc/mot-bai-1491871594?print=1",
    ],
)
def test_address_means_what_browser_and_server_take_it_for(url: str) -> None:
    page = find_page(url)
    assert page is not None
    assert ("tin-tuc/1491871594", "mot-bai") == (page.key, page.slug)
    assert page.key == url_key(as_followed(url)) == url_key(url)
