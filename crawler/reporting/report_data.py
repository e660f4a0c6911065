"""The figures of a report: plain values that JSON holds and the page draws. Times are UTC, ISO 8601;
sizes are bytes.
"""

from dataclasses import dataclass, field
from typing import Any

from crawler.reporting.amounts import format_number

SCHEMA = "report/1"


@dataclass(frozen=True, kw_only=True)
class Example:
    """An article or a page to look at."""

    url: str
    title: str | None = None
    """None where the address is all that is known."""
    detail: str = ""


@dataclass(kw_only=True)
class Counted:
    """Things of one kind: how many, and some of them."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(kw_only=True)
class Fill:
    """How often a field of the record is filled."""

    filled: int = 0
    years: dict[str, int] = field(default_factory=dict)
    """Year of publication, or `undated` → in how many records."""
    rules: dict[str, int] = field(default_factory=dict)
    """The rule that found it → how often."""


@dataclass(kw_only=True)
class SectionSpan:
    """A section of the site, with the days of its first and last article."""

    count: int = 0
    first: str | None = None
    last: str | None = None


@dataclass(kw_only=True)
class Articles:
    """What the lines of articles say."""

    total: int = 0
    unreadable: int = 0
    """Lines that are no record; counted nowhere else."""
    kinds: dict[str, int] = field(default_factory=dict)
    versions: int = 0
    edited: int = 0
    gone: int = 0
    undated: int = 0
    first: str | None = None
    last: str | None = None
    """The days of the oldest and the newest article."""
    months: dict[str, int] = field(default_factory=dict)
    """`YYYY-MM` → articles, in order; months without one have no key."""
    days: dict[str, int] = field(default_factory=dict)
    """`YYYY-MM-DD` of publication → articles."""
    years: dict[str, int] = field(default_factory=dict)
    """Year, or `undated` → articles, in order."""
    read_in: dict[str, dict[str, int]] = field(default_factory=dict)
    """`YYYY-MM` of capture → field → in how many records it is filled; `total`: how many there are."""
    parsers_from: dict[str, str] = field(default_factory=dict)
    """Parser version → when it first read one of the records."""
    sections: dict[str, SectionSpan] = field(default_factory=dict)
    date_sources: dict[str, int] = field(default_factory=dict)
    fields: dict[str, Fill] = field(default_factory=dict)
    warnings: dict[str, Counted] = field(default_factory=dict)
    parsers: dict[str, int] = field(default_factory=dict)
    """Parser version and layout → articles."""
    lately_new: list[Example] = field(default_factory=list)
    lately_edited: list[Example] = field(default_factory=list)
    lately_gone: list[Example] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    """As `crawler.planning.coverage.Gap` has them."""
    cited: dict[str, str] = field(default_factory=dict)
    """What a citation of the newest capture names."""


@dataclass(kw_only=True)
class Captures:
    """What the state knows of the captures."""

    total: int = 0
    revisits: int = 0
    truncated: int = 0
    size: int = 0
    """Bytes of their records as they lie in the WARC files."""
    first: str | None = None
    last: str | None = None
    days: dict[str, int] = field(default_factory=dict)
    """UTC day → captures."""
    sizes: dict[str, int] = field(default_factory=dict)
    """UTC day → bytes of its captures' records."""
    statuses: dict[str, int] = field(default_factory=dict)
    """HTTP status → captures; `0` where there was none."""
    not_modified: int = 0
    identical: int = 0
    saved: int = 0
    """Bytes that revisits of an identical payload take less than the payload's first record."""
    errors: dict[str, Counted] = field(default_factory=dict)
    """HTTP status from 400 on → captures and some of their addresses."""


@dataclass(kw_only=True)
class FrontierLeft:
    """What is left to do, and why."""

    states: dict[str, int] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    """`{state, kind, status, count}` of what is not done;
    empty in the report of one crawl, which looks at no more than it must.
    """
    examples: dict[str, list[Example]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    """New versions that are captured and not written yet, by what they wait for: `judgement` or `demand`.
    Empty in the report of one crawl, too.
    """


@dataclass(kw_only=True)
class RunSummary:
    """One crawl, refresh or repair."""

    id: str
    command: str = ""
    began: str | None = None
    ended: str | None = None
    outcome: str = ""
    exit: int | None = None
    """None where nothing tells."""
    requests: int | None = None
    received: int | None = None
    captures: int = 0
    revisits: int = 0
    new: int | None = None
    edited: int | None = None
    gone: int | None = None
    unchanged: int | None = None
    health: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    """Reason → addresses that the run saw and did not fetch."""
    recovered: list[str] = field(default_factory=list)
    software: str = ""


@dataclass(kw_only=True)
class NotedFile:
    """A finished file, as `fixity.jsonl` notes it."""

    file: str
    size: int
    sha256: str
    closed_at: str | None = None
    verified_at: str | None = None
    problem: str = ""


@dataclass(kw_only=True)
class FilesOnDisk:
    """The files on disk and what the fixity log says of them."""

    rooms: dict[str, dict[str, int]] = field(default_factory=dict)
    """Directory, or file at the top → `{files, size}`."""
    noted: list[NotedFile] = field(default_factory=list)
    verified: int = 0
    last_verified: str | None = None
    longest_unverified: str | None = None
    """When the file was closed or verified that waits longest."""
    damaged_lines: int = 0
    """Lines of the fixity log that cannot be read or that its chain does not vouch for."""


@dataclass(kw_only=True)
class Thin:
    """A year or a section of which articles are missing, and what looks into it."""

    of: str
    told: str
    """What is held of it, for a person."""
    options: str
    """Of `thanhuy crawl`."""


@dataclass(kw_only=True)
class Completeness:
    """How many articles there are, by what the looks at the site saw, and what share of them is held."""

    share: str
    """For a person: `98.7 % (97.9–99.2)`."""
    held: int
    total: float
    low: float
    high: float
    """Shares between which it lies in 95 of 100 cases."""
    seen: dict[str, int] = field(default_factory=dict)
    """Look → articles that it shows."""
    known_unheld: int = 0
    """Articles that some page shows and that are not held."""
    years: dict[str, str] = field(default_factory=dict)
    """Year → the share that is held, for a person."""
    sections: dict[str, str] = field(default_factory=dict)
    """Outermost section → the same, of the articles whose page was read."""
    thin: list[Thin] = field(default_factory=list)
    """The years and sections that are surely not held whole, by the looks or by the articles' numbers."""

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.share} of about {format_number(round(self.total))} articles"


@dataclass(kw_only=True)
class ReportData:
    """A report."""

    schema: str = SCHEMA
    scope: str
    """`collection` or `run`."""
    made_at: str
    software: str
    name: str
    created: str | None = None
    format: int | None = None
    seeds: list[str] = field(default_factory=list)
    condition: str = "closed"
    """`closed`, `being written`, or `interrupted`."""
    notes: list[str] = field(default_factory=list)
    """What could not be read, or is not as it should be."""
    runs: list[RunSummary] = field(default_factory=list)
    articles: Articles | None = None
    completeness: Completeness | None = None
    """Of a whole collection, where two looks at the site show some of the same articles."""
    captures: Captures | None = None
    frontier: FrontierLeft | None = None
    skipped: dict[str, Counted] = field(default_factory=dict)
    """Reason → addresses that the newest run which lists any did not fetch."""
    errors: dict[str, Counted] = field(default_factory=dict)
    """What the runs' logs tell of failures, by kind."""
    files: FilesOnDisk | None = None
    configuration: dict[str, str] = field(default_factory=dict)
    """Of the newest run."""
