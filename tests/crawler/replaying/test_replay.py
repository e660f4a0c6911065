"""`thanhuy replay`: the list of captures, how it starts and ends, and pywb's answers against the archived bytes."""

import hashlib
import html
import json
import re
import signal
import socket
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.http.bodies import read_message
from archive.http.codings import decode_content
from archive.http.head import ResponseHead
from archive.index.cdxj import parse_line, read_lines
from archive.warc.reader import read_record_at, read_records
from archive.warc.record import Record, bare_uri
from crawler.replaying import wayback
from crawler.replaying.listing import PAGE, Listing
from crawler.replaying.server import Site, render_day, render_days, render_search
from tests.support import revisits
from tests.support.commands import ROOT, run_thanhuy
from tests.support.replays import Replay, get, run_replay
from tests.support.sample_crawls import SampleCrawl
from tests.support.tools import find_tool

DAYS = ["2024-03-17", "2024-02-15", "2024-01-15"]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("replay") / "<bộ> sưu tập"
    revisits.write(directory)
    return directory


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that comes and goes like pywb's."""
    path = tmp_path_factory.mktemp("bin") / "wayback"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "support" / "fake_wayback.py"}" "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def listed(collection: Path, stand_in: Path) -> Iterator[Replay]:
    with run_replay(collection, stand_in) as replay:
        yield replay


def digest_tree(directory: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.rglob("*") if path.is_file()}


# The list


def test_list_has_each_day(listed: Replay) -> None:
    status, headers, body = get(listed.list_url)
    assert 200 == status
    assert DAYS == re.findall(r'href="/day/([\d-]+)"', body.decode())
    assert "&lt;bộ&gt; sưu tập" in body.decode()
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_day_lists_its_pages_by_title_and_links_into_the_replay(listed: Replay) -> None:
    body = get(listed.list_url + "day/2024-01-15")[2].decode()
    links = {
        html.unescape(title): html.unescape(link)
        for link, title in re.findall(r'<a href="(http[^"]+)">([^<]+)</a>', body)
    }
    assert {
        "Đường phố": f"{listed.replay_url}20240115093001/{revisits.SITE}/bai-1",
        "Nén": f"{listed.replay_url}20240115093002/{revisits.SITE}/nen",
        "Danh sách & mục": f"{listed.replay_url}20240115093000/{revisits.SITE}/",
        "T": f"{listed.replay_url}20240115093006/{revisits.SITE}/tim?q=%E1%BA%BF&a=1",
    } == links


def test_revisit_has_the_title_of_what_it_repeats(listed: Replay) -> None:
    body = get(listed.list_url + "day/2024-02-15")[2].decode()
    assert 3 == body.count("unchanged")
    assert [f"{revisits.SITE}/bai-1", f"{revisits.SITE}/nen", f"{revisits.SITE}/bai-1?ban=in"] == re.findall(
        "<small>([^<]+)</small>", body
    )
    assert "Đường phố<" in body


def test_list_and_replay_are_two_origins(listed: Replay) -> None:
    assert listed.list_url.split("/")[2] != listed.replay_url.split("/")[2]
    status, headers, _ = get(f"{listed.list_url}archive/2024id_/{revisits.SITE}//a")
    assert (302, f"{listed.replay_url}2024id_/{revisits.SITE}//a") == (status, headers["Location"])


@pytest.mark.parametrize("path", ["day/2024-01-16", "day/2024-01-15?page=2", "day/../x", "x"])
def test_what_is_not_there_is_a_404(path: str, listed: Replay) -> None:
    assert 404 == get(listed.list_url + path)[0]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30])
def test_odd_page_number_is_the_first_page(page: str, listed: Replay) -> None:
    assert 200 == get(f"{listed.list_url}day/2024-01-15?page={page}")[0]


def test_other_host_names_are_refused(listed: Replay) -> None:
    assert 421 == get(listed.list_url, Host="evil.example:80")[0]


def test_head_has_no_body(listed: Replay) -> None:
    assert (200, b"") == get(listed.list_url, "HEAD")[::2]


def test_long_day_is_shown_in_pages(tmp_path: Path) -> None:
    listing = Listing()
    place = {"mime": "text/html", "status": "200", "filename": "x", "offset": "0", "length": "0"}
    lines = (("20240101000000", {"url": f"https://a.vn/{number:04d}"} | place) for number in range(2 * PAGE + 1))
    listing.add_captures(lines)
    listing.finish()
    site = Site(name="x", listing=listing, replay="http://127.0.0.1:1/archive/", find_title=lambda _: "<script>")
    assert f"{2 * PAGE + 1} pages" in render_days(site)
    shown = [render_day(site, "2024-01-01", page) for page in (1, 2, 3, 4)]
    assert [PAGE, PAGE, 1] == [(page or "").count("<li>") for page in shown[:3]]
    assert shown[3] is None
    assert ["next", "previous · next", "previous"] == [
        " · ".join(re.findall(">(previous|next)<", page or "")) for page in shown[:3]
    ]
    assert "<script>" not in str(shown)
    listing.close()


