"""The one reader of WARC files: every record, whatever lies between them, and where reading ends, as events.

It reads files that anybody wrote, compressed or not, goes on behind damage, and may read a range of a file by itself.
It judges nothing: `archive.warc.reader` refuses the first deviation, `archive.warc.salvage` serves repair,
`archive.verify.warc` makes findings, `crawler.extracting.scanning` takes what it can get.

Memory is flat and there are no temporary files: a block of up to `IN_MEMORY` bytes is at hand,
a longer one is inflated again when it is read.
A gzip member (RFC 1952; WARC 1.1 Annex D asks for one a record) counts only when its CRC-32 and its size hold:
the last record of a member is told after they were seen.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, cast

from archive.warc.fields import Field
from archive.warc.inflate import MAX_MEMBER, READ, STEP, Ahead, Broken, Inflating, Reinflated
from archive.warc.members import MAGIC, MemberError, find_member, read_members
from archive.warc.record import END, HEAD_END, MAX_HEAD, MalformedRecord, Record, begins_record, read_head

IN_MEMORY = 1 << 20
"""A block of more bytes is not kept."""
OVERLAPPING = 4
"""How often, on the average, a byte of an uncompressed file may belong to blocks that reach over the next record:
lengths that are lies would have each record read up to the file's end."""
ONCE = (Field.TYPE, Field.RECORD_ID, Field.DATE, Field.CONTENT_LENGTH)
"""Fields that a header has once (WARC 1.1 §5.2 to §5.5): where it has one twice, with a start between, it is two."""
LOST_THREAD = frozenset({"bytes-after-record", "bad-record-end"})
"""Flaws behind which the next record is looked for, and may be another file's."""
NEAR = 64
"""So many line breaks too many are a writer's habit."""
RECORD_START = re.compile(rb"WARC/\d\.\d{1,2}\r?\n", re.IGNORECASE)
MEMBER_CODES = {
    "truncated": "truncated-member",
    "not-gzip": "bytes-after-members",
    "bad-header": "bad-gzip-header",
    "corrupt": "corrupt-member",
    "crc": "member-crc",
    "size": "member-size",
}
"""Kind of MemberError → code."""

Accept = Callable[[Record | None], bool]
"""Whether a record found again behind damage belongs to the file; None stands for a member without a record."""


class RecordEvent(NamedTuple):
    """A record."""

    offset: int
    """Of the gzip member, or of the record in an uncompressed file."""
    length: int
    """Of the same. Of a long member whose further records are still to come: no more than so many bytes."""
    record: Record
    block_at: int
    """Where the block begins: in the member's data, or counted from `offset`."""
    gzip: bytes
    """The beginning of the member's gzip header, with a short extra field; empty in an uncompressed file."""


class Flaw(NamedTuple):
    """A deviation by which no record is lost."""

    code: str
    """As `archive.verify.findings` has it."""
    detail: str
    offset: int
    end: int
    """Where the member or the record that deviates ends."""
    record_id: str = ""


class Damage(NamedTuple):
    """Bytes that cannot be read as a record."""

    code: str
    """As `archive.verify.findings` has it."""
    detail: str
    """What was expected and what was got."""
    offset: int
    end: int
    """Where reading goes on, or the end of the file."""
    record_id: str = ""
    """As far as it could be read."""
    in_member: bool = False
    """Whether the gzip member around it is whole, so that its bytes are as they were written."""
    told_to: int = 0
    """Of a broken member whose first records were told: where in the file the bytes of these end at the latest."""


class End(NamedTuple):
    """The end of the range; always the last event."""

    offset: int
    """Where the next range has to begin."""


Event = RecordEvent | Flaw | Damage | End


def read_events(
    stream: BinaryIO,
    *,
    start: int = 0,
    stop: int | None = None,
    compressed: bool | None = None,
    accept: Accept | None = None,
) -> Iterator[Event]:
    """Everything in a seekable stream that begins from `start`, where a record must, and before `stop`.

    A record's block may be read until the next event is asked for.
    `compressed`: whether the file is; by default its content tells.
    `accept`: by default every record that can be read behind damage belongs to the file.
    """
    size = stream.seek(0, io.SEEK_END)
    stop = size if stop is None else min(stop, size)
    if is_compressed(stream) if compressed is None else compressed:
        yield from _read_members(stream, size, start, stop, accept)
    else:
        yield from _read_plain(stream, size, start, stop, accept)


