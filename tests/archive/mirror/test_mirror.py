"""Copies in object storage: whole or not counted, nothing written over, nothing lost by two who push at once,
and every loss and change found. On a directory, and on a real S3 server where one is installed.
"""

import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import fixity
from archive.lock import Lock
from archive.mirror.bucket import Bucket, sign
from archive.mirror.check import check_mirror
from archive.mirror.manifest import find_numbers, key_of, read_manifest
from archive.mirror.multipart import Exists, Upload
from archive.mirror.store import ObjectExists, Store
from crawler.cli.mirror import push_run
from crawler.scheduling.levels import find_levels
from tests.support.commands import begin_thanhuy, run_thanhuy
from tests.support.sample_crawls import SampleCrawl

EXTRA = "torn/kept-aside"


@pytest.fixture
def collection(small_crawl: SampleCrawl, tmp_path: Path) -> Path:
    """A collection that a test may change."""
    return small_crawl.copy(tmp_path / "collection")


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty address, of each kind of store."""
    if request.param == "file":
        return f"file://{tmp_path / 'store'}"
    request.getfixturevalue("s3")
    return f"s3://mirrors/{tmp_path.name}"


def codes(url: str) -> set[str]:
    return {finding.code for finding in check_mirror(Store(url))}


def test_pushed_and_pulled_it_is_the_same_collection(collection: Path, url: str, tmp_path: Path) -> None:
    done = run_thanhuy("push", collection, url)
    assert (0, True) == (done.returncode, "(manifest 1)" in done.stderr), done.stderr
    assert 0 == run_thanhuy("verify", url).returncode
    done = run_thanhuy("pull", url, tmp_path / "back")
    assert 0 == done.returncode, done.stderr
    done = run_thanhuy("verify", tmp_path / "back")
    assert 0 == done.returncode, done.stdout
    assert _contents(collection) == _contents(tmp_path / "back")


def test_second_push_sends_the_log_and_a_third_nothing(collection: Path, url: str) -> None:
    run_thanhuy("push", collection, url)
    mirrored = fixity.read_mirrors(collection)[url]
    assert {path.relative_to(collection).as_posix() for path in fixity.list_recorded(collection)} <= set(mirrored)
    assert "sent 1 files" in run_thanhuy("push", collection, url).stderr
    assert "nothing to send" in run_thanhuy("push", collection, url).stderr
    assert [1, 2] == find_numbers(Store(url))
    assert 0 == run_thanhuy("verify", collection).returncode


@pytest.mark.parametrize("point", [1, 5, 14])
def test_push_that_was_killed_goes_on_and_ends_whole(collection: Path, url: str, point: int) -> None:
    for number in range(10):
        (collection / "torn").mkdir(exist_ok=True)
        (collection / "torn" / f"aside-{number}").write_bytes(os.urandom(1000) * 50)
    done = run_thanhuy("push", collection, url, env={"THANHUY_FAULT": f"mirrored:{point}:kill"})
    assert -signal.SIGKILL == done.returncode
    store = Store(url)
    assert ([], point) == (find_numbers(store), len(store.list("files")))
    assert {"mirror-manifest"} == codes(url)
    assert 0 == run_thanhuy("push", collection, url).returncode
    assert set() == codes(url)


def test_flipped_byte_and_lost_object_are_found_and_sent_again(collection: Path, url: str, tmp_path: Path) -> None:
    run_thanhuy("push", collection, url)
    store = Store(url)
    manifest, _ = read_manifest(store, 1)
    warc = min((file for file in manifest.files.values() if file.path.startswith("warc/")), key=lambda file: file.path)
    data = bytearray(b"".join(store.read(warc.key)))
    data[len(data) // 2] ^= 1
    (tmp_path / "flipped").write_bytes(data)
    store.put(warc.key, tmp_path / "flipped")
    done = run_thanhuy("verify", url)
    assert (5, True) == (done.returncode, f"damage: mirror-differs: expected {warc.path}" in done.stdout)
    done = run_thanhuy("pull", url, tmp_path / "back")
    assert (5, False) == (done.returncode, (tmp_path / "back" / warc.path).exists())
    assert "1 of" in done.stderr
    assert "sent 2 files" in run_thanhuy("push", "--again", collection, url).stderr  # it, and the log of digests
    assert set() == codes(url)
    done = run_thanhuy("pull", url, tmp_path / "back")
    assert 0 == done.returncode, done.stderr
    assert 0 == run_thanhuy("verify", tmp_path / "back").returncode


def test_two_who_push_at_once_lose_nothing(collection: Path, url: str, tmp_path: Path) -> None:
    other = shutil.copytree(collection, tmp_path / "other")
    for place in (collection, other):
        (place / "torn").mkdir(exist_ok=True)
        (place / f"{EXTRA}-{place.name}").write_text(place.name)
    both = [begin_thanhuy("push", place, url) for place in (collection, other)]
    told = [process.communicate(90) for process in both]
    assert [0, 0] == [process.returncode for process in both], told
    newest, _ = read_manifest(Store(url), find_numbers(Store(url))[-1])
    assert {f"{EXTRA}-collection", f"{EXTRA}-other"} <= set(newest.files)
    assert set() == codes(url)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 5 MiB, the least that S3 takes."""
    monkeypatch.setattr("archive.mirror.multipart.PART", 5 << 20)
    monkeypatch.setattr("archive.mirror.store.PART", 5 << 20)


