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

from archive.mend.repair import Repair, Repaired, repair
from archive.options import Options
from archive.recover.recovery import Recovery
from archive.verify.findings import Finding
from archive.verify.runner import VerifyOptions, verify
from crawler.articles import article_rules, is_sound
from crawler.demo.server import RunningSite
from crawler.planning.begun import rebuild_scope
from crawler.planning.kinds import describe
from tests.support.collections_read import Seen, read_all
from tests.support.mutations import readable
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


def mend(path: Path) -> Repaired:
    """Repair as the command does."""
    options = Options(free_space_floor=0)
    vouch = partial(is_sound, path)
    return repair(
        Repair(
            directory=path,
            options=options,
            describe=describe,
            vouch=vouch,
            scope_of=rebuild_scope,
            items=article_rules(reparse=True),
        )
    )


def find(path: Path) -> list[Finding]:
    """What `verify` has to say."""
    return verify((path,), VerifyOptions(items=article_rules(), record=False)).findings


LOSSES = {
    "lost-bytes", "lost-record", "lost-response", "unresolved-reference", "pointer-file", "pointer-record", "pointer-id", "item-missing",
    "fixity-differs", "fixity-size", "file-vanished", "truncated-member", "not-gzip", "bytes-between-members",
    "bytes-after-members", "revisit-unresolved", "fixity-chain", "fixity-syntax", "seal-missing", "seal-inserted",
    "seal-leaves", "seal-syntax", "seal-chain", "seal-signature", "seal-rollback",
}  # fmt: skip
"""Codes that say that something is gone or was altered, and not that a pointer leads astray."""


def codes(path: Path, severity: str = "") -> set[str]:
    """Codes of the findings, of one severity or all."""
    return {finding.code for finding in find(path) if severity in ("", finding.severity)}


def mend_fully(path: Path) -> Recovery:
    """Repair; hold that no damage is left, and that a second repair changes nothing."""
    done = mend_twice(path)
    assert [finding.format() for finding in done.damage] == []
    assert done.recovery.left == []
    return done.recovery


def mend_twice(path: Path) -> Repaired:
    """Repair; hold that it says what a verification says, and that a second repair changes nothing."""
    done = mend(path)
    assert [finding.format() for finding in find(path)] == [finding.format() for finding in done.findings]
    before = contents(path)
    again = mend(path)
    assert again.recovery.actions == []
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


def check_survivors(sound: Sound, path: Path, lost: set[str]) -> None:
    """Every record but the lost ones can be read as it was, and index, state and lines lead to it."""
    now = readable(path)
    for record_id, digest in readable(sound.path):
        assert record_id in lost or (record_id, digest) in now
    others = codes(path, "damage") - LOSSES
    assert others == set(), others


def lines_of(path: Path) -> Path:
    """The one file of lines."""
    return next((path / "articles").glob("*.jsonl"))
