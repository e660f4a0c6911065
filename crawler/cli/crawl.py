"""`thanhuy crawl` and `thanhuy refresh`: fetch the site, and keep what was fetched up to date."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from archive.errors import ArchiveError
from crawler.cli.configuration import Configured, refuse_odd_variables, tables_of
from crawler.cli.exits import CommandFailed, Exit, code_of, complain, plain
from crawler.cli.options import as_settings, check_seeds, crawl_options, read_seeds
from crawler.planning.begun import OPTIONS, BegunScope
from crawler.planning.limits import Limits
from crawler.site.scope import HOME

if TYPE_CHECKING:
    from archive.state.database import State
    from crawler.engine.outcome import Outcome


@click.command("crawl", cls=Configured)
@click.argument("urls", nargs=-1, metavar="[URL ...]")
@crawl_options
@click.option(
    "--fill-gaps",
    is_flag=True,
    help="Look again at the listing pages around stretches where articles seem to be missing.",
)
def crawl(urls: tuple[str, ...], **options: Any) -> int:
    """Crawl from the seeds, by default the site's home page, into a collection.

    Follows sections, their pages and their articles; keeps every exchange in WARC files and every article as a JSON
    line.
    Run the same command again to go on after an interruption: nothing is fetched twice.

    \b
    thanhuy crawl --into my-archive
    thanhuy crawl https://www.thanhuytphcm.vn/nhom-tin/quan-1-1197604608 --into quan-1 --limit 100
    thanhuy crawl --into my-archive --operator "Nguyen An <an@example.org>" --delay 5 --since 2024-01-01
    """
    refuse_odd_variables()
    seeds = check_seeds(urls + read_seeds(options["seeds"]))
    return run_verb({**as_settings(options), "SEEDS": seeds}, options, _dry_run)


@click.command("refresh", cls=Configured)
@crawl_options
@click.option(
    "--confirm-gone", is_flag=True, help="Believe a 404 at once, instead of after a second one on another day."
)
@click.option(
    "--accept",
    is_flag=True,
    help="Take records and deletions that a health check held back, and what is read now as usual.",
)
@click.option("--recheck", is_flag=True, help="Ask for every known article again, due or not.")
def refresh(**options: Any) -> int:
    """Fetch what is new, edited or gone since the last crawl.

    Keeps to the seeds, sections, depth and photos that the collection was begun with.
    Looks at the first page of every listing, and turns the page only while there is something new.
    Known articles are asked for
    again with conditional requests, new ones soon and often, old ones rarely:
    after half their age, between 6 hours and 180 days.
    An edit makes a new version; two 404s on different days make an article `gone`, and keep its text.

    \b
    thanhuy refresh --into my-archive
    thanhuy refresh --into my-archive --max-time 1h --quiet
    """
    from archive.directory import read_collection

    refuse_odd_variables()
    about = read_collection(options["into"])  # a misspelt name would begin another archive
    chosen = {**as_settings(options), "SEEDS": list(read_seeds(options["seeds"])), "REFRESH": True}
    begun = BegunScope.parse(about.get("scope"))
    if begun is not None:
        source = click.get_current_context().get_parameter_source
        given = {name for name in OPTIONS if source(name) is not ParameterSource.DEFAULT}
        chosen |= {name: value for name, value in begun.settings(given).items() if value is not None}
    return run_verb(chosen, options, _dry_run)


def run_verb(
    chosen: dict[str, Any],
    options: dict[str, Any],
    preview: Callable[[Path, dict[str, Any]], Iterator[str]],
    deliver: Callable[["Outcome"], None] = lambda outcome: None,
) -> int:
    """Crawl with these settings, or print what `preview` says would be asked for. `deliver` is told of a run that came
    to its end, whatever end that was.
    """
    if options["dry_run"]:
        for line in preview(options["into"], chosen):
            click.echo(plain(line))
        return 0
    from crawler.reporting.runs import name_command
    from crawler.scheduling.notify import Notifier

    notifier = Notifier(tables_of(click.get_current_context()).get("notify", {}), options["into"], complain)
    notifier.tell_start(name_command(chosen))
    code, message = Exit.ERROR, ""
    try:
        code = _crawl(chosen, options, deliver)
    except Exception as error:
        code, message = code_of(error), str(error)
        raise
    finally:
        notifier.tell_end(code, message or code.says)
    return code


def _crawl(chosen: dict[str, Any], options: dict[str, Any], deliver: Callable[["Outcome"], None]) -> Exit:
    from crawler.cli.endings import report
    from crawler.cli.mirror import push_run
    from crawler.cli.seal import attest_run
    from crawler.cli.watching import watching
    from crawler.engine.process import JsonFormatter, run_crawl

    try:
        quiet, json_logs = options["quiet"], options["json_logs"]
        with watching(shown=options["progress"], quiet=quiet or json_logs) as watch:
            outcome = run_crawl(chosen, quiet=quiet, json_logs=json_logs, watch=watch)
        if outcome.closed and outcome.failure is None:
            outcome.shortfalls += attest_run(options, outcome.run) + push_run(options)
        deliver(outcome)
        return report(outcome, options["into"], quiet=options["quiet"])
    except CommandFailed as failure:
        if not options["json_logs"]:
            raise
        record = logging.LogRecord("thanhuy", logging.ERROR, __file__, 0, str(failure), None, None)
        click.echo(JsonFormatter().format(record), err=True)
        return failure.code


def _dry_run(into: Path, chosen: dict[str, Any]) -> Iterator[str]:
    """The addresses that a run would begin with, in its order:
    those known to be left that its limits let through, and the seeds.
    """
    import time

    from archive.directory import read_collection
    from archive.state.database import open_copy
    from archive.state.urls import Urls
    from crawler.learning.kept import read_taught
    from crawler.planning.kinds import EMBEDDED, ITEM_KINDS
    from crawler.site.scope import url_key

    limits = replace(Limits.of(chosen.get), calendar=read_taught(into).calendar)
    articles, most = 0, chosen.get("ARTICLE_LIMIT") or float("inf")
    seen = set()
    if into.exists():
        read_collection(into)
    if (into / "state.sqlite").exists():
        with open_copy(into / "state.sqlite") as state:
            urls = Urls(state)
            for condition in _due_conditions(chosen):
                for row in urls.where(f"({condition}) ORDER BY priority DESC, id", now=time.time()):
                    if row.key in seen:
                        continue
                    seen.add(row.key)
                    known = _find_record(into, state, row.key) if row.kind in ITEM_KINDS and limits.narrow else None
                    if row.kind not in EMBEDDED and limits.leaves_out(row, known):
                        continue
                    articles += row.kind in ITEM_KINDS
                    if row.kind not in ITEM_KINDS or articles <= most:
                        yield row.url
            seen |= {url_key(seed) for seed in chosen["SEEDS"] or [HOME] if urls.find(url_key(seed))}
    for seed in chosen["SEEDS"] or [HOME]:
        if url_key(seed) not in seen:
            yield seed


def _due_conditions(chosen: dict[str, Any]) -> Iterator[str]:
    """Conditions in SQL on the frontier's rows, one after the other as a run takes them up; `:now` is the time."""
    from archive.state.states import SETTLED, UrlState, in_sql
    from crawler.planning.kinds import FIRST_PAGES, ITEM_KINDS

    left = in_sql((UrlState.QUEUED, UrlState.ACTIVE, UrlState.REFUSED))
    late = in_sql((UrlState.WAITING, UrlState.FAILED))
    yield f"{left} OR ({in_sql((UrlState.EXCLUDED,))} AND page IS NULL) OR ({late} AND due <= :now)"
    if chosen.get("REFRESH"):
        for first in FIRST_PAGES:
            yield f"{in_sql(SETTLED)} AND ({first})"
        kinds = ", ".join(f"'{kind}'" for kind in ITEM_KINDS)
        due = "1" if chosen.get("RECHECK") else "due <= :now"
        yield f"{in_sql((UrlState.DONE,))} AND kind IN ({kinds}) AND {due}"


def _find_record(into: Path, state: "State", key: str) -> dict[str, Any] | None:
    """The newest record of an article. None where there is none, or none that can be read."""
    from archive.lines.reader import read_line

    row = state.find_version(key)
    if row is None:
        return None
    try:
        return read_line(into / "articles" / row.jsonl, row)
    except (ArchiveError, OSError):
        return None
