"""Fields: how each field of the record was found in the sample, by which rules, and where pages disagree. Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from crawler.surveying.sample import Sample, Shown

FIELDS = (
    *("title", "date", "body", "lead", "byline", "authors", "dateline", "section", "tags", "captions", "images"),
    *("related", "comment_count", "published_at", "modified_at", "event_date", "attachments"),
)  # fmt: skip
RARE = 0.2
"""The share of a field's pages below which a rule is an exception."""


@dataclass(kw_only=True)
class FieldFound:
    """How one field was found."""

    name: str
    filled: int = 0
    pages: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    """Rule → pages on which it found the field, the most frequent first."""
    otherwise: list[Shown] = field(default_factory=list)
    """Pages on which another rule than the usual ones found it."""


def find_fields(sample: Sample) -> list[FieldFound]:
    """Each field of the record."""
    records = [(one.url, one.record) for one in sample.articles() if one.record is not None]
    found = []
    for name in FIELDS:
        by_rule: dict[str, list[str]] = defaultdict(list)
        filled = 0
        for url, record in records:
            if record[name] in (None, "", []):
                continue
            filled += 1
            for rule in dict.fromkeys(source["rule"] for source in record["sources"] if source["field"] == name):
                by_rule[rule].append(url)
        rules = Counter({rule: len(urls) for rule, urls in by_rule.items()})
        rare = [rule for rule, count in rules.items() if count < filled * RARE]
        otherwise = [Shown(url, rule) for rule in rare for url in by_rule[rule]]
        found.append(
            FieldFound(
                name=name,
                filled=filled,
                pages=len(records),
                rules=dict(rules.most_common()),
                otherwise=otherwise[:3],
            )
        )
    return found


def count_warnings(sample: Sample) -> dict[str, list[str]]:
    """Warning → the addresses of the records that carry it, the most frequent first."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in sample.articles():
        for code in one.record["warnings"] if one.record else ():
            found[code].append(one.url)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))
