"""What a record shows: which fields are filled, by which rules, how large its page is; and what its like show."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Any

from crawler.planning.odds import lowest_share

FIELDS = (
    "lead", "published_at", "section", "tags", "byline", "dateline", "captions", "images", "related", "comment_count",
)  # fmt: skip
"""Fields whose filling is compared as it is."""
RULED = ("title", "date", "byline", "lead", "section", "captions")
"""Fields of which the rule that found them is compared too."""
ESTIMATES = frozenset({None, "id-estimate"})
"""Sources of a day that no page states."""
ENOUGH = 20
"""Pages below which a section is no measure for its new pages."""


def measure(record: Mapping[str, Any]) -> dict[str, bool]:
    """What a record shows, by name."""
    shown = {name: record.get(name) not in (None, "", []) for name in FIELDS}
    shown["date"] = record.get("date_source") not in ESTIMATES
    shown["body"] = "text-left-out" not in (record.get("warnings") or ())
    return shown


def find_losses(before: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """What a page's record showed before and does not show now."""
    old, new = measure(before), measure(record)
    lost = {name for name in old if old[name] and not new[name]}
    if len(record.get("body") or "") < len(before.get("body") or "") / 2:
        lost.add("body")
    return [name for name in old if name in lost]


def find_moves(before: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """The fields of a page's record that another rule found than before: its markup is another, not only its text."""
    old, new = find_rules(before), find_rules(record)
    return [name for name in old if name in new and old[name] != new[name]]


def find_rules(record: Mapping[str, Any]) -> dict[str, str]:
    """Field → the rule that found it."""
    found: dict[str, str] = {}
    for source in record.get("sources") or ():
        found.setdefault(source["field"], source["rule"])
    return {name: found[name] for name in RULED if name in found}


def group_of(record: Mapping[str, Any]) -> str:
    """Kind and outermost section."""
    section = record.get("section") or [""]
    return f"{record.get('kind')} › {section[0]}" if section[0] else str(record.get("kind"))


def size_of(record: Mapping[str, Any]) -> int:
    """Bytes of the page's capture in the archive; 0 where it does not say."""
    pointer = record.get("warc")
    return int(pointer["length"]) if isinstance(pointer, Mapping) else 0


class Baseline:
    """What the records of a collection show, by kind and by section."""

    def __init__(self) -> None:
        self._pages: Counter[str] = Counter()
        self._shown: dict[str, Counter[str]] = defaultdict(Counter)
        self._rules: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._sizes: dict[str, list[int]] = defaultdict(list)
        self._shares: dict[tuple[str, str], float | None] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a record in."""
        kind = str(record.get("kind"))
        for group in {kind, group_of(record)}:
            self._pages[group] += 1
            self._shown[group].update(name for name, shown in measure(record).items() if shown)
            for name, rule in find_rules(record).items():
                self._rules[group, name][rule] += 1
        self._sizes[kind].append(size_of(record))

    def share(self, record: Mapping[str, Any], name: str) -> float | None:
        """How surely a new page like this one shows something; None where too few are known."""
        group = self._group(record)
        if group is None:
            return None
        if (group, name) not in self._shares:
            self._shares[group, name] = lowest_share(self._shown[group][name], self._pages[group])
        return self._shares[group, name]

    def usual_rule(self, record: Mapping[str, Any], name: str) -> tuple[str, float] | None:
        """The rule that finds a field most often, and how surely; None where too few are known."""
        group = self._group(record)
        rules = self._rules[group, name] if group is not None else None
        if not rules or rules.total() < ENOUGH:
            return None
        rule, count = rules.most_common(1)[0]
        return rule, lowest_share(count, rules.total())

    def leastsize_of(self, kind: str) -> float | None:
        """Bytes in the archive that a page of this kind has at least, ordinarily; None where too few are known."""
        sizes = self._sizes[kind]
        return median(sizes) / 4 if len(sizes) >= ENOUGH else None

    def _group(self, record: Mapping[str, Any]) -> str | None:
        groups = (group_of(record), str(record.get("kind")))
        return next((group for group in groups if self._pages[group] >= ENOUGH), None)
