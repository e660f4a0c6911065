"""WACZ inside and out: the zip, its list of files, their digests, the WARCs, the index and the pages.

WACZ 1.1.1 (Webrecorder's specification) and, as far as files of it are about, 1.0.0, which keeps digests under `stats`.
Nothing is opened before `verify_zip` found the zip sane.
"""

import gzip
import hashlib
import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from archive.directory import Shelf
from archive.files import open_regular
from archive.json_text import parse_json
from archive.seal.checkpoint import ROOM
from archive.seal.verifier import GOOD, NOTE, REFUSED
from archive.streams import open_window
from archive.verify.findings import INFO, WARNING, Finding, find
from archive.verify.index import IndexContext, check_index
from archive.verify.links import Links
from archive.verify.schema import parse_line
from archive.verify.seals import check_seals
from archive.verify.trust import SealRules
from archive.verify.warc import WarcContext, scan_warc
from archive.verify.zip import check_zip
from archive.wacz.domain import judge_domain
from archive.wacz.sign import UNCHECKED, CannotCheck, check_signature
from archive.wacz.zip import data_offset

CHUNK = 1 << 17
MAX_LISTING = 256 << 20
"""No list (datapackage, index, pages) larger than this is read."""
MULTI = "multi-wacz-package"
"""The profile of a zip that holds WACZ files (Multi-WACZ 0.1)."""
PAGE_KEYS = {"url": str, "ts": str}
SIGNED = {GOOD: "wacz-signed", NOTE: "wacz-signature-unchecked", REFUSED: "wacz-signature"}
"""What may be said of a domain's signature."""


@dataclass(kw_only=True)
class WaczScan:
    """All that one WACZ gave."""

    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    warcs: int = 0


def scan_wacz(path: Path, file: str, now: datetime, seals: SealRules) -> WaczScan:
    """Check a whole WACZ."""
    try:
        with open_regular(path) as stream:
            return scan_stream(stream, file, now, seals)
    except OSError as error:
        finding = find("unreadable-file", file, f"expected a readable file, got {error.strerror or error}")
        return WaczScan(findings=[finding])


def scan_stream(stream: BinaryIO, file: str, now: datetime, seals: SealRules, *, inner: bool = False) -> WaczScan:
    """Check a whole WACZ, given as a seekable stream; one `inner` to another holds none in turn."""
    scan = WaczScan()
    try:
        with zipfile.ZipFile(stream) as archive:
            _Checker(archive, stream, file, now, seals, scan, inner).check()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        scan.findings.append(find("zip-unreadable", file, f"expected a zip file, got {error}"))
    return scan


