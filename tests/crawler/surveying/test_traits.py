"""Each trait's verdict is another where the sample shows otherwise. Pure: the sample is changed, not the site."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crawler.pages import Link
from crawler.planning.probes import ProbeId
from crawler.site.scope import Kind
from crawler.surveying import of_pages
from crawler.surveying.advice import next_steps
from crawler.surveying.of_server import asked_delay
from crawler.surveying.page import draw_survey
from crawler.surveying.result import draw_result
from crawler.surveying.sample import Sample, Specimen, TraitVerdict
from crawler.surveying.traits import TRAITS, judge
from tests.support.surveys import read_sample, survey_site

Change = Callable[[Specimen], Specimen]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    whole = survey_site(tmp_path_factory, "survey").directory
    return read_sample(shutil.copytree(whole, tmp_path_factory.mktemp("sample") / "x"))


def each(change: Change, *kinds: Kind) -> Callable[[Sample], Sample]:
    """The sample with its pages of some kinds changed, or all of them."""

    def changed(sample: Sample) -> Sample:
        one = (change(each) if not kinds or each.kind in kinds else each for each in sample.specimens)
        return replace(sample, specimens=tuple(one))

    return changed


def recorded(**values: Any) -> Callable[[Sample], Sample]:
    """The sample with its records' fields changed."""
    return each(lambda one: replace(one, record={**one.record, **values}) if one.record else one)


def unread(*kinds: Kind) -> Callable[[Sample], Sample]:
    return each(lambda one: replace(one, record=None, refused="no-body"), *kinds)


def probed(id_: ProbeId, **values: Any) -> Callable[[Sample], Sample]:
    return each(lambda one: replace(one, **values) if one.probe is id_ else one)


def unvalidated(specimen: Specimen) -> Specimen:
    kept = tuple(pair for pair in specimen.headers if pair[0].lower() not in {"etag", "last-modified"})
    return replace(specimen, headers=kept)


def dated_by_its_fetch(specimen: Specimen) -> Specimen:
    if specimen.record is None:
        return specimen
    body = specimen.body + b"30/11/2026"
    record = {**specimen.record, "date": "2026-11-30", "date_source": "page"}
    return replace(specimen, date="2026-11-30T05:00:00Z", body=body, record=record)


@pytest.mark.parametrize(
    ("text", "prints"),
    [
        *((form, True) for form in ("01/02/2024", "1/2/2024", "1-2-2024", "01.02.2024", "ngày 1 tháng 02 năm 2024")),
        *((form, False) for form in ("11/2/2024", "1/2/20245", "21.02.2024", "ngày 11 tháng 2 năm 2024", "2/1/2024")),
    ],
)
def test_a_day_is_printed_as_itself_and_not_within_another(text: str, prints: bool) -> None:
    assert prints == of_pages._prints(f"<p>{text}</p>".encode(), date(2024, 2, 1))


def backwards(sample: Sample) -> Sample:
    """The days in the order opposite to that of the numbers."""
    days = sorted(one.record["date"] for one in sample.articles() if one.record)
    keys = sorted((one.key.rpartition("/")[2] for one in sample.articles()), reverse=True)
    told = dict(zip(keys, days, strict=True))

    def dated(one: Specimen) -> Specimen:
        if one.record is None or one.probe is not None:
            return one
        return replace(one, record={**one.record, "date": told[one.key.rpartition("/")[2]], "date_source": "page"})

    return each(dated)(sample)


