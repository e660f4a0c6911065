"""Pages that only name each other come to an end; pages that lead to articles do not."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.planning.bounds import MOST_BARREN, Bounds
from crawler.planning.deletions import (
    RUNS,
    Look,
    find_doubt,
    find_windows,
    format_looks,
    format_moment,
    is_confirmed,
    parse_looks,
)
from crawler.planning.missed import PageCounts
from crawler.site.scope import Kind

NOW = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", MOST_BARREN)
def test_kind_that_leads_to_nothing_comes_to_an_end_and_is_named(kind: Kind) -> None:
    bounds, taken = Bounds({}), 0
    while bounds.lets_in(kind) and taken < 10_000:
        bounds.note_found(kind)
        taken += 1
    assert MOST_BARREN[kind] == taken
    assert 1 == len(bounds.describe())
    again = Bounds(bounds.counts)
    assert not again.lets_in(kind), "kept over runs"
    again.note_found(Kind.ARTICLE)
    assert again.lets_in(kind)


@given(st.lists(st.sampled_from(list(Kind)), max_size=200))
def test_articles_photos_and_files_are_never_turned_away(kinds: list[Kind]) -> None:
    bounds = Bounds(dict.fromkeys(MOST_BARREN, 10**9))
    for kind in kinds:
        bounds.note_found(kind)
        assert all(
            bounds.lets_in(free) for free in (Kind.ARTICLE, Kind.DOCUMENT, Kind.IMAGE, Kind.ATTACHMENT, Kind.HOME)
        )


@pytest.mark.parametrize(
    ("going", "known", "asked", "believed"),
    [(1, 6, 6, True), (3, 6, 6, True), (4, 30, 30, False), (30, 30, 30, False), (20, 1000, 20, False), (20, 1000, 100, True),
     (9, 1000, 9, True), (31, 1000, 1000, False), (0, 0, 0, True)],
)  # fmt: skip
def test_deletions_are_believed_while_they_are_few(going: int, known: int, asked: int, believed: bool) -> None:
    alone = find_windows([], NOW)[0]
    assert believed == (find_doubt(alone, going, known=known, asked=asked) is None)


@pytest.mark.parametrize(
    ("weeks", "going", "believed"),
    [(1, 30, True), (1, 31, False), (2, 60, True), (2, 61, False), (9, 100, True), (52, 101, False)],
)
def test_articles_have_longer_to_go_where_the_site_gave_no_answers(weeks: int, going: int, believed: bool) -> None:
    for window in find_windows([Look(began=NOW - timedelta(weeks=weeks + one)) for one in (1, 0)], NOW):
        assert believed == (find_doubt(window, going, known=1000, asked=1000) is None)


@given(hours=st.integers(1, 2000), known=st.integers(20, 5000), share=st.floats(0.7, 1))
def test_many_small_runs_do_not_add_up_to_what_one_may_not_do(hours: int, known: int, share: float) -> None:
    """Whatever lies between them: where each loses nearly what one may lose, the third of them is not believed."""
    looks, lost = [Look(began=NOW)], dict[datetime, int]()
    while True:
        began = looks[-1].began + timedelta(hours=hours)
        alone, *together = find_windows(looks, began)
        lost[began] = math.ceil(share * max(alone.few, alone.share * known))
        for window in together:
            going = sum(count for time, count in lost.items() if time >= window.since)
            if find_doubt(window, going, known=known, asked=10**9) is not None:
                return
        looks.append(Look(began=began))
        assert len(looks) <= RUNS, (hours, known, share)


@given(st.lists(st.tuples(st.integers(0, 90 * 24), st.booleans()), max_size=40, unique_by=lambda time: time[0]))
def test_runs_that_are_kept_say_the_same_as_all(times: list[tuple[int, bool]]) -> None:
    every: list[Look] = []
    kept = ""
    for hours, doubted in sorted(times, reverse=True):
        now = NOW - timedelta(hours=hours, seconds=1)
        assert find_windows([look for look in every if look.began < now], now) == find_windows(
            parse_looks(kept, now), now
        )
        every.append(Look(began=now, doubted=doubted))
        kept = format_looks([*parse_looks(kept, now), every[-1]], now)


def test_second_day_is_a_day_in_vietnam() -> None:
    now = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)  # 0:30 on the 3rd in Vietnam
    assert is_confirmed("2026-03-02T16:00:00Z", now)
    assert not is_confirmed("2026-03-02T17:10:00Z", now)
    assert is_confirmed("2026-03-02", now), "as earlier versions noted it"
    assert not is_confirmed("2026-03-03", now)
    assert not is_confirmed(None, now)
    assert "2026-03-01T17:00:00Z" == format_moment("2026-03-02")


@pytest.mark.parametrize(
    ("had", "missed", "falls_short"),
    [(0, 1, True), (1, 1, False), (3, 3, False), (20, 5, False), (15, 5, True), (0, 0, False)],
)
def test_run_falls_short_where_it_missed_a_fifth_or_everything(had: int, missed: int, falls_short: bool) -> None:
    pages = PageCounts()
    for _ in range(had):
        pages.note_had(Kind.ARTICLE)
    for number in range(missed):
        pages.note_missed(Kind.ARTICLE, f"https://www.thanhuytphcm.vn/{number}", "status 503")
    pages.note_missed(Kind.IMAGE, "https://images.hcmcpv.org.vn/a.jpg", "status 503")
    assert falls_short == (pages.find_shortfall() is not None)
    assert bool(missed) == (pages.name_missed() is not None)


def test_no_article_of_several_is_a_shortfall_although_the_home_page_was_had() -> None:
    pages = PageCounts()
    pages.note_had(Kind.HOME)
    for _ in range(2):
        pages.note_missed(Kind.ARTICLE, "https://www.thanhuytphcm.vn/x", "sent elsewhere")
    assert pages.find_shortfall() is not None
