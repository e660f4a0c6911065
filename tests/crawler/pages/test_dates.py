"""Dates: how they are printed, and which witness is believed."""

import datetime as dt

import pytest

from crawler.items import Article
from crawler.pages import inspect_article, parse_article
from crawler.pages.words.datelines import find_dateline, find_event, nearest_year
from crawler.pages.words.days import days_in_address
from crawler.site.ids import estimate_day

CLOCK = "Thứ Tư, ngày 28 tháng 2 năm 2024"
TEXT = (
    "<p>Đoạn mở đầu kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.</p><p>Đoạn thứ hai kể tiếp"
    " chuyện của buổi chiều cùng ngày, cũng ở nơi ấy.</p>"
)


def read(
    inside: str,
    *,
    id_: str = "1491913900",
    head: str = "",
    top: str = CLOCK,
    captured: str = "2024-02-28T03:00:00+00:00",
) -> Article:
    html = (
        f"<html><head><title>Con hẻm nhỏ</title>{head}</head><body><div>{top}</div><div><h1>Con hẻm"
        f" nhỏ</h1>{inside}</div></body></html>"
    )
    return parse_article(
        html.encode(),
        f"https://www.thanhuytphcm.vn/tin-tuc/con-hem-nho-{id_}",
        captured_at=dt.datetime.fromisoformat(captured),
    )


@pytest.mark.parametrize(
    ("url", "day"),
    [
        (
            "https://images.hcmcpv.org.vn/res/news/2020/11/10-11-2020-mot-tin-19B4111B-details.jpg?vs=10112020031758",
            dt.date(2020, 11, 10),
        ),
        ("https://images.hcmcpv.org.vn//Uploads/Image/02022022AC1CA2D/a.jpg", dt.date(2022, 2, 2)),
        ("https://images.hcmcpv.org.vn/res/news/2015/05/8-5-15Chienkhu_1.jpg", dt.date(2015, 5, 8)),
        ("https://cdn.bao.example/2026/3/6/a.jpg", dt.date(2026, 3, 6)),
        ("https://images.hcmcpv.org.vn/res/news/2015/10/DHX_Vo.jpg", None),
    ],
)
def test_photos_names_hold_days(url: str, day: dt.date | None) -> None:
    assert day == next(days_in_address(url), None)


@pytest.mark.parametrize(
    ("id_", "day"),
    [
        ("1435634558", "2015-06-30"),
        ("1491871594", "2020-11-10"),
        ("1491902914", "2022-12-22"),
        ("1491938606", "2025-08-26"),
        ("1491887000", "2021-11-07"),
    ],
)
def test_ids_tell_time(id_: str, day: str) -> None:
    made = estimate_day(id_)
    assert made is not None
    assert abs((made - dt.date.fromisoformat(day)).days) <= 5


@pytest.mark.parametrize(
    ("text", "dateline", "rest"),
    [
        ("(Thanhuytphcm.vn) - Chiều 5/10, quận họp.", "Thanhuytphcm.vn", "Chiều"),
        ("(Thanhuytphcm.vn) – Sáng nay mưa.", "Thanhuytphcm.vn", "Sáng"),
        ("(BMO).- Chiều 5/10, quận họp.", "BMO", "Chiều"),
        ("(NLĐO)- Không ít người", "NLĐO", "Không"),
        ("TTO - Thành phố", "TTO", "Thành"),
        ("VOV.VN - Sáng nay", "VOV.VN", "Sáng"),
        ("Hà Nội (TTXVN) - Ngày 5/10", "Hà Nội (TTXVN)", "Ngày"),
        ("TPHCM - Hơn 200 người", "TPHCM", "Hơn"),
        ("Baomau.vn. Chiều ngày 5/10", "Baomau.vn", "Chiều"),
        ("(Thanhuytphcm.vn) Chiều 5/10, quận họp.", "Thanhuytphcm.vn", "Chiều"),
        ("(BXM) Hơn 200 người", "BXM", "Hơn"),
        ("(XM&BC) Hơn 200 người", "XM&BC", "Hơn"),
        ("baomau.vn - Chiều 5/10", "baomau.vn", "Chiều"),
        ("Xóm Mới – Sáng 5/10, mưa", "Xóm Mới", "Sáng"),
        ("Dân làng - Hôm nay trời", "Dân làng", "Hôm"),
    ],
)
def test_dateline_opens_the_story(text: str, dateline: str, rest: str) -> None:
    found = find_dateline(text)
    assert found is not None
    assert dateline == found[0]
    assert text[found[1] :].startswith(rest)


