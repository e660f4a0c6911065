"""The bundled sample site: what it serves, how it behaves on the wire, and that its truth is sound."""

import contextlib
import datetime as dt
import gzip
import http.client
import itertools
import re
import socket
import ssl
import struct
import time
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from parsel import Selector

from crawler.demo import front, media
from crawler.demo.model import IMAGE_HOST, Group, SampleArticle
from crawler.demo.naming import ID_DAYS, slug_of
from crawler.demo.routes import HOSTS, LOGIN_HOST, PAGE_HOSTS, Answer, answer
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import GROUPS, MARKUPS, SampleSite
from crawler.items import Article
from crawler.scope import find_page

DATA = Path(__file__).parents[2] / "shared" / "data"
WWW = "www.thanhuytphcm.vn"
TODAY = dt.datetime(2024, 2, 28, 9, 14, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(scope="module")
def site() -> SampleSite:
    return SampleSite(now=lambda: TODAY)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSite]:
    with serve(SampleSite(now=lambda: TODAY)) as served:
        yield served


class Reply:
    """A response read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def get(served: RunningSite, host: str, path: str, *, secure: bool = True, method: str = "GET", **headers: str) -> Reply:
    """One request to a host of the site, its certificate checked strictly."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", served.http_port), timeout=10))
        if secure:
            context = ssl.create_default_context(cafile=str(served.ca_path))
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname=host))
        client = http.client.HTTPConnection(host)
        client.sock = connection
        client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = client.getresponse()
        reply = Reply(response)
        response.close()
        client.close()
        return reply


def page_of(site: SampleSite, article: SampleArticle) -> Selector:
    return Selector(text=answer(site, WWW, article.path).body.decode())


# The truth


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


def test_every_witness_of_the_day_is_the_best_one_of_some_article_in_each_markup_that_can_have_it(site: SampleSite) -> None:
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
    """Read by a browser's rules, the page holds each block, caption, byline and lead; what the truth says can be found."""
    for article in site.articles:
        page = page_of(site, article)
        shown = " ".join(unicodedata.normalize("NFC", " ".join(page.xpath("//body//text()").getall())).replace("\xa0", " ").split())
        truth = site.truth(article.key)
        cells = [cell for block in truth["blocks"] for row in block["text"].split("\n") for cell in row.split("\t")]
        for text in (truth["title"], truth["lead"], truth["byline"], *cells, *truth["captions"], *truth["tags"], *truth["section"]):
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


def test_no_words_are_taken_from_the_real_site(site: SampleSite) -> None:
    reference = DATA / "reference-article.txt"
    if not reference.exists():
        pytest.skip("the text of a real article is not here")
    ours = {shingle for article in site.articles for text in _texts(site, article) for shingle in _shingles(text)}
    assert not ours & set(_shingles(reference.read_text(encoding="utf-8")))


def _texts(site: SampleSite, article: SampleArticle) -> list[str]:
    truth = site.truth(article.key)
    return [truth["title"], truth["lead"] or "", truth["body"], *truth["captions"]]


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())
    return (tuple(words[start : start + 8]) for start in range(len(words) - 7))


# The site as a whole


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


# Media


