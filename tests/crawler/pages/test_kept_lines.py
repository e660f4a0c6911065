"""Lines that look like a tool of the page and are text, beside those that are one."""

import pytest

from crawler.items import Article
from crawler.pages import inspect_article
from crawler.pages.places.prose import _shares

URL = "https://www.thanhuytphcm.vn/tin-tuc/chuyen-ben-song-1491914300"
TOLD = (
    "Sáng sớm trên bến sông, bà con trong xóm đã ra đợi chuyến đò đầu tiên như mọi ngày từ ba chục năm nay.",
    "Người lái đò năm nay bảy mươi hai tuổi, tóc bạc trắng, vẫn chèo hai lượt mỗi ngày mà không lấy tiền học trò.",
    "Ông kể rằng ngày xưa cả xóm chỉ có một chiếc xuồng, ai đi chợ cũng phải gọi nhau từ lúc gà chưa gáy sáng.",
    "Đến mùa nước lớn, bọn trẻ vẫn tụ về đây tắm sông và nghe chuyện cũ cho tới khi trời tối mới chịu về nhà.",
)


def read(body: str, head: str = "", foot: str = "") -> Article:
    page = f"<title>Chuyện bến sông</title><h1>Chuyện bến sông</h1>{head}<div>{body}</div>{foot}"
    article = inspect_article(f"<html lang='vi'><meta charset='utf-8'>{page}".encode(), URL).article
    assert article is not None
    return article


def tell(*lines: str) -> str:
    """Each line before a paragraph."""
    return "".join(f"{line}<p>{text}</p>" for line, text in zip(lines, TOLD, strict=False))


def photo(line: str, number: int) -> str:
    return f"{line}<p><img src='https://images.hcmcpv.org.vn/Uploads/Image/b{number}.jpg' width='600' height='400'></p>"


def photos(tag: str, *lines: str) -> str:
    return tell("", *(photo(f"<{tag}>{line}</{tag}>", number) for number, line in enumerate(lines)))


LINKED = "<p><a href='{}'>{}</a></p>"
SIGNED = "<p align='right'><b>Mai Khôi</b></p><p>{}</p>"
SPEAKER = LINKED.format("/tac-gia/mai", "Bà Mai Khôi")
TEAMS = "<table><tr><th>Chủ nhà</th><th>Tỷ số</th></tr>{}</table>".format(
    "".join(f"<tr><td><a href='/doi/ben-cu'>Bến Cũ</a></td><td>{n}-0</td></tr>" for n in range(5))
)


@pytest.mark.parametrize(
    ("body", "line", "times"),
    [
        (tell("", "", "") + SIGNED.format("Bản quyền truyền hình giải năm nay là của đài tỉnh."), "Bản quyền", 1),
        (tell("", "", "") + SIGNED.format("Bản quyền thuộc Báo Bến Cũ"), "Bản quyền", 0),
        (tell("", "", "") + SIGNED.format("Copyright © 2023 Báo Bến Cũ"), "Copyright", 0),
        (tell("", "<p>Bến <a href='#'>In</a> và bến <a href='#'>Chia sẻ</a> đều đã đóng.</p>", ""), "đều đã đóng", 1),
        (tell("", "<p><a href='#'>In</a> | <a href='#'>Chia sẻ</a> | Chế độ đọc</p>", ""), "Chế độ đọc", 0),
        (tell("", *(f"<h3><a href='/tin-tuc/ben-149191410{n}'>{n}. Bến đò giữa dòng sông cũ</a></h3>" for n in "123")),
         "Bến đò giữa dòng", 3),
        (tell("", *(f"<h3><a href='/tin-tuc/ben-149191410{n}'>Bến đò giữa dòng sông cũ {n}</a></h3>" for n in "123")),
         "Bến đò giữa dòng", 0),
        (photos("div", "1 / 3", "2 / 3", "3 / 3"), " / 3", 0),
        (photos("p", "1/5", "2/9"), "2/9", 1),
        (photos("p", "1/5", "2/5"), "2/5", 1),
        (photos("h3", "1/2", "2/2"), "2/2", 1),
        (photos("p", "1/1"), "1/1", 1),
        (tell(*(LINKED.format(f"/ban-do/{n}", "Xem bản vẽ") for n in range(4))), "Xem bản vẽ", 0),
        (tell(*(LINKED.format("#", "Xem bản vẽ") for n in range(4))), "Xem bản vẽ", 0),
        (tell("", *[SPEAKER] * 3) + SPEAKER + "<p>Hết nước thì lại lên bờ, ông cười nói.</p>", "Bà Mai Khôi", 4),
        (tell("", TEAMS, ""), "Bến Cũ", 5),
        (tell("", "".join(LINKED.format(f"#m{n}", f"Bến số {n}") for n in "123"), *(f"<h2>Bến số {n}</h2>" for n in "12")),
         "Bến số 2", 1),
        (tell("<p>Mục lục</p>" + "".join(LINKED.format(f"#m{n}", f"Bến số {n}") for n in "123"), "", ""), "Bến số", 0),
        (tell("", "", "") + "".join(LINKED.format(f"#r{n}", f"[{n}] Báo Bến Cũ, 1978, trang {n}.") for n in "1234"),
         "Báo Bến Cũ, 1978", 4),
    ],
)  # fmt: skip
def test_line_that_is_text_stays_in_it(body: str, line: str, times: int) -> None:
    article = read(body)
    assert [] == [text for text in TOLD if text in body and text not in article.body]
    assert times == article.body.count(line)


