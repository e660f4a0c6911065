"""Articles counted one after another: coverage, filled fields, rules, warnings, versions.

Memory does not grow with what the records say; with their number it grows by eight bytes a piece,
for the gaps between them.
"""

import dataclasses
import heapq
import re
from array import array
from datetime import date
from typing import Any

from crawler.items import Article
from crawler.planning.coverage import COUNTER_FROM, NEIGHBOURS, Gap, Known, find_gaps
from crawler.reporting.lenient import bounded, count, mapping, text, texts, whole
from crawler.reporting.report_data import Articles, Counted, Example, Fill, SectionSpan

EXAMPLES = 5
LATEST = 20
MOST_SECTIONS = 300
MOST_WARNINGS = 100
MOST_RULES = 60
FIELDS = tuple(Article.__dataclass_fields__)
EMPTY: tuple[object, ...] = (None, "", [], {})
UNDATED = "undated"
WATCHED = ("date", "lead", "byline", "section", "captions", "tags", "dateline", "images")
"""Fields whose filling over time is drawn: what a new layout would lose first."""
_MONTH = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CHUNK = 2000
"""Articles between which gaps are sought at a time."""
KINDS = ("tin-tuc", "tu-lieu")


class ArticleTally:
    """Takes records, gives figures."""

    def __init__(self) -> None:
        self._found = Articles(fields={name: Fill() for name in FIELDS})
        self._numbers = array("Q")
        self._new: list[tuple[str, int, Example]] = []
        self._edited: list[tuple[str, int, Example]] = []
        self._gone: list[tuple[str, int, Example]] = []
        self._cited_at = ""

    def add(self, record: object) -> None:
        """Count a line's value."""
        found = self._found
        if not isinstance(record, dict) or not text(record.get("id")) or not text(record.get("kind")):
            found.unreadable += 1
            return
        found.total += 1
        day = _day(record.get("date"))
        year = f"{day.year:04d}" if day else UNDATED
        count(found.kinds, record["kind"], most=10)
        count(found.years, year, most=20_000)
        self._add_day(record, day)
        self._add_fields(record, year)
        self._add_version(record)
        self._add_reading(record)
        parser = mapping(record.get("parser"))
        count(found.parsers, f"{text(parser.get('version')) or '?'} / {text(parser.get('layout')) or '?'}", most=100)
        for code in texts(record.get("warnings")):
            group = found.warnings.setdefault(bounded(found.warnings, code, MOST_WARNINGS), Counted())
            group.count += 1
            if len(group.examples) < EXAMPLES:
                group.examples.append(example(record))

    def result(self) -> Articles:
        """The figures so far, in order."""
        found = self._found
        found.months, found.years = dict(sorted(found.months.items())), dict(sorted(found.years.items()))
        for name in ("kinds", "date_sources", "parsers"):
            setattr(found, name, _by_count(getattr(found, name)))
        for fill in found.fields.values():
            fill.rules = _by_count(fill.rules)
        found.sections = dict(sorted(found.sections.items(), key=lambda item: (-item[1].count, item[0])))
        found.warnings = dict(sorted(found.warnings.items(), key=lambda item: (-item[1].count, item[0])))
        found.lately_new = [one for _, _, one in sorted(self._new, reverse=True)]
        found.lately_edited = [one for _, _, one in sorted(self._edited, reverse=True)]
        found.lately_gone = [one for _, _, one in sorted(self._gone, reverse=True)]
        found.gaps = [dataclasses.asdict(gap) for gap in gaps_between(self._numbers)]
        return found

    def _add_day(self, record: dict[str, Any], day: date | None) -> None:
        found = self._found
        stated = day.isoformat() if day else ""
        if day is None:
            found.undated += 1
        else:
            found.first = min(found.first or stated, stated)
            found.last = max(found.last or stated, stated)
            count(found.months, stated[:7], most=20_000)
            count(found.days, stated, most=50_000)
            self._note_number(record, day)
        count(found.date_sources, text(record.get("date_source")) or "none", most=20)
        name = " › ".join(texts(record.get("section"))) or "(none stated)"
        section = found.sections.setdefault(bounded(found.sections, name, MOST_SECTIONS), SectionSpan())
        section.count += 1
        if day is not None:
            section.first = min(section.first or stated, stated)
            section.last = max(section.last or stated, stated)

    def _add_reading(self, record: dict[str, Any]) -> None:
        """Which fields were filled in the month of the capture, and since when its parser reads."""
        seen = text(record.get("captured_at")) or ""
        if not _MONTH.match(seen):
            return
        month = self._found.read_in.setdefault(bounded(self._found.read_in, seen[:7], 600), {})
        month["total"] = month.get("total", 0) + 1
        for name in WATCHED:
            month[name] = month.get(name, 0) + (record.get(name) not in EMPTY)
        version = text(mapping(record.get("parser")).get("version")) or "?"
        known = bounded(self._found.parsers_from, version, 100)
        self._found.parsers_from[known] = min(self._found.parsers_from.get(known, seen), seen)

    def _note_number(self, record: dict[str, Any], day: date) -> None:
        digits = record["id"]
        if (
            record["kind"] in KINDS
            and len(digits) <= 12
            and digits.isascii()
            and digits.isdigit()
            and int(digits) >= COUNTER_FROM
        ):
            self._numbers.append(int(digits) << 23 | day.toordinal() << 1 | KINDS.index(record["kind"]))

    def _add_fields(self, record: dict[str, Any], year: str) -> None:
        fields = self._found.fields
        for name in FIELDS:
            if record.get(name) not in EMPTY:
                fill = fields[name]
                fill.filled += 1
                fill.years[year] = fill.years.get(year, 0) + 1
        sources = record.get("sources")
        for source in sources if isinstance(sources, list) else ():
            field, rule = text(mapping(source).get("field")), text(mapping(source).get("rule"))
            if field in fields and rule:
                count(fields[field].rules, rule, most=MOST_RULES)

    def _add_version(self, record: dict[str, Any]) -> None:
        found = self._found
        version, seen = whole(record.get("version")) or 1, text(record.get("captured_at")) or ""
        found.versions += version
        if record.get("status") == "gone":
            found.gone += 1
            self._keep_latest(self._gone, seen, example(record, f"found gone {_short(seen)}"))
        elif version > 1:
            found.edited += 1
            changed = ", ".join(texts(record.get("changed")))[:200]
            detail = f"version {version}, captured {_short(seen)}: {changed or 'fields not stated'}"
            self._keep_latest(self._edited, seen, example(record, detail))
        else:
            self._keep_latest(
                self._new, seen, example(record, f"{text(record.get('date')) or 'no date'}, captured {_short(seen)}")
            )
        warc = mapping(record.get("warc"))
        if seen >= self._cited_at and text(warc.get("record_id")):
            self._cited_at = seen
            said = [
                (name, record.get(name)) for name in ("title", "byline", "date", "canonical_url", "url", "captured_at")
            ]
            said += [(name, warc.get(name)) for name in ("file", "record_id", "payload_digest")]
            found.cited = {name: value for name, value in said if isinstance(value, str) and value}

    def _keep_latest(self, heap: list[tuple[str, int, Example]], seen: str, one: Example) -> None:
        entry = (seen, self._found.total, one)  # the running number keeps two of one moment from being compared
        if len(heap) < LATEST:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)


