"""A collection to report on, and what holds of every page: shared by the tests of the report."""

import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.reporting.gather import gather_collection
from crawler.reporting.page import render
from crawler.reporting.report_data import Articles, ReportData
from tests.support.sample_crawls import SampleCrawl, copied

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACTIVE = {"script", "img", "iframe", "object", "embed", "link", "form", "base", "audio", "video"}
"""Elements that run something or fetch something."""


@dataclass
class Reported:
    """A collection of two runs, the second with edited, new and gone articles."""

    path: Path
    figures: ReportData
    page: str
    runs: list[dict[str, Any]]
    """The two `run.json`."""
    edited: list[str]
    gone: list[str]


@pytest.fixture(scope="module")
def reported(sample_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    with copied(sample_crawl, tmp_path_factory.mktemp("report") / "x") as archive:
        site, path = archive.site, archive.directory
        articles = [article for article in site.articles if article.kind == "tin-tuc"]
        edited, gone = [articles[3].key, articles[40].key], [articles[10].key]
        for key in edited:
            site.edit_article(key)
        site.delete_article(gone[0])
        site.add_article("Chợ phiên nông sản dời sang sáng chủ nhật")
        archive.sql("UPDATE urls SET due = 0 WHERE kind = 'tin-tuc'")
        archive.run("refresh", "--confirm-gone", "--no-images")
    figures = gather_collection(path, NOW)
    runs = [json.loads(one.read_bytes()) for one in sorted(path.glob("crawls/*/run.json"))]
    return Reported(path, figures, render(figures).decode(), runs, edited, gone)


@pytest.fixture
def hurt(reported: Reported, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(reported.path, tmp_path / "x"))


def found(figures: ReportData) -> Articles:
    """The figures on articles."""
    assert figures.articles is not None
    return figures.articles


def parse(page: str) -> ElementTree.Element:
    """The page, read strictly: a tag that is not closed or a character that is not escaped fails."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page.partition("\n")[2])


def cells(page: str, caption: str) -> dict[str, list[str]]:
    """The rows of a table by their heading."""
    for table in parse(page).iter("table"):
        if text_of(table.find("caption")).startswith(caption):
            rows = [[text_of(cell) for cell in row] for row in table.iter("tr")][1:]
            return {row[0]: row[1:] for row in rows}
    raise AssertionError(f"no table {caption}")


def text_of(element: ElementTree.Element | None) -> str:
    """All text inside."""
    return "".join(element.itertext()) if element is not None else ""


def check_page(page: str) -> None:
    """What holds of every page: it is well-formed, stands alone, runs nothing, and says what its tables are."""
    root = parse(page)
    assert root.get("lang") == "en"
    assert 1 == len(list(root.iter("h1")))
    elements = list(root.iter())
    assert not {element.tag for element in elements} & ACTIVE
    for element in elements:
        assert not [
            name for name in element.attrib if name.startswith("on") or name in {"src", "srcset", "style", "background"}
        ]
        if element.tag == "a":
            href = element.get("href", "")
            assert href.startswith("#") or (
                re.match("https?://", href) and element.get("rel") == "noreferrer nofollow"
            ), href
        if element.tag == "table":
            assert text_of(element.find("caption"))
            assert all(cell.get("scope") in {"col", "row"} for cell in element.iter("th"))
        if element.tag == "svg":
            assert element.get("role") == "img"
            assert text_of(element.find("desc"))
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    assert {1} == set(ids.values())
    assert {element.get("href", "")[1:] for element in elements if element.get("href", "").startswith("#")} <= set(ids)
    assert {element.get("aria-labelledby") for element in elements if element.get("aria-labelledby")} <= set(ids)
    style = text_of(root.find("head/style"))
    assert "url(" not in style
    assert "@import" not in style
