"""Layouts: exact selectors go first, and evidence finds the rest."""

import pytest

from crawler.pages import parse_article
from crawler.pages.places import layouts
from crawler.pages.places.layouts import LAYOUTS, Marks
from crawler.pages.places.page import Page

URL = "https://www.thanhuytphcm.vn/tin-tuc/mot-con-hem-nho-o-cuoi-pho-1491913900"
PAGE = """<html><head><title>Một con hẻm nhỏ ở cuối phố</title></head><body><div>Thứ Tư, ngày 28 tháng 2 năm 2024</div><div class="khung">
<span id="td">Một con hẻm nhỏ ở cuối phố</span><div class="ng">Hôm ấy 05/10/2023</div><div class="tg">Người viết: Mai Anh</div>
<div class="td2">Câu mở đầu mà chỉ bố cục của trang mới nói được rằng đó là sapo.</div>
<div class="nd">Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.<br><br>
Đoạn thứ hai kể tiếp chuyện buổi chiều.</div>
<div class="thua">Một đoạn dài khác nữa đứng ngoài thân bài,
kể chuyện chẳng liên quan gì đến bài viết này cả đâu.</div></div></body></html>"""


def exact(page: Page) -> Marks | None:
    """A layout as a maintainer would write it."""
    frame = page.tree.root.xpath("//div[@class='khung']")
    if not frame:
        return None
    one = {name: frame[0].xpath(path)[0] for name, path in (
        ("title", ".//span[@id='td']"), ("lead", ".//div[@class='td2']"), ("body", ".//div[@class='nd']"),
        ("byline", ".//div[@class='tg']"), ("date", ".//div[@class='ng']"))}  # fmt: skip
    return Marks(**one)


def test_layout_with_exact_selectors_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LAYOUTS", (("khung", exact), *LAYOUTS))
    article = parse_article(PAGE.encode(), URL)
    assert article.parser.layout == "khung"
    assert article.title == "Một con hẻm nhỏ ở cuối phố"
    assert article.lead == "Câu mở đầu mà chỉ bố cục của trang mới nói được rằng đó là sapo."
    assert ("Người viết: Mai Anh", ["Mai Anh"]) == (article.byline, article.authors)
    assert ("2023-10-05", "page") == (article.date, article.date_source)
    assert article.body.split("\n\n") == [
        "Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.",
        "Đoạn thứ hai kể tiếp chuyện buổi chiều.",
    ]
    assert {("title", "layout"), ("lead", "layout"), ("byline", "layout")} <= {
        (source.field, source.rule) for source in article.sources
    }


def test_page_of_another_layout_is_read_by_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LAYOUTS", (("khung", exact), *LAYOUTS))
    article = parse_article(PAGE.replace("khung", "khac").encode(), URL)
    assert article.parser.layout == "blocks"
    assert article.title == "Một con hẻm nhỏ ở cuối phố"


def test_last_layout_recognises_every_page() -> None:
    assert LAYOUTS[-1][0] == "blocks"
    assert len({name for name, _ in LAYOUTS}) == len(LAYOUTS)
