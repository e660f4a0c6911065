"""pywb's `wayback`: where it is found, how it is set up, started and stopped.

pywb brings brotlipy, which takes the place of the package brotli that Scrapy needs:
the two cannot live in one environment
in which anything is crawled. So pywb is a program that is called, from an environment of its own, and never imported.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "archive"
"""What the collection is called in replay addresses: `http://127.0.0.1:PORT/archive/TIME/URL`."""
REQUIREMENT = "pywb>=2.9,<3"
PATIENCE = 60.0
"""Seconds within which pywb has to answer."""
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
"""Variables that would lead pywb's Python to our packages."""


class WaybackMissing(Exception):
    """There is no pywb; the message says how to get it."""


class WaybackFailed(Exception):
    """pywb did not start, or ended by itself; the message has its last words."""


def own_environment() -> Path:
    """The virtual environment that `set_up` makes for pywb:
    inside ours where there is one, else under the user's data.
    """
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "pywb"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "thanhuy-archive" / "pywb"


def find_wayback(given: Path | None = None) -> Path:
    """The program: the one given, the one set up, one beside this Python, one on PATH. Raises WaybackMissing."""
    if given is not None:
        if not os.access(given, os.X_OK) or given.is_dir():
            raise WaybackMissing(f"{given}: expected pywb's program wayback, got no file that can be run")
        return given
    for place in (own_environment() / "bin", Path(sys.executable).parent):
        if found := shutil.which("wayback", path=str(place)):
            return Path(found)
    if found := shutil.which("wayback"):
        return Path(found)
    raise WaybackMissing(
        "expected pywb's program wayback, got none; run `thanhuy replay --set-up` once, or name it with --wayback"
    )


def set_up() -> Path:
    """Make an environment for pywb and install it there, from the package index. Raises WaybackFailed."""
    where = own_environment()
    for command in (
        [sys.executable, "-m", "venv", str(where)],
        [str(where / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", REQUIREMENT],
    ):
        done = subprocess.run(command, stdout=sys.stderr, env=_environment(), check=False)  # noqa: S603 - our own words
        if done.returncode:
            raise WaybackFailed(f"{where}: could not be set up; {' '.join(command)} ended with {done.returncode}")
    return where / "bin" / "wayback"


def find_port(wanted: int) -> int:
    """The port on loopback that is wanted, or for 0 one that is free. Raises OSError where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Running:
    """pywb, answering."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def base(self) -> str:
        """What replay addresses begin with."""
        return f"http://127.0.0.1:{self.port}/{NAME}/"

    def check(self) -> None:
        """Raise WaybackFailed where it has ended."""
        if self.process.poll() is not None:
            raise WaybackFailed(f"pywb ended with {self.process.returncode}: {_last_words(self.log)}")


@contextmanager
def run_wayback(program: Path, index: Path, warcs: Path, scratch: Path, port: int) -> Iterator[Running]:
    """pywb on an index and a directory of WARCs, which it only reads; it works in `scratch`. Raises WaybackFailed."""
    # Quoted as JSON, of which YAML is a superset.
    places = {"index_paths": str(index.resolve()), "archive_paths": str(warcs.resolve()) + "/"}
    (scratch / "config.yaml").write_text(json.dumps({"collections": {NAME: places}, "enable_memento": True}), "utf-8")
    log = scratch / "pywb.log"
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        try:
            # In a session of its own: Ctrl-C reaches us alone, and we stop it in order.
            process = subprocess.Popen(  # noqa: S603 - the program that the user named or set up
                command,
                cwd=scratch,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise WaybackFailed(f"{program}: {error.strerror}") from error
    running = Running(process=process, port=port, log=log)
    try:
        _wait_for(running)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(running: Running) -> None:
    end = time.monotonic() + PATIENCE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end:
        running.check()
        try:
            with opener.open(running.base, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise WaybackFailed(f"pywb did not answer within {PATIENCE:.0f} seconds: {_last_words(running.log)}")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in FOREIGN}


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "it said nothing"
