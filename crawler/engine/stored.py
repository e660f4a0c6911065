"""Pages that come from the archive and not from the site: captured in a run before, and still to be read.

They are read as fast as the parser goes, since nothing is asked of the site for them, and are counted apart.
"""

import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.stats import DownloaderStats
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import make_response

from archive.errors import RecordError
from archive.http.bodies import read_message
from archive.http.head import HTTPSyntaxError, RequestHead, ResponseHead
from archive.state.rows import CaptureRow
from crawler.engine.health import READ_STORED
from crawler.engine.session import ArchiveSession

logger = logging.getLogger(__name__)

STORED = "stored_capture"
"""Key of a request's `meta`: the id of the capture that answers it."""


class StoredMiddleware:
    """Downloader middleware, the first: answers from the archive, past the pace, the robots' rules and the network."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._collection = ArchiveSession.of(crawler).collection
        self._keep = crawler.settings.getint("PARSED_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """The page as the archive holds it. Where its capture is damaged it is asked of the site, in its turn."""
        if STORED not in request.meta:
            return None
        try:
            response = self._read(request, request.meta[STORED])
        except (RecordError, HTTPSyntaxError, OSError) as damage:
            logger.warning("%s: its capture is damaged, so it is fetched again (%s)", request.url, damage)
            del request.meta[STORED]
            return None
        self._crawler.stats.inc_value(READ_STORED)
        return response

    def _read(self, request: Request, capture: int) -> Response:
        row = self._collection.state.find_capture(capture)
        if row is None:
            raise RecordError(f"expected capture {capture}, got none")
        request.meta["capture"] = {"file": row.file, "offset": row.offset, "date": row.date}
        if row.status == 304:
            return Response(request.url, status=304)
        head, body = self._read_message(row)
        headers = Headers()
        for name, value in head.headers:
            headers.appendlist(name, value)
        if row.type == "revisit":
            original = self._collection.state.find_payload(row.payload_digest or "")
            if original is None:
                raise RecordError(f"expected the response with payload {row.payload_digest}, got none")
            _, body = self._read_message(original)
        return make_response(url=request.url, status=row.status, headers=headers, body=body)

    def _read_message(self, row: CaptureRow) -> tuple[ResponseHead | RequestHead, bytes]:
        """Head and body of a capture's record. Raises RecordError, HTTPSyntaxError, OSError."""
        record = self._collection.read_record(row)
        with record.block as block:
            message = read_message(block, record.block_length)
            with message.payload as payload:
                return message.head, payload.read(self._keep)


class WireStats(DownloaderStats):
    """Scrapy's figures of what was asked and answered, without what came from the archive."""

    def process_response(self, request: Request, response: Response, spider: object = None) -> Response:
        """Count an answer of the site."""
        if STORED not in request.meta:
            super().process_response(request, response)
        return response
