"""Content codings, decoded as everywhere in the archive; the raw bytes are archived all the same."""

import logging
from io import BytesIO

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from archive.http.codings import content_codings, decode_content

logger = logging.getLogger(__name__)


class DecodingMiddleware:
    """Gives the spider the content, as `extract` and `verify` will read it from the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self._limit = crawler.settings.getint("PARSED_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "DecodingMiddleware":
        """Scrapy's way to make it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Ask for what every replay tool can read."""
        request.headers.setdefault("Accept-Encoding", b"gzip")

    def process_response(self, request: Request, response: Response) -> Response:
        """The response with its content; a page that has more of it than the limit is a bomb or no page."""
        codings = content_codings(response.headers.getlist("Content-Encoding"))
        if not codings or request.method == "HEAD":
            return response
        decoded = decode_content(BytesIO(response.body), codings, limit=self._limit)
        with decoded.content as content:
            if decoded.too_large:
                logger.warning("%s: %s; it is archived and not read", response.url, decoded.error)
                raise IgnoreRequest(f"{response.url}: {decoded.error}")
            body = content.read()
        for note in (*decoded.notes, decoded.error):
            if note is not None:
                logger.warning("%s: Content-Encoding: %s", response.url, note)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        # Not by `replace`: that asks for the charset of the encoded bytes, and where no header names one it is guessed,
        # which took longer than reading the page.
        kept = {name: getattr(response, name) for name in Response.attributes}
        return kind(**{**kept, "headers": headers, "body": body})
