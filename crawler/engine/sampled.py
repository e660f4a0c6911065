"""The frontier of a survey: it takes a sample of what is queued, asks a few things on purpose, and then ends the run.

Everything that is found is queued as in any crawl, so that a later crawl goes on from there. What is asked on purpose
is archived under a name of its own, so that it says nothing of the page at its address; which of it was asked, and
what came of it, stands in the state.
"""

import json
import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure

from archive.errors import ArchiveError
from archive.state.rows import UrlRow
from archive.state.states import UrlState, in_sql
from crawler.engine.capture import ASIDE
from crawler.engine.failures import describe_failure
from crawler.engine.frontier import Frontier
from crawler.engine.session import Postponed
from crawler.planning.probes import Probe, plan_probes
from crawler.planning.sampling import FURTHER, part_of
from crawler.site.scope import HOME, Kind, url_key
from crawler.surveying.conclude import SurveyRun, conclude
from crawler.surveying.gather import ASKED, ASKED_AGAIN, AskedOnPurpose, read_tally

logger = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds that an incomplete sample waits for what is to be tried again."""
_READ = "page IS NOT NULL AND read = 1"


class SampledFrontier(Frontier):
    """Scrapy's scheduler, of a survey."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asking = 0
        """What is asked on purpose and not answered yet."""
        self._sent: set[str] = set()
        """What was asked on purpose in this run."""
        self._session.at_end.append(self._conclude)

    def open(self, spider: Spider) -> None:
        """Count what earlier runs of the survey have taken."""
        super().open(spider)
        pages = self._crawler.settings.getint("SURVEY_PAGES")
        self._tally = read_tally(self._collection.state, pages, self._session.taught.calendar)

    def next_request(self) -> Request | None:
        """The request whose turn it is; with the last the run is over."""
        try:
            self._ask_on_purpose()
            self._ask_again()
            request = super().next_request()
            if request is None and self._is_over():
                self._session.finish_early(f"a sample of {self._tally.taken} pages")
        except ArchiveError as failure:
            self._session.stop(failure)
            return None
        return request

    def _is_over(self) -> bool:
        """Whether nothing is under way, and what is left is the next crawl's."""
        if self._asking or self._urls.in_flight(tuple(Kind)) or not self._urls.pending():
            return False
        soon = time.time() + PATIENCE
        waiting = self._urls.count_where(f"{in_sql({UrlState.WAITING})} AND due <= :soon", soon=soon)
        return self._tally.is_complete or not waiting

    def _take(self) -> UrlRow | None:
        return self._urls.take(pick=self._pick)

    def _pick(self, queued: Iterator[UrlRow]) -> UrlRow | None:
        """What is asked for again, else what the sample lacks."""
        for url in self._facts(ASKED_AGAIN).values():
            known = self._urls.find(url_key(url))
            if known is not None and known.state == UrlState.QUEUED and known.page is not None:
                return known
        row = self._tally.choose(queued)
        if row is not None:
            self._tally.add(row)
        return row

    def _conclude(self, reason: str) -> None:
        """Draw what the sample shows."""
        settings, outcome = self._crawler.settings, self._session.outcome
        run = SurveyRun(
            taught=self._session.taught,
            unreachable=outcome.unreachable,
            delay=settings.getfloat("DOWNLOAD_DELAY"),
            images=settings.getbool("FETCH_IMAGES"),
            reason=reason,
        )
        conclude(self._collection, run)

    def _facts(self, beginning: str) -> dict[str, str]:
        return self._collection.state.facts(beginning)

    def _ask_on_purpose(self) -> None:
        """Queue the probes that can be asked by now, once the site has answered at all."""
        article = self._one_read(f"kind = '{Kind.ARTICLE}'")
        if not self._session.outcome.answered and article is None:
            return
        further = next(
            (row for row in self._read_rows(f"kind = '{Kind.LISTING}'") if part_of(row.kind, row.url) == FURTHER), None
        )
        for probe in plan_probes(article.url if article else None, further.url if further else None):
            if probe.id not in self._sent and f"{ASKED}{probe.id}" not in self._facts(ASKED):
                self._sent.add(probe.id)
                self._asking += 1
                self._tally.add_other()
                self._errands.append(self._as_errand(probe))

    def _as_errand(self, probe: Probe) -> Request:
        meta = {ASIDE: f"{ASKED}{probe.id}", "dont_redirect": True, "handle_httpstatus_all": True}
        return Request(
            probe.url,
            callback=partial(self._hear, probe),
            errback=partial(self._miss, probe),
            dont_filter=True,
            meta=meta,
        )

    def _note(self, probe: Probe, failure: str | None) -> None:
        asked: AskedOnPurpose = {"url": probe.url, "failed": failure}
        self._collection.state.set_fact(f"{ASKED}{probe.id}", json.dumps(asked))

    def _hear(self, probe: Probe, response: Response) -> None:
        self._asking -= 1
        self._note(probe, None)

    def _miss(self, probe: Probe, failure: Failure) -> None:
        """No answer: the host is not there, robots.txt forbids it, or the run ends before its turn."""
        self._asking -= 1
        if isinstance(failure.value, Postponed):
            return
        host = urlparse_cached(Request(probe.url)).hostname or ""
        error: Any = failure.value
        self._note(probe, describe_failure(error, certificate=self._session.certificates.get(host)))
        logger.info("%s: %s", probe.url, failure.getErrorMessage())

    def _ask_again(self) -> None:
        """Queue two pages once more that have validators: the home page, and an article."""
        done = self._facts(ASKED_AGAIN)
        chosen = {
            Kind.HOME: self._one_read(f"kind = '{Kind.HOME}' AND key = :key", key=url_key(HOME)),
            Kind.ARTICLE: self._one_read(f"kind = '{Kind.ARTICLE}'"),
        }
        for kind, row in chosen.items():
            name = f"{ASKED_AGAIN}{kind}"
            if row is None or name in done or not (row.etag or row.last_modified):
                continue
            if self._urls.requeue(row.key):
                self._collection.state.set_fact(name, row.url)

    def _one_read(self, condition: str, **parameters: str) -> UrlRow | None:
        return next(self._read_rows(condition, **parameters), None)

    def _read_rows(self, condition: str, **parameters: str) -> Any:
        return self._urls.where(f"{_READ} AND {condition} ORDER BY id", **parameters)
