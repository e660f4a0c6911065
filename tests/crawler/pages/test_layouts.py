"""Layouts: what exact selectors name is final, and evidence finds the rest."""

import pytest

from crawler.items import Article
from crawler.pages import SHAPE_NAMES, inspect_article, parse_article
from crawler.pages.places.layouts import FIELDS, SHAPES, LayoutFileError, parse_layouts

URL = "https://www.thanhuytphcm.vn/tin-tuc/mot-con-hem-nho-o-cuoi-pho-1491913900"
PAGE = """<html><head><title>Một con hẻm nhỏ ở cuối phố</title></head><body><div>Thứ Tư, ngày 28 tháng 2 năm 2024</div><div class="khung">
<span id="td">Một con hẻm nhỏ ở cuối phố</span><div class="ng">Hôm ấy 05/10/2023</div><div class="tg">Người viết: Mai Anh</div>
<div class="td2">Câu mở đầu mà chỉ bố cục của trang mới nói được rằng đó là sapo.</div>
<div class="nd">Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.<br><br>
Đoạn thứ hai kể tiếp chuyện buổi chiều.</div>
<div class="thua">Một đoạn dài khác nữa đứng ngoài thân bài,
kể chuyện chẳng liên quan gì đến bài viết này cả đâu.</div></div></body></html>"""


LAYOUT = """
name = "khung"
[title]
xpath = "//div[@class='khung']/span[@id='td']"
[lead]
css = "div.khung > div.td2"
[body]
css = "div.khung > div.nd"
[byline]
css = ".tg"
expect = "maybe"
[date]
css = ".ng"
"""


def parse_with(layout: str, page: str) -> Article:
    return parse_article(page.encode(), URL, layouts=parse_layouts(layout, "khung.toml"))


def test_exact_layout_is_preferred() -> None:
    article = parse_with(LAYOUT, PAGE)
    assert article.parser.layout == "khung"
    assert article.title == "Một con hẻm nhỏ ở cuối phố"
    assert article.lead == "Câu mở đầu mà chỉ bố cục của trang mới nói được rằng đó là sapo."
    assert ("Người viết: Mai Anh", ["Mai Anh"]) == (article.byline, article.authors)
    assert ("2023-10-05", "page") == (article.date, article.date_source)
    assert article.body.split("\n\n") == [
        "Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.",
        "Đoạn thứ hai kể tiếp chuyện buổi chiều.",
    ]
    assert {("title", "layout"), ("lead", "layout"), ("byline", "layout"), ("body", "layout")} <= {
        (source.field, source.rule) for source in article.sources
    }


def test_nothing_cuts_into_the_body_that_a_layout_names() -> None:
    cut = "<br><br><b>Thông báo</b><br><br>Tin khác: <a href='/tin-tuc/mot-bai-khac-nua-1491914100'>Một bài khác nữa</a><br><br>"
    page = PAGE.replace("<br><br>\nĐoạn thứ hai", f"{cut}Đoạn thứ hai")
    assert parse_with(LAYOUT, page).body.split("\n\n") == [
        "Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.",
        "Thông báo",
        "Tin khác: Một bài khác nữa",
        "Đoạn thứ hai kể tiếp chuyện buổi chiều.",
    ]


def test_prose_outside_of_the_layouts_body_is_told() -> None:
    assert "text-left-out" in parse_with(LAYOUT, PAGE).warnings


