"""The text of a real article page, set into each of the sample site's markups, comes back field by field."""

from pathlib import Path

import pytest

from crawler.demo.front import MARKUPS
from crawler.demo.truth import SampleSite
from crawler.items import Article
from crawler.pages import parse_article
from tests.support.reference_page import reference_article


@pytest.fixture(params=["table", "soup", "semantic"])
def page(request: pytest.FixtureRequest, shared_data: Path) -> tuple[str, Article]:
    """The page's text lines as a reader's tool extracted them, and what the parser makes of the page."""
    text = (shared_data / "reference-article.txt").read_text("utf-8")
    article = reference_article(text, request.param)
    rendered = MARKUPS[request.param].article(SampleSite(), article)
    return text, parse_article(rendered.encode(), f"https://www.thanhuytphcm.vn{article.path}")


def test_title_byline_and_captions(page: tuple[str, Article]) -> None:
    text, article = page
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[1] == article.title
    assert "Long Hồ" == article.byline
    assert ["Long Hồ"] == article.authors
    assert 4 == len(article.captions) == len(set(article.captions))
    assert lines[2] == article.captions[0]


def test_date_comes_from_evidence_and_not_from_the_clock(page: tuple[str, Article]) -> None:
    _, article = page
    assert "2023-10-05" == article.date
    assert article.date_source in {"dateline", "id-estimate", "image-name", "page", "metadata"}
    assert "2023-10-05" == article.event_date


def test_body_is_the_story_and_nothing_else(page: tuple[str, Article]) -> None:
    text, article = page
    assert article.body.startswith("(Thanhuytphcm.vn) - Chiều 5/10, ")
    story = text.partition("Ý kiến bạn đọc")[0]
    paragraphs = [line.strip() for line in story.splitlines() if line.strip()][3:-1]
    expected = [line for line in paragraphs if not any(line.startswith(caption) for caption in article.captions)]
    assert expected == article.body.split("\n\n")
    for stranger in ("Long Hồ", "Ý kiến bạn đọc", "refresh", "Tổng lượt bình luận", "Tin khác", "28 tháng 2"):
        assert stranger not in article.body
