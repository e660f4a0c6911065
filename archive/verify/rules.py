"""The rules for record headers, as a table: which field a type of record must have, may have, and must not have.

WARC 1.1 (ISO 28500:2017), sections 5 and 6; each row names its section.
WARC 1.0 differs where `since` or a comment says so.
Fields that the table does not know are extensions: section 5.1 has readers ignore them.
"""

import functools
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.digest import ALGORITHMS, parse_digest
from archive.warc.dates import is_habit, parse_date
from archive.warc.fields import REVISIT_IDENTICAL, REVISIT_NOT_MODIFIED, Field
from archive.warc.record import Record, as_text, bare_uri

TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
VERSIONS = (b"WARC/1.0", b"WARC/1.1")

ALL = frozenset(TYPES)
CAPTURED = frozenset({"response", "resource", "request", "metadata", "revisit"})
WITH_PAYLOAD = frozenset({"response", "resource", "request", "conversion", "continuation", "revisit"})
"""Section 4 gives metadata and warcinfo no payload; a revisit has that of another record (section 6.7.2)."""

TRUNCATED = frozenset({"length", "time", "disconnect", "unspecified"})
PROFILES = {
    REVISIT_IDENTICAL: "identical",
    REVISIT_NOT_MODIFIED: "not-modified",
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
UUID = re.compile(r"urn:uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PLAIN_URI = re.compile(r"https?://[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
"""A target URI with nothing to look at twice."""

Problem = tuple[str, str]
"""A finding's code and detail."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row of the table: the types of record that have a field, and how its values are checked."""

    field: Field
    allowed: frozenset[str] = ALL
    mandatory: frozenset[str] = frozenset()
    repeatable: bool = False
    check: Callable[[str, Record], Iterable[Problem]] | None = None


def check_headers(record: Record, now: datetime) -> list[Problem]:
    """Hold a record's headers against the table."""
    problems: list[Problem] = []
    kind, values = record.type, record.values
    if record.version not in VERSIONS:
        problems.append(("unknown-version", f"expected WARC/1.0 or WARC/1.1, got {record.version!r}"))
    if kind and kind not in ALL:
        problems.append(("unknown-type", f"expected one of {', '.join(TYPES)}, got WARC-Type {kind!r}"))
    for key in MANDATORY.get(kind, _ALWAYS) - values.keys():
        field = _BY_KEY[key].field
        detail = f"expected {field} in a {_a(kind)} (section {field.section}), got none"
        problems.append(("missing-header", detail))
    for key, given in values.items():
        rule = _BY_KEY.get(key)
        if rule is None:
            continue
        if len(given) == 1 and given[0] and kind in rule.allowed:
            if rule.check is not None and (found := rule.check(as_text(given[0]), record)):
                problems.extend(found)
        else:
            _check_oddly_given(rule, given, record, problems)
    problems.extend(_check_clock(record.date, now))
    return problems


def _check_oddly_given(rule: Rule, values: list[bytes], record: Record, problems: list[Problem]) -> None:
    """A field that is empty, repeated, or in a record that may not have it."""
    field, kind = rule.field, record.type
    if kind not in rule.allowed and kind in ALL:
        detail = f"expected no {field} in a {_a(kind)} (section {field.section}), got {as_text(values[0])!r}"
        problems.append(("forbidden-header", detail))
    if len(values) > 1 and not rule.repeatable:
        problems.append(("repeated-header", f"expected {field} once, got it {len(values)} times"))
    for value in values:
        if not value:
            problems.append(("missing-header", f"expected a value of {field}, got an empty one"))
        elif rule.check is not None:
            problems.extend(rule.check(as_text(value), record))


def _a(kind: str) -> str:
    """Call a record by its type: `request record`; `record` where it does not say which."""
    return f"{kind} record" if kind else "record"


def _check_id(value: str, _: Record) -> Iterable[Problem]:
    return _uri("bad-record-id", Field.RECORD_ID, value)


def _check_reference(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    return lambda value, _: _uri("bad-reference", field, value)


@functools.lru_cache(maxsize=4096)
def _uri(code: str, field: Field, value: str) -> tuple[Problem, ...]:
    bare = bare_uri(value)
    if bare != value and UUID.fullmatch(bare):
        return ()
    if not URI.fullmatch(bare):
        return ((code, f"expected {field} to be <URI>, got {value!r}"),)
    if bare == value:
        return (("bare-uri", f"expected {field} in angle brackets, got {value!r}"),)
    if bare.startswith("urn:uuid:"):
        return (("odd-uuid", f"expected {field} to hold a UUID after urn:uuid:, got {value!r}"),)
    return ()


def _check_date(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    def check(value: str, record: Record) -> Iterable[Problem]:
        if parse_date(value) is None:
            return (("bad-date", f"expected {field} like 2024-02-28T09:30:00Z, got {value!r}"),)
        if is_habit(value):
            return (("date-notation", f"expected {field} in UTC, with T and Z in capitals, got {value!r}"),)
        if record.version == b"WARC/1.0" and not DATE_1_0.fullmatch(value):
            # WARC 1.0 section 5.4: whole seconds only; 1.1 allows every level of W3CDTF and up to nine digits.
            return (("date-precision", f"expected {field} in whole seconds, as WARC/1.0 has it, got {value!r}"),)
        return ()

    return check


_FIRST_PAGE = datetime(1991, 1, 1, tzinfo=UTC)


def _check_clock(value: str, now: datetime) -> Iterable[Problem]:
    date = parse_date(value)
    if date is not None and not _FIRST_PAGE <= date <= now + timedelta(days=2):
        return (("odd-date", f"expected {Field.DATE} between the first web page and today, got {value}"),)
    return ()


def _check_target(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    def check(value: str, _: Record) -> Iterable[Problem]:
        if _PLAIN_URI.fullmatch(value):
            return ()
        problems = []
        bare = bare_uri(value)
        if bare != value:
            # The grammar of WARC 1.0 asks for the brackets, its examples and 1.1 have none.
            problems.append(("bracketed-uri", f"expected {field} without angle brackets, got {value!r}"))
        if not URI.fullmatch(bare) or re.search(r"%(?![0-9A-Fa-f]{2})", bare):
            problems.append(("bad-target-uri", f"expected {field} to be a URI, percent-encoded, got {value!r}"))
        return problems

    return check


def _check_digest(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    def check(value: str, _: Record) -> Iterable[Problem]:
        if _SHA1.fullmatch(value):
            return ()
        label, colon, _value = value.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", label):
            return (("bad-digest", f"expected {field} like sha1:…, got {value!r}"),)
        if parse_digest(value) is None:
            code = "bad-digest" if label.lower().replace("-", "") in ALGORITHMS else "unknown-digest"
            return ((code, f"expected {field} with a digest of a known algorithm and length, got {value!r}"),)
        return ()

    return check


_SHA1 = re.compile(r"sha1:[A-Z2-7]{32}")


@functools.lru_cache(maxsize=4096)
def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _check_ip(value: str, _: Record) -> Iterable[Problem]:
    return () if _is_address(value) else (("bad-ip-address", f"expected a numeric address, got {value!r}"),)


def _check_truncated(value: str, _: Record) -> Iterable[Problem]:
    if value in TRUNCATED:
        return ()
    return (("bad-truncated", f"expected {', '.join(sorted(TRUNCATED))}, got {value!r}"),)


def _check_profile(value: str, _: Record) -> Iterable[Problem]:
    if bare_uri(value) in PROFILES:
        return ()
    return (("revisit-profile", f"expected a profile that the standard defines, got {value!r}"),)


def _check_media_type(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    @functools.lru_cache(maxsize=1024)
    def judge(value: str) -> Iterable[Problem]:
        if MEDIA_TYPE.fullmatch(value):
            return ()
        return (("bad-content-type", f"expected {field} like text/html; charset=utf-8, got {value!r}"),)

    return lambda value, _: judge(value)


def _check_number(field: Field) -> Callable[[str, Record], Iterable[Problem]]:
    def check(value: str, record: Record) -> Iterable[Problem]:
        if not (value.isascii() and value.isdigit()):
            return (("bad-segment", f"expected {field} in digits, got {value!r}"),)
        continues = record.type == "continuation"
        if field is Field.SEGMENT_NUMBER and (int(value) < 1 or continues == (int(value) == 1)):
            expected = "2 or more" if continues else "1"
            return (("bad-segment", f"expected {field} to be {expected} in a {_a(record.type)}, got {value}"),)
        return ()

    return check


CONTINUATION = frozenset({"continuation"})
REVISIT = frozenset({"revisit"})
NO_WARCINFO = ALL - {"warcinfo"}

RULES = (
    Rule(field=Field.RECORD_ID, mandatory=ALL, check=_check_id),
    Rule(field=Field.CONTENT_LENGTH, mandatory=ALL),
    Rule(field=Field.DATE, mandatory=ALL, check=_check_date(Field.DATE)),
    Rule(field=Field.TYPE, mandatory=ALL),
    Rule(field=Field.CONTENT_TYPE, check=_check_media_type(Field.CONTENT_TYPE)),
    Rule(
        field=Field.CONCURRENT_TO,
        allowed=CAPTURED,
        repeatable=True,
        check=_check_reference(Field.CONCURRENT_TO),
    ),
    Rule(field=Field.BLOCK_DIGEST, check=_check_digest(Field.BLOCK_DIGEST)),
    Rule(field=Field.PAYLOAD_DIGEST, allowed=WITH_PAYLOAD, check=_check_digest(Field.PAYLOAD_DIGEST)),
    Rule(field=Field.IP_ADDRESS, allowed=CAPTURED, check=_check_ip),
    Rule(
        field=Field.REFERS_TO,
        allowed=frozenset({"metadata", "revisit", "conversion"}),
        check=_check_reference(Field.REFERS_TO),
    ),
    Rule(field=Field.REFERS_TO_TARGET_URI, allowed=REVISIT, check=_check_target(Field.REFERS_TO_TARGET_URI)),
    Rule(field=Field.REFERS_TO_DATE, allowed=REVISIT, check=_check_date(Field.REFERS_TO_DATE)),
    Rule(
        field=Field.TARGET_URI,
        allowed=NO_WARCINFO,
        mandatory=NO_WARCINFO - {"metadata"},
        check=_check_target(Field.TARGET_URI),
    ),
    Rule(field=Field.TRUNCATED, check=_check_truncated),
    Rule(field=Field.WARCINFO_ID, allowed=NO_WARCINFO, check=_check_reference(Field.WARCINFO_ID)),
    Rule(field=Field.FILENAME, allowed=frozenset({"warcinfo"})),
    Rule(field=Field.PROFILE, allowed=REVISIT, mandatory=REVISIT, check=_check_profile),
    Rule(
        field=Field.IDENTIFIED_PAYLOAD_TYPE,
        allowed=WITH_PAYLOAD,
        check=_check_media_type(Field.IDENTIFIED_PAYLOAD_TYPE),
    ),
    Rule(field=Field.SEGMENT_NUMBER, mandatory=CONTINUATION, check=_check_number(Field.SEGMENT_NUMBER)),
    Rule(
        field=Field.SEGMENT_ORIGIN_ID,
        allowed=CONTINUATION,
        mandatory=CONTINUATION,
        check=_check_reference(Field.SEGMENT_ORIGIN_ID),
    ),
    Rule(field=Field.SEGMENT_TOTAL_LENGTH, allowed=CONTINUATION, check=_check_number(Field.SEGMENT_TOTAL_LENGTH)),
)
"""One row for each named field of the standard; the field knows its section."""
_BY_KEY = {rule.field.key: rule for rule in RULES}
MANDATORY = {kind: frozenset(rule.field.key for rule in RULES if kind in rule.mandatory) for kind in TYPES}
"""Type of record → the fields that it must have."""
_ALWAYS = frozenset(rule.field.key for rule in RULES if rule.mandatory == ALL)
