"""What a benchmark gives: rows of figures, and words on how they were come by; shown as tables or as JSON."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class ResultColumn:
    """One column of a table."""

    key: str
    """Its name in JSON."""
    title: str
    form: str = ""
    """A format specification for numbers, e.g. `.3f`."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A figure that the project holds itself to."""

    name: str
    """One word path, e.g. `extract/15kB`: by it the recorded figures are kept."""
    says: str
    """What is measured, in words."""
    value: float | None
    """None where it could not be measured here, e.g. because the peer is not installed."""
    limit: float | None
    """None where the work was too little for a goal: it is left to a larger run."""
    least: bool = False
    """Whether `limit` is the least that will do, and not the most."""
    unit: str = "×"
    held: bool = False
    """Whether `thanhuy bench --check` holds it to the recorded figure: a ratio of processor times or of memory,
    which other work on the machine hardly moves."""

    @property
    def met(self) -> bool | None:
        """None where nothing was measured, or nothing is aimed at."""
        if self.value is None or self.limit is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit


@dataclass(frozen=True, kw_only=True)
class ResultSection:
    """One table: a row for each contestant."""

    name: str
    """Its name in JSON."""
    title: str
    columns: tuple[ResultColumn, ...]
    rows: Sequence[dict[str, Cell]]
    notes: tuple[str, ...] = ()
    """What a reader must know to judge the figures, one thought a line."""
    goals: tuple[Goal, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    """Single measurements, for JSON alone."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One benchmark's outcome."""

    benchmark: str
    sections: tuple[ResultSection, ...]


def show(result: Result, console: Console) -> None:
    """Print the tables; a value that a contestant does not give is a dash."""
    for section in result.sections:
        table = Table(title=section.title, title_justify="left", title_style="bold")
        for number, column in enumerate(section.columns):
            table.add_column(column.title, justify="right" if number else "left", overflow="fold")
        for row in section.rows:
            table.add_row(*(_shown(row.get(column.key), column.form) for column in section.columns))
        console.print(table)
        for note in section.notes:
            console.print(f"  {note}", markup=False, highlight=False)
        console.print()


def format_json(results: Sequence[Result], machine: dict[str, str]) -> str:
    """All results as one JSON object: `machine`, and benchmark → section → rows, notes and goals."""
    whole = {
        result.benchmark: {
            section.name: {
                "rows": list(section.rows),
                "notes": list(section.notes),
                "goals": [{**dataclasses.asdict(goal), "met": goal.met} for goal in section.goals],
                **section.more,
            }
            for section in result.sections
        }
        for result in results
    }
    return json.dumps({"machine": machine, **whole}, ensure_ascii=False, indent=1, default=_plain)


def _shown(value: Cell, form: str) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else format(value, form)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"expected a plain value, got {type(value).__name__}")
