"""Stamps, days and moments: dates as pages print them and as metadata write them, text in, value out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.words.days import day_in_path, find_day
from crawler.pages.words.moments import parse_moment
from crawler.pages.words.stamps import find_stamp, find_stamps, read_time
from crawler.site.times import VIETNAM

DAY = dt.date(2023, 10, 5)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("05/10/2023 18:45", "2023-10-05T18:45:00+07:00"),
        ("Thứ Năm, 05/10/2023 | 18:45 (GMT+7)", "2023-10-05T18:45:00+07:00"),
        ("Thứ Năm, 05/10/2023 | 18:45 GMT+7Lượt xem: 12", "2023-10-05T18:45:00+07:00"),
        ("Cập nhật 04/09/2009 - 01:00:58 PM (GMT+7)", "2009-09-04T13:00:58+07:00"),
        ("04:35 15/03/2016", "2016-03-15T04:35:00+07:00"),
        ("Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "2026-03-07T00:05:00+07:00"),
        ("07-03-2026 - 00:01 AM", "2026-03-07T00:01:00+07:00"),
        ("Ngày đăng: 5.10.2023, 8h05", "2023-10-05T08:05:00+07:00"),
        ("Chủ Nhật, ngày 08 tháng 10 năm 2023, 06:00", "2023-10-08T06:00:00+07:00"),
        ("Tháng Mười 8, 2023 06:00", "2023-10-08T06:00:00+07:00"),
        ("Chủ Nhật, 08/10/2023 06:00:00 +07:00", "2023-10-08T06:00:00+07:00"),
        ("08-10-2023 - 17:09 PM", "2023-10-08T17:09:00+07:00"),
        ("12:30 SA, 01/02/2020", "2020-02-01T00:30:00+07:00"),
        ("2023-10-05 18:45", "2023-10-05T18:45:00+07:00"),
        ("07g05, 05/10/2023", "2023-10-05T07:05:00+07:00"),
        ("7.05 ngày 5/10/2023", "2023-10-05T07:05:00+07:00"),
        ("5.10.2023 | 7.05", "2023-10-05T07:05:00+07:00"),
        ("7 giờ 05 phút ngày 5/10/2023", "2023-10-05T07:05:00+07:00"),
        ("Lúc 7h, ngày 5/10/2023", "2023-10-05T07:00:00+07:00"),
        ("05-Oct-2023 7:05", "2023-10-05T07:05:00+07:00"),
        ("Thu, Oct 5, 2023 at 7:05 p.m.", "2023-10-05T19:05:00+07:00"),
        ("5 October 2023, 7pm", "2023-10-05T19:00:00+07:00"),
        ("Oct 5, 2023 7:05 AM EDT", "2023-10-05T18:05:00+07:00"),
        ("Posted on 5th October 2023 at 07:05 UTC", "2023-10-05T14:05:00+07:00"),
        ("2023-10-05T07:05:00+07:00", "2023-10-05T07:05:00+07:00"),
        ("2023年10月5日 07:05", "2023-10-05T07:05:00+07:00"),
        ("Đăng lúc 7:05 5/10/23", "2023-10-05T07:05:00+07:00"),
        ("Thu, 10/05/2023 - 07:05", "2023-10-05T07:05:00+07:00"),
        ("05/10/2023 07:05 (2 năm trước) | 1.234 lượt xem", "2023-10-05T07:05:00+07:00"),
    ],
)
def test_printed_dates_are_read_with_their_time(text: str, iso: str) -> None:
    stamp = find_stamp(text)
    assert stamp is not None
    assert iso == stamp.iso
    assert stamp.weekday_agrees
    assert stamp.rest == ""


@pytest.mark.parametrize(
    "text",
    [
        "5/10/23", "05.10.23", "05-10-23", "5 tháng 10, 2023", "ngày 05 tháng Mười năm 2023", "Th10 05, 2023", "5 thg 10, 2023",
        "Oct 5, 2023", "Oct. 5 2023", "OCTOBER 5TH, 2023", "5 Oct 2023", "05 Oct, 2023", "5-Oct-23", "5 Oct ’23", "5th of October, 2023",
        "2023 Oct 05", "2023.10.05", "2023/10/5", "5 octobre 2023", "5. Oktober 2023", "5 de octubre de 2023",
        "5 de outubro de 2023", "5 ottobre 2023", "5 oktober 2023", "5 октября 2023", "2023年10月5日", "2023년 10월 5일",
        "Thursday, October 5, 2023", "Jeudi 5 octobre 2023", "Donnerstag, 5. Oktober 2023",
    ],
)  # fmt: skip
def test_dates_of_many_papers_are_read(text: str) -> None:
    stamp = find_stamp(text)
    assert stamp is not None
    assert (DAY, "", True) == (stamp.day, stamp.rest, stamp.weekday_agrees)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2023", "Nghị quyết 98/2023/QH15", "số 12-13-2023", "15/13/2023", "tháng 10/2023", "0903.343.439", "1.2.23 Phạm vi",
        "May 2023", "In 2023 12 people may", "Chương trình 5 năm 2023", "Bản 2023.3.1", "5/10", "18:45", "Windows 10, 2023", "30 Mar 10 am",
        "1/1/1970",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert find_stamp(text) is None


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("Thứ Ba, 05/10/2023 18:45", False),
        ("Tuesday, 5 October 2023", False),
        ("Fri Oct 5, 2023", False),
        ("The Sun, 5 Oct 2023", True),
        ("Friday prayers | 5 Oct 2023", True),
    ],
)
def test_weekday_of_another_day_is_noticed(text: str, agrees: bool) -> None:
    stamp = find_stamp(text)
    assert stamp is not None
    assert agrees == stamp.weekday_agrees


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cập nhật: 07/10/2023 09:10 | Ngày đăng: 05/10/2023 18:45", [("2023-10-07", True), ("2023-10-05", False)]),
        ("05/10/2023 18:45 (Cập nhật 06/10/2023 07:00)", [("2023-10-05", False), ("2023-10-06", True)]),
        ("Published Oct 5, 2023, Updated Oct 7, 2023", [("2023-10-05", False), ("2023-10-07", True)]),
        ("Ngày đăng 05/10/2023, cập nhật 06/10/2023", [("2023-10-05", False), ("2023-10-06", True)]),
    ],
)
def test_two_dates_of_one_line_are_told_apart(text: str, told: list[tuple[str, bool]]) -> None:
    assert told == [(stamp.day.isoformat(), stamp.updated) for stamp in find_stamps(text)]


def test_names_beside_a_date_are_what_is_left_of_its_line() -> None:
    stamp = find_stamp("By Jane Roe | Oct 5, 2023 | 5 min read")
    assert stamp is not None
    assert "By Jane Roe" == stamp.rest


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("18:45", "18:45"),
        ("18h45 (GMT+7)", "18:45"),
        ("6:45 PM", "18:45"),
        ("18g45", "18:45"),
        ("2:1", None),
        ("Điều 18", None),
    ],
)
def test_time_alone_in_its_line_is_read(text: str, clock: str | None) -> None:
    found = read_time(text)
    assert clock == (found.strftime("%H:%M") if found else None)


MOMENTS = [
    ("2023-10-05T18:45:00+07:00", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("2023-10-05T23:45:00Z", "2023-10-06", "2023-10-06T06:45:00+07:00"),
    ("2023-10-05T18:45:00", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("2023-10-05T18:45:18+0700", "2023-10-05", "2023-10-05T18:45:18+07:00"),
    ("2023-10-05T18:45:18+07", "2023-10-05", "2023-10-05T18:45:18+07:00"),
    ("2023-10-05T18:45:18 07:00", "2023-10-05", "2023-10-05T18:45:18+07:00"),
    ("2023-10-05T18:45:18.123456-00:00", "2023-10-06", "2023-10-06T01:45:18+07:00"),
    ("2023-10-05", "2023-10-05", None),
    ("20231005", "2023-10-05", None),
    ("20231005T184500+0700", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("2023/10/05 08:07", "2023-10-05", "2023-10-05T08:07:00+07:00"),
    ("2023-10-05 08:07", "2023-10-05", "2023-10-05T08:07:00+07:00"),
    ("2023-10-05 8:07:00 PM", "2023-10-05", "2023-10-05T20:07:00+07:00"),
    ("Thu, 05 Oct 2023 18:45:00 GMT", "2023-10-06", "2023-10-06T01:45:00+07:00"),
    ("Thu, 05 Oct 2023 18:45:00 +0700", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("Thu Oct 05 18:45:00 ICT 2023", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("Thu Oct 05 2023 18:45:00 GMT+0700 (Indochina Time)", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("1696506300", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("1696506300000", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("/Date(1696506300000)/", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("05/10/2023 18:45", "2023-10-05", "2023-10-05T18:45:00+07:00"),
    ("March 27, 2025", "2025-03-27", None),
]


@pytest.mark.parametrize(("value", "day", "iso"), MOMENTS)
def test_metadata_times_are_vietnams(value: str, day: str, iso: str | None) -> None:
    moment = parse_moment(value, VIETNAM)
    assert moment is not None
    assert (day, iso) == (moment.day.isoformat(), moment.at.astimezone(VIETNAM).isoformat() if moment.at else None)


@pytest.mark.parametrize(
    ("value", "day", "known"),
    [
        ("2023-10-05T23:45:00Z", "2023-10-05", True),
        ("2023-10-05T23:45:00-05:00", "2023-10-05", True),
        ("2023-10-05T01:45:00+09:00", "2023-10-05", True),
        ("Thu, 05 Oct 2023 23:45:00 GMT", "2023-10-05", True),
        ("2023-10-05T23:45:00", "2023-10-05", False),
        ("Oct 5, 2023 11:45 PM EST", "2023-10-05", True),
    ],
)
def test_elsewhere_the_values_own_offset_decides_its_day(value: str, day: str, known: bool) -> None:
    moment = parse_moment(value, None)
    assert moment is not None
    assert (day, known) == (moment.day.isoformat(), moment.at is not None)


@pytest.mark.parametrize(
    "value", ["", "today", "0001-01-01T00:00:00", "2023-13-05", "99999999999999", "-62135596800", "Mai", "2023"]
)
def test_values_that_say_no_time_say_none(value: str) -> None:
    assert parse_moment(value, VIETNAM) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://bao.example/2023/10/05/con-hem-nho/", DAY),
        ("https://bao.example/tin/2023/oct/5/con-hem-nho", DAY),
        ("https://bao.example/2023-10-05-con-hem-nho.html", DAY),
        ("https://bao.example/2023/10/con-hem-nho", None),
        ("https://bao.example/2023/13/45/con-hem-nho", None),
    ],
)
def test_addresses_of_pages_hold_days(url: str, day: dt.date | None) -> None:
    assert day == day_in_path(url)


@given(
    DAYS,
    st.sampled_from(
        [
            "%d/%m/%Y",
            "%d-%m-%Y",
            "%d.%m.%Y",
            "%d/%m/%y",
            "%Y-%m-%d",
            "%d %b %Y",
            "%B %d, %Y",
            "%d-%b-%Y",
            "%a, %d %b %Y",
            "%A %B %d, %Y",
        ]
    ),
)
def test_whatever_day_a_form_prints_is_read_back(day: dt.date, form: str) -> None:
    text = day.strftime(form)
    stamp = find_stamp(text)
    assert stamp is not None
    assert (day, True, "") == (stamp.day, stamp.weekday_agrees, stamp.rest)


@given(
    st.builds(dt.datetime.combine, DAYS, st.times()),
    st.integers(-12 * 4, 14 * 4),
    st.sampled_from(["", ".123"]),
)
def test_iso_moments_are_read_back_in_any_zone(naive: dt.datetime, quarters: int, part: str) -> None:
    zone = dt.timezone(dt.timedelta(minutes=15 * quarters))
    at = naive.replace(microsecond=0, tzinfo=zone)
    text = at.isoformat()
    text = text[:19] + part + text[19:]
    here, there = parse_moment(text, None), parse_moment(text, VIETNAM)
    assert here is not None
    assert there is not None
    assert (at.date(), at) == (here.day, here.at)
    assert (at.astimezone(VIETNAM).date(), at) == (there.day, there.at)


@given(st.text(max_size=200))
def test_any_text_is_read_without_complaint(text: str) -> None:
    for stamp in find_stamps(text):
        assert 1990 <= stamp.day.year <= 2100
    parse_moment(text, None)
    found = find_day(text)
    assert found is None or 0 <= found.start < found.end <= len(text)
