"""The sample site as a whole: its links, hosts and listings, and what edits do to it."""

import datetime as dt
from urllib.parse import urljoin, urlsplit

import pytest
from parsel import Selector

from crawler.demo import front
from crawler.demo.model import Group
from crawler.demo.routes import HOSTS, LOGIN_HOST, PAGE_HOSTS, answer
from crawler.demo.truth import GROUPS, SampleSite
from crawler.pages.links.feeds import parse_style
from crawler.site.scope import find_page

WWW = "www.thanhuytphcm.vn"
TODAY = dt.datetime(2024, 2, 28, 9, 14, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(scope="module")
def site() -> SampleSite:
    return SampleSite(now=lambda: TODAY)


def links_of(base: str, body: str) -> set[str]:
    page = Selector(text=body)
    found = page.xpath("//@href | //@src | //@SRC | //@HREF | //object/@data").getall()
    return {urljoin(base, link).partition("#")[0] for link in found if not link.startswith("mailto:")}


def test_every_link_leads_to_an_answer_and_every_page_can_be_reached(site: SampleSite) -> None:
    """Followed from the home page: 404 only where it is meant, and no trap beyond its first steps."""
    statuses: dict[str, int] = {}
    keys: set[str] = set()
    waiting = [f"https://{WWW}/"]
    while waiting:
        url = waiting.pop()
        parts = urlsplit(url)
        if url in statuses or parts.hostname not in HOSTS or (parts.path == "/lich" and len(statuses) % 2):
            continue
        found = answer(site, parts.hostname, parts.path, parts.query)
        statuses[url] = found.status
        if found.status == 301:
            waiting.append(urljoin(url, found.headers["Location"]))
        page = find_page(url)
        if page and found.status == 200 and page.kind != "nhom-tin":
            keys.add(page.key)
        follows = parts.hostname != LOGIN_HOST and parts.path not in {"/lich"}
        if found.content_type.startswith("text/html") and found.status == 200 and follows:
            waiting.extend(links_of(url, found.body.decode()))
    assert {urlsplit(url).path for url, status in statuses.items() if status not in {200, 301}} == {front.DEAD}
    assert {f"tin-tuc/{front.SOFT_404[-10:]}", *(article.key for article in site.articles)} == keys


@pytest.mark.parametrize("path", [path for path in front.STATIC if path.endswith(".css")])
def test_what_a_style_names_is_on_the_site(site: SampleSite, path: str) -> None:
    body = answer(site, WWW, path).body
    assert body.count(b"{") == body.count(b"}")
    for address in parse_style(body, f"https://{WWW}{path}"):
        assert (WWW, 200) == (urlsplit(address).hostname, answer(site, WWW, urlsplit(address).path).status)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.slug)
def test_a_listings_pages_are_linked_and_hold_all_its_articles(site: SampleSite, group: Group) -> None:
    pages: dict[str, str] = {}
    waiting = [group.path]
    while waiting:
        path = waiting.pop()
        if path not in pages and path.startswith(group.path) and "sapxep" not in path:
            pages[path] = answer(site, WWW, *path.split("?")).body.decode()
            waiting.extend(urljoin(path, href) for href in Selector(text=pages[path]).xpath("//a/@href").getall())
    wanted = site.newest(group.slug)
    assert -(-len(wanted) // front.PER_PAGE) == len({path.replace("?page=1", "") for path in pages})
    assert all(any(article.path in body for body in pages.values()) for article in wanted)


def test_a_listing_carries_the_whole_first_paragraph(site: SampleSite) -> None:
    first = site.newest("thoi-su")[0]
    assert first.first_paragraph in answer(site, WWW, GROUPS[0].path).body.decode()


def test_an_old_slug_redirects_and_any_other_slug_is_decoration(site: SampleSite) -> None:
    article = next(article for article in site.articles if article.old_slugs)
    moved = answer(site, WWW, f"/tin-tuc/{article.old_slugs[0]}-{article.id}")
    assert (301, article.path) == (moved.status, moved.headers["Location"])
    assert answer(site, WWW, article.path).body == answer(site, WWW, f"/tin-tuc/ten-khac-{article.id}").body


@pytest.mark.parametrize("host", PAGE_HOSTS)
def test_every_host_leads_to_the_same_article(site: SampleSite, host: str) -> None:
    article = site.articles[20]
    found = answer(site, host, article.path)
    if host == "thanhuytphcm.vn":
        assert (301, f"https://{WWW}{article.path}") == (found.status, found.headers["Location"])
    else:
        assert found == answer(site, WWW, article.path)


def test_the_login_host_shows_its_form_whatever_is_asked(site: SampleSite) -> None:
    assert b'type="password"' in answer(site, LOGIN_HOST, site.articles[0].path).body


def test_an_unknown_host_is_refused(site: SampleSite) -> None:
    assert answer(site, "example.org", "/").status == 421


@pytest.mark.parametrize("number", range(12))
def test_an_edit_changes_the_body_and_states_its_time_only_where_the_page_states_times(number: int) -> None:
    site = SampleSite(now=lambda: TODAY)
    article = site.articles[number * 6]
    before = site.truth(article.key)
    site.edit_article(article.key)
    after = site.truth(article.key)
    changed = {field for field in before if before[field] != after[field]}
    assert {"body", "blocks"} <= changed <= {"body", "blocks", "modified_at"}
    text = answer(site, WWW, article.path).body.decode()
    assert after["modified_at"] is None or "dateModified" in text or "Cập nhật" in text


def test_a_new_article_leads_the_listings() -> None:
    site = SampleSite(now=lambda: TODAY)
    article = site.add_article("Khánh thành sân chơi khu phố 9", group="y-te", markup="table")
    assert article.key == site.newest()[0].key == site.newest("y-te")[0].key
    assert article.id > max(other.id for other in site.articles if other.key != article.key)
    body = answer(site, WWW, next(group.path for group in GROUPS if group.slug == "y-te")).body.decode()
    assert article.path in body
    assert site.truth(article.key)["title"] == "Khánh thành sân chơi khu phố 9"
    assert answer(site, WWW, article.path).status == 200
    second = site.add_article("Sân chơi thứ hai", day=article.day)
    assert second.id > article.id


@pytest.mark.parametrize("status", [404, 410])
def test_a_deleted_article_is_gone_and_nothing_links_to_it(status: int) -> None:
    site = SampleSite(now=lambda: TODAY)
    article = site.newest("giao-duc")[1]
    site.delete_article(article.key, status=status)
    assert answer(site, WWW, article.path).status == status
    assert site.gone == {article.key: status}
    linked = [other for other in site.articles if f"-{article.id}" in answer(site, WWW, other.path).body.decode()]
    assert linked == []


def test_a_renamed_article_keeps_its_id_and_its_old_address_redirects() -> None:
    site = SampleSite(now=lambda: TODAY)
    old = site.articles[30]
    new = site.rename(old.key)
    assert (old.id, old.title) == (new.id, new.title)
    moved = answer(site, WWW, old.path)
    assert (301, new.path) == (moved.status, moved.headers["Location"])
    titled = site.rename(old.key, "Nhan đề mới")
    assert site.truth(old.key)["title"] == "Nhan đề mới"
    assert answer(site, WWW, new.path).headers["Location"] == titled.path
    assert site.truth(old.key)["canonical_url"] == f"https://{WWW}/tin-tuc/nhan-de-moi-{old.id}"