@pytest.mark.parametrize(("field", "selector", "expected"), [
    ("section", 'css = ".duong a"', ["Xã hội", "Khu phố"]),
    ("tags", 'css = ".the a::text"', ["hẻm", "khu phố"]),
    ("related", 'css = ".khac a::attr(href)"', ["https://www.thanhuytphcm.vn/tin-tuc/mot-bai-khac-1491914100"]),
    ("captions", 'css = ".anh em"', ["Con hẻm sau cơn mưa"]),
])  # fmt: skip
def test_any_field_can_be_named(field: str, selector: str, expected: list[str]) -> None:
    more = (
        "<p class=duong><a href='/nhom-tin/xa-hoi-1'>Xã hội</a> / <a href='/nhom-tin/khu-pho-2'>Khu phố</a></p>"
        "<p class=the><a href='#'>hẻm</a><a href='#'>khu phố</a></p><p class=khac>"
        "<a href='/tin-tuc/mot-bai-khac-1491914100'>Một bài khác</a></p>"
        "<p class=anh><img src='/a.jpg'><em>Con hẻm sau cơn mưa</em></p>"
    )
    page = PAGE.replace('<div class="thua">', f'{more}<div class="thua">')
    article = parse_with(f"{LAYOUT}[{field}]\n{selector}\nexpect = 'some'\n", page)
    assert expected == getattr(article, field)


def test_what_a_layout_drops_is_in_no_field() -> None:
    page = PAGE.replace(
        "Đoạn thứ hai", "<div class=qc>Đoạn này do nhà tài trợ viết, không thuộc bài.</div>Đoạn thứ hai"
    )
    assert "nhà tài trợ" not in parse_with(f"{LAYOUT}[drop]\ncss = '.qc'\n", page).body


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("khung", "khac"),
        PAGE.replace("td2", "td3"),
        PAGE.replace('<div class="td2"', "<div class=td2>x</div><div class=td2"),
    ],
)
def test_page_that_a_row_does_not_fit_is_read_by_evidence(page: str) -> None:
    seen = inspect_article(page.encode(), URL, layouts=parse_layouts(LAYOUT, "khung.toml"))
    assert seen.article is not None
    assert "blocks" == seen.article.parser.layout
    assert any("layout khung: expected" in (each.refused or "") for each in seen.candidates)


@pytest.mark.parametrize(("text", "fault"), [
    ("[title", "expected TOML"),
    ("", "expected a table for at least one of"),
    ("name = 3\n[title]\ncss='h1'", "name: expected a short text"),
    ("[headline]\ncss='h1'", "[headline]: expected one of drop"),
    ("title = 'h1'", "[title]: expected css"),
    ("[title]\ncss='h1'\nxpath='//h1'", "expected css or xpath"),
    ("[title]\ncss='h1'\nexpect='two'", "expect: expected one, maybe, some, any, got 'two'"),
    ("[title]\ncss='h1['", "css: expected a selector, got 'h1['"),
    ("[title]\nxpath='//h1['", "xpath: expected a selector, got '//h1['"),
    ("[title]\nxpath='count(//h1)'", "a number or a truth"),
    ("[title]\ncss=''", "css: expected a selector"),
    ("layout = 3", "expected one [[layout]]"),
])  # fmt: skip
def test_faulty_file_is_told_in_one_line(text: str, fault: str) -> None:
    with pytest.raises(LayoutFileError) as raised:
        parse_layouts(text, "layouts/x.toml")
    message = str(raised.value)
    assert message.startswith("layouts/x.toml: ")
    assert fault in message
    assert "\n" not in message


def test_file_may_hold_several_designs() -> None:
    text = "[[layout]]\nname='one'\n[layout.title]\ncss='h9'\n[[layout]]\n[layout.title]\ncss='span#td'\n"
    layouts = parse_layouts(text, "hai.toml")
    assert ["one", "hai-1"] == [layout.name for layout in layouts]
    assert "hai-1" == parse_article(PAGE.encode(), URL, layouts=layouts).parser.layout


def test_last_shape_fits_every_page() -> None:
    assert SHAPES[-1][0] == "blocks"
    assert len({name for name, _ in SHAPES}) == len(SHAPES)
    assert len(set(FIELDS)) == len(FIELDS)


def test_shapes_have_the_names_that_no_layout_may_have() -> None:
    assert SHAPE_NAMES == {name for name, _ in SHAPES}
    with pytest.raises(LayoutFileError, match="no page's shape has"):
        parse_layouts("name='blocks'\n[title]\ncss='h1'", "x.toml")
