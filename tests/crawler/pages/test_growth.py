"""Growth: twice as many of anything on a page is at most twice the work, counted in lines of our own code that run.

Seconds would tell of the machine. Work inside one C call is not counted: no such call may be handed a whole page
once for each of its parts.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from crawler.pages import inspect_article

PROSE = "<p>Đoạn kể chuyện con hẻm nhỏ, nơi mọi người cùng nhau dọn dẹp mỗi sáng, rồi ngồi uống trà.</p>"
SITE, OTHER = "https://www.thanhuytphcm.vn/tin-tuc/con-hem-nho-1491913850", "https://paper.example/con-hem-nho"

KINDS: dict[str, Callable[[int], str]] = {
    "photos with captions": lambda i: f'<p><img src="/a{i}.jpg"></p><p>Chú thích số {i} của con hẻm. Ảnh: Minh Khoa</p>',
    "figures": lambda i: f'<figure><img src="/a{i}.jpg"><figcaption>Chú thích số {i}</figcaption></figure>',
    "photos and captions in one block": lambda i: f'<img src="/a{i}.jpg"><p>Chú thích dài số {i} kể chuyện ảnh</p>',
    "players": lambda i: f"<div><iframe></iframe></div><p>Clip số {i} của bài này</p>",
    "links in prose": lambda i: f'<p>Xem <a href="/tin-tuc/a-{i}-1491900000">bài số {i} của trang này</a> nhé bà con.</p>',
    "links to articles": lambda i: f'<p><a href="/tin-tuc/a-{i}-1491900000">Bài số {i} của trang này nói về khu phố</a></p>',
    "teasers": lambda i: f'<div><a href="/b-{i}"><img src="/a{i}.jpg"></a><a href="/b-{i}">Bài số {i} nói về khu phố nhỏ</a></div>',
    "boxes of other articles": lambda i: f'<div class=box><p><a href="/b-{i}">Bài số {i} nói về khu phố nhỏ</a></p>{PROSE}</div>',
    "links in one line": lambda i: f"<a href=/x{i}>chữ</a> ",
    "tables": lambda i: f"<table><tr><td>Ô {i}</td><td>1</td></tr><tr><td>Hai</td><td>2</td></tr></table>",
    "labels in tables": lambda i: "<table><tr><td>Tin khác</td><td>1</td></tr><tr><td>Thông báo</td><td>2</td></tr></table>",
    "nested blocks": lambda i: f"<div><div><div>{PROSE}</div></div></div>",
    "blocks that are never closed": lambda i: f"<div>{PROSE}" if i < 200 else PROSE,
    "short lines": lambda i: f"<p>Dòng ngắn {i}</p>",
    "line breaks": lambda i: f"Dòng ngắn số {i} của bài<br>",
    "dates": lambda i: "<p>05/10/2023 18:45</p>",
    "dates in words": lambda i: "<p>Thứ Năm, ngày 05 tháng 10 năm 2023</p>",
    "time elements": lambda i: '<div><time datetime="2023-10-05">5</time></div>',
    "names": lambda i: "<p>Nguyễn Văn An</p>",
    "by-lines": lambda i: "<p>By Jane Roe and John Doe</p>",
    "labels": lambda i: "<p>Tin khác</p>",
    "sub-headings that are labels": lambda i: f"<h3>Thông báo</h3>{PROSE}",
    "list items": lambda i: f"<li>Mục thứ {i} trong danh sách dài này.</li>",
    "nested lists": lambda i: f"<ul><li>Mục<ul><li>Con {i} của mục này.</li></ul></li></ul>",
    "headings": lambda i: f"<h2>Mục {i}</h2>{PROSE}",
    "headlines again": lambda i: "<h1>Con hẻm nhỏ</h1>",
    "paragraphs": lambda i: PROSE,
    "quotes": lambda i: f"<blockquote>{PROSE}</blockquote>",
    "questions and answers": lambda i: f"<div class=q><p><b>Hỏi: câu số {i} là gì?</b></p></div><div class=a>{PROSE}</div>",
    "columns beside": lambda i: f"<aside>{PROSE}</aside>",
    "files": lambda i: f'<p><a href="/f{i}.pdf">Tải về tệp số {i}</a></p>',
    "forms": lambda i: "<form><p>Câu hỏi ngắn ở đây nhé.</p></form>",
    "comments": lambda i: f"<div><b>Bạn đọc {i}</b><p>Tôi đồng ý với bài viết này, rất hay và đúng.</p></div>",
    "standfirsts": lambda i: f"<p class=sapo>Đoạn đậm số {i} kể chuyện con hẻm nhỏ, nơi mọi người cùng dọn dẹp.</p>",
    "hidden lines": lambda i: "<p class=sr-only>x</p>",
    "tags astray": lambda i: "<nav><div>Mục</nav><a><b><div>x</a></div>",
    "structured data": lambda i: '<script type="application/ld+json">{"@type":"Article","headline":"Con hẻm"}</script>',
}  # fmt: skip


def count_lines(body: bytes, url: str) -> int:
    """Lines of our own code that run while a page is read."""
    count = 0

    def in_frame(_: FrameType, event: str, __: object) -> Any:
        nonlocal count
        count += event == "line"
        return in_frame

    def at_call(frame: FrameType, _: str, __: object) -> Any:
        return in_frame if "/crawler/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(at_call)
    try:
        inspect_article(body, url)
    finally:
        sys.settrace(before)
    return count


def page(kind: str, count: int, lang: str) -> bytes:
    inside = "".join(map(KINDS[kind], range(count)))
    return (
        f"<html lang={lang}><head><title>Con hẻm nhỏ</title></head><body><div><h1>Con hẻm nhỏ</h1>{PROSE * 4}<div>{inside}"
        f"</div>{PROSE * 2}</div></body></html>"
    ).encode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("url", "lang"), [(SITE, "vi"), (OTHER, "en")], ids=["site", "other"])
def test_twice_as_many_are_twice_the_work(kind: str, url: str, lang: str) -> None:
    few, more, many = (count_lines(page(kind, count, lang), url) for count in (60, 120, 240))
    assert many - more <= 2.3 * (more - few) + 2_000
