"""Authors of pages in other languages: by lines, markup and metadata, never by capitals alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article
from crawler.pages import parse_article
from crawler.pages.words.by import parse_by

STORY = "".join(
    f"<p>Part {n} tells of the lamp keeper at the old landing, where one small flame stood over the water every night.</p>"
    for n in range(5)
)


def read(head: str = "", *, under: str = "", foot: str = "", linked: object = None) -> Article:
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>' if linked else ""
    html = (
        f"<html lang=en><head><title>The lamp keeper</title>{head}{script}</head><body><article>"
        f"<h1>The lamp keeper</h1>{under}<div>{STORY}</div>{foot}</article></body></html>"
    )
    return parse_article(html.encode(), "https://paper.example/the-lamp-keeper")


@pytest.mark.parametrize(
    ("text", "printed", "people"),
    [
        ("By Jane Roe", "Jane Roe", ["Jane Roe"]),
        ("by: JANE ROE", "JANE ROE", ["JANE ROE"]),
        ("By Jane Roe and John Doe", "Jane Roe and John Doe", ["Jane Roe", "John Doe"]),
        ("By Jane Roe, John Doe & Ludwig van der Berg", "Jane Roe, John Doe & Ludwig van der Berg", ["Jane Roe", "John Doe", "Ludwig van der Berg"]),
        ("Written by Jane Roe, Staff Writer", "Jane Roe, Staff Writer", ["Jane Roe"]),
        ("By Jane Roe, Ph.D., RN", "Jane Roe, Ph.D., RN", ["Jane Roe"]),
        ("Posted by Jane on Tuesday, August 29, 2023", "Jane", ["Jane"]),
        ("By Jane Roe | Oct 5, 2023 | 5 min read", "Jane Roe", ["Jane Roe"]),
        ("August 12, 2021 By Jane Roe", "Jane Roe", ["Jane Roe"]),
        ("By Jane RoePublished: Oct 5, 2023", "Jane Roe", ["Jane Roe"]),
        ("by Jane RoeOctober 5, 2023", "Jane Roe", ["Jane Roe"]),
        ("Words by Jane O’Roe-Smith", "Jane O’Roe-Smith", ["Jane O’Roe-Smith"]),
        ("Authors: Jane Roe; John Doe", "Jane Roe; John Doe", ["Jane Roe", "John Doe"]),
        ("Par Jeanne Rochefort", "Jeanne Rochefort", ["Jeanne Rochefort"]),
        ("Von Johanna Reh und Jan Dorn", "Johanna Reh und Jan Dorn", ["Johanna Reh", "Jan Dorn"]),
        ("Por María de la Cruz", "María de la Cruz", ["María de la Cruz"]),
        ("By The Example Team", "The Example Team", ["The Example Team"]),
        ("By Dr. Jane Roe", "Dr. Jane Roe", ["Dr. Jane Roe"]),
    ],
)  # fmt: skip
def test_by_line_names_its_people(text: str, printed: str, people: list[str]) -> None:
    byline = parse_by(text)
    assert byline is not None
    assert (printed, people) == (byline.printed, byline.people)


@pytest.mark.parametrize(
    "text",
    ["Step by step", "Edited by Jane Roe", "Photo by Jane Roe", "Reviewed by", "By submitting you agree", "Powered by Example", "Made by humans", "Standby", "By 2023"],
)  # fmt: skip
def test_other_lines_with_by_are_none(text: str) -> None:
    assert parse_by(text) is None


@pytest.mark.parametrize(
    ("under", "people"),
    [
        ("<div>By Jane Roe</div>", ["Jane Roe"]),
        ("<div class=byline>Jane Roe</div>", ["Jane Roe"]),
        ("<div><a href='/author/jane-roe'>Jane Roe</a></div>", ["Jane Roe"]),
        ("<div><a rel=author href='/x'>Jane Roe</a></div>", ["Jane Roe"]),
        ("<div itemprop=author>Jane Roe</div>", ["Jane Roe"]),
        ("<p><span><a rel=author href='/x'>Jane Roe</a></span></p>", ["Jane Roe"]),
        ("<div>By</div><div>JR</div><div>Jane Roe</div>", ["Jane Roe"]),
        ("<div class=author>jroe</div>", ["jroe"]),
        ("<div>Related Posts</div><div>Subscribe Now</div>", []),
        ("<div>Edited by Jane Roe</div>", []),
    ],
)
def test_author_is_found_under_the_headline(under: str, people: list[str]) -> None:
    assert people == read(under=under).authors


def test_author_is_found_in_a_card_under_the_text() -> None:
    assert ["Jane Roe"] == read(foot="<div class='author-card'>Jane Roe</div>").authors


@pytest.mark.parametrize(
    ("head", "linked", "people"),
    [
        ("<meta name=author content='Jane Roe'>", None, ["Jane Roe"]),
        ("<meta name='parsely-author' content='Jane Roe'>", None, ["Jane Roe"]),
        ("<meta name=citation_author content='Roe, Jane'><meta name=citation_author content='Doe, John'>", None, ["Roe, Jane", "Doe, John"]),
        ("<meta property='article:author' content='https://social.example/jane'><meta name=author content='Jane Roe'>", None, ["Jane Roe"]),
        ("<meta name='twitter:creator' content='@jane'>", None, []),
        ("<meta name=author content='admin'>", None, []),
        ("", {"@type": "Article", "author": {"@type": "Person", "name": "Jane Roe"}}, ["Jane Roe"]),
        ("", {"@type": "NewsArticle", "author": [{"name": "Jane Roe"}, "John Doe"]}, ["Jane Roe", "John Doe"]),
        ("", {"@graph": [{"@type": "Article", "author": {"@id": "#j"}}, {"@type": "Person", "@id": "#j", "name": "Jane Roe"}]}, ["Jane Roe"]),
        ("", [{"@type": "Article", "url": "https://paper.example/other", "author": "John Doe"},
              {"@type": "Article", "mainEntityOfPage": {"@id": "https://paper.example/the-lamp-keeper#x"}, "author": "Jane Roe"}], ["Jane Roe"]),
        ("", {"@type": "Article", "author": [{"@type": "Organization", "name": "Example Press"}, {"@type": "Person", "name": "Jane Roe"}]}, ["Jane Roe"]),
    ],
)  # fmt: skip
def test_machines_are_told_of_the_author(head: str, linked: object, people: list[str]) -> None:
    assert people == read(head, linked=linked).authors


def test_printed_name_stands_before_the_told_one_and_is_completed_by_it() -> None:
    other = read("<meta name=author content='The Paper'>", under="<p>By Jane Roe, Night Editor</p>")
    assert ("Jane Roe, Night Editor", ["Jane Roe"]) == (other.byline, other.authors)
    same = read("<meta name=author content='Jane Roe'>", under="<p>By Jane Roe, Keeper of Lamps</p>")
    assert ("Jane Roe, Keeper of Lamps", ["Jane Roe"]) == (same.byline, same.authors[:1])


def test_what_others_say_under_the_text_is_no_byline_where_machines_are_told() -> None:
    article = read("<meta name=author content='Jane Roe'>", foot="<div>Comment by John Doe</div>")
    assert ["Jane Roe"] == article.authors


@given(st.text(max_size=120))
def test_any_line_is_read_without_complaint(text: str) -> None:
    byline = parse_by(f"By {text}")
    assert byline is None or (byline.printed and byline.people)


@pytest.mark.parametrize(
    ("lang", "title", "byline", "people"),
    [
        ("en", "The lamp keeper", "By Jane Roe", ["Jane Roe"]),
        ("en", "Người giữ đèn", "Long Hồ", ["Long Hồ"]),
        ("vi", "Đèn", "Long Hồ", ["Long Hồ"]),
        ("", "Đèn", "Long Hồ", ["Long Hồ"]),
        ("en", "The lamp keeper", "Subscribe Now", []),
    ],
)
def test_language_of_a_page_on_a_vietnamese_host_tells_how_names_are_read(
    lang: str, title: str, byline: str, people: list[str]
) -> None:
    """Its day is Vietnam's, whatever its language."""
    html = (
        f"<html lang='{lang}'><head><title>{title}</title><meta property='article:published_time' content='2023-10-05T20:00:00Z'>"
        f"</head><body><article><h1>{title}</h1><div>{STORY}<p style='text-align:right'><b>{byline}</b></p></div></article></body></html>"
    )
    article = parse_article(html.encode(), "https://paper.example.vn/the-lamp-keeper")
    assert (people, "2023-10-06") == (article.authors, article.date)
