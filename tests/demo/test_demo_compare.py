"""Holding records against the sample site's truth."""

from typing import Any

import pytest

from crawler.demo.compare import compare, compare_record
from crawler.demo.truth import SampleSite


@pytest.fixture(scope="module")
def site() -> SampleSite:
    return SampleSite()


def perfect(site: SampleSite) -> list[dict[str, Any]]:
    return [site.truth(article.key) for article in site.articles]


def test_the_truth_agrees_with_itself(site: SampleSite) -> None:
    assert compare(site, perfect(site)) == []


@pytest.mark.parametrize(
    "field", ["title", "date", "body", "captions", "images", "section", "comment_count", "blocks", "related"]
)
def test_a_wrong_field_is_told(site: SampleSite, field: str) -> None:
    article = next(article for article in site.articles if len(article.photos) > 1 and site.related(article))
    record = site.truth(article.key)
    record[field] = record[field][1:] if isinstance(record[field], (str, list)) else 77
    (difference,) = compare_record(site, record)
    assert (article.key, field) == (difference.key, difference.field)
    assert str(difference).startswith(f"{article.key}: {field}: expected ")


def test_hosts_and_queries_of_related_links_make_no_difference(site: SampleSite) -> None:
    record = site.truth(site.articles[-1].key)
    record["related"] = [f"{url.replace('www.thanhuytphcm.vn', 'hcmcpv.org.vn')}?fbclid=x" for url in record["related"]]
    assert compare_record(site, record) == []


def test_a_record_that_is_missing_doubled_or_of_no_article_is_told(site: SampleSite) -> None:
    records = perfect(site)
    missing = records.pop()
    stray = {**records[0], "id": "1491900001"}
    told = {(difference.key, difference.expected) for difference in compare(site, [*records, records[0], stray])}
    assert told == {
        (f"{missing['kind']}/{missing['id']}", missing["title"]),
        (f"{records[0]['kind']}/{records[0]['id']}", "one"),
        ("tin-tuc/1491900001", "none"),
    }
