"""Health of a layout: what the pages read now show, held against what their like showed before.

Each page is expected to show a field as surely as its own record before did, or, where it is new, as the pages of
its kind and section did. What is seen is compared with the sum of these expectations, over all pages and within each
section, by exact binomial bounds: eight pages suffice to notice none where nearly all had it.
"""

import dataclasses
import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from crawler.planning.odds import chance_of_at_most
from crawler.planning.showing import Baseline, Stratum, find_losses, find_rules, group_of, measure, size_of

READ, LISTED, BYTES = "read", "listed", "bytes"
"""Whether an article's page was read as one; whether a listing led to articles; whether a page has its usual size."""
RULE = "rule of "
WORDS = {
    READ: "pages of articles are read as articles",
    LISTED: "listings lead to articles",
    BYTES: "pages have a quarter of the usual size or more",
    "date": "pages state their day",
    "body": "pages have their whole text in the fields",
    "layout": "pages fit an exact layout of the collection",
    "agreement": "pages are read alike by the rules and the layout",
}
"""What is counted, in words; of a field, that pages show it."""
SAMPLES = 3
"""Pages named of what fell short."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What is taken for ordinary; each has a key of the same name in the configuration's `[health]`."""

    pages: int = 5
    """Pages below which a run is counted together with the next."""
    window: int = 30
    """Pages up to which earlier runs are counted together with this one, so that a slow fall is noticed."""
    baseline: int = 2000
    """Records read last that say what is usual."""
    fall: float = 0.33
    """Share of what was expected that must be missing."""
    chance: float = 1e-4
    """How probable the fall may be where nothing changed."""
    steady: float = 0.95
    """How surely a page shows again what it showed before."""
    most_refused: float = 0.2
    """Share of article pages that may be no article."""
    most_undated: float = 0.2
    """Share of articles that may lack a date."""
    most_failed: float = 0.2
    """Share of requests that may fail for good."""


def parse_thresholds(values: Iterable[str]) -> Thresholds:
    """Thresholds from texts like `fall=0.5`. Raises ValueError at a name or a number that is none."""
    usual, found = dataclasses.asdict(Thresholds()), dict[str, Any]()
    for text in values:
        name, _, value = text.partition("=")
        if name not in usual:
            raise ValueError(f"expected one of {', '.join(usual)}, got {name!r}")
        default = usual[name]
        try:
            found[name] = type(default)(value)
        except ValueError:
            raise ValueError(f"{name}: expected a number like {default}, got {value!r}") from None
        if isinstance(default, float) and not 0 < found[name] <= 1:
            raise ValueError(f"{name}: expected more than 0 and at most 1, got {value}")
        if isinstance(default, int) and found[name] < 1:
            raise ValueError(f"{name}: expected at least 1, got {value}")
    return Thresholds(**found)


class Verdict(enum.StrEnum):
    """What a run's readings came to."""

    WELL = "well"
    PENDING = "pending"
    """Too few pages to tell: counted together with the next run's."""
    FELL_SHORT = "fell short"
    ACCEPTED = "accepted"
    """The user takes the run's readings for what is usual from now on."""
    RENEWED = "renewed"
    """A newer parser read the stored pages again: earlier readings say nothing of it."""


@dataclass(kw_only=True)
class Count:
    """Pages of which something was expected: how many, how many of them were expected to show it, and how many do."""

    pages: int = 0
    expected: float = 0.0
    shown: int = 0
    samples: list[str] = field(default_factory=list)
    """Addresses of a few that do not."""

    def add(self, expected: float, shown: bool, url: str) -> None:
        """Count one page."""
        self.pages, self.expected, self.shown = self.pages + 1, self.expected + expected, self.shown + shown
        if not shown and len(self.samples) < SAMPLES:
            self.samples.append(url)

    def is_low(self, limits: Thresholds) -> bool:
        """Whether so few are neither usual nor chance.

        Where expectations differ from page to page, their mean bounds the chance from above (Hoeffding 1956).
        """
        if not self.expected or self.shown >= self.expected * (1 - limits.fall):
            return False
        return chance_of_at_most(self.shown, self.pages, min(self.expected / self.pages, 1.0)) <= limits.chance


