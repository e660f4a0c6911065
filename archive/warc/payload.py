"""Digests of a record, of its block and of its payload.

WARC 1.1 §5.8 and §5.9: the payload of an HTTP message is its body without the transfer coding, with the content coding.
"""

import functools
import hashlib
import re
from typing import BinaryIO

from archive.digest import CHUNK, digest_stream, format_sha1
from archive.http.bodies import read_message
from archive.http.head import HTTPSyntaxError
from archive.warc.record import END, Record

HTTP = re.compile(r"\s*application/http\s*(?:;\s*msgtype\s*=\s*\"?(request|response)\"?\s*)?(?:;.*)?", re.IGNORECASE)


def digest_record(record: Record) -> bytes:
    """SHA-256 of a record as it lies: header, block, and the two line breaks that end it."""
    sha = hashlib.sha256(record.head)
    if record.in_memory is not None:
        sha.update(record.in_memory)
    else:
        block = record.block
        block.seek(0)
        while piece := block.read(CHUNK):
            sha.update(piece)
        block.seek(0)
    sha.update(END)
    return sha.digest()


def block_digest(block: BinaryIO) -> str:
    """WARC-Block-Digest of a block, read from its beginning."""
    block.seek(0)
    return format_sha1(digest_stream(block))


def payload_digest(block: BinaryIO, length: int, content_type: str) -> str | None:
    """WARC-Payload-Digest of a block of `length` bytes: over the message body without chunks, content coding kept.

    Of a block that is no HTTP message the payload is the block. None when the block says that it is one and is not.
    """
    raw = payload_bytes_digest(block, length, content_type)
    return format_sha1(raw) if raw is not None else None


def payload_bytes_digest(block: BinaryIO, length: int, content_type: str, algorithm: str = "sha1") -> bytes | None:
    """As `payload_digest`, in any algorithm, as bytes."""
    kind = http_kind(content_type)
    if kind is None:
        block.seek(0)
        return digest_stream(block, algorithm)
    try:
        message = read_message(block, length, request=kind == "request")
    except HTTPSyntaxError:
        return None
    with message.payload as payload:
        return digest_stream(payload, algorithm)


@functools.lru_cache(maxsize=1024)
def http_kind(content_type: str) -> str | None:
    """`request` or `response` for `application/http`, None for any other type;
    without msgtype it is taken for a response.
    """
    match = HTTP.fullmatch(content_type)
    if match is None:
        return None
    return (match[1] or "response").lower()
