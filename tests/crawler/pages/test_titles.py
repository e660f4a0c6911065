"""Titles: the headline among what a page shows and what it tells machines."""

import pytest

from crawler.pages import LayoutError, parse_article

STORY = "".join(
    f"<p>Đoạn {n} kể chuyện người giữ đèn ở bến phà cũ, nơi đêm nào cũng có một ngọn lửa nhỏ soi xuống mặt nước.</p>"
    for n in range(5)
)


def title_of(body: str, *, head: str = "", url: str = "https://bao.example/doc/17") -> str:
    html = f"<html><head>{head}</head><body>{body}<div>{STORY}</div></body></html>"
    return parse_article(html.encode(), url).title


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        ("<title>Người giữ đèn ở bến phà - Báo Mẫu</title>", "<h1><a href='https://khac.example/x'>Người giữ đèn ở bến phà</a></h1>", "/doc/17"),
        ("<meta property='og:title' content='Người giữ đèn ở bến phà'>", "<h1><a href='/'>Báo Mẫu</a></h1><h2><a href='/doc/17'>Người giữ đèn ở bến phà</a> / 10-2023</h2>", "/doc/17"),
        ("<meta property='og:title' content='Người giữ đèn ở bến phà'>", "<h1>Văn hóa</h1><h1>Bài đọc: Người giữ đèn ở bến phà</h1>", "/doc/17"),
        ("<title>bao.example Người giữ đèn ở bến phà</title>", "<h1><a href='/'>bao.example</a></h1><h3>Người giữ đèn ở bến phà</h3>", "/doc/17"),
        ("<meta property='og:title' content='Người giữ đèn ở bến phà'>", "<h1>Đăng ký nhận tin</h1>", "/doc/nguoi-giu-den-o-ben-pha"),
        ("<title>Người giữ đèn ở bến phà | Báo Mẫu</title>", "", "/doc/17"),
        ("<title>Người giữ đèn ở bến phà</title><meta property='og:title' content='Người giữ đèn ở bến phà'>", "", "/ghi-chep-so-17"),
    ],
)  # fmt: skip
def test_headline_is_found_among_what_is_shown_and_told(head: str, body: str, url: str) -> None:
    assert "Người giữ đèn ở bến phà" == title_of(body, head=head, url=f"https://bao.example{url}")


def test_headline_may_be_as_short_as_its_page_says() -> None:
    assert "001" == title_of("<h1>001</h1>", head="<title>001</title><meta property='og:title' content='001'>")


def test_page_of_this_site_is_never_named_by_its_window_alone() -> None:
    """The slug is the title there: what fits no slug is no headline."""
    with pytest.raises(LayoutError, match="expected 1 title"):
        title_of(
            "",
            head="<title>Trang tin | Thành phố</title>",
            url="https://www.thanhuytphcm.vn/tin-tuc/nguoi-giu-den-1491913900",
        )
