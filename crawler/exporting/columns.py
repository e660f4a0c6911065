"""The record's columns as a tree of types, read from the schema of `Article`,
for every format that wants its types beforehand.
"""

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.articles import article_schema
from crawler.items import SCHEMA, Article


class Kind(enum.Enum):
    """What a column holds."""

    TEXT = "string"
    WHOLE = "integer"
    LIST = "array"
    OBJECT = "object"


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

    def holds(self, value: Any) -> bool:
        """Whether a value is of the column's type, all the way down."""
        if value is None:
            return self.nullable
        if self.kind is Kind.LIST:
            return isinstance(value, list) and all(map(self.inside[0].holds, value))
        if self.kind is Kind.OBJECT:
            return isinstance(value, dict) and all(one.holds(value.get(one.name)) for one in self.inside)
        if self.kind is Kind.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        return isinstance(value, str)


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
    return Column(name=name, kind=kind, nullable="null" in kinds, says=says, inside=inside)


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
