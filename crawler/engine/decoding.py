"""Content codings, decoded within bounds."""

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware


class DecodingMiddleware(HttpCompressionMiddleware):
    """Scrapy's, with a bound of its own: a page that decodes to more is a bomb or no page.
    Its raw bytes are archived all the same.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._max_size = crawler.settings.getint("PARSED_MAXSIZE")
