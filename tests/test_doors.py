"""One door to the files of a collection: what is read of them is opened as a file that is one itself."""

import ast
from collections.abc import Iterator

from tests.test_layers import everything, is_in, modules

READ = {
    "archive.files": "the door itself",
    "archive.recover.recover": "cuts a file that its writer holds the lock of",
    "archive.wacz.sign": "a key that the user keeps beside the collection, or names",
    "archive.watched": "/proc",
    "archive.verify.wacz": "members of a zip",
    "archive.seal.attest": "certificates that the user names",
    "archive.seal.authority": "certificates of this machine, and a token in a temporary directory",
    "archive.seal.verifier": "a proof that the user names; it stands without this package",
    "crawler.extracting.sources": "members of a zip",
    "crawler.browsing.app": "files of this package",
    "crawler.engine.connect": "certificates that the user names",
    "crawler.replaying.wayback": "the log of pywb, in a temporary directory",
}
"""Modules that open files in their own way, and which."""
USERS = ("crawler.cli", "crawler.demo", "crawler.bench")
"""Rooms that read what the user names."""
WAYS = frozenset({"read_bytes", "read_text", "open"})


def reads(call: ast.Call) -> bool:
    """Whether a call opens a path for reading: `path.read_bytes()`, `path.open("rb")`, `open(path)`."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "open"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WAYS:
        return False
    if call.func.attr != "open":
        return True
    mode = call.args[0] if call.args else None
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and mode.value[:1] == "r"


def openers() -> Iterator[str]:
    for module, path in modules():
        if any(is_in(module, room) for room in USERS):
            continue
        for node in everything(path):
            if isinstance(node, ast.Call) and reads(node):
                yield module


def test_files_of_a_collection_are_read_through_one_door() -> None:
    assert set() == set(openers()) - set(READ)
