"""The goals of the benchmarks: whether each is met, and whether a ratio became worse than the one recorded.

`recorded.json` beside this module holds the ratios of the last state that was looked at, name → figure.
Seconds differ from machine to machine; what is held is how we stand to the peer that ran beside us,
or to ourselves on a smaller archive.
"""

import json
from collections.abc import Iterable, Sequence
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
        table.add_row(goal.says, value, f"{'≥' if goal.least else '≤'} {goal.limit:g} {goal.unit}", words[goal.met])
    console.print(table)


def find_worse(goals: Iterable[Goal], recorded: dict[str, float]) -> list[str]:
    """What became a quarter worse than recorded, a line each."""
    worse = []
    for goal in goals:
        before = recorded.get(goal.name)
        if goal.value is None or before is None or not goal.held:
            continue
        lost = before / goal.value if goal.least else goal.value / before
        if lost > WORSE:
            worse.append(
                f"{goal.name}: expected at {'least' if goal.least else 'most'} {WORSE - 1:.0%} worse than the recorded"
                f" {before:.2f}, got {goal.value:.2f} ({goal.says})"
            )
    return worse


def read_recorded(path: Path = RECORDED) -> dict[str, float]:
    """The ratios recorded; none where nothing was recorded yet."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def record(goals: Iterable[Goal], path: Path = RECORDED) -> None:
    """Keep these ratios in place of the ones recorded under the same names."""
    kept = read_recorded(path)
    kept.update({goal.name: round(goal.value, 3) for goal in goals if goal.value is not None and goal.held})
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")
