"""Findings: what a verification can come upon, each with a code, a severity and a remedy.

`DAMAGE` means that something is lost, altered or contradicts itself,
or breaks a "shall" of the standard that readers stand on.
`WARNING` means that the bytes are there and can be read, but not as the standard or this collection's rules have it.
`INFO` says what a reader may want to know and need not act on.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How much a finding matters."""

    DAMAGE = "damage"
    WARNING = "warning"
    INFO = "info"


DAMAGE, WARNING, INFO = Severity.DAMAGE, Severity.WARNING, Severity.INFO

RESTORE = "restore the file from a copy"
REPAIR = "run `thanhuy repair` on the collection"
TELL = "tell the maker of the tool that wrote it; readers cope"
NONE = "nothing to do"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found, and where."""

    code: str
    severity: Severity
    file: str
    """As the user named it; inside a WACZ `file.wacz!member`."""
    offset: int | None = None
    """Byte offset in the file; of JSON Lines and CDXJ that of the line. None where the whole file is meant."""
    record_id: str | None = None
    """`WARC-Record-ID` without angle brackets, where the record could be read that far."""
    detail: str
    """What was expected and what was got."""
    remedy: str

    def format(self) -> str:
        """One line: `file:offset: code: detail; remedy`, control characters escaped."""
        place = self.file if self.offset is None else f"{self.file}:{self.offset}"
        record = f" ({self.record_id})" if self.record_id else ""
        line = f"{place}: {self.severity}: {self.code}: {self.detail}{record}; {self.remedy}"
        return _printable(line)


CODES: dict[str, tuple[Severity, str]] = {
    # Compressed files: RFC 1952, WARC 1.1 annex D
    "truncated-member": (DAMAGE, RESTORE),
    "torn-tail": (DAMAGE, REPAIR),
    "member-crc": (DAMAGE, RESTORE),
    "member-size": (DAMAGE, RESTORE),
    "corrupt-member": (DAMAGE, RESTORE),
    "bad-gzip-header": (DAMAGE, RESTORE),
    "not-gzip": (DAMAGE, RESTORE),
    "bytes-between-members": (DAMAGE, RESTORE),
    "bytes-after-members": (DAMAGE, RESTORE),
    "bytes-after-record": (DAMAGE, RESTORE),
    "several-records-in-member": (
        WARNING,
        "recompress it record by record, so that index, state and lines can lead to its records by their offsets",
    ),
    "empty-member": (WARNING, TELL),
    "gzip-header-odd": (WARNING, "compare with a copy: no checksum covers these bytes"),
    "gzip-skip-length": (WARNING, "compare with a copy: the gzip header's own record of sizes is wrong"),
    "no-records": (DAMAGE, RESTORE),
    # Records: WARC 1.1 section 4
    "no-version": (DAMAGE, RESTORE),
    "unknown-version": (WARNING, TELL),
    "torn-header": (DAMAGE, RESTORE),
    "bad-header-line": (DAMAGE, RESTORE),
    "no-content-length": (DAMAGE, RESTORE),
    "bad-content-length": (DAMAGE, RESTORE),
    "short-block": (DAMAGE, RESTORE),
    "bad-record-end": (DAMAGE, RESTORE),
    "extra-line-breaks": (WARNING, TELL),
    "bare-lf": (WARNING, TELL),
    "folded-header": (INFO, NONE),
    "control-character": (WARNING, TELL),
    "not-utf-8": (WARNING, TELL),
    # Named fields: WARC 1.1 section 5
    "missing-header": (DAMAGE, RESTORE),
    "forbidden-header": (WARNING, TELL),
    "repeated-header": (WARNING, TELL),
    "unknown-type": (WARNING, TELL),
    "bad-record-id": (DAMAGE, TELL),
    "odd-uuid": (WARNING, TELL),
    "duplicate-record-id": (DAMAGE, "keep one of the two records, or give the copy an id of its own"),
    "doubled-records": (WARNING, "nothing is lost, and one of the two is enough: keep what the fixity log knows"),
    "bare-uri": (WARNING, TELL),
    "bracketed-uri": (INFO, NONE),
    "bad-date": (DAMAGE, RESTORE),
    "date-precision": (WARNING, TELL),
    "date-notation": (WARNING, TELL),
    "odd-date": (WARNING, "check the clock of the machine that captured it"),
    "bad-target-uri": (WARNING, TELL),
    "bad-ip-address": (WARNING, TELL),
    "bad-truncated": (WARNING, TELL),
    "bad-reference": (DAMAGE, RESTORE),
    "unresolved-reference": (WARNING, "verify it together with the files that hold the records named"),
    "wrong-reference": (DAMAGE, RESTORE),
    "concurrent-differs": (WARNING, TELL),
    "bad-segment": (DAMAGE, RESTORE),
    "segment-missing": (WARNING, "verify it together with the files that hold the other segments"),
    "warc-filename": (INFO, NONE),
    "no-warcinfo": (INFO, NONE),
    "no-content-type": (WARNING, TELL),
    "bad-content-type": (WARNING, TELL),
    "odd-content-type": (WARNING, TELL),
    "fields-syntax": (WARNING, TELL),
    # Digests: WARC 1.1 sections 5.8, 5.9
    "block-digest": (DAMAGE, RESTORE),
    "block-digest-other": (WARNING, TELL),
    "payload-digest": (DAMAGE, RESTORE),
    "payload-digest-other": (WARNING, TELL),
    "bad-digest": (DAMAGE, RESTORE),
    "unknown-digest": (WARNING, TELL),
    # HTTP in blocks: RFC 9112
    "no-http": (WARNING, "look at the block: it may be no HTTP message"),
    "http-syntax": (INFO, NONE),
    "http-length": (INFO, NONE),
    "http-chunks": (INFO, NONE),
    "response-cut": (WARNING, "capture the page again: nothing in the record says that it is not whole"),
    # Revisits: WARC 1.1 section 6.7
    "revisit-profile": (WARNING, TELL),
    "revisit-of-revisit": (DAMAGE, TELL),
    "revisit-digest": (DAMAGE, RESTORE),
    "revisit-refers": (DAMAGE, RESTORE),
    "revisit-unresolved": (INFO, "verify it together with the files that hold the earlier captures"),
    "revisit-not-truncated": (INFO, NONE),
    "revisit-block": (WARNING, TELL),
    # What `thanhuy repair` has documented as lost
    "lost-bytes": (DAMAGE, "restore the file from a copy where there is one; what was found there is in torn/"),
    "lost-record": (DAMAGE, "restore the file that held it from a copy where there is one"),
    "lost-response": (
        DAMAGE,
        "restore the file from a copy where there is one; the text is kept, and the page is fetched again",
    ),
    # The collection
    "open-file": (INFO, "a crawl is writing it, or was interrupted: crawl again or run `thanhuy repair`"),
    "collection-json": (DAMAGE, RESTORE),
    "missing-file": (DAMAGE, RESTORE),
    "odd-path": (DAMAGE, "restore what belongs there; links, pipes and directories in a file's place are not read"),
    "odd-file": (WARNING, "move it out of the collection if nothing needs it"),
    "unreadable-file": (DAMAGE, "check the disk and the file's permissions"),
    "item-syntax": (DAMAGE, RESTORE),
    "item-missing": (DAMAGE, REPAIR),
    "item-differs": (DAMAGE, REPAIR),
    "line-missing": (DAMAGE, REPAIR),
    "jsonl-bom": (DAMAGE, REPAIR),
    "jsonl-utf-8": (DAMAGE, REPAIR),
    "jsonl-syntax": (DAMAGE, REPAIR),
    "jsonl-nan": (DAMAGE, REPAIR),
    "jsonl-duplicate-key": (DAMAGE, REPAIR),
    "jsonl-surrogate": (DAMAGE, REPAIR),
    "jsonl-cut": (DAMAGE, REPAIR),
    "jsonl-blank-line": (DAMAGE, REPAIR),
    "jsonl-key-order": (DAMAGE, REPAIR),
    "jsonl-schema": (DAMAGE, REPAIR),
    "jsonl-not-nfc": (WARNING, "run `thanhuy extract` with the present parser"),
    "jsonl-repeated-line": (DAMAGE, REPAIR),
    "text-digest": (DAMAGE, REPAIR),
    "pointer-file": (DAMAGE, REPAIR),
    "pointer-record": (DAMAGE, REPAIR),
    "pointer-type": (DAMAGE, REPAIR),
    "pointer-id": (DAMAGE, REPAIR),
    "pointer-length": (DAMAGE, REPAIR),
    "pointer-digest": (DAMAGE, REPAIR),
    "pointer-uri": (DAMAGE, REPAIR),
    "gone-record": (DAMAGE, REPAIR),
    "version-order": (DAMAGE, REPAIR),
    "newest-missing": (DAMAGE, REPAIR),
    "newest-differs": (DAMAGE, REPAIR),
    "newest-extra": (DAMAGE, REPAIR),
    "record-differs": (DAMAGE, REPAIR),
    "page-unread": (WARNING, "nothing is known to be wrong: `thanhuy probe` on the page, and tell us of it"),
    "record-unparsed": (DAMAGE, "run `thanhuy probe` on the page"),
    "older-parser": (INFO, "`thanhuy extract --diff` shows the differences, `thanhuy reread` renews the records"),
    "cdxj-syntax": (DAMAGE, REPAIR),
    "cdxj-order": (DAMAGE, REPAIR),
    "cdxj-duplicate": (DAMAGE, REPAIR),
    "cdxj-no-record": (DAMAGE, REPAIR),
    "cdxj-differs": (DAMAGE, REPAIR),
    "cdxj-missing": (DAMAGE, REPAIR),
    "state-unreadable": (DAMAGE, REPAIR),
    "state-differs": (DAMAGE, REPAIR),
    # Fixity
    "fixity-syntax": (DAMAGE, "restore fixity.jsonl from a copy"),
    "fixity-chain": (DAMAGE, "restore fixity.jsonl from a copy"),
    "fixity-differs": (DAMAGE, RESTORE),
    "fixity-size": (DAMAGE, RESTORE),
    "file-vanished": (DAMAGE, RESTORE),
    "warc-moved": (WARNING, "nothing of it is lost; to have it as it was closed, restore the file from a copy"),
    "file-appeared": (WARNING, "check where it came from; a crawl records every file it closes"),
    "fixity-begun": (WARNING, "restore fixity.jsonl from a copy; what befell a file before then nothing tells"),
    "no-fixity": (INFO, "crawl with this version to have files recorded as they are closed"),
    # Seals
    "seal-missing": (DAMAGE, RESTORE),
    "seal-doubled": (WARNING, "nothing is lost, and one of the two is enough: keep what the fixity log knows"),
    "seal-inserted": (DAMAGE, "restore the file from a copy: what was sealed in it was all that it held"),
    "seal-backdated": (DAMAGE, "do not believe its time: it was written after the seal"),
    "seal-order": (WARNING, "nothing of it is lost; to have it as it was sealed, restore the file from a copy"),
    "seal-late": (WARNING, "believe of them only that they were there when they were sealed"),
    "seal-unsealed": (INFO, "the next run seals them; `thanhuy seal` does so now"),
    "seal-leaves": (DAMAGE, REPAIR),
    "seal-syntax": (DAMAGE, RESTORE),
    "seal-chain": (DAMAGE, RESTORE),
    "seal-signature": (DAMAGE, "do not trust it: the seal was altered after it was signed; restore it from a copy"),
    "seal-rollback": (DAMAGE, "restore the newer state from a copy; where the older one is meant, see `thanhuy seal`"),
    "seal-log": (DAMAGE, "restore fixity.jsonl from a copy; where there is none, go on with `thanhuy seal --anew`"),
    "seal-key": (DAMAGE, "do not trust it: somebody else sealed it"),
    "seal-key-changed": (WARNING, "ask the archive's keeper whether the key was lost"),
    "seal-key-handed-on": (INFO, NONE),
    "seal-key-unknown": (INFO, "compare it with the one that the archive's keeper gave you: --key"),
    "seal-stamp": (DAMAGE, "do not believe its time: have the seal stamped anew"),
    "seal-stamp-due": (INFO, "renew it: `thanhuy seal --renew --timestamp URL`"),
    "seal-stamp-unchecked": (INFO, "name the authorities that you believe: --ca"),
    "seal-block-unchecked": (INFO, "name the headers of blocks that you believe: --block-headers"),
    "seal-cosignature": (DAMAGE, "do not believe that witness: ask for its signature anew"),
    "proof-good": (INFO, NONE),
    "proof-note": (INFO, NONE),
    "proof-refused": (DAMAGE, "do not believe it; ask for another proof"),
    "no-seals": (INFO, "crawl with this version, or run `thanhuy seal`"),
    # WACZ 1.1.1
    "zip-unreadable": (DAMAGE, RESTORE),
    "zip-unsafe-name": (DAMAGE, "do not unpack it"),
    "zip-duplicate-name": (DAMAGE, "do not trust it: tools differ in which of the two they read"),
    "zip-bomb": (DAMAGE, "do not unpack it"),
    "zip-member": (DAMAGE, RESTORE),
    "zip-hidden-bytes": (WARNING, "compare with a copy: no member holds these bytes"),
    "wacz-missing": (DAMAGE, RESTORE),
    "wacz-datapackage": (DAMAGE, RESTORE),
    "wacz-profile": (WARNING, TELL),
    "wacz-version": (WARNING, TELL),
    "wacz-hash": (DAMAGE, RESTORE),
    "wacz-size": (DAMAGE, RESTORE),
    "wacz-unlisted": (WARNING, TELL),
    "wacz-vanished": (DAMAGE, RESTORE),
    "wacz-digest": (DAMAGE, RESTORE),
    "wacz-no-digest": (INFO, NONE),
    "wacz-signature": (DAMAGE, "do not trust it: the file was altered after it was signed, or signed by somebody else"),
    "wacz-signature-unchecked": (INFO, NONE),
    "wacz-signed": (INFO, NONE),
    "wacz-compressed": (WARNING, "store WARC members uncompressed, so that they can be read by offset"),
    "pages-syntax": (DAMAGE, RESTORE),
    "pages-missing": (WARNING, TELL),
    # Mirrors in object storage
    "mirror-missing": (DAMAGE, "run `thanhuy push --again` from a copy that is whole"),
    "mirror-differs": (DAMAGE, "run `thanhuy push --again` from a copy that is whole"),
    "mirror-manifest": (DAMAGE, "`thanhuy pull --manifest` brings what a sound one names"),
}
"""Code → severity and remedy. What the code means is what its name says and its detail shows."""

CLOSED = frozenset(
    {
        "unresolved-reference",
        "revisit-unresolved",
        "several-records-in-member",
        "segment-missing",
        "empty-member",
        "extra-line-breaks",
        "bare-lf",
        "odd-uuid",
        "date-notation",
        "unknown-version",
        "unknown-type",
        "control-character",
        "forbidden-header",
        "repeated-header",
        "bare-uri",
        "block-digest-other",
        "payload-digest-other",
    }
)
"""Codes that are damage in a collection: nothing lies outside it, and its writer never does this."""


def find(
    code: str,
    file: str,
    detail: str,
    *,
    offset: int | None = None,
    record_id: str | None = None,
    severity: Severity | None = None,
    remedy: str | None = None,
) -> Finding:
    """A finding with the table's severity and remedy, unless the place asks for others."""
    default, cure = CODES[code]
    return Finding(
        code=code,
        severity=severity or default,
        file=file,
        offset=offset,
        record_id=record_id or None,
        detail=detail,
        remedy=remedy or cure,
    )


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity."""
    counts = {str(severity): 0 for severity in Severity}
    for finding in findings:
        counts[finding.severity] += 1
    return counts


EXAMPLES = 5
"""Of so many findings alike each is printed."""


def format_findings(findings: Iterable[Finding], most: int = EXAMPLES) -> Iterator[str]:
    """A line a finding; of those alike in code and severity the first `most`, then how many more there are."""
    told: Counter[tuple[str, Severity]] = Counter()
    left: dict[tuple[str, Severity], set[str]] = {}
    for finding in findings:
        kind = finding.code, finding.severity
        told[kind] += 1
        if told[kind] <= most:
            yield finding.format()
        else:
            left.setdefault(kind, set()).add(finding.file)
    for (code, severity), files in left.items():
        where = min(files) if len(files) == 1 else f"{len(files)} files"
        number = told[code, severity] - most
        yield _printable(f"{where}: {severity}: {code}: {number} more like these; --all prints each")


def _printable(line: str) -> str:
    """Control characters escaped, so that no file's bytes reach a terminal as they are."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii") for char in line
    )
