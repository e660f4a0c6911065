"""WARC files with exactly one fault each, named after the finding that must come of it;
`--` sets variants of one apart.
"""

from collections.abc import Callable

from tests.warcs.build import (
    NAME,
    NOT_MODIFIED,
    URI,
    chunks,
    compressed,
    http_response,
    member,
    metadata,
    raw_member,
    request,
    resource,
    response,
    revisit,
    sha1,
    uuid,
    warcinfo,
)

SOUND = (warcinfo(), response(), request(), metadata(), revisit())
PLAIN = "test.warc"
PLAIN_INFO = warcinfo(WARC_Filename=PLAIN)
GZIPPED = compressed(*SOUND)
LAST = member(SOUND[-1])

Built = tuple[str, bytes]
"""File name and content."""
FAULTS: dict[str, Callable[[], Built]] = {}


def gz(*records: bytes) -> Built:
    """A compressed file."""
    return NAME, compressed(*records)


def with_info(*records: bytes) -> Callable[[], Built]:
    """A compressed file that begins with a sound warcinfo record."""
    return lambda: gz(warcinfo(), *records)


def bytes_of(data: bytes, name: str = NAME) -> Callable[[], Built]:
    """A file of these bytes."""
    return lambda: (name, data)


def flip(data: bytes, place: int, bits: int = 1) -> bytes:
    """The data with bits of one byte inverted."""
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


def skip_length(data: bytes, error: int = 0) -> bytes:
    """A member as wget writes it, with its lengths in the extra field."""
    plain = raw_member(data, flags=4, extra=b"\x0c\x00sl\x08\x00" + bytes(8))
    lengths = (len(plain) + error).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return raw_member(data, flags=4, extra=b"\x0c\x00sl\x08\x00" + lengths)


CHUNKED = b"Transfer-Encoding: chunked"
CHUNKY = http_response(chunks(b"<p>hello</p>"), CHUNKED, length=False)
GZIP_BODY = member(b"<p>hello</p>")
GZIP_BLOCK = http_response(GZIP_BODY, b"Content-Encoding: gzip")
SEGMENTS = {
    "first": resource(6, block=b"one", WARC_Segment_Number="1"),
    "second": resource(
        7,
        block=b"two",
        WARC_Type="continuation",
        WARC_Segment_Number="2",
        WARC_Segment_Origin_ID=uuid(6),
        WARC_Segment_Total_Length="6",
        Content_Type=None,
    ),
}
SECOND = {
    "WARC_Type": "continuation",
    "WARC_Segment_Number": "2",
    "WARC_Segment_Origin_ID": uuid(6),
    "WARC_Segment_Total_Length": "6",
    "Content_Type": None,
}

