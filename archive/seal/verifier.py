"""Check FILE.proof.json by itself: with Python and the program openssl (3.0 or later), no network and no clock.

    python3 verifier.py FILE.proof.json [--key VKEY] [--witness VKEY] [--ca ROOTS.pem]

1. Of each record whose bytes are inside: that their SHA-256 is the one stated, and that they say what the file says.
2. That the SHA-256 of each record leads, by the path given, to the root of the checkpoint (RFC 9162 §2.1.3.2).
3. That the checkpoint, a signed note (c2sp.org/signed-note), is signed by the key it names (Ed25519).
4. That each witness who is named signed the same (c2sp.org/tlog-cosignature).
5. That each time stamp (RFC 3161) is over this checkpoint, or renews one that is, by an authority whose certificates
   were valid at the stamp's own time, though they may have expired since.
Whose key it is, and which authority to believe, a file cannot prove of itself: compare, or name whom you know.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

GOOD, NOTE, REFUSED = "good", "note", "REFUSED"
Line = tuple[str, str]
ED25519_DER = bytes.fromhex("302a300506032b6570032100")  # what stands before a key's 32 bytes (RFC 8410)
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)
WHY = re.compile(rb"(?:Verify error:|:error:\w*:[^:\n]*:[^:\n]*:)([^:\n]+)")  # the words in what openssl complains of
ROOT = "x509 -in it -noout -subject_hash -issuer_hash"  # the same twice where a certificate is signed by itself


class Trust(NamedTuple):
    """Whom a reader believes; empty where the file itself has to say: keys as vkey, certificates in PEM."""

    key: str = ""
    witnesses: tuple[str, ...] = ()
    roots: str = ""


def check_proof(proof: Any, trust: Trust) -> Iterator[Line]:
    """What is good, what is to be noted, what is refused."""
    try:
        if proof["proof"] != "archive-proof/1" or not proof["records"] or not proof["seals"]:
            yield REFUSED, "expected a proof of the form archive-proof/1, with records and seals, got another"
        for record in proof["records"]:
            yield from check_record(record, proof.get("article", {}))
        for seal in proof["seals"]:
            yield from check_seal(seal, proof["records"], proof["nodes"], trust)
        if not any(record["role"] == "item" and "gzip" in record for record in proof["records"]):
            yield NOTE, "what this file says of the article is not proven by it: the record that says so is not inside"
        named = [key for one in proof["seals"] for key in one.get("witnesses", [])]
        for witness in trust.witnesses or dict.fromkeys(named):
            found = [find_signature(one["checkpoint"], witness, one.get("cosignatures", [])) for one in proof["seals"]]
            seen = next(filter(None, found), "")
            yield GOOD if seen else REFUSED, f"witness {witness}: {seen or 'expected its signature, got none'}"
    except Exception as error:  # noqa: BLE001 - anybody may have written it: whatever it breaks, it is no proof
        yield REFUSED, f"expected a proof that can be read to its end, got {type(error).__name__}: {error}"


def check_record(record: dict[str, Any], article: dict[str, Any]) -> Iterator[Line]:
    """The bytes of a record against what is said of it."""
    named = f"{record['role']} {record['id']}"
    if "gzip" not in record:
        yield NOTE, f"{named}: its bytes are not in this file; whoever holds them compares sha256 {record['sha256']}"
        return
    data = zlib.decompressobj(31).decompress(base64.b64decode(record["gzip"]), 1 << 30)  # no honest one has more
    head, _, block = data.partition(b"\r\n\r\n")
    fields = dict(line.partition(": ")[::2] for line in head.decode("utf-8", "replace").split("\r\n")[1:])
    said = {"WARC-Record-ID": f"<{record['id']}>", "WARC-Date": record["date"]}
    said |= {"WARC-Target-URI": record["uri"]} if "uri" in record else {}
    if hashlib.sha256(data).hexdigest() != record["sha256"]:
        yield REFUSED, f"{named}: the bytes in this file are not those of its sha256"
    elif not said.items() <= fields.items():
        yield REFUSED, f"{named}: expected {said}, got a record that says otherwise"
    else:
        yield GOOD, f"{named}: {len(data)} bytes, dated {record['date']}, sha256 {record['sha256']}"
    if record["role"] == "item" and any(json.loads(block[:-4]).get(name) != article[name] for name in article):
        yield REFUSED, f"{named}: the article in it is not the one that this file names"


def check_seal(seal: dict[str, Any], records: list[dict[str, Any]], nodes: list[str], trust: Trust) -> Iterator[Line]:
    """One checkpoint: paths, signature, stamps."""
    origin, size, root, *more = seal["checkpoint"].rpartition("\n\n")[0].splitlines()
    named = dict(line.partition(" ")[::2] for line in more)
    for record, path in zip(records, seal["paths"], strict=True):
        hashes = [base64.b64decode(nodes[number]) for number in path]
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(record["sha256"])).digest()
        found = follow(leaf, record["leaf"], int(size), hashes)
        if found is None or base64.b64encode(found).decode() != root:
            yield REFUSED, f"{record['role']} {record['id']}: its path does not lead to the root of the checkpoint"
        else:
            yield GOOD, f"{record['role']} {record['id']}: is record {record['leaf']} of the {size} under {origin}"
    signer = trust.key or named["key"]
    signed = find_signature(seal["checkpoint"], signer, seal["checkpoint"].rpartition("\n\n")[2].splitlines())
    yield GOOD if signed else REFUSED, f"checkpoint of {named['time']}: {signed or 'not signed'} by {signer}"
    if not trust.key:
        yield NOTE, "whose key that is, this file cannot prove: compare it, or name the one you know with --key"
    for stamp in seal.get("stamps", ()):
        data = seal["checkpoint"].encode()
        for token, chain in zip(stamp["tokens"], stamp["chains"], strict=True):
            yield check_stamp(data, base64.b64decode(token), chain, trust.roots)
            data += base64.b64decode(token) + chain.encode()
    if not seal.get("stamps"):
        none = "no time stamp but OpenTimestamps (ots), which is not checked here" if "ots" in seal else "no time stamp"
        yield NOTE, f"{none}: that it was sealed by then rests on the word of signer and witnesses"


def follow(node: bytes, place: int, size: int, path: list[bytes]) -> bytes | None:
    """The root to which a path leads (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    if not 0 <= place <= last:
        return None
    for other in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = hashlib.sha256(b"\1" + other + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + other).digest()
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def find_signature(note: str, vkey: str, lines: list[str]) -> str:
    """Whether one of the lines is a note's signature by a key: when a witness signed, else `signed`; empty: none."""
    text = note.rpartition("\n\n")[0] + "\n"
    name, _, rest = vkey.partition("+")
    key = base64.b64decode(rest.partition("+")[2], validate=True)
    wanted = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    pem = base64.b64encode(ED25519_DER + key[1:]).decode()
    files = {"key": f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n".encode()}
    for line in lines:
        value = base64.b64decode(line.rpartition(" ")[2], validate=True)
        if not line.startswith(f"\u2014 {name} ") or value[:4] != wanted:
            continue
        moment, message, signature = "signed", text, value[4:]
        if key[0] == 4:  # a witness signs a time as well
            seconds, signature = int.from_bytes(value[4:12], "big"), value[12:]
            moment, message = str(datetime.fromtimestamp(seconds, UTC)), f"cosignature/v1\ntime {seconds}\n{text}"
        files |= {"text": message.encode(), "signature": signature}
        if not openssl("pkeyutl -verify -pubin -inkey key -rawin -in text -sigfile signature", files).returncode:
            return moment
    return ""


def check_stamp(data: bytes, token: bytes, chain: str, roots: str) -> Line:
    """A stamp over these bytes, at its own time. `roots`: who is believed, else whoever the chain ends at."""
    told = openssl("ts -reply -in token -text", {"token": token}).stdout.decode("utf-8", "replace")
    found = re.search(r"^Time stamp: (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT", told, re.MULTILINE)
    if not found:
        return REFUSED, "time stamp: expected a stamp of RFC 3161, got another thing"
    moment = datetime.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    own = [one for one in CERTIFICATE.findall(chain) if len({*openssl(ROOT, {"it": one.encode()}).stdout.split()}) == 1]
    files = {"data": data, "token": token, "chain": chain.encode(), "roots": (roots or "".join(own)).encode()}
    words = f"ts -verify -data data -in token -CAfile roots -untrusted chain -attime {int(moment.timestamp())}"
    done = openssl(words, files)
    if done.returncode:
        why = b"; ".join(WHY.findall(done.stderr + done.stdout)).decode("utf-8", "replace") or "openssl says no"
        whom = "an authority that you named" if roots else "the authority beside it"
        return REFUSED, f"time stamp of {moment}: not of these bytes by {whom} ({why})"
    if roots:
        return GOOD, f"time stamp: it was there by {moment}, says an authority that you named"
    name = openssl("x509 -in roots -noout -subject -fingerprint -sha256", files).stdout.decode("utf-8", "replace")
    return GOOD, f"time stamp: it was there by {moment}, says {' '.join(name.split())}; compare that, or name --ca"


def openssl(words: str, files: dict[str, bytes]) -> "subprocess.CompletedProcess[bytes]":
    """Run openssl in a directory of its own that holds these files."""
    with tempfile.TemporaryDirectory() as room:
        for name, data in files.items():
            (Path(room) / name).write_bytes(data)
        command = ["openssl", *words.split()]
        return subprocess.run(command, cwd=room, capture_output=True, check=False)  # noqa: S603 - words of our own


def main() -> int:
    """Print a line for each finding; 5 where anything is refused, else 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", default="")
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--ca", type=Path)
    given = parser.parse_args()
    proof, roots = json.loads(given.file.read_bytes()), given.ca.read_text() if given.ca else ""
    lines = list(check_proof(proof, Trust(given.key, tuple(given.witness), roots)))
    print(*(f"{kind}: {says}" for kind, says in lines), sep="\n")
    proven = all(kind != REFUSED for kind, _ in lines)
    print("PROVEN, as far as the lines above say" if proven else "NOT PROVEN")
    return 0 if proven else 5


if __name__ == "__main__":
    sys.exit(main())