def is_compressed(stream: BinaryIO) -> bool:
    """Whether a WARC file is compressed: its first bytes tell, or where these are damaged what follows.

    What a file holds of the other form lies in a record of its own, so before its end and in less of it.
    """
    stream.seek(0)
    first = stream.read(5)
    if first[:2] == MAGIC[:2] or begins_record(first):
        return first[:2] == MAGIC[:2]
    member = find_member(stream, 0)
    if member is None:
        return False
    if find_record(stream, 0) is None:
        return True
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - len(END)))
    if stream.read() == END:
        return False
    return _covered(_read_members(stream, size, 0, size, None)) > _covered(_read_plain(stream, size, 0, size, None))


def _covered(events: Iterator["Event"]) -> int:
    """How many bytes of a file are records."""
    return sum(event.length for event in events if isinstance(event, RecordEvent))


def find_record(stream: BinaryIO, start: int) -> int | None:
    """Where the next bytes at or after `start` lie that begin a record in an uncompressed file;
    None when there are none.
    """
    window, base = b"", start
    for more in _read_on(stream, start):
        window += more
        if match := RECORD_START.search(window):
            return base + match.start()
        base += max(0, len(window) - 16)
        window = window[-16:]
    return None


def _read_on(stream: BinaryIO, start: int) -> Iterator[bytes]:
    """The bytes from `start` on in pieces that grow: what is looked for is mostly near."""
    stream.seek(start)
    length = STEP
    while piece := stream.read(length):
        yield piece
        length = min(2 * length, READ)


# Gzip members


def _read_members(stream: BinaryIO, size: int, start: int, stop: int, accept: Accept | None) -> Iterator[Event]:
    ahead, place, again = Ahead(stream), start, False
    while place < stop:
        member = Inflating(ahead, place)
        try:
            if again and accept is not None and not _is_accepted(member, stream, size, accept):
                following = find_member(stream, place + 1)
                place = size if following is None else following
                continue
            if again:
                member = Inflating(ahead, place)
            yield from _in_member(member, stream, size)
            place, again = member.end, False
        except Broken:
            damage = _diagnose(stream, size, place)
            yield damage._replace(told_to=member.told)
            place, again = damage.end, True
    yield End(place)


def _is_accepted(member: Inflating, stream: BinaryIO, size: int, accept: Accept) -> bool:
    found = next((event for event in _in_member(member, stream, size) if isinstance(event, RecordEvent)), None)
    return accept(found.record if found else None)


def _in_member(member: Inflating, stream: BinaryIO, size: int) -> Iterator[Event]:
    """The member's records, and what deviates behind them. Raises Broken."""
    offset, gzip = member.offset, bytes(member.peek())
    if member.fill(1) and member.whole and (record := _take_alone(member)) is not None:
        yield RecordEvent(offset, member.end - offset, record, record.block_at, gzip)
        return
    waiting: tuple[Record, int, Flaw | None] | None = None
    behind: Flaw | Damage | None = None
    records = 0
    while behind is None and member.fill(1):
        if records:
            member.fill(5)
            if not begins_record(member.data[member.at : member.at + 5]):
                behind = _behind(member)
                break
            assert waiting is not None
            yield from _tell(offset, size - offset if not member.whole else member.end - offset, waiting, gzip)
            waiting, member.told = None, member.end
        try:
            record = _take(member, stream)
        except MalformedRecord as error:
            member.drain()
            behind = Damage(error.code, error.detail, offset, member.end, in_member=True)
            break
        records += 1
        flaw, closing = _check_end(member, record)
        waiting = record, record.block_at, flaw
        member.skip(closing)
        if not closing:
            member.drain()
            break
    length = member.end - offset  # whole: `fill` said so, or all was drained
    if waiting is not None:
        yield from _tell(offset, length, waiting, gzip)
    if behind is not None:
        yield behind._replace(end=member.end)
    elif not records:
        yield Flaw("empty-member", "expected a record in the gzip member, got no bytes", offset, member.end)
    if records > 1:
        detail = f"expected one record in the gzip member, got {records}"
        yield Flaw("several-records-in-member", detail, offset, member.end)


def _take_alone(member: Inflating) -> Record | None:
    """The record that fills a member which is inflated in one step: nearly every one. None where anything deviates."""
    data = member.data
    end = HEAD_END.search(data)
    if end is None or not data.endswith(END):
        return None
    try:
        head = read_head(data, end.end())
    except MalformedRecord:
        return None
    block_at = end.end()
    if block_at + head.length + len(END) != len(data) or head.length > IN_MEMORY:
        return None
    return Record(head, block_at, memory=data[block_at : -len(END)])


