"""Check a record's block: digests, the HTTP message, warc-fields, and the rules for revisits.

WARC 1.1 sections 5.8, 5.9, 6.2 to 6.7. The payload digest is over the message body with its transfer coding removed and
its
content coding kept (section 6.3.2). Tools that take it over other bytes are recognised and named,
so that a reader can tell
another reading of the standard from damage.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from archive.digest import Digest, digest_of, parse_digest
from archive.http.bodies import Message, read_message
from archive.http.codings import decode_content
from archive.http.head import HTTPSyntaxError, RequestHead, ResponseHead, media_type, read_head
from archive.json_text import parse_json
from archive.lines.pointers import digest_of_line
from archive.streams import open_window
from archive.verify.rules import PROFILES, Problem
from archive.warc.fields import JSON, WARC_FIELDS, Field
from archive.warc.payload import http_kind
from archive.warc.record import Record

TEXTS = frozenset({"warcinfo", "metadata", "resource", "conversion"})
"""Types of record whose block may be warc-fields or JSON."""
MAX_FIELDS = 16 * 1024 * 1024
"""A larger block of warc-fields or JSON is not read as text."""
MAX_DIGESTED = 256 << 20
"""Of content that decodes to more no digest is tried."""
FIELD_LINE = re.compile(rb"[^\x00-\x20()<>@,;:\\\"/\[\]?={}\x7f]+:.*")


@dataclass
class BlockFacts:
    """Facts of a block that the checks across records and files need."""

    status: int | None = None
    """HTTP status of a response or revisit."""
    mime: str | None = None
    """Media type of the HTTP response, lower case, without parameters."""
    item_digest: str | None = None
    """Digest of the block of an `application/json` metadata record, as `archive.lines.pointers` takes it."""
    method: str | None = None
    problems: list[Problem] = field(default_factory=list)


def check_block(record: Record, *, closed: bool) -> BlockFacts:
    """Every check that needs nothing but the record itself. `closed`:
    it lies in a collection, whose own rules hold as well.
    """
    facts = BlockFacts()
    problems = facts.problems
    content_type = record.content_type
    _check_block_digest(record, problems, closed=closed)
    if record.block_length and not content_type and record.type != "continuation":
        problems.append(("no-content-type", f"expected Content-Type in a {record.type} record with a block, got none"))
    kind = _message_kind(record, content_type, problems)
    message = None
    if kind and record.block_length:
        try:
            message = read_message(record.block, record.block_length, request=kind == "request")
        except HTTPSyntaxError as error:
            problems.append(("no-http", str(error)))
    if record.type == "revisit":
        problems.extend(_check_revisit(record, message, closed=closed))
    else:
        problems.extend(_check_payload_digest(record, message))
    if message is not None:
        _note_head(message, facts)
        problems.extend(_check_http(record, message))
        message.payload.close()
    if record.type in TEXTS:
        _check_text(record, content_type, facts)
    return facts


def _message_kind(record: Record, content_type: str, problems: list[Problem]) -> str | None:
    """`request` or `response` when the block is to be read as an HTTP message."""
    if record.type not in ("request", "response", "revisit"):
        return None
    kind = http_kind(content_type)
    scheme = record.target_uri.partition(":")[0].lower()
    expected = "request" if record.type == "request" else "response"
    if kind and kind != expected and not (kind == "response" and "msgtype" not in content_type.lower()):
        problems.append(
            ("odd-content-type", f"expected msgtype={expected} in a {record.type} record, got {content_type!r}")
        )
        return kind
    if scheme in ("http", "https") and kind is None:
        if content_type and record.type != "revisit":
            problems.append(
                ("odd-content-type", f"expected application/http in a {record.type} record, got {content_type!r}")
            )
        return None if content_type else expected
    return expected if kind else None


def _check_block_digest(record: Record, problems: list[Problem], *, closed: bool) -> None:
    for written in record.all(Field.BLOCK_DIGEST):
        digest = parse_digest(written)
        if digest is None:
            continue  # the header rules say so
        actual = digest_of(record.in_memory if record.in_memory is not None else record.block, digest.algorithm)
        if digest.agrees(actual):
            continue
        detail = f"expected {written}, got {digest.in_notation(actual)}"
        # Written by tools that digested the block that they left out.
        of_nothing = digest.agrees(digest_of(b"", digest.algorithm))
        if record.type == "revisit" and of_nothing and not closed:
            problems.append(("block-digest-other", f"{detail}; it is over no bytes at all"))
        else:
            problems.append(("block-digest", detail))


def _check_payload_digest(record: Record, message: Message | None) -> Iterator[Problem]:
    if Field.SEGMENT_NUMBER.key in record.values:
        return  # section 5.9: of a segmented record it is over the logical whole
    for written in record.all(Field.PAYLOAD_DIGEST):
        digest = parse_digest(written)
        if digest is None:
            continue
        actual = digest_of(_payload_of(record, message), digest.algorithm)
        if digest.agrees(actual):
            continue
        meaning = _other_meaning(record, message, digest)
        got = digest.in_notation(actual)
        if meaning:
            what = "the message body without chunks" if message else "the block, which is no HTTP message"
            yield "payload-digest-other", f"expected {written} over {what}, got {got}; it is {meaning}"
        elif record.truncated:
            yield (
                "payload-digest-other",
                f"expected {written} over the payload, got {got}; the record is truncated, is it over the whole?",
            )
        elif message is None and record.type == "response":
            # Section 5.9 leaves to each protocol what its payload is; of others than HTTP nothing can be said here.
            what = record.content_type or "a type that is not named"
            yield (
                "payload-digest-other",
                f"expected {written} over the block, got {got}; of {what} it may be over a part",
            )
        else:
            yield "payload-digest", f"expected {written}, got {got}"


def _payload_of(record: Record, message: Message | None) -> memoryview | BinaryIO:
    """The message's body without its chunks, or the whole block: as it lies in memory, where it does."""
    if record.in_memory is not None and (message is None or message.chunked is None):
        return memoryview(record.in_memory)[message.body_offset if message else 0 :]
    return message.payload if message else record.block


