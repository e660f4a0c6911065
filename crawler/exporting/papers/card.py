"""The data set's card: a README for people, whose head is what Hugging Face reads (YAML)."""

import json

from crawler.exporting.codebook import as_cell, type_of
from crawler.exporting.columns import columns
from crawler.exporting.papers.about import RIGHTS, TITLE, DataFile, cite, describe, last_capture, tell_settings
from crawler.reporting.amounts import format_number, format_share, format_size
from crawler.reporting.report_data import ReportData

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LOAD = {
    "parquet": 'pd.read_parquet("{name}")',
    "csv": 'pd.read_csv("{name}", dtype=str)',
    "jsonl": 'pd.read_json("{name}", lines=True, dtype=False)',
    "sqlite": 'pd.read_sql("SELECT * FROM articles", sqlite3.connect("{name}"))',
    "ninjs": 'pd.read_json("{name}", lines=True)',
    "jsonld": 'pd.json_normalize(json.load(open("{name}"))["@graph"])',
}


def format_card(figures: ReportData, file: DataFile) -> str:
    """The card as Markdown with a YAML head."""
    parts = [
        _head(figures, file),
        f"# {TITLE}",
        describe(figures, file),
        _file(file),
        _collected(figures),
        _coverage(figures),
    ]
    parts += [_fields(figures, file), f"## Rights\n\n{RIGHTS}", f"## How to cite\n\n{cite(figures)}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(figures: ReportData, file: DataFile) -> str:
    bucket = next((name for most, name in _SIZES if file.records < most), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(TITLE)}",
        "language:",
        "- vi",
        "license: other",
        "license_name: in-copyright",
    ]
    lines += [
        "task_categories:",
        "- text-generation",
        "tags:",
        "- news",
        "- web-archive",
        "size_categories:",
        f"- {bucket}",
    ]
    if file.form in {"parquet", "csv", "jsonl"}:
        lines += ["configs:", "- config_name: articles", f"  data_files: {json.dumps(file.name)}"]
    return "\n".join([*lines, "---"])


def _file(file: DataFile) -> str:
    told = f"Filters: {' '.join(file.filters)}." if file.filters else "The whole collection."
    load = _LOAD[file.form].format(name=file.name)
    rows = [
        f"| file | `{file.name}` |",
        f"| size | {format_size(file.size)} |",
        f"| SHA-256 | `{file.sha256}` |",
        f"| records | {format_number(file.records)} |",
    ]
    return "\n".join(["## The file", "", "| | |", "| --- | --- |", *rows, "", told, "", "```python", load, "```"])


def _collected(figures: ReportData) -> str:
    runs = figures.runs
    lines = ["## How it was collected", "", f"With {figures.software}."]
    if runs:
        lines.append(f"{len(runs)} runs between {(runs[0].began or '')[:10]} and {last_capture(figures)[:10]}.")
    if told := tell_settings(figures, "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY", "CONCURRENT_REQUESTS", "USER_AGENT"):
        lines.append(f"The newest run: {told}")
    parsers = figures.articles.parsers if figures.articles else {}
    if parsers:
        lines.append(
            "Parser versions: " + ", ".join(f"{name} ({format_number(count)})" for name, count in parsers.items()) + "."
        )
    return "\n".join(lines)


def _coverage(figures: ReportData) -> str:
    found = figures.articles
    if found is None:
        return ""
    lines = ["## Coverage and gaps", "", "| year | articles |", "| --- | --- |"]
    lines += [f"| {year} | {format_number(count)} |" for year, count in found.years.items()]
    missing = sum(gap.get("missing", 0) for gap in found.gaps)
    lines += [
        "",
        f"Gaps in the articles' numbers: {len(found.gaps)}, about {format_number(missing)} articles."
        if found.gaps
        else "",
    ]
    return "\n".join(lines).rstrip()


def _fields(figures: ReportData, file: DataFile) -> str:
    found = figures.articles
    lines = ["## Fields", "", "| field | type | filled | meaning |", "| --- | --- | --- | --- |"]
    for column in columns():
        if column.name in file.fields:
            fill = found.fields.get(column.name) if found else None
            filled = format_share(fill.filled, found.total) if found and fill else ""
            says = as_cell(column.says)
            lines.append(f"| `{column.name}` | {type_of(column)} | {filled} | {says} |")
    return "\n".join(lines)
