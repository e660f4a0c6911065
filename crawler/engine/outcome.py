"""How a crawl went, for the exit code and the summary."""

from dataclasses import dataclass, field
from typing import Any

from archive.errors import ArchiveError

AT_ONCE = "at-once"
"""The reason of a crawl that a second signal ended before it could close its files."""


@dataclass(kw_only=True)
class Outcome:
    """How the crawl went, for the exit code and the summary."""

    reason: str = ""
    """Scrapy's closing reason, e.g. `finished` or `shutdown`."""
    closed: bool = False
    """Whether the crawl came to its end: its collection finished, or the failure noted that kept it from that."""
    failure: ArchiveError | None = None
    """What stopped the archive. None when nothing did."""
    answered: bool = False
    """Whether the site gave any usable answer but robots.txt."""
    last_failure: str = ""
    """What the last request that failed for good died of."""
    refused: str = ""
    """The last refusal. Empty where there was none, or where a page of use came all the same."""
    unreachable: str = ""
    """Why no page could be had. Empty where at least one was, or none was wanted."""
    spent: str = ""
    """Which budget was spent. Empty where the crawl came to its own end."""
    shortfalls: list[str] = field(default_factory=list)
    """Health checks that fell short, in words."""
    notes: list[str] = field(default_factory=list)
    """What else a person should know; nothing fell short."""
    stats: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """What the collection holds afterwards."""
    new_versions: int = 0
    run: str = ""
