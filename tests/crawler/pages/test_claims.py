"""Claims: each line between headline and end has exactly one owner, and the inspection names it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article
from crawler.pages import inspect_article
from crawler.pages.places.claims import ClaimError, Claims, Role
from crawler.pages.reading import STAGES, open_bytes, read_page
from tests.crawler.pages.test_perturbed import sample_pages


@pytest.mark.parametrize("name", sorted(sample_pages()))
def test_each_line_of_the_article_has_one_owner(name: str) -> None:
    url, text = sample_pages()[name]
    page = open_bytes(text.encode(), url, None, None)
    claims = Claims(len(page.pieces))
    read_page(page, claims)
    story = claims.regions.story
    unowned = [page.pieces[index].text for index in story if claims.is_free(index)]
    assert [] == unowned
    named = inspect_article(text.encode(), url).lines
    shown = [page.pieces[index].text for index in story if page.pieces[index].image is None]
    assert [line.text for line in named if line.role and line.text in set(shown)] != []
    assert set(shown) <= {line.text for line in named if line.role}


@pytest.mark.parametrize("name", sorted(sample_pages()))
def test_the_body_is_what_its_owners_say(name: str) -> None:
    url, text = sample_pages()[name]
    page = open_bytes(text.encode(), url, None, None)
    claims = Claims(len(page.pieces))
    read_page(page, claims)
    article = inspect_article(text.encode(), url).article
    assert isinstance(article, Article)
    words = article.body.split()
    owned = [word for index in claims.holders(Role.BODY) for word in page.pieces[index].text.split()]
    assert sorted(words) == sorted(owned)


def test_a_line_cannot_be_taken_twice() -> None:
    claims = Claims(3)
    claims.take([1], Role.LEAD, "bold")
    with pytest.raises(ClaimError, match="piece 1 is"):
        claims.take([0, 1], Role.BODY, "left-over")


@given(st.lists(st.tuples(st.sampled_from(sorted(Role)), st.sets(st.integers(0, 19))), max_size=12))
def test_who_came_first_owns_a_line(calls: list[tuple[Role, set[int]]]) -> None:
    claims, first = Claims(20), dict[int, Role]()
    for role, pieces in calls:
        claims.take_free(pieces, role, "rule")
        for piece in pieces:
            first.setdefault(piece, role)
    for role in Role:
        assert claims.holders(role) == sorted(piece for piece, owner in first.items() if owner is role)


def test_stages_are_named_after_what_they_do() -> None:
    names = [stage.__name__ for stage in STAGES]
    assert len(set(names)) == len(names)
    assert names[0] == "apply_layout"
    assert names.index("claim_body") < names.index("claim_left")
    assert all(stage.__doc__ for stage in STAGES)
