"""The sections on articles: coverage and gaps, filled fields, warnings, versions."""

import shlex
from collections.abc import Mapping
from typing import Any

from crawler.reporting.amounts import format_day, format_number, format_share, plural
from crawler.reporting.calendars import calendar
from crawler.reporting.charts import bar_chart
from crawler.reporting.markup import Child, Html, el, items, join, link, table, vietnamese
from crawler.reporting.report_data import Articles, Example, Fill, ReportData
from crawler.reporting.tally import UNDATED, WATCHED
from crawler.reporting.trends import share_line

MOST_MONTHS = 360
MOST_YEARS = 40
MOST_ROWS = 60
MOST_TREND = 120
"""Months of capture that a trend shows."""
MOST_RULES = 6
UNDATED_LABEL = "no date"
SCOPE = {"collection": "the collection", "run": "this run"}
MEANINGS = {
    "layout-disagrees": "a learnt layout and the rules read the page otherwise",
    "date-estimated": "the date is an estimate from the article's number",
    "date-witnesses-disagree": "two witnesses of the date are days apart",
    "no-body-text": "no text was found",
    "no-byline": "no byline was found",
    "no-date": "no date was found",
    "page-cut": "the page ended too soon",
    "text-left-out": "prose that is in no field",
    "title-slug-mismatch": "the title does not match the address",
}
"""The parser's codes in words."""


def coverage(figures: ReportData) -> Html | None:
    """When the articles are of, in which sections, and where some seem to be missing."""
    found = figures.articles
    if found is None or not found.total:
        return el("p", f"No articles in {SCOPE[figures.scope]}.") if found is not None else None
    span = f"published from {found.first} to {found.last}" if found.first else "none of them dated"
    kinds = ", ".join(f"{format_number(count)} {kind}" for kind, count in found.kinds.items())
    estimated = found.date_sources.get("id-estimate", 0)
    told = (
        f"{plural(found.total, 'article')} ({kinds}), {span}; {format_number(found.undated)} without a date,"
        f" {format_number(estimated)} with one"
    )
    line = el("p", f"{told} that is only an estimate from the article's number.")
    months, years = every_month(found.months), {year: n for year, n in found.years.items() if year != UNDATED}
    if len(months) <= MOST_MONTHS:
        chart = bar_chart("Articles by month of publication", months, unit="articles")
    else:
        chart = bar_chart("Articles by year of publication", list(years.items()), unit="articles")
    days = calendar("Articles by day of publication", found.days, unit="articles")
    return join(
        [line, days, chart, _calendar(found), _sections(found), _sources(found), _completeness(figures), gaps(figures)]
    )


def every_month(months: Mapping[str, int]) -> list[tuple[str, int]]:
    """Each month from the first to the last, also those without an article."""
    if not months:
        return []
    first, last = min(months), max(months)
    begin, end = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (first, last))
    names = (f"{place // 12:04d}-{place % 12 + 1:02d}" for place in range(begin, end + 1))
    return [(name, months.get(name, 0)) for name in names]


def _calendar(found: Articles) -> Html | None:
    years = [year for year in found.years if year != UNDATED][-MOST_YEARS:]
    if not years:
        return None
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    rows: list[list[Child]] = []
    for year in reversed(years):
        counts = [found.months.get(f"{year}-{month:02d}", 0) for month in range(1, 13)]
        cells: list[Child] = [format_number(count) if count else el("span", "0", class_="zero") for count in counts]
        rows.append([year, *cells, format_number(found.years[year])])
    note = f"the last {MOST_YEARS} years" if len(found.years) > MOST_YEARS else None
    return table("Articles by year and month", ["Year", *(f"#{name}" for name in names), "#All"], rows, note=note)