def searchable() -> Listing:
    listing = Listing()
    place = {"mime": "text/html", "status": "200", "filename": "x", "offset": "0", "length": "0"}
    address = "https://www.thanhuytphcm.vn/tin-tuc/le-hoi-ao-dai-1491900001"
    seen = [
        ("20240101000000", address),
        ("20240301000000", address),
        ("20240201000000", "https://www.thanhuytphcm.vn/"),
    ]
    listing.add_captures((ts, {"url": url} | place) for ts, url in seen)
    listing.add_titles(
        [(address, "20240101000000", "Lễ hội Áo dài"), (address, "20240301000000", "Lễ hội Áo dài (sửa)")]
    )
    listing.finish()
    return listing


@pytest.mark.parametrize(
    ("words", "day", "found"),
    [
        ("ao dai", "", ["20240301000000"]),
        ("ÁO DÀI hội", "", ["20240301000000"]),
        ("áo dài", "2024-02-15", ["20240101000000"]),
        ("áo dài", "2023-12-31", []),
        ("1491900001", "", ["20240301000000"]),
        ("áo 100%_", "", []),
        ("https://www.thanhuytphcm.vn/tin-tuc/le-hoi-ao-dai-1491900001#x", "", ["20240301000000", "20240101000000"]),
        ("", "2024-02-15", ["20240101000000", "20240201000000"]),
        ("\\'\"; --", "", ["20240301000000", "20240201000000"]),
    ],
)
def test_search_finds_pages_by_words_addresses_and_day(words: str, day: str, found: list[str]) -> None:
    listing = searchable()
    assert found == [capture.ts for capture in listing.search(words, day, 1)]
    listing.close()


def test_what_is_searched_for_is_text_on_the_page() -> None:
    listing = searchable()
    site = Site(name="x", listing=listing, replay="http://127.0.0.1:1/archive/", find_title=lambda _: None)
    page = render_search(site, {"q": ['"><script>áo'], "day": ["2024-13-01x"], "page": ["-1"]})
    assert "<script>" not in page
    assert "Nothing was found" in page
    assert 'value="&quot;&gt;&lt;script&gt;áo"' in page
    shown = render_search(site, {"q": ["áo dài"], "day": ["2024-02-15"]})
    assert (
        "http://127.0.0.1:1/archive/20240101000000/https://www.thanhuytphcm.vn/tin-tuc/le-hoi-ao-dai-1491900001"
        in shown
    )
    assert "Lễ hội Áo dài</a>" in shown
    assert "as of 2024-02-15" in shown
    listing.close()


def test_the_list_is_searched_by_a_form(listed: Replay) -> None:
    status, headers, body = get(f"{listed.list_url}search?q=tin&day=2024-02-15")
    assert 200 == status
    assert b'<form action="/search">' in body
    assert "form-action 'self'" in headers["Content-Security-Policy"]


# Coming and going


def test_interrupt_ends_it_cleanly_and_nothing_was_written(tmp_path: Path, stand_in: Path) -> None:
    revisits.write(tmp_path / "c")
    before = digest_tree(tmp_path / "c")
    for number in (signal.SIGINT, signal.SIGTERM):
        with run_replay(tmp_path / "c", stand_in) as replay:
            assert b'"index_paths"' in get(replay.replay_url)[2]
            code, words = replay.stop(number)
        assert (0, True) == (code, words.endswith("stopped\n")), words
        with pytest.raises(OSError):
            get(replay.replay_url)
    assert before == digest_tree(tmp_path / "c")


def test_end_of_pywb_ends_it(collection: Path, stand_in: Path) -> None:
    with run_replay(collection, stand_in) as replay:
        get(replay.replay_url + "end")
        _, err = replay.process.communicate(timeout=30)
    assert 1 == replay.process.returncode
    assert "pywb ended with 3" in err


def test_program_that_does_not_serve_is_reported(collection: Path, tmp_path: Path) -> None:
    program = tmp_path / "wayback"
    program.write_text("#!/bin/sh\necho no luck\nexit 7\n")
    program.chmod(0o755)
    done = run_thanhuy("replay", collection, "--port", 0, "--wayback", program)
    assert (1, "thanhuy: replay: pywb ended with 7: no luck\n") == (done.returncode, done.stderr)


def test_missing_program_is_explained(collection: Path, tmp_path: Path) -> None:
    done = run_thanhuy("replay", collection, "--wayback", tmp_path / "none")
    assert (2, True) == (done.returncode, "expected pywb's program wayback" in done.stderr)


