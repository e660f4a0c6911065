"""What stored pages teach of their site: layouts at least as right as the rules, and right where these fail."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import pytest

from crawler.demo.routes import answer
from crawler.demo.truth import SampleSite
from crawler.items import Article
from crawler.learning import observing
from crawler.learning.agreement import check_layouts
from crawler.learning.layouts import learn_layouts
from crawler.learning.observing import StoredPage
from crawler.learning.writing import format_layouts
from crawler.pages import Layout, LayoutError, Taught, parse_article, parse_layouts, reading
from tests.support.designs import (
    RECURRING,
    Story,
    another_way,
    captions_unmarked,
    line_that_recurs,
    named_amiss,
    page_of,
    plain,
    tell_stories,
)

UNCOMPARED = {"parser", "warnings", "sources"}


def learn(pages: Sequence[StoredPage]) -> tuple[Layout, ...]:
    """What pages teach, by way of the file that a person reads."""
    return tuple(parse_layouts(format_layouts(learn_layouts(pages, "learnt")), "learnt.toml"))


def read(page: StoredPage, layouts: Sequence[Layout] = ()) -> Article:
    return parse_article(page.body, page.url, headers=page.headers, layouts=layouts)


def rightness(story: Story, article: Article) -> dict[str, bool]:
    """Which fields are as they should be."""
    captions = zip(story.captions, article.captions, strict=False)
    return {
        "title": article.title == story.title,
        "body": article.body.split("\n\n") == list(story.paragraphs),
        "byline": article.byline == story.byline,
        "captions": len(story.captions) == len(article.captions) and all(b.startswith(a) for a, b in captions),
        "date": article.date_source == "page",
    }


@pytest.fixture(scope="module")
def sample() -> list[tuple[str, StoredPage]]:
    """Markup and page of each article of the sample site, mixed."""
    site = SampleSite()
    articles = sorted(site.articles, key=lambda article: str(article.id)[::-1])
    return [
        (
            one.markup,
            StoredPage(
                url=f"https://www.thanhuytphcm.vn{one.path}", body=answer(site, "www.thanhuytphcm.vn", one.path).body
            ),
        )
        for one in articles
    ]


def test_sample_sites_three_markups_are_told_apart_and_read_as_the_rules_read_them(
    sample: list[tuple[str, StoredPage]],
) -> None:
    learnt = learn_layouts([page for _, page in sample[:30]], "learnt")
    assert 3 == len(learnt)
    layouts = learn([page for _, page in sample[:30]])
    named = {"title", "body", "captions", "byline"}
    assert all(named <= {row.field for row in layout.rows} for layout in layouts)
    markups: dict[str, set[str]] = {}
    for markup, page in sample[30:]:
        alone, both = read(page), read(page, layouts)
        markups.setdefault(both.parser.layout, set()).add(markup)
        for name in (field.name for field in fields(Article) if field.name not in UNCOMPARED):
            assert getattr(alone, name) == getattr(both, name), (page.url, name)
        assert alone.warnings == both.warnings
    assert {layout.name for layout in layouts} == set(markups)
    assert [1, 1, 1] == [len(found) for found in markups.values()]


@pytest.mark.parametrize(
    ("design", "failing"),
    [
        (named_amiss, {"body": 0, "byline": 10}),
        (captions_unmarked, {"captions": 50, "body": 50}),
        (plain, {}),
        (another_way, {}),
    ],
)
def test_layout_learnt_from_thirty_pages_is_right_where_the_rules_fail(
    design: Callable[[Story], str], failing: dict[str, int]
) -> None:
    stories = tell_stories(90)
    pages = [page_of(story, design) for story in stories]
    layouts = learn(pages[:30])
    assert 1 == len(layouts)
    alone: dict[str, int] = {}
    both: dict[str, int] = {}
    for story, page in zip(stories[30:], pages[30:], strict=True):
        for counts, article in ((alone, read(page)), (both, read(page, layouts))):
            for name, right in rightness(story, article).items():
                counts[name] = counts.get(name, 0) + right
    expected = dict.fromkeys(alone, 60) | ({"captions": 0} if design is another_way else {})
    assert expected == both, "another way shows no captions" if design is another_way else ""
    for name, most in failing.items():
        assert alone[name] <= most, "the rules alone fail here"


def test_line_that_recurs_is_no_text() -> None:
    pages = [page_of(story, line_that_recurs) for story in tell_stories(40)]
    layouts = learn(pages[:30])
    assert ["p.z9"] == [row.css for row in layouts[0].rows if row.field == "drop"]
    said = RECURRING[:40]
    for page in pages[30:]:
        assert said in read(page).body
        article = read(page, layouts)
        assert said not in article.body
        assert "layout-disagrees" in article.warnings


def test_two_ways_to_set_an_article_in_one_frame_are_two_layouts() -> None:
    stories = tell_stories(60)
    pages = [page_of(story, (plain, another_way)[number % 2]) for number, story in enumerate(stories)]
    layouts = learn(pages[:30])
    assert 2 == len(layouts)
    named = [read(page, layouts).parser.layout for page in pages[30:]]
    assert 2 == len(set(named))
    assert named == named[:2] * 15


def test_changed_text_is_told_and_what_agrees_is_not() -> None:
    """Where the two agree the rules' reading stands to the byte; where they do not, the record says so."""
    stories = tell_stories(40)
    layouts = learn([page_of(story, captions_unmarked) for story in stories[:30]])
    told = set()
    for story in stories[30:]:
        page = page_of(story, captions_unmarked)
        alone, both = read(page), read(page, layouts)
        assert both.parser.version == Taught(layouts=layouts).parser != alone.parser.version
        same = all(getattr(alone, name) == getattr(both, name) for name in ("body", "captions", "byline", "title"))
        assert same == ("layout-disagrees" not in both.warnings)
        assert same or ("captions", "layout") in {(source.field, source.rule) for source in both.sources}
        told.add(same)
    assert {True, False} == told


