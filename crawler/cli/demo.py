"""`thanhuy demo`: the whole job on the bundled sample site, without network."""

import errno
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import progress_option
from crawler.reporting.amounts import format_size

if TYPE_CHECKING:
    from crawler.demo.server import RunningSite


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-collection"),
    show_default=True,
    help="The collection's directory.",
)
@click.option(
    "--keep-serving", is_flag=True, help="Serve the sample site until Ctrl-C, to look at it or to crawl it by hand."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Serve on this port. Default: a free one.")
@progress_option
def command(into: Path, keep_serving: bool, port: int, progress: bool | None) -> int:
    """Serve the sample site on loopback, crawl it over TLS under the real host names, verify the result,
    and say what to try next.

    \b
    thanhuy demo
    thanhuy demo --into /tmp/demo --keep-serving
    """
    from crawler.cli.endings import judge
    from crawler.cli.watching import watching
    from crawler.demo.server import serve
    from crawler.demo.truth import SampleSite
    from crawler.engine.process import run_crawl

    try:
        with serve(SampleSite(), port=port) as running:
            assert running.ca_path is not None
            click.echo(f"sample site: serving thanhuytphcm.vn on 127.0.0.1:{running.http_port}", err=True)
            chosen = {
                "COLLECTION": str(into),
                "CONNECT_TO": [running.connect_to],
                "CACERT": str(running.ca_path),
                "DOWNLOAD_DELAY": 0.0,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
                "CONCURRENT_REQUESTS": 4,
            }
            with watching(shown=progress, quiet=False) as watch:
                outcome = run_crawl(chosen, quiet=False, json_logs=False, watch=watch)
            # The crawl's handlers are still there, and would swallow a Ctrl-C from here on.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler)
            code = judge(outcome)
            if outcome.failure is not None or code is Exit.INTERRUPTED:
                raise CommandFailed(
                    str(outcome.failure or f"{into}: interrupted; run the same command again to go on"), code
                )
            click.echo(_summary(into, outcome.stats, outcome.counts, len(running.log)))
            sound = _verify(into) and _agrees(into, running)
            click.echo(_next_steps(into))
            if keep_serving:
                _keep_serving(running.http_port, running.connect_to, running.ca_path)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CommandFailed(f"port {port}: is taken; choose another with --port", Exit.USAGE) from error
    return code if sound else Exit.DAMAGE


def _summary(into: Path, stats: dict[str, Any], counts: dict[str, int], requests: int) -> str:
    size = sum(path.stat().st_size for path in into.rglob("*") if path.is_file())
    rows = (
        ("pages read", stats.get("pages/read", 0)),
        ("photos", stats.get("files/image", 0)),
        ("attachments", stats.get("files/attachment", 0)),
        ("requests the site saw", requests),
        ("captures in the archive", counts.get("captures", 0)),
        ("articles in the archive", counts.get("items", 0)),
        ("size on disk", format_size(size)),
    )
    return "\n".join(f"{name + ':':26}{value}" for name, value in rows)


def _verify(into: Path) -> bool:
    """Verify as `thanhuy verify` does; say what came of it. True where nothing is damaged."""
    from archive.verify.findings import Severity
    from archive.verify.runner import VerifyOptions, verify
    from crawler.articles import article_rules

    report = verify((into,), VerifyOptions(items=article_rules()))
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            click.echo(finding.format(), err=True)
    verdict = "damaged" if report.is_damaged() else "sound"
    click.echo(
        f"{'verified:':26}{report.checked['records']} records, {report.checked['items']} article lines: {verdict}"
    )
    return not report.is_damaged()


def _agrees(into: Path, running: "RunningSite") -> bool:
    """Hold every record against what the sample site says, field by field;
    and the crawl against the faults that are planted in it.
    """
    from crawler.demo.compare import compare
    from crawler.demo.planted import PLANTED, fallen_for

    records = [json.loads(line) for line in (into / "articles.jsonl").read_text("utf-8").splitlines()]
    differences = compare(running.site, records)
    for difference in differences:
        click.echo(str(difference), err=True)
    click.echo(f"{'held against the site:':26}{len(records)} articles, {len(differences)} fields differ")
    fallen = fallen_for(running.log, records)
    for planted, url in fallen:
        click.echo(f"{url}: fell for what is planted there: {planted.says}", err=True)
    met = "each met as it should be" if not fallen else f"{len(fallen)} fallen for"
    click.echo(f"{'planted in the site:':26}{len(PLANTED)} faults, {met}")
    for planted in PLANTED:
        click.echo(f"{'':26}{planted.says}")
    return not differences and not fallen


def _next_steps(into: Path) -> str:
    thanhuy = sys.argv[0] if Path(sys.argv[0]).name == "thanhuy" else "thanhuy"
    load = f"[json.loads(line)['title'] for line in open('{into}/articles.jsonl', encoding='utf-8')]"
    return f"""
It is all in {into}/ :
  articles.jsonl      one article a line
  warc/               every exchange, byte for byte

Try next:
  {thanhuy} verify {into}
  {thanhuy} report {into}             # report.html: coverage, gaps, filled fields, errors
  {thanhuy} demo --keep-serving --into {into}   # the sample site itself, in a browser
  python3 -c "import json; print(*{load}, sep='\\n')"
"""


def _keep_serving(port: int, connect_to: str, ca: Path) -> None:
    try:
        click.echo(f"Serving the sample site until Ctrl-C. Open it in a browser:  http://127.0.0.1:{port}/")
        click.echo("Or crawl it by hand:\n")
        click.echo(f"  thanhuy crawl --into by-hand --delay 0 --connect-to {connect_to} --cacert {ca}\n")
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
