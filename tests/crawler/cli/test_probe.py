"""`thanhuy probe`, as users call it."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.items import STAMPED, Article
from tests.support.commands import ROOT, run_thanhuy

PAGES = ROOT / "tests" / "pages"
CASE = PAGES / "div-soup-with-centred-captions"
URL = json.loads((CASE / "meta.json").read_text(encoding="utf-8"))["url"]


def test_json_holds_the_record_in_the_contracts_order() -> None:
    run = run_thanhuy("probe", CASE / "page.html", "--url", URL, "--json")
    assert run.returncode == 0
    assert run.stderr == ""
    report = json.loads(run.stdout)
    assert list(report) == ["record", "fields", "error"]
    assert list(report["record"]) == list(Article.__dataclass_fields__)
    assert all(report["record"][name] is None for name in STAMPED)
    assert report["error"] is None
    assert report["record"]["id"] == "1491896000"
    byline = next(entry for entry in report["fields"] if entry["field"] == "byline")
    assert ("Bài và ảnh: Thanh Trúc - Minh An", "last-line") == (byline["value"], byline["rule"])


def test_person_sees_fields_rules_and_refusals() -> None:
    run = run_thanhuy("probe", CASE / "page.html", "--url", URL)
    assert run.returncode == 0
    assert "last-line" in run.stdout
    assert "clock" in run.stdout
    assert run.stderr == ""


def test_page_without_article_is_said_to_be_none() -> None:
    run = run_thanhuy("probe", PAGES / "not-an-article-login" / "page.html", "--url", URL, "--json")
    assert run.returncode == 4
    report = json.loads(run.stdout)
    assert report["record"] is None
    assert report["error"]["code"] == "login"
    assert URL in report["error"]["message"]


def test_address_is_taken_from_the_page_where_none_is_given() -> None:
    report = json.loads(run_thanhuy("probe", PAGES / "semantic-page-with-json-ld" / "page.html", "--json").stdout)
    assert report["record"]["url"].endswith("-1491934000")
    assert report["record"]["kind"] == "tin-tuc"
    plain = json.loads(run_thanhuy("probe", CASE / "page.html", "--json").stdout)
    assert plain["record"]["url"].startswith("file://")
    assert plain["record"]["id"] is None
    assert plain["record"]["title"] == "Học sinh vùng ven học bơi miễn phí trong hồ di động"


def test_page_of_a_host_outside_the_scope_is_read_too() -> None:
    case = PAGES / "author-and-time-under-the-headline"
    report = json.loads(
        run_thanhuy("probe", case / "page.html", "--url", "https://baoxommoi.example/a-b-c-1.htm", "--json").stdout
    )
    assert report["record"]["id"] is None
    assert report["record"]["canonical_url"] is None
    assert report["record"]["byline"] == "Khánh Hà"


@pytest.mark.parametrize(
    "target",
    ["no-such-page.html", "ftp://host.example/a", "https://", "http://[::1", "https://www.thanhuytphcm.vn:99999/a", ""],
)
def test_target_that_is_none_is_wrong_usage(target: str) -> None:
    run = run_thanhuy("probe", target)
    assert run.returncode == 2
    assert target in run.stderr
    assert "Traceback" not in run.stderr


def test_address_that_is_none_is_wrong_usage_for_a_file_too() -> None:
    run = run_thanhuy("probe", str(CASE / "page.html"), "--url", "not an address")
    assert (2, "") == (run.returncode, run.stdout)
    assert "expected an http or https address" in run.stderr


def test_saved_case_fails_until_it_has_been_read(tmp_path: Path) -> None:
    folder = tmp_path / "new-case"
    run = run_thanhuy("probe", CASE / "page.html", "--url", URL, "--save-case", folder)
    assert run.returncode == 0
    assert {"page.html", "meta.json"} == {path.name for path in folder.iterdir()}
    assert (folder / "page.html").read_bytes() == (CASE / "page.html").read_bytes()
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert (URL, "") == (meta["url"], meta["why"])
    assert run_thanhuy("probe", CASE / "page.html", "--save-case", folder).returncode == 2


class Handler(http.server.BaseHTTPRequestHandler):
    """One page, one redirect, one error."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/page")
            self.end_headers()
        elif self.path == "/page":
            body = (CASE / "page.html").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif self.path == "/to-a-file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
        else:
            self.send_error(503)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_url_is_fetched_once_and_redirects_are_followed(server: str) -> None:
    report = json.loads(run_thanhuy("probe", f"{server}/moved", "--json").stdout)
    assert report["record"]["url"] == f"{server}/page"
    assert report["record"]["byline"] == "Bài và ảnh: Thanh Trúc - Minh An"


@pytest.mark.parametrize("path", ["/gone", "/to-a-file"])
def test_page_that_cannot_be_fetched_is_worth_a_retry(server: str, path: str) -> None:
    run = run_thanhuy("probe", f"{server}{path}")
    assert run.returncode == 9
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""


def test_server_that_is_not_there_is_worth_a_retry() -> None:
    assert run_thanhuy("probe", "http://127.0.0.1:9/a").returncode == 9
