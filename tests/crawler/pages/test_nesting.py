"""Nesting: end tags that libxml2 passes over are carried out, as browsers do."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages import parse_article
from crawler.pages.html.charset import Decoded
from crawler.pages.html.nesting import mend_nesting
from crawler.pages.html.tree import parse_html

PROSE = "".join(
    f"<p>Người dân phường {n} quét lại con hẻm trước ngày hội, ai cũng góp một tay từ sáng sớm.</p>" for n in range(4)
)


def path_of(html: str, text: str) -> list[str]:
    """The tags around the element with a text, outermost first."""
    root, _ = parse_html(Decoded(html, "utf-8"))
    found = next(element for element in root.iter() if (element.text or "").strip() == text)
    return [element.tag for element in (*reversed(list(found.iterancestors())), found)][2:]


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ("<nav><div>Menu</nav><p>Bài</p>", ["p"]),
        ("<header><div><div>Menu</div></header><main><p>Bài</p></main>", ["main", "p"]),
        ("<button><div>Mở</button><p>Bài</p>", ["p"]),
        ("<ul><li><div>Một<li><div>Hai</ul><p>Bài</p>", ["p"]),
        ("<ul><li><div>Một<li>Bài</ul>", ["ul", "li"]),
        ("<div><aside><div>Bên lề</aside><section><p>Bài</p></section></div>", ["div", "section", "p"]),
        ("<a href='/x'><div>Tin</a><p>Bài</p></div>", ["div", "p"]),
        ("<nav><div>Menu</nav><b><div>Đậm</b><p>Bài</p></div>", ["div", "p"]),
        ("<nav><div>Menu</nav><table><tr><td><div>Một<td>Bài</table>", ["table", "tr", "td"]),
        ("<nav><div>Menu</nav><table><tr><td></nav></div>Bài</table>", ["table", "tr", "td"]),
        ("<nav><div>Menu</nav><h2><div>Mục</h3><p>Bài</p>", ["p"]),
        ("<nav title='<div>'><div>Menu</nav><!-- <nav> --><script>'<nav>'</script><p>Bài</p>", ["p"]),
    ],
)
def test_end_tags_close_what_is_open_inside(html: str, path: list[str]) -> None:
    assert path == path_of(html, "Bài")


def test_article_behind_an_unclosed_menu_is_read() -> None:
    html = (
        "<html><body><header><nav><ul><li><div><a href='/tin'>Tin tức</a></li></ul></nav></header>"
        f"<h1>Ngày hội dọn hẻm</h1><div>{PROSE}</div></body></html>"
    )
    article = parse_article(html.encode(), "https://bao.example/ngay-hoi-don-hem-12345.html")
    assert 4 == len(article.body.split("\n\n"))


def test_main_is_no_part_of_the_menu_around_it() -> None:
    html = f"<html><body><aside><main><h1>Ngày hội dọn hẻm</h1><div>{PROSE}</div></main></body></html>"
    assert 4 == len(parse_article(html.encode(), "https://bao.example/a").body.split("\n\n"))


TAGS = st.sampled_from(
    [
        f"<{end}{name}>"
        for end in ("", "/")
        for name in ("div", "nav", "ul", "li", "a", "b", "table", "tr", "td", "h2", "p")
    ]
)


@given(st.lists(TAGS | st.sampled_from(["một", "hai & ba", "<!-- <div> -->", "<img alt='>'>"]), max_size=40))
def test_mending_adds_and_drops_tags_alone(parts: list[str]) -> None:
    html = "".join(parts)
    bare = re.compile(r"</?(?:div|nav|ul|li|a|b|table|tr|td|h2)>")
    assert bare.sub("", html) == bare.sub("", mend_nesting(html))


@given(st.lists(TAGS, max_size=30))
def test_mended_once_is_mended(parts: list[str]) -> None:
    once = mend_nesting("".join(parts))
    assert once == mend_nesting(once)


@pytest.mark.parametrize(
    "unit",
    [
        "<div></nav>",
        "<a><div></a>",
        "<li><div>",
        "<b><div></b>",
        "<table><td></table>",
        "<td><div></td>",
        "</td></nav>",
    ],
)
def test_mending_grows_as_the_page(unit: str) -> None:
    """At most a few tags are written for each that is read."""
    start = "<nav><div></nav>"
    assert len(mend_nesting(start + unit * 4000)) <= 30 * len(start + unit * 4000)


@pytest.mark.parametrize(
    "unit",
    [
        "<!-- a >",
        "<a b='",
        '<a b="x>',
        "<a <a ",
        "<script>",
        "<b ",
        "<div x=y z",
        "</",
        "<title>",
        "<!--",
        "<div hidden id=S:1>",
    ],
)
def test_markup_that_never_ends_is_mended_in_linear_time(unit: str) -> None:
    page = f"<html><body><nav><div></nav><h1>Con hẻm nhỏ</h1>{PROSE}{unit * (600_000 // len(unit))}</body></html>"
    began = time.process_time()
    mend_nesting(page)
    assert "con hẻm" in parse_article(page.encode(), "https://bao.example/a").body
    assert time.process_time() - began < 8