def _other_meaning(record: Record, message: Message | None, digest: Digest) -> str | None:
    """Which bytes a digest is over, when not over those that the standard means."""
    if message is None:
        # No message could be read: some tools split at the first empty line they find, or take all for the body.
        if digest.agrees(digest_of(b"", digest.algorithm)):
            return "over no bytes at all"
        found = read_head(record.block)
        if found is None:
            return None
        body = open_window(record.block, found[1], record.block_length - found[1])
        return "over what follows the first empty line" if digest.agrees(digest_of(body, digest.algorithm)) else None
    body = open_window(record.block, message.body_offset, record.block_length - message.body_offset)
    if digest.agrees(digest_of(body, digest.algorithm)):
        return "over the body with its chunks, as warcprox and wget write it and warcio and FastWARC expect it"
    if digest.agrees(digest_of(record.block, digest.algorithm)):
        return "over the whole block"
    if isinstance(message.head, ResponseHead) and message.head.codings:
        with decode_content(message.payload, message.head.codings, limit=MAX_DIGESTED).content as content:
            if digest.agrees(digest_of(content, digest.algorithm)):
                return "over the decoded content"
    return None


def _note_head(message: Message, facts: BlockFacts) -> None:
    if isinstance(message.head, ResponseHead):
        facts.status = message.head.status
        facts.mime = media_type(message.head)
    else:
        facts.method = message.head.method.decode("latin-1")


