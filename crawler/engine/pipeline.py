"""The one pipeline: Article → archive."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from archive.errors import ArchiveError
from crawler.articles import reparse
from crawler.engine.session import ArchiveSession
from crawler.items import Article, WarcPointer, as_record
from crawler.planning.revisits import next_visit


class ArchivePipeline:
    """Keeps each article that is new or changed, and settles its URL in the same transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = ArchiveSession.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a component."""
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        """Append the article. Raises DropItem where it is beyond the limits, where no capture holds its page,
        or the archive is full.
        """
        try:
            return self._keep(item)
        except ArchiveError as failure:
            self._session.stop(failure)
            raise DropItem(str(failure)) from failure

    def _keep(self, item: Article) -> Article:
        """The article as the collection has it: with its version, and a pointer to the capture that is complete."""
        collection, stats = self._session.collection, self._crawler.stats
        capture = collection.state.find_record(item.warc.file, item.warc.offset) if item.warc else None
        if capture is None:
            raise DropItem(f"{item.url}: expected a capture of the page in the archive, got none")
        if not self._session.limits.wants(item.date, item.section):
            collection.urls.exclude(capture.key)
            self._session.pages.note_had(str(item.kind))
            stats.inc_value("articles/excluded")
            return item
        if capture.truncated and collection.state.find_version(capture.key) is not None:
            # What broke off is no edit: what is known of the article stays.
            self._session.note_missed({"kind": item.kind}, item.url, "cut short")
            collection.urls.fail(capture.key)
            return item
        # `asdict` of the adapter asks of every text whether it is an item: a third of all calls of a crawl.
        record, holder = as_record(ItemAdapter(item).item), collection.find_holder(capture)
        before = self._session.readings.find_before(capture.key)
        measured = {**record, "warc": {"length": holder.length, "payload_digest": holder.payload_digest}}
        collection.urls.note_gone(capture.key, None)
        due = next_visit(datetime.now(UTC), item.date)
        self._session.pages.note_had(str(item.kind))
        if self._session.readings.add(capture.key, measured, before):
            stats.inc_value("articles/held")
            collection.urls.finish(capture.key, due=due)
            return item
        stamped = collection.append_item(
            record, capture, reparse=partial(reparse, collection.path, self._session.taught)
        )
        collection.urls.finish(
            capture.key, due=due, changed_at=capture.date if stamped else None, read=not capture.truncated
        )
        if item.date is None:
            stats.inc_value("articles/undated")
        stats.inc_value("articles/unchanged" if stamped is None else "articles/kept")
        return _as_kept(item, stamped or collection.find_item(capture.key))


def _as_kept(item: Article, record: Mapping[str, Any] | None) -> Article:
    """What feeds (`-O x.jsonl`) write: the record as it is archived."""
    if record is None:
        return item
    return dataclasses.replace(
        item,
        version=record["version"],
        changed=record["changed"],
        captured_at=record["captured_at"],
        warc=WarcPointer(**record["warc"]),
    )
