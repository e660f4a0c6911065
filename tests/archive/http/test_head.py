"""HTTP/1 messages: read as the crawl's client reads them, bodies as streams."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.core.downloader.handlers.http11 import _LenientHTTPClientParser
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from archive.http.head import (
    HTTPSyntaxError,
    dechunk,
    parse_request_head,
    parse_response_head,
    read_head,
    split_head,
)
from tests.warcs.build import chunks

HEADS = [
    b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
    b"HTTP/1.0 404 Not Found\nServer: x\nX-Y:z\n\n",
    b"HTTP/1.1 200\r\nServer: x\r\n\r\n",
    b"HTTP/1.1 200 \r\nServer: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon here\r\nServer: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nServer: x\r\n  folded\r\n\ttwice\r\nX-Y: z\r\n\r\n",
    b"HTTP/1.1 200 \xc4\x90\xc6\xb0\xe1\xbb\xa3c\r\nX-Name: caf\xe9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Empty:\r\nX-Colon: a:b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
]


UNTYPED: dict[str, Any] = {"request": Request, "parser": _LenientHTTPClientParser, "transport": StringTransport}
"""Twisted's classes, whose methods have no types."""


@pytest.mark.parametrize("head", HEADS)
def test_head_is_read_as_the_crawls_client_reads_it(head: bytes) -> None:
    """Twisted's parser, made lenient by Scrapy, is the oracle;
    connection headers it keeps apart are not in these heads.
    """
    request = UNTYPED["request"](b"HEAD", b"/", Headers({b"host": [b"example.org"]}), None)
    parser = UNTYPED["parser"](request, lambda rest: None)
    parser.makeConnection(UNTYPED["transport"]())
    parser.dataReceived(head)
    ours = parse_response_head(head)
    assert (ours.status, ours.reason) == (parser.response.code, parser.response.phrase)
    theirs = {name.lower(): values for name, values in parser.headers.getAllRawHeaders()}
    assert {name.lower(): ours.all(name) for name, _ in ours.headers} == theirs


@pytest.mark.parametrize(
    "head", [b"\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"<html>\n\n", b"SSH-2.0-x y z\r\n\r\n"]
)
def test_what_is_no_status_line_is_refused(head: bytes) -> None:
    with pytest.raises(HTTPSyntaxError, match="expected"):
        parse_response_head(head)


def test_quirks_are_named() -> None:
    assert parse_response_head(HEADS[0]).quirks == ()
    assert [len(parse_response_head(head).quirks) for head in HEADS[1:6]] == [1, 1, 0, 1, 2]


def test_request_line_may_hold_spaces_in_its_target() -> None:
    head = parse_request_head(b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (head.method, head.target, head.version) == (b"GET", b"/a b", b"HTTP/1.1")
    with pytest.raises(HTTPSyntaxError):
        parse_request_head(b"GET /\r\n\r\n")


@pytest.mark.parametrize("separator", [b"\r\n\r\n", b"\n\n", b"\n\r\n", b"\r\n\n"])
def test_head_ends_at_the_first_empty_line(separator: bytes) -> None:
    data = b"HTTP/1.1 200 OK\r\nA: b" + separator + b"body\r\n\r\nmore"
    head = data[: data.index(b"body")]
    assert split_head(data) == (head, len(head))
    assert read_head(io.BytesIO(data)) == (head, len(head))


def test_head_without_end_is_none() -> None:
    assert split_head(b"HTTP/1.1 200 OK\r\nA: b\r\n") is None
    assert read_head(io.BytesIO(b"x" * (3 << 20))) is None


def test_head_that_ends_at_a_boundary_of_reads_is_found() -> None:
    for size in range(65530, 65542):
        head = b"HTTP/1.1 200 OK\r\nA: " + b"x" * (size - 24) + b"\r\n\r\n"
        assert read_head(io.BytesIO(head + b"body")) == (head, len(head))


@given(
    st.lists(st.binary(min_size=1, max_size=80), max_size=5),
    st.sampled_from([b"", b";a=b", b' ; q="x"']),
    st.sampled_from([b"", b"A: b\r\n"]),
)
def test_chunks_come_off(pieces: list[bytes], extension: bytes, trailer: bytes) -> None:
    out = io.BytesIO()
    result = dechunk(io.BytesIO(chunks(*pieces, extension=extension, trailer=trailer) + b"rest"), out)
    assert out.getvalue() == b"".join(pieces)
    assert (result.complete, result.size, result.rest, result.error) == (True, len(out.getvalue()), 4, None)
    assert result.trailer == tuple(line for line in [trailer.strip()] if line)


@given(st.integers(0, 40))
def test_cut_chunks_give_what_came(cut: int) -> None:
    whole = chunks(b"hello", b"world", trailer=b"A: b\r\n")
    out = io.BytesIO()
    result = dechunk(io.BytesIO(whole[: min(cut, len(whole) - 1)]), out)
    assert not result.complete
    assert result.error is not None
    assert b"helloworld".startswith(out.getvalue())


@pytest.mark.parametrize(
    "body", [b"xyz\r\n", b"-5\r\nhello\r\n", b"5\r\nhelloX\r\n0\r\n\r\n", b"0" * 70_000, b"11111111111111111\r\n"]
)
def test_malformed_chunks_say_what_is_wrong(body: bytes) -> None:
    result = dechunk(io.BytesIO(body), io.BytesIO())
    assert not result.complete
    assert result.error is not None
    assert result.error.startswith("expected ")
