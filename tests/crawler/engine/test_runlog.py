"""Logs say when in a zone, and nothing that a terminal would obey."""

import logging
import re
from pathlib import Path

from crawler.engine.runlog import attach_log


def test_log_has_the_zone_and_no_control_character(tmp_path: Path) -> None:
    path = tmp_path / "crawl.log"
    handler = attach_log(path)
    try:
        # To this handler alone: whoever runs tests in several processes could not pass half a surrogate pair on.
        values = ("https://a.vn/\u202egpj", "\x1b]0;title\x07\x1b[2J\r\udc80")
        handler.handle(logging.LogRecord("crawler.test", logging.WARNING, __file__, 1, "%s: got %s", values, None))
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    line = path.read_text("utf-8")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} WARNING crawler\.test: https://a\.vn/", line)
    assert line.rstrip("\n").isprintable()
