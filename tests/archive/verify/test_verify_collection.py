"""Collections with one thing altered: the finding that must come of it, and none but what follows from it."""

import fcntl
import gzip
import json
import os
import random
import shutil
import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive import fixity
from archive.lines.writer import format_line
from archive.verify.findings import CODES, Severity
from archive.verify.items import ItemRules, PageUnread, Parse
from archive.verify.runner import VerifyOptions
from archive.verify.runner import verify as verify_paths
from archive.verify.schema import check_schema
from archive.warc.salvage import read_every
from crawler.articles import article_schema
from crawler.items import ADDED, STAMPED, as_record
from tests.archive.verify.test_verify_corpus import verify
from tests.warcs.build import compressed, member, metadata, uuid, warcinfo
from tests.warcs.shelf import article, build_collection, copy, drop, edit_bytes, edit_lines, edit_state, refix, the

LINES = {"item-differs", "newest-differs"}
"""What follows from any change to a line: it is no longer the line in the WARC, nor the one in `articles.jsonl`."""
WARC = "warc/*.warc.gz"
ITEMS = "articles/*.jsonl"
BARE = ("--no-reparse",)
"""The pages of this collection hold no articles that a parser would find; parsing again has tests of its own."""
QUIET = (*BARE, "--no-record")
STAMPS = {
    "version": 1,
    "captured_at": "2024-02-28T09:30:00Z",
    "warc": {"file": "a.warc.gz", "offset": 0, "length": 1, "record_id": "urn:uuid:1", "payload_digest": "sha1:A"},
}
"""What a crawl fills in."""


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection without fault; copy it before altering it."""
    return build_collection(tmp_path_factory.mktemp("sound") / "collection")


def in_line(number: int, change: Callable[[bytes], bytes], pattern: str = ITEMS) -> Callable[[Path], None]:
    """Alter the bytes of one line, and note the file's new digest."""

    def alter(path: Path) -> None:
        def lines(data: bytes) -> bytes:
            split = data.splitlines(keepends=True)
            split[number] = change(split[number])
            return b"".join(split)

        edit_bytes(the(path, pattern), lines)
        refix(path, the(path, pattern))

    return alter


