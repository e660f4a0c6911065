"""Where a crawl's processor time goes: its stack, looked at every few milliseconds of it."""

import signal
from collections import Counter
from types import FrameType

INTERVAL = 0.002
"""Seconds of processor time between two looks; a kernel may make it longer, and tells no more."""

END = ("crawler.engine.session", "close")
"""Module and function of all that follows a crawl's last page."""
PARTS = (
    ("archive.warc", "records: digests, gzip, writing"),
    ("archive.http", "records: digests, gzip, writing"),
    ("archive.digest", "records: digests, gzip, writing"),
    ("archive.state", "state: frontier and captures"),
    ("crawler.engine.frontier", "state: frontier and captures"),
    ("archive.watched", "to the reader and back"),
    ("crawler.engine.readers", "to the reader and back"),
    ("crawler.planning", "links: which to follow"),
    ("crawler.site", "links: which to follow"),
    ("crawler.spiders", "links: which to follow"),
    ("crawler.engine.pipeline", "the record of the article"),
    ("archive.collection", "the record of the article"),
    ("archive.lines", "the record of the article"),
    ("crawler.items", "the record of the article"),
)
"""Beginning of a module's name → the part that its work belongs to; the innermost frame that has one decides."""
REST, LAST = "network, Scrapy and Twisted", "the end of the run"


class Sampler:
    """Counts looks by part."""

    def __init__(self) -> None:
        self.looks: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to look."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self) -> dict[str, float]:
        """Part → its share of all looks."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        return {part: number / self.looks.total() for part, number in self.looks.items()}

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.looks[part_of(frame)] += 1


def part_of(frame: FrameType | None) -> str:
    """The part that a stack's work belongs to."""
    found = None
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if (module, frame.f_code.co_name) == END:
            return LAST
        found = found or next((part for beginning, part in PARTS if module.startswith(beginning)), None)
        frame = frame.f_back
    return found or REST
