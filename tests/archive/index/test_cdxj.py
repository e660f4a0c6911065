"""The index: what a line says, how it is sorted and merged, and that it is cdxj-indexer's."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.index import cdxj
from archive.index.surt import format_surt
from archive.state.rows import CaptureRow
from tests.support import writer
from tests.support.tools import find_tool

KEYS = {
    "https://www.thanhuytphcm.vn/": "vn,thanhuytphcm)/",
    "http://thanhuytphcm.vn": "vn,thanhuytphcm)/",
    "https://www.thanhuytphcm.vn/tin-tuc/Bai-Viet-1491871594": "vn,thanhuytphcm)/tin-tuc/bai-viet-1491871594",
    "https://images.hcmcpv.org.vn//Uploads/Image/01012025AB/H1.JPG": (
        "vn,org,hcmcpv,images)/uploads/image/01012025ab/h1.jpg"
    ),
    "https://stxdd.thanhuytphcm.vn:8443/a/?b=2&a=1&a": "vn,thanhuytphcm,stxdd:8443)/a?a&a=1&b=2",
    "https://www.thanhuytphcm.vn/x%E2%80%93y/": "vn,thanhuytphcm)/x%e2%80%93y",
    "https://www.thanhuytphcm.vn/a/./b/../c//d#e": "vn,thanhuytphcm)/a/c/d",
    "https://www.thanhuytphcm.vn/a%2541%20b": "vn,thanhuytphcm)/aa%20b",
    "https://báo.vn/": "vn,xn--bo-mia)/",
    "http://0x7f.1/": "1,0x7f)/",
    "http://0177.1/": "1,0,0,127)/",
    "http://www2.example.org:80/(S(abcdefghijklmnopqrstuvwx))/a.aspx": "org,example)/a.aspx",
    "http://example.org/?x=1&PHPSESSID=abcdefghijklmnopqrstuvwxyz012345": "org,example)/?&x=1",
    "http://user:word@example.org?": "org,example)/",
    "http://https://example.org/": "org,example)/",
    "http://example.org:port/": "http://example.org:port/",
    "urn:uuid:AB": "urn:uuid:ab",
    "": "-",
}
PIECES = (
    "http://", "https://", "HTTP://", "ftp://", "urn:", "www.", "www2.", "Example", ".org", ".", "..", "/", "//", "?", "&", "=", "#", ":",
    "80", "443", "8080", "%", "%25", "%2f", "%41", "%zz", "é", "ế", "a", "B", "u:p@", "[", "]", "::1", " ", "\t", "\n", ".aspx",
    "(S(", "a" * 24, "))/", "jsessionid=", "PHPSESSID=", "sid=", "cfid=1&cftoken=2", "A" * 32, "ASPSESSIONIDABCDEFGH=", "0177.1", "1234567",
    "x=1", "x", "&&", ";", "+", "~", "\\", "^", "{", "|", '"', "<", "*", "%E2%80%93", "\x7f", "\x01", "\x85", "。",
)  # fmt: skip
"""What addresses are made of, and what breaks those who take them apart."""
URIS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=7).map(lambda pieces: "https://www.example.org:8443/" + "".join(pieces)),
)
ROW = CaptureRow(
    key="tin-tuc/1", uri="https://www.thanhuytphcm.vn/A", date="2024-02-28T09:30:00.123456Z", type="response", status=200,
    mime="text/html", payload_digest="sha1:" + "A" * 32, truncated=None, file="x.warc.gz", offset=7, length=9, record_id="urn:x",
)  # fmt: skip


@pytest.mark.parametrize("uri", KEYS)
def test_surt_of(uri: str) -> None:
    assert KEYS[uri] == format_surt(uri)


@given(URIS)
def test_surt_never_fails_and_never_breaks_a_line(uri: str) -> None:
    surt = format_surt(uri)
    assert surt == uri or not any(character in surt for character in " \n\r\t")


@given(st.lists(URIS, min_size=1, max_size=200))
@example(list(KEYS))
def test_surt_is_that_of_the_package(uris: list[str]) -> None:
    """The package lives in another environment, where it is asked about many addresses at once."""
    theirs = ask_surt(uris)
    assert {uri: theirs[uri] for uri in uris if uri.strip()} == {uri: format_surt(uri) for uri in uris if uri.strip()}


_PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
import surt
def key(uri):
    try:
        return surt.surt(uri)
    except Exception:
        return uri
for line in sys.stdin:
    print(json.dumps([key(uri) for uri in json.loads(line)]), flush=True)
"""
_asked: list["subprocess.Popen[str]"] = []