def _tell(offset: int, length: int, waiting: tuple[Record, int, Flaw | None], gzip: bytes) -> Iterator[Event]:
    record, block_at, flaw = waiting
    yield RecordEvent(offset, length, record, block_at, gzip)
    if flaw is not None:
        yield flaw._replace(end=offset + length)


def _take(member: Inflating, stream: BinaryIO) -> Record:
    """The record at the member's reader, which stands behind its block afterwards. Raises MalformedRecord."""
    offset, begin = member.offset, member.place
    while (end := HEAD_END.search(member.data, member.at)) is None:
        held = len(member.data) - member.at
        if held >= MAX_HEAD or not member.fill(held + 1):
            break
    data = member.data[member.at : end.end() if end else None]
    head = read_head(data, len(data) if end else None, offset=offset)
    block_at = begin + len(head.raw)
    member.skip(len(head.raw))
    if head.length <= IN_MEMORY:
        whole = member.fill(head.length)
        block = member.data[member.at : member.at + head.length]
        record = Record(head, block_at, memory=block)
    else:
        again = cast(BinaryIO, Reinflated(stream, offset, block_at + head.length))
        record, whole = Record(head, block_at, stream=again), True
    if not (whole and member.skip(head.length)):
        available = member.drain() - block_at
        detail = f"expected a block of {head.length} bytes, got {available}"
        raise MalformedRecord("short-block", detail, offset=offset)
    return record


def _check_end(member: Inflating, record: Record) -> tuple[Flaw | None, int]:
    """Read the record's closing line breaks: the flaw in them, and how many bytes of them are there."""
    member.fill(len(END))
    got = member.data[member.at : member.at + len(END)]
    return _judge_end(got, record, member.offset)


def _judge_end(got: bytes, record: Record, offset: int) -> tuple[Flaw | None, int]:
    if got == END:
        return None, len(END)
    if got[:2] == b"\n\n":
        detail = "expected CR LF CR LF after the block, got LF LF"
        return Flaw("bare-lf", detail, offset, offset, record.record_id), 2
    detail = f"expected CR LF CR LF after the block of {record.block_length} bytes, got {got!r}"
    return Flaw("bad-record-end", detail, offset, offset, record.record_id), 0


def _behind(member: Inflating) -> Flaw | Damage:
    """Judge the bytes that a member holds behind its last record."""
    at = member.place
    member.fill(NEAR)
    rest = member.data[member.at : member.at + NEAR]
    left = member.drain() - at
    detail = f"expected the end of the gzip member after the record, got {left} bytes: {rest[:24]!r}"
    if not rest.strip(b"\r\n") and left <= NEAR:
        return Flaw("extra-line-breaks", detail, member.offset, member.end)
    return Damage("bytes-after-record", detail, member.offset, member.end, in_member=True)


def _diagnose(stream: BinaryIO, size: int, offset: int) -> Damage:
    """Read a broken member anew, slowly, for the words that say what is wrong with it; and find where to go on."""
    error = MemberError("expected a gzip member, got one that is altered meanwhile", kind="corrupt", offset=offset)
    try:
        next(read_members(stream, start=offset, limit=MAX_MEMBER, keep=8192), None)
    except MemberError as caught:
        error = caught
    following = resume_at(stream, error)
    end = size if following is None else following
    code, detail = MEMBER_CODES[error.kind], error.message
    if error.kind == "not-gzip":
        what = "next member" if following is not None else "end of the file"
        detail += f" ({end - offset} bytes up to the {what})"
        code = "bytes-between-members" if following is not None else code
        code = "not-gzip" if offset == 0 and following is None else code
    return Damage(code, detail, offset, end, _partial_id(error.data))


def resume_at(stream: BinaryIO, error: MemberError) -> int | None:
    """Where the next member begins: behind the damaged one, if that is where one begins,
    or else where one can be found.
    """
    if error.end is not None:
        stream.seek(error.end)
        if stream.read(3) in (b"", MAGIC):
            return error.end
    return find_member(stream, error.offset + 1)


def _partial_id(data: BinaryIO | None) -> str:
    """The record id in what could be decompressed of a damaged member."""
    if data is None:
        return ""
    match = re.search(rb"\nWARC-Record-ID:[ \t]*<?([^>\r\n]{1,200})", data.read(8192), re.IGNORECASE)
    return match[1].decode("utf-8", "replace") if match else ""


