"""Proofs: made from an archive, checked without it, by our command, by the program that stands alone, and by hand."""

import ast
import base64
import gzip
import hashlib
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.seal import sealing
from archive.seal.checkpoint import read_newest
from archive.seal.memory import forget
from archive.seal.note import COSIGNATURE, NoteSignature, VerifierKey
from archive.seal.verifier import NOTE, REFUSED, Trust, check_proof
from tests.support.commands import ROOT, run_thanhuy
from tests.support.sample_crawls import SampleCrawl, copied

MOST = 4000
"""Bytes of a proof without a stamp."""


@pytest.fixture(scope="module")
def archive(small_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl of the sample site, which its end sealed."""
    with copied(small_crawl, tmp_path_factory.mktemp("proof") / "x") as crawl:
        return crawl.directory


@pytest.fixture(scope="module")
def article(archive: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((archive / "articles.jsonl").read_bytes().splitlines()[0])
    return record


def prove(archive: Path, article: dict[str, Any], target: Path, *options: object) -> dict[str, Any]:
    done = run_thanhuy("prove", archive, article["id"], "-o", target, *options)
    assert (0, "") == (done.returncode, done.stderr)
    proof: dict[str, Any] = json.loads(target.read_bytes())
    return proof


def refusals(proof: object, trust: Trust = Trust()) -> list[str]:  # noqa: B008 - frozen
    return [says for kind, says in check_proof(proof, trust) if kind == REFUSED]


@pytest.fixture(scope="module")
def proof(archive: Path, article: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return prove(archive, article, tmp_path_factory.mktemp("proof") / "x.proof.json", "--with-bytes")


def test_a_proof_is_small_and_holds_what_it_says(archive: Path, article: dict[str, Any], tmp_path: Path) -> None:
    proof = prove(archive, article, tmp_path / "x.proof.json")
    assert len((tmp_path / "x.proof.json").read_bytes()) < MOST
    assert ["response", "request", "item"] == [record["role"] for record in proof["records"]]
    assert article["warc"]["record_id"] == proof["records"][0]["id"]
    assert article["title"] == proof["article"]["title"]
    assert [] == refusals(proof)
    done = run_thanhuy("verify", tmp_path / "x.proof.json", "--all")
    assert done.returncode == 0
    assert "proof-good: checkpoint" in done.stdout.replace("info: ", "")
    assert "damage" not in done.stdout


def test_the_bytes_in_a_proof_are_those_of_the_archive(
    archive: Path, article: dict[str, Any], proof: dict[str, Any]
) -> None:
    response = gzip.decompress(base64.b64decode(proof["records"][0]["gzip"]))
    place = article["warc"]
    with (archive / "warc" / place["file"]).open("rb") as stream:
        stream.seek(place["offset"])
        assert response == gzip.decompress(stream.read(place["length"]))
    item = json.loads(gzip.decompress(base64.b64decode(proof["records"][-1]["gzip"])).partition(b"\r\n\r\n")[2][:-4])
    assert article["text_digest"] == item["text_digest"]


def test_the_program_that_stands_alone_proves_it(proof: dict[str, Any], tmp_path: Path) -> None:
    """In a directory of its own, by Python's isolated mode: nothing of ours is at hand."""
    printed = run_thanhuy("prove", "--verifier")
    assert (0, "") == (printed.returncode, printed.stderr)
    (tmp_path / "verifier.py").write_text(printed.stdout, "utf-8")
    (tmp_path / "x.json").write_text(json.dumps(proof), "utf-8")
    command = [sys.executable, "-I", "-S", "verifier.py", "x.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert "PROVEN, as far as the lines above say" == done.stdout.splitlines()[-1]
    proof["records"][0]["leaf"] += 1
    (tmp_path / "x.json").write_text(json.dumps(proof), "utf-8")
    proof["records"][0]["leaf"] -= 1
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (5, "NOT PROVEN") == (done.returncode, done.stdout.splitlines()[-1])


def test_the_verifier_is_short_and_needs_the_standard_library_alone() -> None:
    source = (ROOT / "archive" / "seal" / "verifier.py").read_text("utf-8")
    assert len(source.splitlines()) < 200
    nodes = list(ast.walk(ast.parse(source)))
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names
    assert not {"time", "socket", "urllib"} & set(named)
    words = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not {"now", "utcnow", "today"} & words, "it asks the clock"


def swap_bytes(record: dict[str, Any]) -> None:
    data = gzip.decompress(base64.b64decode(record["gzip"]))
    record["gzip"] = base64.b64encode(gzip.compress(data.replace(b"a", b"b", 1))).decode()


def forge_record(proof: dict[str, Any]) -> None:
    """Another content with a digest of its own."""
    record = proof["records"][0]
    swap_bytes(record)
    record["sha256"] = hashlib.sha256(gzip.decompress(base64.b64decode(record["gzip"]))).hexdigest()


def forge_checkpoint(proof: dict[str, Any]) -> None:
    seal = proof["seals"][0]
    seal["checkpoint"] = seal["checkpoint"].replace("time 20", "time 19")


def harm_gzip(proof: dict[str, Any]) -> None:
    """A gzip whose deflate stream breaks off in nonsense."""
    data = base64.b64decode(proof["records"][0]["gzip"])
    proof["records"][0]["gzip"] = base64.b64encode(data[:10] + b"\xff" * 20 + data[30:]).decode()


def nest_item(proof: dict[str, Any]) -> None:
    """An article's record nested more deeply than the interpreter goes."""
    data = b"WARC/1.1\r\n\r\n" + b"[" * 200_000 + b"\r\n\r\n"
    proof["records"][-1]["gzip"] = base64.b64encode(gzip.compress(data)).decode()


def witness_late(proof: dict[str, Any]) -> None:
    """A witness whose time is beyond every calendar."""
    key = VerifierKey(name="x", public=bytes(32), kind=COSIGNATURE)
    line = NoteSignature(name=key.name, id=key.id, value=b"\xff" * 8 + bytes(64)).format().rstrip("\n")
    proof["seals"][0] |= {"witnesses": [key.format()], "cosignatures": [line]}


FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "bytes": (lambda proof: swap_bytes(proof["records"][0]), "are not those of its sha256"),
    "record": (forge_record, "does not lead to the root"),
    "date": (lambda proof: proof["records"][0].update(date="2001-01-01T00:00:00Z"), "a record that says otherwise"),
    "address": (lambda proof: proof["records"][0].update(uri="https://example.org/"), "a record that says otherwise"),
    "title": (lambda proof: proof["article"].update(title="Khác"), "the article in it is not the one"),
    "time": (forge_checkpoint, "not signed by"),
    "path": (lambda proof: proof["seals"][0]["paths"][0].pop(), "does not lead to the root"),
    "nodes": (lambda proof: proof["nodes"].reverse(), "does not lead to the root"),
    "no record": (lambda proof: proof["records"].clear(), "with records and seals"),
    "no seal": (lambda proof: proof["seals"].clear(), "with records and seals"),
    "another form": (lambda proof: proof.update(proof="x"), "archive-proof/1"),
    "no paths": (lambda proof: proof["seals"][0].pop("paths"), "can be read to its end"),
    "fewer paths": (lambda proof: proof["seals"][0]["paths"].pop(), "can be read to its end"),
    "odd digest": (lambda proof: proof["records"][0].update(sha256="x"), "REFUSED|can be read to its end"),
    "broken gzip": (harm_gzip, "can be read to its end"),
    "deep item": (nest_item, "can be read to its end"),
    "late witness": (witness_late, "can be read to its end"),
    "odd gzip": (lambda proof: proof["records"][0].update(gzip="eA=="), "are not those of its sha256"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_proof_is_refused(name: str, proof: dict[str, Any], tmp_path: Path) -> None:
    forged = json.loads(json.dumps(proof))
    change, told = FORGERIES[name]
    change(forged)
    (tmp_path / "x.proof.json").write_text(json.dumps(forged), "utf-8")
    done = run_thanhuy("verify", tmp_path / "x.proof.json", "--json")
    assert done.returncode == 5
    details = [one["detail"] for one in json.loads(done.stdout)["findings"] if one["code"] == "proof-refused"]
    assert any(part in detail for detail in details for part in told.split("|")), details


def test_what_is_said_of_an_article_is_called_unproven_where_its_record_is_not_inside(proof: dict[str, Any]) -> None:
    forged = json.loads(json.dumps(proof))
    assert not any("is not proven" in says for _, says in check_proof(forged, Trust()))
    del forged["records"][-1]["gzip"]
    forged["article"]["title"] = "Khác"
    assert any("is not proven" in says for kind, says in check_proof(forged, Trust()) if kind == NOTE)


def test_a_proof_is_not_refused_for_want_of_a_program(proof: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "x.proof.json").write_text(json.dumps(proof), "utf-8")
    done = run_thanhuy("verify", tmp_path / "x.proof.json", env={"PATH": str(tmp_path)})
    assert (2, "thanhuy: openssl: expected the program") == (done.returncode, done.stderr[:38])


@pytest.mark.parametrize(
    "data",
    [b'{"proof": 1}', b'{"proof":', b'{"proof": []}', b'{"proof": "archive-proof/1", "records": 7, "seals": "x"}'],
)
def test_what_is_no_proof_is_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(data)
    done = run_thanhuy("verify", tmp_path / "x.json")
    assert (5, True) == (done.returncode, "proof-refused" in done.stdout)
    assert "Traceback" not in done.stderr
    assert 2 == run_thanhuy("extract", tmp_path / "x.json").returncode


def test_only_the_key_that_is_named_counts(archive: Path, proof: dict[str, Any], tmp_path: Path) -> None:
    newest = read_newest(archive)[1]
    assert newest is not None
    assert [] == refusals(proof, Trust(key=newest.key.format()))
    other = base64.b64encode(b"\1" + bytes(32)).decode()
    assert refusals(proof, Trust(key=f"x+00000000+{other}"))
    (tmp_path / "x.json").write_text(json.dumps(proof), "utf-8")
    assert 0 == run_thanhuy("verify", tmp_path / "x.json", "--key", newest.key.format()).returncode
    done = run_thanhuy("verify", tmp_path / "x.json", "--key", "nonsense")
    assert (2, True) == (done.returncode, "expected a key as NAME+ID+BASE64" in done.stderr)


def test_sha256sum_and_openssl_check_it_as_the_readme_says(proof: dict[str, Any], tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    script = readme.partition("<!-- by hand -->")[2].partition("```sh\n")[2].partition("```")[0]
    assert "openssl" in script
    (tmp_path / "1491871594.proof.json").write_text(json.dumps(proof), "utf-8")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert proof["records"][0]["sha256"] in done.stdout
    assert "Signature Verified Successfully" in done.stdout
    assert done.stdout.splitlines()[-1] == "the record is in the tree"


def test_a_page_for_people_says_what_when_by_whom_and_how_to_check(
    archive: Path, article: dict[str, Any], tmp_path: Path
) -> None:
    prove(archive, article, tmp_path / "x.proof.json", "--page", tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text("utf-8")
    for part in (
        "x.proof.json",
        "verifier.py",
        "TLS signs nothing",
        article["warc"]["record_id"],
        article["text_digest"],
    ):
        assert part in page
    assert "<script" not in page


def test_wrong_use_is_told_in_one_line(archive: Path, article: dict[str, Any], tmp_path: Path) -> None:
    for words, told in (
        ([archive, "0000000000", "-o", tmp_path / "x"], "which none has"),
        ([archive, article["id"]], "expected COLLECTION ID -o FILE, or --verifier"),
        ([archive, article["id"], "-o", tmp_path / "x", "--version", 9], "expected a version that is held (1), got 9"),
        ([archive, article["id"], "-o", archive / "x"], "expected a place outside the collection"),
    ):
        done = run_thanhuy("prove", *words)
        assert (2, 1) == (done.returncode, done.stderr.count("\n")), done.stderr
        assert told in done.stderr


def test_what_is_not_sealed_cannot_be_proven(archive: Path, article: dict[str, Any], tmp_path: Path) -> None:
    path = Path(shutil.copytree(archive, tmp_path / "x"))
    shutil.rmtree(path / "seals")
    done = run_thanhuy("prove", path, article["id"], "-o", tmp_path / "x.json")
    assert (1, True) == (done.returncode, "run `thanhuy seal`" in done.stderr)
    assert not (tmp_path / "x.json").exists()


def test_a_response_that_cannot_be_read_is_not_left_out_of_its_proof(
    archive: Path, article: dict[str, Any], tmp_path: Path
) -> None:
    copy, place = shutil.copytree(archive, tmp_path / "x"), article["warc"]
    with (copy / "warc" / place["file"]).open("r+b") as stream:
        stream.seek(place["offset"] + 2)
        stream.write(b"\0" * (place["length"] - 4))
    done = run_thanhuy("prove", copy, article["id"], "-o", tmp_path / "y.proof.json")
    assert (1, True) == (done.returncode, "got none that can be read" in done.stderr), done.stderr
    assert not (tmp_path / "y.proof.json").exists()


def test_damaged_levels_do_not_keep_a_proof_from_being_made(
    archive: Path, article: dict[str, Any], tmp_path: Path
) -> None:
    path = Path(shutil.copytree(archive, tmp_path / "x"))
    for level in (path / "seals").glob("level-*"):
        level.write_bytes(level.read_bytes()[::-1])
    assert [] == refusals(prove(path, article, tmp_path / "x.json"))


@pytest.mark.slow
def test_a_proof_among_a_million_records_is_below_four_kilobytes(
    small_crawl: SampleCrawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crawl sealed together with a million others, those of its first file before them."""
    with copied(small_crawl, tmp_path / "x") as crawl:
        path = crawl.directory
        shutil.rmtree(path / "seals")
        others = (hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(1_000_000))
        digests = sealing.digest_records
        monkeypatch.setattr(sealing, "digest_records", lambda path, tell: itertools.chain(digests(path), others))
        forget(path)
        assert run_thanhuy("seal", path).returncode == 0
        longest = 0
        for line in (path / "articles.jsonl").read_bytes().splitlines():
            proof = prove(path, json.loads(line), tmp_path / "x.proof.json", "--force")
            longest = max(longest, *map(len, proof["seals"][0]["paths"]))
            assert [] == refusals(proof)
            assert (tmp_path / "x.proof.json").stat().st_size < MOST
        assert longest == 20
