"""Extract from WARC files of other tools: their codings, their revisits, their damage, and pages outside the scope."""

import gzip
import io
import json
import re
import zlib
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.cli.extract import command
from crawler.pages import slug_of
from tests.support.commands import run_thanhuy
from tests.warcs.build import (
    chunks,
    compressed,
    http_response,
    member,
    metadata,
    record,
    response,
    revisit,
    sha1,
    uuid,
    warcinfo,
)

HOST = "https://www.thanhuytphcm.vn"
DATE = "2025-03-14T03:00:00Z"
KIND = b"Content-Type: text/html; charset=utf-8"


def page(title: str, more: str = "") -> bytes:
    """An article's page."""
    text = f"(Thanhuytphcm.vn) - Bà con khu phố cùng nhau dọn kênh, trồng cây và mở thư viện nhỏ. {more}"
    again = "Ban điều hành khu phố mong được nghe thêm góp ý của mọi người trong các buổi họp tổ hằng tháng sắp tới."
    return f"<html><title>{title}</title><h1>{title}</h1><p>14/03/2025 09:15</p><p>{text}</p><p>{again}</p></html>".encode()


def url(title: str, number: int) -> str:
    """Its address."""
    return f"{HOST}/tin-tuc/{slug_of(title)}-{number}"


def html(body: bytes, *headers: bytes, length: bool = True) -> bytes:
    """The exchange's block."""
    return http_response(body, *headers, length=length).replace(b"Content-Type: text/html", KIND)


def capture(number: int, title: str, block: bytes, *, ident: int = 1491871001, **more: str | None) -> bytes:
    """A response record."""
    fields: dict[str, str | None] = {"WARC_Target_URI": url(title, ident), "WARC_Date": DATE, **more}
    return response(number, block=block, payload=None, **fields)


