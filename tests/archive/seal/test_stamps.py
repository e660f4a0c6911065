"""Time stamps: of an authority on loopback, kept with all that checks them when it is gone; and witnesses."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.seal.attest import Attestation, attest, renew
from archive.seal.authority import NoAddress, NotAnswered
from archive.seal.checkpoint import list_numbers, path_of, read_checkpoint
from archive.seal.stamp import list_stamps
from archive.seal.verifier import GOOD, REFUSED, Trust, check_proof
from archive.seal.witness import list_cosignatures
from archive.verify.trust import SealRules
from crawler.cli.seal import attest_run
from tests.archive.seal.conftest import prove
from tests.support.attacks import BEGAN, find_in_seals, write_run
from tests.support.authority import RunningAuthority, authority
from tests.support.commands import ROOT, run_thanhuy


@pytest.fixture(scope="module")
def stamper() -> Iterator[RunningAuthority]:
    with authority() as running:
        yield running


def asking(*stampers: RunningAuthority, digest: str = "sha256", roots: Path | None = None) -> Attestation:
    given = roots or stampers[0].roots
    return Attestation(timestamps=tuple(one.url for one in stampers), roots=given, digest=digest)


def codes(path: Path, roots: str = "") -> set[str]:
    return {finding.code for finding in find_in_seals(path, SealRules(roots=roots))}


def test_a_stamp_is_kept_with_the_chain_and_the_list_of_revoked_ones(stamper: RunningAuthority, path: Path) -> None:
    (told,) = attest(path, asking(stamper), publish=False)
    assert told.error is None, told.says
    (stamp,) = list_stamps(path, 1)
    assert stamper.url == stamp.url
    assert 3 == stamp.chains[0].count("BEGIN CERTIFICATE")
    assert 1 == stamp.chains[0].count("BEGIN X509 CRL")
    assert [] == list(attest(path, asking(stamper), publish=False)), "it was asked twice"
    assert {"seal-stamp-unchecked"} == codes(path)
    assert set() == codes(path, stamper.roots.read_text())
    plain = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        "000001.checkpoint",
        "-in",
        "000001.1.tsr",
        "-CAfile",
        str(stamper.roots),
    ]
    done = subprocess.run(
        [*plain, "-untrusted", "000001.1.pem"], cwd=path / "seals", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_long_lists_of_revoked_ones_are_read_to_their_end(stamper: RunningAuthority, path: Path) -> None:
    """What is cut off is no longer what a renewal is over."""
    assert all(one.error is None for one in attest(path, asking(stamper), publish=False))
    chain = path_of(path, 1, ".1.pem")
    chain.write_bytes(b"revocations: a long list\n" * 100_000 + chain.read_bytes())
    assert chain.stat().st_size == len(list_stamps(path, 1)[0].chains[0].encode())
    assert {"seal-stamp-unchecked"} == codes(path)


def test_the_verb_counts_only_the_authorities_that_are_named(stamper: RunningAuthority, path: Path) -> None:
    assert all(one.error is None for one in attest(path, asking(stamper), publish=False))
    found = {}
    for roots in (stamper.roots, ROOT / "README.md"):  # a file without certificates names nobody
        done = run_thanhuy("verify", path, "--ca", roots, "--json", "--no-record")
        found[roots] = {one["code"] for one in json.loads(done.stdout)["findings"]}
    assert not {"seal-stamp", "seal-stamp-unchecked"} & found[stamper.roots]
    assert "seal-stamp" in found[ROOT / "README.md"]


def test_an_authority_that_is_not_believed_is_refused_with_a_clear_word(stamper: RunningAuthority, path: Path) -> None:
    with authority("Stranger") as stranger:
        (told,) = attest(path, asking(stranger, roots=stamper.roots), publish=False)
        assert told.error is not None
        assert f"{stranger.url}: refused: time stamp of" in told.says
        assert "not of these bytes by an authority that you named" in told.says
        assert [] == list_stamps(path, 1)
        assert all(one.error is None for one in attest(path, asking(stranger), publish=False))
    assert {"seal-stamp"} == codes(path, stamper.roots.read_text())
    refused = [
        says for kind, says in check_proof(prove(path), Trust(roots=stamper.roots.read_text())) if kind == REFUSED
    ]
    assert 1 == len(refused)
    assert "not of these bytes by an authority that you named" in refused[0]


def test_a_stamp_of_another_checkpoint_is_refused(stamper: RunningAuthority, path: Path) -> None:
    write_run(path, BEGAN + timedelta(days=1), 1)
    assert all(one.error is None for one in attest(path, asking(stamper), publish=False))
    for end in ("tsr", "pem"):
        shutil.copy(path_of(path, 2, f".1.{end}"), path_of(path, 1, f".1.{end}"))
    assert "seal-stamp" in codes(path)
    assert [says for kind, says in check_proof(prove(path), Trust()) if kind == REFUSED and "time stamp" in says]


@pytest.mark.parametrize("answer", [b"", b"no stamp", b"<html>"])
def test_an_answer_that_is_no_stamp_is_told(answer: bytes, stamper: RunningAuthority, path: Path) -> None:
    stamper.answer = answer
    try:
        (told,) = attest(path, asking(stamper), publish=False)
    finally:
        stamper.answer = None
    assert (False, True) == (told.error is None, "expected a stamp, got another thing" in told.says)


def test_an_answer_that_is_no_http_is_told(path: Path) -> None:
    """Whatever answers there: not even the first line need be one of HTTP, and an address may hold a space."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection = server.accept()[0]
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        ask = Attestation(timestamps=(url, "http://127.0.0.1/a b"), roots=ROOT / "README.md")
        told = list(attest(path, ask, publish=False))
        thread.join()
    assert [NotAnswered, NotAnswered] == [type(one.error) for one in told]
    assert all("expected an answer, got:" in one.says for one in told)


