"""What a collection knows of the site: its listings, its articles, and the gaps between them."""

import dataclasses
from datetime import date
from typing import Any

from archive.collection import Collection
from archive.state.urls import Urls
from crawler.planning.coverage import Known, count_months, find_gaps
from crawler.reporting.amounts import plural
from crawler.site.scope import Kind, find_page


def knows_listing(urls: Urls, slug: str) -> bool:
    """Whether a listing with that slug was seen, by whatever run."""
    return any(
        (page := find_page(row.url)) and page.slug == slug for row in urls.where("kind = :kind", kind=Kind.LISTING)
    )


def known_articles(collection: Collection) -> list[Known]:
    """Every article of the collection, with its number and its day. Costs a pass over the newest versions."""
    known = []
    for row in collection.state.newest_versions():
        number = row.key.rpartition("/")[2]
        known.append(
            Known(
                key=row.key,
                number=int(number) if number.isdigit() else 0,
                day=date.fromisoformat(row.date) if row.date else None,
            )
        )
    return known


def coverage(collection: Collection) -> dict[str, Any] | None:
    """What the numbers say about gaps; only where this run changed anything,
    since it costs a pass over all articles.
    """
    if not collection.new_versions:
        return None
    known = known_articles(collection)
    return {"months": count_months(known), "gaps": [dataclasses.asdict(gap) for gap in find_gaps(known)]}


def note_older_parsers(collection: Collection, parser: str) -> list[str]:
    """One line where articles wait to be read again by the present parser."""
    waiting = collection.state.count_read_by_others(parser)
    if not waiting:
        return []
    return [
        f"{plural(waiting, 'record')} of another parser than this one ({parser}):"
        f" `thanhuy reread {collection.path}` reads the stored pages again"
    ]
