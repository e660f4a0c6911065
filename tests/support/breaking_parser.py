"""A parser that breaks on some pages, as a process of `thanhuy` may have it: it hangs, eats memory, or kills itself."""

from pathlib import Path

HANGS, EATS, DIES, RAISES = "Trang treo máy", "Trang nuốt bộ nhớ", "Trang giết bộ đọc", "Trang làm sai chỉ số"
"""What is said in a page on which the parser does so."""

_SCRIPT = f"""
import os
import signal

import crawler.reader
from archive.watched import CallBounds
from crawler.pages import reading

sound = reading.read_page


def read_page(page, claims):
    said = " ".join(piece.text for piece in page.pieces)
    if {HANGS!r} in said:
        while True:
            pass
    kept = []
    while {EATS!r} in said:
        kept.append(bytes(10_000_000))
    if {DIES!r} in said:
        os.kill(os.getpid(), signal.SIGKILL)
    if {RAISES!r} in said:
        kept[1]
    sound(page, claims)


reading.read_page = read_page
crawler.reader.BOUNDS = crawler.reader.CHUNK_BOUNDS = CallBounds(seconds=SECONDS, patience=50, memory=300 << 20)
crawler.reader._WATCHED._bounds = crawler.reader.BOUNDS
"""


def breaking_parser(directory: Path, seconds: int = 1) -> dict[str, str]:
    """Environment of a process in which the parser breaks, and may take so many seconds for a page."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sitecustomize.py").write_text(f"SECONDS = {seconds}\n{_SCRIPT}", "utf-8")
    return {"PYTHONPATH": str(directory)}
