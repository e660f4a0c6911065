"""The data set's card: a README for people, whose head is what Hugging Face reads (YAML)."""

import json

from crawler.exporting.codebook import as_cell, as_prose, type_of
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
    "site": 'pd.DataFrame(json.load(open(path)) for path in glob.glob("{name}/a/*.json"))',
    "jsonld": 'pd.json_normalize(json.load(open("{name}"))["@graph"])',
}
START = f"---\npretty_name: {json.dumps(TITLE)}"
"""How a card begins."""


def format_card(figures: ReportData, file: DataFile) -> str:
    """The card as Markdown with a YAML head."""
    parts = [
        _head(figures, file),
        f"# {TITLE}",
        as_prose(describe(figures, file)),
        _file(file),
        _collected(figures, file),
        _coverage(figures, file),
    ]
    parts += [_fields(file), f"## Rights\n\n{RIGHTS}", f"## How to cite\n\n{as_prose(cite(figures))}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(figures: ReportData, file: DataFile) -> str:
    bucket = next((name for most, name in _SIZES if file.records < most), "n>1M")
    lines = [
        *START.split("\n"),
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
        lines += ["configs:", "- config_name: articles", f"  data_files: {json.dumps(_glob(file))}"]
    return "\n".join([*lines, "---"])


def _glob(file: DataFile) -> str:
    """What a loader is given."""
    return file.name if len(file.parts) == 1 and not file.parts[0].label else f"{file.name}/*/*.parquet"


def _file(file: DataFile) -> str:
    told = f"Filters: {as_prose(' '.join(file.filters))}." if file.filters else "The whole collection."
    load = _LOAD[file.form].format(name=file.name)
    rows = [
        f"| file | `{file.name}` |",
        f"| size | {format_size(file.size)} |",
        *(f"| SHA-256 {part.label or 'of it'} | `{part.sha256}` |" for part in file.parts),
        f"| records | {format_number(file.records)} |",
    ]
    return "\n".join(["## The file", "", "| | |", "| --- | --- |", *rows, "", told, "", "```python", load, "```"])


def _collected(figures: ReportData, file: DataFile) -> str:
    runs = figures.runs
    lines = ["## How it was collected", "", f"With {figures.software}."]
    if runs:
        lines.append(f"{len(runs)} runs between {(runs[0].began or '')[:10]} and {last_capture(figures)[:10]}.")
    if told := tell_settings(figures, "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY", "CONCURRENT_REQUESTS", "USER_AGENT"):
        lines.append(f"The newest run: {told}")
    parsers = [f"{name} ({format_number(count)})" for name, count in file.articles.parsers.items()]
    if parsers:
        lines.append(f"Parser versions: {', '.join(parsers)}.")
    return "\n".join(lines)


def _coverage(figures: ReportData, file: DataFile) -> str:
    years = [f"| {year} | {format_number(count)} |" for year, count in file.articles.years.items()]
    lines = ["## Coverage and gaps", "", *(["| year | records |", "| --- | --- |", *years, ""] if years else [])]
    gaps = figures.articles.gaps if figures.articles else []
    missing = sum(gap.get("missing", 0) for gap in gaps)
    told = f"{len(gaps)}, about {format_number(missing)} articles" if gaps else "none seen"
    if (complete := figures.completeness) is not None:
        looks = ", ".join(f"{name} ({format_number(count)})" for name, count in complete.seen.items())
        lines += [
            f"The whole collection holds {complete.share} of the articles that the site shows, with the interval of 95"
            f" in 100 cases, by capture and recapture over {looks}.",
            "",
        ]
    return "\n".join([*lines, f"Gaps in the articles' numbers, in the whole collection: {told}."])


def _fields(file: DataFile) -> str:
    found = file.articles
    lines = ["## Fields", "", "| field | type | filled | meaning |", "| --- | --- | --- | --- |"]
    for column in columns():
        if column.name in file.fields:
            filled = format_share(found.fields[column.name].filled, found.total) if found.total else ""
            lines.append(f"| `{column.name}` | {type_of(column)} | {filled} | {as_cell(column.says)} |")
    return "\n".join(lines)
