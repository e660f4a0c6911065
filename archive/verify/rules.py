"""The rules for record headers, as a table: which field a type of record must have, may have, and must not have.

WARC 1.1 (ISO 28500:2017), sections 5 and 6; each row names its section.
WARC 1.0 differs where `since` or a comment says so.
Fields that the table does not know are extensions: section 5.1 has readers ignore them.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.digest import ALGORITHMS, parse_digest
from archive.warc.reader import Record, bare_uri

TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
VERSIONS = (b"WARC/1.0", b"WARC/1.1")

ALL = frozenset(TYPES)
CAPTURED = frozenset({"response", "resource", "request", "metadata", "revisit"})
WITH_PAYLOAD = frozenset({"response", "resource", "request", "conversion", "continuation", "revisit"})
"""Section 4 gives metadata and warcinfo no payload; a revisit has that of another record (section 6.7.2)."""

TRUNCATED = frozenset({"length", "time", "disconnect", "unspecified"})
PROFILES = {
    "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest": "identical",
    "http://netpreserve.org/warc/1.1/revisit/server-not-modified": "not-modified",
    "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest": "identical",
    "http://netpreserve.org/warc/1.0/revisit/server-not-modified": "not-modified",
    # From before the standard and beside it; written by Wayback's and pywb's recorders.
    "http://netpreserve.org/warc/0.18/revisit/identical-payload-digest": "identical",
    "http://netpreserve.org/warc/0.18/revisit/server-not-modified": "not-modified",
    "http://netpreserve.org/warc/1.0/revisit/uri-agnostic-identical-payload-digest": "identical",
    "http://netpreserve.org/warc/1.1/revisit/uri-agnostic-identical-payload-digest": "identical",
}

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
MEDIA_TYPE = re.compile(
    r"""[!#$%&'*+\-.^_`|~0-9A-Za-z]+/[!#$%&'*+\-.^_`|~0-9A-Za-z]+"""
    r"""(?:\s*;\s*(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+=(?:[^\s";,]+|"(?:[^"\\]|\\.)*"))?)*\s*"""
)
DATE_1_0 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DATE_1_1 = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?")

Problem = tuple[str, str]
"""A finding's code and detail."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What holds for one named field."""

    name: str
    section: str
    allowed: frozenset[str] = ALL
    mandatory: frozenset[str] = frozenset()
    repeatable: bool = False
    check: Callable[[str, Record], Iterator[Problem]] | None = None


def check_headers(record: Record, now: datetime) -> Iterator[Problem]:
    """Hold a record's headers against the table."""
    if record.version not in VERSIONS:
        yield "unknown-version", f"expected WARC/1.0 or WARC/1.1, got {record.version!r}"
    kind = record.type
    if kind and kind not in TYPES:
        yield "unknown-type", f"expected one of {', '.join(TYPES)}, got WARC-Type {kind!r}"
    for rule in RULES:
        values = record.all(rule.name)
        if not values:
            if kind in rule.mandatory or (rule.mandatory == ALL):
                yield (
                    "missing-header",
                    f"expected {rule.name} in a {kind or 'record'} record (section {rule.section}), got none",
                )
            continue
        if kind in ALL and kind not in rule.allowed:
            yield (
                "forbidden-header",
                f"expected no {rule.name} in a {kind} record (section {rule.section}), got {values[0]!r}",
            )
        if len(values) > 1 and not rule.repeatable:
            yield "repeated-header", f"expected {rule.name} once, got it {len(values)} times"
        for value in values:
            if not value:
                yield "missing-header", f"expected a value of {rule.name}, got an empty one"
            elif rule.check:
                yield from rule.check(value, record)
    yield from _check_clock(record, now)


def _check_id(value: str, _: Record) -> Iterator[Problem]:
    yield from _uri("bad-record-id", "WARC-Record-ID", value)


def _check_reference(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, _: Record) -> Iterator[Problem]:
        yield from _uri("bad-reference", name, value)

    return check


def _uri(code: str, name: str, value: str) -> Iterator[Problem]:
    bare = bare_uri(value)
    if not URI.fullmatch(bare):
        yield code, f"expected {name} to be <URI>, got {value!r}"
    elif bare == value:
        yield "bare-uri", f"expected {name} in angle brackets, got {value!r}"
    elif bare.startswith("urn:uuid:") and not re.fullmatch(
        r"urn:uuid:[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", bare
    ):
        yield code, f"expected {name} to hold a UUID after urn:uuid:, got {value!r}"


def _check_date(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, record: Record) -> Iterator[Problem]:
        if parse_date(value) is None:
            yield "bad-date", f"expected {name} like 2024-02-28T09:30:00Z, got {value!r}"
        elif record.version == b"WARC/1.0" and not DATE_1_0.fullmatch(value):
            # WARC 1.0 section 5.4: whole seconds only; 1.1 allows every level of W3CDTF and up to nine digits.
            yield "date-precision", f"expected {name} in whole seconds, as WARC/1.0 has it, got {value!r}"

    return check


def parse_date(value: str) -> datetime | None:
    """A WARC-Date at any precision that WARC 1.1 allows; None when it is none, or no day of the calendar."""
    if not DATE_1_1.fullmatch(value):
        return None
    padded = value[:-1].split(".")[0] if value.endswith("Z") else value
    padded += "0001-01-01T00:00:00"[len(padded) :]
    try:
        return datetime.fromisoformat(padded).replace(tzinfo=UTC)
    except ValueError:
        return None


def _check_clock(record: Record, now: datetime) -> Iterator[Problem]:
    date = parse_date(record.header("WARC-Date") or "")
    if date is not None and not datetime(1991, 1, 1, tzinfo=UTC) <= date <= now + timedelta(days=2):
        yield "odd-date", f"expected WARC-Date between the first web page and today, got {record.header('WARC-Date')}"