def test_upload_that_was_cut_off_goes_on_within_the_file(
    s3: dict[str, str], small_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there counts only if it is this file's: a part of the same length and other bytes is sent again."""
    path = tmp_path / "large"
    path.write_bytes(data := os.urandom(17 << 20))
    store, bucket = Store(f"s3://mirrors/{tmp_path.name}"), Bucket.from_environment("mirrors")
    assert bucket is not None

    def upload(path: Path = path) -> Upload:
        return Upload(bucket, f"{tmp_path.name}/{path.name}", path, url="s3://…")

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "large").write_bytes(os.urandom(5 << 20) + data[5 << 20 :])
    left = iter(range(1))  # after the second part has gone
    with monkeypatch.context() as patch:
        patch.setattr("archive.mirror.multipart.AT_ONCE", 1)
        patch.setattr("archive.mirror.multipart.reach", lambda label: next(left))
        with pytest.raises((StopIteration, RuntimeError)):
            upload(tmp_path / "other" / "large").send()
    assert [] == store.list("")
    sent: dict[str, int] = {}
    ask = Bucket.ask

    def count(self: Bucket, method: str, key: str, query: dict[str, str], headers: dict[str, str], data: bytes) -> Any:
        if method == "PUT":
            sent[query["partNumber"]] = len(data)
        return ask(self, method, key, query, headers, data)

    monkeypatch.setattr(Bucket, "ask", count)
    assert upload().send() == sum(sent.values())
    # The first is another's. The second had gone; of the others as many as began before the failure was seen.
    assert set(sent) in ({"1"}, {"1", "4"}, {"1", "3", "4"})
    assert data == b"".join(store.read("large"))


def test_upload_that_somebody_else_completed_is_done(s3: dict[str, str], small_parts: None, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(6 << 20))
    store = Store(f"s3://mirrors/{tmp_path.name}")
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: store.put("large", path), range(2)))
    assert path.read_bytes() == b"".join(store.read("large"))