# Uncompressed files


def _read_plain(stream: BinaryIO, size: int, start: int, stop: int, accept: Accept | None) -> Iterator[Event]:
    offset, again = start, False
    overlapping = 0
    while offset < stop:
        try:
            record = _take_plain(stream, size, offset, whole=overlapping > OVERLAPPING * size + IN_MEMORY)
        except MalformedRecord as error:
            end = _resume_plain(stream, size, offset)
            yield Damage(error.code, error.detail, offset, end)
            offset, again = end, True
            continue
        if again and accept is not None and not accept(record):
            following = find_record(stream, offset + 1)
            offset = size if following is None else following
            continue
        flaws, end = _end_plain(stream, size, record, offset)
        overlapping += max(0, record.end - end)
        strange = next((flaw.offset for flaw in flaws if isinstance(flaw, Damage)), end)
        yield RecordEvent(offset, strange - offset, record, record.block_at - offset, b"")
        yield from flaws
        offset, again = end, any(flaw.code in LOST_THREAD for flaw in flaws)
    yield End(offset)


def _resume_plain(stream: BinaryIO, size: int, offset: int) -> int:
    """Where to go on behind a start that is none: the next one that can be a record's, or the end of the file.

    Of the starts before one and the same end of a header only the last can be,
    and it only where that end is within reach. So the work does not grow with their number.
    """
    head_end = _find_head_end(stream, offset)
    first = size if head_end is None else max(offset + 1, head_end - MAX_HEAD)
    following = find_record(stream, first)
    if following is None or head_end is None:
        return size
    if following < head_end:
        stream.seek(following)
        *_, last = RECORD_START.finditer(stream.read(head_end - following))
        following += last.start()
    return following


def _find_head_end(stream: BinaryIO, start: int) -> int | None:
    """Where the next empty line at or after `start` ends; None where there is none."""
    window, base = b"", start
    for more in _read_on(stream, start):
        window += more
        if match := HEAD_END.search(window):
            return base + match.end()
        base += max(0, len(window) - 2)
        window = window[-2:]
    return None


def _take_plain(stream: BinaryIO, size: int, offset: int, *, whole: bool = False) -> Record:
    """The record at an offset. `whole`: only one behind whose block its closing line breaks stand."""
    stream.seek(offset)
    data = b""
    while (end := HEAD_END.search(data)) is None and len(data) < MAX_HEAD and (more := stream.read(STEP)):
        data += more
    head = read_head(data, end.end() if end else None, offset=offset)
    if RECORD_START.search(head.raw, 1) and any(len(head.values.get(name.key, ())) > 1 for name in ONCE):
        raise MalformedRecord("torn-header", "expected one header, got the start of another in it", offset=offset)
    block_at = offset + len(head.raw)
    if size - block_at < head.length:
        detail = f"expected a block of {head.length} bytes, got {size - block_at}"
        raise MalformedRecord("short-block", detail, offset=offset)
    if whole:
        stream.seek(block_at + head.length)
        if (got := stream.read(len(END))) != END:
            raise MalformedRecord("bad-record-end", f"expected CR LF CR LF after the block, got {got!r}", offset=offset)
        stream.seek(offset + len(data))
    if head.length > IN_MEMORY:
        return Record(head, block_at, stream=stream)
    block = data[len(head.raw) : len(head.raw) + head.length]
    return Record(head, block_at, memory=block + stream.read(head.length - len(block)))


def _end_plain(stream: BinaryIO, size: int, record: Record, offset: int) -> tuple[list[Flaw | Damage], int]:
    """Read on to the next record: the flaws on the way, and where it begins."""
    stream.seek(record.end)
    got = stream.read(len(END) + NEAR)
    flaw, closing = _judge_end(got[: len(END)], record, offset)
    end = record.end + closing
    flaws: list[Flaw | Damage] = [] if flaw is None else [flaw]
    if closing and (begins_record(got[closing:]) or not got[closing:]):
        return flaws, end
    after = find_record(stream, end if closing else record.block_at)
    after = size if after is None else after
    if closing:
        rest = got[closing : closing + min(NEAR, after - end)]
        detail = f"expected the next record, got {after - end} bytes: {rest[:24]!r}"
        habit = not rest.strip(b"\r\n") and after - end <= NEAR
        flaws.append(
            (Flaw if habit else Damage)("extra-line-breaks" if habit else "bytes-after-record", detail, end, after)
        )
    return flaws, max(after, offset + 1)
