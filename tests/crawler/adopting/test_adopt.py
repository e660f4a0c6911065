"""`thanhuy adopt`: captures of others become part of a collection's history, and its files stay as they were."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.adopted import is_adopted
from archive.files import list_warcs
from archive.lock import Lock
from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from tests.support.collections_read import read_articles
from tests.support.commands import run_thanhuy
from tests.support.foreign import NUMBER, SOFTWARE, Shot, write_foreign
from tests.support.sample_crawls import SampleCrawl
from tests.support.small_site import BASE, small_site
from tests.support.tunnel import tunnel_to
from tests.warcs.build import compressed, member, metadata, revisit, warcinfo

SPACE = ("--free-space-floor", 0, "--no-progress")


def adopt(collection: Path, *files: Path, code: int = 0) -> "subprocess.CompletedProcess[str]":
    """Adopt files into a collection, which is begun where there is none."""
    done = run_thanhuy("adopt", collection, *files, "--begin", *SPACE)
    assert code == done.returncode, done.stderr
    return done


def verify(collection: Path) -> None:
    """See that nothing is amiss."""
    done = run_thanhuy("verify", collection)
    assert 0 == done.returncode, done.stdout


def history(collection: Path) -> list[dict[str, Any]]:
    """Every version, as it was read last, by article and number."""
    last: dict[tuple[str, int], dict[str, Any]] = {}
    lines: list[dict[str, Any]] = []
    for path in sorted(collection.glob("articles/*.jsonl")):
        lines += map(json.loads, path.read_text("utf-8").splitlines())
    for line in sorted(lines, key=lambda line: (line["reread"] or {"at": ""})["at"]):
        last[line["id"], line["version"]] = line
    return [last[name] for name in sorted(last)]


def told(collection: Path) -> list[tuple[Any, ...]]:
    """What the history says of each version."""
    return [
        (int(one["id"]) - NUMBER, one["version"], one["captured_at"][:10], one["status"], one["changed"])
        for one in history(collection)
    ]


def without_reread(collection: Path) -> list[dict[str, Any]]:
    """`articles.jsonl`, but for when a version got its number: that tells of the collection and not of the site."""
    return [{**record, "reread": None} for record in read_articles(collection)]


def check_replay(collection: Path) -> None:
    """See that each line of the index leads to the record that it names, as a replay tool reads it."""
    lines = (collection / "indexes" / "index.cdxj").read_text("utf-8").splitlines()
    assert lines
    for line in lines:
        told = json.loads(line.split(" ", 2)[2])
        data = (collection / "warc" / told["filename"]).read_bytes()
        start = int(told["offset"])
        (record,) = ArchiveIterator(BytesIO(data[start : start + int(told["length"])]))
        assert told["url"] == record.rec_headers["WARC-Target-URI"].strip("<>")
        assert record.rec_type in {"response", "revisit"}


OLD, MIDDLE, NEW = (f"{year}-05-01T08:00:00Z" for year in (2015, 2018, 2021))


def test_an_older_capture_becomes_an_earlier_version(tmp_path: Path) -> None:
    collection = tmp_path / "x"
    adopt(collection, write_foreign(tmp_path / "new.warc.gz", [Shot(1, NEW, "Câu mới.")]))
    before = {path: path.read_bytes() for path in collection.glob("articles/*.jsonl")}
    done = adopt(
        collection, write_foreign(tmp_path / "old.warc.gz", [Shot(1, OLD, "Câu cũ."), Shot(1, MIDDLE, "Câu mới.")])
    )
    assert f"made by {SOFTWARE}" in done.stdout
    assert [(1, 1, OLD[:10], "live", []), (1, 2, MIDDLE[:10], "live", ["body", "blocks"])] == told(collection)
    assert all(path.read_bytes() == data for path, data in before.items()), "no line is rewritten"
    (newest,) = read_articles(collection)
    assert "Câu mới." in newest["body"]
    verify(collection)


def test_bytes_stay_and_where_they_came_from_is_kept(tmp_path: Path) -> None:
    collection, source = tmp_path / "x", write_foreign(tmp_path / "đợt 1.warc.gz", [Shot(1, OLD)])
    adopt(collection, source)
    (kept,) = (path for path in list_warcs(collection) if is_adopted(path.name))
    assert source.read_bytes() == kept.read_bytes()
    (run,) = collection.glob("crawls/*/run.json")
    (told_of,) = json.loads(run.read_text("utf-8"))["adopted"]["files"]
    assert hashlib.sha256(source.read_bytes()).hexdigest() == told_of["sha256"]
    assert (str(source), SOFTWARE, kept.name) == (told_of["source"], told_of["software"], told_of["file"])
    assert "Kho lưu" == told_of["about"]["operator"]
    again = adopt(collection, source)
    assert "is here already" in again.stdout
    assert [run] == list(collection.glob("crawls/*/run.json")), "nothing was done"


def test_gone_is_what_the_site_said_on_two_days(tmp_path: Path) -> None:
    days = [f"2019-05-0{day}T08:00:00Z" for day in range(1, 8)]
    once = [Shot(1, days[0]), Shot(1, days[1], status=404)]
    twice = [Shot(2, days[0]), Shot(2, days[1], status=404), Shot(2, days[3], status=410), Shot(2, days[5])]
    broken = [Shot(3, days[0]), Shot(3, days[1], status=404), Shot(3, days[2]), Shot(3, days[3], status=404)]
    collection = tmp_path / "x"
    adopt(collection, write_foreign(tmp_path / "a.warc.gz", [*once, *twice, *broken]))
    assert [
        (1, 1, "2019-05-01", "live", []),
        (2, 1, "2019-05-01", "live", []),
        (2, 2, "2019-05-01", "gone", ["status"]),
        (2, 3, "2019-05-06", "live", ["status"]),
        (3, 1, "2019-05-01", "live", []),
    ] == told(collection)
    gone = history(collection)[2]["gone"]
    assert (days[1], days[3]) == (gone["since"], gone["confirmed_at"])
    verify(collection)


def test_many_deletions_at_once_are_not_believed(tmp_path: Path) -> None:
    shots = [Shot(number, "2019-05-01T08:00:00Z") for number in range(6)]
    shots += [Shot(number, f"2019-05-0{day}T08:00:00Z", status=404) for number in range(6) for day in (2, 3)]
    collection = tmp_path / "x"
    done = adopt(collection, write_foreign(tmp_path / "a.warc.gz", shots), code=4)
    assert "none of them is marked as gone" in done.stderr
    assert {"live"} == {record["status"] for record in read_articles(collection)}


@pytest.mark.parametrize("of", [pytest.param(4, id="few"), pytest.param(20, marks=pytest.mark.slow, id="many")])
def test_order_of_adoption_does_not_matter(tmp_path: Path, of: int) -> None:
    moments = st.integers(1, 6).map(lambda day: f"2016-03-0{day}T01:00:00Z")
    shots = st.builds(
        Shot, st.integers(1, 2), moments, st.sampled_from(["", "Một.", "Hai."]), st.sampled_from([200, 200, 404])
    )
    files = st.lists(st.lists(shots, min_size=1, max_size=4, unique=True), min_size=2, max_size=3, unique_by=tuple)
    turn = 0

    @settings(max_examples=of, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(files, st.randoms(use_true_random=False))
    def check(contents: list[list[Shot]], chance: Any) -> None:
        nonlocal turn
        turn += 1
        room = tmp_path / str(turn)
        room.mkdir()
        paths = [write_foreign(room / f"{number}.warc.gz", shots) for number, shots in enumerate(contents)]
        adopt(room / "at-once", *paths)
        chance.shuffle(paths)
        for path in paths:
            adopt(room / "in-turn", path)
            if chance.random() < 0.5:
                derived = (room / "in-turn" / "articles.jsonl", room / "in-turn" / "indexes" / "index.cdxj")
                before = [one.read_bytes() for one in derived]
                assert 0 == run_thanhuy("index", room / "in-turn", *SPACE).returncode
                assert before == [one.read_bytes() for one in derived]
        assert without_reread(room / "at-once") == without_reread(room / "in-turn")
        assert told(room / "at-once") == told(room / "in-turn")
        verify(room / "in-turn")

    check()


def test_the_sites_edits_are_told_in_the_order_of_capture(tmp_path: Path) -> None:
    collection = tmp_path / "x"
    for number, shot in enumerate((Shot(1, NEW, "Câu mới."), Shot(1, OLD, "Câu cũ."), Shot(1, MIDDLE, "Câu giữa."))):
        adopt(collection, write_foreign(tmp_path / f"{number}.warc.gz", [shot]))
    done = run_thanhuy("changes", collection, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("new", OLD), ("edited", MIDDLE), ("edited", NEW)] == sorted(
        ((event["what"], event["at"]) for event in events), key=lambda event: event[1]
    )
    edits = {event["at"]: [(edit["before"], edit["after"]) for edit in event["edits"]] for event in events}
    assert [("Câu cũ.", "Câu giữa.")] == edits[MIDDLE]
    assert [("Câu giữa.", "Câu mới.")] == edits[NEW]
    assert "placed by the order of captures" in run_thanhuy("show", collection, NUMBER + 1, "--history").stdout


def test_what_cannot_be_read_is_left_out_and_kept(tmp_path: Path) -> None:
    shots = [Shot(number, OLD) for number in (1, 2, 3)]
    records = [warcinfo(9), *(shot.record() for shot in shots)]
    packed = [bytearray(member(record)) for record in records]
    packed[2][len(packed[2]) // 2] ^= 0x55
    data = b"".join(packed) + bytes(packed[3])[:-20]
    plain = warcinfo(9) + shots[0].record(WARC_Block_Digest="sha1:" + "A" * 32) + shots[1].record()
    for name, content, ids in (("a.warc.gz", data, {1, 3}), ("b.warc", plain, {2})):
        source, collection = tmp_path / name, tmp_path / f"{name}-x"
        source.write_bytes(content)
        done = adopt(collection, source, code=5)
        assert str(source) in done.stderr
        assert ids == {int(record["id"]) - NUMBER for record in read_articles(collection)}
        verify(collection)
        (kept,) = (path for path in list_warcs(collection) if is_adopted(path.name))
        pieces = {(0, 0): kept.read_bytes()}
        (run,) = collection.glob("crawls/*/run.json")
        (told_of,) = json.loads(run.read_text("utf-8"))["adopted"]["files"]
        whole, rest = b"", pieces[0, 0]
        for start, end in told_of["left_out"]:
            whole, rest = whole + rest[: start - len(whole)], rest[start - len(whole) :]
            whole += (collection / "torn" / f"{kept.name}-{start}-{end}").read_bytes()
        assert content == whole + rest, "what came can be put together again"


def test_what_is_no_file_of_captures_is_refused(tmp_path: Path) -> None:
    collection = tmp_path / "x"
    good = write_foreign(tmp_path / "good.warc.gz", [Shot(1, OLD)])
    adopt(collection, good)
    (kept,) = (path for path in list_warcs(collection) if is_adopted(path.name))
    texts = {
        "none.txt": b"no captures",
        "void.warc.gz": b"",
        "filedesc.arc": b"filedesc://x 0.0.0.0 20240101 text/plain 9\n",
    }
    one_member = gzip.compress(warcinfo(9) + Shot(2, OLD).record())
    texts["whole.warc.gz"] = one_member
    for name, content in texts.items():
        (tmp_path / name).write_bytes(content)
        done = adopt(collection, tmp_path / name, code=2)
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    assert "gunzip" in adopt(collection, tmp_path / "whole.warc.gz", code=2).stderr
    other = write_foreign(tmp_path / "other.warc.gz", [Shot(2, OLD)])
    done = adopt(tmp_path / "y", tmp_path / "none.txt", other, code=2)
    assert "none.txt: expected" in done.stderr
    assert "1 file adopted" in done.stdout, "the others are taken"
    with zipfile.ZipFile(tmp_path / "odd.wacz", "w") as archive:
        archive.writestr("archive/\x1b[31mtheirs.warc", Shot(3, OLD).record())
    done = adopt(tmp_path / "y", tmp_path / "odd.wacz")
    assert ("theirs.warc" in done.stdout, False) == (True, "\x1b" in done.stdout + done.stderr)
    assert 2 == run_thanhuy("adopt", tmp_path / "misspelt", good).returncode
    assert not (tmp_path / "misspelt").exists()
    os.mkfifo(tmp_path / "pipe.warc.gz")
    adopt(collection, tmp_path / "pipe.warc.gz", code=2)
    assert [kept] == [path for path in list_warcs(collection) if is_adopted(path.name)]
    assert not list(collection.glob("warc/*.new"))
    lock = Lock(collection, "crawl")
    assert 75 == run_thanhuy("adopt", collection, good).returncode
    lock.release()
    verify(collection)


def test_what_others_say_is_no_word_of_ours(tmp_path: Path) -> None:
    """Times to come, cut pages, other pages, items and digests that are somebody else's."""
    item = metadata(
        77, block=b'{"id":"1","kind":"tin-tuc","version":1,"text_digest":"x"}', Content_Type="application/json"
    )
    odd = [
        Shot(2, "2999-01-01T00:00:00Z").record(),
        Shot(3, OLD).record(WARC_Truncated="length"),
        Shot(4, OLD, uri="https://example.org/tin-tuc/la-1491930004").record(),
        Shot(5, OLD, uri="https://www.thanhuytphcm.vn/").record(),
        Shot(6, OLD, status=500).record(),
        revisit(78, WARC_Target_URI=Shot(7, OLD).url, WARC_Refers_To="<urn:uuid:00000000-0000-4000-8000-999999999999>"),
    ]
    source, collection = tmp_path / "odd.warc.gz", tmp_path / "x"
    source.write_bytes(compressed(warcinfo(9), item, *odd, Shot(1, OLD).record(WARC_Payload_Digest=None)))
    done = adopt(collection, source)
    assert [NUMBER + 1] == [int(record["id"]) for record in read_articles(collection)]
    (run,) = collection.glob("crawls/*/run.json")
    assert {"future": 1, "truncated": 1, "outside": 2, "answer": 1, "unresolved": 1} == json.loads(run.read_text())[
        "adopted"
    ]["why"]
    assert "dated later than they were adopted" in done.stdout
    verify(collection)
    assert 0 == run_thanhuy("repair", collection, *SPACE).returncode
    assert source.read_bytes() == next(path for path in list_warcs(collection) if is_adopted(path.name)).read_bytes()