def test_title_that_the_address_contradicts_is_not_taken() -> None:
    stories = tell_stories(31)
    layouts = learn([page_of(story, plain) for story in stories[:30]])
    story = stories[30]
    body = plain(story).replace(f"<h1>{story.title}</h1>", f"<h1>Một tít khác hẳn</h1><h2>{story.title}</h2>").encode()
    article = read(StoredPage(url=story.url, body=body), layouts)
    assert story.title == article.title
    assert "layout-disagrees" in article.warnings


def test_page_that_only_the_layout_can_read_is_read_and_told() -> None:
    stories = tell_stories(31)
    layouts = learn([page_of(story, plain) for story in stories[:30]])
    page = page_of(replace(stories[30], paragraphs=("Bà con dọn kênh",), captions=(), byline=""), plain)
    with pytest.raises(LayoutError):
        read(page)
    article = read(page, layouts)
    assert (stories[30].title, "Bà con dọn kênh") == (article.title, article.body)
    assert "layout-disagrees" in article.warnings


def test_too_few_pages_teach_nothing() -> None:
    assert [] == learn_layouts([page_of(story, plain) for story in tell_stories(5)], "learnt")
    assert [] == learn_layouts([], "learnt")


def test_learnt_file_can_be_corrected_by_hand() -> None:
    """Without its table a layout is final; with it, it is learnt. Evidence stands beside each selector."""
    text = format_layouts(learn_layouts([page_of(story, captions_unmarked) for story in tell_stories(30)], "learnt"))
    layout = parse_layouts(text, "learnt.toml")[0]
    assert layout.learnt
    assert "# found on 30 of 30 pages, as the rules have it on " in text
    assert "#   not on https://www.thanhuytphcm.vn/tin-tuc/" in text, "counter-examples"
    by_hand = "\n".join(
        line for line in text.splitlines() if not line.startswith(("[layout.learnt]", "pages =", "example ="))
    )
    assert not parse_layouts(by_hand, "hand.toml")[0].learnt
    assert layout.rows == parse_layouts(by_hand, "hand.toml")[0].rows


def test_check_names_what_does_not_match_any_more() -> None:
    stories = tell_stories(60)
    layouts = learn([page_of(story, plain) for story in stories[:30]])
    assert check_layouts((page_of(story, plain) for story in stories[30:40]), layouts).holds
    changed = [
        StoredPage(url=story.url, body=plain(story).replace("noi-dung", "noi-dung-moi").encode())
        for story in stories[40:]
    ]
    check = check_layouts(changed, layouts)
    assert not check.holds
    assert [f"[body] div.noi-dung of layout {layouts[0].name}: expected one, got 0"] == list(check.misfits)
    assert 20 == check.misfits.total()


def test_page_that_the_reader_breaks_on_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stories = tell_stories(12)
    opened = reading.open_bytes

    def open_bytes(body: bytes, url: str, *more: object) -> object:
        if url == stories[3].url:
            raise IndexError("a fault of the reader")
        return opened(body, url, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "GUARDED", True)
    monkeypatch.setattr(observing, "open_bytes", open_bytes)
    broken: list[str] = []
    learnt = learn_layouts([page_of(story, plain) for story in stories], "learnt", broken)
    assert [11] == [one.pages for one in learnt]
    assert [f"{stories[3].url}: IndexError: a fault of the reader"] == broken
