"""Running: a whole adoption, file by file, and then the histories of the articles that they show."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.adopted import is_adopted
from archive.collection import Collection
from archive.digest import digest_stream
from archive.errors import NotUsable
from archive.files import open_regular
from archive.provenance import Provenance
from archive.state.database import indexed
from archive.warc.fields import format_date
from archive.warc.payload import digest_record
from archive.warc.salvage import read_sound
from crawler.adopting.drafting import Drafted, digest_source, draft_source, find_known
from crawler.adopting.histories import Histories, keys_in, write_histories
from crawler.extracting.sources import WarcSource
from crawler.pages import Taught
from crawler.planning.kinds import describe

Tell = Callable[[str, int, int], None]
"""Told of what is going on, how much is done since the last call, and how much there is of it."""
DONE = "adopted "
"""Begins the names of the facts that say that the histories of a file's articles are written, and by which parser."""


@dataclass(kw_only=True)
class Adoption:
    """What an adoption came to."""

    taken: list[Provenance] = field(default_factory=list)
    known: list[tuple[str, str]] = field(default_factory=list)
    """Sources that the collection has already, and as which file."""
    refused: list[str] = field(default_factory=list)
    """Sources that were not taken, and why, each in a line."""
    damaged: list[str] = field(default_factory=list)
    """What of the sources is damaged, each in a line."""
    records: int = 0
    histories: Histories = field(default_factory=Histories)

    def as_json(self) -> dict[str, Any]:
        """What `run.json` keeps of it."""
        histories = vars(self.histories)
        return {
            "files": [one.as_json() for one in self.taken],
            "refused": self.refused,
            "damaged": self.damaged,
            "records": self.records,
            **{name: dict(value) if name == "why" else value for name, value in histories.items()},
        }


def settle(
    collection: Collection,
    files: Iterable[str],
    taught: Taught,
    now: datetime,
    found: Histories,
    tell: Tell = lambda label, done, more: None,
) -> None:
    """Write the histories of the articles that adopted files show, of those files whose pages the present parser has
    not read yet. Raises ArchiveError.
    """
    state = collection.state
    unread = [file for file in dict.fromkeys(files) if state.fact(DONE + file) != taught.parser]
    keys = keys_in(collection, unread, found)
    tell("reading", 0, len(keys))
    write_histories(collection, keys, taught, now, found, lambda done: tell("reading", done, 0))
    for file in unread:
        state.set_fact(DONE + file, taught.parser)
    state.commit()


class Adopting:
    """Takes sources into an open collection."""

    def __init__(self, collection: Collection, taught: Taught, now: datetime) -> None:
        self._collection, self._taught, self._now = collection, taught, now
        self._tell: Tell = lambda label, done, more: None
        self._packages: dict[Path, str] = {}
        """WACZ → its SHA-256."""
        self.result = Adoption()

    def watch(self, tell: Tell) -> None:
        """Have `tell` told of what is going on."""
        self._tell = tell

    def run(self, sources: list[WarcSource]) -> None:
        """Take each that can be taken, then write what they tell. Safe to be broken off and begun again.

        Raises ArchiveError, OSError: what was taken until then is whole.
        """
        self._tell("copying", 0, 2 * sum(source.size for source in sources))
        with indexed(self._collection.state):
            files = [file for source in sources if (file := self._take(source)) is not None]
            settle(self._collection, files, self._taught, self._now, self.result.histories, self._tell)

    def _take(self, source: WarcSource) -> str | None:
        """Take one file; the name that it has in the collection. None where it is not taken."""
        collection, result = self._collection, self.result
        sha256 = digest_source(source, self._advance)
        known = find_known(collection.path, sha256)
        if known is not None:
            self._advance(source.size)
            result.known.append((source.label, known))
            return known if is_adopted(known) else None
        try:
            with draft_source(source, sha256, collection, self._now, self._advance) as draft:
                self._check_ids(draft, source.label)
                provenance = self._find_provenance(source, draft)
                collection.adopt(draft.path, provenance, describe)
        except NotUsable as error:
            result.refused.append(str(error))
            return None
        result.taken.append(provenance)
        result.records += draft.records
        result.damaged += [f"{source.label}: {reason}" for reason in draft.reasons]
        return draft.name

    def _advance(self, done: int) -> None:
        self._tell("copying", done, 0)

    def _check_ids(self, draft: Drafted, label: str) -> None:
        """See that no capture bears the id of one of the collection's own and is another. Raises NotUsable."""
        state = self._collection.state
        for _, _, record in read_sound(draft.path, []):
            own = state.find_response(record.record_id) if record.type == "response" else None
            if own is None or is_adopted(own.file):
                continue
            theirs = digest_record(record)
            held = self._collection.read_record(own)
            with held.block:
                same = digest_record(held) == theirs
            if not same:
                raise NotUsable(
                    f"{label}: expected records with ids of their own, got another under that of a capture of this"
                    f" collection, {record.record_id} in {own.file}; it is an altered copy"
                )

    def _find_provenance(self, source: WarcSource, draft: Drafted) -> Provenance:
        path = source.path
        if path not in self._packages and not _is_whole(source):
            with open_regular(path) as stream:
                self._packages[path] = digest_stream(stream, "sha256").hex()
        return Provenance(
            file=draft.name,
            source=source.label,
            sha256=draft.sha256,
            size=draft.size,
            package_sha256=self._packages.get(path),
            software=draft.software,
            about=draft.about,
            adopted_at=format_date(self._now),
            adopted_by=self._collection.options.software,
            left_out=tuple((gap.start, gap.end) for gap in draft.left_out),
        )


def _is_whole(source: WarcSource) -> bool:
    """Whether a source is a file, and no part of one."""
    return not source.packed and not source.begin
