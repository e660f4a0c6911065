"""Recapture: how many articles there are, by how often independent looks at the site see the same ones.

Listings, links of other articles, sitemaps and feeds each show some of the articles. If two looks see many of the same,
few are left that neither saw (Chapman 1951); with three and more looks log-linear models tell besides which of them
go together (Fienberg 1972), weighed by how well they fit (Buckland, Burnham and Augustin 1997). The interval is
log-normal about the unseen (Chao 1987), so that it never falls below what was seen.
"""

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_Z = 2.1
"""Standard deviations within which 95 of 100 cases lie: 1.96 where a model is true, and none is quite."""
_MOST_LOOKS = 4
"""Looks that a model tells apart: those that see most."""
_UNSURE = 1.0
"""The variance of the unseen's logarithm beyond which a model says nothing of it."""
_MOST_UNSEEN = 3.0
"""How many times what was seen the unseen are at most."""
_PAIRS = 2
"""Pairs of looks that go together in a model at most."""
_STEPS = 60
_RIDGE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Total:
    """How many there are."""

    seen: int
    """By any look."""
    unseen: float
    """By none, as far as the looks tell."""
    variance: float
    """Of the unseen."""

    @property
    def interval(self) -> tuple[float, float]:
        """Between which numbers all lie in 95 of 100 cases."""
        if self.unseen <= 0 and self.variance <= 0:
            return float(self.seen), float(self.seen)
        unseen = max(self.unseen, 0.5)
        spread = math.exp(_Z * math.sqrt(math.log1p(self.variance / unseen**2)))
        return self.seen + unseen / spread, self.seen + unseen * spread


@dataclass(frozen=True, kw_only=True)
class Share:
    """The share of all that is held, and the interval that holds it in 95 of 100 cases."""

    held: int
    total: float
    low: float
    high: float

    @property
    def share(self) -> float:
        return min(1.0, self.held / self.total) if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.share * 100:.1f} % ({self.low * 100:.1f}–{self.high * 100:.1f})"


def estimate_total(histories: Mapping[int, int]) -> Total | None:
    """How many there are. `histories`: bits of the looks that saw an article → articles. None where no two looks saw
    any of the same, which tells nothing.
    """
    counts = {mask: count for mask, count in histories.items() if mask and count}
    looks = [bit for bit in range(max(counts, default=0).bit_length()) if any(mask >> bit & 1 for mask in counts)]
    seen_by = {bit: sum(count for mask, count in counts.items() if mask >> bit & 1) for bit in looks}
    chosen = sorted(sorted(looks, key=lambda bit: -seen_by[bit])[:_MOST_LOOKS])
    seen = sum(counts.values())
    table: dict[int, int] = {}
    for mask, count in counts.items():
        cell = sum((mask >> bit & 1) << place for place, bit in enumerate(chosen))
        table[cell] = table.get(cell, 0) + count
    beside = table.pop(0, 0)  # seen by looks that are not told apart
    if len(chosen) < 2 or not any(cell & (cell - 1) for cell in table):
        return None
    found = _log_linear(table, len(chosen)) if len(chosen) > 2 else None
    if found is None:
        two = _of_two(table, len(chosen))
        found, beside = _chapman(two), beside + two.get(0, 0)
    unseen, variance = found
    return Total(seen=seen, unseen=max(0.0, unseen - beside), variance=variance)


def _of_two(table: Mapping[int, int], looks: int) -> dict[int, int]:
    """What two looks saw: the two that saw most, the others as if they were not."""
    by_most = sorted(range(looks), key=lambda look: -sum(count for cell, count in table.items() if cell >> look & 1))
    first, second = sorted(by_most[:2])
    pairs: dict[int, int] = {}
    for cell, count in table.items():
        both = (cell >> first & 1) | (cell >> second & 1) << 1
        pairs[both] = pairs.get(both, 0) + count
    return pairs


def _chapman(table: Mapping[int, int]) -> tuple[float, float]:
    """The unseen of two looks, and the variance (Seber 1970)."""
    both = table.get(3, 0)
    first, second = table.get(1, 0) + both, table.get(2, 0) + both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return max(0.0, total - first - second + both), variance


def _log_linear(table: Mapping[int, int], looks: int) -> tuple[float, float] | None:
    """The unseen of three looks or more, and the variance, over models of which looks go together."""
    counts = [table.get(cell, 0) for cell in range(1, 1 << looks)]
    fits = [fit for model in _models(looks) if (fit := _fit(model, counts)) is not None]
    if not fits:
        return None
    best = min(criterion for criterion, _, _ in fits)
    weights = [math.exp((best - criterion) / 2) for criterion, _, _ in fits]
    whole = sum(weights)
    mean = sum(weight * unseen for weight, (_, unseen, _) in zip(weights, fits, strict=True)) / whole
    spread = sum(
        weight * math.sqrt(variance + (unseen - mean) ** 2)
        for weight, (_, unseen, variance) in zip(weights, fits, strict=True)
    )
    return mean, (spread / whole) ** 2


