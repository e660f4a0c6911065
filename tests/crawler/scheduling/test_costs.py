"""What a year costs: the README's table is the formula's, and the formula is what it says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.scheduling.costs import GB, MeasuredCosts, Prices, SiteYear, count_looks, estimate, format_costs
from tests.support.commands import ROOT

FLEETS = (1, 20, 1000)


def test_table_of_the_readme_is_the_formulas() -> None:
    table = "\n".join(format_costs([estimate(sites) for sites in FLEETS]))
    assert table in (ROOT / "README.md").read_text("utf-8"), table


def test_each_figure_of_the_readme_is_the_formulas() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").partition("#### What a year costs")[2].split())[:4000]
    site, measured, prices = SiteYear(), MeasuredCosts(), Prices()
    for figure in (
        f"{site.known:,} known articles", f"{site.new} new ones a day", f"{site.photos} photos",
        f"{measured.idle_requests} requests", f"{measured.request_bytes / 1000:g} kB", f"{measured.run_bytes / 1000:g} kB",
        f"{measured.run_cpu:g} s", f"{measured.request_cpu:g} s", f"{measured.digest_cpu:g} s", f"{count_looks(site.every)} times",
        f"${prices.machine_hour:g} an hour", f"${prices.disk_month:g}", f"${prices.store_month:g}", f"${prices.thousand_writes:g}",
    ):  # fmt: skip
        assert figure in text, figure


def test_a_site_without_news_costs_its_refreshes() -> None:
    quiet = SiteYear(known=0, new=0, every=timedelta(hours=12))
    year = estimate(3, quiet)
    assert 3 * 730 * 19 == year.requests
    assert 3 * 730 * (19 * 1_800 + 45_000) == pytest.approx(year.written)
    assert year.written == pytest.approx(year.held)
    assert 3 * 730 * 19 * 2.5 / 3600 == pytest.approx(year.crawl_hours)
    assert 1 == year.machines


def test_what_grows_grows_with_the_fleet_and_machines_in_whole_ones() -> None:
    one, many = estimate(1), estimate(100_000)
    for name in ("requests", "written", "held", "crawl_hours", "cpu_hours", "at_once", "disk_money", "copy_money"):
        assert 100_000 * getattr(one, name) == pytest.approx(getattr(many, name))
    small = estimate(100_000, prices=replace(Prices(), memory=GB))
    assert (many.machines, small.machines) == (39, 614)
    assert many.money == pytest.approx(many.machine_money + many.disk_money + many.copy_money)


def test_looks_grow_rarer_and_no_refresh_brings_more_of_them() -> None:
    looks = [count_looks(timedelta(hours=hours)) for hours in (1, 6, 12, 24, 168)]
    assert looks == sorted(looks, reverse=True)
    assert looks[-1] > 2
