"""The conclusion of a survey: what the sample shows, kept beside the run, and a layout learnt where its pages suffice.

Works on the collection that is being written, at the end of the run that took the sample.
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.collection import Collection
from crawler.learning.kept import name_next
from crawler.learning.layouts import learn_layouts
from crawler.learning.observing import StoredPage
from crawler.learning.writing import format_layouts
from crawler.pages import Taught
from crawler.surveying.gather import gather
from crawler.surveying.page import draw_survey
from crawler.surveying.result import SurveyResult, draw_result, format_json
from crawler.surveying.sample import Sample

logger = logging.getLogger(__name__)

PAGE, FIGURES, LAYOUT = "survey.html", "survey.json", "layout.toml"
"""What the run's directory holds of it."""
_TOO_FEW = "expected at least 6 articles of one design whose headline and text one selector finds, got none"


@dataclass(frozen=True, kw_only=True)
class SurveyRun:
    """What the run that took the sample knows beside its captures."""

    taught: Taught
    unreachable: str
    delay: float
    images: bool
    reason: str
    """Why the run ended, as Scrapy calls it."""


def conclude(collection: Collection, run: SurveyRun) -> None:
    """Judge the sample, learn from it, and keep what came of it beside the run. Raises ArchiveError."""
    collection.flush()
    sample = gather(collection, run.taught, run.unreachable)
    result = draw_result(
        sample,
        name=collection.path.resolve().name,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        software=collection.options.software,
        ended=run.reason,
        delay=run.delay,
        images=run.images,
    )
    if run.reason != "shutdown":  # who interrupts does not want to wait
        result = _learn(result, name_next(collection.path))
    if result.learnt:
        collection.keep_beside(LAYOUT, [format_layouts(result.learnt).encode()])
    collection.keep_beside(PAGE, [draw_survey(result)])
    collection.keep_beside(FIGURES, [format_json(result)])


def _learn(result: SurveyResult, name: str) -> SurveyResult:
    """Learn layouts as `thanhuy layout --learn` does. They are not put in force: a crawl brings more pages."""
    try:
        found = learn_layouts(_stored(result.sample), name)
    except Exception as error:  # noqa: BLE001 - a fault of learning must not cost the survey
        logger.warning("no layout was learnt: %s: %s", type(error).__name__, error)
        return replace(result, why_none=f"learning failed: {type(error).__name__}")
    return replace(result, learnt=tuple(found), why_none="" if found else _TOO_FEW)


def _stored(sample: Sample) -> list[StoredPage]:
    return [
        StoredPage(url=one.url, body=one.body, headers={"Content-Type": one.header("Content-Type") or ""})
        for one in sample.articles()
    ]
