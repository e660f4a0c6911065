"""Refusals: a page is refused where it holds no article, never for a word or a number in one."""

import pytest

from crawler.pages import LayoutError, parse_article

PLAIN = (
    "<p>Chiều nay bà con khu phố nhận nhà mới, ai cũng vui, người dọn vườn, người quét sân, trẻ nhỏ chạy khắp ngõ.</p>"
)


@pytest.mark.parametrize(
    ("title", "line", "code"),
    [
        ("404", "", "soft-404"),
        ("404 - Không tìm thấy trang | Báo Mẫu", "", "soft-404"),
        ("Báo Mẫu", "<h1>Lỗi 404</h1>", "soft-404"),
        ("Báo Mẫu", "<p>Bài viết này không tồn tại hoặc đã bị xóa.</p>", "soft-404"),
        ("404 hộ dân nhận nhà mới", "<h1>404 hộ dân nhận nhà mới</h1>", None),
        ("Khu phố nhận nhà mới", "<h1>Khu phố nhận nhà mới</h1><p>Điện thoại: 028-404-5678</p>", None),
        (
            "Khu phố nhận nhà mới",
            "<h1>Khu phố nhận nhà mới</h1><p>Quỹ góp được 404 triệu đồng trong một tuần.</p>",
            None,
        ),
    ],
)
def test_number_404_is_an_error_where_it_stands_as_one(title: str, line: str, code: str | None) -> None:
    html = f"<html lang=vi><head><title>{title}</title></head><body>{line}<div>{PLAIN * 2}</div></body></html>"
    if code is None:
        assert parse_article(html.encode(), "https://bao.example/doc/17").title
    else:
        with pytest.raises(LayoutError) as refused:
            parse_article(html.encode(), "https://bao.example/doc/17")
        assert code == refused.value.code


@pytest.mark.parametrize("holder", ["<div>", "<div itemprop='articleBody'>"])
def test_headline_that_is_the_last_line_stands_over_no_text(holder: str) -> None:
    html = f"<html lang=vi><body>{holder}{PLAIN * 4}</div><div><h1>Khu phố nhận nhà mới</h1></div></body></html>"
    with pytest.raises(LayoutError) as raised:
        parse_article(html.encode(), "https://bao.example/khu-pho-nhan-nha-moi-12345")
    assert "no-body" == raised.value.code


NOTICE = "Trang này cần JavaScript. " + "Vui lòng bật nó trong trình duyệt của bạn rồi tải lại trang để xem tiếp. " * 8
COOKIES = (
    "Enable cookies to go on. "
    + "This page cannot be shown to your browser as it is set at present, we are sorry. " * 8
)


@pytest.mark.parametrize("notice", [NOTICE, COOKIES])
def test_shell_is_no_article_however_long_it_asks_for_scripts(notice: str) -> None:
    shell = f"<h1>Khu phố nhận nhà mới</h1><noscript><p>{notice}</p></noscript><div id='root'>Đang tải…</div>"
    with pytest.raises(LayoutError):
        parse_article(f"<html lang=vi><body>{shell}</body></html>".encode(), "https://bao.example/doc/17")


def test_text_for_browsers_without_scripts_is_read() -> None:
    shell = f"<h1>Khu phố nhận nhà mới</h1><noscript>{PLAIN * 5}</noscript><div id='root'>Đang tải…</div>"
    article = parse_article(f"<html lang=vi><body>{shell}</body></html>".encode(), "https://bao.example/doc/17")
    assert 5 == article.body.count("nhận nhà mới")