NEW = tuple(Link(url=f"https://www.thanhuytphcm.vn/tin-tuc/bai-moi-149100000{number}", tag="a") for number in range(9))
ELSEWHERE = [{"url": "https://anh.example.org/1.jpg", "caption": None, "credit": None, "alt": None}]
CONTRADICTIONS: dict[str, Callable[[Sample], Sample]] = {
    "refusals": lambda sample: replace(sample, missed=tuple((f"https://x/{n}", "status 403") for n in range(9))),
    "tls": lambda sample: replace(sample, unreachable="its certificate has expired; --cacert names authorities"),
    "https": probed(ProbeId.PLAIN_HTTP, status=200, headers=()),
    "www": probed(ProbeId.BARE_HOST, headers=(("Location", "https://example.org/"),)),
    "robots": lambda sample: replace(sample, forbidden=("https://www.thanhuytphcm.vn/tu-lieu",)),
    "articles": unread(Kind.ARTICLE),
    "documents": unread(Kind.DOCUMENT),
    "identity": probed(ProbeId.OTHER_SLUG, record=None, status=404),
    "hosts": probed(ProbeId.OLD_HOST, record=None, status=404),
    "slugs": recorded(title="Chỉ là tên của trang"),
    "numbers": backwards,
    "dates": recorded(date_source="id-estimate"),
    "clock": each(dated_by_its_fetch, Kind.ARTICLE),
    "listings": each(lambda one: replace(one, links=()), Kind.LISTING, Kind.HOME, Kind.PAGE),
    "pagination": each(
        lambda one: replace(one, links=tuple(replace(link, next_page=False) for link in one.links)), Kind.LISTING
    ),
    "end": probed(ProbeId.BEYOND_END, links=NEW),
    "feeds": each(lambda one: replace(one, feed=None), Kind.FEED),
    "validators": each(unvalidated),
    "conditional": each(lambda one: replace(one, status=200) if one.again else one),
    "codings": each(lambda one: replace(one, headers=(("Content-Encoding", "br"),))),
    "charset": each(lambda one: replace(one, body="Thành phố có bài".encode("latin-1", "replace") * 9)),
    "missing": probed(ProbeId.MISSING, status=200, refused="soft-404"),
    "files": each(lambda one: replace(one, status=404), Kind.IMAGE, Kind.ATTACHMENT),
    "photos": recorded(images=ELSEWHERE),
    "comments": recorded(comment_count=None),
    "related": recorded(related=[]),
}


@pytest.mark.parametrize("trait", [trait.id for trait in TRAITS])
def test_a_trait_that_is_broken_does_not_hold(trait: str, sample: Sample) -> None:
    said = {one.trait.id: one.judgement for one in judge(CONTRADICTIONS[trait](sample))}
    assert said[trait].verdict is TraitVerdict.FAILS, said[trait].says
    assert said[trait].says


def test_a_redirect_leads_where_its_relative_address_says(sample: Sample) -> None:
    own = sample.articles()[0].url
    paths = {"https://www.thanhuytphcm.vn/": "https", own: "identity"}
    for where, trait in paths.items():
        id_ = ProbeId.PLAIN_HTTP if trait == "https" else ProbeId.OTHER_SLUG
        for form in (
            where,
            where.removeprefix("https:") if trait == "https" else where.partition(".vn")[2],
            "http://[x",
        ):
            moved = probed(id_, status=301, record=None, headers=(("Location", form),), url=where)(sample)
            said = next(one.judgement for one in judge(moved) if one.trait.id == trait)
            assert (form == "http://[x") is (said.verdict is TraitVerdict.FAILS), (form, said.says)


ROBOTS = "https://www.thanhuytphcm.vn/robots.txt"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nUser-agent: other\nDisallow: /x\nCrawl-delay: 7", 7),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: thanhuy-archive\nCrawl-delay: 3", 3),
        ("User-agent: *\nCrawl-delay: 9\nUser-agent: thanhuy-archive\nDisallow:", 0),
        ("User-agent: other\nCrawl-delay: 9\nUser-agent: *\nDisallow:", 0),
        ("User-agent: *\nDisallow: http://[x\nSitemap: http://[y\nCrawl-delay: 1", 1),
        ("Crawl-delay: 4\nUser-agent:\nCrawl-delay: 5", 0),
    ],
)
def test_delay_is_the_one_that_robots_txt_asks_of_us(text: str, seconds: float) -> None:
    robots = Specimen(url=ROBOTS, key="r", kind=None, status=200, date="2026-11-30T00:00:00Z", body=text.encode())
    sample = Sample(specimens=(robots,))
    assert seconds == asked_delay(sample)
    said = next(one.judgement for one in judge(sample) if one.trait.id == "robots")
    assert said.verdict is TraitVerdict.HOLDS


def test_commands_that_come_next_take_any_name(sample: Sample) -> None:
    assert "thanhuy reread 'a b; c'" in next_steps("a b; c", judge(sample))


def test_nothing_is_said_of_what_was_not_seen() -> None:
    assert {TraitVerdict.UNKNOWN} == {one.judgement.verdict for one in judge(Sample())}


def test_what_the_site_says_is_text_on_the_page(sample: Sample) -> None:
    evil = '<script src="https://evil.example/x.js">alert(1)</script>"\'\x00\u202e'
    hostile = recorded(title=evil)(sample)
    hostile = replace(hostile, missed=((f"https://x/{evil}", evil),), failed={ProbeId.OLD_HOST: evil})
    hostile = each(lambda one: replace(one, refused=evil, headers=(("Location", evil),)))(hostile)
    named = {"name": evil, "made_at": evil, "software": evil, "ended": evil}
    page = draw_survey(draw_result(hostile, delay=2.0, images=True, **named))
    assert b"<script" not in page
    assert b"\x00" not in page
    assert "\u202e".encode() not in page
