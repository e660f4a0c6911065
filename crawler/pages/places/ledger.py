"""The ledger: which rule found each field, and which candidates were refused and why."""

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
    """Kept while a page is read."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.rules: dict[str, str] = {}
        self.warnings: list[str] = []

    def take(self, field: str, rule: str, value: object) -> None:
        """Note the rule that found a field."""
        self.rules[field] = rule
        self.candidates.append(Candidate(field=field, rule=rule, value=_short(value)))

    def refuse(self, field: str, rule: str, value: object, reason: str) -> None:
        """Note a candidate that was not taken."""
        self.candidates.append(Candidate(field=field, rule=rule, value=_short(value), refused=reason))

    def warn(self, code: str) -> None:
        """Note something a reader should know."""
        if code not in self.warnings:
            self.warnings.append(code)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 300 else text[:299] + "…"
