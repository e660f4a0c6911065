"""An object store by its address: `s3://bucket/path`, `gs://…`, `az://…`, `file:///path`.

By obstore, the extra `mirror`. Credentials come from the environment alone, under the names that each provider's own
tools read (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …); an address never holds one.
"""

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.errors import ArchiveError, NotUsable, PackageMissing, StoreFailed

SCHEMES = ("s3", "gs", "az", "file")
PART = 16 << 20
"""Bytes of a part of a large object; the store checks each by its SHA-256 where it is S3."""
AT_ONCE = 4
"""Parts on their way at a time."""
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
        """Send a file, in parts where it is large. What is there under the key is written over."""
        with self._worded(key):
            self._obstore.put(self._store, key, path, chunk_size=PART, max_concurrency=AT_ONCE)

    def create(self, key: str, data: bytes) -> None:
        """Write an object that is not there yet. Raises ObjectExists."""
        with self._worded(key):
            self._obstore.put(self._store, key, data, mode="create")

    def read(self, key: str) -> Iterator[bytes]:
        """An object's bytes, in pieces. Raises FileNotFoundError where there is none."""
        with self._worded(key):
            yield from self._obstore.get(self._store, key).stream(min_chunk_size=READ)

    def size(self, key: str) -> int | None:
        """An object's size. None where there is none."""
        try:
            with self._worded(key):
                return int(self._obstore.head(self._store, key)["size"])
        except FileNotFoundError:
            return None

    def list(self, prefix: str) -> list[str]:
        """The keys under a prefix, sorted."""
        with self._worded(prefix):
            found = [each["path"] for page in self._obstore.list(self._store, prefix) for each in page]
        return sorted(found)

    @contextmanager
    def _worded(self, key: str) -> Iterator[None]:
        known = self._exceptions
        try:
            yield
        except FileNotFoundError:
            raise
        except known.AlreadyExistsError as error:
            raise ObjectExists(f"{self.url}/{key}: expected none, got an object") from error
        except (known.BaseError, OSError, ValueError) as error:
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
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        if urlsplit(endpoint).scheme == "http":
            options["client_options"]["allow_http"] = True
        options["config"] = {"checksum_algorithm": "SHA256", "conditional_put": "etag"}
    return options


def _first_line(error: Exception) -> str:
    """What went wrong, without the stack that obstore prints below it."""
    return " ".join(str(error).partition("\n")[0].split())[:300]
