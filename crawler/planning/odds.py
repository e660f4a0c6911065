"""Odds: exact binomial bounds, for judging a share by a handful of pages."""

import math

CONFIDENCE = 0.95
"""How sure a lower bound is."""
_STEPS = 60
"""Halvings of an interval: more than a double tells apart."""


def chance_of_at_most(successes: int, tries: int, share: float) -> float:
    """How probable so few successes are, or fewer, where each try succeeds with that probability by itself."""
    if successes >= tries or share <= 0:
        return 1.0
    if successes < 0 or share >= 1:
        return 0.0
    return _regularised_beta(tries - successes, successes + 1, 1 - share)


def lowest_share(successes: int, tries: int) -> float:
    """The share that is not below this one, as sure as `CONFIDENCE`, given what was seen (Clopper and Pearson)."""
    if successes <= 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        # So many successes or more.
        if 1 - chance_of_at_most(successes - 1, tries, middle) < 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return low


def _regularised_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, a binomial's tail in a few dozen steps, whatever its size."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on one side only
        return 1 - _regularised_beta(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return min(1.0, max(0.0, math.exp(front) * _continued_fraction(a, b, x) / a))


def _continued_fraction(a: float, b: float, x: float) -> float:
    """By Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 + step * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + step / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value
