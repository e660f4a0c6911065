"""Files of every kind that the commands read, altered byte by byte: each command ends in its own words.

Minutes long: run with `-m slow`. `FUZZ_ROUNDS` says how many alterations of each kind are tried,
`FUZZ_SEED` with which to begin.
"""

import io
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bytemutations import mutate
from tests.support.commands import call_thanhuy
from tests.support.sample_crawls import SampleCrawl
from tests.warcs.build import END, http_response, request, response, revisit, warcinfo
from tests.warcs.wacz import FILES, pack, package

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "150"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
UNEXPECTED = 1


@dataclass(frozen=True)
class Victim:
    """A file of a collection, and the commands that read it."""

    name: str
    """Its place in the collection; the first that matches."""
    commands: tuple[str, ...]
    """Words; COLLECTION stands for the collection, OUT for a place beside it."""


VICTIMS = {
    "WARC": Victim("warc/*", ("verify COLLECTION", "extract COLLECTION", "repair COLLECTION --free-space-floor 0", "verify COLLECTION")),
    "index": Victim("indexes/index.cdxj", ("verify COLLECTION", "pack COLLECTION -o OUT.wacz", "repair COLLECTION --free-space-floor 0")),
    "lines": Victim(
        "articles/*.jsonl",
        ("verify COLLECTION", "changes COLLECTION", "export COLLECTION --format jsonl -o OUT.jsonl", "pack COLLECTION -o OUT.wacz",
         "report COLLECTION -o OUT.html", "repair COLLECTION --free-space-floor 0")),
    "newest lines": Victim(
        "articles.jsonl",
        ("verify COLLECTION", "export COLLECTION --format csv -o OUT.csv", "export COLLECTION --format jsonld -o OUT.jsonld",
         "show 1491871001 --into COLLECTION", "schema COLLECTION --format markdown", "doctor COLLECTION --offline", "repair COLLECTION --free-space-floor 0")),
    "state": Victim(
        "state.sqlite",
        ("verify COLLECTION", "status COLLECTION", "report COLLECTION -o OUT.html", "reread COLLECTION", "repair COLLECTION --free-space-floor 0")),
    "about": Victim("collection.json", ("verify COLLECTION", "status COLLECTION", "repair COLLECTION --free-space-floor 0", "extract COLLECTION")),
    "fixity": Victim("fixity.jsonl", ("verify COLLECTION", "doctor COLLECTION --offline", "repair COLLECTION --free-space-floor 0")),
    "run": Victim("crawls/*/run.json", ("verify COLLECTION", "status COLLECTION", "report COLLECTION -o OUT.html", "repair COLLECTION --free-space-floor 0")),
    "skipped": Victim("crawls/*/skipped.jsonl", ("status COLLECTION", "report COLLECTION -o OUT.html")),
}  # fmt: skip

CONFIG = """\
into = "my-archive"
since = 2024-01-01
delay = 2.5
section = ["quan-1", "quan-2"]
images = true
limit = 20
max-time = "2h"
connect-to = ["::127.0.0.1:9"]
[notify]
mail = "a@example.org"
"""
LAYOUT = """\
name = "mau-2024"

[title]
css = "h1.title"
expect = "one"

[body]
xpath = "//div[@class='body']"
expect = "some"
"""


def ends_in_its_own_words(words: list[str], case: str) -> None:
    done = call_thanhuy(words)
    said = done.stdout + done.stderr
    assert done.returncode != UNEXPECTED, f"{case}: {words}: {said[-3000:]}"
    assert "Traceback" not in said, f"{case}: {words}: {said[-3000:]}"


@pytest.mark.parametrize("kind", VICTIMS)
def test_altered_file_of_a_collection(kind: str, small_crawl: SampleCrawl, tmp_path: Path) -> None:
    victim = VICTIMS[kind]
    for seed in range(SEED, SEED + ROUNDS):
        collection = small_crawl.copy(tmp_path / "x")
        path = sorted(collection.glob(victim.name))[0]
        path.write_bytes(mutate(path.read_bytes(), seed))
        for number, command in enumerate(victim.commands):
            place = {"COLLECTION": str(collection)}
            words = [place.get(word, word).replace("OUT.", f"{tmp_path}/{number}.") for word in command.split()]
            ends_in_its_own_words(words, f"{kind}, seed {seed}")
        shutil.rmtree(collection)
        for made in tmp_path.glob("[0-9]*.*"):
            made.unlink()


PLAIN = b"".join(
    (warcinfo(), request(), response(), response(3, block=http_response(b"<h1>A</h1><p>B</p>")), revisit())
)
FOREIGN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "plain WARC": ("a.warc", lambda: PLAIN),
    "headers of a WARC": ("a.warc", lambda: PLAIN),
    "WACZ": ("a.wacz", lambda: pack(FILES, package(FILES))),
    "directory of a WACZ": ("a.wacz", lambda: pack(FILES, package(FILES))),
}


def alter(kind: str, data: bytes, seed: int) -> bytes:
    """Altered anywhere, or there alone where the kind says."""
    if kind == "headers of a WARC":
        return END.join(mutate(part, seed) if part.startswith(b"WARC/") else part for part in data.split(END))
    if kind == "directory of a WACZ":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            start = archive.start_dir
        return data[:start] + mutate(data[start:], seed)
    return mutate(data, seed)


@pytest.mark.parametrize("kind", FOREIGN)
def test_altered_file_of_somebody_else(kind: str, tmp_path: Path) -> None:
    name, build = FOREIGN[kind]
    data = build()
    for seed in range(SEED, SEED + 4 * ROUNDS):
        path = tmp_path / name
        path.write_bytes(alter(kind, data, seed))
        for words in (["verify", str(path)], ["extract", str(path), "--any-url"]):
            ends_in_its_own_words(words, f"{kind}, seed {seed}")


def test_altered_configuration(tmp_path: Path) -> None:
    path = tmp_path / "thanhuy.toml"
    for seed in range(SEED, SEED + 10 * ROUNDS):
        path.write_bytes(mutate(CONFIG.encode(), seed))
        ends_in_its_own_words(["config", "--config", str(path)], f"seed {seed}")


def test_altered_layout(tmp_path: Path) -> None:
    path, page = tmp_path / "mau.toml", tmp_path / "a.html"
    page.write_text("<h1 class='title'>Một trang</h1><div class='body'><p>Một đoạn văn ngắn ở đây.</p></div>", "utf-8")
    for seed in range(SEED, SEED + 10 * ROUNDS):
        path.write_bytes(mutate(LAYOUT.encode(), seed))
        ends_in_its_own_words(["probe", str(page), "--layout", str(path)], f"seed {seed}")
