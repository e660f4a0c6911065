"""An object store by its address: `s3://bucket/path`, `gs://…`, `az://…`, `file:///path`.

By obstore, the extra `mirror`. Credentials come from the environment alone, under the names that each provider's own
tools read (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …); an address never holds one.
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from archive.errors import ArchiveError, NotUsable, PackageMissing, StoreFailed
from archive.files import read_small
from archive.mirror.bucket import Bucket, find_endpoint
from archive.mirror.multipart import AT_ONCE, PART, Ended, Exists, Upload

SCHEMES = ("s3", "gs", "az", "file")
READ = 1 << 20
NO_BUCKET = "NoSuchBucket"
_REFUSED = re.compile(r"\b40[13] (?:Unauthorized|Forbidden)\b")
"""What obstore says of a listing that was refused: an error of no kind of its own."""
RETRIES = {
    "max_retries": 8,
    "backoff": {"init_backoff": dt.timedelta(seconds=0.5), "max_backoff": dt.timedelta(seconds=15), "base": 2},
    "retry_timeout": dt.timedelta(minutes=3),
}


class ObjectExists(ArchiveError):
    """Another object has the name already, and is not written over."""


class StoredObject(NamedTuple):
    """An object that a store holds."""

    key: str
    size: int
    tag: str | None
    """The ETag: another, another object."""


class Store:
    """The objects under one address."""

    def __init__(self, url: str, *, make: bool = False) -> None:
        """`make`: whether a directory that is not there is made. Raises NotUsable for an address that is none,
        PackageMissing.
        """
        self.url = check_address(url)
        try:
            import obstore
            from obstore import exceptions
            from obstore.store import from_url
        except ImportError as error:
            raise PackageMissing(
                f"{url}: object storage needs obstore: pip install 'thanhuy-archive[mirror]'"
            ) from error
        self._obstore, self._exceptions = obstore, exceptions
        try:
            self._store: Any = from_url(self.url, **_options(urlsplit(self.url).scheme, make=make))
        except (ValueError, OSError, exceptions.BaseError) as error:
            raise NotUsable(f"{url}: {_first_line(error)}") from error

    def put(self, key: str, path: Path) -> None:
        """Send a file whose name is its content's: of a large one what the store lacks. What is there under the key is
        written over.
        """
        if (bucket := self._bucket(path)) is None:
            with self._worded(key):
                self._obstore.put(self._store, key, path, chunk_size=PART, max_concurrency=AT_ONCE)
            return
        for last in (False, True):
            try:
                Upload(bucket, self._full(key), path, url=f"{self.url}/{key}").send()
            except Ended as error:  # another pusher sent the same file
                if self.size(key) == path.stat().st_size:
                    return
                if last:
                    raise StoreFailed(
                        f"{self.url}/{key}: others end each upload; run the same command again"
                    ) from error
            else:
                return

    def send(self, key: str, path: Path, *, replace: bool) -> None:
        """Send a file, whole or not at all; `replace`: also where there is an object. Raises ObjectExists.

        Where others write the same name at that moment, S3 alone keeps a large object that is there.
        """
        exists = ObjectExists(f"{self.url}/{key}: expected none, got an object")
        if not replace and self.find(key) is not None:
            raise exists
        if not replace and path.stat().st_size <= PART:
            self.create(key, read_small(path))
        elif replace or (bucket := self._bucket(path)) is None:
            with self._worded(key):
                self._obstore.put(self._store, key, path, chunk_size=PART, max_concurrency=AT_ONCE)
        else:
            try:
                Upload(bucket, self._full(key), path, url=f"{self.url}/{key}", create=True).send()
            except Exists as error:
                raise exists from error
            except Ended as error:
                raise StoreFailed(f"{self.url}/{key}: somebody ended the upload; run the same command again") from error

    def _bucket(self, path: Path) -> Bucket | None:
        """Where to send a large file to in parts of our own. None for a small one, and where S3's way is not open."""
        parts = urlsplit(self.url)
        return Bucket.from_environment(parts.netloc) if parts.scheme == "s3" and path.stat().st_size > PART else None

    def _full(self, key: str) -> str:
        return f"{self._store.prefix}/{key}" if self._store.prefix else key

    def create(self, key: str, data: bytes) -> None:
        """Write an object that is not there yet. Raises ObjectExists."""
        with self._worded(key):
            self._obstore.put(self._store, key, data, mode="create")

    def read(self, key: str) -> Iterator[bytes]:
        """An object's bytes, in pieces. Raises FileNotFoundError where there is none."""
        with self._worded(key):
            yield from self._obstore.get(self._store, key).stream(min_chunk_size=READ)

    def read_range(self, key: str, start: int, stop: int, tag: str | None) -> bytes:
        """The bytes of an object, which has to be that of the tag, from `start` up to `stop`."""
        try:
            with self._worded(key):
                options: Any = {"range": (start, stop)} | ({"if_match": tag} if tag else {})
                return bytes(self._obstore.get(self._store, key, options=options).bytes())
        except FileNotFoundError as error:
            raise StoreFailed(f"{self.url}/{key}: it went while it was read; run the same command again") from error

    def find(self, key: str) -> StoredObject | None:
        """An object's size and tag. None where there is none."""
        try:
            with self._worded(key):
                return _held(self._obstore.head(self._store, key))
        except FileNotFoundError:
            return None

    def size(self, key: str) -> int | None:
        """The same of its size."""
        held = self.find(key)
        return held.size if held is not None else None

    def list_held(self, prefix: str = "") -> list[StoredObject]:
        """The objects under a prefix, in the order of their keys."""
        with self._worded(prefix):
            return sorted(_held(each) for page in self._obstore.list(self._store, prefix or None) for each in page)

    def list(self, prefix: str) -> list[str]:
        """The keys under a prefix, sorted."""
        return [held.key for held in self.list_held(prefix)]

    @contextmanager
    def _worded(self, key: str) -> Iterator[None]:
        known = self._exceptions
        try:
            yield
        except FileNotFoundError:
            raise
        except known.AlreadyExistsError as error:
            raise ObjectExists(f"{self.url}/{key}: expected none, got an object") from error
        except known.PreconditionError as error:
            raise StoreFailed(f"{self.url}/{key}: it changed while it was read; run the same command again") from error
        except ValueError as error:  # of a name that can be none, such as `..`: asking again would not help
            raise NotUsable(f"{self.url}/{key}: {_first_line(error)}") from error
        except (known.BaseError, OSError) as error:
            if NO_BUCKET in str(error):
                raise NotUsable(f"{self.url}: expected a bucket, got none of that name; make it first") from error
            if isinstance(error, (known.PermissionDeniedError, known.UnauthenticatedError)) or _REFUSED.search(
                str(error)
            ):
                raise NotUsable(
                    f"{self.url}/{key}: the store refuses these credentials; set them in the environment:"
                    f" {_first_line(error)}"
                ) from error
            raise StoreFailed(
                f"{self.url}/{key}: {_first_line(error)}; nothing was lost: run the same command again"
            ) from error


