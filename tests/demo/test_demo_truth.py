"""The sample site's truth: sound in itself, and each word of it on the page."""

import datetime as dt
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from parsel import Selector

from crawler.demo.model import IMAGE_HOST, SampleArticle
from crawler.demo.naming import ID_DAYS, slug_of
from crawler.demo.routes import answer
from crawler.demo.truth import GROUPS, MARKUPS, SampleSite
from crawler.items import Article
from crawler.site.scope import find_page

WWW = "www.thanhuytphcm.vn"
TODAY = dt.datetime(2024, 2, 28, 9, 14, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(scope="module")
def site() -> SampleSite:
    return SampleSite(now=lambda: TODAY)


def page_of(site: SampleSite, article: SampleArticle) -> Selector:
    return Selector(text=answer(site, WWW, article.path).body.decode())


def test_truth_names_only_fields_of_the_record(site: SampleSite) -> None:
    fields = set(Article.__dataclass_fields__)
    for article in site.articles:
        assert set(site.truth(article.key)) <= fields


def test_ids_are_unique_and_grow_with_the_days(site: SampleSite) -> None:
    assert len(site.articles) == 82
    assert Counter(article.kind for article in site.articles) == {"tin-tuc": 80, "tu-lieu": 2}
    assert all(a.id < b.id and a.day <= b.day for a, b in itertools.pairwise(site.articles))


def test_ids_tell_the_day_by_the_rule_of_the_site(site: SampleSite) -> None:
    """Before April 2017 an id is Unix time; since then it lies on the line between two known ids."""
    for article in site.articles:
        if article.id < ID_DAYS[0][1]:
            day = dt.datetime.fromtimestamp(article.id, TODAY.tzinfo).date()
        else:
            (day_a, id_a), (day_b, id_b) = next(pair for pair in itertools.pairwise(ID_DAYS) if article.id < pair[1][1])
            day = day_a + dt.timedelta(days=int((article.id - id_a) / (id_b - id_a) * (day_b - day_a).days))
        assert day == article.day


def test_addresses_are_of_the_scope_and_name_the_article(site: SampleSite) -> None:
    for article in site.articles:
        page = find_page(f"https://{WWW}{article.path}")
        assert page is not None
        assert (page.key, page.canonical_url) == (article.key, article.canonical_url)
        assert len(page.slug) <= 100
        assert page.slug == slug_of(article.title)


def test_slugs_show_every_oddity_of_the_real_ones(site: SampleSite) -> None:
    slugs = [article.slug for article in site.articles]
    assert any(slug.startswith("-") for slug in slugs)
    assert any("–" in slug for slug in slugs)
    assert any(len(slug) == 98 and not slug.endswith("-") for slug in slugs), "cut in mid-word"
    assert any(slug.endswith("-") for slug in slugs), "cut behind a hyphen, so that two meet before the id"
    assert any("commot" in slug for slug in slugs), "a comma without a space joins two words"
    assert sum(unicodedata.category(char) == "Mn" for slug in slugs for char in slug) > 5


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Đổi mới,tư duy", "doi-moitu-duy"),
        ("[Video] Về di tích", "-video-ve-di-tich"),
        ("Hầm B – cơ sở", "ham-b-–-co-so"),
        ("ho\u0302\u0303 trơ\u0323".replace("o\u0302", "ô"), "ho\u0303-tro\u0323"),
        ("Việt Nam - Pháp (6-3-1946)", "viet-nam-phap-6-3-1946"),
    ],
)
def test_slug_rule(title: str, slug: str) -> None:
    assert slug == slug_of(title)


def test_every_witness_of_the_day_is_the_best_one_of_some_article_in_each_markup_that_can_have_it(
    site: SampleSite,
) -> None:
    seen = {(article.markup, article.evidence) for article in site.articles}
    assert {evidence for _, evidence in seen} == {"metadata", "page", "image-name", "dateline", "id-estimate"}
    assert {markup for markup, _ in seen} == set(MARKUPS)


def test_a_better_witness_than_the_one_told_is_nowhere_on_the_page(site: SampleSite) -> None:
    for article in site.articles:
        page = page_of(site, article)
        names = " ".join(photo.path for photo in article.photos)
        if article.evidence in {"dateline", "id-estimate"}:
            assert not re.search(r"\d{2}-\d{2}-\d{4}|/\d{8}[0-9A-F]{8}/", names)
        if article.evidence != "metadata":
            assert not re.search("datePublished|published_time", page.get())
            assert not page.xpath("//article//time")
        if article.evidence == "id-estimate":
            assert article.event_day is None
        if article.evidence == "dateline":
            assert article.event_day == article.day


def test_dates_agree_with_names_of_photos(site: SampleSite) -> None:
    for article in site.articles:
        for photo in article.photos:
            for day, month, year in re.findall(r"/(\d\d)-?(\d\d)-?(\d{4})(?:-|[0-9A-F]{8}/)", photo.path):
                assert dt.date(int(year), int(month), int(day)) == article.day


def test_events_across_new_year_belong_to_the_year_before(site: SampleSite) -> None:
    across = [article for article in site.articles if article.event_day and article.event_day.year < article.day.year]
    assert len(across) >= 2
    assert all("31/12" in article.first_paragraph for article in across)


