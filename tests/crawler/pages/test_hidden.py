"""Hidden: what a page holds and does not show stays out of the text; what a script would show is read."""

import pytest

from crawler.pages import parse_article
from crawler.pages.html.hidden import class_hides, style_hides

SHOWN = "".join(
    f"<p>Câu thứ {n} mà bạn đọc nhìn thấy trên trang, kể về mùa nước nổi ở cánh đồng phía tây con kênh.</p>"
    for n in range(3)
)
UNSEEN = "Câu này chỉ để máy tìm kiếm đọc, đầy những từ khóa mà không ai nhìn thấy trên trang báo."


def body_of(inside: str) -> list[str]:
    html = f"<html lang=vi><head><title>Mùa nước nổi</title></head><body><h1>Mùa nước nổi</h1><div>{inside}</div></body></html>"
    return parse_article(html.encode(), "https://bao.example/mua-nuoc-noi-10").body.split("\n\n")


@pytest.mark.parametrize(
    "attributes",
    [
        'class="sr-only"', 'class="x d-none"', 'class="hidden"', 'class="visually-hidden-text screen-reader-text"', "hidden",
        'style="display:none"', 'style="font-size:0"', 'style="color:red;font-size: 0px;"', 'style="visibility:hidden"',
        'style="position:absolute;left:-9999px"', 'style="text-indent:-5000px"', 'style="clip: rect(0, 0, 0, 0)"',
    ],
)  # fmt: skip
def test_what_nobody_sees_is_no_text(attributes: str) -> None:
    assert 3 == len(body_of(f"{SHOWN}<p {attributes}>{UNSEEN}</p>"))


@pytest.mark.parametrize(
    "attributes",
    [
        'class="hidden md:block"', 'class="d-none d-md-block"', 'class="hidden-gem"', 'class="hide-nothing"',
        'style="font-size:0.9em"', 'style="margin-left:-15px"', 'style="display:none" role="region"', 'style="left:-20px"',
    ],
)  # fmt: skip
def test_what_most_readers_see_is_text(attributes: str) -> None:
    assert 4 == len(body_of(f"{SHOWN}<p {attributes}>{UNSEEN}</p>"))


def test_part_that_was_streamed_behind_the_page_stands_where_its_script_puts_it() -> None:
    html = (
        "<html lang=vi><head><title>Mùa nước nổi</title></head><body><main><h1>Mùa nước nổi</h1>"
        '<template id="B:0"></template><p>Đang tải…</p></main><footer><p>Báo Mẫu</p></footer>'
        f'<div hidden id="S:0"><div>{SHOWN}<template id="P:1"></template></div></div>'
        f'<div hidden id="S:1"><p>{UNSEEN}</p></div><div hidden id="S:2"></div></body></html>'
    )
    article = parse_article(html.encode(), "https://bao.example/mua-nuoc-noi-10")
    assert [True, True, True, False] == ["bạn đọc nhìn thấy" in text for text in article.body.split("\n\n")[-4:]]


def test_page_put_together_out_of_whole_pages_is_read_behind_the_end_of_the_first() -> None:
    html = (
        "<html><body><nav><a href='/'>Trang chủ</a></nav></body></html><h1>Mùa nước nổi</h1><div>"
        f"{SHOWN}</div><!--{'x' * 3000}--></body></html>"
    )
    assert 3 == len(parse_article(html.encode(), "https://bao.example/mua-nuoc-noi-10").body.split("\n\n"))


def test_element_of_a_pages_own_making_is_part_of_its_line() -> None:
    assert "Nước về đồng sớm hơn mọi năm." in body_of(
        f"{SHOWN}<p>Nước về <chu-thich>đồng</chu-thich> sớm hơn mọi năm.</p>"
    )


@pytest.mark.parametrize(
    ("style", "hides"),
    [("display:block", False), ("display: none !important", True), ("font-size:10px", False), ("top:-100%", True)],
)
def test_styles_that_hide(style: str, hides: bool) -> None:
    assert hides == style_hides(style)


@pytest.mark.parametrize(
    ("classes", "hides"),
    [("lead", False), ("lead sr-only", True), ("hidden lg:flex", False), ("hidden lg:hidden", True)],
)
def test_classes_that_hide(classes: str, hides: bool) -> None:
    assert hides == class_hides(classes)
