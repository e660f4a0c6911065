"""The record's columns as a tree of types, read from the schema of `Article`,
for every format that wants its types beforehand.
"""

import enum
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.articles import article_schema
from crawler.items import SCHEMA, Article


class Kind(enum.Enum):
    """What a column holds."""

    TEXT = "string"
    WHOLE = "integer"
    LIST = "array"
    OBJECT = "object"


class Time(enum.Enum):
    """What a text says that is a day or a moment, in words."""

    DAY = "a day that there is"
    MOMENT = "a moment that there is"


TIMES = {
    "date": Time.DAY,
    "event_date": Time.DAY,
    "published_at": Time.MOMENT,
    "modified_at": Time.MOMENT,
    "captured_at": Time.MOMENT,
}
"""Keys of the record whose texts are one; formats with types of their own for it have them typed so."""
_READ: dict[Time, Callable[[str], object]] = {Time.DAY: date.fromisoformat, Time.MOMENT: datetime.fromisoformat}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One key of the record, of an object in it, or the one element of a list."""

    name: str
    kind: Kind
    nullable: bool
    says: str
    """What it means; empty for the element of a list."""
    inside: tuple["Column", ...] = ()
    """Of an object its keys in order; of a list its element."""
    pattern: re.Pattern[str] | None = None
    """What a text has to look like."""
    time: Time | None = None
    """What a text says. None of one that may say anything."""

    def holds(self, value: Any) -> bool:
        """Whether a value is of the column's type, all the way down, and each text what the schema says of it."""
        if value is None:
            return self.nullable
        if self.kind is Kind.LIST:
            return isinstance(value, list) and all(map(self.inside[0].holds, value))
        if self.kind is Kind.OBJECT:
            return isinstance(value, dict) and all(one.holds(value.get(one.name)) for one in self.inside)
        if self.kind is Kind.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        return isinstance(value, str) and (self.pattern is None or self._says_so(value))

    def _says_so(self, text: str) -> bool:
        """Whether a text looks as it has to, and is the day or moment that it looks like: `2024-13-45` is none."""
        if self.pattern is not None and self.pattern.fullmatch(text) is None:
            return False
        try:
            return self.time is None or bool(_READ[self.time](text))
        except ValueError:
            return False

    def complete(self, value: Any) -> None:
        """Put None for each key that an object lacks, in its place, all the way down; for what the column holds."""
        if self.kind is Kind.LIST and self.inside[0].inside:
            for one in value or ():
                self.inside[0].complete(one)
        elif self.kind is Kind.OBJECT and value is not None:
            for column in self.inside:
                if column.inside:
                    column.complete(value.get(column.name))
            if any(column.name not in value for column in self.inside):
                for column in self.inside:
                    value[column.name] = value.pop(column.name, None)

    def expect(self, value: Any) -> str:
        """What is wrong with a value that the column does not hold."""
        if isinstance(value, str) and self.kind is Kind.TEXT and self.pattern is not None:
            wanted = self.time.value if self.time else f"like {self.pattern.pattern}"
            return f"expected {self.name!r} to be {wanted}, got {value[:40]!r}"
        return f"expected {self.name!r} to be {self.kind.value}, got {type(value).__name__}"


@functools.cache
def columns() -> tuple[Column, ...]:
    """The columns of a record in a collection, in the order of its keys."""
    return tuple(_column(name, value) for name, value in article_schema()["properties"].items())


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one line: every key is there, absent is null, a list is never null."""
    schema = article_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": " ".join((Article.__doc__ or "").split()),
        **schema,
        "required": list(schema["properties"]),
    }


def _column(name: str, schema: Mapping[str, Any]) -> Column:
    options = schema.get("anyOf", [schema])
    kinds = [kind for option in options for kind in _as_list(option["type"])]
    shape = next(option for option in options if option["type"] != "null")
    kind = Kind(next(one for one in kinds if one != "null"))
    inside: tuple[Column, ...] = ()
    if kind is Kind.LIST:
        inside = (_column("element", shape["items"]),)
    elif kind is Kind.OBJECT:
        inside = tuple(_column(key, value) for key, value in shape["properties"].items())
    says = " ".join(schema.get("description", "").split())
    pattern = re.compile(shape["pattern"], re.ASCII) if "pattern" in shape else None
    return Column(
        name=name,
        kind=kind,
        nullable="null" in kinds,
        says=says,
        inside=inside,
        pattern=pattern,
        time=TIMES.get(name) if pattern else None,
    )


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
