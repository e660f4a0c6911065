"""WACZ files that are packed here: sound, equal for equal input, whole in their parts, and accepted by py-wacz."""

import gzip
import json
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archive.collection import Collection
from archive.seal.checkpoint import list_numbers, path_of
from archive.wacz import index as wacz_index
from archive.wacz import zip as wacz_zip
from archive.wacz.pages import find_title
from archive.wacz.sign import check_signature
from archive.warc.reader import read_records
from crawler.articles import describe_article
from tests.support import revisits
from tests.support.collections_read import Seen, read_all
from tests.support.commands import run_thanhuy
from tests.support.tools import find_tool
from tests.support.writer import describe

MONTHS = ("2024-01", "2024-02", "2024-03")
KEYS = {
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pack") / "bo-suu-tap"
    revisits.write(directory)
    return directory


@pytest.fixture(scope="module")
def packed(collection: Path) -> Path:
    return pack(collection, collection.parent / "a.wacz")[0]


def pack(collection: Path, output: Path, *options: object) -> list[Path]:
    """The files that `thanhuy pack` says it wrote."""
    done = run_thanhuy("pack", collection, "-o", output, *options)
    assert done.returncode == 0, done.stderr
    return [Path(line.partition(": ")[0]) for line in done.stdout.splitlines()]


def write_key(path: Path, key: Any) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def read_json(path: Path, member: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(member))


def read_pages(path: Path, member: str = "pages/pages.jsonl") -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(member).splitlines()]


