"""Gathering: the sample as the archive holds it, each answer read as a crawl reads it.

Reads the collection that is being written, at the end of its run.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from archive.collection import Collection
from archive.errors import RecordError
from archive.http.bodies import read_message
from archive.http.codings import decode_content
from archive.http.head import HTTPSyntaxError, ResponseHead
from archive.json_text import parse_json
from archive.state.database import State
from archive.state.rows import CaptureRow
from archive.state.states import UrlState, in_sql
from archive.state.urls import Urls
from archive.warc.fields import Field
from archive.warc.record import Record
from crawler.items import as_record
from crawler.pages import ReaderFailed, Taught
from crawler.pages.response import Seen, read_response
from crawler.planning.kinds import EMBEDDED
from crawler.planning.probes import ProbeId
from crawler.planning.sampling import Tally
from crawler.reader import read
from crawler.site.ids import Calendar
from crawler.site.scope import Kind, find_kind
from crawler.surveying.sample import Sample, Specimen

ASKED = "survey asked "
"""Beginning of the names of facts: what was asked on purpose, by its id; the value is an `AskedOnPurpose` as JSON."""
ASKED_AGAIN = "survey again "
"""Beginning of the names of facts: what was asked for once more; the value is its address."""
MOST = 400
"""Captures that are looked at: the first of a collection, since a survey is its start."""
_MOST_BODY = 4 << 20


class AskedOnPurpose(TypedDict):
    """What became of a probe."""

    url: str
    failed: str | None


def read_tally(state: State, pages: int, calendar: Calendar) -> Tally:
    """What the sample holds by now, of at most so many pages."""
    tally = Tally(pages, calendar)
    for row in Urls(state).where(f"NOT {in_sql({UrlState.QUEUED})}"):
        tally.add(row)
    for _ in range(len(state.facts(ASKED)) + len(state.facts(ASKED_AGAIN))):
        tally.add_other()
    return tally


def gather(collection: Collection, taught: Taught, unreachable: str) -> Sample:
    """The sample that a collection holds."""
    state, urls = collection.state, collection.urls
    asked = {name.removeprefix(ASKED): _parse(value) for name, value in state.facts(ASKED).items()}
    probes: dict[str, ProbeId] = {f"{ASKED}{id_}": id_ for id_ in ProbeId}
    again = set(state.facts(ASKED_AGAIN).values())
    specimens: dict[tuple[str, bool], Specimen] = {}
    for row in _captures(collection, set(probes)):
        probe, before = probes.get(row.key), specimens.get((row.uri, False))
        repeated = probe is None and before is not None and before.status == 200
        if repeated and row.uri not in again:
            continue  # another run's robots.txt
        specimen = _read(collection, row, probe, taught, again=repeated)
        if specimen is not None:  # the answer to a second try takes the place of the first
            specimens[f"{probe or ''}{row.uri}", repeated] = specimen
    kinds = state.execute("SELECT kind, count(*) FROM urls GROUP BY kind")
    return Sample(
        specimens=tuple(specimens.values()),
        failed={ProbeId(name): one["failed"] for name, one in asked.items() if one and one["failed"]},
        forbidden=tuple(row.url for row in urls.where(f"{in_sql({UrlState.REFUSED})} ORDER BY id LIMIT 50")),
        missed=tuple(
            (row.url, f"status {row.status}" if row.status else "no answer")
            for row in urls.where(f"{in_sql({UrlState.FAILED})} ORDER BY id LIMIT 50")
        ),
        unreachable=unreachable,
        known=Counter({str(kind): int(count) for kind, count in kinds}),
        calendar=taught.calendar,
    )


def _parse(value: str) -> AskedOnPurpose | None:
    try:
        found = parse_json(value)
        return AskedOnPurpose(url=str(found["url"]), failed=found["failed"])
    except (ValueError, KeyError, TypeError):
        return None  # somebody else's state


def _captures(collection: Collection, probes: set[str]) -> Iterator[CaptureRow]:
    """The first captures of a collection, and those that were asked for on purpose."""
    for number, row in enumerate(collection.state.captures()):
        if number < MOST or row.key in probes:
            yield row


def _read(
    collection: Collection, row: CaptureRow, probe: ProbeId | None, taught: Taught, *, again: bool
) -> Specimen | None:
    """One capture; None where its record cannot be read, which is `verify`'s to say."""
    try:
        record = collection.read_record(row)
        with record.block as block:
            if row.status == 304:
                return _specimen(row, probe, again=again, protocols=_protocols(record))
            message = read_message(block, record.block_length)
            with message.payload:
                assert isinstance(message.head, ResponseHead)
                head = message.head
        holder = row if row.type == "response" else collection.state.find_payload(row.payload_digest or "")
        if holder is None:
            return None
        body, received, faults = _read_body(collection, holder, head)
    except (RecordError, HTTPSyntaxError, OSError):
        return None
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    about: dict[str, Any] = {"headers": headers, "body": body, "received": received, "coding_faults": faults}
    seen = _see(row, dict(headers), body, taught)
    if seen is not None:
        about |= {"links": seen.links, "feed": seen.feed, "refused": seen.error.code if seen.error else ""}
        about |= {"record": as_record(seen.article)} if seen.article else {}
    return _specimen(row, probe, again=again, protocols=_protocols(record), **about)


def _read_body(collection: Collection, holder: CaptureRow, head: ResponseHead) -> tuple[bytes, int, tuple[str, ...]]:
    """A body without its content codings, its bytes on the wire, and where the codings are otherwise than named."""
    record = collection.read_record(holder)
    with record.block as block, read_message(block, record.block_length).payload as payload:
        received = payload.seek(0, 2)
        payload.seek(0)
        decoded = decode_content(payload, head.codings, limit=_MOST_BODY)
        with decoded.content as content:
            body = b"" if decoded.too_large else content.read()
    return body, received, (*decoded.notes, *([decoded.error] if decoded.error else []))


def _see(row: CaptureRow, headers: Mapping[str, str], body: bytes, taught: Taught) -> Seen | None:
    kind = _kind_of(row)
    if row.status != 200 or kind is None or kind in EMBEDDED or not body:
        return None
    titled = {name.title(): value for name, value in headers.items()}
    try:
        return read(read_response, body, row.uri, kind=kind, headers=titled, cut=bool(row.truncated), taught=taught)
    except ReaderFailed as error:
        return Seen(error=error)


def _specimen(row: CaptureRow, probe: ProbeId | None, **about: Any) -> Specimen:
    return Specimen(
        url=row.uri, key=row.key, kind=_kind_of(row), status=row.status, date=row.date, probe=probe, **about
    )


def _kind_of(row: CaptureRow) -> Kind | None:
    return None if row.uri.endswith("/robots.txt") else find_kind(row.uri)


def _protocols(record: Record) -> tuple[str, ...]:
    return tuple(record.all(Field.PROTOCOL))
