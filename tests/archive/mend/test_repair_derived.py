"""Damage what is made from the WARCs: repair makes it anew, where it can in the same bytes."""

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crawler.engine.test_crawl_faults import crawl
from tests.support.mending import Sound, codes, edit, flip, lines_of, mend_fully, mend_twice
from tests.support.mending import hurt as hurt
from tests.support.mending import sound as sound


def drop(path: Path) -> bool:
    """Remove a file."""
    path.unlink()
    return True


def drop_line(path: Path) -> None:
    """Take the third line out."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))


LINES: dict[str, Callable[[Path], object]] = {
    "flipped": lambda path: flip(lines_of(path), 9000),
    "line-gone": lambda path: drop_line(lines_of(path)),
    "line-twice": lambda path: edit(lines_of(path), lambda data: data.extend(data[: data.index(b"\n") + 1])),
    "cut": lambda path: edit(lines_of(path), lambda data: data.__delitem__(slice(9000, None))),
    "zeros": lambda path: edit(lines_of(path), lambda data: data.__setitem__(slice(9000, 30000), bytes(21000))),
    "gone": lambda path: lines_of(path).unlink(),
    "gone-with-the-state": lambda path: (drop(lines_of(path)), drop(path / "state.sqlite")),
}


@pytest.mark.parametrize("way", LINES)
def test_lines_are_written_anew_in_the_same_bytes(sound: Sound, hurt: Path, way: str) -> None:
    name = lines_of(hurt).name
    LINES[way](hurt)
    spoilt = (hurt / "articles" / name).read_bytes() if (hurt / "articles" / name).exists() else None
    done = mend_fully(hurt)
    assert sound.files[f"articles/{name}"] == (hurt / "articles" / name).read_bytes()
    assert any("the same bytes as when it was closed" in action for action in done.actions)
    if spoilt is not None:
        assert spoilt == (hurt / "torn" / name).read_bytes()


DERIVED: dict[str, Callable[[Path], object]] = {
    "articles.jsonl": lambda path: flip(path / "articles.jsonl", 500),
    "articles.jsonl--gone": lambda path: (path / "articles.jsonl").unlink(),
    "indexes/index.cdxj": lambda path: flip(path / "indexes/index.cdxj", 500),
    "indexes/index.cdxj--line-gone": lambda path: drop_line(path / "indexes/index.cdxj"),
    "indexes/index.cdxj--gone": lambda path: (path / "indexes/index.cdxj").unlink(),
}


@pytest.mark.parametrize("way", DERIVED)
def test_derived_file_is_made_anew_in_the_same_bytes(sound: Sound, hurt: Path, way: str) -> None:
    DERIVED[way](hurt)
    mend_fully(hurt)
    assert set() == codes(hurt)
    name = way.partition("--")[0]
    assert sound.files[name] == (hurt / name).read_bytes()


def tell_lies(path: Path) -> None:
    """Alter what the state says, not how it says it."""
    database = sqlite3.connect(path / "state.sqlite")
    database.execute("UPDATE captures SET payload_digest = 'sha1:AAAA' WHERE id % 5 = 0")
    database.commit()
    database.close()


STATES: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: (path / "state.sqlite").write_bytes(random.Random(1).randbytes(50_000)),
    "cut": lambda path: edit(path / "state.sqlite", lambda data: data.__delitem__(slice(40_000, None))),
    "altered": tell_lies,
    "gone": lambda path: (path / "state.sqlite").unlink(),
    "empty": lambda path: (path / "state.sqlite").write_bytes(b""),
}


@pytest.mark.parametrize("way", STATES)
def test_state_is_rebuilt_from_the_warcs(sound: Sound, hurt: Path, way: str) -> None:
    STATES[way](hurt)
    mend_fully(hurt)
    assert set() == codes(hurt)
    assert ("torn" in {path.name for path in hurt.iterdir()}) == (way != "gone")
    asked = len(sound.site.log)
    assert crawl(sound.site, hurt, "--limit", 1).returncode == 0
    assert set() == codes(hurt)
    again = {seen.url for seen in sound.site.log[asked:]} & {seen.uri for seen in sound.records}
    assert all(url.endswith("/robots.txt") for url in again), (
        "what the archive holds is read from it, not fetched again"
    )


SMALL: dict[str, Callable[[Path], object]] = {
    "collection.json": lambda path: flip(path / "collection.json", 3),
    "collection.json--gone": lambda path: (path / "collection.json").unlink(),
}


@pytest.mark.parametrize("way", SMALL)
def test_small_file_is_mended(hurt: Path, way: str) -> None:
    SMALL[way](hurt)
    assert codes(hurt, "damage")
    done = mend_fully(hurt)
    assert done.actions
    assert set() == codes(hurt)
    assert isinstance(json.loads((hurt / "collection.json").read_bytes())["seeds"], list)


LOGS: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: edit(path, lambda data: data.__delitem__(slice(700, None))),
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("way", LOGS)
def test_lost_log_is_a_loss_until_a_copy_comes(sound: Sound, hurt: Path, way: str) -> None:
    """A seal has signed where it stood: what is begun anew proves nothing of before."""
    LOGS[way](hurt / "fixity.jsonl")
    assert codes(hurt, "damage")
    mend_twice(hurt)
    assert {"seal-log"} == codes(hurt, "damage")
    (hurt / "fixity.jsonl").write_bytes(sound.files["fixity.jsonl"])
    mend_fully(hurt)
    assert set() == codes(hurt, "damage")


CONVICTED: dict[str, Callable[[Path], object]] = {
    "run.json": lambda path: flip(next(path.glob("crawls/*/run.json")), 100),
    "run.json--gone": lambda path: next(path.glob("crawls/*/run.json")).unlink(),
    "crawl.log": lambda path: flip(next(path.glob("crawls/*/crawl.log")), 100),
    "crawl.log--gone": lambda path: next(path.glob("crawls/*/crawl.log")).unlink(),
    "report.html": lambda path: flip(next(path.glob("crawls/*/report.html")), 100),
    "report.html--gone": lambda path: next(path.glob("crawls/*/report.html")).unlink(),
    "fixity.jsonl": lambda path: flip(path / "fixity.jsonl", 700),
    "collection.json": lambda path: edit(
        path / "collection.json", lambda data: data.insert(data.index(b'"name"') + 9, 65)
    ),
}


@pytest.mark.parametrize("way", CONVICTED)
def test_what_fixity_convicted_stays_convicted_until_a_copy_comes(sound: Sound, hurt: Path, way: str) -> None:
    CONVICTED[way](hurt)
    convicted = codes(hurt, "damage")
    assert convicted
    mend_twice(hurt)
    assert convicted == codes(hurt, "damage")
    for name, data in sound.files.items():
        if (hurt / name).parent.name != "articles" and name.rpartition("/")[2] != "state.sqlite":
            (hurt / name).write_bytes(data)
    mend_fully(hurt)
    assert set() == codes(hurt, "damage")