FAULTS |= {
    # gzip members
    "truncated-member": bytes_of(GZIPPED[:-30]),
    "truncated-member--trailer": bytes_of(GZIPPED[:-1]),
    "truncated-member--header": bytes_of(GZIPPED + LAST[:5]),
    "torn-tail": bytes_of(GZIPPED + LAST[:-20], NAME + ".open"),
    "torn-tail--plain": bytes_of(PLAIN_INFO + response()[:-30], PLAIN + ".open"),
    "member-crc": bytes_of(GZIPPED[:-8] + flip(GZIPPED[-8:], 0)),
    "member-crc--in-the-middle": bytes_of(member(warcinfo()) + raw_member(resource(), crc=7) + compressed(resource(7), resource(8))),
    "member-size": bytes_of(GZIPPED[:-4] + flip(GZIPPED[-4:], 0)),
    "corrupt-member": bytes_of(GZIPPED[: -len(LAST)] + LAST[:10] + b"\xff" + LAST[11:]),
    "bad-gzip-header": bytes_of(GZIPPED[: -len(LAST)] + flip(LAST, 2)),
    "bad-gzip-header--reserved-flag": bytes_of(GZIPPED[: -len(LAST)] + flip(LAST, 3, 0x20)),
    "bad-gzip-header--crc": bytes_of(GZIPPED + raw_member(resource(), flags=2, extra=b"\x00\x00")),
    "not-gzip": bytes_of(b"this is a text file\r\n"),
    "bytes-between-members": bytes_of(compressed(*SOUND[:2]) + b"left over" + compressed(*SOUND[2:])),
    "bytes-after-members": bytes_of(GZIPPED + b"\r\n\r\n"),
    "bytes-after-members--zeros": bytes_of(GZIPPED + bytes(512)),
    "bytes-after-record": bytes_of(GZIPPED + member(resource() + b"left over")),
    "bytes-after-record--plain": bytes_of(PLAIN_INFO + resource() + b"left over", PLAIN),
    "several-records-in-member": bytes_of(member(b"".join(SOUND))),
    "empty-member": bytes_of(GZIPPED + member(b"")),
    "gzip-header-odd": bytes_of(GZIPPED[: -len(LAST)] + flip(LAST, 4)),
    "gzip-header-odd--system": bytes_of(GZIPPED[: -len(LAST)] + flip(LAST, 9)),
    "gzip-skip-length": bytes_of(b"".join(skip_length(data) for data in SOUND[:4]) + skip_length(SOUND[4], 1)),
    "no-records": bytes_of(b""),
    "no-records--plain": bytes_of(b"", PLAIN),
    # records
    "no-version": with_info(b"\r\n" + resource()),
    "bytes-after-record--no-version": bytes_of(PLAIN_INFO + b"HARC/1.1\r\n" + resource()[10:], PLAIN),
    "unknown-version": with_info(resource().replace(b"WARC/1.1", b"WARC/0.18", 1)),
    "unknown-version--garbled": with_info(resource().replace(b"WARC/1.1", b"WARC/1.1x", 1)),
    "torn-header": with_info(resource()[:60]),
    "bad-header-line": with_info(resource().replace(b"WARC-Date:", b"WARC-Date", 1)),
    "bad-header-line--space": with_info(resource().replace(b"WARC-Date:", b"WARC Date:", 1)),
    "no-content-length": with_info(resource().replace(b"Content-Length: 12\r\n", b"")),
    "no-content-length--two": with_info(resource().replace(b"Content-Length: 12", b"Content-Length: 12\r\nContent-Length: 13")),
    "bad-content-length": with_info(resource().replace(b"Content-Length: 12", b"Content-Length: -12")),
    "short-block": with_info(resource().replace(b"Content-Length: 12", b"Content-Length: 120")),
    "short-block--plain": bytes_of(PLAIN_INFO + resource().replace(b"Content-Length: 12", b"Content-Length: 120"), PLAIN),
    "bad-record-end": with_info(resource()[:-2]),
    "bad-record-end--none": with_info(resource()[:-4]),
    "bad-record-end--plain": bytes_of(PLAIN_INFO + resource()[:-4] + resource(7), PLAIN),
    "bad-record-end--long-block": with_info(resource(WARC_Block_Digest=None, Content_Length="10")),
    "extra-line-breaks": with_info(resource() + b"\r\n"),
    "extra-line-breaks--plain": bytes_of(PLAIN_INFO + b"\r\n" + resource(), PLAIN),
    "bare-lf": with_info(resource(block=b"").replace(b"\r\n", b"\n", 6)),
    "control-character": with_info(resource(X_Note="a\x01b")),
    "not-utf-8": with_info(resource(X_Note="caf\udce9")),
    # named fields
    "missing-header--id": with_info(resource(WARC_Record_ID=None)),
    "missing-header--date": with_info(resource(WARC_Date=None)),
    "missing-header--type": with_info(resource(WARC_Type=None)),
    "missing-header--target-uri": with_info(resource(WARC_Target_URI=None)),
    "missing-header--empty": with_info(resource(WARC_Target_URI="")),
    "missing-header--profile": with_info(response(), revisit(WARC_Profile=None)),
    "missing-header--payload-digest": with_info(response(), revisit(WARC_Payload_Digest=None)),
    "missing-header--segment-number": with_info(SEGMENTS["first"], resource(7, block=b"two", **{**SECOND, "WARC_Segment_Number": None})),
    "forbidden-header--target-uri": lambda: gz(warcinfo(WARC_Target_URI=URI)),
    "forbidden-header--concurrent-to": lambda: gz(warcinfo(WARC_Concurrent_To=uuid(2)), response()),
    "forbidden-header--refers-to": with_info(response(), resource(WARC_Refers_To=uuid(2))),
    "forbidden-header--profile": with_info(response(WARC_Profile=NOT_MODIFIED)),
    "forbidden-header--filename": with_info(resource(WARC_Filename=NAME)),
    "forbidden-header--ip-address": lambda: gz(warcinfo(WARC_IP_Address="192.0.2.1")),
    "forbidden-header--payload-digest": with_info(response(), metadata(block=b"", WARC_Payload_Digest=sha1(b""))),
    "forbidden-header--segment-total": with_info(resource(WARC_Segment_Total_Length="12")),
    "repeated-header": with_info(resource().replace(b"WARC-Date:", b"WARC-Date: 2024-02-28T09:30:00Z\r\nWARC-Date:", 1)),
    "unknown-type": with_info(resource(WARC_Type="resauce")),
    "bad-record-id": with_info(resource(WARC_Record_ID="<not a uri>")),
    "odd-uuid": with_info(resource(WARC_Record_ID="<urn:uuid:1234>")),
    "odd-uuid--suffix": with_info(resource(WARC_Record_ID=uuid(6)[:-1] + "-1>")),
    "date-notation--offset": with_info(resource(WARC_Date="2024-02-28T16:30:00+07:00")),
    "date-notation": with_info(resource(WARC_Date="2024-01-15t03:04:05z")),
    "unknown-version--lower-case": with_info(resource().replace(b"WARC/1.1", b"warc/1.1", 1)),
    "unknown-version--lower-case-plain": bytes_of(PLAIN_INFO + resource().replace(b"WARC/1.1", b"warc/1.1", 1), PLAIN),
    "block-digest-other": with_info(response(), revisit(WARC_Block_Digest=sha1(b""))),
    "payload-digest-other--other-protocol": with_info(
        response(block=b"20 text/gemini\r\n# Hi", payload=b"# Hi", Content_Type="application/gemini", WARC_Target_URI="gemini://example.org/")
    ),
    "duplicate-record-id": with_info(resource(), resource(block=b"another")),
    "bare-uri": with_info(resource(WARC_Record_ID=uuid(6)[1:-1])),
    "bad-date": with_info(resource(WARC_Date="28 Feb 2024")),
    "bad-date--no-such-day": with_info(resource(WARC_Date="2024-02-30T00:00:00Z")),
    "bad-date--no-zone": with_info(resource(WARC_Date="2024-02-28T00:00:00")),
    "bad-date--ten-digits": with_info(resource(WARC_Date="2024-02-28T00:00:00.0123456789Z")),
    "date-precision": with_info(resource(WARC_Date="2024-02-28T00:00:00.5Z").replace(b"WARC/1.1", b"WARC/1.0", 1)),
    "odd-date": with_info(resource(WARC_Date="2924-02-28T00:00:00Z")),
    "odd-date--early": with_info(resource(WARC_Date="1904-02-28T00:00:00Z")),
    "bad-target-uri": with_info(resource(WARC_Target_URI="https://www.example.org/a b")),
    "bad-target-uri--escape": with_info(resource(WARC_Target_URI="https://www.example.org/%zz")),
    "bad-target-uri--relative": with_info(resource(WARC_Target_URI="/page")),
    "bad-ip-address": with_info(response(WARC_IP_Address="www.example.org")),
    "bad-truncated": with_info(response(WARC_Truncated="perhaps")),
    "bad-reference": with_info(response(), request(WARC_Concurrent_To="<the other one>")),
    "unresolved-reference": with_info(response(), request(concurrent_to=99)),
    "unresolved-reference--metadata": with_info(response(), metadata(WARC_Refers_To=uuid(99))),
    "wrong-reference--warcinfo": with_info(response(), request(WARC_Warcinfo_ID=uuid(2))),
    "concurrent-differs--warcinfo": with_info(response(), request(concurrent_to=1)),
    "wrong-reference--itself": with_info(response(), request(concurrent_to=3)),
    "wrong-reference--revisit-of-request": with_info(
        response(), request(), revisit(WARC_Refers_To=uuid(3), WARC_Payload_Digest=sha1(b"<p>hello</p>"))
    ),
    "concurrent-differs": with_info(response(), request(WARC_Target_URI="https://www.example.org/other")),
    "bad-segment--number": with_info(SEGMENTS["first"], resource(7, block=b"two", **{**SECOND, "WARC_Segment_Number": "second"})),
    "bad-segment--total": with_info(SEGMENTS["first"], resource(7, block=b"two", **{**SECOND, "WARC_Segment_Total_Length": "7"})),
    "bad-segment--origin": with_info(resource(6, block=b"one"), SEGMENTS["second"]),
    "segment-missing": with_info(SEGMENTS["first"]),
    "segment-missing--gap": with_info(SEGMENTS["first"], resource(7, block=b"two", **{**SECOND, "WARC_Segment_Number": "3"})),
    "no-content-type": with_info(resource(Content_Type=None)),
    "bad-content-type": with_info(resource(Content_Type="text")),
    "odd-content-type": with_info(response(Content_Type="text/html", WARC_Payload_Digest=None)),
    "odd-content-type--msgtype": with_info(
        request(concurrent_to=None, Content_Type="application/http; msgtype=response", block=http_response(b""))
    ),
    "fields-syntax": lambda: gz(warcinfo(block=b"software test\r\n")),
    "item-syntax": with_info(response(), metadata(block=b'{"id": ', Content_Type="application/json")),
    # digests
    "block-digest": with_info(response(WARC_Block_Digest=sha1(b"other"))),
    "block-digest--flipped": bytes_of(PLAIN_INFO + resource().replace(b"plain", b"plaim"), PLAIN),
    "payload-digest": with_info(response(WARC_Payload_Digest=sha1(b"other"))),
    "payload-digest--sha256": with_info(response(WARC_Payload_Digest="sha256:" + "0" * 64)),
    "payload-digest-other--chunks": with_info(response(block=CHUNKY)),
    "payload-digest-other--decoded": with_info(response(block=GZIP_BLOCK, payload=b"<p>hello</p>")),
    "payload-digest-other--block": with_info(response(payload=http_response(b"<p>hello</p>"))),
    "payload-digest-other--truncated": with_info(response(payload=b"<p>hello</p> and more", WARC_Truncated="length")),
    "bad-digest": with_info(response(WARC_Block_Digest="sha1:ABC")),
    "bad-digest--no-label": with_info(response(WARC_Block_Digest=sha1(b"")[5:])),
    "unknown-digest": with_info(response(WARC_Block_Digest="crc32:01234567")),
    # HTTP
    "no-http": with_info(response(block=b"SSH-2.0-OpenSSH\r\n\r\n", WARC_Payload_Digest=None)),
    "no-http--no-end": with_info(response(block=b"HTTP/1.1 200 OK\r\nServer: x", WARC_Payload_Digest=None)),
    "http-syntax": with_info(response(block=http_response(b"<p>hello</p>", b"a line without one"))),
    "response-cut": with_info(response(block=http_response(b"<p>hello</p>", b"Content-Length: 99", length=False))),
    "response-cut--chunks": with_info(
        response(block=http_response(b"c\r\n<p>hello</p>\r\n", CHUNKED, length=False), payload=b"<p>hello</p>")
    ),
    "response-cut--coding": with_info(response(block=http_response(GZIP_BODY[:-12], b"Content-Encoding: gzip"))),
    "http-length": with_info(response(block=http_response(b"<p>hello</p>", b"Content-Length: 9", length=False))),
    "http-chunks": with_info(response(block=http_response(b"<p>hello</p>", CHUNKED, length=False))),
    "no-http--icy": with_info(response(block=b"ICY 200 OK\r\n\r\n<p>hello</p>", WARC_Payload_Digest=None)),
    "no-http--two-blanks": with_info(response(block=b"HTTP/1.1  200 OK\r\n\r\nhello", WARC_Payload_Digest=None)),
    "http-chunks--rest": with_info(response(block=CHUNKY + b"more", payload=b"<p>hello</p>")),
    # revisits
    "revisit-profile": with_info(response(), revisit(WARC_Profile="http://example.org/mine", WARC_Truncated=None)),
    "revisit-of-revisit": with_info(
        response(), revisit(), revisit(6, WARC_Refers_To=uuid(5), WARC_Refers_To_Date="2024-03-01T00:00:00Z")
    ),
    "revisit-of-revisit--by-address": with_info(
        response(WARC_Date="2024-01-01T00:00:00Z"),
        revisit(WARC_Refers_To_Date="2024-01-01T00:00:00Z"),
        revisit(6, WARC_Refers_To=None, WARC_Refers_To_Date="2024-03-01T00:00:00Z", WARC_Date="2024-03-02T00:00:00Z"),
    ),
    "revisit-digest": with_info(response(), revisit(WARC_Payload_Digest=sha1(b"other"))),
    "revisit-refers--uri": with_info(response(), revisit(WARC_Refers_To_Target_URI="https://www.example.org/other")),
    "revisit-refers--date": with_info(response(), revisit(WARC_Refers_To_Date="2024-02-28T09:30:01Z")),
    "revisit-unresolved": with_info(revisit(WARC_Refers_To=None)),
    "revisit-unresolved--digest": with_info(revisit(WARC_Refers_To=None, WARC_Refers_To_Target_URI=None, WARC_Refers_To_Date=None)),
    "revisit-not-truncated": with_info(response(), revisit(WARC_Truncated=None)),
    "revisit-block": with_info(
        response(), revisit(WARC_Profile=NOT_MODIFIED, WARC_Truncated=None, block=b"HTTP/1.1 304 Not Modified\r\n\r\nbody")
    ),
}  # fmt: skip