@pytest.mark.parametrize("point", ["replace:2:kill", "provenance:1:kill", "adopted:1:kill", "item-appended:2:kill"])
def test_an_adoption_that_was_killed_goes_on(tmp_path: Path, point: str) -> None:
    shots = [Shot(1, OLD), Shot(2, OLD), Shot(1, NEW, "Câu mới.")]
    source, collection, whole = write_foreign(tmp_path / "a.warc.gz", shots), tmp_path / "x", tmp_path / "whole"
    adopt(whole, source)
    line = ("adopt", collection, source, "--begin", *SPACE)
    assert -signal.SIGKILL == run_thanhuy(*line, env={"THANHUY_FAULT": point}).returncode
    if point.startswith("adopted"):
        assert 0 == run_thanhuy("reread", collection).returncode
    else:
        adopt(collection, source)
    assert without_reread(whole) == without_reread(collection)
    assert not list(collection.glob("warc/*.new"))
    verify(collection)


def test_a_full_disk_leaves_the_collection_whole(tmp_path: Path) -> None:
    collection, source = tmp_path / "x", write_foreign(tmp_path / "a.warc.gz", [Shot(1, OLD)])
    adopt(collection, write_foreign(tmp_path / "b.warc.gz", [Shot(2, OLD)]))
    full = run_thanhuy("adopt", collection, source, *SPACE, env={"THANHUY_FAULT": "replace:1:ENOSPC"})
    assert 3 == full.returncode, full.stderr
    assert 3 == run_thanhuy("adopt", collection, source, "--free-space-floor", "1000TB").returncode
    assert [2] == [int(record["id"]) - NUMBER for record in read_articles(collection)]
    verify(collection)


