"""How a crawl ended: its exit code, and what a person is told."""

import click

from crawler.cli.exits import CODES, CommandFailed, Exit, complain, drop_output
from crawler.engine.outcome import AT_ONCE, Outcome


def judge(outcome: Outcome) -> Exit:
    """The exit code that tells the truth about a crawl."""
    if outcome.failure is not None:
        return next((code for kind, code in CODES if isinstance(outcome.failure, kind)), Exit.ERROR)
    if outcome.reason in {"shutdown", AT_ONCE}:
        return Exit.INTERRUPTED
    if not outcome.closed:
        return Exit.ERROR
    if outcome.unreachable:
        return Exit.UNREACHABLE
    if outcome.shortfalls:
        return Exit.UNHEALTHY
    return Exit.DONE


def report(outcome: Outcome, into: object, *, quiet: bool) -> Exit:
    """Say what came of the crawl; return the exit code. Raises CommandFailed where it ended badly."""
    code = judge(outcome)
    pages, new = outcome.stats.get("pages/read", 0), outcome.new_versions
    summary = (
        f"{into}: {pages} pages read, {new} articles new or changed, {outcome.counts.get('items', 0)} articles in all"
    )
    endings = {
        Exit.INTERRUPTED: (
            f"interrupted{' at once' if outcome.reason == AT_ONCE else ''}; run the same command again to go on"
        ),
        Exit.ERROR: "the crawl ended before its files were finished; run the same command again to go on",
        Exit.UNREACHABLE: f"{Exit.UNREACHABLE.says} ({outcome.unreachable})",
    }
    if outcome.failure is not None:
        raise CommandFailed(str(outcome.failure), code)
    if outcome.spent:
        summary += f"; stopped early: {outcome.spent}"
    if code in endings:
        raise CommandFailed(f"{into}: {endings[code]}", code)
    if not quiet:
        _say(summary)
        for note in outcome.notes:
            complain(f"{into}: {note}")
    for shortfall in outcome.shortfalls:
        complain(f"{into}: {shortfall}")
    return code


def _say(summary: str) -> None:
    """Print it. The crawl is done and its data is written, so a stdout that takes nothing changes nothing."""
    try:
        click.echo(summary)
    except OSError as error:
        complain(f"stdout: {error.strerror or error}; {summary}")
        drop_output()