def test_large_object_that_is_there_is_not_written_over(s3: dict[str, str], small_parts: None, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(os.urandom(6 << 20))
    store = Store(f"s3://mirrors/{tmp_path.name}")
    store.send("x", tmp_path / "x", replace=False)
    bucket = Bucket.from_environment("mirrors")
    assert bucket is not None
    with pytest.raises(Exists):  # also where it came up after it was looked for
        Upload(bucket, f"{tmp_path.name}/x", tmp_path / "x", url="s3://…", create=True).send()
    with pytest.raises(ObjectExists):
        store.send("x", tmp_path / "x", replace=False)
    store.send("x", tmp_path / "x", replace=True)


@pytest.mark.parametrize("name", ["AWS_SERVER_SIDE_ENCRYPTION", "AWS_SKIP_SIGNATURE"])
def test_what_the_environment_asks_for_beyond_keys_is_obstores(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file that is to be encrypted must not go unencrypted, only because it goes in parts."""
    for known, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "y"), ("ENDPOINT_URL_S3", "https://other/")):
        monkeypatch.setenv(f"AWS_{known}", value)
    bucket = Bucket.from_environment("b")
    assert bucket is not None
    assert "https://other" == bucket.endpoint
    monkeypatch.setenv(name, "aws:kms")
    assert Bucket.from_environment("b") is None


def test_signature_is_that_of_the_documentation() -> None:
    """Amazon's worked example of Signature Version 4 for S3: GET Bucket (List Objects)."""
    bucket = Bucket(
        endpoint="https://examplebucket.s3.amazonaws.com", name="", region="us-east-1", access="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", token="",
    )  # fmt: skip
    url, headers = sign(bucket, "GET", "", {"prefix": "J", "max-keys": "2"}, {}, b"", datetime(2013, 5, 24, tzinfo=UTC))
    assert "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J" == url
    assert headers["Authorization"].endswith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")


def test_object_that_is_there_is_not_written_over(url: str) -> None:
    store = Store(url, make=True)
    store.create("manifests/00000001.json", b"one")
    with pytest.raises(ObjectExists, match="expected none, got an object"):
        store.create("manifests/00000001.json", b"two")
    assert b"one" == b"".join(store.read("manifests/00000001.json"))


# On a directory alone: what is ours to decide


@pytest.fixture
def room(tmp_path: Path) -> str:
    return f"file://{tmp_path / 'store'}"


def test_local_loss_does_not_reach_the_mirror(collection: Path, room: str) -> None:
    (collection / "torn").mkdir()
    (collection / EXTRA).write_text("evidence")
    run_thanhuy("push", collection, room)
    (collection / EXTRA).unlink()
    done = run_thanhuy("push", collection, room)
    assert f"keeps 1 files that are not here, e.g. {EXTRA}" in done.stderr
    newest, _ = read_manifest(Store(room), find_numbers(Store(room))[-1])
    assert EXTRA in newest.files


def test_seals_that_were_put_aside_are_not_mixed_with_another_chain(
    collection: Path, room: str, tmp_path: Path
) -> None:
    (collection / "seals" / "000002.cosigned").write_text("of the chain before\n")
    (collection / "seals" / "000002.checkpoint.new").write_text("of a run that was killed\n")
    assert 0 == run_thanhuy("push", collection, room).returncode
    (collection / "seals" / "000002.cosigned").write_text("and more\n")
    assert 0 == run_thanhuy("seal", collection, "--anew").returncode
    assert 0 == run_thanhuy("push", collection, room).returncode
    assert 0 == run_thanhuy("pull", room, tmp_path / "back").returncode
    assert _names(collection / "seals") == _names(tmp_path / "back" / "seals")
    assert _names(collection / "torn") == _names(tmp_path / "back" / "torn") | {"seals~1/000002.checkpoint.new"}


def _names(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def test_pull_waits_for_who_holds_the_directory(collection: Path, room: str, tmp_path: Path) -> None:
    """Two who write the same new file at once would mix it, and a crawl's own files are not a pull's to replace."""
    run_thanhuy("push", collection, room)
    (tmp_path / "back").mkdir()
    lock = Lock(tmp_path / "back", "crawl")
    try:
        assert 75 == run_thanhuy("pull", room, tmp_path / "back").returncode
        assert {".lock"} == _names(tmp_path / "back")
    finally:
        lock.release()
    assert 0 == run_thanhuy("pull", room, tmp_path / "back").returncode


def test_pull_into_what_was_pulled_brings_what_is_new(collection: Path, room: str, tmp_path: Path) -> None:
    """Rebuilding and verifying add lines to the log that was pulled; a run's would be another history."""
    back = tmp_path / "back"
    run_thanhuy("push", collection, room)
    for _ in range(2):
        done = run_thanhuy("pull", room, back)
        assert 0 == done.returncode, done.stderr
        assert 0 == run_thanhuy("verify", back).returncode
    (collection / "torn").mkdir()
    (collection / EXTRA).write_text("more")
    run_thanhuy("push", collection, room)
    done = run_thanhuy("pull", room, back)
    assert (0, "more") == (done.returncode, (back / EXTRA).read_text())
    assert 0 == run_thanhuy("verify", back).returncode
    fixity.record_file(back, back / EXTRA)
    done = run_thanhuy("pull", room, back)
    assert (2, True) == (done.returncode, "fixity.jsonl: expected no file, or one that the mirror had" in done.stderr)


def test_file_that_is_not_as_noted_is_not_pushed(collection: Path, room: str) -> None:
    warc = min((collection / "warc").iterdir())
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 1
    warc.write_bytes(data)
    done = run_thanhuy("push", collection, room)
    assert (5, True) == (done.returncode, "nothing of it was pushed" in done.stderr)
    assert [] == find_numbers(Store(room))


def test_address_of_another_collection_is_refused(collection: Path, room: str) -> None:
    run_thanhuy("push", collection, room)
    about = json.loads((collection / "collection.json").read_text("utf-8"))
    (collection / "collection.json").write_text(json.dumps({**about, "created": "2001-01-01T00:00:00Z"}), "utf-8")
    done = run_thanhuy("push", collection, room)
    assert (2, True) == (done.returncode, "push to another address" in done.stderr)


def test_doctor_counts_the_copies_that_are_whole(collection: Path, room: str, tmp_path: Path) -> None:
    def storage() -> tuple[int, str]:
        (level,) = (each for each in find_levels(collection, datetime.now(UTC)) if each[0] == "storage")
        return level[1:]

    assert 0 == storage()[0]
    run_thanhuy("push", collection, room)
    assert (1, True) == (storage()[0], "a third copy" in storage()[1])
    run_thanhuy("push", collection, f"file://{tmp_path / 'third'}")
    assert 2 == storage()[0]
    new = collection / "warc" / "new.warc.gz"
    new.write_bytes(b"x")
    fixity.record_file(collection, new)
    assert (0, True) == (storage()[0], "needs 1 files more" in storage()[1])


@pytest.mark.parametrize("path", ["../outside", "/etc/x", "warc/../../x", "warc//x", "evil.sh", ".lock", "warc\\x"])
def test_manifest_that_leads_elsewhere_writes_nothing(collection: Path, room: str, tmp_path: Path, path: str) -> None:
    run_thanhuy("push", collection, room)
    place = tmp_path / "store" / key_of(1)
    value = json.loads(place.read_text("utf-8"))
    value["files"][0]["path"] = path
    place.write_text(json.dumps(value), "utf-8")
    done = run_thanhuy("pull", room, tmp_path / "back")
    assert done.returncode in {2, 5}
    assert path.split("\\")[-1] in done.stderr
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "mirror/1", "number": 1}', "null", '{"format": "mirror/9", "number": 1}']
)
def test_broken_manifest_is_one_finding(collection: Path, room: str, tmp_path: Path, text: str) -> None:
    run_thanhuy("push", collection, room)
    (tmp_path / "store" / key_of(1)).write_text(text, "utf-8")
    done = run_thanhuy("verify", room)
    assert (5, 1) == (done.returncode, done.stdout.count("mirror-manifest"))


@pytest.mark.parametrize("cut", [0, 40, 100])
def test_damaged_newest_manifest_is_told_and_mended_without_a_loss(
    collection: Path, room: str, tmp_path: Path, cut: int
) -> None:
    """Also where only that one named a file, and only the mirror has it. `cut`: how much is left of it, in percent."""
    (collection / "torn").mkdir()
    (collection / "torn" / "0-first").write_text("1")
    run_thanhuy("push", collection, room)
    for name in ("0-second", "1-third"):
        (collection / "torn" / name).write_text(name)
    run_thanhuy("push", collection, room)
    (collection / "torn" / "0-first").unlink()
    (collection / "torn" / "0-second").unlink()
    newest = tmp_path / "store" / key_of(2)
    data = newest.read_bytes()
    newest.write_bytes(data[: len(data) * cut // 100] if cut < 100 else data.replace(b'"mirror/1"', b'"mirror/\xff"'))
    done = run_thanhuy("push", collection, room)
    assert (5, True) == (done.returncode, f"`thanhuy push --again {collection} {room}`" in done.stderr), done.stderr
    done = run_thanhuy("push", collection, room, "--again")
    assert (0, True) == (done.returncode, "(manifest 3)" in done.stderr), done.stderr
    found = run_thanhuy("verify", room)
    assert (0, 1) == (found.returncode, found.stdout.count("warning: mirror-manifest")), found.stdout
    files = set(read_manifest(Store(room), 3)[0].files)
    assert {"torn/0-first", "torn/1-third"} <= files
    assert 1 == sum(path.endswith("/0-second") for path in files)
    assert ("torn/0-second" in files) == (cut == 100)
    newest.write_bytes(data[:10])  # what was damaged once more is no more what the next one saw
    assert 5 == run_thanhuy("verify", room).returncode


def test_again_reads_back_what_only_the_mirror_holds(collection: Path, room: str, tmp_path: Path) -> None:
    (collection / "torn").mkdir()
    (collection / EXTRA).write_text("evidence")
    run_thanhuy("push", collection, room)
    (collection / EXTRA).unlink()
    assert 0 == run_thanhuy("push", collection, room, "--again").returncode
    next((tmp_path / "store" / "files").glob("*/kept-aside")).write_text("evidencf")
    assert 0 == run_thanhuy("push", collection, room).returncode
    done = run_thanhuy("push", collection, room, "--again")
    assert (5, True) == (done.returncode, f"{EXTRA}: is not here, and there no more as it was" in done.stderr)


def test_manifest_taken_out_or_altered_breaks_the_chain(collection: Path, room: str, tmp_path: Path) -> None:
    for _ in range(3):
        (collection / "torn").mkdir(exist_ok=True)
        (collection / "torn" / f"x-{time.monotonic_ns()}").write_text("x")
        run_thanhuy("push", collection, room)
    first = tmp_path / "store" / key_of(1)
    first.write_bytes(first.read_bytes().replace(b"thanhuy/", b"Thanhuy/"))
    assert {"mirror-manifest"} == codes(room)
    (tmp_path / "store" / key_of(2)).unlink()
    assert {"mirror-manifest"} == codes(room)


def test_file_in_the_way_is_kept(collection: Path, room: str, tmp_path: Path) -> None:
    run_thanhuy("push", collection, room)
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "articles.jsonl").write_text("mine")
    done = run_thanhuy("pull", room, tmp_path / "back")
    assert (2, "mine") == (done.returncode, (tmp_path / "back" / "articles.jsonl").read_text())


def test_lost_object_is_named(collection: Path, room: str, tmp_path: Path) -> None:
    run_thanhuy("push", collection, room)
    for path in (tmp_path / "store" / "files").glob("*/articles.jsonl"):
        path.unlink()
    assert {"mirror-missing"} == codes(room)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://x/y", "expected an address such as s3://bucket/path"),
        ("s3://", "expected an address such as s3://bucket/path"),
        ("s3://somebody:something@bucket/x", "they belong into the environment"),
        ("nowhere", "expected an address such as s3://bucket/path"),
        ("s3://[", "expected an address such as s3://bucket/path"),
        ("s3://bucket/x#y", "expected an address such as s3://bucket/path"),
    ],
)
def test_address_that_is_none_is_refused(collection: Path, url: str, says: str) -> None:
    done = run_thanhuy("push", collection, url)
    assert (2, True) == (done.returncode, says in done.stderr)
    assert "something" not in done.stderr


