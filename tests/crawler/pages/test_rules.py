"""Rules: a closed list, each with a page case that shows it, and each page case with the rules it is there for."""

import json
from pathlib import Path

import pytest

from crawler.cli.page_cases import inspect_case
from crawler.cli.probe import FIELD_OF
from crawler.pages import LAYOUT_CODES
from crawler.pages.fields.captions import TESTS
from crawler.pages.places.rules import CAPTIONS, RULES, Rule
from tests.crawler.pages.test_cases import CASES
from tests.support.commands import ROOT


def fired(case: Path) -> set[str]:
    """The rules that find a field, take a line, speak for a caption or refuse the page of a case."""
    seen = inspect_case(case)
    if seen.error is not None:
        return {f"refused:{seen.error.code}"}
    assert seen.article is not None
    names = {f"{source.field}:{source.rule}" for source in seen.article.sources}
    names |= {f"{FIELD_OF.get(line.role, line.role)}:{line.rule}" for line in seen.lines if line.role}
    names |= {f"captions:{row}" for line in seen.lines for row in line.evidence}
    doubted = [each.refused or "" for each in seen.candidates if each.field == "captions" and each.refused]
    spoke = {row for reason in doubted for row in reason.partition("(")[2].rstrip(")").split(", ")}
    return names | {f"captions:{row}" for row in spoke & {rule.id for rule in CAPTIONS}}


def named_by(case: Path) -> set[str]:
    return set(json.loads((case / "meta.json").read_text(encoding="utf-8"))["rules"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_has_a_case_that_is_there_for_it(rule: Rule) -> None:
    case = ROOT / "tests" / "pages" / rule.case
    assert rule.name in named_by(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_names_rules_that_it_shows(case: Path) -> None:
    named = named_by(case)
    assert named
    assert set() == named - fired(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_rule_is_outside_of_the_table(case: Path) -> None:
    assert set() == {name for name in fired(case) if name not in {rule.name for rule in RULES}}


def test_rules_are_told_apart() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(LAYOUT_CODES) == {rule.id for rule in RULES if rule.field == "refused"}
    assert all(rule.says and rule.says[-1] != "." for rule in RULES)


def test_readme_lists_the_rules_in_their_order() -> None:
    listed: dict[str, list[str]] = {}
    for rule in RULES:
        weight = "" if rule.weight is None else f" {rule.weight:+g}"
        listed.setdefault(rule.field, []).append(f"`{rule.id}`{weight}")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for field, rules in listed.items():
        assert f"| `{field}` | {', '.join(rules)} |" in readme


def test_every_row_of_evidence_has_its_test() -> None:
    assert set(TESTS) == {rule.id for rule in CAPTIONS}
