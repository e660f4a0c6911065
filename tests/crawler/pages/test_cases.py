"""Page cases: `tests/pages/<case>/` holds a page, why it is there, and what the parser must make of it.

A case without `expected.json` gets one written and fails,
so that somebody reads it against the page before it is committed.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import page_cases
from crawler.cli.page_cases import FIELDS, find_cases, format_expected
from crawler.pages import LAYOUT_CODES
from tests.support.commands import ROOT

CASES = find_cases(ROOT / "tests" / "pages")
parse_case = cache(page_cases.parse_case)


@cache
def read_expected(case: Path) -> dict[str, Any]:
    """What the case's author read on the page."""
    path = case / "expected.json"
    if not path.is_file():
        path.write_text(format_expected(parse_case(case)), encoding="utf-8")
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
