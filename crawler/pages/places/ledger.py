"""The ledger: which rule found each field, and which candidates were refused and why."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One value that a rule proposed for a field."""

    field: str
    rule: str
    value: str
    refused: str | None = None
    """Why it was not taken. None for the one that was."""


class Ledger:
    """Kept while a page is read. `in_full`: with the candidates, which only an inspection asks for."""

    def __init__(self, warnings: Iterable[str] = (), *, in_full: bool = True) -> None:
        self.in_full = in_full
        self.candidates: list[Candidate] = []
        self.rules: dict[str, list[str]] = {}
        """By field the ids of the rules that found it; several where it has several parts."""
        self.warnings: list[str] = list(warnings)

    def take(self, field: str, rule: str, value: object) -> None:
        """Note the rule that found a field, or a part of it; after a colon or a comma it names the rule's witness."""
        found = self.rules.setdefault(field, [])
        if field not in _IN_PARTS:
            found.clear()
        if (known := rule_id(rule)) not in found:
            found.append(known)
        if self.in_full:
            self.candidates.append(Candidate(field=field, rule=rule, value=_short(value)))

    def refuse(self, field: str, rule: str, value: object, reason: str) -> None:
        """Note a candidate that was not taken."""
        if self.in_full:
            self.candidates.append(Candidate(field=field, rule=rule, value=_short(value), refused=reason))

    def warn(self, code: str) -> None:
        """Note something a reader should know."""
        if code not in self.warnings:
            self.warnings.append(code)

    def knows(self, field: str) -> bool:
        """Whether a rule has found a field."""
        return bool(self.rules.get(field))


_IN_PARTS = frozenset({"captions"})
"""Fields whose parts may be found by different rules."""


def rule_id(rule: str) -> str:
    """The rule's id, without the witness that it names (`meta:og:title` → `meta`)."""
    return rule.partition(":")[0].partition(",")[0].replace("itemprop", "microdata")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 300 else text[:299] + "…"