def test_nothing_is_installed_for_what_is_refused(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install() -> Path:
        raise AssertionError("installed")

    monkeypatch.setattr("crawler.cli.replay.set_up", install)
    for words in ([collection, "--wayback", "none"], [tmp_path / "none"], [tmp_path]):
        assert 2 == run_thanhuy("replay", *words, "--set-up", process=False).returncode


def test_without_pywb_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(wayback.WaybackMissing, match="--set-up"):
        wayback.find_wayback()
    program = wayback.own_environment() / "bin" / "wayback"
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    assert program == wayback.find_wayback()


@pytest.mark.parametrize("option", ["--port", "--replay-port"])
def test_taken_port_is_reported(option: str, collection: Path, stand_in: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = ["--port", 0] if option == "--replay-port" else []
        done = run_thanhuy("replay", collection, "--wayback", stand_in, option, port, *other)
    assert 2 == done.returncode
    assert f"port {port}" in done.stderr
    assert option in done.stderr


@pytest.mark.parametrize("fault", ["stranger", "no index", "nothing"])
def test_what_is_no_collection_with_captures_is_refused(fault: str, tmp_path: Path, stand_in: Path) -> None:
    arguments: list[object] = [tmp_path / "c"]
    if fault == "no index":
        revisits.write(tmp_path / "c")
        (tmp_path / "c" / "indexes" / "index.cdxj").unlink()
    elif fault == "stranger":
        (tmp_path / "c").mkdir()
    else:
        arguments = []
    assert run_thanhuy("replay", *arguments, "--wayback", stand_in).returncode == 2


# pywb


@pytest.fixture(scope="module")
def replayed(collection: Path) -> Iterator[Replay]:
    with run_replay(collection, find_tool("wayback")) as replay:
        yield replay


BODIES = revisits.bodies()


@pytest.mark.parametrize(("url", "day"), BODIES, ids=lambda value: value.removeprefix(revisits.SITE))
def test_pywb_shows_what_was_there_that_day(url: str, day: str, replayed: Replay) -> None:
    """200, chunked and compressed, identical payload under the same and another address, 304, redirect, 404,
    odd addresses.
    """
    status, headers, body = get(f"{replayed.replay_url}{day}id_/{url}")
    assert BODIES[url, day] == (status, body)
    assert re.search(rf"/{day}\d{{6}}id_/", headers["Content-Location"])
    if status == 301:
        assert headers["Location"].endswith("/bai-1")


def test_pywb_offers_each_capture_of_a_page(replayed: Replay) -> None:
    body = get(f"{replayed.replay_url}timemap/link/{revisits.SITE}/bai-1")[2].decode()
    assert ["20240115093001", "20240215093000", "20240317093001"] == re.findall(r"/(\d{14})mp_/", body)


def test_pywb_serves_every_capture_of_the_sample_site(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    """Addresses that differ only in `www.` share a key; what was captured in the same second cannot be told apart by
    it.
    """
    program = find_tool("wayback")
    warcs = sample_crawl.copy(tmp_path / "c") / "warc"
    captures, expected = [], defaultdict(list)
    originals = read_responses(warcs)
    for line in read_lines(tmp_path / "c" / "indexes" / "index.cdxj"):
        surt, time, fields = parse_line(line)
        captures.append((surt, time, fields["url"]))
        record = read_record_at(warcs / fields["filename"], int(fields["offset"]), int(fields["length"]))
        with record.block:
            own = expect(record, originals)
        expected[surt, time].append(own)
    assert len(captures) > 250
    with run_replay(tmp_path / "c", program) as replay:
        for surt, time, url in captures:
            status, _, body = get(f"{replay.replay_url}{time}id_/{url}")
            assert (status, body) in expected[surt, time], url


def read_responses(warcs: Path) -> dict[str, bytes]:
    """Record id → decoded body of each response."""
    bodies = {}
    for path in warcs.iterdir():
        for _, _, record in read_records(path):
            if record.type == "response":
                bodies[record.record_id] = expect(record, {})[1]
    return bodies


def expect(record: Record, originals: dict[str, bytes]) -> tuple[int, bytes]:
    """Status and decoded body that a replay of the record has to give."""
    message = read_message(record.block, record.block_length)
    assert isinstance(message.head, ResponseHead)
    if record.type == "revisit":
        return message.head.status, originals[bare_uri(str(record.header("WARC-Refers-To")))]
    with message.payload, decode_content(message.payload, message.head.codings).content as content:
        return message.head.status, content.read()


def test_collection_is_named_in_the_configuration_of_pywb(collection: Path, listed: Replay) -> None:
    places = json.loads(get(listed.replay_url)[2])["collections"]["archive"]
    assert {
        "index_paths": str(collection / "indexes" / "index.cdxj"),
        "archive_paths": str(collection / "warc") + "/",
    } == places
