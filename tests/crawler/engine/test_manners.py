"""The crawl behaves: pace, robots.txt, refusals, budgets, and nothing outside the scope, by the server's own log."""

import itertools
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.addresses import is_refused
from crawler.demo.routes import Answer
from crawler.demo.server import RunningSite, serve
from crawler.demo.truth import SampleSite
from crawler.engine.connect import find_route, parse_route
from crawler.site.scope import Kind, find_kind, find_page
from tests.support.collections_read import read_all, read_articles
from tests.support.commands import run_scrapy, run_thanhuy

HOME = "https://www.thanhuytphcm.vn/"
pytestmark = pytest.mark.flaky(reruns=2)
"""These tests read the clock, and other work on the machine may make one late. Nothing else is ever asked twice."""


@pytest.fixture
def running() -> Iterator[RunningSite]:
    with serve(SampleSite()) as site:
        yield site


def place(running: RunningSite, directory: Path) -> list[object]:
    return ["--into", directory, "--connect-to", running.connect_to, "--cacert", running.ca_path, "--no-progress"]


def settings(running: RunningSite, directory: Path, **more: object) -> dict[str, object]:
    chosen = {
        "COLLECTION": directory,
        "CONNECT_TO": running.connect_to,
        "CACERT": running.ca_path,
        "DOWNLOAD_DELAY": 0,
        "FETCH_IMAGES": 0,
    }
    return {**chosen, **more}


def test_one_request_at_a_time_and_never_sooner_than_the_delay(running: RunningSite, tmp_path: Path) -> None:
    running.latency = 0.05
    done = run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0.3", "--max-requests", "14")
    assert done.returncode == 0, done.stderr
    log = sorted(running.log, key=lambda seen: seen.began)
    assert len(log) >= 14
    assert (log[-1].began - log[0].began) / (len(log) - 1) >= 0.29, "the delay lies between the beginnings"
    for before, after in itertools.pairwise(log):
        assert after.began - before.began >= 0.2, "a server on a busy machine may note one late, and the next in time"
        assert after.began >= before.ended, "one at a time"


def test_no_more_at_a_time_than_allowed(running: RunningSite, tmp_path: Path) -> None:
    running.latency = 0.03
    run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0", "--concurrency", "3", "--max-requests", "40")
    events = sorted([(seen.began, 1) for seen in running.log] + [(seen.ended, -1) for seen in running.log])
    assert max(itertools.accumulate(step for _, step in events)) <= 3


def test_robots_txt_is_obeyed_and_its_delay_too(running: RunningSite, tmp_path: Path) -> None:
    rules = b"User-agent: *\nDisallow: /tin-tuc/\nCrawl-delay: 0.4\n"
    running.instead["/robots.txt"] = Answer(body=rules, content_type="text/plain")
    done = run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0.1", "--max-requests", "8")
    assert done.returncode == 0, done.stderr
    assert not [seen.url for seen in running.log if seen.path.startswith("/tin-tuc/")]
    began = sorted(seen.began for seen in running.log)
    gaps = [after - before for before, after in itertools.pairwise(began[1:])]
    assert sum(gaps) / len(gaps) >= 0.39
    assert min(gaps) >= 0.3


def test_long_crawl_delay_is_kept_however_the_site_struggles(running: RunningSite, tmp_path: Path) -> None:
    """Slowing down after an error has a bound, and that bound lies below what robots.txt may ask for."""
    running.instead["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 600\n", content_type="text/plain")
    run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0", "--max-time", "6s")
    assert 2 >= len(running.log)
    assert "asks for 600" in next((tmp_path / "x").glob("crawls/*/crawl.log")).read_text("utf-8")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_unreachable_robots_txt_forbids_all(running: RunningSite, tmp_path: Path, status: int) -> None:
    running.instead["/robots.txt"] = Answer(status=status, body=b"")
    done = run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0")
    assert 9 == done.returncode, done.stderr
    assert {"/robots.txt"} == {seen.path for seen in running.log}
    assert run_thanhuy("verify", tmp_path / "x").returncode == 0


