"""Lines over time as inline SVG: shares of filled fields with the moments that may explain a change, and growth."""

from collections.abc import Mapping, Sequence

from crawler.reporting.amounts import format_share, format_size
from crawler.reporting.markup import Html, el, join

WIDTH, HEIGHT = 300, 60
AREA_HEIGHT = 100


def share_line(name: str, points: Sequence[tuple[str, int, int]], marks: Mapping[str, str]) -> Html:
    """How a share changed. `points`: period, part, whole; `marks`: period → what happened then."""
    step = WIDTH / max(1, len(points) - 1)
    places = [
        (place * step, HEIGHT - HEIGHT * part / whole if whole else None)
        for place, (_, part, whole) in enumerate(points)
    ]
    known = [(x, y) for x, y in places if y is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
    first, last = (format_share(part, whole) for _, part, whole in (points[0], points[-1]))
    told = f"{name}: {first} in {points[0][0]}, {last} in {points[-1][0]}"
    flags = [
        el(
            "g",
            el("title", f"{period}: {says}"),
            el("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=0, y2=HEIGHT, class_="mark"),
        )
        for (period, *_), (x, _) in zip(points, places, strict=True)
        if (says := marks.get(period))
    ]
    dots = [el("g", el("title", f"{period}: {format_share(part, whole)}"), _dot(x, y))
            for (period, part, whole), (x, y) in zip(points, places, strict=True) if y is not None]  # fmt: skip
    picture = el(
        "svg",
        el("title", name),
        el("desc", told),
        *(el("line", x1=0, x2=WIDTH, y1=y, y2=y, class_="grid") for y in (0, HEIGHT // 2, HEIGHT)),
        *flags,
        el("polyline", points=line),
        join(dots),
        viewBox=f"-4 -4 {WIDTH + 8} {HEIGHT + 8}",
        role="img",
        aria_label=told,
    )
    return el("figure", el("figcaption", el("code", name), el("span", last)), picture, class_="trend")


def _dot(x: float, y: float) -> Html:
    return el("rect", x=f"{x - 2:.1f}", y=f"{y - 2:.1f}", width=4, height=4, rx=2)


def growth(title: str, sizes: Mapping[str, int]) -> Html | None:
    """Bytes that came in each period, added up. None where there are fewer than two periods."""
    if len(sizes) < 2:
        return None
    names, total, sums = sorted(sizes), 0, []
    for name in names:
        total += sizes[name]
        sums.append(total)
    step = WIDTH / (len(sums) - 1)
    line = " ".join(f"{place * step:.1f},{AREA_HEIGHT * (1 - size / total):.1f}" for place, size in enumerate(sums))
    told = f"{title}: {format_size(sums[0])} by {names[0]}, {format_size(total)} by {names[-1]}"
    picture = el(
        "svg",
        el("title", title),
        el("desc", told),
        el("polygon", points=f"0,{AREA_HEIGHT} {line} {WIDTH},{AREA_HEIGHT}"),
        el("polyline", points=line, vector_effect="non-scaling-stroke"),
        viewBox=f"0 0 {WIDTH} {AREA_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=told,
    )
    scale = el("div", el("span", format_size(total)), el("span", "0"), class_="scale", aria_hidden="true")
    axis = el("div", el("span", names[0]), el("span", names[-1]), class_="axis", aria_hidden="true")
    return el("figure", el("figcaption", title), el("div", scale, picture, class_="plot"), axis)
