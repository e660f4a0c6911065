"""The parts of the report by themselves: gaps, bounded counts, links, logs, what a run says of itself."""

import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.planning.coverage import Known, find_gaps
from crawler.reporting.amounts import format_share
from crawler.reporting.lenient import LONGEST_LINE, read_lines
from crawler.reporting.logs import find_errors
from crawler.reporting.markup import BRIEF, MOST_BRIEF, Child, el, escape, is_safe, link, long_table
from crawler.reporting.runs import read_run
from crawler.reporting.tally import KINDS, ArticleTally
from tests.support.reports import text_of


def test_gaps_sought_piece_by_piece_are_those_of_the_whole() -> None:
    tally, known, number = ArticleTally(), [], 1491900000
    for n in range(9000):
        number += 20 if n % 1000 else 4000
        day = date(2018, 1, 1) + timedelta(days=n // 10 + 3 * (n // 1000))
        kind = KINDS[n % 2]
        known.append(Known(key=f"{kind}/{number}", number=number, day=day))
        tally.add({"id": str(number), "kind": kind, "date": day.isoformat()})
    whole = find_gaps(known)
    assert len(whole) > 5
    assert [vars(gap) for gap in whole] == tally.result().gaps


def test_memory_does_not_follow_what_pages_say() -> None:
    tally = ArticleTally()
    for n in range(3000):
        source = {"field": "title", "rule": f"rule {n}"}
        tally.add(
            {
                "id": str(n),
                "kind": f"k{n}",
                "section": [f"s{n}"],
                "warnings": [f"w{n}"],
                "sources": [source],
                "date_source": f"d{n}",
            }
        )
    counted = tally.result()
    assert 3000 == counted.total == sum(counted.kinds.values()) == sum(one.count for one in counted.sections.values())
    assert (
        3000 == sum(group.count for group in counted.warnings.values()) == sum(counted.fields["title"].rules.values())
    )
    for names in (
        counted.kinds,
        counted.sections,
        counted.warnings,
        counted.fields["title"].rules,
        counted.date_sources,
    ):
        assert len(names) < 400
    assert len(counted.lately_new) <= 20


def test_links_lead_to_the_web_only() -> None:
    assert link("https://a.vn/b").startswith('<a href="https://a.vn/b" rel="noreferrer nofollow">')
    schemes = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.vn/", "")
    for address in (*schemes, "https://a b/", "http://[", "https:///x", "https://a\u202e.vn/"):
        assert not is_safe(address)
        assert "href" not in link(address)
    assert '<p title="&quot;&lt;">&amp;</p>' == el("p", "&", title='"<')
    assert "a\ufffdb" == escape("a\x07b")


def test_logs_tell_failures_by_kind() -> None:
    log = """\
2026-01-01 10:00:00,123 INFO crawler.engine.answers: https://a.vn/1: failed: status 503
2026-01-01T10:00:00+0700 INFO crawler.engine.answers: https://a.vn/2: failed: ResponseNeverReceived: [<Failure 17>]
2026-01-01 10:00:00,123 INFO crawler.engine.answers: https://a.vn/3: refused: Forbidden by robots.txt
2026-01-01 10:00:00,123 INFO crawler.engine.answers: https://a.vn/3: status 503; to be tried again
2026-01-01T10:00:00+0700 WARNING crawler.engine.session: https://a.vn/4: expected 1 title, got 0
2026-01-01 10:00:00,123 ERROR scrapy.core.scraper: Spider error processing <GET https://a.vn/5> (referer: None)
Traceback (most recent call last):
2026-01-01 10:00:00,123 INFO scrapy.core.engine: Spider opened
"""
    assert [
        ("failed: status 503", "https://a.vn/1"),
        ("failed: ResponseNeverReceived", "https://a.vn/2"),
        ("refused: Forbidden by robots.txt", "https://a.vn/3"),
        ("expected N title, got N", "https://a.vn/4"),
        ("Spider error processing (referer: None)", "https://a.vn/5"),
    ] == [found[:2] for found in find_errors(log.splitlines())]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reason": "finished"}, 0),
        ({"reason": "finished", "health": ["3 of 30 requests failed; the next run asks again"]}, 4),
        ({"reason": "finished", "unreachable": "status 403"}, 9),
        ({"reason": "unreachable"}, 9),
        ({"reason": "shutdown", "health": ["x"]}, 11),
        ({"reason": "budget_spent", "spent": "5 requests in this run"}, 0),
        ({"reason": "repair", "left": ["x"]}, 5),
        ({}, None),
        ([], None),
        ({"stats": 5, "health": "x", "configuration": [], "began": 7, "new_versions": -1}, None),
    ],
)
def test_exit_code_is_what_the_run_left_with(told: Any, code: int | None) -> None:
    assert code == read_run("20260101000000000", told).exit


def test_shortfall_is_told_with_its_remedy() -> None:
    run = read_run("1", {"health": ["9 of 30 articles have no date; the site may have a new layout"]})
    assert "thanhuy probe URL" in run.health[0]


def test_line_too_long_to_be_held_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.reporting.lenient.LONGEST_LINE", 10)
    assert LONGEST_LINE > 10
    path = tmp_path / "x"
    path.write_bytes(b"short\n" + b"x" * 35 + b"\nlast")
    assert [(b"short", 6), (b"", 36), (b"last", 4)] == list(read_lines(path))


def test_shares_never_round_to_all_or_nothing() -> None:
    assert ["0 %", "0.1 %", "50 %", "99.9 %", "100 %", "–"] == [
        format_share(*pair) for pair in [(0, 9), (1, 10_000), (1, 2), (9999, 10_000), (9, 9), (0, 0)]
    ]


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_of_a_long_table_the_first_and_the_telling_rows_are_shown_and_all_are_there(tells: list[bool]) -> None:
    rows: list[tuple[list[Child], bool]] = [([f"row {number}", number], tell) for number, tell in enumerate(tells)]
    root = ElementTree.fromstring(f"<p>{long_table('Rows', ['Row', '#Number'], rows, telling='others')}</p>")
    shown, *folded = ([text_of(row.find("th")) for row in table.iter("tr")][1:] for table in root.iter("table"))
    everything = [f"row {number}" for number in range(len(tells))]
    assert everything == (folded or [shown])[0]
    expected = [name for number, name in enumerate(everything) if number < BRIEF or tells[number]]
    assert shown == expected[:MOST_BRIEF]
    assert len(folded) == len(list(root.iter("details"))) == (shown != everything)