@dataclass(frozen=True, kw_only=True)
class Fall:
    """Something that too few pages show."""

    name: str
    group: str
    """Kind and section; empty for all pages."""
    count: Count

    def __str__(self) -> str:
        """For a tired archivist."""
        field_name = self.name.removeprefix(RULE)
        said = WORDS.get(self.name, f"pages show {self.name}")
        if self.name.startswith(RULE):
            said = f"pages have {field_name} by the rule that found it before"
        name = field_name if self.name not in {READ, LISTED, BYTES} else "pages"
        where = f" in {self.group}" if self.group else ""
        count = self.count
        return f"{name}: {count.shown} of {count.pages} {said}{where}; expected {count.expected:.0f}"


@dataclass(kw_only=True)
class Readings:
    """What the pages of one run, or of several, show."""

    pages: int = 0
    counts: dict[str, dict[str, Count]] = field(default_factory=dict)
    """What is counted → kind and section (empty for all) → its count."""
    unmatched: Counter[str] = field(default_factory=Counter)
    """Selectors of the layouts that did not match, in words → pages."""

    def add(
        self, record: Mapping[str, Any], before: Mapping[str, Any] | None, baseline: Baseline, steady: float
    ) -> None:
        """Count a page. `before`: its own record before, read by the same parser; None where it is new.
        `steady`: how surely it shows again what it showed before.
        """
        self.pages += 1
        group, url = group_of(before or record), str(record.get("url"))
        self._count(READ, group, steady, True, url)
        if before is not None:
            self._compare(record, before, group, steady)
        elif (like := baseline.find_like(record)) is not None:
            self._compare_with_like(record, baseline, like, group, steady)

    def _compare(self, record: Mapping[str, Any], before: Mapping[str, Any], group: str, steady: float) -> None:
        """Count what a page showed before."""
        url, lost = str(record.get("url")), find_losses(before, record)
        for name, shown_before in measure(before).items():
            if shown_before:
                self._count(name, group, steady, name not in lost, url)
        old_rules = find_rules(before)
        for name, rule in find_rules(record).items():
            if name in old_rules:
                self._count(RULE + name, group, steady, rule == old_rules[name], url)
        if size_of(record):
            self._count(BYTES, group, steady, size_of(record) >= size_of(before) / 4, url)

    def _compare_with_like(
        self, record: Mapping[str, Any], baseline: Baseline, like: Stratum, group: str, steady: float
    ) -> None:
        """Count what pages like this one show."""
        url = str(record.get("url"))
        for name, value in measure(record).items():
            self._count(name, group, baseline.share(like, name), value, url)
        for name, rule in find_rules(record).items():
            usual = baseline.usual_rule(like, name)
            if usual is not None:
                self._count(RULE + name, group, usual[1], rule == usual[0], url)
        if size_of(record):
            self._count(BYTES, group, steady, size_of(record) >= baseline.least_size(like), url)

    def add_refused(self, url: str, group: str, steady: float) -> None:
        """Count a page of an article, known or new, that is read as none."""
        self.pages += 1
        self._count(READ, group, steady, False, url)

    def add_listing(self, url: str, *, leads: bool, expected: float | None) -> None:
        """Count a listing. `expected`: how surely it leads to articles; None where nothing tells."""
        self._count(LISTED, "", expected or 0.0, leads, url)

    def merge(self, other: "Readings") -> None:
        """Count another run's pages in."""
        self.pages += other.pages
        self.unmatched.update(other.unmatched)
        for name, groups in other.counts.items():
            for group, count in groups.items():
                mine = self.counts.setdefault(name, {}).setdefault(group, Count())
                mine.pages, mine.expected = mine.pages + count.pages, mine.expected + count.expected
                mine.shown += count.shown
                mine.samples = [*mine.samples, *count.samples][:SAMPLES]

    def _count(self, name: str, group: str, expected: float | None, shown: bool, url: str) -> None:
        if expected is None:
            return
        groups = self.counts.setdefault(name, {})
        for one in {"", group}:
            groups.setdefault(one, Count()).add(expected, shown, url)

    def find_falls(self, limits: Thresholds) -> list[Fall]:
        """What fell: over all pages, else in some sections; nothing where there are too few pages."""
        falls = []
        for name, groups in self.counts.items():
            enough = {group: count for group, count in groups.items() if count.pages >= limits.pages}
            low = sorted(group for group, count in enough.items() if count.is_low(limits))
            falls += [Fall(name=name, group=group, count=groups[group]) for group in ([""] if "" in low else low)]
        fell = {fall.name for fall in falls}
        # Of a field that is not there any more, its rule says nothing further.
        return [fall for fall in falls if not (fall.name.startswith(RULE) and fall.name.removeprefix(RULE) in fell)]

    def lacks(self, fall: Fall, limits: Thresholds) -> bool:
        """Whether these pages show too little of the same, however few they are."""
        count = self.counts.get(fall.name, {}).get(fall.group, Count())
        return count.shown < count.expected * (1 - limits.fall)

    def as_json(self) -> dict[str, Any]:
        """For `run.json`; of sections without the addresses, which would be many."""
        counts = {
            name: {
                group: [count.pages, round(count.expected, 4), count.shown, [] if group else count.samples]
                for group, count in groups.items()
            }
            for name, groups in self.counts.items()
        }
        return {"pages": self.pages, "counts": counts, "unmatched": dict(self.unmatched)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError, ValueError, AttributeError for what is none."""
        counts: dict[str, dict[str, Count]] = {}
        for name, groups in value["counts"].items():
            for group, (pages, expected, shown, samples) in groups.items():
                counts.setdefault(str(name), {})[str(group)] = Count(
                    pages=int(pages), expected=float(expected), shown=int(shown), samples=[str(url) for url in samples]
                )
        unmatched = {str(said): int(pages) for said, pages in value.get("unmatched", {}).items()}
        return cls(pages=int(value["pages"]), counts=counts, unmatched=Counter(unmatched))


def judge(now: Readings, before: Sequence[tuple[Readings, Verdict]], limits: Thresholds) -> tuple[Verdict, list[Fall]]:
    """What a run's readings come to, alone and together with the runs before, the newest first.

    Those that were pending are counted in always, others while there are few pages. After one that fell short, too few
    pages to tell fall short as well where they lack the same: nothing says that it is mended.
    """
    total, fresh = Readings(), now.pages
    total.merge(now)
    falls, pending = total.find_falls(limits), True
    for readings, verdict in before:
        if verdict is Verdict.FELL_SHORT:
            if pending and not falls and now.pages and fresh < limits.pages:
                falls = _find_old_falls(total, before, limits)
            break
        pending = pending and verdict is Verdict.PENDING
        if falls or not now.pages or (not pending and total.pages >= limits.window):
            break
        total.merge(readings)
        fresh += readings.pages if pending else 0
        falls = total.find_falls(limits)
    if falls:
        return Verdict.FELL_SHORT, falls
    return (Verdict.WELL if now.pages and fresh >= limits.pages else Verdict.PENDING), []


def _find_old_falls(own: Readings, before: Iterable[tuple[Readings, Verdict]], limits: Thresholds) -> list[Fall]:
    """What these few pages lack as those did that fell short before them."""
    total = Readings()
    total.merge(own)
    for readings, verdict in before:
        if verdict not in {Verdict.FELL_SHORT, Verdict.PENDING} or total.pages >= limits.pages:
            break
        if verdict is Verdict.FELL_SHORT:  # the pending ones before the last of them are counted already
            total.merge(readings)
    return [fall for fall in total.find_falls(limits) if own.lacks(fall, limits)]


def name_samples(falls: Iterable[Fall]) -> list[str]:
    """A few pages to look at, those first that lack most."""
    lacking = Counter(url for fall in falls if fall.name != LISTED for url in fall.count.samples)
    return [url for url, _ in lacking.most_common(SAMPLES)]
