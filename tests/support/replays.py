"""`thanhuy replay` in a process of its own, for tests."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Replay:
    """A running replay."""

    process: "subprocess.Popen[str]"
    list_url: str
    replay_url: str

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """End it by a signal; the exit code and what it said on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@contextlib.contextmanager
def run_replay(collection: Path, wayback: Path) -> Iterator[Replay]:
    """Replay a collection on free ports until the block ends."""
    command = [sys.executable, "-m", "crawler.cli", "replay", str(collection), "--port", "0", "--wayback", str(wayback)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            found = [re.search(r"http://\S+", process.stdout.readline()) for _ in range(2)]
            if found[0] is None or found[1] is None:
                process.kill()
                raise AssertionError(process.communicate()[1])
            yield Replay(process, found[0][0], found[1][0])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=30)


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer, redirects not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    try:
        # The path as it stands: archived addresses must not be normalised on the way.
        connection.request(method, "/" + url.split("/", 3)[3], headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
