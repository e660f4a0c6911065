"""The pictures of a report: every day has its square, every line its words, and what was skipped is shown."""

import re
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reporting.calendars import CELL, calendar
from crawler.reporting.queries import _detail
from crawler.reporting.trends import growth, share_line
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl

days = st.dictionaries(st.dates().map(str), st.integers(0, 10_000), max_size=40)


@given(days)
def test_every_busy_day_has_a_square_of_its_own(counts: dict[str, int]) -> None:
    drawn = calendar("Articles", counts, unit="articles")
    busy = {day for day, count in counts.items() if count}
    years = sorted({day[:4] for day in busy}, reverse=True)[:8]
    if drawn is None:
        assert not busy
        return
    figure = ElementTree.fromstring(drawn)
    assert years == [str(one.text) for one in figure.iter("text") if one.get("class") == "year"]
    for svg, year in zip(figure.iter("svg"), years, strict=True):
        squares = {(one.get("x"), one.get("y")) for one in svg.iter("rect")}
        empty = re.findall(r"M(\d+) (\d+)h", next(svg.iter("path")).get("d") or "")
        assert sum(day.startswith(year) for day in busy) == len(squares)
        assert (366 if int(year) % 4 == 0 and (int(year) % 100 or int(year) % 400 == 0) else 365) == len(
            squares | set(empty)
        )
        width, height = map(int, (svg.get("viewBox") or "").split()[2:])
        assert all(
            0 <= int(str(x)) <= width - CELL and 0 <= int(str(y)) <= height - CELL for x, y in squares | set(empty)
        )


def test_the_busiest_days_are_the_darkest() -> None:
    counts = {(date(2024, 1, 1) + timedelta(days=place)).isoformat(): place + 1 for place in range(100)}
    levels = re.findall(r'class="q([1-4])"><', str(calendar("x", counts, unit="x"))) or re.findall(
        r'<rect [^>]*class="q([1-4])"', str(calendar("x", counts, unit="x"))
    )
    assert sorted(levels) == levels
    assert {"1", "2", "3", "4"} == set(levels)


@pytest.mark.parametrize("hostile", ["0000-00-00", "x", "2024-13-01", '"><script>', "9999-12-31"])
def test_a_day_that_is_none_is_left_out(hostile: str) -> None:
    drawn = calendar("Articles", {hostile: 3, "2024-05-01": 1}, unit="articles")
    ElementTree.fromstring(str(drawn))
    assert "script" not in str(drawn)


def test_lines_say_in_words_what_they_show() -> None:
    line = share_line("byline", [("2026-01", 9, 10), ("2026-02", 0, 0), ("2026-03", 1, 10)], {"2026-03": "parser 4"})
    assert "byline: 90 % in 2026-01, 10 % in 2026-03" in line
    assert "2026-03: parser 4" in line
    ElementTree.fromstring(line)
    grown = growth("Bytes", {"2026-01-01": 1_000_000, "2026-01-02": 500_000})
    assert "1.0 MB by 2026-01-01, 1.5 MB by 2026-01-02" in str(grown)
    assert growth("Bytes", {"2026-01-01": 1}) is None


@pytest.mark.parametrize(
    ("attempts", "told"),
    [(3, "3 attempts"), (1, "1 attempt"), (100, "given up by 1 run"), (302, "given up by 3 runs, 2 attempts")],
)
def test_attempts_are_attempts(attempts: int, told: str) -> None:
    assert f"tin-tuc, last answer 500, {told}" == _detail("tin-tuc", 500, attempts, 0)


def test_a_report_shows_calendars_and_what_was_not_fetched(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    assert 0 == run_thanhuy("report", sample_crawl.directory, "-o", tmp_path / "r.html").returncode
    page = (tmp_path / "r.html").read_text("utf-8")
    for words in ("Captures by day", "Articles by day of publication", "Seen and not fetched", "one of endlessly many"):
        assert words in page
