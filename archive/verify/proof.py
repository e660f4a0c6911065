"""A proof file, checked by the program that stands by itself, as findings."""

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from archive.files import read_small
from archive.json_text import parse_json
from archive.seal import verifier
from archive.seal.blocks import check_file
from archive.seal.stamp import check_tool
from archive.verify.findings import Finding, find
from archive.verify.trust import SealRules

CODES_OF = {verifier.GOOD: "proof-good", verifier.NOTE: "proof-note", verifier.REFUSED: "proof-refused"}


def scan_proof(path: Path, rules: SealRules) -> Iterator[Finding]:
    """Check a proof. Raises PackageMissing: without openssl nothing can be said of it."""
    check_tool()
    try:
        proof = parse_json(read_small(path))
    except (ValueError, OSError) as error:
        yield find("proof-refused", str(path), f"expected a proof in JSON, got {error}")
        return
    for kind, says in verifier.check_proof(proof, verifier.Trust(rules.vkey, rules.witnesses, rules.roots)):
        yield find(CODES_OF[kind], str(path), says)
    for kind, says in _check_ots(proof, rules.headers):
        yield find(CODES_OF[kind], str(path), says)


def _check_ots(proof: Any, headers: Sequence[bytes]) -> Iterator[verifier.Line]:
    """The OpenTimestamps files in a proof, which the program that stands by itself does not read."""
    try:
        for seal in (one for one in proof["seals"] if "ots" in one):
            yield from check_file(base64.b64decode(seal["ots"]), seal["checkpoint"].encode(), headers)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        yield verifier.REFUSED, f"OpenTimestamps: expected a file in base64, got {type(error).__name__}: {error}"