def test_a_crawl_of_wget_is_adopted(tmp_path: Path, small_crawl: SampleCrawl) -> None:
    """Its records are what `extract` reads in its file; index, repair, pack and replay take the whole."""
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("wget is not on this machine")
    collection = small_crawl.copy(tmp_path / "x")
    known = read_articles(collection)
    wanted = [record["url"] for record in known[:3]]
    site = SampleSite()
    with serve(site) as running, tunnel_to(running.http_port) as proxy:
        ids = {record["id"] for record in known}
        wanted += [article.canonical_url for article in site.articles if article.id not in ids][:3]
        way = ("-e", f"https_proxy={proxy}", "--ca-certificate", str(running.ca_path), "-O", "/dev/null")
        subprocess.run([wget, "-q", "--warc-file", str(tmp_path / "site"), *way, *wanted], cwd=tmp_path, check=False)
    source = tmp_path / "site.warc.gz"
    alone = tmp_path / "alone"
    assert "made by Wget" in adopt(alone, source).stdout
    again = tmp_path / "again.jsonl"
    assert 0 == run_thanhuy("extract", source, "-o", again).returncode
    theirs = sorted(map(json.loads, again.read_text("utf-8").splitlines()), key=lambda record: str(record["id"]))
    assert 6 == len(theirs)
    named = {path.name: path.name.partition("-")[2].partition("-")[2] for path in list_warcs(alone)}
    ours = [{**one, "warc": {**one["warc"], "file": named[one["warc"]["file"]]}} for one in read_articles(alone)]
    assert theirs == sorted(ours, key=lambda record: str(record["id"]))
    done = adopt(collection, source)
    assert "3 of them new" in done.stdout
    derived = (collection / "articles.jsonl", collection / "indexes" / "index.cdxj")
    before = [path.read_bytes() for path in derived]
    assert 0 == run_thanhuy("index", collection, *SPACE).returncode
    assert before == [path.read_bytes() for path in derived]
    verify(collection)
    check_replay(collection)
    wacz = tmp_path / "x.wacz"
    assert 0 == run_thanhuy("pack", collection, "-o", wacz).returncode
    assert 0 == run_thanhuy("verify", wacz).returncode
    for verb in (
        ("report", collection, "-o", tmp_path / "r.html"),
        ("status", collection),
        ("extract", collection, "--diff"),
    ):
        assert 0 == run_thanhuy(*verb).returncode, verb
    new = next(record for record in read_articles(collection) if is_adopted(record["warc"]["file"]))
    shown = run_thanhuy("show", collection, new["id"], "--capture").stdout
    assert "made by Wget" in shown
    assert hashlib.sha256(source.read_bytes()).hexdigest() in shown
    assert "by others, and adopted" in run_thanhuy("show", collection, new["id"], "--cite", "text").stdout
    proof = tmp_path / "p.json"
    assert 0 == run_thanhuy("prove", collection, new["id"], "-o", proof).returncode
    assert 0 == run_thanhuy("verify", proof).returncode
    other = tmp_path / "other"
    adopt(other, wacz)
    assert {record["id"] for record in read_articles(collection)} == {record["id"] for record in read_articles(other)}
    verify(other)


