"""Sections: the trail over the headline, told from the menu of the page, and what machines are told of it."""

import json

import pytest

from crawler.pages import parse_article

STORY = "".join(
    f"<p>Đoạn {n} kể chuyện người giữ đèn ở bến phà cũ, nơi đêm nào cũng có một ngọn lửa nhỏ soi xuống mặt nước.</p>"
    for n in range(3)
)
HOME, CULTURE, BOOKS = "<a href='/'>Trang chủ</a>", "<a href='/muc/van-hoa'>Văn hóa</a>", "<a href='/muc/sach'>Sách</a>"


def sections(over: str, *, top: str = "", told: object = None) -> list[str]:
    script = f'<script type="application/ld+json">{json.dumps(told)}</script>' if told else ""
    html = (
        f"<html lang=vi><head><title>Người giữ đèn</title>{script}</head><body><div>{top}</div><div>{over}<h1>Người giữ"
        f" đèn</h1><p>05/10/2023 18:45</p><div>{STORY}</div></div></body></html>"
    )
    return parse_article(html.encode(), "https://bao.example/nguoi-giu-den-17.html").section


def crumbs(*names: str) -> dict[str, object]:
    return {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": name} for name in names]}


@pytest.mark.parametrize(
    ("over", "names"),
    [
        (f"<div>{HOME} » {CULTURE} » {BOOKS}</div>", ["Văn hóa", "Sách"]),
        (f"<div>{HOME} » <span>Văn hóa</span> » {BOOKS}</div>", ["Văn hóa", "Sách"]),
        (f"<div>{HOME} &gt; {CULTURE} &gt; Sách</div>", ["Văn hóa", "Sách"]),
        (f"<ul><li>{HOME}</li><li><span>Văn hóa</span></li><li>{BOOKS}</li></ul>", ["Văn hóa", "Sách"]),
        (f"<ul><li>{HOME}</li><li>{CULTURE}</li><li class=active>Sách</li></ul>", ["Văn hóa", "Sách"]),
        (f"<ul><li>{HOME}</li><li>/</li><li>{CULTURE}</li></ul>", ["Văn hóa"]),
        (f"<div>{CULTURE}</div>", ["Văn hóa"]),
        ("<div>Thứ Năm, 05/10/2023</div>", []),
    ],
)
def test_trail_over_the_headline_names_the_sections(over: str, names: list[str]) -> None:
    assert names == sections(over)


@pytest.mark.parametrize(
    "top",
    [
        f"<span>Thứ Tư, 28/02/2024</span><ul><li>{HOME}</li><li>{CULTURE}</li><li>{BOOKS}</li></ul>",
        f"<a href='/'><img src='/bia.jpg'></a><ul><li>{HOME}</li><li>{CULTURE}</li><li>{BOOKS}</li></ul>",
        f"<nav>{CULTURE}{BOOKS}</nav>",
    ],
)
def test_short_menu_names_none(top: str) -> None:
    assert [] == sections("", top=top)


def test_trail_that_readers_see_whole_stands_before_its_end_told_to_machines() -> None:
    trail = f"<div>{HOME} » {CULTURE} » {BOOKS}</div>"
    assert ["Văn hóa", "Sách"] == sections(trail, told=crumbs("Sách"))
    assert ["Đời sống"] == sections(trail, told=crumbs("Trang chủ", "Đời sống"))
    assert ["Văn hóa", "Sách"] == sections(trail, told={"@type": "NewsArticle", "articleSection": "Sách"})
