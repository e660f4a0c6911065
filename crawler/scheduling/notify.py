"""Tell somebody how a run went: a command, a health check's URL, a webhook, mail, a textfile for Prometheus.

None of these can break a crawl: each has ten seconds and what fails is one line. Addresses may be secrets, so that no
message names more of one than its host, and none of them reaches settings, WARC, log or run.json.
"""

import json
import os
import shlex
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.files import read_small

PATIENCE = 10.0
"""Seconds that each way of telling may take."""
TAIL = 10_000
"""Bytes of the run's log that a health check is sent."""
SENDMAIL = ("/usr/sbin/sendmail", "/usr/lib/sendmail")
ALWAYS, TROUBLE = "always", "trouble"


class Notifier:
    """What the table `[notify]` asks for. `complain` takes a line where somebody could not be told."""

    def __init__(self, table: Mapping[str, Any], collection: Path, complain: Callable[[str], None]) -> None:
        self._table, self._collection, self._complain = table, collection, complain
        self._began = time.time()
        self._verb = "crawl"

    def tell_start(self, verb: str) -> None:
        """The run begins: a health check that hears no end will raise the alarm by itself."""
        self._verb = verb
        if url := self._text("url"):
            self._try("url", url, lambda: _send(f"{url.rstrip('/')}/start", b""))

    def tell_end(self, code: int, says: str) -> None:
        """The run ended. `on = "trouble"` (the default) keeps command, mail and webhook silent when all is well;
        a health check and a textfile always hear of it.
        """
        told = self._describe(code, says)
        if url := self._text("url"):
            self._try("url", url, lambda: _send(f"{url.rstrip('/')}/{code}", self._read_tail().encode()))
        if path := self._text("textfile"):
            self._try("textfile", path, lambda: _write_textfile(Path(path), told))
        if code == 0 and self._table.get("on", TROUBLE) != ALWAYS:
            return
        if hook := self._text("webhook"):
            body = json.dumps(told, ensure_ascii=False).encode()
            self._try("webhook", hook, lambda: _send(hook, body, "application/json"))
        if mail := self._text("mail"):
            self._try("mail", mail, lambda: self._send_mail(mail, told))
        command = self._table.get("command")
        if command:
            words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
            self._try("command", words[0], lambda: _run(words, told))

    def _text(self, name: str) -> str:
        value = self._table.get(name)
        return value if isinstance(value, str) else ""

    def _try(self, name: str, address: str, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception as error:  # noqa: BLE001 - whatever kept somebody from being told must not break the run
            where = urlsplit(address).hostname or Path(address).name if name in {"url", "webhook"} else address
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            said = str(reason).replace(address, where)
            self._complain(f"notify: {name} ({where}): nobody could be told: {said}")

    def _describe(self, code: int, says: str) -> dict[str, Any]:
        report = self._last_report()
        counts, stats = report.get("counts") or {}, report.get("stats") or {}
        return {
            "collection": self._collection.resolve().name,
            "command": self._verb,
            "exit": int(code),
            "says": says,
            "ended": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(time.time() - self._began, 1),
            "articles": counts.get("items"),
            "captures": counts.get("captures"),
            "new_versions": report.get("new_versions"),
            "requests": stats.get("downloader/request_count"),
            "health": report.get("health") or [],
        }

    def _last_report(self) -> dict[str, Any]:
        """`run.json` of this run; empty where it wrote none."""
        try:
            newest = max((self._collection / "crawls").glob("*/run.json"))
            if newest.stat().st_mtime < self._began - 1:
                return {}
            report = json.loads(read_small(newest))
        except (OSError, ValueError):
            return {}
        return report if isinstance(report, dict) else {}

    def _read_tail(self) -> str:
        """The end of the run's log."""
        try:
            with max((self._collection / "crawls").glob("*/crawl.log")).open("rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL))
                return stream.read().decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    def _send_mail(self, address: str, told: Mapping[str, Any]) -> None:
        program = next((path for path in SENDMAIL if os.access(path, os.X_OK)), None) or shutil.which("sendmail")
        if program is None:
            raise FileNotFoundError(2, "no sendmail on this machine")
        message = EmailMessage()
        message["To"] = address
        message["Subject"] = f"thanhuy {told['command']} {told['collection']}: {told['exit']} ({told['says'][:100]})"
        message.set_content("\n".join([*(f"{name}: {value}" for name, value in told.items()), "", self._read_tail()]))
        subprocess.run([program, "-t", "-oi"], input=message.as_bytes(), timeout=PATIENCE, check=True)  # noqa: S603 - a fixed program


def _send(url: str, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("expected an http or https address")
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind, "User-Agent": "thanhuy-archive"})  # noqa: S310 - checked above
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 - checked above
        pass


def _run(words: list[str], told: Mapping[str, Any]) -> None:
    environment = {**os.environ, "THANHUY_EXIT": str(told["exit"]), "THANHUY_SAYS": str(told["says"])}
    body = json.dumps(told, ensure_ascii=False).encode()
    # Its output goes where nobody takes it for ours.
    subprocess.run(words, input=body, env=environment, timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the user's own command


def _write_textfile(path: Path, told: Mapping[str, Any]) -> None:
    """Metrics for node_exporter's textfile collector, replaced in one step."""
    drafted = path.with_name(f"{path.name}.{os.getpid()}")  # not *.prom, so that a half is never read
    drafted.write_text("".join(_metrics(told)), "utf-8")
    drafted.replace(path)


def _metrics(told: Mapping[str, Any]) -> Iterator[str]:
    name = str(told["collection"]).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    labels = f'{{collection="{name}",command="{told["command"]}"}}'
    values = {
        "last_run_timestamp_seconds": (time.time(), "when the last run ended"),
        "last_run_exit_code": (told["exit"], "what the last run ended with"),
        "last_run_duration_seconds": (told["seconds"], "how long the last run took"),
        "last_run_new_versions": (told["new_versions"], "articles new or changed in the last run"),
        "articles": (told["articles"], "articles in the collection"),
        "captures": (told["captures"], "captures in the collection"),
    }
    for metric, (value, says) in values.items():
        if value is not None:
            yield f"# HELP thanhuy_{metric} {says}\n# TYPE thanhuy_{metric} gauge\nthanhuy_{metric}{labels} {value}\n"
