"""The archive holds the bytes that went over the wire: requests and responses, http and https."""

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.collections_read import Seen, read_all
from tests.support.commands import run_scrapy
from tests.support.wirecases import CUT, INTERIM, WHOLE
from tests.support.wireserver import HOST, Script, WireServer, wire_server

SCRIPTS = {
    **{f"/w/{name}": script for name, script in WHOLE.items()},
    **{f"/w/{name}": Script((first + last,)) for name, (first, last) in INTERIM.items()},
    **{f"/w/{name}": script for name, (script, _) in CUT.items()},
}
QUERY = "/w/plain?b=2&a=%C3%A1%20x&&empty=&c=a+b//c"
SCRIPTS[QUERY] = WHOLE["plain"]


@dataclass
class Crawled:
    """One crawl of the exact server."""

    server: WireServer
    records: list[Seen]
    scheme: str

    def of(self, name: str, kind: str) -> list[Seen]:
        """The records of one case."""
        return [seen for seen in self.records if seen.uri == f"{self.scheme}://{HOST}/w/{name}" and seen.type == kind]


@pytest.fixture(scope="module", params=["http", "https"])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    scheme = request.param
    directory = tmp_path_factory.mktemp(scheme)
    with wire_server(SCRIPTS, directory, tls=scheme == "https") as server:
        urls = [f"{scheme}://{HOST}{path}" for path in SCRIPTS if path != QUERY] + [
            f"{scheme}://{HOST}{QUERY}&utm_source=x&fbclid=y#z"
        ]
        done = run_scrapy(
            "crawl", "thanhuytphcm",
            SEEDS=",".join(urls), COLLECTION=directory / "x", CONNECT_TO=server.connect_to, CACERT=server.ca or "", DOWNLOAD_DELAY=0,
            CONCURRENT_REQUESTS_PER_DOMAIN=8, CONCURRENT_REQUESTS=8, DOWNLOAD_TIMEOUT=2, DOWNLOAD_MAXSIZE=5_000_000, FREE_SPACE_FLOOR=0,
            RETRY_TIMES=2, RETRY_BACKOFF=0.1,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        yield Crawled(server, read_all(directory / "x"), scheme)


@pytest.mark.parametrize("name", WHOLE)
def test_response_block_is_what_the_server_said(crawled: Crawled, name: str) -> None:
    captures = crawled.of(name, "response") or crawled.of(name, "revisit")
    assert captures
    for capture in captures:
        if capture.type == "response":
            assert WHOLE[name].said == capture.block
        else:
            assert WHOLE[name].said.startswith(capture.block)
        assert capture.header("WARC-Truncated") in ({None} if capture.type == "response" else {"length"})


@pytest.mark.parametrize("path", SCRIPTS)
def test_request_block_is_what_the_server_heard(crawled: Crawled, path: str) -> None:
    requests = [seen.block for seen in crawled.records if seen.type == "request" and seen.uri.endswith(path)]
    assert Counter(requests) == Counter(crawled.server.heard[path])
    assert all(b"X-Thanhuy" not in request for request in requests)


@pytest.mark.parametrize("name", INTERIM)
def test_interim_responses_go_to_the_metadata_record(crawled: Crawled, name: str) -> None:
    first, last = INTERIM[name]
    captures = crawled.of(name, "response") + crawled.of(name, "revisit")
    assert all(last.startswith(capture.block) for capture in captures)
    fields = [seen.block for seen in crawled.of(name, "metadata")]
    assert any(b"interimResponsesBase64: " + base64.b64encode(first) in block for block in fields)


@pytest.mark.parametrize("name", CUT)
def test_cut_response_keeps_what_came_and_says_why(crawled: Crawled, name: str) -> None:
    script, reason = CUT[name]
    captures = crawled.of(name, "response")
    assert captures
    for capture in captures:
        assert script.said.startswith(capture.block)
        assert reason == capture.header("WARC-Truncated")
        if reason != "length":
            assert script.said == capture.block


def test_url_is_requested_as_it_was_linked_less_tracking(crawled: Crawled) -> None:
    assert QUERY in crawled.server.heard


def test_records_name_the_connection(crawled: Crawled) -> None:
    for seen in crawled.records:
        if seen.type in {"request", "response", "revisit"}:
            protocols = [value for key, value in seen.headers if key == "WARC-Protocol"]
            assert protocols[0] == "http/1.1"
            assert seen.header("WARC-IP-Address") == "127.0.0.1"
            assert (crawled.scheme == "https") == bool(seen.header("WARC-Cipher-Suite"))
            assert (crawled.scheme == "https") == (len(protocols) == 2 and protocols[1].startswith("tls/1."))


def test_record_is_written_for_robots_txt(crawled: Crawled) -> None:
    assert any(
        seen.uri == f"{crawled.scheme}://{HOST}/robots.txt" and seen.type == "response" for seen in crawled.records
    )


def test_payload_is_kept_once_and_revisited_after(crawled: Crawled) -> None:
    responses = {seen.header("WARC-Record-ID"): seen for seen in crawled.records if seen.type == "response"}
    revisits = [seen for seen in crawled.records if seen.type == "revisit"]
    assert revisits
    for revisit in revisits:
        original = responses[revisit.header("WARC-Refers-To")]
        assert original.header("WARC-Payload-Digest") == revisit.header("WARC-Payload-Digest")
        assert original.header("WARC-Date") == revisit.header("WARC-Refers-To-Date")
        assert original.uri == revisit.header("WARC-Refers-To-Target-URI")


def test_request_on_a_connection_that_is_dropped_is_an_exchange_of_its_own(crawled: Crawled) -> None:
    """A server may close an idle connection just when a request goes out on it; the crawl asks again at its pace."""
    assert len(crawled.of("dropped", "request")) == len(crawled.server.heard["/w/dropped"])
    assert 1 == len([*crawled.of("dropped", "response"), *crawled.of("dropped", "revisit")])