@pytest.mark.parametrize("words", [("verify",), ("pull",)])
def test_who_only_reads_makes_no_directory(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run_thanhuy(*words, f"file://{tmp_path}/x", *([tmp_path / "back"] if words == ("pull",) else []))
    assert (2, []) == (done.returncode, list(tmp_path.iterdir()))


def test_store_that_cannot_be_reached_ends_with_9(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "ENDPOINT_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr("archive.mirror.store.RETRIES", {"max_retries": 0})
    done = run_thanhuy("push", collection, "s3://bucket/x")
    assert (9, True) == (done.returncode, "run the same command again" in done.stderr)


def test_run_copies_what_it_wrote_and_says_where_it_could_not(
    collection: Path, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [] == push_run({"into": collection, "push": (room,)})
    assert set() == codes(room)
    monkeypatch.setattr("archive.mirror.store.RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    (failed,) = push_run({"into": collection, "push": ("s3://bucket/x",)})
    assert failed.startswith("no copy was made: s3://bucket/x")


def test_run_with_an_address_that_is_none_does_not_begin(tmp_path: Path) -> None:
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--push", "s3://a:b@c/d", process=False)
    assert (2, False) == (done.returncode, (tmp_path / "x").exists())
    assert "they belong into the environment" in done.stderr


def test_refused_credentials_are_2(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    done = run_thanhuy("verify", "s3://mirrors/x")
    assert (2, True) == (done.returncode, "refuses these credentials" in done.stderr)


def test_missing_bucket_is_named(collection: Path, s3: dict[str, str]) -> None:
    done = run_thanhuy("push", collection, "s3://no-such-bucket/x")
    assert (2, True) == (done.returncode, "make it first" in done.stderr)


def test_missing_package_is_named(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    done = run_thanhuy("push", collection, "s3://bucket/x")
    assert (2, True) == (done.returncode, "thanhuy-archive[mirror]" in done.stderr)


def _contents(collection: Path) -> dict[str, bytes]:
    """What a mirror brings back, byte for byte; the log of digests grows by the push itself."""
    left_out = {"fixity.jsonl", "state.sqlite", ".lock"}
    return {
        path.relative_to(collection).as_posix(): path.read_bytes()
        for path in sorted(collection.rglob("*"))
        if path.is_file() and path.name not in left_out
    }
