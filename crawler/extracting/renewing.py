"""Renewing: what a newer parser reads otherwise in the stored pages, written in place of the records it read before.

No version comes of it, since the site changed nothing. The renewed record is a new line; the old one stays.
Only a page that no parser before could read gives a version of its own.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from archive.adopted import is_adopted
from archive.collection import Collection
from archive.json_text import parse_json
from archive.lines.reader import parser_of
from archive.state.held import Held, Wait
from crawler.extracting.rereading import UNREADABLE, Reread
from crawler.extracting.versions import differing_fields
from crawler.planning.showing import find_losses

BATCH = 64
"""Records that share one sync."""


@dataclass(kw_only=True)
class Renewals:
    """What reading again came to."""

    same: int = 0
    """Records that the parser reads as they are."""
    renewed: int = 0
    new: int = 0
    """Pages without a record that give one now."""
    held: int = 0
    """Pages without a record that would give a version in which fields are lost: they stay held back."""
    refused: int = 0
    """Records that stay, though the parser reads their page as no article."""
    lost: int = 0
    """Records that stay, since their page is lost."""
    fields: Counter[str] = field(default_factory=Counter)
    """Field → records in which it is read otherwise."""
    losses: Counter[str] = field(default_factory=Counter)
    """Field → records renewed that had it, and have it no more."""
    parsers: Counter[str] = field(default_factory=Counter)
    """Version of the parser before → records renewed."""


def renew(
    readings: Iterable[tuple[Reread, bytes | None]], collection: Collection | None, at: str, found: Renewals
) -> None:
    """Write what is read otherwise, and count. `collection` None: count only. `at`: when, as the records tell it.

    Raises ArchiveError. What was written until then is whole, and the next call goes on behind it.
    """
    for number, (read, line) in enumerate(readings, 1):
        if read.task.item is None:
            # What others captured gives versions by the order of captures: `crawler.adopting`.
            own = read.task.capture is None or not is_adopted(read.task.capture.source.name)
            if read.line is not None and not read.task.overtaken and own:
                _begin(read, line, collection, found)
        elif read.line is None:
            found.lost += read.code in UNREADABLE
            found.refused += read.code not in UNREADABLE
        else:
            assert read.stored is not None
            assert line is not None
            _renew(parse_json(read.stored), parse_json(line), collection, at, found)
        if collection is not None and number % BATCH == 0:
            collection.flush()
    if collection is not None:
        collection.flush()


def _renew(
    stored: dict[str, Any], record: dict[str, Any], collection: Collection | None, at: str, found: Renewals
) -> None:
    fields = differing_fields(stored, record)
    if not fields:
        found.same += 1
        return
    found.renewed += 1
    found.fields.update(fields)
    found.losses.update(find_losses(stored, record))
    before = parser_of(stored) or ""
    found.parsers[before] += 1
    if collection is not None:
        collection.append_renewal({**record, "reread": {"at": at, "parser": before, "fields": fields}})


def _begin(read: Reread, line: bytes | None, collection: Collection | None, found: Renewals) -> None:
    """Write the record of a page that had none, as the crawl that captured it would have written it.

    What loses fields of the version before is left to that crawl's judgement, or to the user's.
    """
    if collection is None:
        found.new += line is not None
        return
    key, held = read.task.key, Held(collection.state)
    if line is None:  # the text of the version before
        held.drop(key)
        return
    record, before = parse_json(line), collection.find_item(key)
    lost = find_losses(before, record) if before is not None and before["status"] == "live" else []
    if lost:
        held.add(key, lost, Wait.DEMAND)
        found.held += 1
        return
    held.drop(key)
    capture = read.task.capture
    assert capture is not None
    row = collection.state.find_record(capture.source.name, capture.place.offset)
    found.new += row is not None and collection.append_item(record, row) is not None
