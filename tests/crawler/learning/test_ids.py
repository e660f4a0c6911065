"""The calendar of ids: intervals that hold what they say, narrower than what five known pairs tell."""

import random
from bisect import bisect
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.learning.ids import ENOUGH, Pair, find_width, fit_calendar, format_calendar, pairs_of, parse_calendar
from crawler.learning.kept import parse_files
from crawler.pages import parse_article
from crawler.planning.limits import Limits
from crawler.site.ids import KNOWN, SECONDS_UNTIL, Calendar, estimate_day
from crawler.site.scope import find_page
from tests.support.designs import another_way, tell_stories

COUNTED_FROM, TODAY = date(2017, 4, 10).toordinal(), date(2025, 8, 26).toordinal()


def simulate(seed: int) -> tuple[list[Pair], list[Pair]]:
    """A paper's numbers and days, those that a collection knows and the others.

    The counter runs now fast, now slowly, rests at weekends and jumps; before 2017 numbers are seconds. Articles come
    out some time after they were made, one in a hundred on a day that has nothing to do with it; of three stretches of
    weeks the collection knows nothing.
    """
    chance = random.Random(seed)
    rate, number, made = chance.uniform(15, 80), SECONDS_UNTIL, []
    jumps = {chance.randint(COUNTED_FROM, TODAY): chance.randint(2_000, 20_000) for _ in range(chance.randint(0, 4))}
    for day in range(COUNTED_FROM, TODAY):
        rate = max(3.0, rate * chance.uniform(0.97, 1.03))
        number += jumps.get(day, 0)
        today = rate * (0.3 if day % 7 in {5, 6} else 1)
        made += [(number + int(chance.random() * today), day + chance.random()) for _ in range(chance.randint(0, 2))]
        number += int(today) + 1
    epoch = date(1970, 1, 1).toordinal() + 7 / 24
    for _ in range(500):
        moment = chance.uniform(date(2008, 1, 1).toordinal(), COUNTED_FROM)
        made.append((int((moment - epoch) * 86_400), moment))
    lag = chance.choice([0.2, 0.5, 1.5])
    gaps = [
        (start, start + chance.randint(20, 90)) for start in (chance.randint(COUNTED_FROM, TODAY) for _ in range(3))
    ]
    known: list[Pair] = []
    others: list[Pair] = []
    for number, moment in dict(made).items():
        out = moment + chance.expovariate(1 / lag) + (chance.uniform(-200, 400) if chance.random() < 0.01 else 0)
        in_gap = any(first <= moment < last for first, last in gaps)
        (known if chance.random() < 0.3 and not in_gap else others).append(Pair(number, out))
    return known, others


def test_intervals_hold_the_truth_in_95_of_100_cases_and_are_narrower_than_five_pairs_give() -> None:
    held = cases = 0
    widths, worst = [], 1.0
    in_gaps: list[bool] = []
    wider: list[Pair] = []
    for seed in range(10):
        known, others = simulate(seed)
        calendar = fit_calendar(known)
        days = {pair.number: pair.moment for pair in known if pair.number >= SECONDS_UNTIL}
        numbers, own = sorted(days), 0
        for pair in others:
            bounds = calendar.bounds(pair.number)
            assert bounds is not None
            holds = bounds[1] <= pair.moment <= bounds[2]
            own += holds
            widths.append(bounds[2] - bounds[1])
            at = bisect(numbers, pair.number)
            step = days[numbers[at]] - days[numbers[at - 1]] if 0 < at < len(numbers) else inf
            if 20 < step < 100:
                in_gaps.append(holds)
            if widths[-1] >= find_width(KNOWN, 1_491_900_000) and step < 70 and pair.number >= SECONDS_UNTIL:
                wider.append(pair)
        held, cases, worst = held + own, cases + len(others), min(worst, own / len(others))
    assert cases > 10_000
    assert 0.93 <= held / cases <= 0.97, held / cases
    assert worst > 0.92, (
        "of each of the calendars, whether or not its counter jumped where the collection knows nothing"
    )
    assert len(in_gaps) > 1000
    assert sum(in_gaps) / len(in_gaps) > 0.93
    usual = sorted(widths)[len(widths) // 2]
    assert usual < find_width(KNOWN, 1_491_900_000) / 5
    assert len(wider) < cases / 1000, "but where the collection knows nothing for as long as five pairs may mislead"


def test_no_single_wrong_day_moves_the_calendar() -> None:
    pairs = [Pair(1_491_900_000 + 20 * n, 738_000.5 + n) for n in range(200)]
    wrong = [Pair(pair.number, pair.moment + (900 if n == 77 else 0)) for n, pair in enumerate(pairs)]
    calendar = fit_calendar(wrong)
    for n in (60, 76, 77, 78, 100):
        placed = calendar.place(pairs[n].number)
        assert placed is not None
        assert abs(placed[0] - pairs[n].moment) < 3


def test_too_few_pairs_leave_what_is_known() -> None:
    assert KNOWN == fit_calendar([])
    assert KNOWN == fit_calendar([Pair(1_491_900_000 + n, 738_000.0 + n) for n in range(ENOUGH - 1)])
    before = [Pair(1_300_000_000 + 86_400 * n, date(2011, 3, 13).toordinal() + n + 0.9) for n in range(ENOUGH)]
    calendar = fit_calendar(before)
    assert KNOWN.counted == calendar.counted
    assert calendar.seconds[1] - calendar.seconds[0] < 2
    assert KNOWN.place(1_491_900_000) == (round((calendar.place(1_491_900_000) or (0, 0))[0]), 1.0)


@given(
    st.lists(st.tuples(st.integers(SECONDS_UNTIL, SECONDS_UNTIL + 10**6), st.floats(736_000, 740_000)), min_size=ENOUGH)
)
def test_calendar_grows_and_is_the_same_from_its_file(drawn: list[tuple[int, float]]) -> None:
    calendar = fit_calendar([Pair(*each) for each in dict(drawn).items()])
    assert all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(calendar.knots))
    if calendar.pairs:
        read = parse_files({"ids.json": format_calendar(calendar)}, "x").calendar
        assert calendar == read
        assert calendar.digest() == read.digest()


