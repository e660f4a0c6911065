"""Judging a layout by what its pages show: exact bounds, no false alarm on ordinary nights, none missed on others."""

import dataclasses
import json
import math
import random
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.planning.health import Fall, Readings, Thresholds, Verdict, judge, parse_thresholds
from crawler.planning.odds import CONFIDENCE, chance_of_at_most, lowest_share
from crawler.planning.showing import Baseline, find_losses
from tests.support.commands import ROOT

LIMITS = Thresholds()
SECTIONS = {
    "Thời sự": {"lead": 0.9, "byline": 0.85, "captions": 0.95, "tags": 0.3, "dateline": 0.7},
    "Quận, huyện": {"lead": 0.4, "byline": 0.98, "captions": 0.6, "tags": 0.0, "dateline": 0.98},
    "Ảnh": {"lead": 0.05, "byline": 0.5, "captions": 0.99, "tags": 0.6, "dateline": 0.1},
}
"""Section → how often its articles have a field."""
Past = list[tuple[Readings, Verdict]]


@given(
    st.integers(1, 60).flatmap(lambda tries: st.tuples(st.integers(0, tries), st.just(tries))), st.floats(0.01, 0.99)
)
def test_chance_is_the_binomials(seen: tuple[int, int], share: float) -> None:
    successes, tries = seen
    exact = sum(math.comb(tries, n) * share**n * (1 - share) ** (tries - n) for n in range(successes + 1))
    assert chance_of_at_most(successes, tries, share) == pytest.approx(exact, rel=1e-9, abs=1e-15)


@given(st.integers(1, 3000).flatmap(lambda tries: st.tuples(st.integers(1, tries), st.just(tries))))
def test_lowest_share_is_where_what_was_seen_becomes_improbable(seen: tuple[int, int]) -> None:
    successes, tries = seen
    low = lowest_share(successes, tries)
    assert 0 < low <= successes / tries
    assert 1 - chance_of_at_most(successes - 1, tries, low) == pytest.approx(1 - CONFIDENCE, rel=1e-6)


class Newsroom:
    """A site whose articles have fields by chance, as often as their section has them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.articles: list[dict[str, Any]] = []
        self._baseline, self._counted = Baseline(), 0

    def write(self) -> dict[str, Any]:
        """A new article."""
        number = len(self.articles)
        section = self.chance.choices(list(SECTIONS), (6, 3, 1))[0]
        record: dict[str, Any] = {
            "kind": "tin-tuc",
            "url": f"https://www.thanhuytphcm.vn/tin-tuc/bai-{number}",
            "section": [section],
            "body": "chữ " * self.chance.randrange(50, 900),
            "date_source": "page" if self.chance.random() < 0.97 else "id-estimate",
            "published_at": "2025-03-14T09:15:00+07:00",
            "images": ["x"],
            "related": ["x"] if self.chance.random() < 0.8 else [],
            "comment_count": None,
            "warnings": [],
            "warc": {"length": self.chance.randrange(8_000, 60_000)},
        }
        for name, share in SECTIONS[section].items():
            record[name] = "có" if self.chance.random() < share else None
        record["sources"] = [
            {"field": "title", "rule": self.chance.choices(("h1", "slug"), (8, 2))[0]},
            {"field": "date", "rule": "printed"},
        ]
        self.articles.append(record)
        return record

    def reread(self, record: dict[str, Any]) -> dict[str, Any]:
        """A page again: an editor may have taken a field away, or added one."""
        if self.chance.random() < 0.02:
            name = self.chance.choice(("lead", "byline", "captions", "tags"))
            return {**record, name: None if self.chance.random() < 0.5 else "có"}
        return record

    def baseline(self) -> Baseline:
        """Of all articles; made anew where a tenth more were written."""
        if len(self.articles) > self._counted * 1.1:
            self._baseline, self._counted = Baseline(), len(self.articles)
            for record in self.articles:
                self._baseline.add(record)
        return self._baseline

    def night(
        self, new: int, again: int, set_as: Callable[[dict[str, Any]], dict[str, Any]] = lambda one: one
    ) -> Readings:
        """What one night's refresh reads, its pages set in some markup."""
        baseline, readings = self.baseline(), Readings()
        for record in self.chance.sample(self.articles, again):
            readings.add(set_as(self.reread(record)), record, baseline, LIMITS.steady)
        for _ in range(new):
            record = self.write()
            if self.chance.random() < 0.03:
                readings.add_refused(record["url"], "tin-tuc", LIMITS.steady)
            else:
                readings.add(set_as(record), None, baseline, LIMITS.steady)
        return readings