def _check_http(record: Record, message: Message) -> Iterator[Problem]:
    """RFC 9112, as information: the block holds what the server sent, and servers err."""
    for quirk in message.head.quirks:
        yield "http-syntax", quirk
    if isinstance(message.head, RequestHead) or record.type != "response":
        return
    body = record.block_length - message.body_offset
    if message.chunked is not None:
        if not message.chunked.complete:
            why = message.chunked.error or "expected a complete chunked body"
            yield from _cut(record, "http-chunks", why, sure=message.chunked.size > 0)
        elif message.chunked.rest:
            yield "http-chunks", f"expected nothing after the chunked body, got {message.chunked.rest} bytes"
        yield from _check_coding(record, message)
        return
    yield from _check_coding(record, message)
    lengths = set(message.head.all(b"Content-Length"))
    if len(lengths) > 1:
        yield "http-syntax", f"expected one Content-Length, got {len(lengths)} that differ"
    elif lengths:
        length = lengths.pop()
        if not length.isdigit():
            yield "http-syntax", f"expected Content-Length in digits, got {length[:40]!r}"
        elif int(length) != body and body:
            # Tools that remove a content coding leave the length of what was encoded.
            sure = body < int(length) and not message.head.codings
            why = f"expected a body of {int(length)} bytes, as the server's Content-Length has it, got {body}"
            yield from _cut(record, "http-length", why, sure=sure)


def _check_coding(record: Record, message: Message) -> Iterator[Problem]:
    """A compressed body that breaks off."""
    assert isinstance(message.head, ResponseHead)
    if not message.head.codings or record.truncated:
        return
    decoded = decode_content(message.payload, message.head.codings)
    decoded.content.close()
    if decoded.cut:
        yield "response-cut", f"{decoded.error}; expected {Field.TRUNCATED} in a response that is not whole, got none"


def _cut(record: Record, code: str, why: str, *, sure: bool) -> Iterator[Problem]:
    """A body that is shorter than it should be; `sure`: only a cut can explain it."""
    if record.truncated:
        return
    if sure:
        yield "response-cut", f"{why}; expected {Field.TRUNCATED} in a response that is not whole, got none"
    else:
        yield code, why


def _check_revisit(record: Record, message: Message | None, *, closed: bool) -> Iterator[Problem]:
    """WARC 1.1 section 6.7."""
    profile = PROFILES.get(record.profile)
    body = record.block_length - message.body_offset if message else 0
    if profile == "identical":
        if not record.payload_digest:
            yield (
                "missing-header",
                "expected WARC-Payload-Digest in a revisit of this profile (section 6.7.2), got none",
            )
        if not body and record.truncated != "length":
            yield (
                "revisit-not-truncated",
                "expected WARC-Truncated: length, since the payload is left out (section 6.7.2), got none",
            )
        elif body:
            yield from _check_payload_digest(record, message)
    if profile == "not-modified":
        if body:
            yield "revisit-block", f"expected no body in a server-not-modified revisit, got {body} bytes"
        elif closed and record.block_length:
            # WARC 1.1 section 6.7.3 allows the headers; replay tools then serve an empty 304 and the page is lost at
            # that date.
            yield (
                "revisit-block",
                f"expected an empty block in a server-not-modified revisit, got {record.block_length} bytes",
            )


def _check_text(record: Record, content_type: str, facts: BlockFacts) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if record.block_length > MAX_FIELDS or kind not in (WARC_FIELDS, JSON):
        return
    record.block.seek(0)
    block = record.block.read()
    if kind == WARC_FIELDS:
        facts.problems.extend(_check_fields(block))
    elif record.type == "metadata":
        facts.item_digest = digest_of_line(block)
        try:
            parse_json(block)
        except ValueError as error:
            facts.problems.append(("item-syntax", f"expected JSON, got {error}"))


def _check_fields(block: bytes) -> Iterator[Problem]:
    """Section 4, `warc-fields`."""
    if b"\0" in block:
        yield "fields-syntax", "expected warc-fields, got a NUL byte"
    for number, line in enumerate(block.split(b"\n"), 1):
        line = line.removesuffix(b"\r")
        if line and not line.startswith((b" ", b"\t")) and not FIELD_LINE.fullmatch(line):
            yield "fields-syntax", f"expected a line `name: value` in warc-fields, got line {number}: {line[:60]!r}"
            return