@pytest.mark.parametrize("value", [None, [], {}, {"pairs": 1}, {"knots": [[1, 2]], "seconds": [0, 1], "counted": [0, 1], "pairs": 9},
    {"knots": [[2, 736000], [1, 736001]], "seconds": [0, 1], "counted": [0, 1], "pairs": 9}, {"knots": [[1, "x"], [2, 3]]},
    {"knots": [[1, 736000], [2, 1e99]], "seconds": [0, 1], "counted": [0, 1], "pairs": 9}])  # fmt: skip
def test_faulty_calendar_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_calendar(value)


def test_only_certain_days_count() -> None:
    sure = {
        "id": "1491900000",
        "date": "2022-11-08",
        "date_source": "page",
        "published_at": "2022-11-08T18:00:00+07:00",
    }
    assert [Pair(1491900000, date(2022, 11, 8).toordinal() + 0.75)] == pairs_of([sure])
    for doubt in (
        {"date_source": "id-estimate"},
        {"warnings": ["date-witnesses-disagree"]},
        {"id": None},
        {"date": "x"},
        {"date": None},
    ):
        assert [] == pairs_of([{**sure, **doubt}])


def test_estimated_day_carries_its_error() -> None:
    pairs = [Pair(1_491_870_000 + 20 * n, date(2023, 1, 1).toordinal() + n + 0.5 + n % 3) for n in range(300)]
    calendar = fit_calendar(pairs)
    story = tell_stories(1)[0]
    page = another_way(story).replace(f"<td class='gio'>{story.day}</td>", "")
    article = parse_article(page.encode(), story.url, calendar=calendar)
    expected = calendar.estimate(str(story.number))
    assert expected is not None
    assert ("id-estimate", expected.day.isoformat()) == (article.date_source, article.date)
    assert 0 < expected.error < 10
    assert f"date-within-{expected.error}-days" in article.warnings
    assert calendar.digest() in article.parser.version
    plain = parse_article(page.encode(), story.url)
    known = estimate_day(str(story.number))
    assert known is not None
    assert (known.isoformat(), ["date-estimated"]) == (plain.date, [said for said in plain.warnings if "date" in said])


def test_since_and_until_rule_out_by_the_interval() -> None:
    pairs = [Pair(1_491_900_000 + 20 * n, date(2023, 1, 1).toordinal() + n + 0.5) for n in range(300)]
    calendar = fit_calendar(pairs)
    page = find_page("https://www.thanhuytphcm.vn/tin-tuc/mot-bai-1491902000")
    assert page is not None
    day = calendar.estimate(page.id)
    assert day is not None
    assert abs((day.day - date(2023, 4, 11)).days) <= 1
    near, far = timedelta(days=2), timedelta(days=20)
    assert not Limits(since=day.high - near, calendar=calendar).rules_out(page)
    assert Limits(since=day.high + near, calendar=calendar).rules_out(page)
    assert Limits(until=day.low - near, calendar=calendar).rules_out(page)
    known = KNOWN.estimate(page.id)
    assert known is not None
    assert not Limits(since=known.day + far).rules_out(page), "five pairs may mislead by 45 days"


def test_known_calendar_tells_what_it_told() -> None:
    assert date(2015, 6, 30) == estimate_day("1435634558")
    assert date(2020, 11, 10) == estimate_day("1491871594")
    assert date(2025, 8, 26) == estimate_day("1491938606")
    assert None is estimate_day("123456789")
    assert None is estimate_day("9999999999")
    second = int(datetime(2010, 5, 4, 23, 30, tzinfo=UTC).timestamp())
    assert date(2010, 5, 5) == estimate_day(str(second)), "in Vietnam"
    assert "" == KNOWN.digest() != Calendar(knots=KNOWN.knots, seconds=(0, 1), counted=(0, 1), pairs=50).digest()
