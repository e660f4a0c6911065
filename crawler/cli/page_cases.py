"""Page cases: a page, why it is kept, and what the parser must make of it, as a directory of three files.

`page.html` holds the page's bytes; `meta.json` says `why`, `url`, `headers`, `captured_at`, and names the `rules` that
the case is there for; `layout.toml`, where there is one, holds the exact layouts that it is read with;
`expected.json` holds the record's fields, or `{"error": code}` where the page is no article.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.cli.exits import CommandFailed, Exit
from crawler.items import STAMPED, Article, as_record
from crawler.pages import Inspection, inspect_article, parse_layouts

UNTOLD = STAMPED | {"schema", "url", "changed", "status", "text_digest", "parser", "sources", "gone", "reread"}
"""Fields of a record that say nothing of the page itself."""
FIELDS = tuple(name for name in Article.__dataclass_fields__ if name not in UNTOLD)
"""Fields that a case expects, in the record's order."""


def find_cases(directory: Path) -> list[Path]:
    """The cases that lie in a directory, by name."""
    return sorted(folder for folder in directory.iterdir() if (folder / "page.html").is_file())


def inspect_case(case: Path) -> Inspection:
    """What the parser sees in the case's page."""
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    captured_at = datetime.fromisoformat(meta["captured_at"]) if meta["captured_at"] else None
    layout = case / "layout.toml"
    layouts = parse_layouts(layout.read_text(encoding="utf-8"), layout.name) if layout.is_file() else []
    return inspect_article(
        (case / "page.html").read_bytes(), meta["url"], headers=meta["headers"], captured_at=captured_at,
        layouts=layouts, cut=meta.get("cut", False),
    )  # fmt: skip


def parse_case(case: Path) -> dict[str, Any]:
    """What the parser makes of the case's page: fields as `expected.json` has them."""
    seen = inspect_case(case)
    if seen.article is None:
        return {"error": seen.error.code if seen.error else None}
    return {name: value for name, value in as_record(seen.article).items() if name in FIELDS}


def format_expected(record: Mapping[str, Any]) -> str:
    """The text of an `expected.json`."""
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def save_case(folder: Path, body: bytes, url: str, headers: Mapping[str, str]) -> None:
    """A page case without its expectation: the tests write that on their first run and fail,
    so that somebody reads it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CommandFailed(f"{folder}: is not empty; name a new directory for the case", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_bytes(body)
    kept = {key: value for key, value in headers.items() if key.lower() == "content-type"}
    meta: dict[str, Any] = {"url": url, "why": "", "headers": kept, "captured_at": None, "rules": []}
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    click.echo(
        f"saved {folder}: write the reason and the rules it shows into meta.json, run the page tests, "
        "and read expected.json against the page",
        err=True,
    )


def renew_cases(directory: Path, field: str) -> int:
    """Write one field of every case's `expected.json` as the parser reads it now, each change told in a line.
    Other fields stay as they are; so do cases without `expected.json` and those of pages that are no articles.
    """
    if field not in FIELDS:
        raise CommandFailed(f"--renew-case {field}: expected one of {', '.join(FIELDS)}", Exit.USAGE)
    cases = find_cases(directory) if directory.is_dir() else []
    if not cases:
        raise CommandFailed(f"{directory}: expected page cases (directories with a page.html), found none", Exit.USAGE)
    changed, refused = 0, 0
    for case in cases:
        path = case / "expected.json"
        expected = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"error": None}
        if "error" in expected:
            continue
        got = parse_case(case)
        if "error" in got:
            refused += 1
            click.echo(f"thanhuy: {case}: expected an article, the parser refuses it [{got['error']}]", err=True)
        elif field not in expected or expected[field] != got[field]:
            changed += 1
            before = _shown(expected[field]) if field in expected else "nothing"
            click.echo(f"{case}: {field}: {before} -> {_shown(got[field])}")
            renewed = {**expected, field: got[field]}
            ordered = {name: renewed[name] for name in (*FIELDS, *renewed) if name in renewed}
            path.write_text(format_expected(ordered), encoding="utf-8")
    click.echo(f"{field}: {changed} of {len(cases)} cases changed; read each against its page", err=True)
    return Exit.UNHEALTHY if refused else Exit.DONE


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:80]} … {text[-30:]}"