@pytest.mark.parametrize(
    "text",
    [
        "Chiều 5/10, quận họp.",
        "(Kỳ 2) - Người giữ đò",
        "Ông Nam - người giữ đò - kể",
        "Sáng nay - một ngày mưa",
        "COVID-19 đã qua",
        "(Long Hồ) Sáng nay mưa.",
        "LTS - Nhân dịp đầu năm, báo mở chuyên mục mới.",
        "(LTS) - Nhân dịp đầu năm, báo mở chuyên mục mới.",
        "PV - Thưa ông, con kênh này dài bao nhiêu?",
        "HỎI - Nhà tôi ở cuối hẻm thì sao?",
        "ASEAN - Nhật Bản họp bàn",
    ],
)
def test_other_openings_are_no_dateline(text: str) -> None:
    assert find_dateline(text) is None


@pytest.mark.parametrize(
    ("text", "near", "day"),
    [
        ("(Thanhuytphcm.vn) - Chiều 5/10, quận họp.", "2023-10-06", "2023-10-05"),
        ("Sáng ngày 31/12, mọi người", "2024-01-02", "2023-12-31"),
        ("Sáng 2/1, mọi người", "2023-12-31", "2024-01-02"),
        ("Ngày 21 tháng 8, mọi người", "2022-08-21", "2022-08-21"),
        ("Tối 24/12/2014, trạm y tế", "2020-01-01", "2014-12-24"),
        ("Hôm nay (5-10), quận họp", "2023-10-06", "2023-10-05"),
        ("Ngày 29/2, mọi người", "2024-03-01", "2024-02-29"),
    ],
)
def test_opening_tells_its_day_and_the_year_is_the_nearest(text: str, near: str, day: str) -> None:
    told, event = find_event(text)
    assert event is not None
    assert dt.date.fromisoformat(day) == (told or nearest_year(*event, dt.date.fromisoformat(near)))


@pytest.mark.parametrize(
    "text",
    [
        "Trong những ngày cuối tháng 7/2018, mọi người",
        "Sáng nay, 12 hộ dân",
        "Đạt 5/10 chỉ tiêu",
        "Ngày 31/2, không ai",
    ],
)
def test_openings_without_a_day_tell_none(text: str) -> None:
    assert find_event(text) == (None, None)


@pytest.mark.parametrize(
    "clock",
    [
        CLOCK,
        "Thứ Tư, 28/02/2024",
        "Thứ Tư, 28/02/2024 | 10:00 (GMT+7)",
        "28/02/2024 10:00:00 AM",
        "Hôm nay: 28.02.2024",
        "28/02/24 10:00",
        "Feb 28, 2024 10:00 AM",
        "Wednesday, February 28, 2024",
        "28 tháng 2, 2024 | 10g00",
        "2024-02-28 10:00:00",
    ],
)
@pytest.mark.parametrize("captured", ["2024-02-28T03:00:00+00:00", "2024-03-20T03:00:00+00:00"])
def test_clock_is_never_the_date_even_beside_the_headline(clock: str, captured: str) -> None:
    article = read(TEXT, top=clock, captured=captured)
    assert article.date != "2024-02-28"
    assert article.date_source == "id-estimate"
    assert article.published_at is None