def test_a_stamp_is_kept_whatever_the_temporary_directory_is_called(
    stamper: RunningAuthority, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "a room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    (told,) = attest(path, asking(stamper), publish=False)
    assert told.error is None, told.says


def test_a_revoked_authority_is_refused(path: Path) -> None:
    with authority("Revoked", revoked=True) as running:
        (told,) = attest(path, asking(running), publish=False)
    assert (False, True) == (told.error is None, "its certificate is revoked" in told.says)
    assert [] == list_stamps(path, 1)


def test_an_authority_that_is_not_there_keeps_nothing_from_being_done(path: Path) -> None:
    ask = Attestation(timestamps=("http://127.0.0.1:9/", "ftp://x"), roots=ROOT / "README.md", publish="cat")
    told = list(attest(path, ask, publish=True))
    assert [NotAnswered, NoAddress, type(None)] == [type(one.error) for one in told]
    assert "expected an answer, got:" in told[0].says
    assert "expected an address with http:// or https://" in told[1].says


def test_the_lone_program_proves_a_stamp_whose_authority_has_expired_and_gone(path: Path, tmp_path: Path) -> None:
    """The certificate has run out, the server is down, and neither the clock nor the network is asked."""
    until = datetime.now(UTC) + timedelta(seconds=6)
    with authority("Short", until=until) as running:
        (told,) = attest(path, asking(running), publish=False)
        assert told.error is None, told.says
        roots = running.roots.read_bytes()
    (tmp_path / "roots.pem").write_bytes(roots)
    (tmp_path / "x.json").write_text(json.dumps(prove(path)), "utf-8")
    (tmp_path / "verifier.py").write_text((ROOT / "archive/seal/verifier.py").read_text("utf-8"), "utf-8")
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds() + 1))
    now = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        "000001.checkpoint",
        "-in",
        "000001.1.tsr",
        "-CAfile",
        str(tmp_path / "roots.pem"),
    ]
    expired = subprocess.run(
        [*now, "-untrusted", "000001.1.pem"], cwd=path / "seals", capture_output=True, text=True, check=False
    )
    assert "certificate has expired" in expired.stderr + expired.stdout
    faked = shutil.which("faketime")
    command = [sys.executable, "-I", "-S", "verifier.py", "x.json", "--ca", "roots.pem"]
    command = [faked, "2041-06-01 00:00:00", *command] if faked else command
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good: time stamp: it was there by" in done.stdout
    assert "seal-stamp-due" in codes(path)
    assert "seal-stamp" not in codes(path)


