"""What the archive holds is read from there, at the parser's speed,
and counted apart from what was asked of the site.
"""

import json
import time
from pathlib import Path

from tests.support.commands import run_thanhuy
from tests.support.small_site import small_site


def test_pages_of_the_archive_do_not_wait_for_the_pace_of_the_network(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        site.say("/", site.links(*(site.article(1491871001 + n, f"Khu phố {n} dọn kênh") for n in range(12))))
        assert 0 == site.run("crawl").code
        collection = site.directory / "x"
        (collection / "state.sqlite").unlink()
        assert 0 == run_thanhuy("index", collection).returncode
        began = time.monotonic()
        ran = site.run("crawl", "--delay", 30)
        took = time.monotonic() - began
    assert (0, []) == (ran.code, ran.asked), ran.err
    assert took < 25, "thirteen pages at that pace would take six minutes"
    stats = json.loads((max((collection / "crawls").iterdir()) / "run.json").read_bytes())["stats"]
    assert stats["archive/read"] >= 13, "the feeds that are not there count too"
    assert stats.get("downloader/request_count", 0) == stats.get("downloader/response_count", 0) <= 1


def test_damaged_capture_is_asked_of_the_site_again(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        path = site.article(1491871001, "Khu phố dọn kênh")
        site.say("/", site.links(path))
        assert 0 == site.run("crawl").code
        collection = site.directory / "x"
        record = json.loads((collection / "articles.jsonl").read_bytes())
        warc = collection / "warc" / record["warc"]["file"]
        data = bytearray(warc.read_bytes())
        data[record["warc"]["offset"] + 300] ^= 0xFF
        (collection / "state.sqlite").unlink()
        assert 0 == run_thanhuy("index", collection).returncode
        warc.write_bytes(data)
        ran = site.run("crawl")
    assert (0, [path]) == (ran.code, ran.asked), ran.err
