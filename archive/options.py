"""How a collection is written, and the warcinfo record that says so in each of its files."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.progress import Progress, tell_nobody
from archive.seal.keys import SealOptions
from archive.warc.fields import WARC_FIELDS, Field, format_date
from archive.warc.writer import Draft, format_fields
from archive.workers import Jobs


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a collection is written."""

    prefix: str = "thanhuytphcm"
    """How the names of its files begin."""
    software: str = "archive"
    """Name and version of what writes, for `warcinfo`."""
    operator: str | None = None
    """Who answers for the crawl: `Name <mail>`."""
    robots: str = "obey"
    user_agent: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """The whole configuration, kept in `warcinfo` and `run.json`."""
    max_file_size: int = 1_000_000_000
    """Bytes after which the next WARC file is begun."""
    free_space_floor: int = 200 << 20
    """Bytes that must stay free on the disk."""
    compression: int = 6
    progress: Progress = tell_nobody
    """Told of the files that are read when the collection is opened."""
    jobs: Jobs = 1
    """What reads those files."""
    seal: SealOptions = field(default_factory=SealOptions)
    attached: bytes | None = None
    """JSON that each file carries right behind its warcinfo: what else its reader needs to make the same of its
    records. None: nothing."""


ATTACHED = "application/vnd.thanhuy.attached+json"
"""The type of what a file carries."""


def draft_attached(block: bytes, warcinfo_id: str, record_id: str, now: datetime) -> Draft:
    """What a file carries: metadata of its warcinfo (WARC 1.1 §6.6)."""
    return Draft.of(
        block,
        (Field.TYPE, "metadata"),
        (Field.RECORD_ID, f"<{record_id}>"),
        (Field.DATE, format_date(now)),
        # No WARC-Target-URI: it is no capture, and whoever indexes by it would serve it as one.
        (Field.WARCINFO_ID, f"<{warcinfo_id}>"),
        (Field.REFERS_TO, f"<{warcinfo_id}>"),
        (Field.CONTENT_TYPE, ATTACHED),
    )


def draft_warcinfo(options: Options, collection: Path, name: str, record_id: str, now: datetime) -> Draft:
    """The first record of a WARC file: what writes it, for whom and how (WARC 1.1 §6.2)."""
    block = format_fields(
        (
            ("software", options.software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("hostname", socket.gethostname()),
            ("operator", options.operator),
            ("isPartOf", collection.resolve().name),
            ("robots", options.robots),
            ("http-header-user-agent", options.user_agent),
            ("fidelity", "request and response blocks are the bytes on the wire (inside TLS)"),
            ("configuration", json.dumps(options.config, ensure_ascii=True, sort_keys=True, default=str)),
        )
    )
    return Draft.of(
        block,
        (Field.TYPE, "warcinfo"),
        (Field.RECORD_ID, f"<{record_id}>"),
        (Field.DATE, format_date(now)),
        (Field.FILENAME, name),
        (Field.CONTENT_TYPE, WARC_FIELDS),
    )
