"""The log of a run, `crawls/TIMESTAMP/crawl.log`, and the words of logs everywhere."""

import logging
from pathlib import Path


class PlainFormatter(logging.Formatter):
    """Formats records as lines that a terminal shows as they stand: no control character, no mark of direction that
    a page, an address or a server put into them. Times are local and carry their zone.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern, "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines."""
        text = super().format(record)
        if text.isprintable():
            return text
        return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


class _LogFile(logging.FileHandler):
    """The run's log. A disk that is full stops the crawl where it writes the archive;
    the log's own failures add nothing to that.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        """Lose the line."""

    def close(self) -> None:
        try:
            super().close()
        except OSError:
            pass  # what was buffered is lost


def attach_log(path: Path) -> logging.Handler:
    """Begin the log."""
    handler = _LogFile(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    return handler
