"""Readings: what this run's pages show, counted as they come, and what is held back where they show too little.

A version that loses fields of the one before, or has them by other rules, is not written at once. Its capture is kept,
and the state notes that it waits; at the end of the run it is written where the run reads well, and held back where
the layout seems to have changed, until a newer parser reads it (`thanhuy reread`) or the user takes it
(`thanhuy refresh --accept`). Where too few pages are read to tell, it is written once its page says the same again on
another day: were the markup another, the other pages read by then would say so too.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from archive.collection import Collection
from archive.errors import ArchiveError
from archive.files import read_small
from archive.json_text import parse_json
from archive.lines.changes import payload_of
from archive.lines.reader import id_of, parser_of, read_line
from archive.state.held import Held, Wait
from crawler.articles import reparse
from crawler.pages import Taught
from crawler.planning.health import LISTED, Readings, Thresholds, Verdict, judge, name_samples
from crawler.planning.odds import lowest_share
from crawler.planning.showing import ENOUGH, Baseline, find_losses, find_moves, group_of
from crawler.reporting.amounts import plural

logger = logging.getLogger(__name__)

UNTAUGHT = Taught()
MOST_RUNS = 60
"""Earlier runs that are looked at."""
MOST_REPARSED = 100
"""Records of another parser that are read again to say what is usual: some seconds at most."""
MOST_NAMED = 12
"""Selectors that are named of those that stopped matching."""
NOT_LAYOUT = frozenset({"soft-404", "challenge", "login", "unavailable"})
"""Why a page is no article without a word of the layout."""
_RUN = re.compile(r"-(\d{14,17})-\d{5}-")


@dataclass(frozen=True, kw_only=True)
class Past:
    """An earlier run's readings."""

    run: str
    readings: Readings
    verdict: Verdict