def _sections(found: Articles) -> Html | None:
    rows = [
        [vietnamese(name), format_number(one.count), format_day(one.first), format_day(one.last)]
        for name, one in found.sections.items()
    ]
    note = f"{MOST_ROWS} of {format_number(len(rows))}" if len(rows) > MOST_ROWS else None
    return table("Articles by section", ["Section", "#Articles", "First", "Last"], rows[:MOST_ROWS], note=note)


def _completeness(figures: ReportData) -> Html | None:
    """What share of the articles is held, with its interval, and what to do about the others."""
    found = figures.completeness
    if found is None:
        return None
    looks = ", ".join(f"{name} {format_number(count)}" for name, count in found.seen.items())
    told = (
        f"{found.share} of the articles are held; in brackets what holds in 95 of 100 cases. About"
        f" {format_number(round(found.total))} there are, by capture and recapture over what shows articles: {looks}."
    )
    left = None
    command = f"thanhuy crawl --into {shlex.quote(figures.name)}"
    if found.known_unheld:
        known = plural(found.known_unheld, "article")
        left = el(
            "p", f"{known} that a page shows and that is not held: ", el("code", command), " asks for what is left."
        )
    return join(
        [
            el("h3", "How complete it is"),
            el("p", told),
            left,
            table(
                "To be looked into", ["Year or section", "What is held", "Command"],
                [
                    [vietnamese(one.of), one.told, el("code", f"{command} {one.options}")]
                    for one in found.thin[:MOST_ROWS]
                ],
            ),
            table("Held by year", ["Year", "#Held"], [[year, share] for year, share in found.years.items()]),
            table(
                "Held by section, of articles whose page was read", ["Section", "#Held"],
                [[vietnamese(name), share] for name, share in list(found.sections.items())[:MOST_ROWS]],
            ),
        ]
    )  # fmt: skip


def _sources(found: Articles) -> Html:
    rows = [
        [name, format_number(count), format_share(count, found.total)] for name, count in found.date_sources.items()
    ]
    return table("How the articles were dated", ["Rule", "#Articles", "#Share"], rows)


def gaps(figures: ReportData) -> Html:
    """Stretches of the articles' numbers in which some seem to be missing, and what to do."""
    found = figures.articles.gaps if figures.articles else []
    if not found:
        return join(
            [el("h3", "Gaps"), el("p", "The articles' numbers show no gap, or there are too few articles to tell.")]
        )
    missing = sum(_number(gap.get("missing")) for gap in found)
    rows = [
        [_days(gap), format_number(_number(gap.get("missing"))), str(gap.get("after")), str(gap.get("before"))]
        for gap in sorted(found, key=lambda gap: -_number(gap.get("missing")))[:MOST_ROWS]
    ]
    command = f"thanhuy crawl --fill-gaps --into {shlex.quote(figures.name)}"
    told = el(
        "p",
        "The articles' numbers are a counter, shared with other content. ",
        f"{plural(len(found), 'stretch', 'stretches')} of it {'is' if len(found) == 1 else 'are'} ",
        f"far emptier than what surrounds it: about {plural(missing, 'article')} may be missing. ",
        "To look again at the listing pages around them: ", el("code", command, class_="command"),
    )  # fmt: skip
    note = f"the {MOST_ROWS} largest of {format_number(len(found))}" if len(found) > MOST_ROWS else None
    return join([el("h3", "Gaps"), told, table("Gaps", ["Days", "#About missing", "After", "Before"], rows, note=note)])


def fields(figures: ReportData) -> Html | None:
    """How often each field is filled, and by which rule."""
    found = figures.articles
    if found is None or not found.total:
        return None
    rows = [
        [el("code", name), format_number(one.filled), format_share(one.filled, found.total), _rules(one)]
        for name, one in found.fields.items()
    ]
    trends = _trends(figures)
    overall = table("Filled fields, and the rules that found them", ["Field", "#Filled", "#Share", "Found by"], rows)
    years = list(found.years)[-MOST_YEARS:]
    if len(years) < 2:
        return join([trends, overall])
    partly = {name: one for name, one in found.fields.items() if 0 < one.filled < found.total}
    by_year = [
        [el("code", name), *(format_share(one.years.get(year, 0), found.years[year]) for year in years)]
        for name, one in partly.items()
    ]
    headings = ["Field", *(f"#{UNDATED_LABEL if year == UNDATED else year}" for year in years)]
    note = "those that are neither always nor never filled"
    return join([trends, overall, table("Filled fields by year of publication", headings, by_year, note=note)])


