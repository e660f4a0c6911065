"""Kubernetes: a CronJob for each command of each collection, as YAML for `kubectl apply -f -`.

API batch/v1. In a container the collections lie in a volume that a fleet shares, the key that seals in another.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.scheduling.plans import Job, Plan
from crawler.scheduling.units import STOP

CONTAINER = "thanhuy"
LONGEST = 52
"""Letters of a CronJob's name: its jobs' names are longer by 11, and 63 are allowed."""
FINAL = (1, 2, 3, 4, 5)
"""Exit codes after which the same command again would end alike; after all others it is tried again."""
KEY = "/key"


def format_cronjobs(plan: Plan, image: str) -> Iterator[str]:
    """The lines of the documents of one collection."""
    for job in plan.jobs:
        yield "---"
        yield from _format(_cronjob(plan, job, image))


def _cronjob(plan: Plan, job: Job, image: str) -> dict[str, Any]:
    run = {
        "backoffLimit": 2,
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "FailJob",
                    "onExitCodes": {"containerName": CONTAINER, "operator": "In", "values": list(FINAL)},
                }
            ]
        },
        "template": {"spec": _pod(plan, job, image)},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": _name(plan, job), "labels": {"app.kubernetes.io/name": "thanhuy"}},
        "spec": {
            "schedule": job.cron,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": plan.every,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {"spec": run},
        },
    }


def _pod(plan: Plan, job: Job, image: str) -> dict[str, Any]:
    container = {
        "name": CONTAINER,
        "image": image,
        "args": list(job.words[1:]),
        "env": [{"name": f"XDG_{kind}_HOME", "value": KEY} for kind in ("CONFIG", "STATE")],
        "envFrom": [{"secretRef": {"name": "thanhuy-store", "optional": True}}],
        "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "archives", "mountPath": str(plan.collection.parent)},
            {"name": "key", "mountPath": KEY},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - a volume of the container's own
        ],
    }
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": STOP,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "archives", "persistentVolumeClaim": {"claimName": "thanhuy-archives"}},
            {"name": "key", "persistentVolumeClaim": {"claimName": "thanhuy-key"}},
            {"name": "scratch", "emptyDir": {}},
        ],
    }


def _name(plan: Plan, job: Job) -> str:
    """A name as RFC 1123 has it; where the collection's is none, with what tells it from others that read alike."""
    name = f"thanhuy-{plan.collection.name}-{job.name}"
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) and len(name) <= LONGEST:
        return name
    mark = hashlib.sha256(str(plan.collection).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    room = LONGEST - len(f"thanhuy---{mark}-{job.name}")
    middle = re.sub(r"[^a-z0-9]+", "-", plan.name.lower())[:room].strip("-") or "x"
    return f"thanhuy-{middle}-{mark}-{job.name}"


def _format(value: Any, before: str = "") -> Iterator[str]:
    """YAML of plain values: every text is quoted as JSON quotes it, which YAML 1.2 reads alike."""
    for key, each in value.items() if isinstance(value, dict) else ((None, each) for each in value):
        lead = f"{before}{key}:" if key is not None else f"{before}-"
        if isinstance(each, dict | list) and each:
            lines = list(_format(each, f"{before}  "))
            if key is None:  # the first line of an item stands behind its dash
                yield f"{before}- {lines[0].lstrip()}"
                yield from lines[1:]
            else:
                yield lead
                yield from lines
        else:
            yield f"{lead} {json.dumps(each)}"