def png_problems(data: bytes) -> list[str]:
    """What a strict reader would say of a PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return ["magic"]
    at, kinds, pixels = 8, [], b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body, crc = data[at + 8 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if struct.pack(">I", zlib.crc32(kind + body)) != crc:
            return [f"CRC of {kind!r}"]
        kinds.append(kind)
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height = struct.unpack(">II", data[16:24])
    whole = len(zlib.decompress(pixels)) == height * (1 + 3 * width)
    return [] if whole and kinds[0] == b"IHDR" and kinds[-1] == b"IEND" else ["chunks"]


def jpeg_blocks(data: bytes) -> int:
    """Decode a baseline JPEG of our kind far enough to count its blocks; the scan must end where the file does."""
    assert (data[:2], data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    at, tables = 2, {}
    while True:
        marker, length = struct.unpack(">xBH", data[at : at + 4])
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xC4:
            tables[body[0]] = huffman(body[1:17], body[17:])
        if marker == 0xDA:
            break
    bits = "".join(f"{byte:08b}" for byte in data[at:-2].replace(b"\xff\0", b"\xff"))
    blocks, place = 0, 0
    while len(bits) - place >= 8 or "0" in bits[place:]:
        size, place = symbol(tables[0x00], bits, place)
        end, place = symbol(tables[0x10], bits, place + size)
        assert end == 0
        blocks += 1
    return blocks


def huffman(counts: bytes, symbols: bytes) -> dict[str, int]:
    table, code, used = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[f"{code:0{length}b}"] = symbols[used]
            code, used = code + 1, used + 1
        code <<= 1
    return table


def symbol(table: dict[str, int], bits: str, place: int) -> tuple[int, int]:
    end = next(end for end in range(place + 1, place + 17) if bits[place:end] in table)
    return table[bits[place:end]], end


def test_photos_are_real_pictures_and_each_differs(site: SampleSite) -> None:
    photos = [photo for article in site.articles for photo in article.photos]
    bodies = {}
    for photo in photos:
        found = answer(site, IMAGE_HOST, photo.path.partition("?")[0])
        bodies[photo.path] = found.body
        if found.content_type == "image/png":
            assert png_problems(found.body) == []
        else:
            assert found.content_type == "image/jpeg"
            assert found.body[:3] == b"\xff\xd8\xff"
            assert struct.unpack(">HH", found.body[found.body.index(b"\xff\xc0") + 5 :][:4]) == (media.HEIGHT, media.WIDTH)
    assert len(photos) == len(bodies) == len(set(bodies.values()))
    assert len({path.rpartition(".")[2].partition("?")[0] for path in bodies}) >= 4, "jpg, JPG, png, PNG"


def test_a_jpeg_decodes_to_all_its_blocks() -> None:
    assert jpeg_blocks(media.jpeg("a photo", 64, 48)) == 3 * (64 // 8) * (48 // 8)


def test_the_icons_are_pictures(site: SampleSite) -> None:
    for path in front.ICONS:
        assert png_problems(answer(site, WWW, path).body) == []
    icon = answer(site, WWW, "/favicon.ico").body
    assert icon[:4] == b"\0\0\1\0"
    assert png_problems(icon[22:]) == []


def test_the_attachment_is_a_pdf_whose_table_points_at_its_objects(site: SampleSite) -> None:
    url = next(url for article in site.articles for url in site.truth(article.key)["attachments"])
    found = answer(site, IMAGE_HOST, urlsplit(url).path)
    assert found.content_type == "application/pdf"
    assert found.body.startswith(b"%PDF-1.4")
    assert found.body.endswith(b"%%EOF\n")
    offsets = [int(entry) for entry in re.findall(rb"(\d{10}) 00000 n", found.body)]
    assert [f"{number} 0 obj".encode() for number in range(1, 6)] == [found.body[at : at + 7] for at in offsets]
    start = re.search(rb"startxref\n(\d+)", found.body)
    assert start is not None
    assert found.body[int(start[1]) :].startswith(b"xref\n")


# On the wire


@pytest.mark.parametrize("host", HOSTS)
def test_the_certificate_holds_for_every_host_under_strict_checks(running: RunningSite, host: str) -> None:
    assert get(running, host, "/robots.txt").status == 200


def test_http_and_https_share_a_port_and_pages_redirect_to_https(running: RunningSite) -> None:
    assert running.http_port == running.https_port
    assert running.connect_to == f"::127.0.0.1:{running.http_port}"
    reply = get(running, WWW, "/tin-tuc/a-1?b=c", secure=False)
    assert (301, f"https://{WWW}/tin-tuc/a-1?b=c") == (reply.status, reply.headers["Location"])


def test_pages_come_plain_compressed_chunked_and_with_length(running: RunningSite) -> None:
    seen = set()
    for article in running.site.articles[:6]:
        plain, packed = get(running, WWW, article.path), get(running, WWW, article.path, Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert plain.body == gzip.decompress(packed.body)
        assert plain.headers["ETag"] != packed.headers["ETag"]
        seen.add(plain.headers["Transfer-Encoding"] or "length")
    assert seen == {"chunked", "length"}


def test_the_home_page_sets_a_cookie(running: RunningSite) -> None:
    assert "ASP.NET_SessionId" in (get(running, WWW, "/").headers["Set-Cookie"] or "")


@pytest.mark.parametrize("path", ["/", "/static/site.css", GROUPS[0].path, "/favicon.ico", "/robots.txt"])
def test_what_has_not_changed_is_not_sent_again(running: RunningSite, path: str) -> None:
    first = get(running, WWW, path, Accept_Encoding="gzip")
    by_tag = get(running, WWW, path, If_None_Match=first.headers["ETag"])
    by_day = get(running, WWW, path, If_Modified_Since=first.headers["Last-Modified"])
    assert [(reply.status, reply.body) for reply in (by_tag, by_day)] == [(304, b""), (304, b"")]
    assert get(running, WWW, path, If_None_Match='"another"', If_Modified_Since=first.headers["Last-Modified"]).status == 200


def test_a_head_request_gets_the_head_alone(running: RunningSite) -> None:
    reply = get(running, WWW, running.site.articles[1].path, method="HEAD")
    assert (reply.status, reply.body) == (200, b"")


def test_errors_have_their_status(running: RunningSite) -> None:
    assert get(running, WWW, front.DEAD).status == 404
    assert get(running, WWW, front.SOFT_404).status == 200
    assert get(running, IMAGE_HOST, "/res/news/2020/01/nothing.jpg").status == 404
    assert get(running, WWW, "/binh-luan", method="POST").status == 405


def test_the_log_says_what_was_asked_byte_for_byte(running: RunningSite) -> None:
    running.log.clear()
    before = time.monotonic()
    get(running, IMAGE_HOST, "//Uploads/Image/a%20b/%E2%80%93.jpg?x=%2f&y", X_Trace="Một".encode().decode("latin-1"))
    (seen,) = running.log
    assert (
        seen.method, seen.host, seen.path, seen.status, seen.secure,
    ) == ("GET", IMAGE_HOST, "//Uploads/Image/a%20b/%E2%80%93.jpg?x=%2f&y", 404, True)  # fmt: skip
    assert ("X-Trace", "Một".encode().decode("latin-1")) in seen.headers
    assert before <= seen.began <= seen.ended <= time.monotonic()


def test_a_photo_is_served_at_its_address_with_two_slashes(running: RunningSite) -> None:
    path = next(photo.path for article in running.site.articles for photo in article.photos if photo.path.startswith("//"))
    assert get(running, IMAGE_HOST, path).status == 200


def test_latency_holds_answers_back(running: RunningSite) -> None:
    running.latency = 0.2
    try:
        get(running, WWW, "/robots.txt")
    finally:
        running.latency = 0.0
    assert running.log[-1].ended - running.log[-1].began >= 0.2


def test_serving_starts_at_once_and_stops_with_connections_open(site: SampleSite) -> None:
    began = time.monotonic()
    with contextlib.ExitStack() as stack, serve(site) as served:
        assert time.monotonic() - began < 1
        stack.enter_context(socket.create_connection(("127.0.0.1", served.http_port)))
        talking = stack.enter_context(socket.create_connection(("127.0.0.1", served.http_port)))
        talking.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: images.hcmcpv.org.vn\r\n\r\n")
        assert talking.recv(12) == b"HTTP/1.1 200"
        half_way = time.monotonic()
    assert time.monotonic() - half_way < 5
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", served.http_port), timeout=1)


def test_without_tls_pages_are_served_over_http(site: SampleSite) -> None:
    with serve(site, tls=False) as served:
        assert {None} == {served.https_port, served.ca_path}
        assert get(served, WWW, "/", secure=False).status == 200


def test_a_client_that_does_not_trust_us_does_no_harm(running: RunningSite) -> None:
    with socket.create_connection(("127.0.0.1", running.http_port)) as plain, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(plain, server_hostname=WWW)
    assert get(running, WWW, "/robots.txt").status == 200


def test_a_test_can_have_another_answer_given(running: RunningSite) -> None:
    running.instead["/busy"] = Answer(status=503, headers={"Retry-After": "2"}, validated=False)
    reply = get(running, WWW, "/busy")
    del running.instead["/busy"]
    assert (reply.status, reply.headers["Retry-After"]) == (503, "2")


def test_a_browser_on_loopback_never_leaves_it(running: RunningSite) -> None:
    article = next(article for article in running.site.articles if any(photo.path.startswith("//") for photo in article.photos))
    body = get(running, "localhost", article.path, secure=False).body.decode()
    assert not re.search(r"""["']https://(?!icpv\.|www\.facebook)""", body)
    photo = next(src for src in Selector(text=body).xpath("//img/@src").getall() if src.startswith("/anh//"))
    assert get(running, "localhost", photo, secure=False).status == 200


# What happens to the site


def test_changes_show_in_truth_on_pages_and_in_validators() -> None:
    with serve(SampleSite(now=lambda: TODAY)) as served:
        site = served.site
        article = next(article for article in site.articles if article.form == "json-ld")
        other = next(other for other in site.articles if other.group != article.group)
        kept, old = get(served, WWW, other.path), get(served, WWW, article.path)
        edited = site.edit_article(article.key)
        new = get(served, WWW, article.path, If_None_Match=old.headers["ETag"])
        assert new.status == 200
        assert new.headers["Last-Modified"] != old.headers["Last-Modified"]
        assert get(served, WWW, article.path, If_Modified_Since=old.headers["Last-Modified"]).status == 200
        assert site.truth(article.key)["modified_at"] in new.body.decode()
        assert edited.pieces[-1].text in new.body.decode()
        assert get(served, WWW, other.path, If_None_Match=kept.headers["ETag"]).status == 304


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