def test_no_paragraph_stands_in_two_articles(site: SampleSite) -> None:
    texts = Counter(piece.text for article in site.articles for piece in article.pieces if len(piece.text) > 60)
    assert [text for text, count in texts.items() if count > 1] == []


def test_lengths_are_those_of_news(site: SampleSite) -> None:
    lengths = [len(article.blocks()) for article in site.articles if not article.title.startswith("[")]
    assert min(lengths) >= 4
    assert max(lengths) <= 40
    assert sum(lengths) / len(lengths) > 9


def test_truth_is_text_in_nfc_without_debris(site: SampleSite) -> None:
    for article in site.articles:
        text = repr(site.truth(article.key))
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search(r"\\xa0|&nbsp;", text)


def test_truth_keeps_byline_captions_and_leads_out_of_the_body(site: SampleSite) -> None:
    for article in site.articles:
        truth = site.truth(article.key)
        paragraphs = truth["body"].split("\n\n")
        assert len(truth["captions"]) == len(set(truth["captions"]))
        for other in (truth["byline"], truth["lead"], truth["title"], *truth["captions"]):
            assert other not in paragraphs


def test_every_text_of_the_truth_is_on_the_page(site: SampleSite) -> None:
    """Read by a browser's rules, the page holds each block, caption, byline and lead;
    the blocks stand in the truth's order.
    """
    for article in site.articles:
        page = page_of(site, article)
        shown = " ".join(
            unicodedata.normalize("NFC", " ".join(page.xpath("//body//text()").getall())).replace("\xa0", " ").split()
        )
        truth = site.truth(article.key)
        cells = [cell for block in truth["blocks"] for row in block["text"].split("\n") for cell in row.split("\t")]
        place = 0
        for cell in cells:
            place = shown.index(cell, place)
        for text in (
            truth["title"],
            truth["lead"],
            truth["byline"],
            *cells,
            *truth["captions"],
            *truth["tags"],
            *truth["section"],
        ):
            assert text is None or text in shown


def test_photos_of_the_truth_are_the_pages_photos_in_order(site: SampleSite) -> None:
    for article in site.articles:
        sources = page_of(site, article).xpath("//img/@src").getall()
        shown = [src for src in sources if IMAGE_HOST in src]
        wanted = [image["url"] for image in site.truth(article.key)["images"]]
        assert [src for src in shown if src in wanted] == wanted


def test_credits_are_told_without_their_label(site: SampleSite) -> None:
    credited = [image for article in site.articles for image in site.truth(article.key)["images"] if image["credit"]]
    assert len(credited) > 10
    assert all("Ảnh" not in image["credit"] and image["credit"] in image["caption"] for image in credited)
    assert {"(Ảnh:" in image["caption"] for image in credited} == {True, False}


def test_every_trap_is_set_in_every_markup(site: SampleSite) -> None:
    for markup in MARKUPS:
        of_it = [article for article in site.articles if article.markup == markup and article.kind == "tin-tuc"]
        pieces = Counter(piece.kind for article in of_it for piece in article.pieces)
        assert all(pieces[kind] for kind in ("heading", "quote", "list", "table", "photo", "file"))
        assert any(article.lead and not article.lead_repeated for article in of_it)
        assert any(article.lead_repeated for article in of_it)
        assert any(article.comments for article in of_it)
        assert any(article.comment_count is None for article in of_it)
        assert any(article.byline is None for article in of_it)
        assert any(photo.caption and photo.alt == photo.caption for article in of_it for photo in article.photos)
        assert any(not unicodedata.is_normalized("NFC", article.title) for article in of_it)
        assert any(not article.offers_related for article in of_it)
        for article in of_it:
            text = answer(site, WWW, article.path).body.decode()
            assert "28 tháng 2 năm 2024" in text or "28/02/2024" in text
            assert all(words in text for words in ("Ý kiến bạn đọc", "Tổng lượt bình luận", "Tin khác", "Thông báo"))
            assert 'alt="refresh"' in text.lower()


def test_two_sites_are_built_alike() -> None:
    one, other = SampleSite(now=lambda: TODAY), SampleSite(now=lambda: TODAY)
    assert one.articles == other.articles
    for article in one.articles:
        assert answer(one, WWW, article.path) == answer(other, WWW, article.path)


def test_pages_change_with_the_day_in_nothing_but_the_clock(site: SampleSite) -> None:
    tomorrow = SampleSite(now=lambda: TODAY + dt.timedelta(days=1))
    for path in ("/", site.articles[3].path, GROUPS[0].path, GROUPS[3].path):
        today_s, tomorrow_s = answer(site, WWW, path), answer(tomorrow, WWW, path)
        assert today_s.body != tomorrow_s.body
        assert today_s.stable == tomorrow_s.stable


def test_no_words_are_taken_from_the_real_site(site: SampleSite, shared_data: Path) -> None:
    reference = shared_data / "reference-article.txt"
    ours = {shingle for article in site.articles for text in _texts(site, article) for shingle in _shingles(text)}
    assert not ours & set(_shingles(reference.read_text(encoding="utf-8")))


def _texts(site: SampleSite, article: SampleArticle) -> list[str]:
    truth = site.truth(article.key)
    return [truth["title"], truth["lead"] or "", truth["body"], *truth["captions"]]


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())
    return (tuple(words[start : start + 8]) for start in range(len(words) - 7))
