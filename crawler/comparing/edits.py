"""The edits between two versions of an article, each with its kind and its words.

The actions are those of NewsEdits (Spangher et al., 2022):
a sentence is added, deleted, edited, or refactored, that is moved.
"""

import enum
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from crawler.comparing.words import compare_words, split_words
from crawler.pages.words.search import without_accents

Record = Mapping[str, Any]
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’»)]*\s+(?=[\"“‘«(]?[^\W\d_])|\n+")
_SAME_ENOUGH = 0.5
"""Share of words two sentences have in common from which one is taken for an edit of the other."""
_MOST = 400
"""Sentences without a twin on either side, up to which each is held against each."""


class Action(enum.StrEnum):
    """What was done, in the words of NewsEdits."""

    ADDITION = "addition"
    DELETION = "deletion"
    EDIT = "edit"
    REFACTOR = "refactor"


class EditKind(enum.StrEnum):
    """What sort of edit it is."""

    HEADLINE = "headline"
    TYPO = "typo"
    NUMBER = "number"
    NAME = "name"
    WORDING = "wording"
    SENTENCE = "sentence"
    CAPTION = "caption"
    PHOTO = "photo"
    BYLINE = "byline"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One difference."""

    kind: EditKind
    action: Action
    field: str
    """The record's key."""
    before: str
    """The sentence, caption, address or value that was; empty for an addition."""
    after: str


def find_edits(before: Record, after: Record) -> list[Edit]:
    """Every edit between two versions, in the order headline, lead, body, captions, photos, byline, date."""
    found: list[Edit] = []
    if before["title"] != after["title"]:
        found.append(_value(EditKind.HEADLINE, "title", before["title"], after["title"]))
    for name in ("lead", "body"):
        found += _text_edits(name, before[name] or "", after[name] or "")
    found += _list_edits(EditKind.CAPTION, "captions", before["captions"], after["captions"])
    photos = ([one["url"] for one in record["images"]] for record in (before, after))
    found += _list_edits(EditKind.PHOTO, "images", *photos)
    if before["byline"] != after["byline"]:
        found.append(_value(EditKind.BYLINE, "byline", before["byline"], after["byline"]))
    for name in ("date", "published_at"):
        if before[name] != after[name]:
            found.append(_value(EditKind.DATE, name, before[name], after[name]))
            break
    return found


def split_sentences(text: str) -> list[str]:
    """The sentences of a text; a paragraph's end ends a sentence."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def kind_of_edit(before: str, after: str) -> EditKind:
    """What sort of edit turns one sentence into the other:
    every changed word is a number, a name, or misspelt, or it is reworded.
    """
    pairs: list[tuple[str, str]] = []
    place = 0
    kinds: set[EditKind] = set()
    for run in compare_words(before, after):
        if not run.is_same:
            pairs.append((run.before.strip(), run.after.strip()))
            kinds.add(_kind_of_words(pairs[-1][0], pairs[-1][1], opens=place == 0))
        place += len(run.before)
    return kinds.pop() if len(kinds) == 1 else EditKind.WORDING


def _kind_of_words(before: str, after: str, *, opens: bool) -> EditKind:
    old, new = _words(before), _words(after)
    if any(any(char.isdigit() for char in word) for word in (*old, *new)):
        return EditKind.NUMBER if _without_numbers(old) == _without_numbers(new) else EditKind.WORDING
    if without_accents(" ".join(old)) == without_accents(" ".join(new)):
        # the same letters: marks, accents or capitals alone
        return EditKind.NAME if _are_names(old, new, opens=opens) and old != new else EditKind.TYPO
    if _are_names(old, new, opens=opens):
        return EditKind.NAME
    if len(old) == len(new) and all(_is_near(one, other) for one, other in zip(old, new, strict=True)):
        return EditKind.TYPO
    if _is_near("".join(old), "".join(new)) and len(old) + len(new) <= 4:  # a blank too many or too few
        return EditKind.TYPO
    return EditKind.WORDING


def _words(text: str) -> list[str]:
    return [word for word in split_words(text) if any(char.isalnum() for char in word)]


def _without_numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if not any(char.isdigit() for char in word)]


def _are_names(old: Sequence[str], new: Sequence[str], *, opens: bool) -> bool:
    """Whether all words begin with a capital, which the first word of a sentence does anyway.
    A name may also become longer or shorter by some.
    """
    if opens and (len(old) == len(new) == 1 or not (old and new)):
        return False
    return bool(old or new) and all(word[0].isupper() for word in (*old, *new))


def _is_near(one: str, other: str) -> bool:
    """Whether two words are one or two keys apart."""
    if one == other:
        return True
    longest = max(len(one), len(other))
    return _distance(without_accents(one), without_accents(other), most=2) <= (1 if longest <= 4 else 2)


def _distance(one: str, other: str, *, most: int) -> int:
    """Edits of a letter, two neighbours swapped counting as one (Damerau-Levenshtein);
    above `most` it is only known to be more.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i, *([0] * len(other))]
        for j, mark in enumerate(other, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != mark))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == mark:
                row[j] = min(row[j], before[j - 2] + 1)
        before = last
    return row[-1]


