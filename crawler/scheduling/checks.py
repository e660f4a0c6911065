"""What a crawl needs of the machine and the collection, each checked by a function that says what to do about it."""

import enum
import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive import fixity
from archive.directory import read_collection
from archive.errors import ArchiveError, NotUsable
from archive.files import open_regular
from archive.json_text import parse_json
from archive.lock import is_locked, remedy
from archive.seal.checkpoint import read_newest
from archive.seal.keys import SealOptions, default_key, find_public
from crawler.learning.kept import read_taught
from crawler.replaying.wayback import WaybackMissing, find_wayback
from crawler.reporting.amounts import format_size, plural
from crawler.reporting.status import read_status
from crawler.scheduling.levels import days_unverified

NEEDED_FREE = 1_000_000_000
"""Bytes below which a disk deserves a word; the crawl itself stops at its own floor."""
SLOW_SYNC = 0.1
"""Seconds that a sync may take before a crawl feels it."""
FIXITY_DUE = 90
"""Days after which a file should have been verified again."""
QUIET_FOR = 8
"""Days without a run after which somebody should look."""
MOST_LINES = 200_000


class Level(enum.StrEnum):
    """How a check came out."""

    OK = "ok"
    LOOK = "look"
    """Works, and deserves a word."""
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the doctor's."""

    name: str
    level: Level
    says: str


def ok(name: str, says: str) -> Check:
    return Check(name=name, level=Level.OK, says=says)


def look(name: str, says: str) -> Check:
    return Check(name=name, level=Level.LOOK, says=says)


def bad(name: str, says: str) -> Check:
    return Check(name=name, level=Level.BAD, says=says)


def check_machine() -> Iterator[Check]:
    """Python, packages, temporary directory, pywb."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield ok("python", version)
    yield from _check_packages()
    yield from _check_space("temporary files", Path(tempfile.gettempdir()), "name another directory in TMPDIR")
    try:
        yield ok("pywb", str(find_wayback()))
    except WaybackMissing:
        yield look("pywb", "is not here, so `thanhuy replay` cannot show pages; `thanhuy replay --set-up` installs it")


def _check_packages() -> Iterator[Check]:
    try:
        required = importlib.metadata.requires("thanhuy-archive") or []
    except importlib.metadata.PackageNotFoundError:
        yield bad("packages", "the program is not installed; run `pip install .` in its checkout")
        return
    named = [re.split(r"[\s\[<>=!~;(]", text)[0] for text in required if "extra ==" not in text]
    missing = []
    for name in named:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield bad("packages", f"{', '.join(missing)}: not installed; run `pip install thanhuy-archive` again")
    else:
        yield ok("packages", f"all {len(named)} are installed, Scrapy {importlib.metadata.version('scrapy')}")


def _check_space(name: str, path: Path, remedy: str) -> Iterator[Check]:
    try:
        free = shutil.disk_usage(path).free
        with tempfile.NamedTemporaryFile(dir=path, prefix=".thanhuy-doctor-") as trial:
            began = time.perf_counter()
            trial.write(bytes(1 << 20))
            trial.flush()
            os.fsync(trial.fileno())
            took = time.perf_counter() - began
    except OSError as error:
        yield bad(name, f"{path}: {error.strerror or error}; {remedy}")
        return
    told = f"{path}: {format_size(free)} free, 1 MB is safe after {took * 1000:.0f} ms"
    if free < NEEDED_FREE:
        yield look(name, f"{told}; that is little: {remedy}")
    elif took > SLOW_SYNC:
        yield look(name, f"{told}; that is slow, so a crawl waits for the disk")
    else:
        yield ok(name, told)


def check_collection(path: Path, now: datetime) -> Iterator[Check]:
    """Write access, space, lock, last run, fixity, parser."""
    try:
        about = read_collection(path)
    except ArchiveError as error:
        yield bad("collection", str(error))
        return
    yield ok("collection", f"{about.get('name')}, begun {str(about.get('created'))[:10]}")
    yield from _check_space("disk", path, "free some, or move the collection")
    yield look("lock", "another process holds the collection") if is_locked(path) else ok("lock", "free")
    yield _check_last_run(path, now)
    yield _check_fixity(path, now)
    yield _check_seals(path)
    yield _check_parser(path)


def _check_last_run(path: Path, now: datetime) -> Check:
    status = read_status(path)
    if status.last is None:
        return look("last run", "none is noted yet; begin with `thanhuy crawl`")
    run = status.last
    told = f"{run['id']} {run['command']}: {run['outcome']}"
    try:
        age = (now - datetime.strptime(run["id"][:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)).days
    except ValueError:
        age = 0
    if status.state == "broke off" or run["exit"] not in {0, None}:
        return look("last run", f"{told}; the same command again goes on")
    if age > QUIET_FOR:
        return look("last run", f"{told}; that was {age} days ago: `thanhuy schedule` runs it by itself")
    return ok("last run", told)


def _check_fixity(path: Path, now: datetime) -> Check:
    try:
        entries = fixity.read_known(path)
    except (OSError, ArchiveError) as error:
        return bad("fixity", f"{error}; run `thanhuy verify {path}`")
    if not entries:
        return look("fixity", f"no file is noted; {remedy(path, 'run `thanhuy repair`')}")
    oldest = min(str(entry.verified_at or entry.closed_at or "") for entry in entries.values())
    told = f"{plural(len(entries), 'file')}, the longest unverified since {oldest[:10] or 'ever'}"
    if days_unverified(entries, now) > FIXITY_DUE:
        return look("fixity", f"{told}; run `thanhuy verify {path} --fixity-only`")
    return ok("fixity", told)


def _check_seals(path: Path) -> Check:
    try:
        number, newest = read_newest(path)
    except ArchiveError as error:
        return bad("seals", f"{error}; run `thanhuy verify {path}`")
    if newest is None:
        return look("seals", f"there are none yet; run `thanhuy seal {path}`")
    told = f"{plural(number, 'checkpoint')}, the last of {newest.time:%Y-%m-%d}"
    public = find_public(SealOptions())
    if public is None:
        return look(
            "seals", f"{told}; there is no key at {default_key()}: the next run makes one, and tells that it changed"
        )
    if public != newest.key.public:
        return look("seals", f"{told}, by another key than the one at {default_key()}")
    return ok("seals", f"{told}; the key is at {default_key()}")


def _check_parser(path: Path) -> Check:
    lines, older, seen = path / "articles.jsonl", 0, 0
    try:
        parser = read_taught(path).parser
        with open_regular(lines) as stream:
            for line in stream:
                seen += 1
                older += str(parse_json(line)["parser"]["version"]) != parser
                if seen >= MOST_LINES:
                    break
    except FileNotFoundError:
        return look("parser", "there are no articles yet")
    except NotUsable as error:
        return bad("parser", str(error))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return bad("parser", f"{lines}: {error}; {remedy(path, 'run `thanhuy repair`')}")
    if older:
        return look("parser", f"{plural(older, 'record')} of another parser than {parser}; run `thanhuy reread`")
    return ok("parser", f"{plural(seen, 'record')} of parser {parser}")
