"""`thanhuy show` and `thanhuy changes`."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.commands import run_thanhuy
from tests.support.library import article, build_library

ID = "1491871001"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edited = article(
        1, paragraphs=["(Thanhuytphcm.vn) - Sáng 5/10, bến đò mở lại.", "Khách qua sông vui hẳn lên, có 300 người."]
    )
    odd = article(2, title="Bến \x1b[31mđỏ")
    return build_library(tmp_path_factory.mktemp("library") / "c", [[article(1), edited], [odd]])


def show(library: Path, *options: str) -> str:
    done = run_thanhuy("show", library, *options)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", [ID, f"https://hcmcpv.org.vn/tin-tuc/x-{ID}?fbclid=1", "ben-do-1"])
def test_an_article_is_found_by_number_address_and_slug(library: Path, name: str) -> None:
    assert "Bến đò số 1 mở lại" in show(library, name)


def test_history_and_diff_show_the_words(library: Path) -> None:
    words = "Khách qua sông vui hẳn lên{+, có 300 người+}."
    assert words in show(library, ID, "--history")
    assert words in show(library, ID, "--diff", "1", "2")


def test_the_archived_record_is_given_byte_for_byte(library: Path) -> None:
    record = json.loads(show(library, ID, "--version", "1", "--json"))
    raw = show(library, ID, "--version", "1", "--capture", "--raw")
    assert raw.startswith("WARC/1.1")
    assert f"WARC-Record-ID: <{record['warc']['record_id']}>" in raw
    assert "<h1>Bến đò số 1 mở lại</h1>" in raw


def test_a_citation_names_capture_and_pwid(library: Path) -> None:
    record = json.loads(show(library, ID, "--json"))
    text = show(library, ID, "--cite", "text", "--archive-id", "archive.example")
    assert record["warc"]["record_id"] in text
    assert f"urn:pwid:archive.example:{record['captured_at'][:19]}Z:page:{record['url']}" in text
    assert record["title"] in show(library, ID, "--cite", "bibtex")
    assert record["title"] == json.loads(show(library, ID, "--cite", "csl"))[0]["title"]


def test_nothing_of_a_page_steers_the_terminal(library: Path) -> None:
    assert "\x1b" not in show(library, "1491871002") + run_thanhuy("changes", library).stdout


@pytest.mark.parametrize("options", [["99999"], [ID, "--version", "9"], ["no-such-slug"], [ID, "--raw"]])
def test_what_is_not_held_is_wrong_usage(library: Path, options: list[str]) -> None:
    done = run_thanhuy("show", library, *options)
    assert 2 == done.returncode
    assert "expected" in done.stderr
    assert "Traceback" not in done.stderr


def test_changes_tell_new_from_edited(library: Path, tmp_path: Path) -> None:
    done = run_thanhuy("changes", library, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("new", 1), ("edited", 2), ("new", 1)] == [(event["what"], event["version"]) for event in events]
    assert "wording" == events[1]["edits"][0]["kind"]
    assert 0 == run_thanhuy("changes", library, "--feed", tmp_path / "c.atom").returncode
    entries = ET.parse(tmp_path / "c.atom").getroot().findall("{http://www.w3.org/2005/Atom}entry")
    assert 3 == len(entries)
