"""Bar charts as inline SVG. The bars stretch with the page;
the words around them are HTML, so they keep their size on a small screen.
"""

from collections.abc import Sequence

from crawler.reporting.amounts import format_number
from crawler.reporting.markup import Html, el, join

HEIGHT = 100
MOST_BARS = 400
MOST_LABELS = 5


def bar_chart(title: str, points: Sequence[tuple[str, int]], *, unit: str) -> Html | None:
    """Bars in order, each with a tip; the text alternative says the range and the peak.
    None where there is nothing to draw.

    Of more than `MOST_BARS` the last are drawn, and the caption says so.
    """
    shown = points[-MOST_BARS:]
    top = max((value for _, value in shown), default=0)
    if top <= 0:
        return None
    bars = join(_bar(place, name, value, top, unit) for place, (name, value) in enumerate(shown))
    peak = max(shown, key=lambda point: point[1])
    told = (
        f"{format_number(len(shown))} bars from {shown[0][0]} to {shown[-1][0]}; the highest is {peak[0]} with"
        f" {format_number(peak[1])} {unit}"
    )
    thin = {"class_": "grid", "vector_effect": "non-scaling-stroke"}
    grid = join(el("line", x1=0, x2=len(shown), y1=y, y2=y, **thin) for y in (0, HEIGHT // 2, HEIGHT))
    picture = el(
        "svg", el("title", title), el("desc", told), grid, bars,
        viewBox=f"0 0 {len(shown)} {HEIGHT}", preserveAspectRatio="none", role="img", aria_label=f"{title}: {told}",
    )  # fmt: skip
    caption = title if len(shown) == len(points) else f"{title} (the last {MOST_BARS})"
    scale = el("div", el("span", format_number(top)), el("span", "0"), class_="scale", aria_hidden="true")
    labels = el(
        "div", *(el("span", name) for name in _labels([name for name, _ in shown])), class_="axis", aria_hidden="true"
    )
    return el("figure", el("figcaption", caption), el("div", scale, picture, class_="plot"), labels)


def _bar(place: int, name: str, value: int, top: int, unit: str) -> Html | None:
    if value <= 0:
        return None
    height = max(1.0, HEIGHT * value / top)
    tip = el("title", f"{name}: {format_number(value)} {unit}")
    # A group, since `rect` is written as an empty element.
    return el(
        "g", tip, el("rect", x=f"{place + 0.1:g}", y=f"{HEIGHT - height:.2f}", width="0.8", height=f"{height:.2f}")
    )


def _labels(names: list[str]) -> list[str]:
    """A few of them, evenly apart, with the first and the last."""
    if len(names) <= MOST_LABELS:
        return names
    step = (len(names) - 1) / (MOST_LABELS - 1)
    return [names[round(step * place)] for place in range(MOST_LABELS)]
