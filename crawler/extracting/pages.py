"""Pages: the stored pages of a collection, the newest of each article, read from its WARC files alone."""

from collections.abc import Iterator

from archive.errors import RecordError
from archive.http.head import HTTPSyntaxError
from archive.warc.ranges import find_ranges
from crawler.extracting.blocks import close_files
from crawler.extracting.catalog import Catalog
from crawler.extracting.rereading import Task, TooLarge, content_type, read_page
from crawler.extracting.scanning import scan_range
from crawler.extracting.sources import WarcSource
from crawler.learning.observing import StoredPage


def read_pages(sources: list[WarcSource], most: int) -> Iterator[StoredPage]:
    """At most so many pages of articles, spread evenly over their numbers, which tell their age. What cannot be read
    is left out. Costs a pass over the files.
    """
    try:
        with Catalog(sources, by_place=True) as catalog:
            for number, source in enumerate(sources):
                with source.open() as stream:
                    ranges = find_ranges(number, stream)
                for one in ranges:
                    catalog.add(number, scan_range(source, one.start, one.stop, any_url=False))
            catalog.arrange()
            for task in _spread(catalog, most):
                page = _read(task)
                if page is not None:
                    yield page
    finally:
        close_files()


def _spread(catalog: Catalog, most: int) -> Iterator[Task]:
    """The newest page of articles, by kind and number, at even steps."""
    newest = {task.key: task.number for task in catalog.tasks() if task.capture is not None and task.status == "live"}
    keys = sorted(newest, key=lambda key: (len(key), key))
    step = max(1.0, len(keys) / most)
    chosen = [keys[int(turn * step)] for turn in range(min(most, len(keys)))]
    for number in sorted(newest[key] for key in chosen):
        yield catalog.task(number)


def _read(task: Task) -> StoredPage | None:
    holder = task.holder or task.capture
    assert holder is not None
    try:
        head, body, _, cut = read_page(task, holder)
    except (RecordError, HTTPSyntaxError, OSError, TooLarge):
        return None
    return None if cut else StoredPage(url=task.url, body=body, headers=content_type(head))