def test_robots_txt_that_forbids_everything_is_a_refusal(running: RunningSite, tmp_path: Path) -> None:
    running.instead["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    done = run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0")
    assert 9 == done.returncode
    assert "robots.txt" in done.stderr


def test_retry_after_is_honoured(running: RunningSite, tmp_path: Path) -> None:
    article = running.site.newest()[0]
    running.instead[article.path] = Answer(status=503, headers={"Retry-After": "2"}, body=b"")
    run_scrapy(
        "crawl",
        "thanhuytphcm",
        **settings(running, tmp_path / "x", RETRY_TIMES=2, DOWNLOAD_DELAY=0.02, ARTICLE_LIMIT=5),
    )
    log = sorted(running.log, key=lambda seen: seen.began)
    times = [seen.began for seen in log if seen.status == 503]
    assert 2 == len(times)
    assert times[1] - times[0] >= 2
    following = next((seen.began for seen in log if seen.began > times[0] + 0.001), None)
    assert following is not None
    assert following - times[0] >= 1.9, "the whole site is left alone"


def test_budget_ends_the_run_well_and_the_next_goes_on(running: RunningSite, tmp_path: Path) -> None:
    options = [*place(running, tmp_path / "x"), "--delay", "0", "--no-images", "--no-attachments"]
    done = run_thanhuy("crawl", *options, "--max-requests", "20")
    assert done.returncode == 0, done.stderr
    assert "stopped early: 2" in done.stdout
    assert 20 <= len(running.log) <= 23
    done = run_thanhuy("crawl", *options)
    assert done.returncode == 0, done.stderr
    assert len(running.site.articles) == len(read_articles(tmp_path / "x"))
    asked = [seen.url for seen in running.log if find_page(seen.url) and seen.status == 200]
    assert len(set(asked)) == len(asked)


def test_daily_budget_counts_over_runs(running: RunningSite, tmp_path: Path) -> None:
    for _ in range(2):
        run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0", "--daily-requests", "15")
    assert len(running.log) <= 19


def test_limits_are_kept_without_fetching_what_they_rule_out(running: RunningSite, tmp_path: Path) -> None:
    done = run_thanhuy(
        "crawl",
        *place(running, tmp_path / "x"),
        "--delay",
        "0",
        "--no-images",
        "--since",
        "2023-01-01",
        "--until",
        "31/12/2023",
    )
    assert done.returncode == 0, done.stderr
    wanted = {
        article.key for article in running.site.articles if article.kind == "tin-tuc" and 2023 == article.day.year
    }
    assert wanted == {
        f"{record['kind']}/{record['id']}" for record in read_articles(tmp_path / "x") if record["kind"] == "tin-tuc"
    }
    fetched = [page for seen in running.log if (page := find_page(seen.url)) and page.kind is Kind.ARTICLE]
    assert len(fetched) < len(wanted) + 25


def test_section_keeps_to_the_section(running: RunningSite, tmp_path: Path) -> None:
    group = running.site.articles[30].group
    done = run_thanhuy("crawl", *place(running, tmp_path / "x"), "--delay", "0", "--no-images", "--section", group)
    assert done.returncode == 0, done.stderr
    expected = {article.key for article in running.site.newest(group)}
    assert expected == {f"{record['kind']}/{record['id']}" for record in read_articles(tmp_path / "x")}
    listings = {page.slug for seen in running.log if (page := find_page(seen.url)) and page.kind is Kind.LISTING}
    assert {group} == listings


def test_max_depth_counts_hops(running: RunningSite, tmp_path: Path) -> None:
    run_thanhuy(
        "crawl",
        HOME,
        *place(running, tmp_path / "x"),
        "--delay",
        "0",
        "--max-depth",
        "1",
        "--no-images",
        "--no-requisites",
    )
    listings = [seen for seen in running.log if "?" in seen.path and find_kind(seen.url) is Kind.LISTING]
    assert [] == listings


