"""Rereading: a page's bytes out of a WARC, and its record out of them. Runs in any process.

It reads as the crawl reads: the response's own headers, of a revisit the payload of the response that it stands for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO

from archive.digest import digest_stream, format_sha1
from archive.errors import RecordError
from archive.http.bodies import read_message
from archive.http.codings import MAX_CONTENT, decode_content
from archive.http.head import HTTPSyntaxError, ResponseHead, parse_response_head, split_head
from archive.lines.writer import format_line
from crawler.extracting.blocks import Stored, read_block
from crawler.items import WarcPointer, as_record
from crawler.pages import LayoutError, ReaderFailed, Taught
from crawler.planning.limits import Limits
from crawler.reader import read_article

UNTAUGHT = Taught()
UNREADABLE = frozenset({"lost", "damaged"})
"""Why a page is not there to be read, as codes."""
UNSTAMPED = b'"version":null,"changed":[],"status":"live",'
"""How a line says what only the order of captures tells. In no string of a line, where quotes are escaped."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One page to be read again."""

    number: int
    """Of its event, in the order of the output."""
    key: str
    status: str
    """`live` or `gone`; of an article that is gone the page with its last text is read."""
    url: str
    captured_at: str
    capture: Stored | None
    """What was captured. None where the article's response is lost."""
    holder: Stored | None = None
    """The response with the payload, where `capture` is a revisit."""
    record_id: str = ""
    """Of the response with the payload, as its digest."""
    payload_digest: str | None = None
    limits: Limits | None = None
    """What the crawl left out, of a page of which it kept no article."""
    item: Stored | None = None
    """The record that the crawl wrote, or a newer parser in its place. None where there is none."""
    version: int = 0
    """Of that record."""
    renewed: str = ""
    """When a newer parser renewed it; empty for what the crawl wrote."""
    parser: str = ""
    """The version of the parser that read it."""
    taught: Taught = UNTAUGHT
    """What the parser was taught."""
    overtaken: bool = False
    """Of a page without a record: whether the article has one of a later capture, whose number it would take."""


@dataclass(frozen=True, kw_only=True)
class Reread:
    """What became of a task. One of `line` and `code` is there, unless the article is gone or left out."""

    task: Task
    digest: str = ""
    """The record's `text_digest`."""
    parser: str = ""
    """The version of the parser that read it."""
    line: bytes | None = None
    """The record as JSON, its `version`, `changed` and `status` still to be filled in."""
    code: str = ""
    """Why there is no record: a LayoutError's code, `damaged`, `excluded` or `too-large`."""
    detail: str = ""
    stored: bytes | None = None
    """The line that the crawl wrote, where it was asked for."""


def reread_all(tasks: Iterable[Task], with_stored: bool) -> list[Reread]:
    """Read each page again; `with_stored`: give the lines that the crawl wrote as well."""
    return [reread(task, with_stored) for task in tasks]


def reread(task: Task, with_stored: bool = False) -> Reread:
    """Read one page again. Damage is no error but told in the result."""
    result = _reread(task)
    # A first version by the same parser is all that its page tells. Of any other there is more in the record.
    plain = result.line is not None and task.version == 1 and not task.renewed and result.parser == task.parser
    if task.item is not None and (with_stored or not plain or task.status != "live"):
        try:
            return replace(result, stored=read_block(task.item.source, task.item.place))
        except (RecordError, OSError) as error:
            return replace(result, code="damaged", line=None, detail=str(error))
    return result


def _reread(task: Task) -> Reread:
    if task.capture is None:
        return Reread(task=task, code="lost")
    holder = task.holder or task.capture
    try:
        head, body, digest, cut = read_page(task, holder)
        article = read_article(body, task.url, headers=content_type(head), cut=cut, taught=task.taught)
    except (RecordError, OSError, HTTPSyntaxError) as error:
        return Reread(task=task, code="damaged", detail=str(error))
    except TooLarge as error:
        return Reread(task=task, code="too-large", detail=str(error))
    except LayoutError as error:
        return Reread(
            task=task, code=error.code, detail=error.detail if isinstance(error, ReaderFailed) else str(error)
        )
    if task.limits is not None and not task.limits.wants(article.date, article.section):
        return Reread(task=task, code="excluded")
    pointer = WarcPointer(
        file=holder.source.name,
        offset=holder.place.offset,
        length=holder.place.length,
        record_id=task.record_id,
        payload_digest=digest,
    )
    record = as_record(replace(article, captured_at=task.captured_at, warc=pointer))
    return Reread(task=task, digest=article.text_digest, parser=article.parser.version, line=format_line(record))


class TooLarge(ValueError):
    """A page that decodes to more than is parsed."""


def read_page(task: Task, holder: Stored) -> tuple[ResponseHead | None, bytes, str, bool]:
    """Head, decoded body and payload digest of a page, and whether less of it came than was announced.
    Raises RecordError, HTTPSyntaxError, OSError, TooLarge."""
    block = read_block(holder.source, holder.place)
    message = read_message(BytesIO(block), len(block))
    assert isinstance(message.head, ResponseHead)
    head = message.head
    if task.holder is not None and task.capture is not None:
        head = _own_head(task.capture) or head
    with message.payload as payload:
        digest = task.payload_digest or format_sha1(digest_stream(payload))
        decoded = decode_content(payload, message.head.codings)
        with decoded.content as content:
            if decoded.too_large:
                raise TooLarge(f"{task.url}: expected at most {MAX_CONTENT} bytes of content, got more")
            body = content.read()
    return head, body, digest, message.is_cut


def _own_head(revisit: Stored) -> ResponseHead | None:
    """The head of a revisit's own response; None where the record keeps none."""
    found = split_head(read_block(revisit.source, revisit.place))
    return parse_response_head(found[0]) if found else None


def content_type(head: ResponseHead | None) -> dict[str, str]:
    """All that the parser reads of headers, several values joined as Scrapy joins them."""
    values = head.all(b"Content-Type") if head else []
    return {"Content-Type": b", ".join(values).decode("latin-1")} if values else {}