@pytest.mark.parametrize("clock", [CLOCK, "28/02/2024 10:00", "Thứ Tư, 28/02/2024 | 10:00 (GMT+7)"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_clock_of_another_paper_is_no_date_either(clock: str, lang: str) -> None:
    html = (
        f"<html lang={lang}><head><title>Con hẻm nhỏ</title></head><body><div id=top>{clock}</div><h1>Con hẻm"
        f" nhỏ</h1><div>{TEXT}</div></body></html>"
    )
    captured = dt.datetime(2024, 2, 28, 3, tzinfo=dt.UTC)
    assert parse_article(html.encode(), "https://bao.example/con-hem-nho", captured_at=captured).date is None


@pytest.mark.parametrize(
    ("lang", "day"), [("en-US", "2023-10-05"), ("en", "2023-10-05"), ("en-GB", "2023-05-10"), ("fr", "2023-05-10")]
)
def test_month_stands_first_where_a_pages_readers_write_so(lang: str, day: str) -> None:
    html = (
        f"<html lang={lang}><head><title>The lamp</title></head><body><h1>The lamp keeper</h1><p>Posted 10/05/2023</p><div>{TEXT}"
        "</div></body></html>"
    )
    assert day == parse_article(html.encode(), "https://paper.example/lamp").date


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("<meta name=parsely-pub-date content='2023-10-05T23:00:00Z'>", "2023-10-05"),
        ("<meta property='article:published_time' content='2023-10-05T23:00:00-08:00'>", "2023-10-05"),
        ("<meta name=citation_date content='2023/10/05'>", "2023-10-05"),
        ("<meta name=date content='October 5, 2023'>", "2023-10-05"),
        ("<meta itemprop=datePublished content='20231005'>", "2023-10-05"),
        ("<meta name=pubdate content='1696550400'>", "2023-10-06"),
        ('<script type="application/ld+json">{"@type":"WebPage","datePublished":"2023-10-05"}</script>', None),
        (
            '<script type="application/ld+json">{"@type":"BlogPosting","datePublished":"2023-10-05"}</script>',
            "2023-10-05",
        ),
        ("<meta property='article:modified_time' content='2023-10-05T23:00:00Z'>", None),
    ],
)
def test_machines_of_other_papers_are_told_the_day_by_their_own_clock(head: str, day: str | None) -> None:
    html = f"<html lang=en><head><title>The lamp</title>{head}</head><body><h1>The lamp keeper</h1><div>{TEXT}</div></body></html>"
    assert day == parse_article(html.encode(), "https://paper.example/lamp").date


def test_address_dates_a_page_that_says_nothing_else() -> None:
    html = f"<html lang=en><head><title>The lamp</title></head><body><h1>The lamp keeper</h1><div>{TEXT}</div></body></html>"
    assert "2023-10-05" == parse_article(html.encode(), "https://paper.example/2023/10/05/lamp").date


def test_change_that_the_page_prints_is_no_publication_though_machines_are_told_so() -> None:
    html = (
        "<html lang=en><head><title>The lamp</title><meta property='article:published_time' content='2024-01-09'></head><body>"
        f"<h1>The lamp keeper</h1><p>Published Oct 5, 2023</p><p>Updated Jan 9, 2024</p><div>{TEXT}</div></body></html>"
    )
    assert "2023-10-05" == parse_article(html.encode(), "https://paper.example/lamp").date


@pytest.mark.parametrize(
    ("first", "day"),
    [
        ("<p>Posted on</p><div>Oct 5, 2023</div><p>Updated at</p><div>Jan 9, 2024</div>", "2023-10-05"),
        ("<div>Published on Oct 5, 2023</div>", "2023-10-05"),
        ("<div>Oct 5, 2023</div>", None),
        ("<p>The hall burnt down on Oct 5, 2023.</p>", None),
    ],
)
def test_labelled_date_under_the_standfirst_dates_a_foreign_page(first: str, day: str | None) -> None:
    html = (
        f"<html lang=en><head><title>The lamp</title></head><body><h1>The lamp keeper</h1><main>{TEXT}{first}{TEXT}</main>"
        "</body></html>"
    )
    assert day == parse_article(html.encode(), "https://paper.example/lamp").date


@pytest.mark.parametrize(
    "line", ["Oct 5, 2023", "Thursday, October 5, 2023", "Updated Jan 9, 2024 · Published Oct 5, 2023"]
)
def test_date_over_the_headline_of_a_foreign_article_dates_it(line: str) -> None:
    html = (
        f"<html lang=en><head><title>The lamp</title></head><body><article><div>{line}</div><h1>The lamp keeper</h1><div>{TEXT}"
        "</div></article></body></html>"
    )
    assert "2023-10-05" == parse_article(html.encode(), "https://paper.example/lamp").date


def test_only_labelled_time_in_a_column_beside_dates_a_foreign_page() -> None:
    html = (
        f"<html lang=en><head><title>The lamp</title></head><body><main><h1>The lamp keeper</h1><div>{TEXT * 3}</div></main>"
        "<div><h4>Published</h4><time datetime='2023-10-05T12:00:00Z'>5 October</time></div></body></html>"
    )
    assert "2023-10-05" == parse_article(html.encode(), "https://paper.example/lamp").date


