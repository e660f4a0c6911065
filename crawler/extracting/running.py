"""Running: a whole extraction, from files to lines in order."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from archive.errors import ArchiveError, NotUsable
from archive.warc.events import Damage
from archive.warc.ranges import Range, find_ranges, in_order
from archive.workers import Jobs, Workers
from crawler.extracting.blocks import close_files
from crawler.extracting.catalog import Catalog
from crawler.extracting.rereading import UNREADABLE, Reread, Task, reread, reread_all
from crawler.extracting.scanning import Scan, scan_range
from crawler.extracting.sources import WarcSource
from crawler.extracting.versions import Versions
from crawler.learning.kept import parse_attached, parse_files
from crawler.pages import READER_FAILED, READER_OUTLASTED, Taught, reading
from crawler.reader import CHUNK_BOUNDS

CHUNK = 16
"""Pages that a process reads before it is given more."""


@dataclass(frozen=True, kw_only=True)
class ExtractionOptions:
    """How to extract."""

    jobs: Jobs = 1
    by_place: bool = False
    """Whether the files are those of one collection, in their order."""
    any_url: bool = False
    """Whether every HTML page is read, also one outside the scope."""
    with_stored: bool = False
    """Whether the lines that crawls wrote are wanted beside the new ones."""
    comparing: bool = False
    """Whether there is nothing to do where no crawl wrote any."""
    taught: Taught | None = None
    """What the parser was taught. None: what the files carry of that."""
    progress: Callable[[str, int, int], None] | None = None
    """Told of what is going on, how much is done since the last call, and how much there is of it."""


@dataclass(kw_only=True)
class ExtractionTally:
    """What an extraction came to."""

    records: int = 0
    """WARC records."""
    pages: int = 0
    """Pages that were read."""
    lines: int = 0
    unchanged: int = 0
    """Pages with the text of the version before."""
    carried: int = 0
    """Records kept as they were stored, because their page is lost."""
    refused: int = 0
    """Records kept as they were stored, though their page is read as no article now."""
    codes: Counter[str] = field(default_factory=Counter)
    """Why a page gave no record → pages."""
    unread: list[str] = field(default_factory=list)
    """Pages that the reader gave up, and why; no more than `MOST_DAMAGE`."""
    unresolved: int = 0
    truncated: int = 0
    damage: list[tuple[str, int, str]] = field(default_factory=list)
    """File, offset and what is damaged there; no more than `MOST_DAMAGE`, which `damaged` counts on from."""
    damaged: int = 0

    def note_damage(self, label: str, offset: int, detail: str) -> None:
        """Count one damage, and keep it while there are few."""
        self.damaged += 1
        if len(self.damage) < MOST_DAMAGE:
            self.damage.append((label, offset, detail))


MOST_DAMAGE = 1000


class NothingStored(ArchiveError):
    """A comparison with stored records that the files do not hold."""


class Extraction:
    """An extraction being run: iterate it for each page's result and its line, None where it gives none;
    then read the tally.
    """

    def __init__(self, sources: list[WarcSource], options: ExtractionOptions) -> None:
        self._sources, self._options = sources, options
        self._taught = options.taught or Taught()
        self._carried = ""
        """The date of what the files carry of that, as far as they are scanned."""
        self.tally = ExtractionTally()

    def __iter__(self) -> Iterator[tuple[Reread, bytes | None]]:
        with (
            _files_closed(),
            Workers(self._options.jobs) as workers,
            # Several pages a call, in a process that reads on while this one writes.
            Workers(self._options.jobs, CHUNK_BOUNDS if reading.GUARDED else None) as readers,
            Catalog(self._sources, by_place=self._options.by_place) as catalog,
        ):
            self._scan(workers, catalog)
            total = catalog.arrange()
            if self._options.comparing and not catalog.has_items:
                raise NothingStored(
                    "expected records that a crawl of this project wrote, to compare with, got none in these files"
                )
            self.tally.unresolved, self.tally.truncated = catalog.unresolved, catalog.truncated
            self._tell("reading", 0, total)
            with Versions(lambda number: reread(self._equip(catalog.task(number)), True)) as versions:
                for read in self._read(readers, catalog.tasks()):
                    line = versions.stamp(read)
                    self._count(read, line)
                    yield read, line

    def _scan(self, workers: Workers, catalog: Catalog) -> None:
        """Every range of every file."""
        sources, any_url = self._sources, self._options.any_url
        ranges: list[Range] = []
        for number, source in enumerate(sources):
            with source.open() as stream:
                ranges += find_ranges(number, stream)
        self._tell("scanning", 0, sum(source.size for source in sources))
        guessed = workers.run(scan_range, ((sources[one.file], one.start, one.stop, any_url) for one in ranges))

        def again(one: Range) -> Scan:
            return scan_range(sources[one.file], one.start, one.stop, any_url)

        for one, scan in in_order(ranges, guessed, again):
            self._take(one.file, scan, catalog, last=one.stop is None)
            self._tell("scanning", (sources[one.file].size if one.stop is None else one.stop) - one.start, 0)

    def _take(self, number: int, scan: Scan, catalog: Catalog, *, last: bool) -> None:
        catalog.add(number, scan)
        self.tally.records += scan.records
        if scan.attached is not None and self._options.taught is None and scan.attached[0] >= self._carried:
            self._learn(self._sources[number].label, *scan.attached)
        if last and scan.end == 0 and not self._sources[number].growing:
            self.tally.note_damage(self._sources[number].label, 0, "expected at least one record, got an empty file")
        for damage in scan.damage:
            self.tally.note_damage(self._sources[number].label, damage.offset, _words(damage))

    def _learn(self, label: str, date: str, offset: int, block: bytes) -> None:
        """Read on with what a file carries; the last of the files says what holds."""
        try:
            files = parse_attached(block)
            self._taught = parse_files(files, label) if files is not None else self._taught
        except NotUsable as error:
            self.tally.note_damage(label, offset, str(error))
        self._carried = date

    def _equip(self, task: Task) -> Task:
        return replace(task, taught=self._taught)

    def _read(self, readers: Workers, tasks: Iterator[Task]) -> Iterator[Reread]:
        chunks = _chunks(map(self._equip, tasks), 1 if readers.are_here else CHUNK)
        calls = ((chunk, self._options.with_stored) for chunk in chunks)
        for results in readers.run(reread_all, calls, again=reread_all):
            yield from results

    def _count(self, read: Reread, line: bytes | None) -> None:
        tally, capture = self.tally, read.task.capture
        tally.pages += capture is not None
        tally.lines += line is not None
        if read.code == "damaged":
            at = capture or read.task.item
            assert at is not None
            tally.note_damage(at.source.label, at.place.offset, read.detail)
        if read.code in {READER_FAILED, READER_OUTLASTED} and len(tally.unread) < MOST_DAMAGE:
            tally.unread.append(f"{read.task.url}: {read.code}: {read.detail}")
        if read.code in UNREADABLE and line is not None:
            tally.carried += 1
        elif read.code and line is not None:
            tally.refused += 1
        elif read.code:
            tally.codes[read.code] += 1
        elif line is None:
            tally.unchanged += 1
        self._tell("reading", 1, 0)

    def _tell(self, label: str, done: int, total: int) -> None:
        if self._options.progress:
            self._options.progress(label, done, total)


def _chunks(tasks: Iterator[Task], size: int) -> Iterator[list[Task]]:
    while chunk := list(islice(tasks, size)):
        yield chunk


def _words(damage: Damage) -> str:
    return f"{damage.detail} (up to byte {damage.end})"


@contextmanager
def _files_closed() -> Iterator[None]:
    """No file stays open, whatever happens."""
    try:
        yield
    finally:
        close_files()
