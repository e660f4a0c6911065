"""A file that is one gzip member is read once through, however many pages it holds."""

from pathlib import Path

import pytest

from archive.warc import inflate
from crawler.extracting.running import Extraction, ExtractionOptions
from crawler.extracting.sources import find_sources
from tests.crawler.extracting.test_extract_foreign import capture, html, page
from tests.warcs.build import member, warcinfo


@pytest.mark.parametrize("pages", [20, 80])
def test_work_grows_as_the_file(pages: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        capture(n, f"Bài số {n}", html(page(f"Bài số {n}") + bytes(b"<!-- %s -->" % (b"x" * 40_000))))
        for n in range(2, pages + 2)
    ]
    path = tmp_path / "one.warc.gz"
    path.write_bytes(member(b"".join([warcinfo(), *records])))
    steps = 0
    whole = inflate.Inflating._step

    def count(self: inflate.Inflating) -> bytes:
        nonlocal steps
        data = whole(self)
        steps += len(data)
        return data

    monkeypatch.setattr(inflate.Inflating, "_step", count)
    lines = [line for _, line in Extraction(find_sources((path,)), ExtractionOptions(any_url=True)) if line]
    assert pages == len(lines)
    assert steps < 4 * sum(map(len, records))
