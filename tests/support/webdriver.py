"""A browser to look at pages with: headless Chromium, driven over the W3C WebDriver protocol with the standard library
alone.
"""

import contextlib
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.support.tools import find_tool

# Text of the page and of everything inside it that this origin may look into: shadow trees and frames.
DEEP_TEXT = """
const texts = [];
const walk = (node) => {
  texts.push(node.innerText || '');
  for (const element of node.querySelectorAll('*')) {
    if (element.shadowRoot) walk(element.shadowRoot);
    if (element.tagName === 'IFRAME') {
      try { if (element.contentDocument) walk(element.contentDocument.body); } catch (error) { texts.push('?'); }
    }
  }
};
walk(document.body);
return texts.join('\\n');
"""
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1200,900",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip
"""No network beyond loopback, as in all tests."""


class Browser:
    """One window."""

    def __init__(self, base: str, session: str) -> None:
        self._base = f"{base}/session/{session}"

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        call(f"{self._base}/url", {"url": url})

    def text(self) -> str:
        """All text on the screen, frames included."""
        return str(self.run(DEEP_TEXT))

    def run(self, script: str) -> Any:
        """The value that a script returns."""
        return call(f"{self._base}/execute/sync", {"script": script, "args": []})

    def wait_for(self, condition: Callable[[str], bool], seconds: float = 40) -> str:
        """The text, once it meets the condition. Fails with the text where it never does."""
        end = time.monotonic() + seconds
        while not condition(text := self.text()):
            assert time.monotonic() < end, text[:4000]
            time.sleep(0.25)
        return text


def call(url: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
    """One command of the protocol."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["value"]


@contextlib.contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """A fresh browser; the test is skipped where none is installed."""
    driver, chromium = find_tool("chromedriver"), find_tool("chromium")
    process, port = _start(driver)
    try:
        base = f"http://127.0.0.1:{port}"
        chrome = {"binary": str(chromium), "args": [*OPTIONS, f"--user-data-dir={profile}"]}
        session = call(f"{base}/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": chrome}}})[
            "sessionId"
        ]
        try:
            yield Browser(base, session)
        finally:
            call(f"{base}/session/{session}", method="DELETE")
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _start(driver: Path) -> tuple["subprocess.Popen[str]", int]:
    """chromedriver and its port; it sometimes ends when the port that it chose is taken at that moment."""
    for _ in range(5):
        process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if match := re.search(r"started successfully on port (\d+)", line):
                return process, int(match[1])
        process.communicate()
    raise AssertionError("chromedriver does not start")
