"""What the articles' numbers say about those that are missing."""

from datetime import date, timedelta
from pathlib import Path

from crawler.demo.server import serve
from crawler.demo.truth import SampleSite
from crawler.planning.coverage import Known, count_months, find_gaps
from tests.support.collections_read import read_articles
from tests.support.commands import run_thanhuy


def stretch(*, without: range = range(0)) -> list[Known]:
    """Sixty articles, one a day, twenty numbers apart, less some."""
    days = {n: date(2023, 1, 1) + timedelta(days=n) for n in range(60) if n not in without}
    return [Known(key=f"tin-tuc/{1491900000 + 20 * n}", number=1491900000 + 20 * n, day=day) for n, day in days.items()]


def test_even_numbers_have_no_gap() -> None:
    assert [] == find_gaps(stretch())


def test_gap_names_its_neighbours_and_about_how_many_are_missing() -> None:
    (gap,) = find_gaps(stretch(without=range(30, 42)))
    assert ("tin-tuc/1491900580", "tin-tuc/1491900840") == (gap.after, gap.before)
    assert 12 == gap.missing
    assert ("2023-01-30", "2023-02-12") == (gap.from_day, gap.to_day)


def test_holidays_are_no_gap() -> None:
    assert [] == find_gaps(stretch(without=range(30, 32)))


def test_few_articles_say_nothing() -> None:
    assert [] == find_gaps(stretch()[:8])
    assert [] == find_gaps([])


def test_months_without_an_article_count_zero() -> None:
    known = [
        Known(key="a", number=1, day=date(2022, 11, 5)),
        Known(key="b", number=2, day=date(2023, 2, 1)),
        Known(key="c", number=3, day=None),
    ]
    assert {"2022-11": 1, "2022-12": 0, "2023-01": 0, "2023-02": 1} == count_months(known)


def test_fill_gaps_looks_again_at_the_listing_pages_around(tmp_path: Path) -> None:
    site = SampleSite()
    group = "tin-thanh-pho"
    first = date(2023, 3, 1)
    for n in range(40):
        if not 18 <= n < 30:
            site.add_article(f"Bản tin ngày thứ {n} của khu phố", group=group, day=first + timedelta(days=n))
    with serve(site) as running:
        options = [
            "--into",
            tmp_path / "x",
            "--connect-to",
            running.connect_to,
            "--cacert",
            running.ca_path,
            "--delay",
            "0",
            "--no-images",
        ]
        assert run_thanhuy("crawl", *options).returncode == 0
        before = len(read_articles(tmp_path / "x"))
        late = [
            site.add_article(f"Bản tin ngày thứ {n} của khu phố", group=group, day=first + timedelta(days=n))
            for n in range(18, 30)
        ]
        assert run_thanhuy("crawl", *options).returncode == 0
        assert before == len(read_articles(tmp_path / "x")), "a crawl that is complete looks at no listing again"
        del running.log[:]
        done = run_thanhuy("crawl", *options, "--fill-gaps")
        assert done.returncode == 0, done.stderr
    found = {f"{record['kind']}/{record['id']}" for record in read_articles(tmp_path / "x")}
    assert {article.key for article in late} & found
