"""What a record shows: which fields are filled, by which rules, how large its page is; and what its like show."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Any

from crawler.pages import LAYOUT_DISAGREES, SHAPE_NAMES
from crawler.planning.odds import lowest_share

FIELDS = (
    "lead", "published_at", "section", "tags", "byline", "dateline", "captions", "images", "related", "comment_count",
)  # fmt: skip
"""Fields whose filling is compared as it is."""
RULED = ("title", "date", "byline", "lead", "section", "captions")
"""Fields of which the rule that found them is compared too."""
ESTIMATES = frozenset({None, "id-estimate"})
"""Sources of a day that no page states."""
Stratum = tuple[str, str]
"""Kind and section, and the year."""
ENOUGH = 20
"""Pages below which a section is no measure for its new pages."""


def measure(record: Mapping[str, Any]) -> dict[str, bool]:
    """What a record shows, by name."""
    shown = {name: record.get(name) not in (None, "", []) for name in FIELDS}
    shown["date"] = record.get("date_source") not in ESTIMATES
    warnings = record.get("warnings") or ()
    shown["body"] = "text-left-out" not in warnings
    shown["layout"] = (record.get("parser") or {}).get("layout") not in SHAPE_NAMES
    shown["agreement"] = LAYOUT_DISAGREES not in warnings
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


def year_of(record: Mapping[str, Any]) -> str:
    """The year of publication; empty where it is not known."""
    return str(record.get("date") or "")[:4]


def size_of(record: Mapping[str, Any]) -> int:
    """Bytes of the page's capture in the archive; 0 where it does not say."""
    pointer = record.get("warc")
    return int(pointer["length"]) if isinstance(pointer, Mapping) else 0


class Baseline:
    """What the records of a collection show, by kind, by section, and by the year of publication: a crawl that comes
    to what the site published ten years ago finds other fields there, and no other markup.
    """

    def __init__(self) -> None:
        self._pages: Counter[Stratum] = Counter()
        self._shown: dict[Stratum, Counter[str]] = defaultdict(Counter)
        self._rules: dict[tuple[Stratum, str], Counter[str]] = defaultdict(Counter)
        self._sizes: dict[Stratum, list[int]] = defaultdict(list)
        self._shares: dict[tuple[Stratum, str], float] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a record in."""
        for stratum in {(group, year_of(record)) for group in (str(record.get("kind")), group_of(record))}:
            self._pages[stratum] += 1
            self._shown[stratum].update(name for name, shown in measure(record).items() if shown)
            for name, rule in find_rules(record).items():
                self._rules[stratum, name][rule] += 1
            self._sizes[stratum].append(size_of(record))

    def find_like(self, record: Mapping[str, Any]) -> Stratum | None:
        """Where enough pages like this one are known: the section in that year, or the year beside it; else the kind.
        None where too few are.
        """
        if not self._pages:
            return None
        year = year_of(record)
        years = [year, *(str(int(year) + step) for step in (-1, 1))] if year.isdigit() else [year]
        groups = (group_of(record), str(record.get("kind")))
        strata = ((group, one) for group in groups for one in years)
        return next((stratum for stratum in strata if self._pages[stratum] >= ENOUGH), None)

    def share(self, like: Stratum, name: str) -> float:
        """How surely a new page like these shows something."""
        if (like, name) not in self._shares:
            self._shares[like, name] = lowest_share(self._shown[like][name], self._pages[like])
        return self._shares[like, name]

    def usual_rule(self, like: Stratum, name: str) -> tuple[str, float] | None:
        """The rule that finds a field most often, and how surely; None where too few are known."""
        rules = self._rules[like, name]
        if rules.total() < ENOUGH:
            return None
        rule, count = rules.most_common(1)[0]
        return rule, lowest_share(count, rules.total())

    def least_size(self, like: Stratum) -> float:
        """Bytes in the archive that a page like these has at least, ordinarily."""
        return median(self._sizes[like]) / 4
