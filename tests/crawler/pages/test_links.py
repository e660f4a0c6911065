"""Links: what a page points at, and which of them turn a listing's pages."""

import pytest

from crawler.pages import Link, parse_links

HERE = "https://www.thanhuytphcm.vn/nhom-tin/do-thi-1197604609"


def links(html: str, url: str = HERE) -> list[Link]:
    return parse_links(html.encode(), url)


def test_links_are_absolute_in_page_order_each_once() -> None:
    found = links(
        '<a href="/a">1</a><img src="b.jpg"><a href="/a">again</a><script src="//cdn.example/x.js"></script><link'
        ' rel="Stylesheet" href="/s.css">'
    )
    assert [
        ("https://www.thanhuytphcm.vn/a", "a"),
        ("https://www.thanhuytphcm.vn/nhom-tin/b.jpg", "img"),
        ("https://cdn.example/x.js", "script"),
        ("https://www.thanhuytphcm.vn/s.css", "link"),
    ] == [(link.url, link.tag) for link in found]
    assert found[3].rel == "stylesheet"


def test_base_href_is_where_relative_links_stand() -> None:
    assert [
        link.url
        for link in links('<head><base href="https://images.hcmcpv.org.vn/x/"></head><body><img src="../a.jpg">')
    ] == ["https://images.hcmcpv.org.vn/a.jpg"]


def test_addresses_stay_as_they_were_linked() -> None:
    found = links(
        '<a href="HTTPS://images.hcmcpv.org.vn//Uploads/File/a%20b.PDF?x=1&amp;y=%C3%A1#p">x</a><a href=" /c\n/d'
        ' ">y</a>'
    )
    assert [link.url for link in found] == [
        "HTTPS://images.hcmcpv.org.vn//Uploads/File/a%20b.PDF?x=1&y=%C3%A1#p".replace("HTTPS", "https"),
        "https://www.thanhuytphcm.vn/c/d",
    ]


def test_only_web_addresses_count() -> None:
    assert (
        links(
            '<a href="mailto:a@b.vn">m</a><a href="javascript:void(0)">j</a><a href="#top">t</a><img'
            ' src="data:image/gif;base64,R0"><a href="ftp://x/y">f</a><a href="http://[::1">b</a>'
        )
        == []
    )


def test_lazy_images_and_srcsets_are_links_too() -> None:
    found = links(
        '<img src="data:image/gif;base64,R0" data-src="/a.jpg" data-original="/b.jpg" srcset="/c.jpg 1x, /d.jpg'
        ' 2x"><picture><source srcset="/e.webp"></picture>'
    )
    assert ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.webp"] == sorted(link.url.rsplit("/", 1)[1] for link in found)
    assert {"img", "source"} == {link.tag for link in found}


@pytest.mark.parametrize(
    "html",
    [
        '<a href="?page=2">2</a>', '<a href="?p=3">3</a>', '<a href="/nhom-tin/do-thi-1197604609/trang-2">2</a>',
        '<a href="/nhom-tin/do-thi-1197604609?trang=4">x</a>',
        '<a href="/khac" rel="next">tiếp</a>', '<a href="/khac/1">Trang sau</a>', '<a href="/khac/1">Xem thêm</a>',
        '<a href="/khac/1"> » </a>', '<link rel="next" href="/khac/2">',
        '<a href="/nhom-tin/do-thi-1197604609/5"><b>5</b></a>', '<a href="/nhom-tin/do-thi-1197604609?PageIndex=7">7</a>',
        '<a href="/khac/1">Trang tiếp theo</a>',
    ],
)  # fmt: skip
def test_pagination_of_any_visible_form_is_recognised(html: str) -> None:
    assert [True] == [link.next_page for link in links(html)]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/tin-tuc/bai-moi-1491900000">Bài mới về trang sau của cuốn sổ</a>',
        '<a href="/lien-he">Liên hệ</a>',
        '<img src="?page=2">',
        '<link rel="stylesheet" href="/s.css?p=2">',
    ],
)
def test_other_links_turn_no_page(html: str) -> None:
    assert [False] == [link.next_page for link in links(html)]


def test_ten_thousand_links_are_all_found() -> None:
    assert (
        len(links("".join(f'<a href="/tin-tuc/a-b-c-{1491000000 + number}">x</a>' for number in range(10_000))))
        == 10_000
    )


def test_what_is_no_html_has_no_links() -> None:
    assert parse_links(b"", HERE) == []
    assert parse_links(b"\x89PNG\r\n\x1a\n\0\0", HERE) == []