def _trends(figures: ReportData) -> Html | None:
    """How often fields were filled, month by month of capture, with what may explain a change."""
    found = figures.articles
    if found is None or len(found.read_in) < 2 or figures.scope != "collection":
        return None
    months = sorted(found.read_in)[-MOST_TREND:]
    marks = {when[:7]: f"parser {version} began to read" for version, when in sorted(found.parsers_from.items())[1:]}
    marks |= {
        f"{run.id[:4]}-{run.id[4:6]}": f"a health check fell short: {run.health[0]}"
        for run in figures.runs
        if run.health
    }
    lines = [
        share_line(
            name,
            [(month, found.read_in[month].get(name, 0), found.read_in[month].get("total", 0)) for month in months],
            marks,
        )
        for name in WATCHED
    ]
    told = [el("li", el("b", month), f" {says}") for month, says in sorted(marks.items()) if month in months]
    return join(
        [
            el("h3", "Filled fields by month of capture"),
            el("div", *lines, class_="trends"),
            el("ul", *told, class_="marks") if told else None,
        ]
    )


def _rules(fill: Fill) -> Child:
    shown = [f"{rule} {format_number(count)}" for rule, count in list(fill.rules.items())[:MOST_RULES]]
    rest = len(fill.rules) - MOST_RULES
    return ", ".join([*shown, *([f"and {rest} more"] if rest > 0 else [])]) or el("span", "–", class_="zero")


def warnings(figures: ReportData) -> Html | None:
    """What the parser wants a reader to know, with articles to look at; and which layouts it met."""
    found = figures.articles
    if found is None or not found.total:
        return None
    rows = [
        [join([el("code", code), f" {MEANINGS[code]}" if code in MEANINGS else None]), format_number(group.count),
        format_share(group.count, found.total),
         examples(group.examples)]
        for code, group in list(found.warnings.items())[:MOST_ROWS]
    ]  # fmt: skip
    told = table("Warnings", ["Code", "#Articles", "#Share", "For example"], rows) if rows else el("p", "No warnings.")
    layouts = [[name, format_number(count), format_share(count, found.total)] for name, count in found.parsers.items()]
    return join([told, table("Parser version and layout", ["Version / layout", "#Articles", "#Share"], layouts)])


def versions(figures: ReportData) -> Html | None:
    """New, edited and gone articles."""
    found = figures.articles
    if found is None or not found.total:
        return None
    told = f"{plural(found.edited, 'article')} edited, {format_number(found.gone)} gone"
    told += f"; {plural(found.versions, 'version')} in all." if figures.scope == "collection" else " in this run."
    parts: list[Child] = [el("p", told)]
    for heading, some in (
        ("New, the latest first", found.lately_new),
        ("Edited", found.lately_edited),
        ("Gone", found.lately_gone),
    ):
        if some:
            parts += [el("h3", heading), examples(some)]
    return join(parts)


def examples(some: list[Example]) -> Html:
    """Articles and pages to look at."""
    return items(join([_shown(one), el("small", f" {one.detail}") if one.detail else None]) for one in some)


def _shown(one: Example) -> Html:
    if one.title is None:
        return link(one.url) if one.url else el("span", "(no address)", class_="zero")
    return el("span", link(one.url, one.title), lang="vi")


def _days(gap: Mapping[str, Any]) -> Html:
    return join([format_day(str(gap.get("from_day"))), " – ", format_day(str(gap.get("to_day")))])


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
