"""Hostile pages cost bounded time and memory, and clean text comes out of them."""

import contextlib
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages import LayoutError, parse_article, parse_links, reading

URL = "https://www.thanhuytphcm.vn/tin-tuc/mot-trang-xau-bung-1491913850"
STORY = "<h1>Một trang xấu bụng</h1>" + "".join(
    f"<p>Đoạn thứ {number} kể chuyện con hẻm nhỏ, nơi mọi người cùng nhau dọn dẹp mỗi sáng.</p>" for number in range(6)
)


def page(html: str) -> bytes:
    return f"<html><head><meta charset=utf-8><title>Một trang xấu bụng</title></head><body>{html}</body></html>".encode(
        "utf-8", "surrogatepass"
    )


HOSTILE: dict[str, Callable[[], bytes]] = {
    "100 000 nested divs": lambda: page("<div>" * 100_000 + STORY),
    "100 000 nested inline tags": lambda: page("<b>" * 100_000 + STORY),
    "nested tables": lambda: page("<table><tr><td>" * 30_000 + STORY),
    "nested lists after the story": lambda: page(STORY + "<ul><li>" * 50_000),
    "nested links and paragraphs": lambda: page("<a href=x><p>" * 50_000 + STORY),
    "50 MB of text": lambda: page(STORY + "<p>" + "chữ nghĩa dài dòng " * 2_000_000 + "</p>"),
    "half a million paragraphs": lambda: page(STORY + "<p>một đoạn văn ngắn có dấu chấm ở cuối câu.</p>" * 500_000),
    "a million attributes": lambda: page("<div " + " ".join(f'a{number}="x"' for number in range(1_000_000)) + ">" + STORY),
    "a million bare attributes": lambda: page("<div " + " ".join(f"a{number}" for number in range(1_000_000)) + ">" + STORY),
    "attributes that hold brackets": lambda: page("<div " + " ".join(f'a{number}=">"' for number in range(400_000)) + ">" + STORY),
    "attributes parted by slashes": lambda: page("<div/" + "/".join(f"a{number}" for number in range(400_000)) + ">" + STORY),
    "tags that never end": lambda: page(STORY + "<a " * 500_000),
    "quotes that never end": lambda: page(STORY + '<a href="' * 200_000),
    "comments that never end": lambda: page(STORY + "<!--" * 300_000),
    "brackets only": lambda: page(STORY + "<" * 2_000_000),
    "bait for regular expressions": lambda: page(
        STORY + "".join(f"<p>{bait * 100_000}</p>" for bait in ("( ", "Ảnh: ", "1/1/", "          "))),
    "deep JSON-LD": lambda: page('<script type="application/ld+json">' + "[" * 100_000 + "</script>" + STORY),
    "50 000 photos": lambda: page(STORY + '<p><img src="/a.jpg" alt="x"></p>' * 50_000),
    "a table of 100 000 cells": lambda: page(STORY + "<table><tr>" + "<td>ô</td>" * 100_000 + "</tr></table>"),
    "100 000 teasers": lambda: page(STORY + "".join(f'<div><a href="/tin-tuc/a-{number}-1491900000">Một tin khác của trang này số '
                                                    f'{number}</a></div>' for number in range(100_000))),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_page_costs_bounded_time_and_still_yields_its_story(name: str) -> None:
    body = HOSTILE[name]()
    began = time.process_time()
    article = parse_article(body, URL)
    parse_links(body, URL)
    assert time.process_time() - began < 15
    assert article.title == "Một trang xấu bụng"
    assert "Đoạn thứ 0 kể chuyện con hẻm nhỏ" in article.body


def test_memory_stays_within_a_multiple_of_the_page() -> None:
    body = page(STORY + "<p>một đoạn văn ngắn có dấu chấm ở cuối câu.</p>" * 60_000)
    tracemalloc.start()
    parse_article(body, URL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * len(body)


def test_pages_that_are_read_in_part_say_so() -> None:
    assert "page-cut" in parse_article(HOSTILE["50 MB of text"](), URL).warnings
    assert "page-cut" in parse_article(HOSTILE["100 000 nested divs"](), URL).warnings


def test_scripts_and_styles_never_reach_the_text() -> None:
    inside = (
        "<p>Trước <script>alert('xấu')</script>và sau <style>p{color:red}</style>vẫn liền một câu bình thường.</p>"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; là chữ người ta viết ra, không phải lệnh.</p>"
    )
    article = parse_article(page(STORY + inside), URL)
    assert "Trước và sau vẫn liền một câu bình thường." in article.body
    assert "color:red" not in article.body
    assert "<script>alert(1)</script> là chữ" in article.body


def test_odd_characters_are_gone_from_every_text() -> None:
    odd = "<p>Câu\u200b này\u00a0có\u00ad ký\ufeff tự &#0;&#xD800;&#x110000;lạ \u202eở giữa, nhưng vẫn đọc được.</p>"
    article = parse_article(page(STORY + odd), URL)
    assert "Câu này có ký tự" in article.body
    assert not set("\u200b\u00a0\u00ad\ufeff\u202e\0") & set(article.body)
    article.body.encode("utf-8")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<title>a</title><a href=/tu-lieu/x>b</a>",
        b"<nav><h1>a</h1></nav>",
        b"\0" * 1000,
        b"\xff\xfe",
        b"<",
        b"<!doctype html>",
        b"plain text",
        b"%PDF-1.7",
        b"\x1f\x8b\x08\0",
    ],
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(LayoutError):
        parse_article(body, URL)


ATOMS = (
    *(
        "",
        " ",
        "x",
        "<a href=/tin-tuc/mot-tin-khac-1491900000>Một tin khác</a>",
        "<img src=/a.jpg alt=x>",
        "<hr>",
        "<br>",
    ),
    *(
        "<h1>Tiêu đề của trang</h1>",
        "<h2>Mục</h2>",
        "<b>An Bình</b>",
        "<i>Ảnh: An Bình</i>",
        "<time>5/10/2023 17:25</time>",
    ),
    *(
        "Thứ Năm, 05/10/2023, 17:25",
        "T.H.",
        "Tin khác",
        "Từ khóa:",
        "Bình luận (3)",
        "<input name=q><button>Gửi</button>",
    ),
    *(
        "Một câu dài vừa đủ để là một đoạn văn, có dấu phẩy và dấu chấm ở cuối.",
        "<!-- x -->",
        "<script>x</script>",
        "&nbsp;",
    ),
)
WRAPPERS = (
    "div",
    "p",
    "nav",
    "header",
    "footer",
    "aside",
    "article",
    "main",
    "ul",
    "li",
    "table",
    "td",
    "figure",
    "form",
    "a href=/x",
    "span",
)


@given(
    st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.partition(' ')[0]}>",
            st.sampled_from(WRAPPERS),
            st.lists(inner, max_size=4),
        ),
        max_leaves=12,
    )
)
@settings(max_examples=300)
def test_no_page_however_small_or_odd_breaks_the_reader(html: str) -> None:
    for body in (page(html), html.encode()):
        parse_links(body, URL)
        with contextlib.suppress(LayoutError):
            parse_article(body, URL)


def test_a_reader_that_breaks_stops_no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(reading, "GUARDED", True)
    monkeypatch.setattr(reading, "read_page", broken)
    with pytest.raises(LayoutError, match="the reader failed: IndexError") as caught:
        parse_article(b"<h1>A</h1><p>B</p>", "https://www.thanhuytphcm.vn/tin-tuc/a-1491871594")
    assert "reader-failed" == caught.value.code
