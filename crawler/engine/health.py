"""Health: what a run's figures say about the site's layout and our reading of it."""

from collections.abc import Mapping
from typing import Any

from crawler.planning.health import Thresholds

READ_STORED = "archive/read"
"""Statistic: pages that were read from the archive, and not asked of the site."""
ENOUGH = 20
"""Pages below which shares say nothing."""


def find_shortfalls(stats: Mapping[str, Any], limits: Thresholds) -> list[str]:
    """What fell short, each in a line for a tired archivist; empty where all is well."""
    kept = stats.get("articles/kept", 0) + stats.get("articles/unchanged", 0)
    refused = sum(
        count for name, count in stats.items() if name.startswith("layout_errors/") and not name.endswith("/soft-404")
    )
    undated, failed = stats.get("articles/undated", 0), stats.get("frontier/failed", 0)
    answered = stats.get("response_received_count", 0) - stats.get(READ_STORED, 0)
    found = []
    if (crashed := stats.get("spider_exceptions/count", 0)) > 0:
        found.append(f"{crashed} pages could not be read for an error of ours; their captures are kept, see crawl.log")
    if kept + refused >= ENOUGH and refused > limits.most_refused * (kept + refused):
        found.append(
            f"{refused} of {kept + refused} article pages were read as no article; the site may have a new layout"
        )
    if kept >= ENOUGH and undated > limits.most_undated * kept:
        found.append(f"{undated} of {kept} articles have no date; the site may have a new layout")
    if (postponed := stats.get("frontier/postponed", 0)) > 0:
        found.append(f"{postponed} photos or attachments wait for the next run, since their host is not to be reached")
    if answered + failed >= ENOUGH and failed > limits.most_failed * (answered + failed):
        found.append(f"{failed} of {answered + failed} requests failed; the next run asks again")
    return found
