"""A sound collection of the sample site, what harms it, and what repair must make of it:
shared by the tests of repair.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from archive.mend.repair import Repair, repair
from archive.options import Options
from archive.recover.recover import Recovery
from archive.verify.findings import Finding
from archive.verify.runner import VerifyOptions, verify
from crawler.articles import article_rules, is_sound
from crawler.demo.server import RunningSite
from crawler.planning.kinds import describe
from tests.support.collections_read import Seen, read_all
from tests.support.sample_crawls import SampleCrawl, copied


@dataclass
class Sound:
    """A sound collection, and the site that it was crawled from."""

    site: RunningSite
    path: Path
    files: dict[str, bytes]
    records: list[Seen]


@pytest.fixture(scope="module")
def sound(small_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sound]:
    with copied(small_crawl, tmp_path_factory.mktemp("repair") / "x") as archive:
        assert len(list((archive.directory / "warc").iterdir())) > 1
        yield Sound(archive.running, archive.directory, contents(archive.directory), read_all(archive.directory))


@pytest.fixture
def hurt(sound: Sound, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(sound.path, tmp_path / "x"))


def contents(path: Path) -> dict[str, bytes]:
    """Every file."""
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def mend(path: Path) -> Recovery:
    """Repair as the command does."""
    return repair(Repair(directory=path, options=Options(), describe=describe, vouch=partial(is_sound, path)))


def find(path: Path) -> list[Finding]:
    """What `verify` has to say."""
    return verify((path,), VerifyOptions(items=article_rules(), record=False)).findings


def codes(path: Path) -> set[str]:
    """Codes of the findings."""
    return {finding.code for finding in find(path)}


def mend_fully(path: Path) -> Recovery:
    """Repair; hold that no damage is left, and that a second repair changes nothing."""
    done = mend(path)
    assert done.left == []
    assert [finding.format() for finding in find(path) if finding.severity == "damage"] == []
    before = contents(path)
    assert mend(path).actions == []
    assert before == contents(path)
    return done


def edit(path: Path, change: Callable[[bytearray], object]) -> None:
    """Alter a file."""
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def flip(path: Path, offset: int) -> None:
    """Flip a bit."""
    edit(path, lambda data: data.__setitem__(offset, data[offset] ^ 4))


def one(sound: Sound, kind: str, *, item: bool = False) -> Seen:
    """A record in the middle of a file: the response that holds an article's page, or an article's item."""
    articles = [json.loads(line) for line in sound.files["articles.jsonl"].splitlines()]
    pages = {(article["warc"]["file"], article["warc"]["offset"]) for article in articles}
    for seen in sound.records[len(sound.records) // 3 :]:
        fits = seen.type == kind and (seen.header("Content-Type") == "application/json") == item
        if fits and (kind != "response" or (seen.file, seen.offset) in pages):
            return seen
    raise LookupError(kind)


def places(path: Path) -> dict[str, tuple[str, int, int]]:
    """Record id → where it lies."""
    return {seen.header("WARC-Record-ID") or "": (seen.file, seen.offset, seen.length) for seen in read_all(path)}


def check_survivors(sound: Sound, path: Path, lost: set[str]) -> None:
    """Every record but the lost ones lies where it lay."""
    now = places(path)
    for record_id, place in places(sound.path).items():
        assert record_id in lost or now[record_id] == place


def lines_of(path: Path) -> Path:
    """The one file of lines."""
    return next((path / "articles").glob("*.jsonl"))
