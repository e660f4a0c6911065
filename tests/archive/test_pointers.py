"""Pointers of lines: what a line's digest is over."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.lines.pointers import digest_of_line, repoint

POINTER = b'"warc":{"file":"%s","offset":%d,"length":7,"record_id":"urn:uuid:%s","payload_digest":%s'
ANSWER = b'"confirmed_at":"2024-01-02T03:04:05Z",'
PIECES = (b"{", b"}", b'"', b",", b"\\", b'"warc":', b'{"file":"', b'"confirmed_at":"', b"text", ANSWER)


@given(
    st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join),
    st.booleans(),
    st.sampled_from((b"null", b'"sha1:A"')),
    st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join),
)
def test_the_digest_of_a_line_stays_where_its_pointers_move(
    before: bytes, gone: bool, digest: bytes, after: bytes
) -> None:
    line = before + (ANSWER if gone else b"") + POINTER % (b"a.warc.gz", 1, b"1", digest) + b"}" + after
    moved = repoint(line, lambda was, date: was._replace(file="b.warc.gz", offset=2, record_id="urn:uuid:2"))
    assert moved != line
    assert digest_of_line(line) == digest_of_line(moved)


@pytest.mark.parametrize(
    "line",
    [
        b'{"text":"\\"warc\\":{\\"file\\":\\"a\\",\\"offset\\":1"}',
        b'{"warc":{"file":"a","offset":-1,"length":1,"record_id":"r","payload_digest":null}}',
        b'{"warc":{"offset":1,"file":"a","length":1,"record_id":"r","payload_digest":null}}',
    ],
)
def test_the_digest_of_a_line_without_a_pointer_is_over_all_its_bytes(line: bytes) -> None:
    assert hashlib.sha256(line).hexdigest() == digest_of_line(line)


def test_the_payload_digest_is_no_place() -> None:
    one, other = (b"{" + POINTER % (b"a", 1, b"1", digest) + b"}}" for digest in (b'"sha1:A"', b'"sha1:B"'))
    assert digest_of_line(one) != digest_of_line(other)