def in_file(pattern: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Alter the bytes of a file, and note its new digest."""

    def alter(path: Path) -> None:
        edit_bytes(the(path, pattern), change)
        refix(path, the(path, pattern))

    return alter


def in_records(change: Callable[[list[dict[str, Any]]], None], pattern: str = ITEMS) -> Callable[[Path], None]:
    """Alter the objects of a file of lines, and note its new digest."""

    def alter(path: Path) -> None:
        edit_lines(the(path, pattern), change)
        refix(path, the(path, pattern))

    return alter


def edit(pattern: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Alter the bytes of a file, and nothing else."""
    return lambda path: edit_bytes(the(path, pattern), change)


def pointer(key: str, value: Any) -> Callable[[Path], None]:
    """Alter `warc` of the second line."""
    return in_records(lambda records: records[1]["warc"].update({key: value}))


def answer(key: str, value: Any) -> Callable[[Path], None]:
    """Alter `gone.warc` of the last line."""

    def change(records: list[dict[str, Any]]) -> None:
        records[5]["gone"]["warc"][key] = value(records) if callable(value) else value

    return in_records(change)


def state(sql: str) -> Callable[[Path], None]:
    """Alter the state."""
    return lambda path: edit_state(path, sql)


def swap(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([lines[1], lines[0], *lines[2:]])


def vanish(path: Path) -> None:
    (path / "articles.jsonl").rename(path / "torn.jsonl")


def stray_warc(path: Path) -> None:
    name = "test-20240301000000000-00001-vm.warc.gz"
    (path / "warc" / name).write_bytes(compressed(warcinfo(900, WARC_Filename=name)))


def compress_anew(path: Path) -> None:
    """The same records, written at another level of compression."""
    warc = the(path, WARC)
    plain = [found.record.head + found.record.block.read() + b"\r\n\r\n" for found in read_every(warc, [])]
    warc.write_bytes(b"".join(gzip.compress(one, 1, mtime=0) for one in plain))


def companions(path: Path) -> None:
    """What other systems leave beside files."""
    for room, file in (("warc", the(path, WARC)), ("articles", the(path, ITEMS))):
        for name in (
            f"._{file.name}",
            f"{file.name}~",
            f".{file.name}.swp",
            f"{file.stem} (1){file.suffix}",
            "Thumbs.db",
        ):
            (path / room / name).write_bytes(b"\0\5\x16\7" + b"Mac OS X        ")
    (path / ".DS_Store").write_bytes(b"\0")


def append_records(*records: bytes) -> Callable[[Path], None]:
    """Append records to the WARC, and note its new digest."""
    return in_file(WARC, lambda data: data + b"".join(map(member, records)))


def reopen(path: Path) -> None:
    """As if the crawl had been killed: the last record torn."""
    warc = the(path, WARC)
    warc.write_bytes(warc.read_bytes() + member(warcinfo(901))[:-9])
    warc.rename(warc.with_name(warc.name + ".open"))
    drop(path, "fixity.jsonl", "crawls/*/run.json", "seals/*")


def in_records_of_hostile(path: Path, outside: Path) -> None:
    """A pointer that leads out."""
    shutil.copy(the(path, WARC), outside / "x.warc.gz")
    in_records(lambda records: records[1]["warc"].update(file=str(outside / "x.warc.gz")))(path)


ITEM = metadata(903, block=b'{"id":"9"}', Content_Type="application/json", WARC_Target_URI=None)
TITLE = "Bài thử".encode()
DEEP = b"[" * 50_000
"""The beginning of a value that is nested more deeply than can be read."""

CASES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "collection-json": (edit("collection.json", lambda data: data.replace(b'"format": 1', b'"format": 9')), {"fixity-differs"}),
    "collection-json--cut": (edit("collection.json", lambda data: data[:-5]), {"fixity-size"}),
    "missing-file--index": (lambda path: (path / "indexes/index.cdxj").unlink(), {"file-vanished"}),
    "odd-file": (lambda path: (path / "warc" / "notes.txt").touch(), set()),
    "odd-file--companions": (companions, set()),
    "odd-path--link": (lambda path: (path / "warc" / "x.warc.gz").symlink_to("/no/such/file"), set()),
    "odd-path--directory": (lambda path: (path / "articles" / "x.jsonl").mkdir(), set()),
    "odd-path--pipe": (lambda path: os.mkfifo(path / "warc" / "x.warc.gz"), set()),
    "odd-path--room": (lambda path: (path / "torn").symlink_to("/tmp"), set()),
    "odd-file--top": (lambda path: (path / "notes.txt").touch(), set()),
    "torn-tail": (reopen, {"open-file", "no-fixity", "no-http"}),
    "jsonl-bom": (in_line(0, lambda line: b"\xef\xbb\xbf" + line), LINES),
    "jsonl-utf-8": (in_line(1, lambda line: line.replace(b"B\xc3\xa0i", b"B\xc3i", 1)), {"line-missing", "newest-extra", "newest-missing"}),
    "jsonl-syntax": (in_line(1, lambda line: line.replace(b"{", b"[", 1)), {"line-missing", "newest-extra", "newest-missing"}),
    "jsonl-nan": (in_line(1, lambda line: line.replace(b'"comment_count":null', b'"comment_count":NaN')), LINES | {"jsonl-schema"}),
    "jsonl-duplicate-key": (in_line(1, lambda line: line.replace(b'"tags":[]', b'"tags":[],"tags":[]')), LINES),
    "jsonl-surrogate": (in_line(1, lambda line: line.replace(TITLE, b"\\ud800", 1)), LINES | {"text-digest", "jsonl-schema"}),
    "jsonl-cut": (in_file(ITEMS, lambda data: data[:-1]), {"line-missing", "newest-differs"}),
    "jsonl-blank-line": (in_line(1, lambda line: b"\n" + line), set()),
    "jsonl-key-order": (in_records(lambda records: records[1].update(url=records[1].pop("url"))), LINES),
    "jsonl-schema--missing-key": (in_records(lambda records: records[1].pop("tags")), LINES),
    "jsonl-schema--unknown-key": (in_records(lambda records: records[1].update(x=1)), LINES),
    "jsonl-schema--type": (in_records(lambda records: records[1].update(tags=None)), LINES),
    "jsonl-schema--nested": (in_records(lambda records: records[1]["parser"].update(version=1)), LINES),
    "jsonl-schema--status": (in_records(lambda records: records[1].update(status="dead")), LINES),
    "jsonl-schema--date": (in_records(lambda records: records[1].update(date="28/02/2024")), LINES),
    "jsonl-schema--null": (in_records(lambda records: records[1].update(captured_at=None)), LINES),
    "jsonl-not-nfc": (in_line(1, lambda line: line.replace(b"B\xc3\xa0i", "Ba\u0300i".encode(), 1)), LINES | {"text-digest"}),
    "jsonl-repeated-line": (in_line(1, lambda line: line + line), set()),
    "text-digest": (in_records(lambda records: records[1].update(byline="An")), LINES),
    "pointer-file": (pointer("file", "no-such.warc.gz"), LINES),
    "pointer-record": (pointer("offset", 3), LINES),
    "pointer-type": (pointer("offset", 0), LINES | {"pointer-id", "pointer-length", "pointer-digest", "pointer-uri"}),
    "pointer-id": (pointer("record_id", "urn:uuid:00000000-0000-4000-8000-000000000099"), LINES | {"item-missing", "line-missing"}),
    "pointer-length": (pointer("length", 7), LINES),
    "pointer-digest": (pointer("payload_digest", "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), LINES),
    "pointer-uri": (in_records(lambda records: records[1].update(url="https://www.thanhuytphcm.vn/tin-tuc/khac-2")), LINES),
    "gone-record--none": (answer("offset", 3), LINES),
    "gone-record--page": (answer("offset", lambda records: records[4]["warc"]["offset"]), LINES),
    "gone-record--request": (answer("offset", lambda records: sum(records[4]["warc"][name] for name in ("offset", "length"))), LINES),
    "gone-record--id": (answer("record_id", "urn:uuid:00000000-0000-4000-8000-000000000099"), {"newest-differs"}),
    "gone-record--length": (answer("length", 7), {"newest-differs"}),
    "gone-record--digest": (answer("payload_digest", "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), LINES),
    "gone-record--date": (in_records(lambda records: records[5]["gone"].update(confirmed_at="2024-02-28T09:30:00Z")), LINES),
    "version-order": (in_records(lambda records: records[2].update(version=5)), LINES),
    "item-syntax": (
        append_records(metadata(903, block=b"{", Content_Type="application/json", WARC_Refers_To=None, WARC_Target_URI=None)),
        {"line-missing"},
    ),
    "item-syntax--deep": (
        append_records(metadata(903, block=DEEP, Content_Type="application/json", WARC_Refers_To=None, WARC_Target_URI=None)),
        {"line-missing"},
    ),
    "line-missing": (append_records(ITEM), set()),
    "line-missing--dropped": (in_line(3, lambda line: b""), {"newest-extra"}),
    "newest-missing": (in_line(0, lambda line: b"", "articles.jsonl"), set()),
    "newest-differs": (in_line(0, lambda line: line.replace(b'"tags":[]', b'"tags":["x"]'), "articles.jsonl"), set()),
    "newest-extra": (in_line(0, lambda line: line + line.replace(b'"id":"1"', b'"id":"7"'), "articles.jsonl"), set()),
    "cdxj-syntax": (in_line(0, lambda line: line.replace(b"{", b"", 1), "indexes/index.cdxj"), {"cdxj-missing"}),
    "cdxj-syntax--cut": (in_file("indexes/index.cdxj", lambda data: data[:-1]), set()),
    "cdxj-syntax--deep": (in_file("indexes/index.cdxj", lambda data: data + b'vn,zz)/ 20240228000000 {"a": ' + DEEP + b"}\n"), set()),
    "cdxj-order": (in_file("indexes/index.cdxj", swap), set()),
    "cdxj-duplicate": (in_line(0, lambda line: line + line, "indexes/index.cdxj"), set()),
    "cdxj-no-record": (in_line(0, lambda line: line.replace(b'"offset": "', b'"offset": "9'), "indexes/index.cdxj"), {"cdxj-missing"}),
    "cdxj-differs--status": (in_line(0, lambda line: line.replace(b'"200"', b'"404"'), "indexes/index.cdxj"), set()),
    "cdxj-differs--time": (in_line(0, lambda line: line.replace(b" 2024", b" 2023"), "indexes/index.cdxj"), set()),
    "cdxj-differs--surt": (in_line(0, lambda line: b"a" + line, "indexes/index.cdxj"), set()),
    "cdxj-differs--url": (in_line(0, lambda line: line.replace(b'"https:', b'"http:'), "indexes/index.cdxj"), set()),
    "cdxj-missing": (in_line(0, lambda line: b"", "indexes/index.cdxj"), set()),
    "state-unreadable": (edit("state.sqlite", lambda data: b"\0" * 100 + data[100:]), {"fixity-differs"}),
    "state-differs": (state("UPDATE captures SET length = length + 1 WHERE id = 2"), {"fixity-differs"}),
    "state-differs--missing": (state("DELETE FROM captures WHERE id = 2"), {"fixity-differs"}),
    "state-differs--extra": (state("UPDATE captures SET offset = 9 WHERE id = 2"), {"fixity-differs"}),
    "state-differs--version": (state("UPDATE versions SET offset = 9 WHERE version = 2"), {"fixity-differs"}),
    "fixity-syntax": (edit(fixity.NAME, lambda data: data.replace(b'"size"', b'"sise"', 1)), {"fixity-chain", "file-appeared"}),
    "fixity-syntax--deep": (edit(fixity.NAME, lambda data: data + DEEP + b"\n"), set()),
    "fixity-chain": (edit(fixity.NAME, lambda data: data.replace(b'"closed_at":"2', b'"closed_at":"1', 1)), set()),
    "fixity-size": (edit(ITEMS, lambda data: data + b"\n"), {"jsonl-blank-line"}),
    "fixity-differs": (edit("articles.jsonl", swap), set()),
    "file-vanished": (vanish, {"odd-file", "newest-missing", "missing-file"}),
    "warc-moved": (compress_anew, {"cdxj-differs", "state-differs", "pointer-length", "pointer-record", "gone-record", "cdxj-no-record", "cdxj-missing"}),
    "file-appeared": (stray_warc, set()),
    "no-fixity": (lambda path: (path / fixity.NAME).unlink(), set()),
    "no-fixity--empty": (lambda path: os.truncate(path / fixity.NAME, 0), set()),
    "unresolved-reference": (append_records(metadata(904, WARC_Refers_To=uuid(999), WARC_Target_URI=None)), set()),
    "doubled-records": (in_file(WARC, lambda data: data + data[data.rindex(b"\x1f\x8b\x08") :]), set()),
    "several-records-in-member": (in_file(WARC, lambda data: gzip.compress(gzip.decompress(data))), set()),
    "duplicate-record-id": (append_records(metadata(1, WARC_Refers_To=None)), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_altered_collection_gives_its_finding(name: str, sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    alter, companions = CASES[name]
    alter(path)
    code, findings = verify(path, options=QUIET)
    expected = name.partition("--")[0]
    # Any change to records shows in the seals too: tests/archive/seal.
    found = {finding["code"] for finding in findings if not finding["code"].startswith("seal-")}
    assert expected in found, findings
    assert found <= {expected} | companions, findings
    assert code == (5 if any(finding["severity"] == "damage" for finding in findings) else 0)
    assert code == 5 or CODES[expected][0] is not Severity.DAMAGE


def test_sound_collection_gives_no_finding(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    assert verify(path, options=BARE) == (0, [])
    assert verify(path, options=(*BARE, "--jobs", "2")) == (0, [])


def test_item_that_the_warc_lacks_is_found(sound: Path, tmp_path: Path) -> None:
    """Cut the last item's record and the revisit behind it off the WARC: its line is left alone."""
    path = copy(sound, tmp_path / "collection")
    rows = [json.loads(line) for line in the(path, ITEMS).read_bytes().splitlines()]
    end = rows[-1]["warc"]["offset"] + rows[-1]["warc"]["length"]
    edit_bytes(the(path, WARC), lambda data: data[:end])
    assert "item-missing" in {finding["code"] for finding in verify(path, options=QUIET)[1]}


def test_torn_tail_is_no_damage_while_a_crawl_writes(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    reopen(path)
    with (path / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, findings = verify(path, options=BARE)
    assert code == 0, findings
    assert "torn-tail" in {finding["code"] for finding in findings}


def lead_out(name: str) -> Callable[[Path, Path], None]:
    """Put a link in a file's place, to the same file outside the collection."""

    def lead(path: Path, outside: Path) -> None:
        shutil.move(path / name, outside / "it")
        (path / name).symlink_to(outside / "it")

    return lead


def pipe(*names: str) -> Callable[[Path, Path], None]:
    """Put pipes there, which hold up whoever opens them."""

    def put(path: Path, outside: Path) -> None:
        for name in names:
            (path / name).unlink(missing_ok=True)
            os.mkfifo(path / name)

    return put


def link(name: str) -> Callable[[Path, Path], None]:
    """Put a link to a file outside the collection there."""

    def put(path: Path, outside: Path) -> None:
        (path / name).unlink(missing_ok=True)
        (path / name).symlink_to(outside / "secret")

    return put


HOSTILE: dict[str, Callable[[Path, Path], object]] = {
    "lock": link(".lock"),
    "lock-pipe": pipe(".lock"),
    **{name: lead_out(name) for name in ("fixity.jsonl", "articles.jsonl", "state.sqlite", "collection.json", "warc", "articles")},
    "state-wal": link("state.sqlite-wal"),
    "pipes": pipe("warc/a.warc.gz", "articles/a.jsonl", "crawls/a"),
    "view": lambda path, outside: edit_state(
        path,
        "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
    ),
    "pointer": in_records_of_hostile,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_outside_a_hostile_collection_is_read_or_written(name: str, sound: Path, tmp_path: Path) -> None:
    path, outside = copy(sound, tmp_path / "collection"), tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("not yours")
    HOSTILE[name](path, outside)
    before = {file: file.read_bytes() for file in outside.rglob("*") if file.is_file()}
    start = time.monotonic()
    code, _ = verify(path, options=BARE)
    assert code == 5
    assert time.monotonic() - start < 20
    assert before == {file: file.read_bytes() for file in outside.rglob("*") if file.is_file()}


def test_endless_line_takes_no_endless_memory(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    with the(path, ITEMS).open("r+b") as stream:
        stream.truncate(1 << 29)  # sparse: zeros that never end
    tracemalloc.start()
    code, findings = verify(path, options=QUIET)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code == 5
    assert "jsonl-cut" in {finding["code"] for finding in findings}
    assert peak < 400 << 20


def test_view_in_the_place_of_a_table_is_not_asked(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    with sqlite3.connect(path / "state.sqlite") as database:
        database.executescript(
            "DROP TABLE captures; CREATE VIEW captures AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
            " SELECT id, '' AS file, 0 AS offset FROM n"
        )
    database.close()
    assert "state-unreadable" in {finding["code"] for finding in verify(path, options=QUIET)[1]}


def test_what_a_run_says_stands_in_where_the_log_is_gone(sound: Path, tmp_path: Path) -> None:
    """Records altered with their digests, and the log taken away: the run that closed the file knows it otherwise."""
    path = copy(sound, tmp_path / "collection")
    (path / fixity.NAME).unlink()
    edit_bytes(the(path, WARC), lambda data: data[:9] + b"\0" + data[10:])
    assert "fixity-differs" in {finding["code"] for finding in verify(path, options=QUIET)[1]}


def test_verifying_makes_no_log_anew_where_it_is_gone(sound: Path, tmp_path: Path) -> None:
    """A log of what was verified alone would say nothing of the files that no run knows, and would hide its loss."""
    path = copy(sound, tmp_path / "collection")
    (path / fixity.NAME).unlink()
    edit_bytes(path / "collection.json", lambda data: data.replace(b"{", b"{ ", 1))
    first = verify(path, options=BARE)
    assert {"no-fixity"} <= {finding["code"] for finding in first[1]}
    assert not (path / fixity.NAME).exists()
    assert first == verify(path, options=BARE)


def test_full_disk_leaves_the_log_as_it_was(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copy(sound, tmp_path / "collection")
    before = (path / fixity.NAME).read_bytes()
    write_at, written = os.pwrite, 0

    def fill(fd: int, data: bytes, offset: int) -> int:
        nonlocal written
        written += 1
        if written == 1:
            return write_at(fd, data[:40], offset)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", fill)
    assert verify(path, options=BARE) == (0, [])
    assert written == 2
    assert before == (path / fixity.NAME).read_bytes()


def test_verification_is_noted_and_the_log_stays_sound(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    assert verify(path, options=BARE) == (0, [])
    assert all(entry.verified_at for entry in fixity.read_fixity(path).values())
    assert verify(path, options=("--fixity-only",)) == (0, [])


def test_sample_takes_those_first_that_were_longest_not_verified(sound: Path, tmp_path: Path) -> None:
    path = copy(sound, tmp_path / "collection")
    files = len(fixity.read_fixity(path))
    for done in range(1, files + 1):
        verify(path, options=("--fixity-only", "--sample", "1%"))
        assert sum(entry.verified_at is not None for entry in fixity.read_fixity(path).values()) == done


def test_flipping_any_byte_of_a_noted_file_is_found(sound: Path, tmp_path: Path) -> None:
    """Also in gzip headers, which no CRC covers."""
    path = copy(sound, tmp_path / "collection")
    chance = random.Random(6)
    names = [*fixity.read_fixity(path), fixity.NAME]
    for name in names:
        file = path / name
        before = file.read_bytes()
        for place in chance.sample(range(len(before)), 6):
            file.write_bytes(before[:place] + bytes([before[place] ^ 1 << chance.randrange(8)]) + before[place + 1 :])
            code, findings = verify(path, options=QUIET)
            assert code == 5, (name, place, findings)
        file.write_bytes(before)


def parse_title(body: bytes, url: str, headers: list[tuple[str, str]], captured_at: str) -> dict[str, Any] | None:
    """A parser for this collection's pages, `<p>NUMBER: BODY</p>`."""
    assert dict(headers)["Content-Type"] == "text/html"
    number, _, text = body.decode().removeprefix("<p>").removesuffix("</p>").partition(": ")
    assert url.endswith(f"/bai-{number}")
    assert captured_at.endswith("Z")
    return as_record(article(int(number), text))


@pytest.mark.parametrize("version", ["0", "1"])
def test_record_is_held_against_parsing_its_page_again(version: str, sound: Path, tmp_path: Path) -> None:
    """A difference is damage where the same parser made the record;
    where another did, all that differ are told in one line.
    """
    path = copy(sound, tmp_path / "collection")
    unparsed = STAMPED | {"changed", "status"}

    def codes(parse: Parse) -> list[tuple[str, Severity]]:
        rules = ItemRules(parser_version=version, parse=parse, unparsed=unparsed)
        found = verify_paths([path], VerifyOptions(items=rules, record=False)).findings
        return [(finding.code, finding.severity) for finding in found]

    def expected(code: str) -> list[tuple[str, Severity]]:
        return [(code, Severity.DAMAGE)] * 5 if version == "0" else [("older-parser", Severity.INFO)]

    assert [] == codes(parse_title)
    assert expected("record-differs") == codes(lambda *page: {**(parse_title(*page) or {}), "title": "Another"})
    assert expected("record-unparsed") == codes(lambda *page: None)

    def give_up(*page: object) -> None:
        raise PageUnread("the reader took too long")

    assert [("page-unread", Severity.WARNING)] * 5 == codes(give_up), "it says nothing of the record"


def test_line_written_before_a_key_was_there_is_sound() -> None:
    record = json.loads(format_line({**as_record(article(1, "Một")), **STAMPS}))
    assert not list(check_schema(record, article_schema()))
    for name in ADDED:
        del record[name]
        assert not list(check_schema(record, article_schema()))
    del record["warnings"]
    assert [("jsonl-schema", "expected warnings in the object, got none")] == list(
        check_schema(record, article_schema())
    )
