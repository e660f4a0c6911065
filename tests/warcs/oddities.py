"""WARC files that look wrong and are not: each must pass without damage and without a warning."""

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
from tests.warcs.faults import (
    CHUNKED,
    GZIP_BLOCK,
    PLAIN,
    PLAIN_INFO,
    SEGMENTS,
    SOUND,
    Built,
    bytes_of,
    skip_length,
    with_info,
)

LONG = b"<p>" + b"0123456789abcdef" * 200_000 + b"</p>"
EXTENDED = http_response(
    chunks(b"<p>hel", b"lo</p>", extension=b";name=value", trailer=b"X-Sum: 1\r\n"), CHUNKED, length=False
)


def as_1_0(data: bytes) -> bytes:
    """The record as WARC/1.0."""
    return data.replace(b"WARC/1.1", b"WARC/1.0", 1)


ODDITIES: dict[str, Callable[[], Built]] = {
    "sound": with_info(*SOUND[1:]),
    "uncompressed": bytes_of(PLAIN_INFO + b"".join(SOUND[1:]), PLAIN),
    "version-1-0": lambda: (NAME, compressed(*map(as_1_0, SOUND))),
    "bracketed-target-uri-as-wget-writes": with_info(as_1_0(response(WARC_Target_URI=f"<{URI}>"))),
    "no-warcinfo": lambda: (NAME, compressed(response(), request())),
    "several-warcinfo": with_info(response(), warcinfo(9), resource()),
    "concatenated-files": bytes_of(compressed(*SOUND) + compressed(warcinfo(11), resource(12))),
    "header-names-in-lower-case": with_info(
        resource().replace(b"WARC-Record-ID", b"warc-record-id").replace(b"Content-Length", b"content-length")
    ),
    "no-space-after-the-colon": with_info(resource().replace(b": ", b":")),
    "folded-header": with_info(resource(X_Note="one\r\n two")),
    "folded-header-before-its-value": with_info(resource(WARC_Date="\r\n 2024-01-15T03:04:05Z")),
    "folded-length": with_info(resource(Content_Length="\r\n\t12")),
    "utf-8-in-a-header": with_info(resource(X_Note="Thành phố Hồ Chí Minh")),
    "extension-fields-repeated": with_info(resource(X_One="1").replace(b"X-One: 1", b"WARC-Protocol: http/1.1\r\nWARC-Protocol: tls/1.3")),
    "several-concurrent-to": with_info(
        response(),
        request(),
        metadata().replace(b"WARC-Refers-To:", b"WARC-Concurrent-To: " + uuid(3).encode() + b"\r\nWARC-Concurrent-To:"),
    ),
    "date-of-a-year": with_info(resource(WARC_Date="2016")),
    "date-of-a-minute": with_info(resource(WARC_Date="2016-01-11T23:24Z")),
    "date-with-nine-digits": with_info(resource(WARC_Date="2016-01-11T23:24:25.412030123Z")),
    "record-id-of-another-scheme": with_info(resource(WARC_Record_ID="<http://www.example.org/records/6>")),
    "ipv6": with_info(response(WARC_IP_Address="2001:db8::7")),
    "empty-resource": with_info(resource(block=b"", Content_Type=None)),
    "dns-response": with_info(
        response(
            block=b"20240228093000\nwww.example.org. 60 IN A 192.0.2.7\n",
            WARC_Target_URI="dns:www.example.org",
            Content_Type="text/dns",
            WARC_Payload_Digest=None,
        )
    ),
    "conversion": with_info(resource(), resource(7, WARC_Type="conversion", WARC_Refers_To=uuid(6))),
    "segments": with_info(SEGMENTS["first"], SEGMENTS["second"]),
    "cut-response": with_info(response(block=http_response(b"<p>hel", b"Content-Length: 12", length=False), WARC_Truncated="disconnect")),
    "head-response": with_info(response(block=http_response(b"", b"Content-Length: 4000", length=False))),
    "not-modified-response": with_info(response(block=b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")),
    "chunked": with_info(response(block=EXTENDED, payload=b"<p>hello</p>")),
    "chunks-removed-header-kept": with_info(response(block=http_response(b"<p>hello</p>", CHUNKED))),
    "content-coding-kept": with_info(response(block=GZIP_BLOCK)),
    "lf-only-http": with_info(response(block=b"HTTP/1.1 200 OK\nServer: x\n\n<p>hello</p>", payload=b"<p>hello</p>")),
    "missing-reason": with_info(response(block=http_response(b"<p>hello</p>", status=b"HTTP/1.1 200"))),
    "http-2": with_info(response(block=http_response(b"<p>hello</p>", status=b"HTTP/2 200 "))),
    "latin-1-in-an-http-header": with_info(response(block=http_response(b"<p>hello</p>", b"X-Name: caf\xe9"))),
    "digest-in-hex": with_info(resource(block=b"abc", WARC_Block_Digest="sha1:a9993e364706816aba3e25717850c26c9cd0d89d")),
    "digest-in-base64": with_info(resource(block=b"abc", WARC_Block_Digest="sha-256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")),
    "digest-md5": with_info(resource(block=b"abc", WARC_Block_Digest="md5:900150983cd24fb0d6963f7d28e17f72")),
    "revisit-with-the-headers-of-a-304": with_info(
        response(), revisit(WARC_Profile=NOT_MODIFIED, WARC_Truncated=None, block=b"HTTP/1.1 304 Not Modified\r\n\r\n")
    ),
    "revisit-without-refers-to": with_info(response(), revisit(WARC_Refers_To=None)),
    "revisit-with-the-whole-block": with_info(response(), revisit(block=http_response(b"<p>hello</p>"), WARC_Truncated=None)),
    "revisit-of-before-the-standard": with_info(
        response(), revisit(WARC_Profile="http://netpreserve.org/warc/0.18/revisit/identical-payload-digest")
    ),
    "large-record": with_info(response(block=http_response(LONG))),
    "gzip-with-file-names": bytes_of(b"".join(raw_member(data, flags=8, extra=b"record\0", mtime=1709112600) for data in SOUND)),
    "gzip-with-skip-lengths-as-wget-writes": bytes_of(b"".join(skip_length(data) for data in SOUND)),
    "gzip-stored": bytes_of(b"".join(member(data, level=0) for data in SOUND)),
    "open-and-whole": bytes_of(compressed(*SOUND), NAME + ".open"),
    "payload-of-an-empty-body": with_info(response(block=http_response(b""), payload=b"", WARC_Payload_Digest=sha1(b""))),
    "block-that-holds-a-warc": with_info(resource(block=b"".join(SOUND), Content_Type="application/warc")),
}  # fmt: skip
