"""The same page written differently gives the same record:
no rule hangs on a class name, a wrapper or a tag's spelling.
"""

import datetime as dt
import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.demo.routes import answer
from crawler.demo.truth import SampleSite
from crawler.items import as_record
from crawler.pages import parse_article
from tests.crawler.pages.test_cases import CASES
from tests.support.perturbations import encode_vietnamese, parse_page, write_page
from tests.support.restructurings import PERTURBATIONS

VIETNAM = dt.timezone(dt.timedelta(hours=7))
TOLD = {"parser", "sources", "warnings"}
"""How a field was found may differ with the markup; the field may not."""


@cache
def sample_pages() -> dict[str, tuple[str, str]]:
    """Name → address and text: the UTF-8 page cases that are articles, and every seventh page of the sample site."""
    pages = {}
    for case in CASES:
        meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
        if "hints" in meta:
            continue  # nothing but a class, which the perturbations rename, tells what the case is about
        if not case.name.startswith(
            ("not-an-article", "page-", "text-set-")
        ):  # where line feeds are meant, space is no mere markup
            pages[case.name] = (meta["url"], (case / "page.html").read_text(encoding="utf-8"))
    site = SampleSite(now=lambda: dt.datetime(2024, 2, 28, 9, 14, tzinfo=VIETNAM))
    for article in site.articles[::7]:
        body = answer(site, "www.thanhuytphcm.vn", article.path).body
        pages[f"sample-{article.markup}-{article.id}"] = (f"https://www.thanhuytphcm.vn{article.path}", body.decode())
    return pages


def record_of(body: bytes, url: str) -> dict[str, Any]:
    """What the page says, without how it was found."""
    return {name: value for name, value in as_record(parse_article(body, url)).items() if name not in TOLD}


@cache
def plain_record(name: str) -> dict[str, Any]:
    """The record of the page as it stands."""
    url, text = sample_pages()[name]
    return record_of(text.encode(), url)


@settings(max_examples=250, deadline=None)
@given(
    name=st.sampled_from(sorted(sample_pages())),
    chosen=st.lists(st.sampled_from(sorted(PERTURBATIONS)), min_size=1, max_size=3, unique=True),
    seed=st.integers(0, 10_000),
    upper=st.booleans(),
    numeric=st.booleans(),
)
def test_record_does_not_change_with_the_markup(
    name: str, chosen: list[str], seed: int, upper: bool, numeric: bool
) -> None:
    url, text = sample_pages()[name]
    root = parse_page(text)
    for each in chosen:
        PERTURBATIONS[each](root, random.Random(seed))
    assert plain_record(name) == record_of(write_page(root, upper=upper, numeric=numeric).encode(), url)


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "windows-1258"])
@pytest.mark.parametrize("name", sorted(sample_pages())[::4])
def test_record_does_not_change_with_the_charset(name: str, charset: str) -> None:
    url, text = sample_pages()[name]
    body = encode_vietnamese(text) if charset == "windows-1258" else text.encode(charset)
    assert plain_record(name) == record_of(body, url)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(sample_pages())), start=st.floats(0, 1), size=st.integers(1, 400))
def test_broken_markup_never_raises_anything_but_a_layout_error(name: str, start: float, size: int) -> None:
    url, text = sample_pages()[name]
    at = int(len(text) * start)
    try:
        parse_article((text[:at] + text[at + size :]).encode(), url)
    except ValueError as error:
        assert hasattr(error, "code")  # noqa: PT017 - a LayoutError is one of two right answers
