"""The result of a survey: all that its page shows, and the same as JSON."""

import dataclasses
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from crawler.learning.layouts import Learnt
from crawler.surveying.advice import Advice, advise, as_toml, next_steps
from crawler.surveying.cost import Cost, estimate_cost
from crawler.surveying.fields import FieldFound, count_warnings, find_fields
from crawler.surveying.sample import Sample, TraitVerdict
from crawler.surveying.traits import Judged, judge

SCHEMA = "survey/1"


@dataclass(frozen=True, kw_only=True)
class SurveyResult:
    """What a survey found."""

    name: str
    """The collection's."""
    made_at: str
    software: str
    ended: str
    """How the run ended that took the sample, as Scrapy calls it."""
    sample: Sample
    judged: tuple[Judged, ...]
    fields: tuple[FieldFound, ...]
    warnings: dict[str, list[str]]
    cost: Cost | None
    advice: tuple[Advice, ...]
    learnt: tuple[Learnt, ...] = ()
    why_none: str = ""
    """Why no layout was learnt."""

    def count(self, verdict: TraitVerdict) -> int:
        """Things of which that is said."""
        return sum(one.judgement.verdict is verdict for one in self.judged)

    @property
    def toml(self) -> str:
        """What to set, as a configuration file."""
        return as_toml(self.advice)

    @property
    def commands(self) -> list[str]:
        """What comes next."""
        return next_steps(self.name, self.judged)

    @property
    def asked(self) -> int:
        """Answers that the sample has, those to probes and robots.txt among them."""
        return len(self.sample.specimens)

    def kinds(self) -> dict[str, int]:
        """What the sample is of: kind → pages."""
        kinds = Counter(str(one.kind) for one in self.sample.pages())
        return dict(kinds.most_common())

    def sentence(self) -> str:
        """The result in one sentence."""
        if not any(one.is_html for one in self.sample.pages()):
            why = self.sample.unreachable or "no page of the site was had"
            return f"Nothing can be said of the pages: {why}."
        held, contradicted, open_ = map(self.count, (TraitVerdict.HOLDS, TraitVerdict.FAILS, TraitVerdict.UNKNOWN))
        if held == len(self.judged):
            return f"All {held} things that the crawler takes for granted hold."
        told = [f"Of {len(self.judged)} things that the crawler takes for granted {held} hold"]
        told += [f"{contradicted} {'does' if contradicted == 1 else 'do'} not"] if contradicted else []
        told += [f"{open_} cannot be told from this sample"] if open_ else []
        return f"{', '.join(told)}."


def draw_result(
    sample: Sample, *, name: str, made_at: str, software: str, ended: str, delay: float, images: bool
) -> SurveyResult:
    """Judge a sample."""
    judged = judge(sample)
    cost = estimate_cost(sample, delay, images=images)
    return SurveyResult(
        name=name,
        made_at=made_at,
        software=software,
        ended=ended,
        sample=sample,
        judged=tuple(judged),
        fields=tuple(find_fields(sample)) if sample.articles() else (),
        warnings=count_warnings(sample),
        cost=cost,
        advice=tuple(advise(sample, judged, cost, delay)),
    )


def as_json(result: SurveyResult) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "schema": SCHEMA,
        "collection": result.name,
        "made_at": result.made_at,
        "software": result.software,
        "ended": result.ended,
        "says": result.sentence(),
        "answers": result.asked,
        "kinds": result.kinds(),
        "traits": [
            {
                "id": one.trait.id,
                "takes_for_granted": one.trait.asks,
                "verdict": str(one.judgement.verdict),
                "says": one.judgement.says,
                "otherwise": one.trait.else_,
                "pages": [dataclasses.asdict(shown) for shown in one.judgement.pages],
            }
            for one in result.judged
        ],
        "fields": [dataclasses.asdict(one) for one in result.fields],
        "warnings": result.warnings,
        "cost": _cost_as_json(result.cost),
        "set": {one.key: one.value for one in result.advice if not one.optional},
        "toml": result.toml,
        "commands": result.commands,
        "layouts": {
            "why_none": result.why_none or None,
            "learnt": [_layout_as_json(one) for one in result.learnt],
        },
        "sample": [
            {
                "url": one.url,
                "kind": one.kind,
                "status": one.status,
                "date": one.date,
                "bytes": one.received,
                "probe": str(one.probe) if one.probe else None,
                "again": one.again,
                "refused": one.refused or None,
            }
            for one in result.sample.specimens
        ],
    }


def _cost_as_json(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    whole = {"requests": cost.requests, "bytes": cost.bytes, "days": round(cost.days, 2)}
    return {**dataclasses.asdict(cost), **whole}


def _layout_as_json(learnt: Learnt) -> dict[str, Any]:
    rows = [
        {"field": one.row.field, "css": one.row.css, "found": one.found, "pages": one.pages, "agreed": one.agreed}
        for one in learnt.evidence
    ]
    return {"name": learnt.layout.name, "pages": learnt.pages, "fits": learnt.fits, "rows": rows}


def format_json(result: SurveyResult) -> bytes:
    """The result as a file."""
    return json.dumps(as_json(result), ensure_ascii=True, indent=1).encode() + b"\n"