def ask_surt(uris: list[str]) -> dict[str, str]:
    """The package's keys; the test is skipped where it is not installed."""
    if not _asked:
        python = find_tool("cdxj-indexer").with_name("python")
        _asked.append(
            subprocess.Popen([python, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
    child = _asked[0]
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(uris) + "\n")
    child.stdin.flush()
    return dict(zip(uris, json.loads(child.stdout.readline()), strict=True))


@pytest.fixture(scope="module", autouse=True)
def _child_ends() -> object:
    yield
    for child in _asked:
        child.communicate(timeout=10)


# Lines


def fields_of(row: CaptureRow) -> dict[str, str]:
    return cdxj.parse_line(cdxj.format_line(row))[2]


def test_line_has_key_time_and_fields_in_order() -> None:
    line = cdxj.format_line(ROW).decode()
    assert line.startswith(
        'vn,thanhuytphcm)/a 20240228093000 {"url": "https://www.thanhuytphcm.vn/A", "mime": "text/html", '
    )
    assert ["url", "mime", "status", "digest", "length", "offset", "filename"] == list(fields_of(ROW))


def test_revisit_says_so_and_keeps_its_status() -> None:
    fields = fields_of(replace(ROW, type="revisit"))
    assert ("warc/revisit", "200") == (fields["mime"], fields["status"])


def test_revisit_of_a_304_leaves_the_status_to_its_original() -> None:
    fields = fields_of(replace(ROW, type="revisit", status=304))
    assert "status" not in fields
    assert "warc/revisit" == fields["mime"]


def test_what_is_not_known_is_left_out() -> None:
    assert {"url", "length", "offset", "filename"} == fields_of(
        replace(ROW, mime=None, status=0, payload_digest=None)
    ).keys()


def test_parameter_set_apart_by_a_space_is_no_part_of_the_type() -> None:
    assert "text/html" == fields_of(replace(ROW, mime="text/html charset=utf-8"))["mime"]


@given(
    st.sampled_from(["x", '{"a": 1}', "a 1 {}", "a 20240228093000 []", "a 20240228093000 {", "a b 20240228093000 {}"])
)
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        cdxj.parse_line(text.encode())


# Files


def test_merging_sorts_and_keeps_each_line_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdxj, "RUN", 7)
    rows = [replace(ROW, uri=f"https://a.vn/{n * 7919 % 100}", offset=n) for n in range(100)]
    path = tmp_path / "index.cdxj"
    cdxj.merge_index(path, rows[:60])
    cdxj.merge_index(path, rows[40:])
    lines = path.read_bytes().splitlines()
    assert sorted(cdxj.format_line(row) for row in rows) == lines
    assert [path] == list(tmp_path.iterdir())


def test_rebuilding_the_index_gives_the_merged_one(tmp_path: Path) -> None:
    writer.write(tmp_path)
    index = tmp_path / "indexes" / "index.cdxj"
    merged = index.read_bytes()
    subprocess.run([sys.executable, "-m", "crawler.cli", "index", tmp_path], check=True, capture_output=True)
    assert merged == index.read_bytes()


def test_index_equals_that_of_cdxj_indexer(tmp_path: Path) -> None:
    """Both profiles of revisits, several files; item records are left out here and listed there."""
    indexer = find_tool("cdxj-indexer")
    writer.write(tmp_path)
    warcs = sorted((tmp_path / "warc").glob("*.warc.gz"))
    done = subprocess.run([indexer, "--sort", *warcs], capture_output=True, check=True)
    theirs = [line for line in done.stdout.splitlines() if b'"mime": "application/json"' not in line]
    assert theirs == (tmp_path / "indexes" / "index.cdxj").read_bytes().splitlines()
    assert 2 == sum(b"warc/revisit" in line for line in theirs)


@pytest.mark.parametrize(
    ("date", "digits"),
    [
        ("2024-02-28T09:30:15.123456Z", "20240228093015"),
        ("2024", "20240101000000"),
        ("2024-02", "20240201000000"),
        ("2024-02-28", "20240228000000"),
        ("2024-02-28T09:30Z", "20240228093000"),
        ("", ""),
        ("yesterday", ""),
        ("20", ""),
    ],
)
def test_every_date_of_the_standard_has_14_digits(date: str, digits: str) -> None:
    assert digits == cdxj.format_timestamp(date)


def test_capture_without_a_date_has_no_line(tmp_path: Path) -> None:
    path = tmp_path / "index.cdxj"
    cdxj.merge_index(path, [ROW, replace(ROW, date="yesterday", offset=7)])
    assert [cdxj.format_line(ROW)] == list(cdxj.read_lines(path))
