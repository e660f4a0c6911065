"""The slug rule, on the site's real addresses where they are at hand."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages import slug_matches, slug_of
from crawler.pages.words.slug import SLUG_LENGTH, find_slug
from crawler.site.scope import find_page

TITLES = [
    ("Đường đến trường", "duong-den-truong"),
    ("Tháo gỡ khó khăn,khơi thông nguồn lực", "thao-go-kho-khankhoi-thong-nguon-luc"),
    ("[Video] Một ngày ở cảng", "-video-mot-ngay-o-cang"),
    ("“Xanh” từ nhà ra ngõ!", "xanh-tu-nha-ra-ngo"),
    ("Hầm B – căn cứ trong lòng phố", "ham-b-–-can-cu-trong-long-pho"),
    ("Ngày 6/3 trong lịch sử", "ngay-6-3-trong-lich-su"),
]


@pytest.mark.parametrize(("title", "slug"), TITLES)
def test_slug_is_the_title_without_accents_and_punctuation(title: str, slug: str) -> None:
    assert slug == slug_of(title)


def test_slug_is_cut_in_mid_word() -> None:
    title = "Một tiêu đề rất dài " * 8
    assert len(slug_of(title)) == SLUG_LENGTH
    assert slug_matches(title, slug_of(title)[:97])


@given(
    st.text(alphabet="aăâeêioôơuưyáàảãạđĐbcdghklmnpqrstvxABC 0123456789,.:“”?", min_size=12, max_size=160).filter(
        lambda text: any(map(str.isalnum, text))
    )
)
def test_every_title_matches_its_own_slug_however_it_was_typed(title: str) -> None:
    import unicodedata

    assert slug_matches(title, slug_of(title))
    assert slug_matches(unicodedata.normalize("NFD", title), quote(slug_of(title)))


def test_marks_left_over_from_nfd_do_not_matter() -> None:
    assert slug_matches("Đội hình hỗ trợ người dân", "doi-hinh-ho%CC%83-tro%CC%A3-nguo%CC%80i-dan")


def test_the_kind_that_opens_a_title_may_be_left_out_of_the_address() -> None:
    assert slug_matches("[Video] Một ngày ở cảng", "mot-ngay-o-cang")
    assert not slug_matches("Một ngày [ở] cảng", "mot-ngay-cang")


def test_another_titles_slug_does_not_match() -> None:
    assert not slug_matches("Đội hình hỗ trợ người dân", "doi-hinh-ho-tro-nguoi-gia")
    assert not slug_matches("Đội hình", "doi-hinh-ho-tro")
    assert not slug_matches("", "a")


def test_slug_of_other_papers_addresses() -> None:
    assert find_slug("https://bao.example/kinh-te/gia-lua-tang-tro-lai-20260307080054340.htm") == "gia-lua-tang-tro-lai"
    assert find_slug("https://bao.example/gia-lua-tang-tro-lai-post12345.html") == "gia-lua-tang-tro-lai"
    assert find_slug("https://bao.example/") == ""


def test_slugs_of_real_addresses_are_read(shared_data: Path) -> None:
    for line in (shared_data / "urls.txt").read_text(encoding="utf-8").split():
        page = find_page(line)
        assert page is not None
        assert len(page.slug) <= SLUG_LENGTH
        assert slug_matches(page.slug.replace("-", " "), page.slug)