def _held(meta: Any) -> StoredObject:
    return StoredObject(key=meta["path"], size=int(meta["size"]), tag=meta["e_tag"])


def check_address(url: str) -> str:
    """An address without its last slash. Raises NotUsable for one that is none, or holds credentials."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in SCHEMES or parts.fragment or not (parts.netloc or parts.path.strip("/")):
        raise NotUsable(f"{url}: expected an address such as s3://bucket/path ({', '.join(SCHEMES)})")
    if parts.username or parts.password or parts.query:
        raise NotUsable(
            f"{parts.scheme}://…: expected an address without credentials; they belong into the environment"
        )
    return url.rstrip("/")


def _options(scheme: str, *, make: bool) -> dict[str, Any]:
    if scheme == "file":
        return {"mkdir": make}
    options: dict[str, Any] = {"retry_config": RETRIES, "client_options": {"timeout": "300s"}}
    if scheme == "s3":
        if urlsplit(find_endpoint()).scheme == "http":
            options["client_options"]["allow_http"] = True
        options["config"] = {"checksum_algorithm": "SHA256", "conditional_put": "etag"}
    return options


def _first_line(error: Exception) -> str:
    """What went wrong, without the stack that obstore prints below it."""
    return " ".join(str(error).partition("\n")[0].split())[:300]
