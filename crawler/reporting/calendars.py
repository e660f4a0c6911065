"""Calendars as inline SVG: a square for each day, the darker the more happened on it; a row of weeks for each year."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from crawler.reporting.amounts import format_number
from crawler.reporting.markup import Child, Html, el, join

CELL, PITCH = 10, 12
"""Edge of a day's square, and from one to the next."""
LEFT, TOP = 30, 14
MOST_YEARS = 8
LEVELS = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def calendar(title: str, days: Mapping[str, int], *, unit: str) -> Html | None:
    """The years in which something happened, the latest first. `days`: `YYYY-MM-DD` → how much.
    None where there is nothing to draw.
    """
    known = {day: count for day, count in days.items() if count > 0 and _parse(day) is not None}
    if not known:
        return None
    years = sorted({day[:4] for day in known}, reverse=True)
    steps = _steps(sorted(known.values()))
    shown = years[:MOST_YEARS]
    caption = title if len(shown) == len(years) else f"{title} (the last {MOST_YEARS} years)"
    drawn = [_year(int(year), known, steps, title, unit) for year in shown]
    return el(
        "figure",
        el("figcaption", caption, _legend(steps, unit)),
        el("div", *drawn, class_="scroll years", role="region", aria_label=title, tabindex=0),
        class_="calendar",
    )


def _year(year: int, days: Mapping[str, int], steps: list[int], title: str, unit: str) -> Html:
    first = date(year, 1, 1)
    total = sum(count for day, count in days.items() if day.startswith(f"{year:04d}-"))
    busy = sum(day.startswith(f"{year:04d}-") for day in days)
    told = f"{title}, {year:04d}: {format_number(total)} {unit} on {format_number(busy)} days"
    empty, squares = [], []
    for day, x, y in _places(first):
        count = days.get(day, 0)
        if not count:
            empty.append(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z")
            continue
        tip = el("title", f"{day}: {format_number(count)} {unit}")
        square = el("rect", x=x, y=y, width=CELL, height=CELL, rx=2, class_=f"q{bisect_right(steps, count)}")
        squares.append(el("g", tip, square))
    labels: list[Child] = [el("text", f"{year:04d}", x=0, y=TOP + 4 * PITCH, class_="year")]
    for month, name in enumerate(MONTHS, 1):
        week = (date(year, month, 1) - first).days + first.weekday()
        labels.append(el("text", name, x=LEFT + week // 7 * PITCH, y=TOP - 5))
    return el(
        "svg",
        el("title", f"{title}, {year:04d}"),
        el("desc", told),
        *labels,
        el("path", d="".join(empty), class_="q0"),
        join(squares),
        viewBox=f"0 0 {LEFT + 54 * PITCH} {TOP + 7 * PITCH}",
        role="img",
        aria_label=told,
    )


def _places(first: date) -> Iterator[tuple[str, int, int]]:
    """Each day of a year, and where its square is: weeks from left to right, Monday at the top."""
    day = first
    while day.year == first.year:
        place = (day - first).days + first.weekday()
        yield day.isoformat(), LEFT + place // 7 * PITCH, TOP + place % 7 * PITCH
        if day == date.max:
            return
        day += timedelta(days=1)


def _steps(counts: list[int]) -> list[int]:
    """From which count on a day has the levels 1 to 4: quarters of the days that have any."""
    quarters = [counts[len(counts) * quarter // LEVELS] for quarter in range(1, LEVELS)]
    return sorted({1, *quarters})


def _legend(steps: list[int], unit: str) -> Html:
    shown = [
        join([el("i", class_=f"q{level}"), f" {format_number(step)}{'+' if level == len(steps) else ''}"])
        for level, step in enumerate(steps, 1)
    ]
    return el("span", *(el("span", one) for one in shown), f" {unit} a day", class_="legend")


def _parse(day: str) -> date | None:
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None