class RunReadings:
    """Counts one run's pages, and judges them."""

    def __init__(self, collection: Collection, limits: Thresholds, *, accept: bool, taught: Taught = UNTAUGHT) -> None:
        self._collection, self._limits, self._accept = collection, limits, accept
        self._taught = taught
        self._held = Held(collection.state)
        self._again: set[str] = set()
        """Items that wait, whose pages say the same as on an earlier day."""
        self._now = Readings()
        self._judged: int | None = None
        self._past = list(_read_past(collection.path / "crawls", collection.run))
        self._since = _find_normal(self._past)
        self._listings = _share_of_listings(self._past)
        self._baseline: Baseline | None = None
        self._unmatched: dict[str, list[str]] = {}
        if accept:
            self._free(Wait.JUDGEMENT, Wait.DEMAND)

    def find_before(self, key: str) -> Mapping[str, Any] | None:
        """The article's record as the present parser reads it. None for a new one."""
        before = self._collection.find_item(key)
        if before is not None and parser_of(before) != self._taught.parser:
            again = reparse(self._collection.path, self._taught, before) or {}
            before = {**before, **again, "status": before["status"]}
        return before

    def add(self, key: str, record: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
        """Count a page of an article, and say whether its record is to wait for the run's judgement."""
        unmatched = self._unmatched.pop(key, ())
        if self._held.is_free(key):
            self._held.drop(key)
            return False
        if before is not None and payload_of(before) == payload_of(record):
            self._held.drop(key)
            return False  # the same bytes say nothing of a markup that may have changed
        digest, today = payload_of(record) or "", f"{datetime.now(UTC):%Y-%m-%d}"
        since = self._held.waits_since(key, digest)
        if since is not None and since >= today and not self._accept:
            return True  # counted already: one page that is read every hour is no five pages
        if since is not None:
            self._again.add(key)
        usual = before if before is not None and _digits(str(before["captured_at"])) >= self._since else None
        self._now.unmatched.update(unmatched)
        self._now.add(record, usual, self._usual() if usual is None else Baseline(), self._limits.steady)
        doubts = []
        if before is not None and before["status"] == "live":
            doubts = [*find_losses(before, record), *find_moves(before, record)]
        edited = before is not None and before["text_digest"] != record["text_digest"]
        if not doubts or not edited or self._accept:
            self._held.drop(key)
            return False
        self._held.add(key, doubts, digest=digest, day=today)
        return True

    def note_unmatched(self, key: str, rows: list[str]) -> None:
        """Note what of the layouts did not match in a page that fits none, until it is counted."""
        self._unmatched[key] = rows

    def add_refused(self, key: str, url: str, code: str) -> None:
        """Count a page of an article that is read as none."""
        rows = self._unmatched.pop(key, [])
        if code not in NOT_LAYOUT:
            self._now.unmatched.update(rows)
            before = self._collection.find_item(key)
            self._now.add_refused(url, group_of(before) if before else key.partition("/")[0], self._limits.steady)

    def add_listing(self, url: str, *, leads: bool) -> None:
        """Count a listing: whether it leads to articles."""
        self._now.add_listing(url, leads=leads, expected=self._listings)

    @property
    def is_due(self) -> bool:
        """Whether anything waits for a judgement, and pages were counted since the last."""
        return self._judged != self._now.pages and self._held.count(Wait.JUDGEMENT) > 0

    def release(self) -> bool:
        """Once nothing is left to fetch: have what waits read again where the run reads well. Whether there is any."""
        self._judged = self._now.pages
        return self._free_judged(self._judge()[0])

    def conclude(self) -> tuple[list[str], list[str], dict[str, Any]]:
        """At the end: what fell short, what else there is to say, each in a line, and what `run.json` keeps of it."""
        verdict, falls = self._judge()
        said = [str(fall) for fall in falls]
        path = self._collection.path
        if verdict is Verdict.FELL_SHORT:
            self._held.hold()
            said += self._name_unmatched()
            said += [f"look at: thanhuy probe {url}" for url in name_samples(falls)]
        else:  # where the run ended before they had their turn, the next begins with them
            self._free_judged(verdict)
        held, waiting = self._held.count(Wait.DEMAND), self._held.count(Wait.JUDGEMENT)
        notes: list[str] = []
        if held:
            line = (
                f"{plural(held, 'new version')} held back for fields lost or found by other rules"
                f"{self._say_since(Wait.DEMAND)}; captures are kept: `thanhuy reread {path}` with a parser that reads"
                f" them, or `thanhuy refresh --into {path} --accept` takes them"
            )
            (said if falls else notes).append(line)
        if waiting:
            notes.append(
                f"{plural(waiting, 'new version')} with fields lost or found by other rules"
                f"{self._say_since(Wait.JUDGEMENT)}, to be judged once {self._limits.pages} pages are read, by this run"
                f" and the next{'' if self._is_ill else ', or taken once the page says the same on another day'};"
                f" `thanhuy refresh --into {path} --accept` takes them now"
            )
        about = {"verdict": verdict, "held": held, "waiting": waiting, **self._now.as_json()}
        return said, notes, about

    def _name_unmatched(self) -> list[str]:
        """The selectors of the layouts that stopped matching, in this run and those that it is counted with."""
        pages, unmatched = self._now.pages, Counter(self._now.unmatched)
        for past in takewhile(lambda past: past.verdict is Verdict.PENDING, self._past):
            pages, unmatched = pages + past.readings.pages, unmatched + past.readings.unmatched
        return [f"selector: {said}: on {count} of {pages} pages" for said, count in unmatched.most_common(MOST_NAMED)]

    def _judge(self) -> tuple[Verdict, list[Any]]:
        if self._accept:
            return Verdict.ACCEPTED, []
        before = []
        for past in self._past:
            if past.verdict not in {Verdict.WELL, Verdict.PENDING, Verdict.FELL_SHORT}:
                break
            before.append((past.readings, past.verdict))
        return judge(self._now, before, self._limits)

    @property
    def _is_ill(self) -> bool:
        """Whether the last run that could be judged fell short."""
        verdicts = (past.verdict for past in self._past)
        return next((verdict for verdict in verdicts if verdict is not Verdict.PENDING), None) is Verdict.FELL_SHORT

    def _say_since(self, wait: Wait) -> str:
        day = self._held.oldest(wait)
        return f" (since {day})" if day else ""

    def _free_judged(self, verdict: Verdict) -> bool:
        """Have what waits for a judgement written: all where the run reads well, what its page says again where too
        few pages are read to tell. Whether there is any.
        """
        if verdict is Verdict.PENDING:
            return not self._is_ill and self._free(Wait.JUDGEMENT, only=self._again)
        return verdict is Verdict.WELL and self._free(Wait.JUDGEMENT)

    def _free(self, *waits: Wait, only: set[str] | None = None) -> bool:
        """Have what waits read once more and written. Whether there is any."""
        keys = [key for key in self._held.keys(*waits) if only is None or key in only]
        for key in keys:
            self._collection.urls.release(key)
            self._held.free(key)
        return bool(keys)

    def _usual(self) -> Baseline:
        """What the records read last show; read when first asked for, since most runs read no page anew."""
        if self._baseline is None:
            self._baseline = Baseline()
            for record in self._records():
                self._baseline.add(record)
        return self._baseline

    def _records(self) -> Iterator[Mapping[str, Any]]:
        """The newest reading of the articles read last, by the present parser; none of runs that fell short."""
        collection, left = self._collection, MOST_REPARSED
        fell = {past.run for past in self._past if past.verdict is Verdict.FELL_SHORT and past.run > self._since}
        seen = set()
        for row in collection.state.latest_versions(self._limits.baseline):
            run = match[1] if (match := _RUN.search(row.jsonl)) else ""
            if row.key in seen or run in fell or run == collection.run or run < self._since:
                continue
            seen.add(row.key)
            try:
                record: Mapping[str, Any] = read_line(collection.path / "articles" / row.jsonl, row)
            except ArchiveError as error:
                logger.debug("%s: %s", id_of(row), error)
                continue
            if record["parser"]["version"] != self._taught.parser:
                left -= 1
                again = reparse(collection.path, self._taught, record) if left >= 0 else None
                if again is None:
                    continue
                record = {**again, "warc": record["warc"]}
            yield record


def _read_past(crawls: Path, own: str) -> Iterator[Past]:
    """The readings of earlier runs, the newest first; what cannot be read is left out."""
    runs = sorted((path.name for path in crawls.glob("[0-9]*") if path.name != own), reverse=True)
    for run in runs[:MOST_RUNS]:
        try:
            about = parse_json(read_small(crawls / run / "run.json"))
            if about["reason"] == "reread":
                yield Past(run=run, readings=Readings(), verdict=Verdict.RENEWED)
            else:
                readings = Readings.from_json(about["readings"])
                yield Past(run=run, readings=readings, verdict=Verdict(about["readings"]["verdict"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue  # a run that broke off, or of an earlier version


def _find_normal(past: list[Past]) -> str:
    """The run since which what is read is what is usual: the first of those that the user accepted last.
    Empty where all that was ever read counts.
    """
    since = ""
    for one in past:
        if since and one.verdict is Verdict.WELL:
            break
        if one.verdict is Verdict.ACCEPTED or since:
            since = one.run
    return since


def _share_of_listings(past: list[Past]) -> float | None:
    """How surely a listing led to articles until now; None where too few were read."""
    counts = [one.readings.counts[LISTED][""] for one in past if LISTED in one.readings.counts]
    pages, leading = sum(count.pages for count in counts), sum(count.shown for count in counts)
    return lowest_share(leading, pages) if pages >= ENOUGH else None


def _digits(moment: str) -> str:
    """A time as the names of runs write it."""
    return re.sub(r"\D", "", moment)
