"""Advice: what to set for a crawl of this site, by what the sample shows, ready to be copied. Pure."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.reporting.amounts import format_size
from crawler.surveying.cost import Cost
from crawler.surveying.of_server import asked_delay
from crawler.surveying.sample import Sample, TraitVerdict
from crawler.surveying.traits import Judged

_LONG = 3.0
"""Days from which a crawl had better run at night alone."""
_NIGHT = "22-6"


@dataclass(frozen=True)
class Advice:
    """One option, and why."""

    key: str
    """As the configuration file has it."""
    value: str | float | bool
    why: str
    optional: bool = False
    """Left to the person: it stands in the file behind a `#`."""

    def as_toml(self) -> str:
        """Its line in the file; JSON's values are TOML's as well."""
        return f"{'# ' if self.optional else ''}{self.key} = {json.dumps(self.value, ensure_ascii=False)}  # {self.why}"


def advise(sample: Sample, judged: Sequence[Judged], cost: Cost | None, delay: float) -> list[Advice]:
    """What to set."""
    verdicts = {one.trait.id: one.judgement.verdict for one in judged}
    found = [Advice("operator", "Your Name <you@example.org>", "the editors should know whom to ask", optional=True)]
    asked = asked_delay(sample)
    why = "robots.txt asks for it" if asked > delay else "seconds between two requests, as in the survey"
    found.append(Advice("delay", max(delay, asked), why))
    if cost is not None and cost.days > _LONG:
        found.append(
            Advice("hours", _NIGHT, f"about {cost.days:.0f} days at this pace: at night alone, three times that")
        )
    photos = next((part for part in cost.parts if part.name == "photos"), None) if cost is not None else None
    if photos is not None and cost is not None and photos.bytes > cost.bytes / 2:
        says = f"photos are {format_size(photos.bytes)} of {format_size(cost.bytes)}; the text is whole without them"
        found.append(Advice("images", False, says, optional=True))
    if TraitVerdict.FAILS in {verdicts["conditional"], verdicts["validators"]}:
        found.append(Advice("daily_bytes", "500MB", "each refresh fetches whole pages: the site sends no 304"))
    if verdicts["tls"] is TraitVerdict.FAILS:
        found.append(
            Advice("cacert", "authority.pem", "the site's certificate is not accepted without it", optional=True)
        )
    if verdicts["refusals"] is TraitVerdict.FAILS:
        found.append(Advice("max_requests", 500, "the site refused some: look at the answers before asking for more"))
    return found


def as_toml(advice: Sequence[Advice]) -> str:
    """The configuration file."""
    return "".join(f"{one.as_toml()}\n" for one in advice)


def next_steps(name: str, judged: Sequence[Judged]) -> list[str]:
    """The commands that come next, in order."""
    name = shlex.quote(name)
    slow = any(one.trait.id == "conditional" and one.judgement.verdict is TraitVerdict.FAILS for one in judged)
    return [
        f"thanhuy crawl --into {name} --config thanhuy.toml",
        f"thanhuy layout {name} --learn",
        f"thanhuy reread {name}",
        f"thanhuy refresh --into {name} --config thanhuy.toml",
        f"thanhuy schedule cron --into {name} --every {'1d' if slow else '6h'}",
    ]