@dataclass(frozen=True, slots=True)
class _Model:
    """Which terms are on in each cell: the constant, the looks, the pairs of looks that go together."""

    terms: tuple[tuple[int, ...], ...]
    """By cell."""
    cells: tuple[tuple[int, ...], ...]
    """By term."""
    shared: dict[tuple[int, int], tuple[int, ...]]
    """By two terms the cells in which both are on."""


@functools.cache
def _models(looks: int) -> tuple[_Model, ...]:
    """The models of so many looks: none of them goes with another, or one pair does, or two."""
    pairs = list(itertools.combinations(range(looks), 2))
    chosen = itertools.chain.from_iterable(itertools.combinations(pairs, size) for size in range(_PAIRS + 1))
    return tuple(_model(looks, together) for together in chosen)


def _model(looks: int, pairs: Sequence[tuple[int, int]]) -> _Model:
    masks = [0, *(1 << look for look in range(looks)), *(1 << one | 1 << other for one, other in pairs)]
    cells = range(1, 1 << looks)
    terms = tuple(tuple(at for at, mask in enumerate(masks) if cell & mask == mask) for cell in cells)
    on = tuple(tuple(cell for cell, here in enumerate(terms) if at in here) for at in range(len(masks)))
    shared = {
        (i, j): tuple(cell for cell in on[i] if cell in on[j]) for i in range(len(masks)) for j in range(len(masks))
    }
    return _Model(terms, on, shared)


def _fit(model: _Model, counts: list[int]) -> tuple[float, float, float] | None:
    """A Poisson model by iterated weighted least squares: Akaike's criterion, the unseen (the cell in which every look
    is off is the constant alone), and its variance. None where it does not settle.
    """
    means = [count + 0.5 for count in counts]
    beta: list[float] = []
    inverse: list[list[float]] = []
    for _ in range(_STEPS):
        working = [mean * math.log(mean) + count - mean for count, mean in zip(counts, means, strict=True)]
        solved = _solve(model, means, working)
        if solved is None:
            return None
        before, (beta, inverse) = beta, solved
        etas = [sum(beta[at] for at in here) for here in model.terms]
        if any(abs(eta) > 30 for eta in etas) or abs(beta[0]) > 20:
            return None
        means = [math.exp(eta) for eta in etas]
        if before and max(abs(a - b) for a, b in zip(before, beta, strict=True)) < 1e-6:
            break
    unseen, variance = math.exp(beta[0]), inverse[0][0]
    if variance > _UNSURE or unseen > _MOST_UNSEEN * sum(counts):
        return None  # cells without anything in them leave the unseen open
    likelihood = sum(count * math.log(mean) - mean for count, mean in zip(counts, means, strict=True))
    return 2 * len(beta) - 2 * likelihood, unseen, unseen**2 * variance + unseen


def _solve(model: _Model, weights: list[float], working: list[float]) -> tuple[list[float], list[list[float]]] | None:
    """Weighted least squares: the coefficients, and the inverse of the normal equations. None where they have none."""
    size = len(model.cells)
    rows = range(size)
    normal = [
        [sum(weights[cell] for cell in model.shared[i, j]) + _RIDGE * (i == j) for j in rows]
        + [float(i == j) for j in rows]
        for i in rows
    ]
    right = [sum(working[cell] for cell in model.cells[i]) for i in rows]
    for at in rows:
        pivot = max(range(at, size), key=lambda row: abs(normal[row][at]))
        if abs(normal[pivot][at]) < 1e-12:
            return None
        normal[at], normal[pivot] = normal[pivot], normal[at]
        scale = normal[at][at]
        normal[at] = [value / scale for value in normal[at]]
        for row in rows:
            if row != at and (factor := normal[row][at]):
                normal[row] = [a - factor * b for a, b in zip(normal[row], normal[at], strict=True)]
    inverse = [line[size:] for line in normal]
    return [sum(a * b for a, b in zip(line, right, strict=True)) for line in inverse], inverse


def share_held(held: int, strata: Sequence[Total]) -> Share | None:
    """The share that is held of all strata together. None where there are none."""
    if not strata:
        return None
    whole = Total(
        seen=sum(one.seen for one in strata),
        unseen=sum(one.unseen for one in strata),
        variance=sum(one.variance for one in strata),
    )
    low, high = whole.interval
    total = max(whole.seen + whole.unseen, held)
    return Share(
        held=held, total=total, low=min(1.0, held / max(high, held, 1)), high=min(1.0, held / max(low, held, 1))
    )
