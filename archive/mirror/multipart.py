"""Large files to S3 in parts, so that one that was cut off goes on within the file.

CreateMultipartUpload, UploadPart, ListParts, CompleteMultipartUpload of Amazon S3's API.
Whose upload it is that is under way the store itself knows: nothing is kept here.
Nothing is visible before the whole is complete. Each part goes with its SHA-256, which the store checks, the whole with
its size and the parts' SHA-256; what the store makes of those for the whole (a composite checksum) is compared.
"""

import base64
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.error import HTTPError

from archive import web
from archive.errors import NotUsable, StoreFailed
from archive.faults import reach
from archive.files import open_regular
from archive.mirror.bucket import MOST_TOLD, Bucket, StoreAnswer

PART = 16 << 20
"""Bytes of a part, or more where a file would have too many of them."""
MOST_PARTS = 10_000
AT_ONCE = 4
"""Parts on their way at a time."""
_SHA256 = "x-amz-checksum-sha256"


class Exists(Exception):
    """An object has the name already (If-None-Match, RFC 9110 §13.1.2)."""


class Ended(Exception):
    """Somebody else completed the upload, or ended it."""


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """A part that the store holds."""

    number: int
    tag: str
    sha256: str
    """In base64."""

    def format(self) -> str:
        """For the list that completes the upload."""
        return (
            f"<Part><PartNumber>{self.number}</PartNumber><ETag>{escape(self.tag)}</ETag>"
            f"<ChecksumSHA256>{self.sha256}</ChecksumSHA256></Part>"
        )


class Upload:
    """One file on its way to one object."""

    def __init__(self, bucket: Bucket, key: str, path: Path, *, url: str, create: bool = False) -> None:
        """`url`: what messages call it. `create`: only where there is no object of the key; then nothing is gone on
        with, since it may be another file's.
        """
        self._bucket, self._key, self._path, self._create, self._url = bucket, key, path, create, url
        self._size = path.stat().st_size
        self._part = max(PART, -(-self._size // MOST_PARTS))
        self._id = ""

    def send(self) -> int:
        """Send what the store lacks; return how many bytes that were. Raises Exists, Ended, NotUsable, StoreFailed."""
        self._id = self._begin() if self._create else self._find() or self._begin()
        try:
            held = {} if self._create else self._list()
            numbers = range(1, -(-self._size // self._part) + 1)
            with ThreadPoolExecutor(AT_ONCE) as threads:
                done = list(threads.map(lambda number: self._send(number, held.get(number)), numbers))
            self._complete([part for part, _ in done])
        except BaseException:
            if self._create:  # nobody would go on with it, and a store keeps its parts for money
                with suppress(Exception):
                    self._ask("DELETE", {"uploadId": self._id})
            raise
        return sum(size for _, size in done)

    def _ask(
        self,
        method: str,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        data: bytes = b"",
        *,
        key: str | None = None,
    ) -> StoreAnswer:
        def question() -> StoreAnswer:
            try:
                return self._bucket.ask(method, self._key if key is None else key, query, headers, data)
            except HTTPError as error:
                if error.code not in web.PASSING:
                    raise self._reason(error) from error
                raise

        return web.persist(self._url, question)

    def _reason(self, error: HTTPError) -> Exception:
        """What a store's error says (Amazon S3, Error Responses)."""
        with error:
            told = StoreAnswer(error.read(MOST_TOLD), "")
        code, message = told.one("Code"), told.one("Message") or f"{error.code} {error.reason}"
        if error.code in {409, 412} and self._create:
            return Exists()
        if code == "NoSuchUpload":
            return Ended()
        if code == "NoSuchBucket":
            return NotUsable(f"{self._url}: expected a bucket, got none of that name; make it first")
        if error.code in {401, 403}:
            return NotUsable(
                f"{self._url}: the store refuses these credentials; set them in the environment: {message}"
            )
        return StoreFailed(f"{self._url}: {message}; run the same command again")

    def _find(self) -> str:
        """The upload of this file that was begun and not ended; empty where there is none."""
        answer = self._ask("GET", {"uploads": "", "prefix": self._key}, key="")
        begun = [StoreAnswer(each.encode(), "") for each in answer.all("Upload")]
        return next((each.one("UploadId") for each in reversed(begun) if each.one("Key") == self._key), "")

    def _begin(self) -> str:
        answer = self._ask("POST", {"uploads": ""}, {"x-amz-checksum-algorithm": "SHA256"})
        if not (begun := answer.one("UploadId")):
            raise StoreFailed(f"{self._url}: expected the id of an upload, got {answer.body[:200]!r}")
        return begun

    def _list(self) -> dict[int, StoreAnswer]:
        """The parts that are there, by number."""
        held: dict[int, StoreAnswer] = {}
        marker = "0"
        while marker:
            answer = self._ask("GET", {"uploadId": self._id, "part-number-marker": marker})
            for each in (StoreAnswer(part.encode(), "") for part in answer.all("Part")):
                if (number := each.one("PartNumber")).isdecimal():
                    held[int(number)] = each
            following = answer.one("NextPartNumberMarker") if answer.one("IsTruncated") == "true" else ""
            marker = following if following != marker else ""
        return held

    def _send(self, number: int, held: StoreAnswer | None) -> tuple[_Sent, int]:
        """A part, and how many bytes of it were sent."""
        with open_regular(self._path) as stream:
            stream.seek((number - 1) * self._part)
            data = stream.read(self._part)
        sha256 = _digest(data)
        if held is not None and _holds(held, data, sha256):
            return _Sent(number=number, tag=held.one("ETag"), sha256=sha256), 0
        query = {"partNumber": str(number), "uploadId": self._id}
        answer = self._ask("PUT", query, {_SHA256: sha256}, data)
        reach("part-sent")
        return _Sent(number=number, tag=answer.tag, sha256=sha256), len(data)

    def _complete(self, parts: list[_Sent]) -> None:
        whole = _digest(b"".join(base64.b64decode(part.sha256) for part in parts))
        headers = {"x-amz-mp-object-size": str(self._size)} | ({"if-none-match": "*"} if self._create else {})
        listed = "".join(part.format() for part in parts)
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        answer = self._ask("POST", {"uploadId": self._id}, headers, body)
        told = answer.one("ChecksumSHA256")
        if told.partition("-")[0] not in {"", whole}:
            wanted = f"expected {whole}, the SHA-256 of its parts', got {told}"
            raise StoreFailed(f"{self._url}: {wanted}; run the same command again")
        if not answer.one("ETag"):  # an error that came up while the store put it together has the status 200
            raise StoreFailed(
                f"{self._url}: {answer.one('Message') or answer.body[:200]!r}; run the same command again"
            )


def _digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _holds(part: StoreAnswer, data: bytes, sha256: str) -> bool:
    """Whether the store's part is this one: by its SHA-256, else by its MD5, the tag of what is not encrypted."""
    if part.one("Size") != str(len(data)):
        return False
    if told := part.one("ChecksumSHA256"):
        return told == sha256
    return part.one("ETag").strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()
