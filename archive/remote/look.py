"""What lies at an address: a file, a collection, the mirror of one, or a heap of WARC and WACZ files."""

import enum
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive import web
from archive.errors import NotUsable
from archive.files import WARC_SUFFIXES
from archive.kinds import NothingToRead
from archive.mirror.manifest import ROOM as MANIFESTS
from archive.mirror.manifest import is_path_inside
from archive.mirror.store import SCHEMES, check_address
from archive.remote.file import RemoteFile, find_file, open_store

ENDINGS = (*WARC_SUFFIXES, ".wacz")
ABOUT = "collection.json"


class DepositKind(enum.Enum):
    """What an address leads to."""

    FILE = enum.auto()
    FILES = enum.auto()
    COLLECTION = enum.auto()
    MIRROR = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Deposit:
    """What lies at an address."""

    url: str
    kind: DepositKind
    files: dict[str, RemoteFile] = field(default_factory=dict)
    """By the path in the collection, or below the address. None of a mirror, whose manifest may be damaged."""

    @property
    def is_mirror(self) -> bool:
        """Whether a collection was, or was to be, pushed there."""
        return self.kind is DepositKind.MIRROR


def look_at(url: str) -> Deposit:
    """See what lies there. Costs a question or two, and a listing of what lies below it.

    Raises NotUsable, NothingToRead, PackageMissing, StoreFailed.
    """
    checked = _check(url)
    file = None if url.endswith("/") else find_file(checked)
    if file is not None:
        return Deposit(url=checked, kind=DepositKind.FILE, files={file.name: file})
    if web.is_web_address(url):
        raise NothingToRead(f"{url}: expected a file, got nothing of that name; a web server lists no files: name each")
    store = open_store(checked)
    if store.list(MANIFESTS) or (store.find(ABOUT) is None and store.list("files")):
        return Deposit(url=checked, kind=DepositKind.MIRROR)
    files = {
        held.key: RemoteFile(base=store.url, key=held.key, size=held.size, tag=held.tag)
        for held in store.list_held()
        if is_path_inside(held.key)
    }
    if ABOUT in files or any(path.startswith("warc/") for path in files):
        return Deposit(url=checked, kind=DepositKind.COLLECTION, files=files)
    files = {path: file for path, file in files.items() if path.endswith(ENDINGS)}
    if not files:
        raise NothingToRead(f"{url}: expected a collection, its mirror, WARC or WACZ files, got none")
    return Deposit(url=checked, kind=DepositKind.FILES, files=files)


def _check(url: str) -> str:
    """The address without its last slash. Raises NotUsable for one that is none, or holds credentials."""
    scheme = url.partition("://")[0].lower()
    if scheme in SCHEMES:
        return check_address(url)
    if scheme not in web.SCHEMES:
        known = ", ".join((*SCHEMES, *sorted(web.SCHEMES)))
        raise NotUsable(f"{url}: expected an address such as s3://bucket/path or https://host/file ({known})")
    if not web.is_web_address(url):
        raise NotUsable(f"{url}: expected an http or https address with a host")
    if urlsplit(url).username or urlsplit(url).password:
        raise NotUsable(f"{urlsplit(url).scheme}://…: expected an address without credentials")
    return url
