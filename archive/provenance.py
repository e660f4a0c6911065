"""Provenance: where a file came from that others made, as the run that adopted it keeps it.

A `metadata` record of that run's `warcinfo` (WARC 1.1 §6.6), type `ADOPTED`, holds it as a JSON object; `run.json` has
the same. Where bytes of the source are damaged they are left out of the file and kept in `torn/`, and it says which.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.files import read_small
from archive.json_text import parse_json
from archive.warc.fields import Field, format_date
from archive.warc.writer import Draft

ADOPTED = "application/vnd.thanhuy.adopted+json"
"""The type of the record that says where a file came from."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where an adopted file came from."""

    file: str
    """Its name in `warc/`."""
    source: str
    """The path that was named, and the member of it where it is a WACZ."""
    sha256: str
    """Of the source as it was found."""
    size: int
    package_sha256: str | None = None
    """Of the WACZ that held it. None where none did."""
    software: str | None = None
    """What made it, in the words of its `warcinfo`. None where that says nothing."""
    about: Mapping[str, str]
    """What else its `warcinfo` says of who made it, when, and for what."""
    adopted_at: str
    """When it was adopted, UTC."""
    adopted_by: str
    """The software that adopted it."""
    left_out: tuple[tuple[int, int], ...] = ()
    """From which byte of the source up to which it is not kept here, but in `torn/`, since it is damaged."""

    def as_json(self) -> dict[str, Any]:
        """The object that the record and `run.json` hold."""
        return asdict(self)


def read_provenance(collection: Path, file: str) -> Mapping[str, Any] | None:
    """What the run that adopted a file noted of it. None where no `run.json` tells; the WARC of that run does."""
    for run in sorted(collection.glob("crawls/[0-9]*/run.json"), reverse=True):
        try:
            for told in parse_json(read_small(run))["adopted"]["files"]:
                if told["file"] == file:
                    return dict(told)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # another verb's run, or one that somebody altered
    return None


def draft_provenance(provenance: Provenance, warcinfo_id: str, record_id: str, now: datetime) -> Draft:
    """The record that says where a file came from: metadata of the `warcinfo` of the run that adopted it."""
    return Draft.of(
        json.dumps(provenance.as_json(), ensure_ascii=True, sort_keys=True).encode(),
        (Field.TYPE, "metadata"),
        (Field.RECORD_ID, f"<{record_id}>"),
        (Field.DATE, format_date(now)),
        # No WARC-Target-URI: it is no capture, and whoever indexes by it would serve it as one.
        (Field.WARCINFO_ID, f"<{warcinfo_id}>"),
        (Field.REFERS_TO, f"<{warcinfo_id}>"),
        (Field.CONTENT_TYPE, ADOPTED),
    )