class _Checker:
    def __init__(
        self,
        archive: zipfile.ZipFile,
        stream: BinaryIO,
        file: str,
        now: datetime,
        seals: SealRules,
        scan: WaczScan,
        inner: bool,
    ) -> None:
        self.archive, self.stream, self.file, self.now, self.scan, self.inner = archive, stream, file, now, scan, inner
        self.seals = replace(seals, whole=False)
        self.members = {info.filename: info for info in archive.infolist() if not info.filename.endswith("/")}
        self.digests: dict[str, tuple[str, int]] = {}
        """Member → SHA-256 in hex and size, of those that could be read."""

    def check(self) -> None:
        self.scan.findings.extend(check_zip(self.archive, self.stream, self.file))
        if any(finding.code == "zip-bomb" for finding in self.scan.findings):
            return
        for name, info in self.members.items():
            self._digest(name, info)
        if not self.inner and self._check_members():
            return
        self._check_layout()
        self._check_datapackage()
        with Links(closed=False) as links:
            for name in self._under("archive/"):
                self._scan_warc(name, links)
            self.scan.findings.extend(links.check())
            self._check_seals(links)
            self._check_indexes(links)
            self._check_pages(links)

    def _add(self, code: str, detail: str, member: str | None = None, **more: Any) -> None:
        self.scan.findings.append(find(code, f"{self.file}!{member}" if member else self.file, detail, **more))

    def _under(self, folder: str) -> list[str]:
        return sorted(name for name in self.digests if name.startswith(folder))

    def _digest(self, name: str, info: zipfile.ZipInfo) -> None:
        sha, size = hashlib.sha256(), 0
        if info.header_offset < 0:
            return  # told with the places of the members
        try:
            with self.archive.open(info) as member:
                while data := member.read(CHUNK):
                    sha.update(data)
                    size += len(data)
                    if size > info.file_size:
                        raise zipfile.BadZipFile(f"more than the {info.file_size} bytes that the zip's directory names")
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            self._add("zip-member", f"expected {info.file_size} bytes with CRC-32 {info.CRC:08x}, got {error}", name)
            return
        self.digests[name] = sha.hexdigest(), size

    def _read(self, name: str) -> bytes | None:
        if name not in self.digests or self.digests[name][1] > MAX_LISTING:
            return None
        return self.archive.read(self.members[name])

    # The lists

    def _check_layout(self) -> None:
        for name in ("datapackage.json", "pages/pages.jsonl"):
            if name not in self.members:
                self._add("wacz-missing", f"expected {name}, got none")
        for folder in ("archive/", "indexes/"):
            if not any(name.startswith(folder) for name in self.members):
                self._add("wacz-missing", f"expected at least one file in {folder}, got none")

    def _check_datapackage(self) -> None:
        data = self._read("datapackage.json")
        if data is None:
            return
        value, problems = parse_line(data)
        hard = [detail for code, detail in problems if code != "jsonl-not-nfc"]
        if value is None or hard:
            self._add(
                "wacz-datapackage",
                hard[0] if hard else "expected an object in JSON, got another value",
                "datapackage.json",
            )
            return
        if value.get("profile") == MULTI:
            return  # its members are checked one by one
        if value.get("profile") not in ("data-package", "wacz-package"):
            got = f"expected profile data-package, got {value.get('profile')!r}"
            self._add("wacz-profile", got, "datapackage.json")
        if not re.fullmatch(r"1\.[01](\.\d+)?", str(value.get("wacz_version"))):
            self._add(
                "wacz-version", f"expected wacz_version 1.1.1, got {value.get('wacz_version')!r}", "datapackage.json"
            )
        resources = value.get("resources")
        if not isinstance(resources, list) or not all(isinstance(resource, dict) for resource in resources):
            self._add("wacz-datapackage", "expected a list of resources, got none", "datapackage.json")
            return
        for resource in resources:
            self._check_resource(resource)
        listed = {resource.get("path") for resource in resources}
        free = {"datapackage.json", "datapackage-digest.json"}
        for name in self.members:
            if name not in listed and name not in free:
                self._add("wacz-unlisted", f"expected {name} among the resources of datapackage.json, got none", name)
        self._check_package_digest(data)

    def _check_resource(self, resource: dict[str, Any]) -> None:
        path = resource.get("path")
        stats = resource.get("stats") if isinstance(resource.get("stats"), dict) else resource
        assert isinstance(stats, dict)
        if not isinstance(path, str):
            self._add("wacz-datapackage", f"expected a path in each resource, got {resource}", "datapackage.json")
            return
        if path not in self.members:
            self._add("wacz-vanished", f"expected {path}, which datapackage.json lists, got none")
            return
        if path not in self.digests:
            return
        digest, size = self.digests[path]
        if stats.get("bytes") != size:
            self._add("wacz-size", f"expected {stats.get('bytes')} bytes, as datapackage.json has it, got {size}", path)
        written = str(stats.get("hash", ""))
        algorithm, _, value = written.rpartition(":")
        algorithm = algorithm or str(resource.get("hashing", "sha256"))
        if not written:
            self._add("wacz-datapackage", f"expected a hash of {path}, got none", "datapackage.json")
        elif algorithm == "sha256" and value != digest:
            self._add("wacz-hash", f"expected sha256:{value}, as datapackage.json has it, got sha256:{digest}", path)
        elif algorithm != "sha256":
            self._add("unknown-digest", f"expected a sha256 hash of {path}, got {written[:40]!r}", "datapackage.json")

    def _check_package_digest(self, package: bytes) -> None:
        data = self._read("datapackage-digest.json")
        if data is None:
            if "datapackage-digest.json" not in self.members:
                self._add("wacz-no-digest", "expected datapackage-digest.json, which WACZ recommends, got none")
            return
        value, _ = parse_line(data)
        expected = "sha256:" + hashlib.sha256(package).hexdigest()
        if value is None or value.get("path") != "datapackage.json":
            self._add(
                "wacz-digest", "expected an object with path datapackage.json, got another", "datapackage-digest.json"
            )
        elif value.get("hash") != expected:
            self._add(
                "wacz-digest",
                f"expected {value.get('hash')} for datapackage.json, got {expected}",
                "datapackage-digest.json",
            )
        if value is not None and "signedData" in value:
            self._check_signature(value["signedData"], expected)

    def _check_signature(self, signed: object, expected: str) -> None:
        """WACZ Signing and Verification 0.1.0: the text of the digest is signed."""
        name = "datapackage-digest.json"
        if not isinstance(signed, dict):
            self._add("wacz-signature", f"expected signedData to be an object, got {type(signed).__name__}", name)
            return
        if signed.get("hash") != expected:
            self._add("wacz-signature", f"expected {expected} to be signed, got {signed.get('hash')}", name)
        try:
            good = check_signature(signed)
        except (CannotCheck, ImportError) as why:
            self._add("wacz-signature-unchecked", f"the signature is not checked, because {why}", name)
            return
        if not good:
            self._add("wacz-signature", "expected a signature by the key that it names, got another", name)
        elif "domainCert" in signed:
            kind, says = judge_domain(signed, self.seals.roots)
            self._add(SIGNED[kind], says, name)
        else:
            self._add("wacz-signature-unchecked", f"the signature is good; not checked is {UNCHECKED}", name)

    # What is inside

    def _open(self, info: zipfile.ZipInfo) -> BinaryIO:
        """A member as a seekable stream; going back in one that is compressed costs inflating it again."""
        start = data_offset(self.stream, info) if info.compress_type == zipfile.ZIP_STORED else None
        if start is not None:
            return open_window(self.stream, start, info.file_size)
        return cast(BinaryIO, self.archive.open(info))

    def _check_members(self) -> bool:
        """Check each WACZ of a multi-WACZ; whether this is one."""
        data = self._read("datapackage.json")
        value = parse_line(data)[0] if data is not None else None
        if value is None or value.get("profile") != MULTI:
            return False
        for resource in value["resources"] if isinstance(value.get("resources"), list) else []:
            if isinstance(resource, dict):
                self._check_resource(resource)
        inner = [name for name in self.digests if name.endswith(".wacz")]
        if not inner:
            self._add("wacz-missing", "expected at least one WACZ in a multi-WACZ, got none")
        for name in sorted(inner):
            with self._open(self.members[name]) as stream:
                part = scan_stream(stream, f"{self.file}!{name}", self.now, self.seals, inner=True)
            self.scan.findings += part.findings
            self.scan.records += part.records
            self.scan.warcs += part.warcs
        return True

    def _scan_warc(self, name: str, links: Links) -> None:
        if not re.search(r"\.warc(\.gz)?$", name):
            self._add("odd-file", "expected only WARC files in archive/, got another", name)
            return
        info = self.members[name]
        sealed = any(one.startswith(f"{ROOM}/") for one in self.members)
        context = WarcContext(file=f"{self.file}!{name}", name=name.rpartition("/")[2], now=self.now, sealed=sealed)
        if info.compress_type != zipfile.ZIP_STORED:
            self._add("wacz-compressed", f"expected {name} stored, got it compressed in the zip", name)
        with self._open(info) as stream:
            result = scan_warc(stream, context)
        self.scan.findings.extend(result.findings)
        self.scan.records += len(result.entries)
        self.scan.warcs += 1
        links.add(result.entries)

    def _check_seals(self, links: Links) -> None:
        """The records against the seals that were packed with them; other records of the archive may lie elsewhere."""
        with tempfile.TemporaryDirectory() as directory:
            room = Path(directory) / ROOM
            room.mkdir()
            for name in self._under(f"{ROOM}/"):
                target, data = room / name.rpartition("/")[2], self._read(name)
                if data is not None and name.count("/") == 1 and target.parent == room:
                    target.write_bytes(data)
            shelf = Shelf(path=room.parent, name=f"{self.file}!", warcs=(), lines=(), live=False)
            self.scan.findings.extend(check_seals(shelf, links, self.seals))

    def _check_indexes(self, links: Links) -> None:
        lines: list[tuple[int, bytes]] = []
        where = ""
        for name in self._under("indexes/"):
            data = self._read(name)
            if data is None or not re.search(r"\.cdxj?(\.gz)?$", name):
                continue
            where = where or name
            if name.endswith(".gz"):
                self._check_blocks(name, data)
                try:
                    data = gzip.decompress(data)
                except (OSError, EOFError, zlib.error) as error:
                    self._add("cdxj-syntax", f"expected gzip members, got {error}", name)
                    continue
            offset = 0
            for line in data.splitlines(keepends=True):
                lines.append((offset, line if line.endswith(b"\n") else line + b"\n"))
                offset += len(line)
        if not where:
            self._add("wacz-missing", "expected a CDX index in indexes/, got none")
            return

        def label(filename: str) -> str:
            return f"{self.file}!archive/{filename.removeprefix('archive/')}"

        context = IndexContext(file=f"{self.file}!{where}", label=label, own=False)
        self.scan.findings.extend(check_index(lines, links, context))

    def _check_blocks(self, name: str, data: bytes) -> None:
        """The secondary index (`.idx`): each line names a gzip member of the compressed index, and its digest."""
        listing = self._read(re.sub(r"\.cdxj?\.gz$", ".idx", name))
        if listing is None:
            self._add("wacz-missing", f"expected the secondary index of {name}, got none")
            return
        for line in listing.splitlines():
            match = re.fullmatch(rb".*?(\{.*\})\s*", line)
            if line.startswith(b"!meta") or not line.strip():
                continue
            try:
                fields = parse_json(match[1]) if match else {}
                start, length = int(fields["offset"]), int(fields["length"])
                block = data[start : start + length]
                gzip.decompress(block)
            except (ValueError, KeyError, TypeError, OSError, EOFError, zlib.error) as error:
                detail = f"expected each line of the secondary index to name a gzip member, got {line[:60]!r}: {error}"
                self._add("cdxj-syntax", detail, name)
                continue
            written, actual = str(fields.get("digest", "")), "sha256:" + hashlib.sha256(block).hexdigest()
            if written.startswith("sha256:") and written != actual:
                self._add("cdxj-differs", f"expected {written} for the block at {start}, got {actual}", name)

    def _check_pages(self, links: Links) -> None:
        for name in self._under("pages/"):
            data = self._read(name)
            if data is None or not name.endswith(".jsonl"):
                continue
            offset = 0
            for number, line in enumerate(data.splitlines(keepends=True)):
                self._check_page(name, offset, number, line.rstrip(b"\r\n"), links)
                offset += len(line)

    def _check_page(self, name: str, offset: int, number: int, line: bytes, links: Links) -> None:
        if not line.strip():
            return
        value, problems = parse_line(line)
        for code, detail in problems:
            if code != "jsonl-not-nfc":
                self._add("pages-syntax", detail, name, offset=offset)
        if value is None:
            return
        if number == 0 and "format" in value:
            if not str(value["format"]).startswith("json-pages-1."):
                self._add(
                    "pages-syntax", f"expected format json-pages-1.0, got {value['format']!r}", name, offset=offset
                )
            return
        if number == 0:
            self._add("pages-syntax", "expected a first line with `format`, got a page", name, offset=offset)
        for key, kind in PAGE_KEYS.items():
            if not isinstance(value.get(key), kind):
                self._add("pages-syntax", f"expected {key} in each page, got {value.get(key)!r}", name, offset=offset)
        url = value.get("url")
        if isinstance(url, str) and next(links.rows("target_uri = ? AND type != 'request'", url), None) is None:
            severity = WARNING if name == "pages/pages.jsonl" else INFO
            self._add(
                "pages-missing",
                f"expected a capture of the page {url}, got none",
                name,
                offset=offset,
                severity=severity,
            )
