"""Files by their addresses: read in ranges with the local run's results, and written whole or not at all."""

import errno
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import web
from archive.elsewhere import find_distant, forget, learn
from archive.errors import NotUsable
from archive.files import read_lines
from archive.mirror.store import Store
from archive.remote import stream
from archive.remote.file import RemoteFile, find_file
from archive.remote.kept import KeptFile
from archive.remote.look import Deposit, DepositKind
from archive.remote.view import view
from tests.support.commands import run_thanhuy
from tests.support.foreign import Shot, write_foreign
from tests.support.object_store import RangeServer, serve_files
from tests.support.sample_crawls import SampleCrawl


@pytest.fixture
def collection(small_crawl: SampleCrawl, tmp_path: Path) -> Path:
    """A collection that a test may change."""
    return small_crawl.copy(tmp_path / "collection")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RangeServer]:
    monkeypatch.setattr(web, "PAUSE", 0.001)
    with serve_files() as running:
        yield running


class Elsewhere:
    """A kind of store, into which files of this machine are put as they are."""

    def __init__(self, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        self._server: RangeServer | None = request.getfixturevalue("server") if kind == "http" else None
        if self._server is not None:
            self.url = self._server.url
            return
        if kind == "s3":
            request.getfixturevalue("s3")
        self.url = f"s3://mirrors/{tmp_path.name}/ở đây" if kind == "s3" else f"file://{tmp_path / 'store'}"
        self._store = Store(self.url, make=True)

    def put(self, root: Path, *paths: Path) -> None:
        for path in paths or sorted(each for each in root.rglob("*") if each.is_file() and each.name != ".lock"):
            key = path.relative_to(root.parent).as_posix()
            if self._server is not None:
                self._server.files[f"/{key}"] = path.read_bytes()
            else:
                self._store.put(key, path)


@pytest.fixture(params=["file", "s3", "http"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    return Elsewhere(request.param, request, tmp_path)


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    """What can be listed and written."""
    return Elsewhere(request.param, request, tmp_path)


def keep(file: RemoteFile | None, room: Path) -> KeptFile:
    assert file is not None
    return KeptFile(file=file, path=str(room / "kept"), floor=0)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def same(elsewhere: Elsewhere, root: Path, words: tuple[object, ...], place: Path) -> Any:
    """What a command says of a place here and of the same elsewhere, but for its name."""
    here = run_thanhuy(*words, place)
    url = f"{elsewhere.url}/{place.relative_to(root).as_posix()}"
    there = run_thanhuy(*words, url)
    assert (here.returncode, here.stdout) == (there.returncode, there.stdout.replace(url, str(place))), there.stderr
    assert here.stderr == there.stderr.replace(url, str(place))
    return here


def test_warc_and_wacz_give_what_they_give_here(collection: Path, elsewhere: Elsewhere, tmp_path: Path) -> None:
    warc = max((collection / "warc").iterdir(), key=lambda path: path.stat().st_size)
    flip(warc)
    assert 0 == run_thanhuy("pack", collection, "-o", tmp_path / "x.wacz").returncode
    elsewhere.put(collection.parent / "x", warc, tmp_path / "x.wacz")
    for place, words in ((warc, ("verify",)), (warc, ("extract",)), (tmp_path / "x.wacz", ("extract",))):
        done = same(elsewhere, tmp_path, words, place)
        assert (5, True) == (done.returncode, bool(done.stdout))


def test_collection_gives_what_it_gives_here(collection: Path, store: Elsewhere, tmp_path: Path) -> None:
    """Each finding too: of a damaged WARC, a lost one, an edited line, a log of digests that says otherwise."""
    store.put(collection)
    for words in (("verify", "--no-record"), ("extract",), ("export", "--format", "jsonl", "--no-papers")):
        target = ("-o", tmp_path / "out.jsonl") if words[0] == "export" else ()
        assert 0 == same(store, tmp_path, (*words, *target), collection).returncode
    warcs = sorted((collection / "warc").iterdir())
    flip(warcs[0])
    lines = min((collection / "articles").iterdir())
    lines.write_bytes(lines.read_bytes().replace(b'"live"', b'"gone"', 1))
    store.put(collection, warcs[0], lines)
    done = same(store, tmp_path, ("verify", "--no-record"), collection)
    assert (5, True) == (done.returncode, "fixity-differs" in done.stdout)


def test_mirror_is_read_without_being_pulled(collection: Path, store: Elsewhere, tmp_path: Path) -> None:
    url = f"{store.url}/{collection.name}"
    assert 0 == run_thanhuy("push", collection, url).returncode
    assert run_thanhuy("extract", collection).stdout == run_thanhuy("extract", url).stdout
    for place, target in ((collection, tmp_path / "here.wacz"), (url, f"{store.url}/there.wacz")):
        done = run_thanhuy("pack", place, "-o", target)
        assert 0 == done.returncode, done.stderr
    there = b"".join(Store(store.url).read("there.wacz"))
    assert hashlib.sha256((tmp_path / "here.wacz").read_bytes()).digest() == hashlib.sha256(there).digest()
    done = run_thanhuy("export", url, "--format", "sqlite", "-o", tmp_path / "x.sqlite")
    assert (2, True) == (done.returncode, f"`thanhuy pull {url} DIR`" in done.stderr)


def test_article_is_shown_where_its_collection_lies(collection: Path, tmp_path: Path) -> None:
    article = json.loads((collection / "articles.jsonl").read_text("utf-8").splitlines()[0])["id"]
    url = collection.as_uri()
    for words in ((), ("--capture",), ("--history",)):
        here, there = (run_thanhuy("show", place, article, *words) for place in (collection, url))
        assert (0, here.stdout) == (there.returncode, there.stdout), there.stderr
    assert run_thanhuy("show", article, "--into", url, "--json").stdout.startswith("{")
    assert 0 == run_thanhuy("push", collection, f"file://{tmp_path}/mirror").returncode
    done = run_thanhuy("show", f"file://{tmp_path}/mirror", article)
    assert (2, True) == (done.returncode, f"`thanhuy pull file://{tmp_path}/mirror DIR` makes it" in done.stderr)


def test_file_of_others_is_adopted_from_its_address(collection: Path, server: RangeServer, tmp_path: Path) -> None:
    theirs = write_foreign(tmp_path / "theirs.warc.gz", [Shot(1, "2020-05-01T08:00:00Z")])
    server.files["/theirs.warc.gz"] = theirs.read_bytes()
    url, here = f"{server.url}/theirs.warc.gz", tmp_path / "here"
    shutil.copytree(collection, here)
    words = ("--free-space-floor", 0, "--no-progress")
    assert 0 == run_thanhuy("adopt", here, theirs, *words).returncode
    done = run_thanhuy("adopt", collection, url, f"{server.url}/none.warc.gz", here.as_uri(), *words)
    assert (2, True) == (done.returncode, f"{url}: adopted as warc/adopted-" in done.stdout), done.stderr
    assert [f"thanhuy: {server.url}/none.warc.gz", f"thanhuy: {here.as_uri()}"] == [
        line.partition(": expected")[0] for line in done.stderr.splitlines()
    ]
    assert [path.name for path in list_adopted(here)] == [path.name for path in list_adopted(collection)]
    assert theirs.read_bytes() == list_adopted(collection)[0].read_bytes()
    assert theirs.stat().st_size >= sum(stop - start for start, stop in spans_of(server, "/theirs.warc.gz"))


def list_adopted(collection: Path) -> list[Path]:
    return sorted((collection / "warc").glob("adopted-*"))


def test_heap_of_warcs_is_one_set(collection: Path, store: Elsewhere, tmp_path: Path) -> None:
    store.put(collection, *(collection / "warc").iterdir())
    warcs = sorted((collection / "warc").iterdir())
    assert run_thanhuy("extract", *warcs).stdout == run_thanhuy("extract", f"{store.url}/collection/warc/").stdout


def test_output_is_whole_and_over_nothing_that_is_there(collection: Path, store: Elsewhere, tmp_path: Path) -> None:
    url = f"{store.url}/out/x.jsonl"
    assert 0 == run_thanhuy("extract", collection, "-o", url).returncode
    there = Store(f"{store.url}/out")
    assert run_thanhuy("extract", collection).stdout.encode() == b"".join(there.read("x.jsonl"))
    done = run_thanhuy("extract", collection, "--newest", "-o", url)
    assert (2, True) == (
        done.returncode,
        "exists already; name another file, or replace it with --force" in done.stderr,
    )
    assert 0 == run_thanhuy("extract", collection, "--newest", "-o", url, "--force").returncode
    assert run_thanhuy("extract", collection, "--newest").stdout.encode() == b"".join(there.read("x.jsonl"))
    assert 0 == run_thanhuy("export", collection, "--format", "csv", "-o", f"{store.url}/csv/").returncode
    assert {"README.md", "articles.csv", "datapackage.json"} < set(Store(f"{store.url}/csv").list(""))
    done = run_thanhuy("extract", url.replace("x.jsonl", "none.warc.gz"), "-o", f"{store.url}/out/y.jsonl")
    assert (2, ["x.jsonl"]) == (done.returncode, there.list(""))
    done = run_thanhuy("extract", f"{store.url}/csv", "-o", f"{store.url}/csv/y.jsonl")
    assert 2 == done.returncode


def test_output_never_takes_the_place_of_an_input(collection: Path, tmp_path: Path) -> None:
    warc = min((collection / "warc").iterdir())
    before, url = warc.read_bytes(), f"file://{warc}"
    for read, target in ((url, url), (f"file://{collection}", f"file://{collection}/x.jsonl")):
        assert 2 == run_thanhuy("extract", read, "-o", target, "--force").returncode
    assert (before, False) == (warc.read_bytes(), (collection / "x.jsonl").exists())


# Web servers


def test_server_that_fails_for_a_while_is_asked_again(collection: Path, server: RangeServer) -> None:
    warc = min((collection / "warc").iterdir())
    server.files["/x.warc.gz"] = warc.read_bytes()
    server.failing = [503, 429]
    assert run_thanhuy("extract", warc).stdout == run_thanhuy("extract", f"{server.url}/x.warc.gz").stdout.replace(
        "x.warc.gz", warc.name
    )


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"failing": [503] * 9}, 9, "Service Unavailable; asked 5 times"),
        ({"failing": [403]}, 2, "refuses it (403 Forbidden)"),
        ({"failing": [404]}, 2, "name each"),
        ({"whole": True}, 2, "gives parts of a file"),
        ({"redirects": {"/x.warc.gz": "http://localhost:1/y"}}, 2, "no public address"),
        ({"redirects": {"/x.warc.gz": "file:///etc/passwd"}}, 2, "no web address"),
        ({"redirects": {"/x.warc.gz": "http://[::1"}}, 2, "Invalid IPv6 URL"),
        ({"redirects": {"/x.warc.gz": f"http://{70 * 'a'}.vn/"}}, 2, "label empty or too long"),
        ({"redirects": {"/x.warc.gz": "/x.warc.gz"}}, 2, "infinite loop."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_a_server_says_is_one_sentence(server: RangeServer, change: dict[str, Any], code: int, says: str) -> None:
    server.files["/x.warc.gz"] = b"WARC/1.1\r\n"
    for name, value in change.items():
        setattr(server, name, value)
    done = run_thanhuy("verify", f"{server.url}/x.warc.gz")
    assert (code, "", 1, True) == (done.returncode, done.stdout, done.stderr.count("\n"), says in done.stderr), done
    assert f"{server.url}/x.warc.gz" in done.stderr


def test_redirect_to_another_server_takes_no_credentials_along(server: RangeServer) -> None:
    with serve_files() as other:
        other.files["/y"] = b"abc"
        server.redirects = {"/x": f"{other.url}/y", "/here": "/x"}
        asked = {
            "Authorization": "AWS4-HMAC-SHA256 Signature=1",
            "X-Amz-Security-Token": "secret",
            "Range": "bytes=0-0",
        }
        with web.ask(f"{server.url}/here", asked) as answer:
            assert b"a" == answer.read()
        assert {"authorization", "x-amz-security-token", "range"} <= server.headers[1].keys()
        assert {"authorization", "x-amz-security-token", "range"} & other.headers[0].keys() == {"range"}


def test_file_that_changes_meanwhile_is_not_mixed(server: RangeServer, tmp_path: Path) -> None:
    server.files["/x"] = os.urandom(300_000)
    with keep(find_file(f"{server.url}/x"), tmp_path).open() as opened:
        assert server.files["/x"][:10] == opened.read(10)
        server.files["/x"] = os.urandom(300_000)
        with pytest.raises(Exception, match="it changed while it was read"):
            opened.read(200_000)


@pytest.mark.parametrize(
    "url",
    [
        *("https://u:secret@host/x.warc.gz", "s3://u:secret@bucket/x", "ftp://host/x.warc.gz", "https:///x", "s3://"),
        *("http://a..b/x.warc.gz", "file:///tmp/..", "file:///tmp/./x"),
    ],
)
def test_address_that_is_none_is_refused(url: str) -> None:
    done = run_thanhuy("verify", url)
    assert (2, 1, False) == (done.returncode, done.stderr.count("\n"), "secret" in done.stderr)


@pytest.mark.parametrize("size", [1 << 62, 1 << 63])
def test_size_that_no_file_can_have_is_no_full_disk(size: int) -> None:
    file = RemoteFile(base="", key="https://host/x.warc.gz", size=size)
    deposit = Deposit(url=file.url, kind=DepositKind.FILE, files={file.name: file})
    with pytest.raises(NotUsable, match=r"x\.warc\.gz: expected what can be a file here"), view(deposit):
        pytest.fail("there is no such file")


def test_collection_in_a_store_has_its_rooms_though_they_are_empty(tmp_path: Path) -> None:
    deposit = Deposit(url=f"file://{tmp_path}", kind=DepositKind.COLLECTION, files={})
    with view(deposit) as (path,):
        assert ["articles", "warc"] == sorted(room.name for room in path.iterdir() if room.is_dir())


def test_server_that_is_not_there_is_worth_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PAUSE", 0.001)
    done = run_thanhuy("extract", "http://127.0.0.1:9/x.warc.gz")
    assert (9, True) == (done.returncode, "127.0.0.1:9/x.warc.gz" in done.stderr)


@pytest.mark.parametrize("verb", ["index", "repair", "status", "report"])
def test_verbs_that_work_in_place_say_how_to_bring_it_here(verb: str) -> None:
    done = run_thanhuy(verb, "s3://bucket/x")
    assert (2, True) == (done.returncode, "`thanhuy pull s3://bucket/x DIR` brings it" in done.stderr)


def test_probe_reads_a_page_of_a_store(s3: dict[str, str], tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "pages" / "semantic-article" / "page.html"
    page = page if page.exists() else min((Path(__file__).parents[2] / "pages").glob("*/page.html"))
    Store("s3://mirrors/pages").put("page.html", page)
    here, there = (
        run_thanhuy("probe", place, "--url", "https://x.vn/a") for place in (page, "s3://mirrors/pages/page.html")
    )
    assert (here.returncode, here.stdout) == (there.returncode, there.stdout)


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    done = run_thanhuy("verify", "s3://missing-package/x.warc.gz")
    assert (2, True) == (done.returncode, "thanhuy-archive[mirror]" in done.stderr)


# Streams


@pytest.mark.parametrize("back", [0, 20_000])
def test_stream_reads_ahead_and_asks_for_nothing_twice(back: int) -> None:
    """Also where its reader steps back a little before each piece, as one of compressed members does."""
    data = os.urandom(30 << 20)
    asked: list[tuple[int, int]] = []

    def read(start: int, stop: int) -> bytes:
        asked.append((start, stop))
        return data[start:stop]

    with stream.open_ranges(read, len(data)) as opened:
        place = 0
        while piece := opened.read(1 << 20):
            assert data[place : place + len(piece)] == piece
            place = opened.seek(place + len(piece) - (back if len(piece) == 1 << 20 else 0))
    assert stream.MOST == max(stop - start for start, stop in asked)
    assert len(asked) < 30
    assert len(data) == sum(stop - start for start, stop in asked)


def test_stream_at_any_place_is_the_file() -> None:
    data = os.urandom(900_000)
    with stream.open_ranges(lambda start, stop: data[start:stop], len(data)) as opened:
        for place, count in ((899_999, 5), (0, 1), (65_535, 3), (500_000, 200_000), (2_000_000, 1), (10, 300_000)):
            opened.seek(place)
            assert data[place : place + count] == opened.read(count)
        assert len(data) == opened.seek(0, os.SEEK_END)


def test_executor_without_the_stand_ins_reads_lines_by_their_addresses(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_bytes(b"{}\n[]\n")
    file = keep(find_file(f"file://{tmp_path}/lines.jsonl"), tmp_path / "nowhere")
    stand_in = tmp_path / "nowhere" / "lines.jsonl"
    assert [] == list(read_lines(stand_in))
    learn({str(stand_in): file})
    try:
        assert [(0, b"{}\n"), (3, b"[]\n")] == list(read_lines(stand_in))
        assert [(3, b"[]\n")] == list(read_lines(stand_in, start=1))
    finally:
        forget(tmp_path)


# What was read is kept


def spans_of(server: RangeServer, path: str) -> list[tuple[int, int]]:
    """What was asked of a file, but for the first byte, by which its size is learnt."""
    spans = [re.fullmatch(r"bytes=(\d+)-(\d+)", wanted) for asked, wanted in server.asked if asked == path]
    return sorted((int(span[1]), int(span[2]) + 1) for span in spans[1:] if span)


@pytest.mark.parametrize(
    ("name", "jobs"), [("x.warc.gz", ()), ("x.warc", ()), ("x.wacz", ()), ("x.warc.gz", ("--jobs", 2))]
)
def test_no_byte_is_asked_for_twice(
    small_crawl: SampleCrawl, server: RangeServer, tmp_path: Path, name: str, jobs: tuple[object, ...]
) -> None:
    warc = max((small_crawl.directory / "warc").iterdir(), key=lambda path: path.stat().st_size)
    if name == "x.wacz":
        assert 0 == run_thanhuy("pack", small_crawl.directory, "-o", tmp_path / name).returncode
        server.files[f"/{name}"] = (tmp_path / name).read_bytes()
    else:
        server.files[f"/{name}"] = warc.read_bytes() if name.endswith("gz") else gzip.decompress(warc.read_bytes())
    url = f"{server.url}/{name}"
    alone = run_thanhuy("extract", url).stdout if jobs else ""
    for verb in ("extract",) if jobs else ("extract", "verify"):
        server.asked.clear()
        done = run_thanhuy(verb, *jobs, url)
        assert (0, True) == (done.returncode, done.stdout == alone or not jobs)
        spans = spans_of(server, f"/{name}")
        assert [] == [(one, two) for one, two in pairwise(spans) if two[0] < one[1]]
        assert sum(stop - start for start, stop in spans) <= len(server.files[f"/{name}"])


def test_export_of_a_collection_reads_each_byte_once(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    real = RemoteFile.read

    def read(file: RemoteFile, start: int, stop: int) -> bytes:
        asked.update({file.key: stop - start})
        return real(file, start, stop)

    monkeypatch.setattr(RemoteFile, "read", read)
    for form in ("jsonl", "site"):
        asked.clear()
        done = run_thanhuy("export", f"file://{collection}", "--format", form, "-o", tmp_path / f"out.{form}")
        assert 0 == done.returncode, done.stderr
        assert asked["articles.jsonl"] > 0
        more = {name: count for name, count in asked.items() if count > (collection / name).stat().st_size}
        assert {} == more


@dataclass(frozen=True, kw_only=True)
class Remembering(RemoteFile):
    """A file of random bytes that knows what was asked for."""

    data: bytes
    asked: list[tuple[int, int]]

    def read(self, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        return self.data[start:stop]


@given(size=st.integers(1, 40), room=st.integers(0, 40), draw=st.data())
def test_kept_file_is_the_file_and_is_asked_for_once(size: int, room: int, draw: st.DataObject) -> None:
    """Also where the disk takes some bytes and then no more, the last of them as a part of what it was given."""
    data = random.Random(size).randbytes(size)
    file = Remembering(base="", key="x", size=size, data=data, asked=[])
    place, real, left = st.integers(0, size - 1), os.pwrite, room

    def write(fd: int, given: memoryview, start: int) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(fd, given[:left], start)
        left -= written
        return written

    with TemporaryDirectory() as made, patch("archive.remote.kept.BLOCK", 4), patch("os.pwrite", write):
        kept = KeptFile(file=file, path=f"{made}/kept", floor=0)
        for start, other in draw.draw(st.lists(st.tuples(place, place), max_size=9)):
            start, stop = min(start, other), max(start, other) + 1
            assert data[start:stop] == kept.read(start, stop)
    spans = sorted(file.asked)
    assert not left or [] == [(one, two) for one, two in pairwise(spans) if two[0] < one[1]]


def test_all_that_is_kept_leaves_the_disk_its_floor(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses are read by one command: each had a share of the same room."""
    name = max((collection / "warc").iterdir(), key=lambda path: path.stat().st_size)
    file = find_file(f"file://{name}")
    assert file is not None
    with view(Deposit(url=file.url, kind=DepositKind.FILE, files={"x": file})) as [one]:
        monkeypatch.setattr("archive.remote.view.SHARE", 2)
        with view(Deposit(url=file.url, kind=DepositKind.FILE, files={"x": file})) as [other]:
            floors = {cast(KeptFile, find_distant(path)).floor for path in (one, other)}
    assert 1 == len(floors)
    free = os.statvfs(collection)
    full = KeptFile(file=file, path=str(collection / "kept"), floor=2 * free.f_bavail * free.f_frsize)
    assert name.read_bytes() == full.read(0, file.size)
    assert 0 == (collection / "kept").stat().st_size


def test_full_disk_keeps_nothing_and_reads_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = Remembering(base="", key="x", size=9, data=b"123456789", asked=[])
    monkeypatch.setattr(os, "pwrite", full)
    assert [b"23", b"23"] == [keep(file, tmp_path).read(1, 3) for _ in range(2)]


def test_file_goes_from_process_to_process() -> None:
    import pickle

    file = RemoteFile(base="s3://bucket/a", key="b/c.warc.gz", size=3, tag="x")
    assert ("s3://bucket/a/b/c.warc.gz", "c.warc.gz", file) == (file.url, file.name, pickle.loads(pickle.dumps(file)))
