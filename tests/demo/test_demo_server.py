"""The sample site on the wire: TLS, validators, codings, the log, starting and stopping."""

import contextlib
import datetime as dt
import gzip
import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from parsel import Selector

from crawler.demo import front
from crawler.demo.model import IMAGE_HOST
from crawler.demo.routes import HOSTS, Answer
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import GROUPS, SampleSite

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


def get(
    served: RunningSite, host: str, path: str, *, secure: bool = True, method: str = "GET", **headers: str
) -> Reply:
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


@pytest.mark.parametrize("path", ["/", "/static/2015.css", GROUPS[0].path, "/favicon.ico", "/robots.txt"])
def test_what_has_not_changed_is_not_sent_again(running: RunningSite, path: str) -> None:
    first = get(running, WWW, path, Accept_Encoding="gzip")
    by_tag = get(running, WWW, path, If_None_Match=first.headers["ETag"])
    by_day = get(running, WWW, path, If_Modified_Since=first.headers["Last-Modified"])
    assert [(reply.status, reply.body) for reply in (by_tag, by_day)] == [(304, b""), (304, b"")]
    assert (
        get(running, WWW, path, If_None_Match='"another"', If_Modified_Since=first.headers["Last-Modified"]).status
        == 200
    )


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
    path = next(
        photo.path for article in running.site.articles for photo in article.photos if photo.path.startswith("//")
    )
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
    article = next(
        article for article in running.site.articles if any(photo.path.startswith("//") for photo in article.photos)
    )
    body = get(running, "localhost", article.path, secure=False).body.decode()
    assert not re.search(r"""["']https://(?!icpv\.|www\.facebook)""", body)
    photo = next(src for src in Selector(text=body).xpath("//img/@src").getall() if src.startswith("/anh//"))
    assert get(running, "localhost", photo, secure=False).status == 200


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
