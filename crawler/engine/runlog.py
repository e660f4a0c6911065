"""The log of a run, `crawls/TIMESTAMP/crawl.log`."""

import logging
from pathlib import Path


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
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    return handler
