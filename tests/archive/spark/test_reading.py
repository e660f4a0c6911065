"""The format `warc` without Spark: rows of any WARC file, and ranges that begin where records do."""

import gzip
import io
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import pytest

from archive.errors import NotUsable
from archive.spark.columns import COLUMNS
from archive.spark.reading import (
    Asked,
    Condition,
    DamagedFile,
    Stretch,
    check_options,
    cut,
    find_files,
    read_bytes,
    read_rows,
)
from archive.verify.warc import WarcContext, scan_warc
from archive.warc.ranges import find_sure_ranges
from tests.support.commands import ROOT
from tests.warcs import build
from tests.warcs.faults import FAULTS
from tests.warcs.oddities import ODDITIES

EVERY = tuple(COLUMNS)
PLACES = Asked(columns=("offset", "record_id"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILES = {name: make() for name, make in (*FAULTS.items(), *ODDITIES.items())}
WARCS = [name for name, (file, _) in FILES.items() if file.endswith((".warc", ".warc.gz"))]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"partitionBytes": "64 MiB", "maxBlockBytes": "500kB", "path": "x", "DAMAGE": "rows"}, ""),
        ({"partitionbytes": "65536"}, ""),
        ({"partitionbytes": "much"}, "partitionBytes: expected a size like 500kB, 2GB or 2GiB, got 'much'"),
        ({"partitionbytes": "0"}, "partitionBytes: expected more than 0"),
        ({"maxblockbytes": "-1"}, "maxBlockBytes: expected a size"),
        ({"partitonbytes": "64MiB"}, "option partitonbytes: expected one of .*, perhaps partitionBytes"),
        ({"damage": "none"}, "damage: expected one of named, rows, fail, got 'none'"),
    ],
)
def test_option_that_is_none_is_told(options: dict[str, str], told: str) -> None:
    known = {"columns", "damage", "partitionBytes", "maxBlockBytes"}
    with pytest.raises(NotUsable, match=told) if told else nullcontext():
        check_options({name.lower(): text for name, text in options.items()}, known)
    assert 64 << 20 == read_bytes({"partitionbytes": "64 MiB"}, "partitionBytes", 1)


def whole(path: Path) -> list[Stretch]:
    return [Stretch(path=str(path))]


@pytest.mark.parametrize("name", WARCS)
def test_there_is_a_row_for_each_record_that_verify_counts(name: str, tmp_path: Path) -> None:
    file, data = FILES[name]
    path = tmp_path / file
    path.write_bytes(data)
    counted = scan_warc(io.BytesIO(data), WarcContext(file=file, name=file, now=NOW)).entries
    rows = list(read_rows(whole(path), Asked(columns=EVERY)))
    assert [entry.offset for entry in counted] == [row[EVERY.index("offset")] for row in rows]


def sample(tmp_path: Path) -> Path:
    """A response in chunks and compressed, a request, and a revisit."""
    body = gzip.compress(b"Saigon", mtime=0)
    block = build.http_response(
        build.chunks(body[:7], body[7:]),
        b"Content-Type: Text/HTML; charset=utf-8",
        b"Content-Encoding: gzip",
        b"Transfer-Encoding: chunked",
        length=False,
    )
    path = tmp_path / "sample.warc.gz"
    path.write_bytes(build.compressed(build.warcinfo(), build.response(block=block), build.request()))
    return path


def test_payload_is_what_the_digest_is_over_and_content_what_was_meant(tmp_path: Path) -> None:
    asked = Asked(columns=("warc_type", "mime", "http_status", "content", "payload"))
    _, response, request = read_rows(whole(sample(tmp_path)), asked)
    assert ("response", "text/html", 200, b"Saigon") == response[:4]
    assert response[4].startswith(b"\x1f\x8b")
    assert ("request", None, None) == request[:3]


def test_a_block_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    asked = Asked(columns=("block_length", "block", "payload", "content"), most=4)
    assert {(True, None, None, None)} == {(row[0] > 4, *row[1:]) for row in read_rows(whole(sample(tmp_path)), asked)}


