"""Content codings: as lenient as browsers, bounded, and the same for all who read."""

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.http.bodies import read_message
from archive.http.codings import DECODERS, DecodedBody, content_codings, decode_content
from archive.http.head import ResponseHead
from tests.warcs.build import chunks, http_response


def content_of(block: bytes) -> tuple[bytes, str | None]:
    """The decoded content of a response."""
    message = read_message(io.BytesIO(block), len(block))
    assert isinstance(message.head, ResponseHead)
    with message.payload:
        decoded = decode_content(message.payload, message.head.codings)
        with decoded.content:
            return decoded.content.read(), decoded.error


TEXT = b"<p>Xin ch\xc3\xa0o</p>" * 5000


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        (b"gzip", gzip.compress),
        (b"x-gzip", gzip.compress),
        (b"deflate", zlib.compress),
        (b"deflate", lambda data: zlib.compress(data)[2:-4]),
        (b"identity", bytes),
        (b"deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
        (b"gzip", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
        (b"gzip", lambda data: gzip.compress(data) + b"junk behind"),
    ],
)
def test_content_coding_comes_off(coding: bytes, encode: object) -> None:
    assert callable(encode)
    assert content_of(http_response(encode(TEXT), b"Content-Encoding: " + coding)) == (TEXT, None)


def test_chunks_come_off_before_the_content_coding() -> None:
    packed = gzip.compress(TEXT)
    block = http_response(
        chunks(packed[:50], packed[50:]), b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", length=False
    )
    assert content_of(block) == (TEXT, None)


def test_brotli_comes_off_where_the_package_is_there() -> None:
    brotli = pytest.importorskip("brotli")
    assert content_of(http_response(brotli.compress(TEXT), b"Content-Encoding: br")) == (TEXT, None)


def test_damaged_content_gives_what_came_before() -> None:
    content, error = content_of(http_response(gzip.compress(TEXT)[:-20], b"Content-Encoding: gzip"))
    assert content
    assert TEXT.startswith(content)
    assert error is not None


def test_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(30 << 20))
    decoded = decode_content(io.BytesIO(bomb), ["gzip"], limit=1 << 20)
    with decoded.content:
        assert len(decoded.content.read()) == 1 << 20
    assert decoded.error == "expected at most 1048576 decoded bytes, got more"


def decode(body: bytes, *values: bytes) -> tuple[bytes, DecodedBody]:
    decoded = decode_content(io.BytesIO(body), content_codings(list(values)))
    with decoded.content as content:
        return content.read(), decoded


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (b"UTF-8", TEXT),
        (b"none", TEXT),
        (b"gzip,", gzip.compress(TEXT)),
        (b"utf-8, gzip", gzip.compress(TEXT)),
        (b"gzip", TEXT),
        (b"deflate", TEXT),
        (b"br", TEXT),
        (b"gzip, gzip", gzip.compress(TEXT)),
        (b"gzip", gzip.compress(TEXT)[:-8] + b"\1\2\3\4\5\6\7\x08"),
        (b"gzip", gzip.compress(TEXT)[:-5]),
        (b"gzip", b"\x1f\x8b\x08\x08" + bytes(6) + b"name\0" + zlib.compress(TEXT, wbits=-15)),
    ],
)
def test_text_that_the_bytes_hold_is_read_whatever_the_header_says(value: bytes, body: bytes) -> None:
    content, decoded = decode(body, value)
    assert (TEXT, None) == (content, decoded.error)
    assert bool(decoded.notes) == (value != b"gzip,")


def test_unknown_coding_of_bytes_that_are_no_text_is_an_error() -> None:
    content, decoded = decode(bytes(100), b"aes128gcm")
    assert content == bytes(100)
    assert decoded.error == "expected content coding gzip, deflate, br, zstd, got 'aes128gcm'"


def test_endless_list_of_codings_is_refused() -> None:
    assert decode(b"x", b"gzip, " * 1000)[1].error == "expected at most 5 content codings, got 1000"


@given(st.lists(st.sampled_from([*DECODERS, "utf-8", "x"]), max_size=3), st.binary(max_size=300), st.integers(0, 300))
def test_nothing_that_is_named_or_cut_raises(codings: list[str], body: bytes, cut: int) -> None:
    for data in (body, gzip.compress(body)[:cut], zlib.compress(body)[:cut]):
        decoded = decode_content(io.BytesIO(data), codings, limit=1000)
        with decoded.content as content:
            assert len(content.read()) <= 1000
