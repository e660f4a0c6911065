"""Mend the small files of a collection: what it is, what its runs say of themselves, and the fixity log."""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import fixity
from archive.directory import FORMAT
from archive.files import read_range, replace_file, set_aside, sync_directory
from archive.fixity import Entry
from archive.recover.recover import Recovery
from archive.warc.exchange import format_date
from archive.warc.salvage import read_sound

LOST = {
    "crawl.log": "{now} thanhuy repair: the log of {size} bytes that was here is lost\n",
    "report.html": (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8" /><title>Lost</title></head><body><p>{now}'
        " thanhuy repair: the page of {size} bytes that was here is lost; run.json beside it holds the run's"
        " figures.</p></body></html>\n"
    ),
}
"""File of a run → what `repair` puts in its place where it is gone."""


def mend_about(directory: Path, entry: Entry | None, now: datetime, recovery: Recovery) -> None:
    """Make `collection.json` anew from the warcinfo records where it cannot be read, or is not as it was noted."""
    path = directory / "collection.json"
    if path.exists():
        try:
            value = json.loads(path.read_bytes())
        except ValueError:
            value = None
        sound = isinstance(value, dict) and type(value.get("format")) is int
        if sound and (entry is None or fixity.digest_file(directory, path, now).sha256 == entry.sha256):
            return
    kept = keep_file(directory, path)
    first = next(_read_warcinfos(directory), {})
    value = {
        "name": first.get("isPartOf") or directory.resolve().name,
        "format": FORMAT,
        "created": first.get("date") or format_date(now),
        "seeds": _configuration(first).get("SEEDS") or [],
    }
    replace_file(path, [json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"])
    recovery.note(f"collection.json: made anew from the records in warc/{kept}")


def set_state_aside(directory: Path, why: str, recovery: Recovery) -> None:
    """Move the state and what SQLite keeps beside it to `torn/`, so that the next start rebuilds it."""
    torn = directory / "torn"
    torn.mkdir(exist_ok=True)
    number = 1
    while (torn / f"state.sqlite~{number}").exists():
        number += 1
    # The database goes last: until then the next start finds it, and finds it wanting.
    for suffix in ("-shm", "-wal", ""):
        path = directory / f"state.sqlite{suffix}"
        if path.exists():
            path.rename(torn / f"state.sqlite~{number}{suffix}")
    sync_directory(torn)
    sync_directory(directory)
    recovery.note(
        f"state.sqlite: {why}; moved it to torn/state.sqlite~{number} and rebuilt it from the records in warc/"
    )


def mend_runs(directory: Path, known: dict[str, Entry], now: datetime, recovery: Recovery) -> None:
    """Make anew what can be made of `crawls/`; say what is altered."""
    for file, entry in sorted(known.items()):
        path = directory / file
        if not file.startswith("crawls/") or (
            path.exists() and fixity.digest_file(directory, path, now).sha256 == entry.sha256
        ):
            continue
        if path.name == "run.json":
            kept = keep_file(directory, path, name=f"{path.parent.name}-{path.name}")
            replace_file(
                path, [json.dumps(_describe_run(directory, path, known), ensure_ascii=False, indent=1).encode() + b"\n"]
            )
            recovery.note(f"{file}: made anew from the records in warc/{kept}")
        elif path.exists():
            recovery.note(
                f"{file}: is not as it was closed; nothing else tells what it said, so its digest is noted as it is"
            )
        elif path.name in LOST:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, [LOST[path.name].format(now=format_date(now), size=entry.size).encode()])
            recovery.note(f"{file}: is gone and cannot be made anew; put words that say so in its place")


def _describe_run(directory: Path, path: Path, known: dict[str, Entry]) -> dict[str, Any]:
    run = path.parent.name
    info = next((one for one in _read_warcinfos(directory) if f"-{run}-" in one["file"]), {})
    mine = (entry for file, entry in sorted(known.items()) if f"-{run}-" in file)
    return {
        "began": info.get("date"),
        "reason": "unknown: made anew by `thanhuy repair`",
        "software": info.get("software"),
        "configuration": _configuration(info),
        "files": [{"file": entry.file, "size": entry.size, "sha256": entry.sha256} for entry in mine],
    }


def mend_log(directory: Path, recovery: Recovery) -> None:
    """Keep of the fixity log what vouches for itself from its beginning on; `torn/` keeps all of it."""
    path = directory / fixity.NAME
    if not path.exists():
        recovery.note(f"{fixity.NAME}: is gone; begun anew with every file as it is")
        return
    end = 0
    for line in fixity.read_lines(directory):
        end = line.offset
        if line.error or not line.chained:
            break
    else:
        return
    kept = keep_file(directory, path)
    replace_file(path, read_range(path, 0, end))
    recovery.note(f"{fixity.NAME}: kept the {end} bytes that vouch for themselves, and noted every file anew{kept}")


def keep_file(directory: Path, path: Path, *, name: str | None = None) -> str:
    """Copy a file to `torn/` as it is; return words that say where, none where there is no file."""
    if not path.exists():
        return ""
    aside = set_aside(directory / "torn", name or path.name, read_range(path, 0, path.stat().st_size))
    return f"; as it was: torn/{aside.name}"


def _read_warcinfos(directory: Path) -> Iterator[dict[str, str]]:
    """The fields of the warcinfo record of each file, with its `file` and `date`."""
    for path in sorted((directory / "warc").glob("*.warc.gz*")):
        for _, _, record in itertools.islice(read_sound(path, []), 1):
            if record.type == "warcinfo":
                lines = record.block.read().decode("utf-8", "replace").splitlines()
                fields = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
                yield {**fields, "file": path.name, "date": record.date}


def _configuration(info: dict[str, str]) -> dict[str, Any]:
    try:
        value = json.loads(info.get("configuration", "{}"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
