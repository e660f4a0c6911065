"""systemd units: a hardened service and a timer for each command, and one that tells of a failure.

Directives: systemd.exec(5), systemd.service(5), systemd.timer(5).
"""

import re
from collections.abc import Iterator

from archive.seal.keys import default_key
from crawler.scheduling.plans import Job, Plan

HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0022"""
STOP = 300
"""Seconds that a crawl gets to end cleanly: it waits for the answer under way, and closes its files."""


INSTANCE = "@instance@"
"""As the name of a collection: the units are templates, and each instance is one of the collection of its name."""


def format_units(plan: Plan, user: str, mail: str | None) -> Iterator[tuple[str, str]]:
    """File name and text of each unit."""
    many = plan.collection.name == INSTANCE
    name, at = ("", "@") if many else (f"{plan.name}-", "")
    failed = f"thanhuy-{name}failed@"
    yield f"{failed}.service", _failed(plan, user, mail)
    for job in plan.jobs:
        unit = f"thanhuy-{name}{job.name}{at}"
        yield f"{unit}.service", _as_template(_service(plan, job, user, f"{failed}%n.service"), many)
        yield f"{unit}.timer", _as_template(_timer(plan, job, spread=many), many)


def _as_template(text: str, many: bool) -> str:
    return text.replace(INSTANCE, "%i").replace("thanhuy instance:", "thanhuy %i:") if many else text


def _service(plan: Plan, job: Job, user: str, failed: str) -> str:
    network = "Wants=network-online.target\nAfter=network-online.target\n" if job.name == "refresh" else ""
    paths = " ".join(_quote(str(path)) for path in job.writes)
    if job.name == "refresh":  # a run seals; `-`: a place that is not there is passed over
        from archive.seal.memory import seal_memory  # brings what reads a collection

        paths += "".join(f" {_quote(f'-{place}')}" for place in (default_key().parent, seal_memory()))
    return f"""\
[Unit]
Description=thanhuy {plan.name}: {job.says}
{network}OnFailure={failed}

[Service]
Type=oneshot
User={user}
ExecStart={" ".join(_quote(word) for word in job.words)}
# 11: stopped by a signal, cleanly; the next run goes on.
SuccessExitStatus=11
TimeoutStartSec=infinity
TimeoutStopSec={STOP}
KillMode=mixed
Nice=10
IOSchedulingClass=idle
ReadWritePaths={paths}
{HARDENING}
"""


def _timer(plan: Plan, job: Job, *, spread: bool) -> str:
    """`spread`: instances share a calendar, so that each has a place of its own in the interval."""
    delay = max(60, min(plan.every // 10, 1800)) if job.name == "refresh" else 900
    always = "FixedRandomDelay=true\n" if spread else ""
    if spread:
        delay = plan.every // 2 if job.name == "refresh" else 4 * 3600
    return f"""\
[Unit]
Description=thanhuy {plan.name}: when to {job.says}

[Timer]
OnCalendar={job.calendar}
RandomizedDelaySec={delay}
{always}Persistent=true

[Install]
WantedBy=timers.target
"""


def _failed(plan: Plan, user: str, mail: str | None) -> str:
    shell = "systemctl status --full --no-pager --lines=50 -- %i"
    tell = (
        f"{{ echo To: {mail}; echo Subject: %i failed on %H; echo; {shell}; }} | /usr/sbin/sendmail -t -oi"
        if mail
        else f"{shell} | systemd-cat -t thanhuy -p err"
    )
    return f"""\
[Unit]
Description=thanhuy {plan.name}: tell that %i failed

[Service]
Type=oneshot
User={user}
# `systemctl status` ends with 3 for a unit that failed.
ExecStart=/bin/sh -c {_quote(tell, specifiers=True)}
"""


def _quote(word: str, *, specifiers: bool = False) -> str:
    """A word as systemd reads it: quoted where need be, its `%` and `$` doubled."""
    if not specifiers:
        word = word.replace("%", "%%")
    word = word.replace("$", "$$")
    if re.fullmatch(r"[\w%/.,:=@+-]+", word, re.ASCII):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
