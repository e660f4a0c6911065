"""What every paper says of an export: the file, the collection it was made of, how that was collected."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.digest import digest_file
from crawler.exporting.folders import list_files
from crawler.reporting.report_data import Articles, ReportData

TITLE = "Articles of thanhuytphcm.vn"
RIGHTS = (
    "The articles and photos belong to their authors and publishers; the archive gives them for research and "
    "preservation. What the archive adds (structure, digests, times) may be used freely (CC0-1.0)."
)
LICENSE = "https://rightsstatements.org/vocab/InC/1.0/"
"""In Copyright: the statement by which memory institutions say that a text is somebody's, whoever keeps a copy."""


@dataclass(frozen=True, kw_only=True)
class DataPart:
    """A file of an export."""

    name: str
    """Its path from where the papers lie."""
    label: str
    """What sets it apart from others, in small letters; empty where it is the only one."""
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """What was exported: a file, or a directory of several."""

    name: str
    form: str
    parts: tuple[DataPart, ...]
    records: int
    fields: tuple[str, ...]
    """Keys of the record that it holds, in order."""
    filters: tuple[str, ...]
    """What was asked for, as options; empty where it is the whole collection."""
    newest: bool
    articles: Articles
    """The figures of its records, which where it is filtered are not the collection's."""

    @property
    def size(self) -> int:
        """Bytes of all its parts."""
        return sum(part.size for part in self.parts)


MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "sqlite": "application/vnd.sqlite3",
    "jsonl": "application/x-ndjson",
    "ninjs": "application/x-ndjson",
    "jsonld": "application/ld+json",
    "site": "text/plain",
}


def describe_file(path: Path, name: str, **told: Any) -> DataFile:
    """The file, or the directory of files a year, as it lies at `path` now; `name` is what it will be called."""
    if not path.is_dir():
        return DataFile(name=name, parts=(_describe_part(path, name, ""),), **told)
    parts = [
        _describe_part(path / each, f"{name}/{each}", _YEAR.sub("", each.partition("/")[0]) or "undated")
        for each in sorted(list_files(path))
    ]
    return DataFile(name=name, parts=tuple(parts), **told)


_YEAR = re.compile(r"\D")


def _describe_part(path: Path, name: str, label: str) -> DataPart:
    digest = digest_file(path).removeprefix("sha256:")
    return DataPart(name=name, label=label, size=path.stat().st_size, sha256=digest)


def describe(figures: ReportData, file: DataFile) -> str:
    """One paragraph on what it is."""
    found = file.articles
    span = f", published {found.first} to {found.last}" if found.first else ""
    what = "the newest version of each article" if file.newest else "every version of every article"
    what += f" that was asked for ({' '.join(file.filters)})" if file.filters else ""
    return (
        f"{file.records} records: {what} of the news site of Ho Chi Minh City's party committee "
        f"(thanhuytphcm.vn, formerly hcmcpv.org.vn), in the collection {figures.name}{span}. "
        "Each record names the capture in the WARC that it was read from."
    )


def last_capture(figures: ReportData) -> str:
    """When the newest capture was made: the date of the data, so that equal data have equal papers. UTC, ISO 8601."""
    captures = figures.captures
    return (captures.last if captures and captures.last else figures.created or figures.made_at)[:19].rstrip("Z") + "Z"


def cite(figures: ReportData) -> str:
    """How to cite the data set."""
    year = last_capture(figures)[:4]
    made = f"Collected with {figures.software}, last capture {last_capture(figures)}"
    return f"{TITLE}, collection “{figures.name}”. {made}. {year}."


SETTINGS = {
    "OPERATOR": "operator",
    "USER_AGENT": "it called itself",
    "DOWNLOAD_DELAY": "seconds between requests",
    "CONCURRENT_REQUESTS": "requests at a time",
    "ROBOTSTXT_OBEY": "robots.txt obeyed",
}
"""A crawl's settings in words."""


def tell_settings(figures: ReportData, *names: str) -> str | None:
    """What the newest run was set to, in words. None where nothing of it is known."""
    told = [f"{SETTINGS[name]}: {figures.configuration[name]}" for name in names if name in figures.configuration]
    return "; ".join(told) + "." if told else None
