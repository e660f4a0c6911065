"""Manifests: what a mirror holds, each naming the one before."""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from archive.errors import ArchiveError
from archive.json_text import parse_json
from archive.mirror.store import Store

FORMAT = "mirror/1"
ROOM = "manifests"
MOST = 256 << 20
"""Bytes of a manifest; no more is read."""
_KEY = re.compile(rf"{ROOM}/(\d{{8}})\.json")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(rb'\{\s*"path":[^{}]*\}')
"""A file, as `Manifest.format` writes it."""


class ManifestDamaged(ArchiveError):
    """A manifest that cannot be what was written: where, what was expected, what was got."""


@dataclass(frozen=True, kw_only=True)
class MirroredFile:
    """One file of the collection."""

    path: str
    """Inside the collection, with `/`."""
    sha256: str
    size: int

    @property
    def key(self) -> str:
        """The object that holds its bytes."""
        return f"files/{self.sha256}/{PurePosixPath(self.path).name}"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All that a mirror holds at one time."""

    number: int
    """From 1."""
    before: str | None
    """SHA-256 of the manifest before; None of the first."""
    made_at: str
    """UTC, ISO 8601 with `Z`."""
    name: str
    """The collection's name."""
    created: str
    """When the collection was begun: with its name, what tells it from others."""
    software: str
    files: dict[str, MirroredFile] = field(default_factory=dict)
    """By path."""

    def format(self) -> bytes:
        """Its JSON."""
        files = [{"path": each.path, "sha256": each.sha256, "size": each.size} for each in sorted_files(self.files)]
        value = {
            "format": FORMAT,
            "number": self.number,
            "before": self.before,
            "made_at": self.made_at,
            "name": self.name,
            "created": self.created,
            "software": self.software,
            "files": files,
        }
        return json.dumps(value, ensure_ascii=False, indent=0).encode() + b"\n"


def sorted_files(files: dict[str, MirroredFile]) -> Iterable[MirroredFile]:
    """In the order of their paths."""
    return (files[path] for path in sorted(files))


def key_of(number: int) -> str:
    """The object that holds a manifest."""
    return f"{ROOM}/{number:08d}.json"


def find_numbers(store: Store) -> list[int]:
    """The numbers of the manifests that are there, ascending."""
    return [int(match[1]) for key in store.list(ROOM) if (match := _KEY.fullmatch(key))]


def read_manifest(store: Store, number: int) -> tuple[Manifest, str]:
    """A manifest and its SHA-256. Raises ManifestDamaged, StoreFailed."""
    where, data = f"{store.url}/{key_of(number)}", _read(store, number)
    try:
        manifest = _parse(parse_json(data), number)
    except ValueError as error:
        raise ManifestDamaged(f"{where}: expected a manifest, got {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestDamaged(f"{where}: expected a manifest, got other JSON") from error
    return manifest, hashlib.sha256(data).hexdigest()


def _read(store: Store, number: int) -> bytes:
    where, data = f"{store.url}/{key_of(number)}", bytearray()
    try:
        for piece in store.read(key_of(number)):
            data += piece
            if len(data) > MOST:
                raise ManifestDamaged(f"{where}: expected at most {MOST} bytes, got more")
    except FileNotFoundError as error:
        raise ManifestDamaged(f"{where}: expected a manifest, got none") from error
    return bytes(data)


def salvage(store: Store, number: int) -> tuple[list[MirroredFile], str]:
    """Of a damaged manifest the files that its lines still name, which it may name wrongly, and its SHA-256.
    Raises StoreFailed, and ManifestDamaged where nothing of it can be read.
    """
    data, found = _read(store, number), []
    for match in _ENTRY.finditer(data):
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            found.append(_parse_file(parse_json(match[0])))
    return found, hashlib.sha256(data).hexdigest()


def read_newest(store: Store) -> tuple[Manifest, str] | None:
    """The newest manifest. None where nothing was ever pushed."""
    numbers = find_numbers(store)
    return read_manifest(store, numbers[-1]) if numbers else None


def _parse(value: Any, number: int) -> Manifest:
    if value["format"] != FORMAT or value["number"] != number:
        raise ValueError(f"format {value['format']!r} and number {value['number']!r}")
    files = [_parse_file(each) for each in value["files"]]
    texts = {name: value[name] for name in ("made_at", "name", "created", "software")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"values that are no text: {texts}")
    before = value["before"]
    if before is not None and not _SHA256.fullmatch(before):
        raise ValueError(f"{before!r} for the digest of the one before")
    return Manifest(number=number, before=before, files={each.path: each for each in files}, **texts)


def is_path_inside(path: str) -> bool:
    """Whether a path can be one of a file in a collection: it leads nowhere else."""
    return not {"", ".", ".."}.intersection(path.split("/")) and "\\" not in path and path.isprintable()


def _parse_file(value: Any) -> MirroredFile:
    path, sha256, size = value["path"], value["sha256"], value["size"]
    if not is_path_inside(path):
        raise ValueError(f"{path!r} for a path inside the collection")
    if not _SHA256.fullmatch(sha256) or type(size) is not int or size < 0:
        raise ValueError(f"{sha256!r} and {size!r} for digest and size of {path}")
    return MirroredFile(path=path, sha256=sha256, size=size)
