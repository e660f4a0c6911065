"""The text of a real article page, set into seven markups, comes back field by field;
skipped where the text is not at hand.
"""

from pathlib import Path

import pytest

from crawler.items import Article
from crawler.pages import parse_article
from tests.support.reference_page import PAGES, Reference, read_reference


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Reference:
    return read_reference((shared_data / "reference-article.txt").read_text("utf-8"))


@pytest.fixture(scope="module", params=sorted(PAGES))
def page(request: pytest.FixtureRequest, reference: Reference) -> str:
    return PAGES[request.param](reference)


@pytest.fixture(scope="module")
def article(page: str, reference: Reference) -> Article:
    return parse_article(page.encode(), reference.url)


def test_page_shows_the_clock_that_misleads(page: str) -> None:
    assert "28 tháng 2 năm 2024" in page or "28/02/2024" in page


def test_title_and_byline_are_the_articles(article: Article, reference: Reference) -> None:
    assert (reference.title, "Long Hồ", ["Long Hồ"]) == (article.title, article.byline, article.authors)


def test_date_comes_from_evidence_and_never_from_the_clock(article: Article) -> None:
    assert article.date == "2023-10-05"
    assert article.event_date == "2023-10-05"
    assert article.date_source in {"image-name", "dateline"}
    assert article.published_at is None


def test_every_caption_is_given_once(article: Article, reference: Reference) -> None:
    assert 4 == len(reference.captions)
    assert reference.captions == article.captions


def test_body_is_the_text_from_the_dateline_to_the_byline(article: Article, reference: Reference) -> None:
    assert reference.body == article.body.split("\n\n")
    assert article.body.startswith("(Thanhuytphcm.vn) - Chiều 5/10, ")
    assert article.dateline == "Thanhuytphcm.vn"
    assert article.lead is None


@pytest.mark.parametrize(
    "stranger", ["Long Hồ", "Ý kiến bạn đọc", "refresh", "Tổng lượt bình luận", "Tin khác", "28 tháng 2"]
)
def test_nothing_else_is_in_the_body(article: Article, stranger: str) -> None:
    assert stranger not in article.body


def test_sub_headings_are_headings(article: Article, reference: Reference) -> None:
    headings = [text for kind, text in reference.flow if kind == "heading"]
    assert 3 == len(headings)
    assert headings == [block.text for block in article.blocks if block.type == "heading"]


def test_articles_offered_next_are_listed(page: str, article: Article) -> None:
    if "1491913700" in page:
        assert ["1491913700", "1491913600"] == [url[-10:] for url in article.related]
    else:
        assert 5 == len(article.related)
