"""Metadata: broken, odd and misleading ones too."""

import pytest
from lxml import etree  # type: ignore[import-untyped]

from crawler.pages import parse_article
from crawler.pages.html.metadata import Metadata, read_metadata

URL = "https://bao.example/mot-con-hem-nho-123456.html"


def read(html: str) -> Metadata:
    return read_metadata(etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8")), URL)


def test_json_ld_is_read_from_graphs_lists_and_broken_notation() -> None:
    graph = read(
        '<head><script type="application/ld+json">[{"@graph":[{"@type":["NewsArticle"],"headline":"Hẻm '
        '&#225;o","author":{"name":"Mai Anh"}}]}]</script>'
    )
    assert [("json-ld:headline", "Hẻm áo")] == graph.title
    assert [("json-ld:author", "Mai Anh")] == graph.author
    broken = read('<head><script type="application/ld+json">{"@type":"NewsArticle","headline":"Một\n dòng",}</script>')
    assert [("json-ld:headline", "Một dòng")] == broken.title
    assert read('<head><script type="application/ld+json">{"@type":"NewsArticle",</script>').title == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("/*<![CDATA[*/", "/*]]>*/"), ("<![CDATA[", "]]>"), ("", ";")],
)
def test_json_ld_is_read_inside_the_signs_of_old_templates(before: str, after: str) -> None:
    script = (
        f'<head><script type="application/ld+json">{before}{{"@type":"NewsArticle","headline":"Hẻm"}}{after}</script>'
    )
    assert [("json-ld:headline", "Hẻm")] == read(script).title


def test_headline_and_dates_are_saved_out_of_what_is_no_json() -> None:
    found = read(
        '<head><script type="application/ld+json">{"@type":"NewsArticle","headline":"Hẻm","datePublished":"2023-10-05",'
        '"description":"Bà nói "vui" lắm"}</script>'
    )
    assert ([("json-ld:headline", "Hẻm")], [("json-ld:datePublished", "2023-10-05")]) == (found.title, found.published)


def test_organisations_are_told_apart_and_placeholders_are_no_authors() -> None:
    assert read(
        "<head><script"
        ' type="application/ld+json">{"@type":"NewsArticle","author":{"@type":"Organization","name":"Báo'
        ' Mẫu"}}</script>'
    ).author == [("json-ld:organization", "Báo Mẫu")]
    assert (
        read(
            "<head><script"
            ' type="application/ld+json">{"@type":"NewsArticle","author":{"@type":"Person","name":""}}</script>'
        ).author
        == []
    )


def test_breadcrumbs_are_outermost_first_however_they_nest() -> None:
    items = '[[{"@type":"ListItem","name":"Trang chủ"}],[{"@type":"ListItem","item":{"name":"Đời sống"}}]]'
    found = read(
        f'<head><script type="application/ld+json">{{"@type":"BreadcrumbList","itemListElement":{items}}}</script>'
    )
    assert [("json-ld:BreadcrumbList", ["Trang chủ", "Đời sống"])] == found.section


def test_metas_go_by_property_name_and_itemprop() -> None:
    found = read(
        '<head><meta content="A" property="og:title"><meta name="Twitter:Title" content="B"><meta'
        ' itemprop="datePublished" content="2024-01-02">'
    )
    assert [("meta:og:title", "A"), ("meta:twitter:title", "B")] == found.title
    assert [("meta:datepublished", "2024-01-02")] == found.published


def test_microdata_counts_where_the_page_has_one_value() -> None:
    one = read(
        '<body><b itemprop="author"><i itemprop="name">Mai Anh</i></b><time itemprop="datePublished" '
        'datetime="2024-01-02T03:04:05+07:00">x</time>'
    )
    assert [("itemprop:author", "Mai Anh")] == one.author
    assert [("itemprop:published", "2024-01-02T03:04:05+07:00")] == one.published
    assert read('<body><b itemprop="author">Mai Anh</b><b itemprop="author">Hà Vy</b>').author == []


def test_addresses_that_are_none_do_no_harm() -> None:
    head = (
        '<meta property="og:url" content="http://["><meta property="og:image" content="http://[x"><link rel="canonical"'
        ' href="http://[::1"><base href="http://[">'
    )
    assert read(f"<head>{head}").image == []
    text = "<p>Đoạn văn kể về một buổi sáng ở khu phố, nơi mọi người cùng dọn dẹp con hẻm.</p>" * 3
    html = (
        f"<html><head><title>Con hẻm</title>{head}</head><body><h1>Một con hẻm nhỏ</h1>{text}<a"
        ' href="http://[">x</a><img src="http://["></body></html>'
    )
    assert parse_article(html.encode(), URL).title == "Một con hẻm nhỏ"
