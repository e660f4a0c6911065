"""Responses that broke off: whether what came is the whole page all the same."""

import re
from io import BytesIO

from scrapy.http import Response

from archive.http.codings import content_codings, decode_content

TAIL = 2048
"""Bytes at the end of a page in which its end is looked for."""
_END = re.compile(rb"</\s*(?:html|rss|feed|urlset|sitemapindex|rdf:rdf)\s*>", re.IGNORECASE)


def is_whole(response: Response) -> bool:
    """Whether a page shows its own end: what a browser shows of it is all that there is.
    Where it is coded, its coding must come to its end, too.
    """
    codings = content_codings(response.headers.getlist("Content-Encoding"))
    body = response.body
    if codings:
        decoded = decode_content(BytesIO(body), codings)
        with decoded.content as content:
            if decoded.error is not None:
                return False
            body = content.read()
    return _END.search(body[-TAIL:]) is not None
