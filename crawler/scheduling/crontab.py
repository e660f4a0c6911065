"""Crontab lines that survive cron: absolute paths, `%` escaped (crontab(5) makes a newline of a bare one), a PATH."""

import shlex
from collections.abc import Iterator

from crawler.scheduling.plans import Job, Plan

HEAD = """\
# {name}: kept up to date by thanhuy. Install with `crontab -e`; cron mails what a command prints,
# and these print only what is wrong.
PATH=/usr/local/bin:/usr/bin:/bin
"""


def format_crontab(plan: Plan, mail: str | None) -> Iterator[str]:
    """The lines, without line feeds."""
    yield from HEAD.format(name=plan.name).rstrip("\n").split("\n")
    if mail:
        yield f"MAILTO={mail}"
    for job in plan.jobs:
        yield f"# {job.says}"
        yield format_line(job)


def format_line(job: Job) -> str:
    """One crontab line."""
    command = shlex.join(job.words).replace("%", r"\%")
    return f"{job.cron} {command}"
