"""WACZ files, sound and with one fault each."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from tests.warcs.build import URI, compressed, request, response, warcinfo

WARC = "data.warc.gz"
RECORDS = (warcinfo(WARC_Filename=WARC), response(), request())
DATA = compressed(*RECORDS)
OFFSET = len(compressed(RECORDS[0]))
LENGTH = len(compressed(RECORDS[1]))


def index_line(**changes: Any) -> bytes:
    """The CDXJ line of the one response."""
    digest = response().partition(b"WARC-Payload-Digest: ")[2].partition(b"\r\n")[0].decode()
    place = {"length": str(LENGTH), "offset": str(OFFSET), "filename": WARC}
    fields = {"url": URI, "mime": "text/html", "status": "200", "digest": digest} | place
    return f"org,example)/page 20240228093000 {json.dumps(fields | changes)}\n".encode()


PAGES = (
    b'{"format": "json-pages-1.0", "id": "pages", "title": "All"}\n'
    b'{"id": "1", "url": "%s", "ts": "2024-02-28T09:30:00Z"}\n' % URI.encode()
)
FILES = {f"archive/{WARC}": DATA, "indexes/index.cdx": index_line(), "pages/pages.jsonl": PAGES}


def package(files: dict[str, bytes], **changes: Any) -> bytes:
    """datapackage.json of some files."""
    resources = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
        }
        for name, data in files.items()
    ]
    return json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources} | changes).encode()


def digest_of(data: bytes) -> bytes:
    """datapackage-digest.json of a datapackage.json."""
    return json.dumps({"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(data).hexdigest()}).encode()


def pack(
    files: dict[str, bytes],
    listing: bytes | None = None,
    *,
    digest: bytes | None = None,
    compress: tuple[str, ...] = (),
) -> bytes:
    """A zip of the files, their list and its digest."""
    listing = package(files) if listing is None else listing
    return zip_of(
        files | {"datapackage.json": listing, "datapackage-digest.json": digest or digest_of(listing)},
        compress=compress,
    )


def zip_of(files: dict[str, bytes], *, compress: tuple[str, ...] = ()) -> bytes:
    """A zip of these files alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2024, 2, 28, 9, 30, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED if name in compress else zipfile.ZIP_STORED)
    return out.getvalue()


def changed(**files: bytes) -> bytes:
    """A sound zip of other content; `archive`, `index`, `pages` name the files."""
    names = {"archive": f"archive/{WARC}", "index": "indexes/index.cdx", "pages": "pages/pages.jsonl"}
    return pack(FILES | {names[name]: data for name, data in files.items()})


def without(name: str) -> bytes:
    """A sound zip without one of the files."""
    return pack({key: data for key, data in FILES.items() if key != name})


def rename(data: bytes, old: bytes, new: bytes) -> bytes:
    """Change a member's name in both of the zip's headers, to one of equal length."""
    assert len(old) == len(new)
    return data.replace(old, new)


def doubled() -> bytes:
    """Two members of one name."""
    sound = pack(FILES | {"pages/pages.jsonx": PAGES}, package(FILES))
    return rename(sound, b"pages/pages.jsonx", b"pages/pages.jsonl")


def bomb() -> bytes:
    """A member that unpacks to a thousand times its size."""
    zeros = bytes(80 << 20)
    return pack(FILES | {"pages/extraPages.jsonl": zeros}, compress=("pages/extraPages.jsonl",))


def corrupt() -> bytes:
    """A byte of a member altered: its CRC no longer holds."""
    sound = pack(FILES)
    place = sound.index(PAGES) + 5
    return sound[:place] + b"X" + sound[place + 1 :]


def prefixed(count: int) -> bytes:
    """Bytes before the first member, offsets put right."""
    out = io.BytesIO()
    out.write(b"MZ" + bytes(count))
    with zipfile.ZipFile(io.BytesIO(pack(FILES))) as sound, zipfile.ZipFile(out, "a") as archive:
        for info in sound.infolist():
            archive.writestr(zipfile.ZipInfo(info.filename, info.date_time), sound.read(info))
    return out.getvalue()


def encrypted() -> bytes:
    """The first member's flags say that it is encrypted."""
    sound = bytearray(pack(FILES))
    sound[6] |= 1
    central = sound.index(b"PK\x01\x02")
    sound[central + 8] |= 1
    return bytes(sound)