def tabulate(heads: str, *cells: str) -> str:
    rows = "".join(f"<tr><td>{n}</td>{'<td>{}</td>'.format('</td><td>'.join(cells))}</tr>" for n in range(1, 6))
    return tell("", f"<table>{heads}{rows}</table>", "")


LETTER = "<a href='/van-ban/12'>Quyết định số 12 về bến đò</a>"
COLUMNS = "<tr><th>STT</th><th>Văn bản</th></tr>"
BOLD = "<tr><td><b>STT</b></td><td><b>Văn bản</b></td></tr>"
OTHERS = "<tr><th>STT</th><th>Tin khác</th></tr>"


@pytest.mark.parametrize(
    ("heads", "cell", "rows"),
    [
        (COLUMNS, LETTER, [f"{n}\tQuyết định số 12 về bến đò" for n in range(1, 6)]),
        (BOLD, LETTER, [f"{n}\tQuyết định số 12 về bến đò" for n in range(1, 6)]),
        (COLUMNS, f"<p>Giá vé</p><p>{LETTER}</p>", [f"{n}\tGiá vé Quyết định số 12 về bến đò" for n in range(1, 6)]),
        (OTHERS, LETTER, []),
        ("", LETTER, []),
    ],
)
def test_row_of_a_table_with_columns_stays_whole(heads: str, cell: str, rows: list[str]) -> None:
    assert rows == [line for line in read(tabulate(heads, cell)).body.split("\n") if "Quyết định" in line]


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ("<b class=a>T</b><b class=b>P Bến Cũ</b>", "TP Bến Cũ"),
        ("<b class=a>i</b><b class=b>Phone</b>", "iPhone"),
        ("<b class=a>1</b><b class=b>491 người</b>", "1491 người"),
        ("<b class=a>Mai Khôi</b><b class=b>Bến Cũ</b>", "Mai Khôi Bến Cũ"),
    ],
)
def test_single_sign_is_no_word_of_its_own(parts: str, line: str) -> None:
    assert (
        line in read(tell("", f"<div>{parts} là điều mà cả xóm nhắc tới nhiều nhất trong mùa nước năm nay.</div>")).body
    )


@pytest.mark.parametrize(
    ("head", "foot", "byline"),
    [
        ("<div>05/10/2023, 16:05 | Bởi Trần Hoài Thu</div>", "", "Trần Hoài Thu"),
        ("<div>05/10/2023 bởi Trần Hoài Thu</div>", "", "Trần Hoài Thu"),
        ("<div>Đăng bởi Trần Hoài Thu</div>", "", "Trần Hoài Thu"),
        ("", "<div>Bởi Trần Hoài Thu</div>", "Trần Hoài Thu"),
        ("", "<div>Trang này được thiết kế bởi Nguyễn Văn Hai</div>", None),
    ],
)
def test_who_made_something_is_not_who_wrote_the_text(head: str, foot: str, byline: str | None) -> None:
    assert byline == read(tell("", "", ""), head, foot).byline


@pytest.mark.parametrize(
    ("href", "shares"),
    [
        ("https://www.facebook.com/Sharer.php?u=x", True),
        ("https://twitter.com/intent/tweet?url=x", True),
        ("WhatsApp://send?text=x", True),
        ("https://vd.example/share-price-falls", False),
        ("https://vd.example/shares", False),
    ],
)
def test_address_that_shares_a_page_is_known_in_any_case(href: str, shares: bool) -> None:
    assert shares == _shares(href)


def test_line_called_standfirst_is_no_caption_of_the_photo_over_it() -> None:
    line = "Bến đò cũ trong sương sớm là nơi ba thế hệ người trong xóm đã đi về suốt ba mươi năm."
    article = read(tell(photo("", 1) + f"<p class='sapo'>{line}</p>", "", photo("", 2) + f"<p class='sapo'>{line}</p>"))
    assert line == article.lead