def test_conditions_keep_rows_and_files_away(tmp_path: Path) -> None:
    path = sample(tmp_path)
    asked = Asked(columns=("warc_type",), tests=(Condition("warc_type", "In", ("request", "revisit")),))
    assert [("request",)] == list(read_rows(whole(path), asked))
    of_another = Condition("file", "StringStartsWith", "another")
    assert [] == cut([path], (of_another, Condition("mime", "EqualTo", "text/html")))
    assert [(Stretch(path=str(path)),)] == cut([path], (Condition("file", "StringEndsWith", ".warc.gz"),))


def test_damage_is_named_or_told_in_rows_or_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "damaged.warc.gz"
    member = bytearray(build.member(build.response()))
    member[len(member) // 2] ^= 0xFF
    path.write_bytes(build.member(build.warcinfo()) + bytes(member) + build.member(build.metadata()))
    columns = ("warc_type", "offset", "damage")
    assert ["warcinfo", "metadata"] == [row[0] for row in read_rows(whole(path), Asked(columns=columns))]
    at = len(build.member(build.warcinfo()))
    assert f"{path}:{at}: expected" in caplog.text
    (kind, offset, words) = list(read_rows(whole(path), Asked(columns=columns, damage="rows")))[1]
    assert (None, at, True) == (kind, offset, words.startswith(("corrupt-member: ", "member-crc: ")))
    with pytest.raises(DamagedFile, match=f":{at}: expected"):
        list(read_rows(whole(path), Asked(columns=columns, damage="fail")))


def holding_another(*, compressed: bool) -> bytes:
    """A file with records that hold whole WARC files: in deflate's stored blocks, or uncompressed."""
    random = Random(7)
    pack: Callable[[bytes], bytes] = partial(build.member, level=0) if compressed else bytes
    parts = []
    for number in range(1, 60, 3):
        nested = b"".join(pack(build.resource(900 + n, block=random.randbytes(3000))) for n in range(20))
        parts += [pack(build.resource(number, block=nested)), pack(build.resource(number + 1, block=b"short"))]
    return b"".join(parts)


@pytest.mark.parametrize("compressed", [True, False])
def test_no_range_begins_in_a_file_that_a_record_holds(compressed: bool, tmp_path: Path) -> None:
    data = holding_another(compressed=compressed)
    path = tmp_path / ("outer.warc.gz" if compressed else "outer.warc")
    path.write_bytes(data)
    rows = list(read_rows(whole(path), PLACES))
    assert 40 == len(rows)
    parts = cut([path], (), 50_000)
    assert len(parts) > 5
    assert rows == [row for part in parts for row in read_rows(part, PLACES)]


def test_ranges_lie_side_by_side() -> None:
    data = b"".join(build.member(build.resource(n, block=Random(n).randbytes(9000))) for n in range(1, 60))
    ranges = find_sure_ranges(0, io.BytesIO(data), 40_000)
    assert len(ranges) > 10
    assert [one.stop for one in ranges[:-1]] == [one.start for one in ranges[1:]]
    assert (0, None) == (ranges[0].start, ranges[-1].stop)


def test_small_files_share_a_task(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.warc" for number in range(20)]
    for path in files:
        path.write_bytes(build.warcinfo())
    parts = cut(find_files([str(tmp_path)]), ())
    assert [path.name for path in sorted(files)] == [one.name for part in parts for one in part]
    assert len(parts) == 3


def test_what_names_no_warc_is_refused(tmp_path: Path) -> None:
    for name in ("none.warc", "none-*.warc.gz", "."):
        with pytest.raises(NotUsable, match="expected"):
            find_files([str(tmp_path / name)])


def test_the_readme_names_every_column() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("\nColumns: ")[2].partition("\n\n")[0]
    assert set(COLUMNS) <= set(re.findall(r"`(\w+)`", section))
    assert all(column.says and column.type for column in COLUMNS.values())
