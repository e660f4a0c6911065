"""The goals of the benchmarks: whether each is met, and whether a ratio became worse than the one recorded.

`recorded.json` beside this module holds the ratios of the last state that was looked at, name → figure.
Seconds differ from machine to machine; what is held is how we stand to the peer that ran beside us,
or to ourselves on a smaller archive.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crawler.bench.result import Goal, Result

RECORDED = Path(__file__).with_name("recorded.json")
WORSE = 1.25
"""How many times worse than recorded a ratio may be."""


def goals_of(results: Iterable[Result]) -> list[Goal]:
    """The goals of all sections, in order."""
    return [goal for result in results for section in result.sections for goal in section.goals]


def show_goals(goals: Sequence[Goal], console: Console) -> None:
    """A line for each: what was measured, what was aimed at."""
    table = Table(title="Goals", title_justify="left", title_style="bold")
    for title in ("goal", "measured", "aim", ""):
        table.add_column(title, justify="right" if title in {"measured", "aim"} else "left", overflow="fold")
    words = {True: "met", False: "missed", None: "not measured"}
    for goal in goals:
        value = "–" if goal.value is None else f"{goal.value:.2f} {goal.unit}"
        if goal.limit is None:
            table.add_row(goal.says, value, "–", "left to a larger run")
            continue
        table.add_row(goal.says, value, f"{'≥' if goal.least else '≤'} {goal.limit:g} {goal.unit}", words[goal.met])
    console.print(table)


def find_worse(goals: Iterable[Goal], recorded: dict[str, float]) -> list[Goal]:
    """Those that became a quarter worse than recorded."""
    return [goal for goal in goals if goal.held and goal.name in recorded and _loss(goal, recorded[goal.name]) > WORSE]


def find_lasting(
    goals: Iterable[Goal], recorded: dict[str, float], again: Callable[[frozenset[str]], Iterable[Goal]]
) -> list[str]:
    """What became a quarter worse than recorded and is so a second time, a line each.

    `again` measures these benchmarks once more: what else the machine had to do may have been to blame.
    """
    missed = {goal.name for goal in find_worse(goals, recorded)}
    if not missed:
        return []
    measured = again(frozenset(name.partition("/")[0] for name in missed))
    return [
        f"{goal.name}: expected at {'least' if goal.least else 'most'} {WORSE - 1:.0%} worse than the recorded"
        f" {recorded[goal.name]:.2f}, got {goal.value:.2f} ({goal.says})"
        for goal in find_worse(measured, recorded)
        if goal.name in missed
    ]


def _loss(goal: Goal, before: float) -> float:
    """How many times worse than before; 1 where it could not be measured."""
    if goal.value is None:
        return 1.0
    return before / goal.value if goal.least else goal.value / before


def read_recorded(path: Path = RECORDED) -> dict[str, float]:
    """The ratios recorded; none where nothing was recorded yet."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def record(goals: Iterable[Goal], path: Path = RECORDED) -> None:
    """Keep these ratios in place of the ones recorded under the same names."""
    kept = read_recorded(path)
    kept.update({goal.name: round(goal.value, 3) for goal in goals if goal.value is not None and goal.held})
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")