def _check_target(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, record: Record) -> Iterator[Problem]:
        bare = bare_uri(value)
        if bare != value:
            # The grammar of WARC 1.0 asks for the brackets, its examples and 1.1 have none.
            yield "bracketed-uri", f"expected {name} without angle brackets, got {value!r}"
        if not URI.fullmatch(bare) or re.search(r"%(?![0-9A-Fa-f]{2})", bare):
            yield "bad-target-uri", f"expected {name} to be a URI, percent-encoded, got {value!r}"

    return check


def _check_digest(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, _: Record) -> Iterator[Problem]:
        label, colon, _value = value.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", label):
            yield "bad-digest", f"expected {name} like sha1:…, got {value!r}"
        elif parse_digest(value) is None:
            code = "bad-digest" if label.lower().replace("-", "") in ALGORITHMS else "unknown-digest"
            yield code, f"expected {name} with a digest of a known algorithm and length, got {value!r}"

    return check


def _check_ip(value: str, _: Record) -> Iterator[Problem]:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        yield "bad-ip-address", f"expected a numeric address, got {value!r}"


def _check_truncated(value: str, _: Record) -> Iterator[Problem]:
    if value not in TRUNCATED:
        yield "bad-truncated", f"expected {', '.join(sorted(TRUNCATED))}, got {value!r}"


def _check_profile(value: str, _: Record) -> Iterator[Problem]:
    if bare_uri(value) not in PROFILES:
        yield "revisit-profile", f"expected a profile that the standard defines, got {value!r}"


def _check_media_type(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, _: Record) -> Iterator[Problem]:
        if not MEDIA_TYPE.fullmatch(value):
            yield "bad-content-type", f"expected {name} like text/html; charset=utf-8, got {value!r}"

    return check


def _check_number(name: str) -> Callable[[str, Record], Iterator[Problem]]:
    def check(value: str, record: Record) -> Iterator[Problem]:
        if not (value.isascii() and value.isdigit()):
            yield "bad-segment", f"expected {name} in digits, got {value!r}"
        elif name == "WARC-Segment-Number" and (int(value) < 1 or (record.type == "continuation") == (int(value) == 1)):
            expected = "2 or more" if record.type == "continuation" else "1"
            yield "bad-segment", f"expected {name} to be {expected} in a {record.type} record, got {value}"

    return check


CONTINUATION = frozenset({"continuation"})
REVISIT = frozenset({"revisit"})

RULES = (
    Rule(name="WARC-Record-ID", section="5.2", mandatory=ALL, check=_check_id),
    Rule(name="Content-Length", section="5.3", mandatory=ALL),
    Rule(name="WARC-Date", section="5.4", mandatory=ALL, check=_check_date("WARC-Date")),
    Rule(name="WARC-Type", section="5.5", mandatory=ALL),
    Rule(name="Content-Type", section="5.6", check=_check_media_type("Content-Type")),
    Rule(
        name="WARC-Concurrent-To",
        section="5.7",
        allowed=CAPTURED,
        repeatable=True,
        check=_check_reference("WARC-Concurrent-To"),
    ),
    Rule(name="WARC-Block-Digest", section="5.8", check=_check_digest("WARC-Block-Digest")),
    Rule(name="WARC-Payload-Digest", section="5.9", allowed=WITH_PAYLOAD, check=_check_digest("WARC-Payload-Digest")),
    Rule(name="WARC-IP-Address", section="5.10", allowed=CAPTURED, check=_check_ip),
    Rule(
        name="WARC-Refers-To",
        section="5.11",
        allowed=frozenset({"metadata", "revisit", "conversion"}),
        check=_check_reference("WARC-Refers-To"),
    ),
    Rule(
        name="WARC-Refers-To-Target-URI",
        section="5.12",
        allowed=REVISIT,
        check=_check_target("WARC-Refers-To-Target-URI"),
    ),
    Rule(name="WARC-Refers-To-Date", section="5.13", allowed=REVISIT, check=_check_date("WARC-Refers-To-Date")),
    Rule(
        name="WARC-Target-URI",
        section="5.14",
        allowed=ALL - {"warcinfo"},
        mandatory=ALL - {"warcinfo", "metadata"},
        check=_check_target("WARC-Target-URI"),
    ),
    Rule(name="WARC-Truncated", section="5.15", check=_check_truncated),
    Rule(
        name="WARC-Warcinfo-ID", section="5.16", allowed=ALL - {"warcinfo"}, check=_check_reference("WARC-Warcinfo-ID")
    ),
    Rule(name="WARC-Filename", section="5.17", allowed=frozenset({"warcinfo"})),
    Rule(name="WARC-Profile", section="5.18", allowed=REVISIT, mandatory=REVISIT, check=_check_profile),
    Rule(
        name="WARC-Identified-Payload-Type",
        section="5.19",
        allowed=WITH_PAYLOAD,
        check=_check_media_type("WARC-Identified-Payload-Type"),
    ),
    Rule(
        name="WARC-Segment-Number",
        section="5.20",
        mandatory=CONTINUATION,
        check=_check_number("WARC-Segment-Number"),
    ),
    Rule(
        name="WARC-Segment-Origin-ID",
        section="5.21",
        allowed=CONTINUATION,
        mandatory=CONTINUATION,
        check=_check_reference("WARC-Segment-Origin-ID"),
    ),
    Rule(
        name="WARC-Segment-Total-Length",
        section="5.22",
        allowed=CONTINUATION,
        check=_check_number("WARC-Segment-Total-Length"),
    ),
)
"""One row for each named field of the standard."""
