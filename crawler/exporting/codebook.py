"""The codebook: each field of the record, what it means, an example, and how often it is filled in a collection."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crawler.exporting.columns import Column, Kind, columns
from crawler.exporting.records import Record
from crawler.items import SCHEMA

LONGEST_EXAMPLE = 60
"""Characters of an example before it is cut."""
INVENTED: Record = {
    "schema": SCHEMA,
    "id": "1491871594",
    "kind": "tin-tuc",
    "url": "https://www.thanhuytphcm.vn/tin-tuc/mo-lai-ben-do-1491871594",
    "canonical_url": "https://www.thanhuytphcm.vn/tin-tuc/mo-lai-ben-do-1491871594",
    "title": "Mở lại bến đò sau mùa nước lớn",
    "lead": "Bến đò đón khách trở lại từ sáng nay.",
    "date": "2020-11-10",
    "published_at": "2020-11-10T18:45:00+07:00",
    "modified_at": "2020-11-11T07:30:00+07:00",
    "date_source": "page",
    "section": ["Thời sự", "Quận, huyện"],
    "tags": ["bến đò"],
    "byline": "Bài, ảnh: Lê An",
    "authors": ["Lê An"],
    "dateline": "Thanhuytphcm.vn",
    "event_date": "2020-11-10",
    "body": "(Thanhuytphcm.vn) - Sáng 10/11, bến đò mở lại.",
    "blocks": [{"type": "paragraph"}],
    "captions": ["Chuyến đò đầu tiên."],
    "images": [{"caption": "Chuyến đò đầu tiên."}],
    "attachments": ["https://images.hcmcpv.org.vn/Uploads/File/10112020AB/ke-hoach.pdf"],
    "related": ["https://www.thanhuytphcm.vn/tin-tuc/ben-cho-1491871001"],
    "comment_count": 3,
    "text_digest": "sha256:…",
    "version": 1,
    "changed": ["body"],
    "status": "live",
    "captured_at": "2020-11-10T12:00:00.000000Z",
    "warc": {"record_id": "urn:uuid:…"},
    "gone": {"since": "2024-01-05T02:00:00Z"},
    "reread": {"parser": "2"},
    "parser": {"version": "3"},
    "sources": [{"field": "title", "rule": "slug"}],
    "warnings": ["no-date"],
}
"""An article that does not exist, for a codebook without a collection."""


@dataclass(kw_only=True)
class Filled:
    """How often each column is filled, counted record by record."""

    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Any] = field(default_factory=dict)

    def add(self, records: Iterable[Record]) -> "Filled":
        """Count these records too."""
        for record in records:
            self.total += 1
            for name, value in record.items():
                if value not in (None, [], ""):
                    self.counts[name] += 1
                    self.examples.setdefault(name, value)
        return self


def format_codebook(filled: Filled | None = None) -> str:
    """The codebook as Markdown, with the shares of a collection where one was counted."""
    head = ["field", "type", "meaning", "example", *(["filled"] if filled else [])]
    lines = [f"# {SCHEMA}: the codebook", "", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [_row(column, filled) for column in columns()]
    for column in columns():
        shape = column.inside[0] if column.kind is Kind.LIST else column
        if shape.inside and shape.kind is Kind.OBJECT:
            lines += ["", f"## {column.name}", "", "| key | type | meaning |", "| --- | --- | --- |"]
            lines += [f"| `{one.name}` | {type_of(one)} | {as_cell(one.says)} |" for one in shape.inside]
    return "\n".join(lines) + "\n"


def type_of(column: Column) -> str:
    """The type in words: `string or null`, `list of object`."""
    name = f"list of {column.inside[0].kind.value}" if column.kind is Kind.LIST else column.kind.value
    return f"{name} or null" if column.nullable else name


def _row(column: Column, filled: Filled | None) -> str:
    shown = (filled.examples if filled else {}).get(column.name, INVENTED.get(column.name))
    cells = [f"`{column.name}`", type_of(column), as_cell(column.says), _example(shown)]
    if filled:
        share = filled.counts[column.name] / filled.total if filled.total else 0
        cells.append(f"{share:.1%}")
    return f"| {' | '.join(cells)} |"


def _example(value: Any) -> str:
    while isinstance(value, (list, dict)):
        if isinstance(value, dict):
            value = ", ".join(f"{key}: {one}" for key, one in value.items() if one is not None)
        else:
            value = value[0] if value else None
    shown = " ".join(str("" if value is None else value).split())
    return as_cell(shown if len(shown) <= LONGEST_EXAMPLE else f"{shown[:LONGEST_EXAMPLE]}…")


def as_cell(text: str) -> str:
    """Text for a table's cell: prose in which a bar ends no cell."""
    return as_prose(text).replace("|", "\\|")


def as_prose(text: str) -> str:
    """Text as one line, and nothing in it that Markdown would take for HTML."""
    parts = " ".join(text.split()).split("`")
    # Between backticks all stands as it is.
    return "`".join(part if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts))