def extract(*args: object, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    """Records and stderr."""
    done = CliRunner().invoke(command, [str(argument) for argument in args], standalone_mode=False)
    assert done.exception is None
    assert done.return_value == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


T = "Phường Bình Lạc mở thư viện"


def codings() -> dict[str, tuple[bytes, bytes, bytes]]:
    """Name → page, body as sent, and the header that says how."""
    body = page(T)
    sent = {
        "gzip": (gzip.compress(body), b"Content-Encoding: gzip"),
        "deflate": (zlib.compress(body), b"Content-Encoding: deflate"),
        "br": (brotli.compress(body), b"Content-Encoding: br"),
        "chunked": (chunks(body[:50], body[50:]), b"Transfer-Encoding: chunked"),
        "chunks removed, header left": (body, b"Transfer-Encoding: chunked"),
        "decoded, header left": (body, b"Content-Encoding: gzip"),
        "plain": (body, b"X-Nothing: x"),
        "a head as long as a crawl takes": (body, b"\r\n".join(b"X-Long: " + b"x" * 250_000 for _ in range(4))),
    }
    return {name: (body, data, header) for name, (data, header) in sent.items()}


@pytest.mark.parametrize("name", [*codings(), "zstd"])
@pytest.mark.parametrize("pack", [compressed, lambda *records: b"".join(records)], ids=["gz", "plain"])
def test_page_is_read_in_every_coding(name: str, pack: Any, tmp_path: Path) -> None:
    if name == "zstd":
        zstd = pytest.importorskip("backports.zstd")
        sent, header = zstd.compress(page(T)), b"Content-Encoding: zstd"
    else:
        _, sent, header = codings()[name]
    path = tmp_path / "a.warc.gz"
    first, second = warcinfo(), capture(2, T, html(sent, header, length=False))
    path.write_bytes(pack(first, second))
    records, _ = extract(path)
    assert [T] == [one["title"] for one in records]
    offset = len(pack(first))
    expected = {
        "file": "a.warc.gz",
        "offset": offset,
        "length": path.stat().st_size - offset,
        "record_id": uuid(2)[1:-1],
    }
    assert expected == {key: records[0]["warc"][key] for key in expected}
    assert records[0]["warc"]["payload_digest"].startswith("sha1:")
    assert (DATE, 1, [], "live") == tuple(records[0][key] for key in ("captured_at", "version", "changed", "status"))


def test_versions_follow_the_order_of_capture_whatever_the_order_of_files(tmp_path: Path) -> None:
    for name, number, day in (("b", 1, 1), ("a", 2, 3), ("c", 3, 2)):
        same = html(page(T, "Tin mới." if name == "a" else ""))
        captured = capture(number + 10, T, same, WARC_Date=f"2025-03-0{day}T00:00:00Z")
        (tmp_path / f"{name}.warc.gz").write_bytes(compressed(warcinfo(), captured))
    records, errors = extract(*(tmp_path / f"{name}.warc.gz" for name in "abc"))
    assert [(1, [], "b.warc.gz"), (2, ["body", "blocks"], "a.warc.gz")] == [
        (one["version"], one["changed"], one["warc"]["file"]) for one in records
    ]
    assert "1 page unchanged" in errors


def test_revisit_stands_for_the_page_it_refers_to(tmp_path: Path) -> None:
    digest = sha1(page(T))
    head = b"HTTP/1.1 200 OK\r\n" + KIND + b"\r\n\r\n"
    other = url(T, 1491871002)
    dated = {"WARC_Payload_Digest": digest, "WARC_Date": "2025-04-01T00:00:00Z"}
    named = revisit(3, block=head, WARC_Target_URI=other, WARC_Refers_To=uuid(2), **dated)
    by_digest = revisit(4, block=b"", WARC_Target_URI=url(T, 1491871003), WARC_Refers_To=None, **dated)
    dated["WARC_Payload_Digest"] = sha1(b"elsewhere")
    lost = revisit(5, block=head, WARC_Target_URI=url(T, 1491871004), WARC_Refers_To=uuid(99), **dated)
    first, second = tmp_path / "first.warc.gz", tmp_path / "second.warc.gz"
    first.write_bytes(compressed(warcinfo(), capture(2, T, html(page(T)))))
    second.write_bytes(compressed(warcinfo(), named, by_digest, lost))
    records, errors = extract(second, first)
    assert ["1491871001", "1491871002", "1491871003"] == [one["id"] for one in records]
    assert {"first.warc.gz"} == {one["warc"]["file"] for one in records}
    assert other == records[1]["url"]
    assert "2025-04-01T00:00:00Z" == records[1]["captured_at"]
    assert "1 revisit of captures that are in none of the files" in errors
    assert "3 revisits of captures" in extract(second)[1]


def test_only_pages_of_the_scope_with_status_200_give_records(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    gone = http_response(page(T), status=b"HTTP/1.1 404 Not Found")
    photo = http_response(b"\xff\xd8\xff").replace(b"text/html", b"image/jpeg")
    path.write_bytes(
        compressed(
            warcinfo(),
            capture(2, T, gone),
            response(3, block=photo, WARC_Target_URI="https://images.hcmcpv.org.vn/a.jpg"),
            response(4, block=html(page("Trang khác")), WARC_Target_URI="https://other.example/a"),
            capture(5, T, html(page(T)), WARC_Truncated="length"),
            response(6, block=html(page("Một mục")), WARC_Target_URI=f"{HOST}/nhom-tin/quan-1-1197604608"),
        )
    )
    records, errors = extract(path)
    assert [] == records
    assert "1 page cut while being captured" in errors
    records, errors = extract(path, "--any-url")
    assert [("https://other.example/a", None, None)] == [
        (one["url"], one["id"], one["canonical_url"]) for one in records
    ]
    assert "no record: listing: 1 page (a list of articles)" in errors


def test_files_that_warcio_writes_are_read(tmp_path: Path) -> None:
    for zipped in (True, False):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=zipped)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        made = writer.create_warc_record(
            url(T, 1491871001), "response", payload=io.BytesIO(page(T)), http_headers=headers
        )
        writer.write_record(made)
        made.raw_stream.close()
        path = tmp_path / "warcio.warc"
        path.write_bytes(out.getvalue())
        records, _ = extract(path)
        assert [(T, sha1(page(T)))] == [(one["title"], one["warc"]["payload_digest"]) for one in records]


def test_payload_digest_is_computed_where_the_file_states_none(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    block = html(chunks(page(T)), b"Transfer-Encoding: chunked", length=False)
    path.write_bytes(compressed(warcinfo(), capture(2, T, block, WARC_Payload_Digest=None)))
    assert sha1(page(T)) == extract(path)[0][0]["warc"]["payload_digest"]


def test_several_records_in_one_gzip_member_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    captures = [capture(number, T, html(page(T, "x" * 100_000)), ident=1491871000 + number) for number in range(2, 6)]
    path.write_bytes(member(b"".join([warcinfo(), *captures])))
    assert ["1491871002", "1491871003", "1491871004", "1491871005"] == [one["id"] for one in extract(path)[0]]


def test_json_of_others_is_no_stored_record(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    theirs = [
        metadata(9 + at, block=block, Content_Type="application/json")
        for at, block in enumerate((b"{}", b"[1]", b"{", b"\xff"))
    ]
    path.write_bytes(compressed(warcinfo(), capture(2, T, html(page(T))), *theirs))
    assert 1 == len(extract(path)[0])
    done = run_thanhuy("extract", path, "--diff")
    assert done.returncode == 2
    assert "expected records that a crawl of this project wrote" in done.stderr


def test_files_of_other_tools_are_read_without_damage(shared_data: Path) -> None:
    found = sorted((shared_data / "warcs").iterdir())
    assert found
    for path in found:
        records, errors = extract(path, "--any-url")
        assert records or "cut while being captured" in errors, path.name


# Damage


def damaged(kind: str) -> tuple[bytes, int]:
    """A file between whose two articles something is wrong, and where."""
    good = [compressed(warcinfo()), *(member(capture(n, T, html(page(T)), ident=1491871000 + n)) for n in (2, 3))]
    place = len(good[0]) + len(good[1])
    block = html(page(T))
    bad = {
        "garbage": b"neither gzip nor WARC" * 10,
        "corrupt": bytes(byte ^ (0xFF if 40 < at < 60 else 0) for at, byte in enumerate(member(capture(4, T, block)))),
        "length": member(
            record(block, *(("WARC-Type", "response"), ("WARC-Target-URI", url(T, 1)), ("Content-Length", "999999")))
        ),
        "no-http": member(capture(4, T, b"nothing of HTTP")),
        "no-date": member(capture(4, T, block, WARC_Date="yesterday")),
        "no-length": member(b"WARC/1.1\r\nWARC-Type: response\r\n\r\nx\r\n\r\n"),
        "no-record": member(b"hello"),
    }[kind]
    return b"".join([good[0], good[1], bad, good[2]]), place


@pytest.mark.parametrize("kind", ["garbage", "corrupt", "length", "no-http", "no-date", "no-length", "no-record"])
def test_damage_is_told_with_its_place_and_passed_over(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    data, place = damaged(kind)
    path.write_bytes(data)
    records, errors = extract(path, code=5)
    assert ["1491871002", "1491871003"] == [one["id"] for one in records]
    assert re.search(rf"thanhuy: {re.escape(str(path))}:{place}: (http\S+ )?expected ", errors)


def test_plain_file_is_read_past_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    first, last = (capture(number, T, html(page(T)), ident=1491871000 + number) for number in (2, 3))
    for harm in (b"\0" * 100, record(b"abc", ("WARC-Type", "resource"), ("Content-Length", "77777777"))):
        path.write_bytes(first + harm + last)
        records, errors = extract(path, code=5)
        assert ["1491871002", "1491871003"] == [one["id"] for one in records]
        assert f"{path}:{len(first)}: expected " in errors


@pytest.mark.parametrize(
    "block", [b"[" * 200_000, b'{"kind":"a","id":1,"version":Infinity}', b'{"kind":"a","id":1,"version":1,"gone":1}']
)
def test_json_of_another_tool_is_passed_over(block: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    other = metadata(9, block=block, Content_Type="application/json", WARC_Target_URI=None)
    path.write_bytes(compressed(warcinfo(), other, capture(2, T, html(page(T)))))
    assert 1 == len(extract(path, code=0)[0])


def test_cut_file_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    whole, last = (
        compressed(warcinfo(), capture(2, T, html(page(T)))),
        member(capture(3, T, html(page(T)), ident=1491871003)),
    )
    path.write_bytes(whole + last[:-30])
    records, errors = extract(path, code=5)
    assert 1 == len(records)
    assert f"{path}:{len(whole)}: expected " in errors


@pytest.mark.parametrize("data", [b"", b"WARC/1.1\r\n", b"\x1f\x8b", b"rubbish", member(b"rubbish")], ids=range(5))
def test_file_that_holds_no_record_is_damage(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    assert f"{path}:0: expected " in extract(path, code=5)[1]


def test_bomb_costs_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    bomb = html(gzip.compress(gzip.compress(bytes(300 << 20))), b"Content-Encoding: gzip, gzip")
    wide = capture(3, T, html(b"<p>" + bytes(200 << 20)), ident=1491871003)
    path.write_bytes(compressed(warcinfo(), capture(2, T, bomb), wide, capture(4, T, html(page(T)), ident=1491871004)))
    done = run_thanhuy("extract", path)
    assert done.returncode == 5
    assert "1491871004" == json.loads(done.stdout)["id"]
    assert "no record: too-large: 1 page" in done.stderr
    assert "expected a record of at most" in done.stderr
