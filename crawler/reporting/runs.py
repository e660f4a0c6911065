"""What a run says of itself in `crawls/TIMESTAMP/run.json`, in words a person reads."""

from collections.abc import Mapping
from typing import Any

from crawler.reporting.lenient import mapping, text, texts, whole
from crawler.reporting.report_data import RunSummary

OPTIONS = {
    "SEEDS": "", "FILL_GAPS": "--fill-gaps", "CONFIRM_GONE": "--confirm-gone", "SINCE": "--since", "UNTIL": "--until",
    "SECTIONS": "--section", "ARTICLE_LIMIT": "--limit", "MAX_DEPTH": "--max-depth", "MAX_REQUESTS": "--max-requests",
    "MAX_BYTES": "--max-bytes", "MAX_SECONDS": "--max-time", "DAILY_REQUESTS": "--daily-requests",
    "DAILY_BYTES": "--daily-bytes",
    "DAILY_SECONDS": "--daily-time", "MEDIA_REQUESTS": "--media-requests", "MEDIA_BYTES": "--media-bytes",
    "HOURS": "--hours",
}  # fmt: skip
"""Setting → the option of the command line that sets it."""
UNSET: tuple[object, ...] = (None, "None", "", 0, 0.0, False, [])
ENDINGS = {
    "finished": "done",
    "shutdown": "interrupted, to be gone on with",
    "budget_spent": "stopped where its budget was spent",
    "unreachable": "the site could not be reached or refused us",
    "archive_failed": "stopped, since the archive could take no more",
    "repair": "repaired",
    "repack": "small files merged",
    "reread": "stored pages read again",
    "adopt": "captures of others taken in",
}
"""Reason in `run.json` → what it means."""
MENDING = ("repair", "repack")
"""Reasons of runs that fetch nothing and end by themselves."""
REMEDIES = (
    ("new layout", "look at one of the pages with `thanhuy probe URL`; a newer version may read it from the archive"),
    ("error of ours", "a newer version reads them from the archive; please report the error in crawl.log"),
    ("requests failed", "run the same command again"),
)
"""Words of a health check that fell short → what to do about it."""

HELD = {
    "judgement": "with fields lost or found by other rules, to be judged once more pages are read",
    "demand": "held back for fields lost or found by other rules: `thanhuy reread` with a newer parser, or `thanhuy"
    " refresh --accept`, takes them",
}
"""What new versions wait for → what to say of them."""


def read_run(run_id: str, value: object) -> RunSummary:
    """A run from its `run.json`, whatever that holds."""
    run = mapping(value)
    stats, configuration = mapping(run.get("stats")), mapping(run.get("configuration"))
    health = texts(run.get("health"))
    reason = text(run.get("reason")) or "unknown"
    return RunSummary(
        id=run_id,
        command=find_command(reason, run, configuration),
        began=text(run.get("began")),
        ended=text(run.get("ended")),
        outcome=_outcome(reason, run, health),
        exit=find_exit(reason, run, health),
        requests=whole(stats.get("downloader/request_count")),
        received=whole(stats.get("downloader/response_bytes")),
        new=whole(run.get("new_versions")),
        gone=whole(stats.get("articles/gone")),
        unchanged=whole(stats.get("articles/unchanged")),
        health=[f"{one} ({remedy})" if (remedy := find_remedy(one)) else one for one in health],
        skipped={
            name: number for name, one in mapping(run.get("skipped")).items() if (number := whole(one)) is not None
        },
        recovered=texts(run.get("recovered")),
        software=text(run.get("software")) or "",
    )


def find_command(reason: str, run: Mapping[str, Any], configuration: Mapping[str, Any]) -> str:
    """The command with the options that choose what is fetched; empty where nothing tells."""
    if reason in MENDING:
        return reason
    for verb, told in (("reread", "reread"), ("adopt", "adopted")):
        if run.get(told) is not None:
            return verb
    if not configuration:
        return ""
    words = [name_command(configuration)]
    if words == ["survey"]:  # its bounds are its own
        return f"survey --pages {str(configuration['SURVEY_PAGES'])[:300]}"
    for setting, option in OPTIONS.items():
        value = configuration.get(setting)
        if value in UNSET:
            continue
        values = value if isinstance(value, list) else [value]
        if setting == "SEEDS" and len(values) > 3:
            values = [*values[:3], f"… ({len(values)} seeds)"]
        for one in values:
            words += [option] if value is True else [word for word in (option, str(one)[:300]) if word]
    return " ".join(words)


def name_command(configuration: Mapping[str, Any]) -> str:
    """The verb that a run's settings stand for."""
    if configuration.get("SURVEY_PAGES"):
        return "survey"
    return "refresh" if configuration.get("REFRESH") is True else "crawl"


def find_exit(reason: str, run: Mapping[str, Any], health: list[str]) -> int | None:
    """The exit code that the command left with, as far as `run.json` tells."""
    if reason not in ENDINGS or reason == "archive_failed":
        return None
    if reason == "shutdown":
        return 11
    if reason == "unreachable" or text(run.get("unreachable")):
        return 9
    if reason in MENDING:
        return 5 if run.get("left") else 0
    adopted = mapping(run.get("adopted"))
    if adopted.get("damaged") or adopted.get("refused"):
        return 5 if adopted.get("damaged") else 2
    return 4 if health else 0


def find_remedy(health: str) -> str | None:
    """What to do about a health check that fell short."""
    return next((remedy for words, remedy in REMEDIES if words in health), None)


def _outcome(reason: str, run: Mapping[str, Any], health: list[str]) -> str:
    said = ENDINGS.get(reason, reason)[:200]
    why = text(run.get("unreachable")) or text(run.get("spent"))
    if text(run.get("unreachable")) and reason != "unreachable":
        said = ENDINGS["unreachable"]
    if health:
        said += "; a health check fell short"
    return f"{said}: {why[:300]}" if why else said