def example(record: dict[str, Any], detail: str = "") -> Example:
    """An article to look at."""
    url = text(record.get("canonical_url")) or text(record.get("url")) or f"{record['kind']}/{record['id']}"
    return Example(url=url[:2000], title=(text(record.get("title")) or "")[:500] or None, detail=detail)


def gaps_between(packed: "array[int]") -> list[Gap]:
    """The gaps, sought in overlapping stretches, so that no more than a stretch is ever unpacked."""
    numbers = array("Q", sorted(packed))
    found: dict[tuple[str, str], Gap] = {}
    margin = NEIGHBOURS + 1
    for start in range(0, len(numbers), CHUNK):
        known = [_unpack(one) for one in numbers[max(0, start - margin) : start + CHUNK + margin]]
        core = {one.key for one in known[min(start, margin) :][: CHUNK + 1]}
        # At a stretch's edge a step has fewer neighbours than it has in truth: it belongs to the next stretch.
        found |= {(gap.after, gap.before): gap for gap in find_gaps(known) if gap.after in core and gap.before in core}
    return list(found.values())


def _unpack(packed: int) -> Known:
    number = packed >> 23
    return Known(key=f"{KINDS[packed & 1]}/{number}", number=number, day=date.fromordinal(packed >> 1 & (1 << 22) - 1))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _short(seen: str) -> str:
    """A time of the archive to the second; anything else as far as it may be shown."""
    return f"{seen[:19].replace('T', ' ')} UTC" if seen.endswith("Z") else seen[:40]


def _by_count(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
