"""A sample: few pages, and much of the site."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from crawler.planning.probes import ProbeId, plan_probes
from crawler.planning.sampling import FURTHER, QUOTAS, Tally
from crawler.site.asked import may_be_asked
from crawler.site.ids import KNOWN
from crawler.site.scope import find_kind, find_page

SITE = "https://www.thanhuytphcm.vn"


@dataclass(frozen=True)
class Row:
    url: str
    via: str | None = None

    @property
    def kind(self) -> str:
        return str(find_kind(self.url))


def take(rows: list[Row], pages: int = 60) -> list[Row]:
    """What a sample takes, in its order."""
    tally, left, taken = Tally(pages, KNOWN), list(rows), []
    while (row := tally.choose(left)) is not None:
        left.remove(row)
        tally.add(row)
        taken.append(row)
    return taken


def articles(count: int, *, since: int = 1_491_820_000, step: int = 400) -> list[Row]:
    return [Row(f"{SITE}/tin-tuc/bai-{since + number * step}") for number in range(count)]


def test_articles_are_of_as_many_years_as_there_are() -> None:
    taken = take(articles(290), pages=12)
    years = Counter(KNOWN.estimate(page.id).day.year for row in taken if (page := find_page(row.url)))  # type: ignore[union-attr]
    assert len(years) >= 8
    assert max(years.values()) <= 2


def test_the_last_page_of_a_listing_comes_before_its_second() -> None:
    listing = f"{SITE}/nhom-tin/quan-1-1197604608"
    taken = take([Row(f"{listing}?page={number}") for number in range(2, 30)])
    assert [f"{listing}?page=29", f"{listing}?page=2"] == [row.url for row in taken[:2]]
    assert len(taken) == QUOTAS[FURTHER]


def test_many_listings_leave_room_for_articles() -> None:
    rows = [Row(f"{SITE}/nhom-tin/muc-{1_197_600_000 + number}") for number in range(500)] + articles(500)
    kinds = Counter(row.kind for row in take(rows))
    assert kinds["nhom-tin"] == QUOTAS["nhom-tin"]
    assert kinds["tin-tuc"] == 60 - QUOTAS["nhom-tin"]


@given(
    st.lists(st.sampled_from([*articles(40), *(Row(f"{SITE}/rss/{n}.rss") for n in range(40))]), max_size=60),
    st.integers(5, 80),
)
def test_a_sample_is_never_larger_than_asked_for_and_takes_nothing_twice(rows: list[Row], pages: int) -> None:
    unique = list(dict.fromkeys(rows))
    taken = take(unique, pages)
    assert len(taken) <= pages
    assert len(set(taken)) == len(taken)


def test_probes_may_be_asked_and_are_of_the_article_that_was_read() -> None:
    article = f"{SITE}/tin-tuc/mot-bai-1491938169"
    further = f"{SITE}/nhom-tin/quan-1-1197604608/trang-2"
    planned = {probe.id: probe.url for probe in plan_probes(article, further)}
    assert planned.keys() == set(ProbeId)
    assert all(may_be_asked(url) for url in planned.values())
    same = (planned[one] for one in (ProbeId.OTHER_SLUG, ProbeId.OLD_HOST, ProbeId.SIDE_HOST))
    assert {"tin-tuc/1491938169"} == {page.key for url in same if (page := find_page(url))}
    assert planned[ProbeId.BEYOND_END] == f"{SITE}/nhom-tin/quan-1-1197604608/trang-9999"
    assert {ProbeId.PLAIN_HTTP, ProbeId.BARE_HOST, ProbeId.MISSING} == {one.id for one in plan_probes(None, None)}


def test_the_page_beyond_the_end_is_of_the_same_listing() -> None:
    listing = "https://www.thanhuytphcm.vn/nhom-tin/2-nam-thoi-su-1197604601"
    (beyond,) = (probe.url for probe in plan_probes(None, f"{listing}?page=2") if probe.id is ProbeId.BEYOND_END)
    assert f"{listing}?page=9999" == beyond
    assert f"{listing}?p=9999" == plan_probes(None, f"{listing}?p=02")[-1].url
    assert ProbeId.BEYOND_END not in {probe.id for probe in plan_probes(None, f"{listing}?p=%33")}