def test_a_stamp_that_expires_is_renewed_over_the_old_one_with_another_digest(
    stamper: RunningAuthority, path: Path
) -> None:
    with authority("Soon", until=datetime.now(UTC) + timedelta(days=90)) as soon:
        assert all(one.error is None for one in attest(path, asking(soon), publish=False))
        roots = soon.roots.read_text() + stamper.roots.read_text()
    assert {"seal-stamp-due", "seal-stamp-unchecked"} == codes(path)
    assert [] == list(renew(path, asking(stamper), datetime.now(UTC), timedelta(days=30)))
    (told,) = renew(path, asking(stamper, digest="sha512"), datetime.now(UTC), timedelta(days=180))
    assert told.error is None, told.says
    (stamp,) = list_stamps(path, 1)
    assert 2 == len(stamp.tokens)
    assert set() == codes(path, roots)
    proof = prove(path)
    assert 2 == sum("time stamp" in says for kind, says in check_proof(proof, Trust(roots=roots)) if kind == GOOD)
    seal = proof["seals"][0]
    seal["stamps"][0]["tokens"][0] = base64.b64encode(b"another").decode()
    assert 2 == sum(kind == REFUSED for kind, _ in check_proof(proof, Trust(roots=roots)))


def test_the_verb_seals_stamps_publishes_and_turns_the_key(
    stamper: RunningAuthority, path: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    write_run(path, BEGAN + timedelta(days=1), 1)
    (tmp_path / "took").write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'it')!r}, 'wb').write(sys.stdin.buffer.read())\n"
    )
    (tmp_path / "took").chmod(0o700)
    shutil.copy(Path(os.environ["XDG_CONFIG_HOME"]) / "thanhuy" / "seal-key.pem", key)
    words = ["seal", path, "--seal-key", key]
    assert (0, "") == ((done := run_thanhuy(*words)).returncode, done.stdout)
    assert "nothing to seal" in done.stderr
    done = run_thanhuy(
        *words, "--rotate", "--timestamp", stamper.url, "--timestamp-ca", stamper.roots, "--publish", tmp_path / "took"
    )
    assert done.returncode == 0, done.stderr
    assert "sealed 0 records" in done.stdout
    assert path_of(path, 3).read_bytes() == (tmp_path / "it").read_bytes()
    assert 1 == len(list_stamps(path, 3))
    assert {"seal-key-handed-on", "seal-key-unknown", "seal-stamp-unchecked"} == codes(path)
    done = run_thanhuy(*words, "--publish", "/no/such")
    assert done.returncode == 0
    done = run_thanhuy(*words, "--timestamp", "http://127.0.0.1:9/", "--timestamp-ca", stamper.roots)
    assert (9, True) == (done.returncode, "expected an answer" in done.stderr)
    assert ([1, 2, 3], []) == (list_numbers(path), list(path.glob("seals/*.new")))


def test_the_end_of_a_crawl_has_its_seal_attested_and_tells_what_failed(stamper: RunningAuthority, path: Path) -> None:
    newest = read_checkpoint(path, 1)
    given = {"into": path, "timestamp": (), "timestamp_ca": stamper.roots, "publish": None}
    assert [] == attest_run(given, newest.run)
    failed = attest_run({**given, "timestamp": (stamper.url, "http://127.0.0.1:9/"), "publish": "false"}, newest.run)
    assert ["http://127.0.0.1:9/: expected an answer", "false: expected exit code 0, got 1"] == [
        one.partition(", got:")[0] for one in failed
    ]
    assert 1 == len(list_stamps(path, 1))
    assert [] == attest_run({**given, "publish": "false"}, "another run"), "an old seal was given away again"
    gone = {**given, "timestamp": (stamper.url,), "timestamp_ca": path / "gone.pem"}
    path_of(path, 1, ".1.tsr").unlink()
    (told,) = attest_run(gone, newest.run)
    assert told.startswith("the seal was not attested: "), "what ended the crawl well ended it with an error"
    path_of(path, 1).write_text("nothing")
    (told,) = attest_run({**given, "publish": "cat"}, newest.run)
    assert "restore it from a copy" in told


