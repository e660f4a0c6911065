"""Page cases: `tests/pages/<case>/` holds a page, why it is there, and what the parser must make of it.

`meta.json` says `why`, `url`, `headers` and `captured_at`; `expected.json` holds the record's fields, or `{"error":
code}`.
A case without `expected.json` gets one written and fails,
so that somebody reads it against the page before it is committed.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.items import STAMPED, Article, as_record
from crawler.pages import LAYOUT_CODES, LayoutError, parse_article
from tests.support.commands import ROOT

CASES = sorted(folder for folder in (ROOT / "tests" / "pages").iterdir() if (folder / "page.html").is_file())
UNTOLD = STAMPED | {"schema", "url", "changed", "status", "text_digest", "parser", "sources", "gone", "reread"}
"""Fields that say nothing of the page itself."""
FIELDS = [name for name in Article.__dataclass_fields__ if name not in UNTOLD]


@cache
def parse_case(case: Path) -> dict[str, Any]:
    """What the parser makes of the case's page."""
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    captured_at = datetime.fromisoformat(meta["captured_at"]) if meta["captured_at"] else None
    try:
        article = parse_article(
            (case / "page.html").read_bytes(), meta["url"], headers=meta["headers"], captured_at=captured_at
        )
    except LayoutError as error:
        return {"error": error.code}
    return {name: value for name, value in as_record(article).items() if name in FIELDS}


def read_expected(case: Path) -> dict[str, Any]:
    """What the case's author read on the page."""
    path = case / "expected.json"
    if not path.is_file():
        path.write_text(json.dumps(parse_case(case), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{path}: was missing and has been written; read it against the page, then run again")
    expected: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return expected


@pytest.mark.parametrize(
    ("case", "name"), [pytest.param(case, name, id=f"{case.name}-{name}") for case in CASES for name in FIELDS]
)
def test_field(case: Path, name: str) -> None:
    assert read_expected(case).get(name) == parse_case(case).get(name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_there_are_no_extra_fields(case: Path) -> None:
    assert set(read_expected(case)) == set(parse_case(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_page_is_an_article_or_refused_as_expected(case: Path) -> None:
    expected, got = read_expected(case), parse_case(case)
    assert expected.get("error") == got.get("error")
    assert got.get("error") is None or got["error"] in LAYOUT_CODES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_says_why_it_is_there(case: Path) -> None:
    assert json.loads((case / "meta.json").read_text(encoding="utf-8"))["why"]
