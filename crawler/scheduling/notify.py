"""Tell somebody how a run went: a command, a health check's URL, a webhook, mail, a textfile for Prometheus.

None of these can break a crawl: each has ten seconds and what fails is one line. Addresses may be secrets, so that no
message names more of one than its host, and none of them reaches settings, WARC, log or run.json.
"""

import base64
import json
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from archive.files import open_regular, read_small
from archive.json_text import parse_json

PATIENCE = 10.0
"""Seconds that each way of telling may take."""
_KEPT = "%/:=&?~#+!$,;'@()*[]"
"""What is sent as it stands in an address; the rest, such as a space or an accent, is percent-encoded (RFC 3986)."""
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
            self._try("url", url, lambda: _send(url, b"", "start"))

    def tell_end(self, code: int, says: str) -> None:
        """The run ended. `on = "trouble"` (the default) keeps command, mail and webhook silent when all is well;
        a health check and a textfile always hear of it.
        """
        told = self._describe(code, says)
        if url := self._text("url"):
            self._try("url", url, lambda: _send(url, self._read_tail().encode(), str(code)))
        if path := self._text("textfile"):
            self._try("textfile", path, lambda: _write_textfile(Path(path), told))
        if code == 0 and self._table.get("on", TROUBLE) != ALWAYS:
            return
        if hook := self._text("webhook"):
            body = json.dumps(told, ensure_ascii=False).encode()
            self._try("webhook", hook, lambda: _send(hook, body, kind="application/json"))
        if mail := self._text("mail"):
            self._try("mail", mail, lambda: self._send_mail(mail, told))
        command = self._table.get("command")
        if command:
            self._try("command", command, lambda: _run(split_command(command), told))

    def _text(self, name: str) -> str:
        value = self._table.get(name)
        return value if isinstance(value, str) else ""

    def _try(self, name: str, address: str | list[str], tell: Callable[[], None]) -> None:
        """Tell, within the time that each way has, whatever the other side does. No message has a word of an address
        but its host, nor of what the other side said.
        """
        failed: list[Exception] = []

        def attempt() -> None:
            try:
                tell()
            except Exception as error:  # noqa: BLE001 - whatever kept somebody from being told must not break the run
                failed.append(error)

        thread = threading.Thread(target=attempt, name=f"notify-{name}", daemon=True)
        thread.start()
        thread.join(PATIENCE)
        if thread.is_alive():
            failed.append(TimeoutError())
        for error in failed[:1]:
            self._complain(f"notify: {name} ({_where(name, address)}): nobody could be told: {_reason(error)}")

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
            report = parse_json(read_small(newest))
        except (OSError, ValueError):
            return {}
        return report if isinstance(report, dict) else {}

    def _read_tail(self) -> str:
        """The end of the run's log."""
        try:
            with open_regular(max((self._collection / "crawls").glob("*/crawl.log"))) as stream:
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
        subprocess.run([program, "-t", "-oi"], input=message.as_bytes(), timeout=PATIENCE - 1, check=True)  # noqa: S603 - a fixed program


def split_command(command: str | list[str]) -> list[str]:
    """The words of a command. Raises ValueError where a quotation does not end, or there are none."""
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError:
        raise ValueError("expected a command whose quotations end") from None
    if not words:
        raise ValueError("expected a command, got none")
    return words


def host_of(url: str) -> str:
    """The host of an http or https address, which may be told. Raises ValueError, which tells nothing of it."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and url.isprintable():
            return parts.hostname
    except ValueError:
        pass  # its text has words of the address
    raise ValueError("expected an address with http:// or https:// and a host")


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would lose the body, and carry an address that may be a secret elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """No request."""


def _where(name: str, address: str | list[str]) -> str:
    """What may be told of where somebody was to be told."""
    try:
        if name == "command":
            return Path(split_command(address)[0]).name
        return host_of(str(address)) if name in {"url", "webhook"} else str(address)
    except ValueError:
        return "?"


def _send(url: str, body: bytes, below: str = "", kind: str = "text/plain; charset=utf-8") -> None:
    """POST to an address, or `below` its path. A name and a password in it are sent as RFC 7617 has them."""
    host, parts = host_of(url), urlsplit(url)
    place = (f"[{host}]" if ":" in host else host.encode("idna").decode()) + (f":{parts.port}" if parts.port else "")
    path = f"{parts.path.rstrip('/')}/{below}" if below else parts.path
    plain = urlunsplit((parts.scheme, place, quote(path, safe=_KEPT), quote(parts.query, safe=_KEPT), ""))
    headers = {"Content-Type": kind, "User-Agent": "thanhuy-archive"}
    if parts.username is not None:
        given = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(given.encode()).decode()}"
    request = urllib.request.Request(plain, data=body, headers=headers)  # noqa: S310 - http or https, see host_of
    try:
        with urllib.request.build_opener(_Straight).open(request, timeout=PATIENCE):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise


def _reason(error: Exception) -> str:
    """Why nobody could be told: no text of another's making, which may have an address in it."""
    match error:
        case urllib.error.HTTPError():
            return f"status {error.code}"
        case urllib.error.URLError(reason=Exception() as inner):
            return _reason(inner)
        case TimeoutError() | subprocess.TimeoutExpired():
            return f"no end within {PATIENCE:.0f} seconds"
        case subprocess.CalledProcessError():
            return f"it ended with {error.returncode}"
        case OSError() if error.strerror:
            return str(error.strerror)
    return type(error).__name__


def _run(words: list[str], told: Mapping[str, Any]) -> None:
    environment = {**os.environ, "THANHUY_EXIT": str(told["exit"]), "THANHUY_SAYS": str(told["says"])}
    body = json.dumps(told, ensure_ascii=False).encode()
    # Its output goes where nobody takes it for ours; its own group, so that what it began ends with it.
    with subprocess.Popen(  # noqa: S603 - the user's own command
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True
    ) as process:
        try:
            process.communicate(body, timeout=PATIENCE - 1)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words[0])


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
