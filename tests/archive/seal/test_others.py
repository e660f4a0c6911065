"""Programs of others on our seals: Go's library of signed notes and transparency logs, as it lies in Debian."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archive.seal.checkpoint import list_numbers, read_checkpoint
from archive.seal.leaves import Leaves
from archive.seal.proof import Exhibit, make_proof
from archive.seal.tree import prove_consistency
from tests.support.attacks import build_sealed
from tests.support.commands import ROOT
from tests.support.tools import find_tool

LIBRARY = Path("/usr/share/gocode")
CONSISTENCY = """
package main

import (
	"encoding/json"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var given struct {
		Key, Note string
		Cases     []struct {
			First, Second int64
			Old, New      tlog.Hash
			Path          tlog.TreeProof
			Wrong         bool
		}
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		log.Fatal(err)
	}
	key, err := note.NewVerifier(given.Key)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := note.Open([]byte(given.Note), note.VerifierList(key)); err != nil {
		log.Fatal(err)
	}
	for _, one := range given.Cases {
		if err := tlog.CheckTree(one.Path, one.Second, one.New, one.First, one.Old); (err != nil) != one.Wrong {
			log.Fatal(one.First, " ", one.Second, " ", err)
		}
	}
	os.Stdout.WriteString("agreed")
}
"""


def run_go(program: str, room: Path, *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Build a program in a room where none is built yet, and run it there."""
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(LIBRARY), "GOCACHE": str(room / "cache")}
    if not (room / "check").exists():
        go = find_tool("go")
        if not (LIBRARY / "src/golang.org/x/mod/sumdb").is_dir():
            pytest.skip("golang.org/x/mod is not installed; apt-get install golang-golang-x-mod-dev")
        (room / "check.go").write_text(program, "utf-8")
        subprocess.run([go, "build", "-o", "check", "check.go"], cwd=room, env=environment, check=True, timeout=110)
    return subprocess.run(
        ["./check", *words], cwd=room, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_tool("go")
    return build_sealed(tmp_path_factory.mktemp("others") / "x")


def test_the_readmes_program_checks_a_proof_by_gos_library(sealed: Path, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    program = readme.partition("<!-- by go -->")[2].partition("```go\n")[2].partition("```")[0]
    name = sorted((sealed / "warc").iterdir())[0].name
    proof: dict[str, Any] = json.loads(make_proof(sealed, [Exhibit(role="warcinfo", file=name, offset=0)], {}))
    key = read_checkpoint(sealed, 1).key.format()
    record, seal = proof["records"][0], proof["seals"][0]

    def check() -> tuple[int, str]:
        (tmp_path / "x.proof.json").write_text(json.dumps(proof), "utf-8")
        done = run_go(program, tmp_path, "x.proof.json", key)
        return done.returncode, done.stdout + done.stderr

    origin = read_checkpoint(sealed, 1).origin
    assert (0, f"warcinfo {record['sha256']} is in the tree of {origin}\n") == check()
    record["leaf"] += 1
    assert check()[0] == 1
    record["leaf"] -= 1
    seal["checkpoint"] = seal["checkpoint"].replace("time 20", "time 19")
    code, told = check()
    assert (1, True) == (code, "invalid signature" in told), told


def test_gos_library_agrees_on_what_is_consistent(sealed: Path, tmp_path: Path) -> None:
    leaves, cases = Leaves(sealed / "seals"), []
    sizes = {read_checkpoint(sealed, number).size for number in list_numbers(sealed)}
    newest = read_checkpoint(sealed, list_numbers(sealed)[-1])
    for first in sorted({1, 2, 3, *sizes}):
        for second in sorted(one for one in {3, *sizes} if one >= first):
            path = list(map(encode, prove_consistency(first, second, leaves.subtree)))
            case = {"First": first, "Second": second, "Path": path}
            case |= {"Old": encode(leaves.root(first)), "New": encode(leaves.root(second)), "Wrong": False}
            cases += [case, case | {"Old": encode(bytes(32)), "Wrong": True}]
    assert len(cases) > 20
    given = {"Key": newest.key.format(), "Note": newest.data.decode(), "Cases": cases}
    done = run_go(CONSISTENCY, tmp_path, given=json.dumps(given))
    assert (0, "agreed", "") == (done.returncode, done.stdout, done.stderr)
