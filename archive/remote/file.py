"""One file at an address: its size, and its bytes from one place to another; asked for again where the way fails."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

from archive import web
from archive.errors import NotUsable, StoreFailed
from archive.mirror.store import Store

_CREDENTIALS = ("AWS_", "GOOGLE_", "AZURE_")
"""What the names of variables begin with that a store is opened by."""
_GONE = frozenset({404, 410})
_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})")
_AGENT = {"User-Agent": "thanhuy-archive (reads a file in ranges)", "Accept-Encoding": "identity"}


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file as it was when it was first seen; another under its name is not taken for it."""

    base: str
    """The address of a store; empty for a web server's file."""
    key: str
    """The object in it; of a web server the whole address."""
    size: int
    tag: str | None = None
    """The ETag (RFC 9110 §8.8.3). None where the server gives none."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.base}/{self.key}" if self.base else self.key

    @property
    def name(self) -> str:
        """Its own name."""
        return self.key.rpartition("/")[2] if self.base else name_in(self.key)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`. Raises StoreFailed, NotUsable."""
        if self.base:
            data = open_store(self.base).read_range(self.key, start, stop, self.tag)
        else:
            data = web.persist(self.url, lambda: _read_web(self, start, stop))
        if len(data) != stop - start:
            wanted = f"expected {stop - start} bytes from {start} on, got {len(data)}"
            raise StoreFailed(f"{self.url}: {wanted}; run the same command again")
        return data


def find_file(url: str) -> RemoteFile | None:
    """The file at an address. None where there is none. Raises NotUsable, PackageMissing, StoreFailed."""
    if web.is_web_address(url):
        return web.persist(url, lambda: _find_web(url))
    base, _, key = url.rpartition("/")
    if not key or base.endswith("/"):  # `s3://bucket`
        return None
    held = open_store(base).find(key)
    return RemoteFile(base=base, key=key, size=held.size, tag=held.tag) if held is not None else None


def name_in(url: str) -> str:
    """The last part of a web address's path."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def open_store(base: str) -> Store:
    """One store for all that is read of it, since it keeps its connections."""
    return _opened(base, tuple(item for item in os.environ.items() if item[0].startswith(_CREDENTIALS)))


@lru_cache(maxsize=16)
def _opened(base: str, environment: tuple[tuple[str, str], ...]) -> Store:
    return Store(base)


def _find_web(url: str) -> RemoteFile | None:
    try:
        with web.ask(url, {**_AGENT, "Range": "bytes=0-0"}) as response:
            return RemoteFile(
                base="", key=url, size=_size_told(url, response.headers, response.status), tag=_tag(response)
            )
    except HTTPError as error:
        with error:
            if error.code in _GONE:
                return None
            if error.code == 416:  # RFC 9110 §15.5.17: of an empty file there is no first byte
                return RemoteFile(
                    base="", key=url, size=_size_told(url, error.headers, 206), tag=error.headers.get("ETag")
                )
            raise


def _read_web(file: RemoteFile, start: int, stop: int) -> bytes:
    with web.ask(file.url, {**_AGENT, "Range": f"bytes={start}-{stop - 1}"}) as response:
        size, tag = _size_told(file.url, response.headers, response.status), _tag(response)
        if size != file.size or (file.tag and tag and tag != file.tag):
            raise StoreFailed(f"{file.url}: it changed while it was read; run the same command again")
        told = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if told is None or told[1] is None or int(told[1]) != start:
            raise NotUsable(
                f"{file.url}: expected bytes from {start} on, got {response.headers.get('Content-Range')!r}"
            )
        data: bytes = response.read(stop - start)
    if len(data) != stop - start:
        raise OSError(f"expected {stop - start} bytes from {start} on, got {len(data)}")
    return data


def _size_told(url: str, headers: Any, status: int) -> int:
    """The size of the whole file, of which a part was asked for. Raises NotUsable where the server gives no parts."""
    told = _RANGE.fullmatch(headers.get("Content-Range", ""))
    if status != 206 or told is None:
        raise NotUsable(
            f"{url}: expected a server that gives parts of a file (RFC 9110 §14), got the whole of it; fetch the file,"
            " and name that"
        )
    return int(told[3])


def _tag(response: Any) -> str | None:
    tag = response.headers.get("ETag")
    return str(tag) if tag else None