@pytest.mark.parametrize(
    ("printed", "at"),
    [
        ("05/10/2023 18:45", "2023-10-05T18:45:00+07:00"),
        ("05/10/2023 18:45 (GMT+7)", "2023-10-05T18:45:00+07:00"),
        ("06/10/2023 01:45", "2023-10-06T01:45:00+07:00"),
    ],
)
def test_time_that_is_greenwichs_in_metadata_alone_is_the_one_that_is_printed(printed: str, at: str) -> None:
    head = "<meta property='article:published_time' content='2023-10-05T18:45:30Z'>"
    article = read(f"<div>{printed}</div>{TEXT}", head=head)
    assert (at[:10], at[:16]) == (article.date, (article.published_at or "")[:16])


def test_clock_that_is_right_is_still_no_witness() -> None:
    article = read(TEXT, id_="1491919600", top=CLOCK)
    assert article.date_source == "id-estimate"


def test_metadata_come_first_then_print_then_photo_then_dateline() -> None:
    printed = "<div>05/10/2023 18:45</div>"
    photo = '<p><img src="https://images.hcmcpv.org.vn/res/news/2023/10/04-10-2023-con-hem-nho-19B4111B.jpg"></p>'
    opening = "<p>(Thanhuytphcm.vn) - Sáng 3/10, bà con khu phố cùng nhau dọn dẹp con hẻm nhỏ cho sạch.</p>"
    head = '<meta property="article:published_time" content="2023-10-06T01:00:00+07:00">'
    found = [
        read(printed + photo + opening + TEXT, head=head),
        read(printed + photo + opening + TEXT),
        read(photo + opening + TEXT),
        read(opening + TEXT),
        read(TEXT),
    ]
    assert ["metadata", "page", "image-name", "dateline", "id-estimate"] == [article.date_source for article in found]
    assert ["2023-10-06", "2023-10-05", "2023-10-04", "2023-10-03"] == [article.date for article in found[:4]]
    assert ["2023-10-06T01:00:00+07:00", "2023-10-05T18:45:00+07:00", None, None, None] == [
        article.published_at for article in found
    ]
    assert "date-estimated" in found[4].warnings


def test_witnesses_that_disagree_are_a_warning() -> None:
    assert "date-witnesses-disagree" in read("<div>05/10/2020 18:45</div>" + TEXT).warnings
    assert "date-witnesses-disagree" not in read("<div>05/10/2023 18:45</div>" + TEXT).warnings


def test_nothing_is_published_after_it_was_fetched() -> None:
    assert read("<div>05/10/2031 18:45</div>" + TEXT).date_source == "id-estimate"


def test_month_stands_first_only_where_the_id_tells_so() -> None:
    assert read("<p>10/5/2023 6:45:12 PM</p>" + TEXT).published_at == "2023-10-05T18:45:12+07:00"
    assert read("<p>10/9/2023 6:45:12 PM</p>" + TEXT).published_at == "2023-09-10T18:45:12+07:00"


def test_day_stands_first_where_its_weekday_or_the_opening_says_so_whatever_the_id_tells() -> None:
    assert read("<p>Thứ Tư, 10/5/2023 18:45</p>" + TEXT).published_at == "2023-05-10T18:45:00+07:00"
    told = read("<p>10/5/2023 18:45</p>" + "<p>(Thanhuytphcm.vn) - Sáng 10/5, cả khu phố dọn con hẻm.</p>" + TEXT)
    assert ("2023-05-10", ["date-witnesses-disagree"]) == (
        told.date,
        [code for code in told.warnings if code != "no-byline"],
    )


def test_update_beside_the_headline_is_the_modification() -> None:
    article = read("<div>05/10/2023 18:45</div><div>Cập nhật: 06/10/2023 07:30</div>" + TEXT)
    assert ("2023-10-05T18:45:00+07:00", "2023-10-06T07:30:00+07:00") == (article.published_at, article.modified_at)


def test_inspection_says_why_the_clock_was_refused() -> None:
    html = (
        f"<html><head><title>Con hẻm nhỏ</title></head><body><div>{CLOCK}</div><div><div><h1>Con hẻm"
        f" nhỏ</h1>{TEXT}</div></div></body></html>"
    )
    seen = inspect_article(html.encode(), "https://www.thanhuytphcm.vn/tin-tuc/con-hem-nho-1491913900")
    assert any(
        each.field == "date" and each.value == "2024-02-28" and each.refused and "clock" in each.refused
        for each in seen.candidates
    )
