"""`thanhuy probe`, as users call it."""

import http.server
import json
import shutil
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


def cases(directory: Path) -> Path:
    """Two cases whose expectations lack a field or have another one wrong, and one of a page that is no article."""
    for name in ("month-in-words", "photo-page-gallery", "not-an-article-login"):
        shutil.copytree(PAGES / name, directory / name)
    for name, changed in (("month-in-words", {}), ("photo-page-gallery", {"tags": ["x"], "title": "Mine"})):
        path = directory / name / "expected.json"
        expected = json.loads(path.read_text("utf-8"))
        del expected["tags"]
        path.write_text(json.dumps({**expected, **changed}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return directory


def test_one_field_of_all_cases_is_renewed_and_nothing_else(tmp_path: Path) -> None:
    run = run_thanhuy("probe", cases(tmp_path / "pages"), "--renew-case", "tags")
    assert (0, 2) == (run.returncode, len(run.stdout.splitlines())), run.stderr
    assert "tags: 2 of 3 cases changed" in run.stderr
    renewed, theirs = tmp_path / "pages", PAGES
    assert (renewed / "month-in-words/expected.json").read_bytes() == (
        theirs / "month-in-words/expected.json"
    ).read_bytes()
    gallery = json.loads((renewed / "photo-page-gallery/expected.json").read_text("utf-8"))
    expected = json.loads((theirs / "photo-page-gallery/expected.json").read_text("utf-8"))
    assert {**expected, "title": "Mine"} == gallery
    again = run_thanhuy("probe", renewed, "--renew-case", "tags")
    assert (0, "") == (again.returncode, again.stdout)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--renew-case", "taggs"), "expected one of id, kind"),
        (("tests", "--renew-case", "tags"), "expected page cases"),
        ((), "expected the address"),
    ],
)
def test_cases_and_fields_that_are_none_are_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    run = run_thanhuy("probe", *arguments)
    assert (2, "", 1) == (run.returncode, run.stdout, run.stderr.count("\n"))
    assert words in run.stderr


def test_page_that_is_refused_where_an_article_is_expected_is_told(tmp_path: Path) -> None:
    directory = cases(tmp_path / "pages")
    shutil.copy(directory / "not-an-article-login/page.html", directory / "month-in-words/page.html")
    run = run_thanhuy("probe", directory, "--renew-case", "tags")
    assert 4 == run.returncode
    assert "month-in-words: expected an article, the parser refuses it [" in run.stderr


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
        elif self.path in {"/metadata", "/inside"}:
            self.send_response(302)
            host = {"/metadata": "127.0.0.2", "/inside": "localhost"}[self.path]
            self.send_header("Location", f"http://{host}:{self.headers['Host'].rpartition(':')[2]}/page")
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


def test_redirect_into_somebodys_own_network_is_not_followed(server: str) -> None:
    """The address that the user named is the user's to name; what a site leads to is not."""
    for path in ("/metadata", "/inside"):
        run = run_thanhuy("probe", f"{server}{path}")
        assert (9, "") == (run.returncode, run.stdout)
        assert "no public address" in run.stderr


def test_server_that_is_not_there_is_worth_a_retry() -> None:
    assert run_thanhuy("probe", "http://127.0.0.1:9/a").returncode == 9


def test_each_line_is_named_with_its_owner() -> None:
    case = PAGES / "layout-names-every-field"
    run = run_thanhuy("probe", case / "page.html", "--layout", case / "layout.toml", "--json")
    owners = {
        line["text"]: (entry["field"], line["rule"])
        for entry in json.loads(run.stdout)["fields"]
        for line in entry["lines"]
    }
    assert ("body", "layout") == owners["Thông báo"]
    assert ("captions", "layout") == owners["Đèn trước giờ thả"]
    plain = run_thanhuy("probe", CASE / "page.html")
    assert "left-over" in plain.stdout


def test_rules_are_listed_with_the_case_that_shows_them() -> None:
    run = run_thanhuy("probe", "--rules")
    assert run.returncode == 0
    line = next(line for line in run.stdout.splitlines() if line.startswith("captions:italic "))
    assert "+2  it is set in italics [" in line
    listed = json.loads(run_thanhuy("probe", "--rules", "--json").stdout)
    assert len(listed) == len(run.stdout.splitlines())
    assert all((PAGES / rule["case"] / "page.html").is_file() for rule in listed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[headline]\ncss = 'h1'\n", "[headline]: expected one of"),
        (b"[title]\ncss = 'h1['\n", "css: expected a selector"),
        (b"\xff\xfe", "codec can't decode"),
        (b"# " + b"x" * 1_000_001, "expected a file of selectors"),
    ],
)
def test_faulty_layout_file_is_wrong_usage(tmp_path: Path, text: bytes, words: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(text)
    run = run_thanhuy("probe", CASE / "page.html", "--layout", path)
    assert run.returncode == 2
    assert words in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_layout_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    run = run_thanhuy("probe", CASE / "page.html", "--layout", tmp_path / "none.toml")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "No such file" in run.stderr
