"""Capture and recapture: the interval for the share that is held covers the truth on simulated sites."""

import random
from collections import Counter

import pytest

from crawler.planning.recapture import Total, estimate_total, share_held

LOOKS = (0.8, 0.6, 0.5, 0.3)
"""What share of the articles listings, other articles, sitemaps and feeds show, about."""


def simulate(seed: int) -> tuple[list[Counter[int]], int, int]:
    """Histories of each year of a site, how many articles are held, and how many there are.

    Two to four looks, of other strength each year; of some sites two of them go together: what the one shows the
    other shows the more often. One in fifty of what is seen cannot be had.
    """
    chance = random.Random(seed)
    looks, together = chance.choice([2, 3, 3, 4]), chance.choice([0.0, 0.0, 0.15, 0.3])
    years: list[Counter[int]] = []
    held = whole = 0
    for _ in range(chance.randint(3, 8)):
        shares = [min(0.97, max(0.1, chance.gauss(share, 0.06))) for share in LOOKS[:looks]]
        histories: Counter[int] = Counter()
        for _ in range(chance.randint(60, 600)):
            mask = 0
            for look, share in enumerate(shares):
                if look == 1 and looks > 2:
                    share = min(0.98, share + together) if mask & 1 else max(0.02, share - together)
                mask |= (chance.random() < share) << look
            histories[mask] += 1
            whole += 1
            held += mask > 0 and chance.random() < 0.98
        del histories[0]
        years.append(histories)
    return years, held, whole


def test_interval_covers_the_share_held_on_95_of_100_simulated_sites() -> None:
    covered = 0
    widths = []
    for seed in range(100):
        years, held, whole = simulate(seed)
        share = share_held(held, [total for year in years if (total := estimate_total(year)) is not None])
        assert share is not None
        covered += share.low <= held / whole <= share.high
        widths.append(share.high - share.low)
    assert covered >= 95
    assert sum(widths) / len(widths) < 0.06, "an interval that says something"


def test_two_looks_are_chapmans_estimate() -> None:
    found = estimate_total({1: 200, 2: 100, 3: 300})
    assert found is not None
    assert 600 == found.seen
    assert 501 * 401 / 301 - 1 - 600 == pytest.approx(found.unseen)
    low, high = found.interval
    assert 600 < low < 600 + found.unseen < high < 800


def test_looks_that_share_nothing_tell_nothing() -> None:
    assert None is estimate_total({})
    assert None is estimate_total({1: 50})
    assert None is estimate_total({1: 50, 2: 40, 4: 30})
    assert None is share_held(10, [])


def test_what_all_looks_show_alike_is_all_there_is() -> None:
    found = estimate_total({7: 500})
    share = share_held(500, [found] if found else [])
    assert share is None or share.low > 0.98


def test_share_is_never_more_than_all() -> None:
    share = share_held(700, [Total(seen=600, unseen=5, variance=4)])
    assert share is not None
    assert (1.0, 1.0) == (share.share, share.high)
    assert "100.0 % (100.0–100.0)" == str(share)


def test_more_than_four_looks_are_counted_together() -> None:
    chance = random.Random(7)
    histories: Counter[int] = Counter()
    for _ in range(3000):
        histories[sum((chance.random() < share) << look for look, share in enumerate((0.7, 0.6, 0.5, 0.4, 0.2)))] += 1
    del histories[0]
    found = estimate_total(histories)
    assert found is not None
    low, high = found.interval
    assert low <= 3000 <= high