def test_files_of_many_makers_are_adopted(tmp_path: Path, shared_data: Path) -> None:
    files = sorted((shared_data / "warcs").iterdir())
    collection = tmp_path / "x"
    done = adopt(collection, *files)
    assert len(files) == len([path for path in list_warcs(collection) if is_adopted(path.name)])
    assert "of 0 articles" in done.stdout, "none of them shows this site"
    verify(collection)
    before = (collection / "indexes" / "index.cdxj").read_bytes()
    assert 0 == run_thanhuy("index", collection, *SPACE).returncode
    assert before == (collection / "indexes" / "index.cdxj").read_bytes()
    check_replay(collection)
    assert 0 == run_thanhuy("pack", collection, "-o", tmp_path / "x.wacz").returncode
    assert 0 == run_thanhuy("verify", tmp_path / "x.wacz").returncode


def test_captures_of_others_stand_among_those_of_crawls(tmp_path: Path) -> None:
    """What a crawl saw and wrote no version of counts too, and what only others knew is asked for by the next."""
    with small_site(tmp_path) as site:
        one, other = Shot(1, OLD), Shot(2, OLD, "Chỉ nơi khác biết.")
        say = {shot.url.removeprefix(BASE): shot for shot in (one, other)}
        paths = list(say)
        site.say("/", f"<title>Nhà</title>{site.links(paths[0])}")
        site.say(paths[0], one.body)
        assert 0 == site.run("crawl", "--no-images").code
        time.sleep(1.1)
        site.say(paths[0], one.body + b"<!-- another payload, the same text -->")
        assert 0 == site.run("refresh", "--recheck", "--no-images").code
        collection = tmp_path / "x"
        (first,) = read_articles(collection)
        between = (datetime.fromisoformat(first["captured_at"]) + timedelta(seconds=0.5)).isoformat(
            timespec="milliseconds"
        )
        shots = [Shot(1, between.replace("+00:00", "Z"), "Câu ở giữa."), Shot(1, OLD, "Câu cũ."), other]
        adopt(collection, write_foreign(tmp_path / "others.warc.gz", shots))
        texts = [
            ("Câu cũ" in one["body"], "ở giữa" in one["body"])
            for one in history(collection)
            if one["id"] == first["id"]
        ]
        assert [(True, False), (False, False), (False, True), (False, False)] == texts
        verify(collection)
        site.say(paths[1], Shot(2, NEW, "Nay đã sửa.").body)
        ran = site.run("crawl", "--no-images")
        assert [paths[1]] == ran.asked
        assert [1, 2] == [one["version"] for one in history(collection) if one["id"] != first["id"]]
        verify(collection)
        assert 0 == run_thanhuy("reread", collection).returncode
        assert 0 == run_thanhuy("repair", collection, *SPACE).returncode
        assert 6 == len(history(collection))
        kept = [(path.name, path.read_bytes()) for path in list_warcs(collection) if is_adopted(path.name)]
        assert 0 == run_thanhuy("repack", collection, process=False).returncode
        assert kept == [(path.name, path.read_bytes()) for path in list_warcs(collection) if is_adopted(path.name)]
        assert 2 == len(list_warcs(collection))
        assert "seal-order" not in run_thanhuy("verify", collection).stdout
