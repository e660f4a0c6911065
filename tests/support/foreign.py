"""Captures of the site as others make them, record by record, at whatever time and with whatever text."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.small_site import BASE, article_page
from tests.warcs.build import compressed, http_response, response, warcinfo

NUMBER = 1491930000
SOFTWARE = "Heritrix/3.4"


@dataclass(frozen=True)
class Shot:
    """One capture by others."""

    article: int
    at: str
    """Day and time, as `2019-05-01T08:00:00Z`."""
    text: str = ""
    """What its page says beyond what it always says."""
    status: int = 200
    uri: str = ""
    """Its address, where it is not the article's."""

    @property
    def url(self) -> str:
        """Its address."""
        return self.uri or f"{BASE}/tin-tuc/bai-ve-khu-pho-{NUMBER + self.article}"

    @property
    def body(self) -> bytes:
        """Its page."""
        return article_page(NUMBER + self.article, "Bài về khu phố", more=self.text).encode()

    @property
    def number(self) -> int:
        """A number for its record that no other capture has."""
        return int.from_bytes(hashlib.sha256(repr(self).encode()).digest()[:5], "big") % 10**12

    def record(self, **changes: str | None) -> bytes:
        """Its record."""
        body = self.body if self.status == 200 else b"none"
        block = http_response(body, status=b"HTTP/1.1 %d X" % self.status)
        named: dict[str, str | None] = {"WARC_Target_URI": self.url, "WARC_Date": self.at, **changes}
        return response(self.number, block, None, **named)


def foreign(*shots: Shot) -> bytes:
    """A file of captures."""
    first = warcinfo(9, block=f"software: {SOFTWARE}\r\noperator: Kho lưu\r\n".encode())
    return compressed(first, *(shot.record() for shot in shots))


def write_foreign(path: Path, shots: Iterable[Shot]) -> Path:
    """Write a file of captures; return its path."""
    path.write_bytes(foreign(*shots))
    return path
