"""`thanhuy crawl`: fetch the site, or go on where an interrupted crawl stopped."""

from typing import Any

import click

from crawler.cli.options import as_settings, check_seeds, crawl_options


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL ...]")
@crawl_options
def command(urls: tuple[str, ...], **options: Any) -> int:
    """Crawl from the seeds, by default the site's home page, into a collection.

    Follows sections, their pages and their articles; keeps every exchange in WARC files and every article as a JSON line.
    Run the same command again to go on after an interruption: nothing is fetched twice.

    \b
    thanhuy crawl --into my-archive
    thanhuy crawl https://www.thanhuytphcm.vn/nhom-tin/quan-1-1197604608 --into quan-1 --limit 100
    thanhuy crawl --into my-archive --operator "Nguyễn An <an@example.org>" --delay 5
    """
    from crawler.cli.running import report, run_crawl

    chosen = {**as_settings(options), "SEEDS": check_seeds(urls)}
    outcome = run_crawl(chosen, quiet=options["quiet"], json_logs=options["json_logs"], progress=options["progress"])
    return report(outcome, options["into"])
