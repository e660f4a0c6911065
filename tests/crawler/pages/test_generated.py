"""Pages put together from parts as papers set them give the record that was put in."""

import pytest

from crawler.pages import inspect_article
from crawler.pages.places.claims import Claims
from crawler.pages.reading import open_bytes, read_page
from tests.support.newspages import TITLE, URL, print_page

SEEDS = range(180)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_put_in_comes_out(seed: int) -> None:
    page = print_page(seed)
    seen = inspect_article(page.html.encode(), URL)
    assert seen.article is not None, (seen.error, page.parts)
    assert page.body == seen.article.body.split("\n\n"), page.parts
    assert (page.lead, page.byline) == (seen.article.lead, seen.article.byline), page.parts
    assert page.captions == seen.article.captions, page.parts
    assert (TITLE, "2023-10-05T18:45:00+07:00") == (seen.article.title, seen.article.published_at)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_line_has_one_owner(seed: int) -> None:
    page = open_bytes(print_page(seed).html.encode(), URL, None, None)
    claims = Claims(len(page.pieces))
    read_page(page, claims)
    assert [] == [page.pieces[index].text for index in claims.regions.story if claims.is_free(index)]
    assert "text-left-out" not in page.ledger.warnings