def _text_edits(name: str, before: str, after: str) -> list[Edit]:
    """Edits of sentences: moved ones first found, then the rest paired by the words that they share."""
    old, new = split_sentences(before), split_sentences(after)
    gone: list[int] = []
    come: list[int] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += range(start, end)
            come += range(other_start, other_end)
    moved = Counter(old[i] for i in gone) & Counter(new[j] for j in come)
    edits: list[tuple[int, Edit]] = []
    left = dict(moved)
    for j in list(come):
        if left.get(new[j], 0):
            left[new[j]] -= 1
            come.remove(j)
            same = next(i for i in gone if old[i] == new[j])
            gone.remove(same)
            edits.append((j, _edit(EditKind.SENTENCE, Action.REFACTOR, name, old[same], new[j])))
    for i, j in _pairs([old[i] for i in gone], [new[j] for j in come]):
        sentence, changed = old[gone[i]], new[come[j]]
        edits.append((come[j], _edit(kind_of_edit(sentence, changed), Action.EDIT, name, sentence, changed)))
        gone[i] = come[j] = -1
    edits += [(i, _edit(EditKind.SENTENCE, Action.DELETION, name, old[i], "")) for i in gone if i >= 0]
    edits += [(j, _edit(EditKind.SENTENCE, Action.ADDITION, name, "", new[j])) for j in come if j >= 0]
    return [edit for _, edit in sorted(edits, key=lambda one: one[0])]


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which old sentence became which new one: the likest pair first, each in one pair."""
    if not old or not new or len(old) * len(new) > _MOST * _MOST:
        return []
    words = [Counter(_words(without_accents(text))) for text in old]
    others = [Counter(_words(without_accents(text))) for text in new]
    scored = []
    for i, one in enumerate(words):
        for j, other in enumerate(others):
            shared = 2 * sum((one & other).values()) / max(sum(one.values()) + sum(other.values()), 1)
            if shared >= _SAME_ENOUGH:
                scored.append((-shared, abs(i - j), i, j))
    pairs: list[tuple[int, int]] = []
    for _, _, i, j in sorted(scored):
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def _list_edits(kind: EditKind, field: str, before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    """Edits of captions or photos: those that came, went, were exchanged in place, or only changed places."""
    gone = list((Counter(before) - Counter(after)).elements())
    come = list((Counter(after) - Counter(before)).elements())
    edits = [_edit(kind, Action.EDIT, field, old, new) for old, new in zip(gone, come, strict=False)]
    edits += [_edit(kind, Action.DELETION, field, old, "") for old in gone[len(come) :]]
    edits += [_edit(kind, Action.ADDITION, field, "", new) for new in come[len(gone) :]]
    if not gone and not come and list(before) != list(after):
        edits.append(_edit(kind, Action.REFACTOR, field, "\n".join(before), "\n".join(after)))
    return edits


def _value(kind: EditKind, field: str, before: str | None, after: str | None) -> Edit:
    action = Action.ADDITION if before is None else Action.DELETION if after is None else Action.EDIT
    return _edit(kind, action, field, before or "", after or "")


def _edit(kind: EditKind, action: Action, field: str, before: str, after: str) -> Edit:
    return Edit(kind=kind, action=action, field=field, before=before, after=after)
