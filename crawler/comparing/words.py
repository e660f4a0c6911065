"""The words that differ between two texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+(?:[.,:/]\d+)*|\s+|[^\w\s]")
"""A word (a number with its points, commas and slashes is one), white space, or one mark."""
_CONTEXT = 6
"""Words shown on both sides of a change."""
_LONGEST = 4_000
"""Tokens beyond which a text is compared in lines, so that time stays bounded."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A run of tokens that is the same, or was replaced."""

    before: str
    after: str

    @property
    def is_same(self) -> bool:
        """Whether nothing changed here."""
        return self.before == self.after


def split_words(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    return _TOKEN.findall(text)


def compare_words(before: str, after: str) -> list[Change]:
    """The texts as runs that are the same and runs that differ, in order."""
    old, new = split_words(before), split_words(after)
    if max(len(old), len(new)) > _LONGEST:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    runs: list[Change] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal" and runs and _is_gap(old[start:end]) and not runs[-1].is_same:
            # a blank between two changed words belongs to the change: `[-một hai-] {+ba bốn+}`, not word by word
            last = runs.pop()
            gap = "".join(old[start:end])
            runs.append(Change(before=last.before + gap, after=last.after + gap))
        elif tag != "equal" and runs and not runs[-1].is_same:
            last = runs.pop()
            changed = ("".join(old[start:end]), "".join(new[other_start:other_end]))
            runs.append(Change(before=last.before + changed[0], after=last.after + changed[1]))
        else:
            runs.append(Change(before="".join(old[start:end]), after="".join(new[other_start:other_end])))
    return [part for run in runs for part in _without_shared_blanks(run)]


def format_words(before: str, after: str) -> str:
    """The words that were and those that are, `[-old-] {+new+}`, with some around them."""
    parts: list[str] = []
    runs = compare_words(before, after)
    for place, run in enumerate(runs):
        if run.is_same:
            parts.append(_shorten(run.before, first=place == 0, last=place == len(runs) - 1))
        else:
            shown = [f"[-{run.before}-]" if run.before else "", f"{{+{run.after}+}}" if run.after else ""]
            parts.append(" ".join(part for part in shown if part))
    return "".join(parts)


def _is_gap(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and not tokens[0].strip()


def _without_shared_blanks(run: Change) -> list[Change]:
    """White space that ends both sides of a change stands after it."""
    if run.is_same:
        return [run]
    kept = len(run.before) - len(run.before.rstrip())
    if kept and run.before[-kept:] == run.after[-kept:] and run.before.strip() and run.after.strip():
        blank = run.before[-kept:]
        return [Change(before=run.before[:-kept], after=run.after[:-kept]), Change(before=blank, after=blank)]
    return [run]


def _shorten(text: str, *, first: bool, last: bool) -> str:
    words = split_words(text)
    keep = _CONTEXT * 2
    if first:
        return "".join(words) if len(words) <= keep else "…" + "".join(words[-keep:])
    if last:
        return "".join(words) if len(words) <= keep else "".join(words[:keep]) + "…"
    return "".join(words) if len(words) <= keep * 2 else "".join(words[:keep]) + " … " + "".join(words[-keep:])