def newsroom(seed: int, articles: int) -> Newsroom:
    """A site with an archive of so many articles."""
    room = Newsroom(seed)
    for _ in range(articles):
        room.write()
    return room


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A markup in which the parser does not find these fields."""
    return lambda record: record | dict.fromkeys(names)


@pytest.mark.parametrize(("seed", "archive"), [(1, 60), (2, 400)])
def test_no_alarm_on_two_hundred_ordinary_nights(seed: int, archive: int) -> None:
    """From quiet ones to busy ones, counted together as a refresh counts them."""
    room, past = newsroom(seed, archive), Past()
    for _ in range(200):
        readings = room.night(new=room.chance.choice((0, 1, 2, 5, 12)), again=room.chance.choice((0, 1, 3, 8, 25)))
        verdict, falls = judge(readings, past, LIMITS)
        assert [] == [str(fall) for fall in falls]
        past.insert(0, (readings, verdict))
        del past[60:]


@pytest.mark.parametrize("pages", [60, 8])
@pytest.mark.parametrize("new", [False, True])
def test_changed_markup_is_noticed_at_once(pages: int, new: bool) -> None:
    """Of sixty changes none is missed; of the fields lost at least the one that nearly all had is named."""
    for seed in range(60):
        room = newsroom(seed, 120)
        lost = without("captions", "byline", "date_source")
        readings = room.night(new=pages if new else 0, again=0 if new else pages, set_as=lost)
        verdict, falls = judge(readings, [], LIMITS)
        assert (Verdict.FELL_SHORT, True) == (verdict, "date" in {fall.name for fall in falls}), seed


def test_three_pages_are_counted_together_with_the_next() -> None:
    for seed in range(50):
        room = newsroom(seed, 120)
        first = room.night(new=0, again=3, set_as=without("captions", "byline", "date_source", "published_at"))
        assert (Verdict.PENDING, []) == judge(first, [], LIMITS)
        second = room.night(new=0, again=3, set_as=without("captions", "byline", "date_source", "published_at"))
        assert Verdict.FELL_SHORT is judge(second, [(first, Verdict.PENDING)], LIMITS)[0]


def test_few_pages_after_a_fall_fall_as_well_where_they_lack_the_same_and_not_where_it_is_back() -> None:
    """Else every other night of a quiet site is well, though nothing is mended."""
    lost = without("captions", "byline", "date_source", "published_at")
    for seed in range(50):
        room = newsroom(seed, 120)
        past = [(room.night(new=0, again=8, set_as=lost), Verdict.FELL_SHORT), (room.night(0, 60), Verdict.WELL)]
        for _ in range(6):
            night = room.night(new=0, again=2, set_as=lost)
            assert Verdict.FELL_SHORT is judge(night, past, LIMITS)[0]
            past.insert(0, (night, Verdict.FELL_SHORT))
        verdicts = []
        for _ in range(3):
            night = room.night(new=0, again=2)
            verdict, falls = judge(night, past, LIMITS)
            assert [] == falls
            verdicts.append(verdict)
            past.insert(0, (night, verdict))
        assert [Verdict.PENDING, Verdict.PENDING, Verdict.WELL] == verdicts


def test_one_sections_markup_is_told_of_that_section() -> None:
    room = newsroom(5, 400)

    def set_as(record: dict[str, Any]) -> dict[str, Any]:
        return without("byline")(record) if record["section"] == ["Quận, huyện"] else record

    falls = judge(room.night(new=0, again=60, set_as=set_as), [], LIMITS)[1]
    assert [("byline", "tin-tuc › Quận, huyện")] == [(fall.name, fall.group) for fall in falls]


def test_field_found_by_another_rule_is_told() -> None:
    room = newsroom(6, 120)
    moved = [{"field": "title", "rule": "last-resort"}, {"field": "date", "rule": "printed"}]
    falls = judge(room.night(new=4, again=8, set_as=lambda record: record | {"sources": moved}), [], LIMITS)[1]
    assert ["rule of title"] == [fall.name for fall in falls]
    assert "by the rule that found it before" in str(falls[0])


def test_pages_that_are_refused_or_shrink_are_told() -> None:
    room, readings = newsroom(7, 120), Readings()
    for number in range(8):
        readings.add_refused(f"https://www.thanhuytphcm.vn/{number}", "tin-tuc", LIMITS.steady)
    assert ["read"] == [fall.name for fall in judge(readings, [], LIMITS)[1]]
    small = room.night(new=8, again=0, set_as=lambda record: record | {"warc": {"length": 900}})
    assert "bytes" in {fall.name for fall in judge(small, [], LIMITS)[1]}


def test_readings_come_back_from_json() -> None:
    readings = newsroom(8, 60).night(new=5, again=5)
    again = Readings.from_json(json.loads(json.dumps(readings.as_json())))
    assert (readings.pages, readings.as_json()) == (again.pages, again.as_json())
    assert judge(readings, [], LIMITS) == judge(again, [], LIMITS)


def test_articles_of_other_years_are_no_measure() -> None:
    """A first crawl comes to what the site published long ago, which has other fields in the same markup."""
    room = newsroom(9, 200)
    baseline, readings = Baseline(), Readings()
    for record in room.articles:
        baseline.add(record | {"date": "2025-03-14"})
    for record in room.articles[:40]:
        readings.add(without("lead", "byline", "captions")(record) | {"date": "2009-03-14"}, None, baseline, 0.95)
    assert (Verdict.WELL, []) == judge(readings, [], LIMITS)
    for record in room.articles[:40]:
        readings.add(without("lead", "byline", "captions")(record) | {"date": "2026-01-02"}, None, baseline, 0.95)
    assert {"byline", "captions"} <= {fall.name for fall in judge(readings, [], LIMITS)[1]}


def test_shorter_body_is_a_loss_and_a_longer_one_none() -> None:
    before = {"body": "chữ " * 100, "lead": "có"}
    assert ["body"] == find_losses(before, before | {"body": "chữ " * 40})
    assert [] == find_losses(before, before | {"body": "chữ " * 140, "byline": "có"})
    assert ["lead"] == find_losses(before, before | {"lead": None})


@pytest.mark.parametrize("text", ["fall", "fall=x", "fall=0", "fall=1.5", "pages=0", "pages=2.5", "other=1"])
def test_threshold_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_thresholds([text])


def test_fall_is_told_in_one_line() -> None:
    count = Readings()
    count.add_listing("https://www.thanhuytphcm.vn/x", leads=False, expected=0.9)
    fall = Fall(name="listed", group="", count=count.counts["listed"][""])
    assert "pages: 0 of 1 listings lead to articles; expected 1" == str(fall)


def test_readme_names_each_threshold_with_its_value() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = tomllib.loads(readme.partition("[health]")[2].partition("```")[0])
    assert dataclasses.asdict(Thresholds()) == table
