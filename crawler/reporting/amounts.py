"""Amounts for a reader: numbers, sizes, shares, times and how long something took."""

from datetime import UTC, datetime

from crawler.reporting.markup import Html, el


def format_number(value: int | None) -> str:
    """`12,345`; a dash where it is not known."""
    return "–" if value is None else f"{value:,}"


def plural(value: int, one: str, many: str = "") -> str:
    """`1 article`, `2 articles`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def format_size(value: int | None) -> str:
    """`1.4 MB`, in powers of a thousand."""
    if value is None:
        return "–"
    amount, units = float(value), ["B", "kB", "MB", "GB", "TB", "PB"]
    while abs(amount) >= 999.5 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if units[0] == "B" or amount >= 99.5 else f"{amount:.1f} {units[0]}"


def format_share(part: int, whole: int) -> str:
    """`98 %`; never 100 % or 0 % where it is not quite."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{max(0.1, min(99.9, percent)):.1f} %"
    return f"{percent:.0f} %"


def format_moment(value: str | None, *, zone: str = " UTC") -> Html | str:
    """A time to the second in UTC; what is no time is shown as it is. `zone`: empty where a heading says it."""
    if not value:
        return "–"
    try:
        when = datetime.fromisoformat(value)
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return value[:60]
    return el("time", when.strftime("%Y-%m-%d %H:%M:%S") + zone, datetime=when.strftime("%Y-%m-%dT%H:%M:%SZ"))


def format_day(value: str | None) -> Html | str:
    """A day that does not break at its dashes; a dash where there is none."""
    return el("time", value, datetime=value) if value else "–"


def format_lasted(began: str | None, ended: str | None) -> str:
    """How long it took: `2 h 5 min`, `14 s`."""
    try:
        seconds = (datetime.fromisoformat(ended or "") - datetime.fromisoformat(began or "")).total_seconds()
    except (ValueError, TypeError):
        return "–"
    return format_span(seconds) if seconds >= 0 else "–"


def format_span(seconds: float) -> str:
    """A length of time: `14 s`, `5 min`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 72 else f"{hours // 24} d {hours % 24} h"


def format_run_day(run_id: str) -> str:
    """`2026-11-24 10:13:20` from a run's name of 14 to 17 digits; any other name as it is."""
    if len(run_id) in range(14, 18) and run_id.isascii() and run_id.isdigit():
        return f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]} {run_id[8:10]}:{run_id[10:12]}:{run_id[12:14]}"
    return run_id[:60]