def test_page_requisites_are_kept_for_replay(running: RunningSite, tmp_path: Path) -> None:
    run_thanhuy("crawl", HOME, *place(running, tmp_path / "x"), "--delay", "0", "--max-depth", "0", "--no-images")
    kinds = {find_kind(seen.uri) for seen in read_all(tmp_path / "x") if seen.type == "response"}
    assert Kind.REQUISITE in kinds


def test_seeds_file_takes_urls_and_index_lines(running: RunningSite, tmp_path: Path) -> None:
    first, second, third = (f"https://www.thanhuytphcm.vn{article.path}" for article in running.site.newest()[:3])
    seeds = tmp_path / "seeds.txt"
    lines = [
        "# begun by hand",
        first,
        f'vn,thanhuytphcm)/x 20240101000000 {{"url": "{second}", "status": "200"}}',
        f"vn,thanhuytphcm)/y 20240101000000 {third} text/html 200 ABC - - 1 2 x.warc.gz",
        'org,example)/ 20240101000000 {"url": "https://example.org/"}',
    ]
    seeds.write_text("\n".join(lines), "utf-8")
    done = run_thanhuy(
        "crawl", "--seeds", seeds, *place(running, tmp_path / "x"), "--delay", "0", "--max-depth", "0", "--no-images"
    )
    assert done.returncode == 0, done.stderr
    assert 3 == len(read_articles(tmp_path / "x"))
    seeds.write_text("https://example.org/\n", "utf-8")
    assert 2 == run_thanhuy("crawl", "--seeds", seeds, "--into", tmp_path / "y").returncode


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0",
     "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "192.0.0.192", "192.0.0.1", "192.88.99.1", "fec0::1", "::127.0.0.1", "::ffff:0:7f00:1",
     "64:ff9b:1::7f00:1", "3fff::1", "5f00::1", "2001::1", "2002:c000:c0::"],
)  # fmt: skip
def test_special_addresses_are_refused(address: str) -> None:
    assert is_refused(address)


@pytest.mark.parametrize(
    "address", ["203.113.131.1", "8.8.8.8", "192.0.1.1", "2606:4700::1111", "2400:cb00::1", "64:ff9b::808:808"]
)
def test_public_addresses_are_not(address: str) -> None:
    assert not is_refused(address)


CONNECT = """
import sys
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol
from crawler.engine.connect import GuardedEndpoint
endpoint = GuardedEndpoint(reactor, "localhost", int(sys.argv[1]))
endpoint.connect(Factory.forProtocol(Protocol)).addBoth(lambda result: (print(result), reactor.stop()))
reactor.run()
"""


def test_no_connection_goes_to_an_address_that_dns_hides(tmp_path: Path) -> None:
    """A name that resolves to loopback: the server behind it never hears a byte."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def listen() -> None:
            try:
                connection, _ = listener.accept()
                heard.append(connection)
                connection.close()
            except OSError:
                pass

        thread = threading.Thread(target=listen)
        thread.start()
        port = listener.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", CONNECT, str(port)], capture_output=True, text=True, timeout=60, check=False
        )
        listener.close()
        thread.join(25)
    assert [] == heard
    assert "DNSLookupError" in done.stdout or "no results" in done.stdout, done


@pytest.mark.parametrize(
    ("text", "host", "port", "to"),
    [
        ("::127.0.0.1:8080", "www.thanhuytphcm.vn", 443, ("127.0.0.1", 8080)),
        ("www.thanhuytphcm.vn:443:localhost:1", "www.thanhuytphcm.vn", 443, ("localhost", 1)),
        ("www.thanhuytphcm.vn:443:[::1]:1", "www.thanhuytphcm.vn", 443, ("::1", 1)),
        (":443::8443", "a.vn", 443, ("", 8443)),
    ],
)
def test_route_is_read_as_curl_reads_it(text: str, host: str, port: int, to: tuple[str, int]) -> None:
    route = find_route((parse_route(text),), host, port)
    assert route is not None
    assert to == (route.to_host, route.to_port)


@pytest.mark.parametrize("text", ["", "a", "a:b:c:d", "a:1:b", "a:1:b:99999", "[::1:1:b:2"])
def test_bad_route_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_route(text)
