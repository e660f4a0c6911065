"""The rows of the state database: a capture, a version of an item, a URL of the frontier."""

from dataclasses import dataclass

from archive.state.states import UrlState


@dataclass(frozen=True, kw_only=True)
class CaptureRow:
    """One `response` or `revisit` record, as the index knows it."""

    key: str
    """What the crawl calls the page: equal for every address of it."""
    uri: str
    date: str
    """`WARC-Date`: when the request began, UTC, with microseconds and `Z`."""
    type: str
    """`response` or `revisit`."""
    status: int
    """HTTP status; 0 where the bytes hold no status line."""
    mime: str | None
    payload_digest: str | None
    truncated: str | None
    file: str
    offset: int
    length: int
    record_id: str


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """One reading of one version of an item: its line in `articles/` and its record in the WARC."""

    key: str
    version: int
    renewed: str = ""
    """When a newer parser read the version again, and this is what it read. Empty for what the crawl wrote."""
    parser: str | None = None
    """Version of the newest parser that is known to read the page so. None where nothing tells."""
    digest: str
    status: str
    date: str | None
    jsonl: str
    jsonl_offset: int
    jsonl_length: int
    file: str
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class UrlRow:
    """One URL of the frontier.

    The states stand in `archive.state.states`.
    """

    id: int
    key: str
    url: str
    kind: str
    priority: int
    depth: int
    hops: str
    """One letter for each hop from the seed: `L` link, `E` embed, `R` redirect (as in Heritrix)."""
    via: str | None
    state: UrlState
    attempts: int
    """Tries in this run, and `archive.state.urls.ROUND` for each run that gave the URL up."""
    due: float
    """Seconds since the epoch before which it is not to be fetched; of a done URL, when to look again."""
    etag: str | None
    last_modified: str | None
    status: int | None
    capture: int | None
    """The newest capture, whatever its status: its id in `captures`."""
    page: int | None
    """The newest capture with status 200, whose validators `etag` and `last_modified` are."""
    fetched_at: str | None
    changed_at: str | None
    gone_at: str | None
    """When the server first said that the page is gone, UTC (in old collections only the day). None while it does not.
    """
    read: int = 0
    """1 where the links and the item of `page` are in the state, else 0."""

    @property
    def is_read(self) -> bool:
        """Whether the newest page was read, so that its validators count."""
        return self.page is not None and bool(self.read)
