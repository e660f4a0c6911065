"""Digests: over what, in which notation, and how one compares."""

import base64
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.digest import ALGORITHMS, digest_file, digest_of, format_sha1, parse_digest
from archive.warc.payload import block_digest, http_kind, payload_digest
from tests.warcs.build import HTTP_REQUEST, HTTP_RESPONSE, chunks, http_response, member, sha1


@given(
    st.binary(max_size=100),
    st.sampled_from(sorted(ALGORITHMS)),
    st.sampled_from(["hex", "base32", "base64"]),
    st.booleans(),
)
def test_every_notation_comes_back(data: bytes, algorithm: str, notation: str, padded: bool) -> None:
    raw = hashlib.new(algorithm, data).digest()
    text = {"hex": raw.hex(), "base32": base64.b32encode(raw).decode(), "base64": base64.b64encode(raw).decode()}[
        notation
    ]
    digest = parse_digest(f"{algorithm}:{text if padded else text.rstrip('=')}")
    assert digest is not None
    assert (digest.algorithm, digest.raw, digest.notation) == (algorithm, raw, notation)
    assert digest == parse_digest(f"{algorithm.upper()}:{text}")
    assert digest.agrees(digest_of(io.BytesIO(data), algorithm))
    assert digest.in_notation(raw) == f"{algorithm}:{text}"


@pytest.mark.parametrize(
    "text", ["", "sha1:", "sha1:abc", "crc32:01234567", sha1(b"")[5:], "sha1:" + "1" * 32, "md5:" + "g" * 32]
)
def test_unknown_digests_say_nothing(text: str) -> None:
    assert parse_digest(text) is None


def test_label_may_be_understood() -> None:
    bare = parse_digest(sha1(b"x")[5:], default="sha1")
    assert bare is not None
    assert bare.agrees(digest_of(b"x"))
    assert parse_digest("SHA-256:" + hashlib.sha256(b"x").hexdigest()) is not None


PACKED = member(b"<p>hello</p>")


@pytest.mark.parametrize(
    ("block", "payload"),
    [
        (http_response(b"<p>hello</p>"), b"<p>hello</p>"),
        (http_response(b""), b""),
        (http_response(chunks(b"<p>he", b"llo</p>"), b"Transfer-Encoding: chunked", length=False), b"<p>hello</p>"),
        (http_response(chunks(PACKED), b"transfer-encoding: Chunked", b"Content-Encoding: gzip", length=False), PACKED),
        (http_response(chunks(b"<p>he", last=False), b"Transfer-Encoding: chunked", length=False), b"<p>he"),
        (http_response(b"<p>no chunks</p>", b"Transfer-Encoding: chunked"), b"<p>no chunks</p>"),
        (b"HTTP/1.1 200 OK\nA: b\n\nbody", b"body"),
    ],
)
def test_payload_is_the_body_without_chunks_and_with_its_content_coding(block: bytes, payload: bytes) -> None:
    assert payload_digest(io.BytesIO(block), len(block), HTTP_RESPONSE) == sha1(payload)


def test_payload_of_other_blocks() -> None:
    assert payload_digest(io.BytesIO(b"text"), 4, "text/plain") == sha1(b"text")
    assert payload_digest(io.BytesIO(b"no http"), 7, HTTP_RESPONSE) is None
    request = b"POST / HTTP/1.1\r\nHost: x\r\n\r\na=b"
    assert payload_digest(io.BytesIO(request), len(request), HTTP_REQUEST) == sha1(b"a=b")


def test_block_is_digested_from_its_beginning() -> None:
    block = io.BytesIO(b"block")
    block.seek(3)
    assert block_digest(block) == sha1(b"block") == format_sha1(hashlib.sha1(b"block").digest())


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/http; msgtype=response", "response"),
        ("application/http;msgtype=request", "request"),
        ('Application/HTTP ; msgtype="request"', "request"),
        ("application/http", "response"),
        ("text/html", None),
        ("", None),
    ],
)
def test_content_type_tells_the_message(content_type: str, kind: str | None) -> None:
    assert http_kind(content_type) == kind


def test_files_have_sha256_in_hex(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 300_000)
    assert digest_file(tmp_path / "file") == "sha256:" + hashlib.sha256(b"x" * 300_000).hexdigest()
