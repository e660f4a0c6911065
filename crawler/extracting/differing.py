"""Differing: what reading an archive again gives otherwise than the records that its crawls wrote, field by field."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from archive.json_text import parse_json
from archive.lines.reader import parser_of
from crawler.extracting.rereading import UNREADABLE, Reread

AROUND, SHOWN = 4, 24
"""Words that are shown around what differs, and at most of what differs."""
LONGEST = 300
"""Characters of an excerpt."""
_WORD = re.compile(r"\s*\S+|\s+$")


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field that differs."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One article version that differs."""

    kind: str
    """`changed`, `new` (no record was stored) or `lost` (the page gives no article now, and the record stays)."""
    key: str
    title: str
    version: int
    """Of the stored record, or of the new one where none is stored."""
    captured_at: str
    warc: dict[str, Any]
    detail: str = ""
    """Of a lost one: why the page gives no article."""
    parsers: tuple[str | None, str | None] = (None, None)
    """Version of the parser, before and now."""
    fields: tuple[Change, ...] = ()


@dataclass(kw_only=True)
class Differences:
    """The sum of a comparison."""

    equal: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    """Field → records in which it differs."""
    parsers: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    """Parser's version before and now → records."""

    def compare(self, read: Reread, line: bytes | None) -> Difference | None:
        """Hold what a task gave against the stored line, and count it.
        None where they are equal, or neither is there.
        """
        if read.stored is None and line is None:
            return None
        stored: dict[str, Any] = parse_json(read.stored) if read.stored is not None else {}
        record: dict[str, Any] = parse_json(line) if line is not None else {}
        refused = read.line is None and read.code not in UNREADABLE
        parsers = (parser_of(stored), read.parser or parser_of(record))
        if stored and not refused:
            self.parsers[parsers] += 1
        changes = _changes(stored, record) if stored and record and read.stored != line else ()
        if stored and not refused and not changes:
            self.equal += 1
            return None
        kind = "new" if not stored else "lost" if refused else "changed"
        self.kinds[kind] += 1
        self.fields.update(change.field for change in changes)
        shown = stored or record
        return Difference(
            kind=kind,
            key=read.task.key,
            title=str(shown.get("title")),
            version=int(shown["version"]),
            captured_at=str(shown["captured_at"]),
            warc=shown["warc"],
            detail=f"{read.code}: {read.detail}" if kind == "lost" else "",
            parsers=parsers,
            fields=changes,
        )


def _changes(stored: dict[str, Any], record: dict[str, Any]) -> tuple[Change, ...]:
    """Every field that differs but for the parser's own version, which is told once for all."""
    names = [*record, *(name for name in stored if name not in record)]
    found = []
    for name in names:
        old, new = stored.get(name), record.get(name)
        if name == "parser" and isinstance(old, dict) and isinstance(new, dict):
            old, new = old | {"version": None}, new | {"version": None}
        if old != new:
            found.append(Change(field=name, old=old, new=new))
    return tuple(found)


def excerpt(old: Any, new: Any) -> str:
    """What differs between two values, with a few words around it: `… [-old words-] {+new words+} …`."""
    before, after = _words(old), _words(new)
    shared = min(len(before), len(after))
    start = next((at for at in range(shared) if before[at] != after[at]), shared)
    end = next((at for at in range(shared - start) if before[-1 - at] != after[-1 - at]), shared - start)
    parts = [_cut(before[max(0, start - AROUND) : start], AROUND)]
    for mark, words in (("-", before[start : len(before) - end]), ("+", after[start : len(after) - end])):
        if words:
            opening, closing = ("[", "]") if mark == "-" else ("{", "}")
            parts.append(f"{opening}{mark}{_cut(words, SHOWN)}{mark}{closing}")
    parts.append(_cut(before[len(before) - end :][:AROUND], AROUND))
    text = " ".join(part for part in parts if part)
    lead, tail = "… " if start > AROUND else "", " …" if end > AROUND else ""
    return "".join(char if char.isprintable() else "¶" if char == "\n" else "\ufffd" for char in f"{lead}{text}{tail}")


def _words(value: Any) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _WORD.findall(text)


def _cut(words: list[str], most: int) -> str:
    text = "".join(words).strip(" ")
    if len(words) > most:
        text = f"{''.join(words[: most // 2]).strip(' ')} … {''.join(words[-(most // 2) :]).strip(' ')}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
