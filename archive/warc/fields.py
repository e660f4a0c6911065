"""The named fields of a WARC record's header, each with the section that defines it.

WARC File Format 1.1 (ISO 28500:2017), section 5; the last two come from the community's extensions to it.
"""

import enum
from datetime import UTC, datetime
from typing import Self


class Field(enum.StrEnum):
    """A field's name as the standard writes it; readers take it in any case."""

    key: bytes
    """The name in lower case, as `Record.values` has it."""
    section: str
    """Where WARC 1.1 defines it; empty for an extension."""

    def __new__(cls, name: str, section: str) -> Self:
        field = str.__new__(cls, name)
        field._value_ = name
        field.key, field.section = name.lower().encode("ascii"), section
        return field

    RECORD_ID = "WARC-Record-ID", "5.2"
    CONTENT_LENGTH = "Content-Length", "5.3"
    DATE = "WARC-Date", "5.4"
    TYPE = "WARC-Type", "5.5"
    CONTENT_TYPE = "Content-Type", "5.6"
    CONCURRENT_TO = "WARC-Concurrent-To", "5.7"
    BLOCK_DIGEST = "WARC-Block-Digest", "5.8"
    PAYLOAD_DIGEST = "WARC-Payload-Digest", "5.9"
    IP_ADDRESS = "WARC-IP-Address", "5.10"
    REFERS_TO = "WARC-Refers-To", "5.11"
    REFERS_TO_TARGET_URI = "WARC-Refers-To-Target-URI", "5.12"
    REFERS_TO_DATE = "WARC-Refers-To-Date", "5.13"
    TARGET_URI = "WARC-Target-URI", "5.14"
    TRUNCATED = "WARC-Truncated", "5.15"
    WARCINFO_ID = "WARC-Warcinfo-ID", "5.16"
    FILENAME = "WARC-Filename", "5.17"
    PROFILE = "WARC-Profile", "5.18"
    IDENTIFIED_PAYLOAD_TYPE = "WARC-Identified-Payload-Type", "5.19"
    SEGMENT_NUMBER = "WARC-Segment-Number", "5.20"
    SEGMENT_ORIGIN_ID = "WARC-Segment-Origin-ID", "5.21"
    SEGMENT_TOTAL_LENGTH = "WARC-Segment-Total-Length", "5.22"
    PROTOCOL = "WARC-Protocol", ""
    CIPHER_SUITE = "WARC-Cipher-Suite", ""


REVISIT_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
"""The profile of a revisit with the payload of an earlier capture (§6.7.2)."""
REVISIT_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""The profile of a revisit that the server answered with 304 (§6.7.3)."""

HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"
WARC_FIELDS = "application/warc-fields"
JSON = "application/json"


def format_date(moment: datetime) -> str:
    """`WARC-Date` with microseconds, UTC (WARC 1.1 §5.4)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
