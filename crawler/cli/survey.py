"""`thanhuy survey`: first contact with the site, and the start of its collection."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.files import read_small
from crawler.cli.configuration import Configured, refuse_odd_variables
from crawler.cli.crawl import run_verb
from crawler.cli.options import as_settings, crawl_options_but
from crawler.cli.values import STDOUT, check_target, force_option, plain, write_target
from crawler.planning.sampling import PAGES, SPARE
from crawler.reporting.document import MARK_WITHIN, mark_of

if TYPE_CHECKING:
    from crawler.engine.outcome import Outcome

DEFAULT = Path("survey.html")
_NOT_ITS_OWN = (
    *("limit", "since", "until", "section", "max_depth", "seeds", "concurrency"),
    *("max_requests", "media_requests", "media_bytes", "health"),
)
"""Options of a crawl that a survey has no use for: it takes what it takes of the whole site, one at a time."""


@click.command("survey", cls=Configured)
@crawl_options_but(*_NOT_ITS_OWN)
@click.option("--pages", type=click.IntRange(min=5), default=PAGES, show_default=True, help="Pages to sample, at most.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The page to write; - is stdout.  [default: survey.html]",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON; write the page only where -o names a file."
)
@force_option
def command(pages: int, output: Path | None, as_json: bool, force: bool, **options: Any) -> int:
    """Look at the site before it is crawled: what holds of what the crawler takes for granted, and what to set.

    Takes a small sample at the crawl's own pace, robots.txt obeyed: home page, listings, articles of many years,
    documents, photos, feeds; and asks a few things on purpose, such as an article that there is not. What it fetched
    is the start of the collection: `thanhuy crawl --into DIR` goes on from it and fetches none of it again.
    The same command after an interruption goes on with the sample, and after its end draws it again.

    \b
    thanhuy survey --into my-archive --operator "Nguyen An <an@example.org>"
    thanhuy survey --into my-archive --pages 30 -o first-look.html
    thanhuy survey --into my-archive --json
    """
    refuse_odd_variables()
    if as_json and output == STDOUT:
        raise click.UsageError("--json and -o -: expected one of them on stdout, got both")
    target = output or (None if as_json else DEFAULT)
    if target is not None and target != STDOUT and not options["dry_run"]:
        check_target(target, force=force, reads=[options["into"]], is_ours=_is_survey, ours="is no survey")
    chosen = {
        **as_settings(options),
        "SEEDS": [],
        "SURVEY_PAGES": pages,
        "SCHEDULER": "crawler.engine.sampled.SampledFrontier",
        "MAX_REQUESTS": max(SPARE, pages + SPARE - _count_captures(options["into"])),
    }
    options["quiet"] |= as_json or target == STDOUT  # what goes to stdout is for a program
    shown = partial(_deliver, into=options["into"], target=target, as_json=as_json, quiet=options["quiet"])
    return run_verb(chosen, options, _preview, shown)


def _is_survey(beginning: bytes) -> bool:
    return mark_of("survey").encode() in beginning[:MARK_WITHIN]


def _count_captures(into: Path) -> int:
    """What an earlier part of the survey has cost."""
    from archive.directory import read_collection
    from archive.state.database import open_copy

    if into.exists():
        read_collection(into)
    if not (into / "state.sqlite").exists():
        return 0
    with open_copy(into / "state.sqlite") as state:
        return state.counts()["captures"]


def _deliver(outcome: "Outcome", *, into: Path, target: Path | None, as_json: bool, quiet: bool) -> None:
    """Give the page and the result to who asked for them; nothing where the run came to none."""
    from crawler.surveying.conclude import FIGURES, PAGE

    run = into / "crawls" / outcome.run
    if not outcome.run or not (run / FIGURES).exists():
        return
    page, figures = read_small(run / PAGE), read_small(run / FIGURES)
    if target == STDOUT:
        sys.stdout.buffer.write(page)
    elif target is not None:
        write_target(target, [page])
    if as_json:
        click.echo(figures.decode(), nl=False)
    elif not quiet:
        for line in _summarise(json.loads(figures)):
            click.echo(line)
        click.echo(f"{'page:':12}{target}")


def _summarise(figures: dict[str, Any]) -> Iterator[str]:
    """The result on a terminal: what does not hold, and what it costs."""
    yield plain(figures["says"])
    for trait in figures["traits"]:
        if trait["verdict"] != "holds":
            yield f"  {trait['verdict']}: {plain(trait['takes_for_granted'])} {plain(trait['says'])}"
    cost = figures["cost"]
    if cost is not None:
        yield (
            f"a crawl: about {cost['requests']:,} requests, {cost['bytes'] / 1e6:,.0f} MB, {cost['days']:.1f} days"
            f" for {cost['articles']:,} articles ({cost['low']:,} to {cost['high']:,})"
        )


def _preview(into: Path, chosen: dict[str, Any]) -> Iterator[str]:
    """The addresses that the sample would take of what is known by now, and what would be asked on purpose."""
    from archive.state.database import open_copy
    from archive.state.states import UrlState, in_sql
    from archive.state.urls import Urls
    from crawler.learning.kept import read_taught
    from crawler.planning.probes import plan_probes
    from crawler.site.scope import HOME
    from crawler.surveying.gather import ASKED, read_tally

    asked: set[str] = set()
    if not (into / "state.sqlite").exists():
        yield HOME
    else:
        with open_copy(into / "state.sqlite") as state:
            tally = read_tally(state, chosen["SURVEY_PAGES"], read_taught(into).calendar)
            asked = set(state.facts(ASKED))
            queued = list(Urls(state).where(in_sql({UrlState.QUEUED})))
        while (chosen_next := tally.choose(queued)) is not None:
            queued.remove(chosen_next)
            tally.add(chosen_next)
            yield chosen_next.url
    for probe in plan_probes(None, None):
        if f"{ASKED}{probe.id}" not in asked:
            yield probe.url
