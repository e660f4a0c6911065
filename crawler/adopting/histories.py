"""Histories: what the captures of a collection tell of each article that others captured, written where it is new."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from archive.adopted import is_adopted
from archive.collection import Collection
from archive.errors import RecordError
from archive.http.head import HTTPSyntaxError
from archive.lines.reader import parser_of
from archive.recover.reindex import queue_unasked
from archive.state.database import indexed
from archive.state.held import Held, Wait
from archive.state.rows import CaptureRow, UrlRow
from archive.state.states import UrlState
from archive.verify.items import PageUnread, read_page
from archive.warc.dates import in_utc
from archive.warc.fields import HTTP_RESPONSE, format_date
from archive.warc.payload import payload_digest
from crawler.adopting.history import Record, Sight, in_order, order_versions, renewal_of
from crawler.articles import parse_again, reparse
from crawler.pages import Taught
from crawler.planning.deletions import FEW, MOST_KNOWN, Reach, find_doubt, is_confirmed
from crawler.planning.kinds import GONE, ITEM_KINDS, describe

BATCH = 64
"""Articles that share one sync."""
MOST_UNREAD = 1000


@dataclass(kw_only=True)
class Histories:
    """What writing them came to."""

    articles: int = 0
    """Articles that others captured."""
    new: int = 0
    """Of them those that the collection did not have."""
    versions: int = 0
    """Versions that the histories are longer by."""
    renumbered: int = 0
    """Versions that were given to another capture, or follow another now."""
    captures: int = 0
    """Captures of articles by others, whatever came back."""
    why: Counter[str] = field(default_factory=Counter)
    """Why a capture by others gave no text: a reason of `WHY` → captures."""
    unread: list[str] = field(default_factory=list)
    """Pages that the reader gave up, and why; no more than `MOST_UNREAD`."""
    doubt: str | None = None
    """Why no article was marked as gone."""
    left: list[str] = field(default_factory=list)
    """Articles whose history stays as it was."""


WHY = {
    "outside": "of other pages than articles, or outside the scope: kept and indexed, and no article's",
    "truncated": "cut while they were captured",
    "undated": "without a date that can be read",
    "future": "dated later than they were adopted",
    "answer": "of an answer that shows no text (redirect, error, not modified)",
    "unresolved": "of a payload that is in none of the files",
    "unread": "given up by the reader",
    "no-article": "whose page is read as no article",
    "damaged": "that cannot be read",
}
"""Code → what it says of captures."""


def keys_in(collection: Collection, files: Iterable[str], found: Histories) -> list[str]:
    """The articles that files show, in order; what else they show is counted."""
    keys: dict[str, None] = {}
    for file in files:
        for uri, key, count in collection.state.execute(
            "SELECT uri, key, count(*) FROM captures WHERE file = ? GROUP BY key ORDER BY key", (file,)
        ).fetchall():
            named = describe(uri)
            if named is not None and named.kind in ITEM_KINDS:
                keys[key] = None
            else:
                found.why["outside"] += count
    return sorted(keys)


def write_histories(
    collection: Collection,
    keys: list[str],
    taught: Taught,
    now: datetime,
    found: Histories,
    tell: Callable[[int], None] = lambda done: None,
) -> None:
    """Bring each article's versions into the order of all its captures, and write what that changes.

    No line is rewritten: a version that has its number from now on is a new line. Raises ArchiveError. What was written
    until then is whole, and the next call goes on behind it.
    """
    found.doubt = _doubt_deletions(collection, keys)
    held = frozenset(Held(collection.state).keys(*Wait))
    with indexed(collection.state) if keys else nullcontext():
        for number, key in enumerate(keys, 1):
            _Article(collection, key, taught, now, found, is_held=key in held).write()
            tell(1)
            if number % BATCH == 0:
                collection.flush()
    collection.flush()
    queue_unasked(collection.state, collection.urls, describe)
    collection.flush()


def _doubt_deletions(collection: Collection, keys: list[str]) -> str | None:
    """Why so many deletions at once are not believed. None where they are: the rule that a run of our own has."""
    known = collection.state.count_live()
    going = 0
    for key in keys:
        answers = (row for row in collection.state.captures_of(key) if row.status in GONE and is_adopted(row.file))
        dates = sorted(filter(None, (in_utc(row.date) for row in answers)))
        going += bool(dates) and is_confirmed(dates[0], datetime.fromisoformat(dates[-1]))
        newest = collection.state.find_version(key)
        known += newest is None or newest.status != "live"
    window = Reach(since=datetime.min.replace(tzinfo=UTC), few=FEW, share=MOST_KNOWN, words="in the captures of others")
    return find_doubt(window, going, known=known, asked=len(keys))


class _Article:
    """One article's captures, read as far as their order asks for it."""

    def __init__(
        self, collection: Collection, key: str, taught: Taught, now: datetime, found: Histories, *, is_held: bool
    ) -> None:
        self._collection, self._key, self._taught, self._found = collection, key, taught, found
        self._now, self._is_held = format_date(now), is_held
        self._stored = [collection.read_item(row) for row in collection.state.versions_of(key)]
        self._read: dict[tuple[str, int, str], Record | None] = {}
        """Response and address → what the present parser reads in it."""

    def write(self) -> None:
        """Write what the order of captures changes."""
        found, stored = self._found, self._stored
        versions = list(order_versions(self._sights()))
        found.articles += 1
        if len(versions) < len(stored):
            found.left.append(
                f"{self._key}: expected at least its {len(stored)} versions, got {len(versions)} by the present parser;"
                " its history stays as it was"
            )
            return
        for number, record in enumerate(versions):
            if number >= len(stored):
                self._collection.append_version(record)
                found.versions += 1
            elif (renewed := renewal_of(stored[number], record, self._now)) is not None:
                self._collection.append_renewal(renewed)
                found.renumbered += 1
        found.new += bool(versions) and not stored

    # Sights

    def _sights(self) -> Iterator[Sight]:
        known = set()
        for record in self._stored:
            sight = self._known(record)
            known.add((sight.at, sight.place[1:]))
            yield sight
        url = self._collection.urls.find(self._key)
        for row in self._collection.state.captures_of(self._key):
            adopted = is_adopted(row.file)
            self._found.captures += adopted
            if not adopted and not self._counts(row, url):
                continue
            sight_or_why = self._look(row, adopted=adopted)
            if isinstance(sight_or_why, str):
                self._found.why[sight_or_why] += adopted
            elif (sight_or_why.at, sight_or_why.place[1:]) not in known:
                yield sight_or_why

    def _known(self, record: Record) -> Sight:
        """A version that there is already."""
        gone = record.get("gone") if record["status"] == "gone" else None
        warc = gone["warc"] if gone else record["warc"]
        return Sight(
            at=gone["confirmed_at"] if gone else record["captured_at"],
            place=(is_adopted(warc["file"]), warc["file"], warc["offset"]),
            gone=gone,
            version=record["version"],
            digest=partial(self._digest_of, record),
            record=lambda: record,
        )

    def _digest_of(self, record: Record) -> str:
        """The digest of a version's text, as the present parser reads it where its page can be read."""
        if parser_of(record) != self._taught.parser:
            record = reparse(self._collection.path, self._taught, record) or record
        return str(record["text_digest"])

    def _counts(self, row: CaptureRow, url: UrlRow | None) -> bool:
        """Whether a capture of our own that is no version is a look at the article that its crawl believed."""
        if url is None or url.state == UrlState.EXCLUDED or not self._stored:
            return False
        if row.status in GONE:
            return url.gone_at is not None and in_order(row.date) >= in_order(url.gone_at)
        return in_order(row.date) < in_order(self._stored[-1]["captured_at"]) or (not self._is_held and bool(url.read))

    def _look(self, row: CaptureRow, *, adopted: bool) -> Sight | str:
        """What a capture shows, or why nothing that counts."""
        at = in_utc(row.date)
        if at is None:
            return "undated"
        if in_order(at) > in_order(self._now):
            return "future"
        if row.truncated:
            return "truncated"
        place = (adopted, row.file, row.offset)
        if row.status in GONE:
            return "answer" if self._found.doubt and adopted else Sight(at=at, place=place, answer=_cite(row))
        if row.status != 200:
            return "answer"
        holder = self._holder(row)
        if holder is None:
            return "unresolved"
        place = (adopted, holder.file, holder.offset)
        return Sight(
            at=at, place=place, digest=partial(self._digest, row, holder), record=partial(self._record, row, holder, at)
        )

    def _holder(self, row: CaptureRow) -> CaptureRow | None:
        """The response that holds a capture's payload. None where no file has it."""
        if row.type == "response":
            return row
        if not is_adopted(row.file):
            holder = self._collection.find_holder(row)
            return holder if holder.type == "response" else None
        state = self._collection.state
        try:
            record = self._collection.read_record(row)
        except (RecordError, OSError):
            return None
        with record.block:
            named, uri, date = record.refers_to, record.refers_to_uri, record.refers_to_date
        if named and (found := state.find_response(named)) is not None:
            return found
        same = describe(uri) if uri else None
        for other in state.captures_of(same.key) if same is not None else ():
            if other.type == "response" and not other.truncated and other.uri == uri and other.date == date:
                return other
        return state.find_payload(row.payload_digest, adopted=True) if row.payload_digest else None

    # Texts

    def _digest(self, row: CaptureRow, holder: CaptureRow) -> str | None:
        record = self._parse(row, holder)
        return str(record["text_digest"]) if record is not None else None

    def _record(self, row: CaptureRow, holder: CaptureRow, at: str) -> Record:
        """What a capture's page says, as a record that cites it."""
        record = self._parse(row, holder)
        assert record is not None  # its digest was asked for
        return {**record, "captured_at": at, "warc": {**_cite(holder), "payload_digest": self._payload_of(holder)}}

    def _payload_of(self, holder: CaptureRow) -> str:
        """The digest of a payload, as its record states it; of one that states none as it is."""
        if holder.payload_digest:
            return holder.payload_digest
        record = self._collection.read_record(holder)
        with record.block as block:
            return payload_digest(block, record.block_length, record.content_type or HTTP_RESPONSE) or ""

    def _parse(self, row: CaptureRow, holder: CaptureRow) -> Record | None:
        at = (holder.file, holder.offset, row.uri)
        if at not in self._read:
            why = "no-article"
            self._read[at] = None
            try:
                body, headers = read_page(self._collection.path / "warc" / holder.file, holder.offset)
                self._read[at] = parse_again(body, row.uri, headers, row.date, taught=self._taught)
            except (RecordError, HTTPSyntaxError, OSError):
                why = "damaged"
            except PageUnread as error:
                why = "unread"
                if len(self._found.unread) < MOST_UNREAD:
                    self._found.unread.append(f"{row.uri}: {error}")
            if self._read[at] is None:
                self._found.why[why] += is_adopted(row.file)
        return self._read[at]


def _cite(row: CaptureRow) -> dict[str, Any]:
    return {
        "file": row.file,
        "offset": row.offset,
        "length": row.length,
        "record_id": row.record_id,
        "payload_digest": row.payload_digest or "",
    }