def test_a_collection_that_was_rolled_back_goes_on_only_where_that_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_run(path, BEGAN, 1)
    shutil.copytree(path, tmp_path / "before")
    write_run(path, BEGAN + timedelta(days=1), 1)
    shutil.rmtree(path)
    shutil.move(tmp_path / "before", path)
    done = run_thanhuy("seal", path)
    assert (5, True) == (done.returncode, "seal --accept" in done.stderr)
    assert 0 == run_thanhuy("seal", path, "--accept").returncode
    assert set() == codes(path)
    path_of(path, 1).unlink()
    for options in ((), ("--accept",)):  # the first remedy that is named is the one that helps
        done = run_thanhuy("seal", path, *options)
        assert (5, True, False) == (done.returncode, "seal --anew" in done.stderr, "seal --accept" in done.stderr)
    done = run_thanhuy("seal", path, "--anew")
    assert (0, True) == (done.returncode, "as 000001" in done.stdout)
    assert (path / "torn" / "seals~1" / "leaves.txt").exists()
    assert set() == codes(path)


def test_two_archives_witness_each_other(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_run(one, BEGAN, 2)
    write_run(other, BEGAN, 1)
    done = run_thanhuy("seal", other, "--countersign", one)
    assert (0, "") == (done.returncode, done.stderr)
    (made,) = list_cosignatures(one, 1)
    assert made.key.name == read_checkpoint(other, 1).origin
    assert set() == codes(one)
    proof = prove(one)
    assert any(kind == GOOD and made.key.format() in says for kind, says in check_proof(proof, Trust()))
    assert any(
        kind == GOOD for kind, says in check_proof(proof, Trust(witnesses=(made.key.format(),))) if "witness" in says
    )
    stranger = made.key.format().replace("one", "two").replace("other", "third")
    assert [says for kind, says in check_proof(proof, Trust(witnesses=(stranger,))) if kind == REFUSED]
    write_run(one, BEGAN + timedelta(days=1), 2)
    assert 0 == run_thanhuy("seal", other, "--countersign", one).returncode
    assert 1 == len(list_cosignatures(one, 2))
    cosigned = path_of(one, 2, ".cosigned")
    cosigned.write_bytes(cosigned.read_bytes()[:-9] + b"AAAAAAA=\n")
    assert {"seal-cosignature"} == codes(one)
    cosigned.write_bytes(cosigned.read_bytes().splitlines()[0] + b"\n\n")
    assert {"seal-stamp"} == codes(one), "a line that is missing is told"


def test_a_witness_signs_nothing_that_does_not_begin_with_what_it_saw(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_run(one, BEGAN, 2)
    write_run(other, BEGAN, 1)
    shutil.copytree(one, tmp_path / "before")
    write_run(one, BEGAN + timedelta(days=1), 2)
    assert 0 == run_thanhuy("seal", other, "--countersign", one).returncode
    shutil.rmtree(one)
    shutil.move(tmp_path / "before", one)
    done = run_thanhuy("seal", one, "--accept")
    done = run_thanhuy("seal", other, "--countersign", one)
    assert (1, True) == (done.returncode, "expected a checkpoint that begins with the" in done.stderr), done.stderr
    write_run(one, BEGAN + timedelta(days=2), 5)
    done = run_thanhuy("seal", other, "--countersign", one)
    assert (1, True) == (done.returncode, "refused: expected a checkpoint that begins with the" in done.stderr)