def records_of(path: Path, scratch: Path) -> list[Seen]:
    """Every record of a WACZ."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.startswith("archive/"):
                archive.extract(info, scratch / path.stem)
    (scratch / path.stem / "archive").rename(scratch / path.stem / "warc")
    return read_all(scratch / path.stem)


# The whole


def test_packing_twice_gives_equal_bytes(collection: Path, packed: Path, tmp_path: Path) -> None:
    assert packed.read_bytes() == pack(collection, tmp_path / "b.wacz")[0].read_bytes()


def test_packed_file_has_no_finding(packed: Path) -> None:
    done = run_thanhuy("verify", packed)
    assert (0, "") == (done.returncode, done.stdout)


def test_warcs_are_stored_as_they_are(collection: Path, packed: Path) -> None:
    warcs = {f"archive/{path.name}": path.read_bytes() for path in (collection / "warc").iterdir()}
    with zipfile.ZipFile(packed) as archive:
        infos = [info for info in archive.infolist() if info.filename.startswith("archive/")]
        assert {info.filename: archive.read(info) for info in infos} == warcs
        assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}


def test_index_is_the_collections_in_blocks(collection: Path, packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        assert (
            gzip.decompress(archive.read("indexes/index.cdx.gz"))
            == (collection / "indexes" / "index.cdxj").read_bytes()
        )


def test_each_block_begins_where_the_listing_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz_index, "BLOCK", 3)
    lines = [f'vn,a)/{number:03d} 20240101000000 {{"n": {number}}}'.encode() for number in range(10)]
    blocks = wacz_index.IndexBlocks(lines, "index.cdx.gz")
    data = b"".join(blocks)
    meta, *listing = b"".join(blocks.listing()).splitlines()
    assert b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}' == meta
    assert 4 == len(listing)
    for number, entry in enumerate(listing):
        key, _, place = entry.partition(b" {")
        start, length = (json.loads(b"{" + place)[name] for name in ("offset", "length"))
        block = gzip.decompress(data[start : start + length]).splitlines()
        assert lines[3 * number : 3 * number + 3] == block
        assert block[0].startswith(key + b" {")


def test_pages_are_the_articles_with_title_and_text(packed: Path) -> None:
    head, *pages = read_pages(packed)
    assert {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True} == head
    assert ["Đường phố", "Nén", "Đường phố mới"] == [page["title"] for page in pages]
    assert "Thân bài của Đường phố.\n\nẢnh." == pages[0]["text"]
    assert 3 == len({page["id"] for page in pages})


def test_other_html_pages_are_listed_by_their_titles(packed: Path) -> None:
    pages = {page["url"]: page["title"] for page in read_pages(packed, "pages/extraPages.jsonl")[1:]}
    assert {f"{revisits.SITE}/": "Danh sách & mục", f"{revisits.SITE}/tim?q=%E1%BA%BF&a=1": "T"} == pages


def test_extra_pages_can_be_left_out(collection: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack(collection, tmp_path / "a.wacz", "--no-extra-pages")[0]) as archive:
        assert "pages/extraPages.jsonl" not in archive.namelist()


def test_article_that_is_gone_is_no_page() -> None:
    assert describe_article({"status": "gone", "title": "x"}) is None


def test_package_names_the_home_page_and_the_newest_capture(packed: Path) -> None:
    package = read_json(packed, "datapackage.json")
    expected = ("bo-suu-tap", f"{revisits.SITE}/", "2024-01-15T09:30:00.000000Z", "2024-03-17T09:30:01Z", "1.1.1")
    assert expected == tuple(
        package[key] for key in ("title", "mainPageURL", "mainPageDate", "created", "wacz_version")
    )


def test_large_members_are_written_in_the_long_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz_zip, "ZIP64_FROM", 1)
    with (tmp_path / "a.zip").open("wb") as stream, wacz_zip.ZipWriter(stream, revisits.FIRST) as archive:
        archive.add("a", [b"x" * 100], at_most=100)
    with zipfile.ZipFile(tmp_path / "a.zip") as read:
        assert (b"x" * 100, None) == (read.read("a"), read.testzip())
    assert (tmp_path / "a.zip").read_bytes()[30 + 1 :].startswith(b"\x01\x00\x10\x00")


# Refusals


def test_file_of_others_is_replaced_only_by_force(collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    path.write_bytes(b"mine")
    done = run_thanhuy("pack", collection, "-o", path)
    assert (2, b"mine") == (done.returncode, path.read_bytes())
    assert "--force" in done.stderr
    assert [path] == pack(collection, path, "--force")
    assert zipfile.is_zipfile(path)
    assert [path] == pack(collection, path), "what the command wrote itself it replaces"
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("datapackage.json", '{"software": "thanhuy-archiver of somebody else 1"}')
    assert 2 == run_thanhuy("pack", collection, "-o", path).returncode


def test_collection_that_is_written_is_not_packed(tmp_path: Path) -> None:
    opened = Collection.open(tmp_path / "c", describe=describe)
    try:
        assert run_thanhuy("pack", tmp_path / "c", "-o", tmp_path / "a.wacz").returncode == 75
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("open", 2, "thanhuy repair"),
        ("lost", 5, "thanhuy verify"),
        ("line", 5, "thanhuy index"),
        ("empty", 5, "thanhuy index"),
        ("nothing", 2, "crawl first"),
        ("seal", 5, "restore it from a copy"),
    ],
)
def test_collection_that_is_not_whole_is_not_packed(fault: str, code: int, words: str, tmp_path: Path) -> None:
    revisits.write(tmp_path / "c")
    warc, index = next((tmp_path / "c" / "warc").iterdir()), tmp_path / "c" / "indexes" / "index.cdxj"
    if fault == "open":
        warc.rename(warc.with_name(warc.name + ".open"))
    elif fault in {"lost", "nothing"}:
        for one in (tmp_path / "c" / "warc").iterdir() if fault == "nothing" else [warc]:
            one.unlink()
    elif fault == "seal":
        path_of(tmp_path / "c", list_numbers(tmp_path / "c")[-1]).write_bytes(b"x")
    if fault in {"line", "empty", "nothing"}:
        index.write_bytes(b"vn,x)/ 2024\n" if fault == "line" else b"")
    done = run_thanhuy("pack", tmp_path / "c", "-o", tmp_path / "a.wacz")
    assert code == done.returncode
    assert words in done.stderr
    assert ["c"] == [path.name for path in tmp_path.iterdir()]


def test_failed_pack_leaves_nothing_behind(tmp_path: Path) -> None:
    revisits.write(tmp_path / "c")
    newest = next((tmp_path / "c" / "articles").iterdir())
    newest.write_bytes(newest.read_bytes() + b"{")
    assert run_thanhuy("pack", tmp_path / "c", "-o", tmp_path / "a.wacz").returncode == 5
    assert ["c"] == [path.name for path in tmp_path.iterdir()]


# Signatures


@pytest.mark.parametrize("kind", KEYS)
def test_signature_proves_the_package_and_is_equal_for_equal_input(kind: str, collection: Path, tmp_path: Path) -> None:
    key = write_key(tmp_path / "key.pem", KEYS[kind]())
    first, second = (pack(collection, tmp_path / name, "--sign", key)[0] for name in ("a.wacz", "b.wacz"))
    assert first.read_bytes() == second.read_bytes()
    value = read_json(first, "datapackage-digest.json")
    signed = value["signedData"]
    assert (value["hash"], read_json(first, "datapackage.json")["created"]) == (signed["hash"], signed["created"])
    assert check_signature(signed)
    assert not check_signature({**signed, "hash": "sha256:" + "0" * 64})
    assert run_thanhuy("verify", first).returncode == 0


@pytest.mark.parametrize("content", ["rsa", "none"])
def test_key_of_another_kind_is_refused(content: str, collection: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"no key")
    if content == "rsa":
        write_key(path, rsa.generate_private_key(65537, 2048))
    done = run_thanhuy("pack", collection, "-o", tmp_path / "a.wacz", "--sign", path)
    assert 2 == done.returncode
    assert "key.pem: expected" in done.stderr


# Parts


def test_parts_by_month_are_named_after_it(collection: Path, tmp_path: Path) -> None:
    parts = pack(collection, tmp_path / "a.wacz", "--by", "month")
    assert [f"a-{month}.wacz" for month in MONTHS] == [path.name for path in parts]
    assert ["a-2024.wacz"] == [path.name for path in pack(collection, tmp_path / "a.wacz", "--by", "year")]


@pytest.mark.parametrize("options", [("--by", "month"), ("--split-size", "10K"), ("--split-size", "1")], ids=" ".join)
def test_parts_hold_every_record_and_stand_by_themselves(
    options: tuple[str, str], collection: Path, tmp_path: Path
) -> None:
    parts = pack(collection, tmp_path / "a.wacz", *options)
    assert len(parts) > 2
    held: Counter[str] = Counter()
    for part in parts:
        records = {seen.header("WARC-Record-ID"): seen for seen in records_of(part, tmp_path)}
        held.update(str(name) for name in records)
        for seen in records.values():
            assert {seen.header("WARC-Refers-To"), seen.header("WARC-Warcinfo-ID")} - {None} <= records.keys()
    blocks = {seen.header("WARC-Record-ID"): seen for seen in read_all(collection)}
    assert blocks.keys() == held.keys()
    done = run_thanhuy("verify", "--json", *parts)
    # A part of a file no longer has the name that its warcinfo tells.
    assert {"warc-filename"} == {finding["code"] for finding in json.loads(done.stdout)["findings"]}


def test_parts_are_equal_for_equal_input(collection: Path, tmp_path: Path) -> None:
    first, second = (pack(collection, tmp_path / name, "--split-size", "10K") for name in ("a.wacz", "b.wacz"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_items_go_with_their_capture(collection: Path, tmp_path: Path) -> None:
    parts = pack(collection, tmp_path / "a.wacz", "--by", "month")
    titles = [[page["title"] for page in read_pages(path)[1:]] for path in parts]
    assert [["Đường phố", "Nén"], [], ["Đường phố mới"]] == titles


def test_index_of_a_part_leads_to_its_records(collection: Path, tmp_path: Path) -> None:
    part = pack(collection, tmp_path / "a.wacz", "--by", "month")[1]
    with zipfile.ZipFile(part) as archive:
        lines = gzip.decompress(archive.read("indexes/index.cdx.gz")).splitlines()
        archive.extractall(tmp_path / "out")
    assert sorted(lines) == lines
    for line in lines:
        fields = json.loads(line.split(b" ", 2)[2])
        path = tmp_path / "out" / "archive" / fields["filename"]
        found = {
            (str(offset), str(length)): record.header("WARC-Target-URI")
            for offset, length, record in read_records(path)
        }
        assert fields["url"] == found[fields["offset"], fields["length"]]


# Titles


@pytest.mark.parametrize(
    ("page", "content_type", "title"),
    [
        ("<TITLE lang=vi>Một\n  hai &amp; ba</title>".encode(), b"text/html", "Một hai & ba"),
        ("<title>Tiếng Việt</title>".encode("utf-16-le"), b"text/html; charset=utf-16-le", None),
        ("<title>Vi\u00ea\u0323t</title>".encode("cp1258"), b"text/html; charset=windows-1258", "Vi\u00ea\u0323t"),
        ('<meta charset="windows-1252"><title>caf\u00e9</title>'.encode("cp1252"), b"", "caf\u00e9"),
        (b"<title>a\xff</title>", b"text/html; charset=no-such", "a\ufffd"),
        (b"<title> </title>", b"", None),
        (b"<p>none</p>", b"", None),
    ],
)
def test_title_of_a_page(page: bytes, content_type: bytes, title: str | None) -> None:
    assert title == find_title(page, content_type)


# Somebody else's reader


@pytest.mark.parametrize(
    "options", [(), ("--by", "month"), ("--split-size", "10K"), ("--sign",)], ids=lambda options: " ".join(options)
)
def test_py_wacz_accepts_it(options: tuple[str, ...], collection: Path, tmp_path: Path) -> None:
    validator = find_tool("wacz")
    if options == ("--sign",):
        options = ("--sign", str(write_key(tmp_path / "key.pem", KEYS["p384"]())))
    for path in pack(collection, tmp_path / "a.wacz", *options):
        done = subprocess.run([validator, "validate", "-f", path], capture_output=True, text=True, check=False)
        assert (0, True) == (done.returncode, "the passed WACZ is valid" in done.stdout), done.stdout + done.stderr