def overlapping() -> bytes:
    """The directory's second entry points to the first member, as Fifield's bombs do."""
    sound = bytearray(pack(FILES))
    second = sound.index(b"PK\x01\x02", sound.index(b"PK\x01\x02") + 4)
    sound[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(sound)


SOUND = pack(FILES)
ALTERED = response(WARC_Block_Digest="sha1:" + "A" * 32)
FAULTS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zip-unreadable": (lambda: b"PK\x03\x04" + bytes(40), set()),
    "zip-unreadable--cut": (lambda: SOUND[:-40], set()),
    "zip-unsafe-name--parent": (lambda: pack(FILES | {"pages/../../x": b""}), set()),
    "zip-unsafe-name--absolute": (lambda: pack(FILES | {"/etc/passwd": b""}), set()),
    "zip-unsafe-name--backslash": (lambda: pack(FILES | {"pages\\x": b""}), set()),
    "zip-duplicate-name": (doubled, set()),
    "zip-bomb": (bomb, set()),
    "zip-bomb--overlap": (overlapping, {"zip-hidden-bytes"}),
    "zip-member": (corrupt, set()),
    "zip-member--encrypted": (encrypted, {"pages-missing", "cdxj-no-record"}),
    "zip-hidden-bytes": (lambda: prefixed(100), set()),
    "wacz-missing--datapackage": (lambda: zip_of(FILES), {"wacz-no-digest"}),
    "wacz-missing--pages": (lambda: without("pages/pages.jsonl"), set()),
    "wacz-missing--index": (lambda: without("indexes/index.cdx"), {"cdxj-missing"}),
    "wacz-missing--archive": (lambda: without(f"archive/{WARC}"), {"pages-missing", "cdxj-no-record"}),
    "wacz-datapackage": (lambda: pack(FILES, b"{"), set()),
    "wacz-profile": (lambda: pack(FILES, package(FILES, profile="zip")), set()),
    "wacz-profile--none": (lambda: pack(FILES, package(FILES, profile=None)), set()),
    "wacz-datapackage--resources": (lambda: pack(FILES, package(FILES, resources={})), set()),
    "wacz-version": (lambda: pack(FILES, package(FILES, wacz_version="7")), set()),
    "wacz-hash": (lambda: pack(FILES, package(FILES | {"pages/pages.jsonl": PAGES.replace(b"All", b"Any")})), set()),
    "wacz-size": (lambda: pack(FILES, package(FILES).replace(b'"bytes": %d' % len(DATA), b'"bytes": 7')), set()),
    "wacz-unlisted": (lambda: pack(FILES | {"pages/notes.txt": b""}, package(FILES)), set()),
    "wacz-vanished": (lambda: pack(FILES, package(FILES | {"pages/extraPages.jsonl": b""})), set()),
    "wacz-digest": (lambda: pack(FILES, digest=digest_of(b"")), set()),
    "wacz-no-digest": (lambda: rename(SOUND, b"datapackage-digest.json", b"datapackage-digesx.json"), {"wacz-unlisted"}),
    "wacz-compressed": (lambda: pack(FILES, compress=(f"archive/{WARC}",)), set()),
    "pages-syntax": (lambda: changed(pages=PAGES + b"{\n"), set()),
    "pages-syntax--header": (lambda: changed(pages=PAGES.split(b"\n", 1)[1]), set()),
    "pages-syntax--format": (lambda: changed(pages=PAGES.replace(b"json-pages-1.0", b"html")), set()),
    "pages-syntax--no-url": (lambda: changed(pages=PAGES.replace(b'"url"', b'"uri"')), set()),
    "pages-missing": (lambda: changed(pages=PAGES.replace(b"/page", b"/other")), set()),
    "cdxj-syntax": (lambda: changed(index=index_line() + b"org,example)/zebra 2024 no json\n"), set()),
    "cdxj-no-record": (lambda: changed(index=index_line(offset="3")), {"cdxj-missing"}),
    "cdxj-differs": (lambda: changed(index=index_line(length="9")), set()),
    "cdxj-differs--url": (lambda: changed(index=index_line(url="https://www.example.org/")), set()),
    "cdxj-missing": (lambda: changed(index=b"!meta 0 {}\n"), set()),
    "odd-file": (lambda: pack(FILES | {"archive/notes.txt": b"x"}), set()),
    "block-digest": (lambda: changed(archive=compressed(RECORDS[0], ALTERED, RECORDS[2])), {"cdxj-differs"}),
    "truncated-member": (lambda: changed(archive=DATA[:-4]), set()),
}  # fmt: skip
"""Name → file, and the codes that follow from the fault."""
