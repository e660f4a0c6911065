"""Exports: the same values in every format, whole or not at all, harmless whatever an article says."""

import contextlib
import csv
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.exporting.columns import TIMES, columns
from crawler.exporting.papers.about import DataFile, DataPart
from crawler.exporting.papers.datasheet import QUESTIONS
from crawler.exporting.parquet import TYPED, UNDATED, WriterFailed, year_of
from crawler.exporting.records import Wanted
from crawler.exporting.run import FORMATS, ExportOptions, export
from crawler.reporting.gather import gather_collection
from crawler.reporting.report_data import Articles
from tests.support.commands import run_thanhuy
from tests.support.library import article, build_library
from tests.support.tools import find_tool

HOSTILE = '=HYPERLINK("http://a.example";"xem")'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edited = article(1, paragraphs=["(Thanhuytphcm.vn) - Sáng 5/10, bến đò mở lại.", "Khách đi đò về Bình Tân."])
    return build_library(
        tmp_path_factory.mktemp("library") / "c",
        [
            [article(1), edited],
            [article(2, date="2024-01-31", authors=["Đỗ Đường"], byline="Đỗ Đường", title="Đảng bộ phường họp")],
            [article(3, date=None, section=["Quận 1"], captions=[HOSTILE], title="<script>alert(1)</script>")],
        ],
    )


def newest(library: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (library / "articles.jsonl").read_text("utf-8").splitlines()]


def exported(library: Path, target: Path, *options: str) -> str:
    done = run_thanhuy("export", library, "-o", target, *options)
    assert 0 == done.returncode, done.stderr
    return target.read_text("utf-8")


def test_json_lines_are_the_collection_s(library: Path, tmp_path: Path) -> None:
    text = exported(library, tmp_path / "a.jsonl", "--format", "jsonl")
    assert newest(library) == [json.loads(line) for line in text.splitlines()]


def test_parquet_holds_the_same_values_typed(library: Path, tmp_path: Path) -> None:
    export(library, tmp_path / "a.parquet", ExportOptions(form="parquet"))
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        rows = database.execute(
            f"SELECT id, title, date::VARCHAR, captions, images FROM '{tmp_path}/a.parquet'"
        ).fetchall()
        types = dict(
            database.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{tmp_path}/a.parquet')").fetchall()
        )
    assert [(r["id"], r["title"], r["date"], r["captions"], r["images"]) for r in newest(library)] == rows
    assert ("DATE", "TIMESTAMP WITH TIME ZONE") == (types["date"], types["captured_at"])


def test_sqlite_finds_words_without_accents(library: Path, tmp_path: Path) -> None:
    export(library, tmp_path / "a.sqlite", ExportOptions(form="sqlite"))
    database = sqlite3.connect(tmp_path / "a.sqlite")

    def found(query: str) -> list[str]:
        sql = "SELECT a.id FROM articles a JOIN search ON search.rowid = a.rowid WHERE search MATCH ? ORDER BY 1"
        return [row[0] for row in database.execute(sql, (query,))]

    first, second = "1491871001", "1491871002"
    assert [second] == found("dang bo") == found("đảng bộ") == found("Đảng") == found("duong") == found("đường")
    assert [first] == found('"binh tan"') == found("Bình Tân")
    assert 4 == database.execute("SELECT count(*) FROM versions").fetchone()[0]
    assert 3 == database.execute("SELECT count(*) FROM images").fetchone()[0]
    assert "ok" == database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()


@pytest.mark.parametrize("excel", [False, True])
def test_csv_runs_no_formula(library: Path, tmp_path: Path, excel: bool) -> None:
    text = exported(library, tmp_path / "a.csv", "--format", "csv", *(["--excel"] if excel else []))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";" if excel else ","))
    assert [record["title"] for record in newest(library)] == [row["title"] for row in rows]
    assert f"'{HOSTILE}" == rows[2]["captions"]
    assert newest(library)[0]["warc"]["record_id"] == rows[0]["warc_record_id"]


def test_ninjs_and_json_ld_name_the_capture(library: Path, tmp_path: Path) -> None:
    items = [json.loads(line) for line in exported(library, tmp_path / "n", "--format", "ninjs").splitlines()]
    record = newest(library)[0]
    assert record["canonical_url"] == items[0]["uri"]
    assert {"role": "warc-record-id", "value": record["warc"]["record_id"]} in items[0]["altIds"]
    assert "&lt;script&gt;" not in items[2]["headlines"][0]["value"]  # plain text, as it is
    document = json.loads(exported(library, tmp_path / "l", "--format", "jsonld"))
    assert record["warc"]["record_id"] == document["@graph"][0]["archivedAt"]["@id"]
    assert record["captured_at"] == document["@graph"][0]["sdDatePublished"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--since", "2024-01-01"], ["1491871002"]),
        (["--until", "31/12/2023"], ["1491871001"]),
        (["--section", "quan-1"], ["1491871003"]),
        (["--author", "do duong"], ["1491871002"]),
        (["--text", "binh tan"], ["1491871001"]),
        (["--all-versions", "--text", "qua sông"], ["1491871001", "1491871002", "1491871003"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_filters(library: Path, tmp_path: Path, options: list[str], ids: list[str]) -> None:
    text = exported(library, tmp_path / "a.jsonl", "--format", "jsonl", "--fields", "id", *options)
    assert ids == [json.loads(line)["id"] for line in text.splitlines()]


@pytest.mark.parametrize("form", FORMATS)
def test_equal_records_give_equal_bytes(library: Path, tmp_path: Path, form: str) -> None:
    for name in ("one", "two"):
        export(library, tmp_path / name, ExportOptions(form=form))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_line_that_is_no_record_is_named_and_left_out(library: Path, tmp_path: Path) -> None:
    for name in ("collection.json", "articles.jsonl"):
        (tmp_path / name).write_bytes((library / name).read_bytes())
    with (tmp_path / "articles.jsonl").open("a") as stream:
        stream.write('{"title": 1}\nno json\n')
    (tmp_path / "out").mkdir()
    done = run_thanhuy("export", tmp_path, "--format", "jsonl", "-o", tmp_path.parent / "rest.jsonl")
    assert (5, 3) == (done.returncode, len((tmp_path.parent / "rest.jsonl").read_text("utf-8").splitlines()))
    assert "articles.jsonl:4: expected" in done.stderr
    assert "articles.jsonl:5: expected a JSON object" in done.stderr


def test_nothing_is_left_where_the_disk_is_full(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    done = run_thanhuy("export", library, "--format", "jsonl", "-o", tmp_path / "a.jsonl")
    assert (3, []) == (done.returncode, list(tmp_path.iterdir()))


def test_papers_stand_beside_the_file(library: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    exported(library, tmp_path / "one.csv", "--format", "csv")
    assert 0 == run_thanhuy("export", library, "--format", "jsonl", "-o", tmp_path / "out").returncode
    assert {
        "one.csv.README.md",
        "one.csv.croissant.json",
        "one.csv",
        "one.csv.datapackage.json",
        "one.csv.datasheet.md",
        "out",
    } == {path.name for path in tmp_path.iterdir()}
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text("utf-8"))["resources"][0]
    data = (tmp_path / "out" / "articles.jsonl").read_bytes()
    assert (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)) == (package["hash"], package["bytes"])
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert card.startswith("---\n")
    assert all(f"| `{field['name']}` |" in card for field in package["schema"]["fields"])


def test_nine_in_ten_questions_of_the_datasheet_are_answered_by_the_figures(library: Path) -> None:
    figures = gather_collection(library, datetime.now(UTC))
    figures.configuration = {"OPERATOR": "A", "USER_AGENT": "B", "DOWNLOAD_DELAY": "2"}
    file = DataFile(
        name="a",
        form="csv",
        parts=(DataPart(name="a", label="", size=1, sha256=""),),
        records=3,
        fields=("title",),
        filters=(),
        newest=True,
        articles=figures.articles or Articles(),
    )
    open_ones = [question.asks for question in QUESTIONS if not question.answer(figures, file)]
    assert len(open_ones) <= len(QUESTIONS) / 10, open_ones


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "jsonl", "--fields", "titel"], "expected keys of the record, got 'titel'"),
        (["--format", "sqlite", "--fields", "title"], "expected with parquet, csv or jsonl"),
        (["--format", "jsonl", "--excel"], "expected with --format csv"),
        (["--format", "csv", "--text-only", "--fields", "title"], "expected without --fields"),
        (["--format", "csv", "--since", "2025-01-01", "--until", "2024-01-01"], "expected a day not before"),
        (["--format", "xml"], "'xml' is not one of"),
    ],
)
def test_wrong_usage_is_2_and_says_what_was_expected(
    library: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    done = run_thanhuy("export", library, "-o", tmp_path / "x", *options)
    assert 2 == done.returncode
    assert words in done.stderr


def test_parquet_by_year_is_a_directory_whose_papers_name_each_file(library: Path, tmp_path: Path) -> None:
    words = ("export", library, "--format", "parquet", "--by-year", "-o", tmp_path / "a")
    for _ in range(2):  # the second takes the first one's place
        done = run_thanhuy(*words)
        assert (0, "a: 3 articles") == (done.returncode, done.stdout.strip()[-13:]), done.stderr
    names = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "a").rglob("*.parquet")}
    undated = "year=__HIVE_DEFAULT_PARTITION__"
    assert {f"a/{year}/part-0.parquet" for year in ("year=2023", "year=2024", undated)} == names
    with duckdb.connect() as database:
        rows = database.execute(f"SELECT year, count(*) FROM '{tmp_path}/a/*/*.parquet' GROUP BY ALL ORDER BY ALL")
        assert [(2023, 1), (2024, 1), (None, 1)] == rows.fetchall()
    package = json.loads((tmp_path / "a.datapackage.json").read_text("utf-8"))["resources"]
    croissant = json.loads((tmp_path / "a.croissant.json").read_text("utf-8"))["distribution"]
    found = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names}
    assert {name: f"sha256:{digest}" for name, digest in found.items()} == {one["path"]: one["hash"] for one in package}
    assert {"articles-2023", "articles-2024", "articles-undated"} == {one["name"] for one in package}
    assert found == {one["name"]: one["sha256"] for one in croissant if one["@type"] == "cr:FileObject"}
    assert "a/*/*.parquet" in (tmp_path / "a.README.md").read_text("utf-8")
    (tmp_path / "a" / "notes.txt").touch()  # somebody's own
    done = run_thanhuy(*words)
    assert (2, True) == (done.returncode, "holds files of others" in done.stderr)
    assert 2 == run_thanhuy("export", library, "--format", "csv", "--by-year", "-o", tmp_path / "b").returncode
    assert 2 == run_thanhuy(*words[:-1], "s3://bucket/a").returncode


def test_years_are_parted_whatever_their_number(tmp_path: Path) -> None:
    days = [f"{1900 + number % 90}-01-{number % 28 + 1:02}" for number in range(200)]
    collection = build_library(tmp_path / "c", [[article(number, date=day)] for number, day in enumerate(days, 1)])
    (tmp_path / "a").mkdir()
    assert 200 == export(collection, tmp_path / "a", ExportOptions(form="parquet", by_year=True)).records
    with duckdb.connect() as database:
        rows = database.execute(f"SELECT count(*), count(DISTINCT year) FROM '{tmp_path}/a/*/*.parquet'").fetchone()
    assert (200, 90) == rows


@pytest.mark.parametrize("day", ["../x", "a/b-01", "2024", "٢٠٢٤-01-01"])
def test_what_is_no_day_names_no_directory(tmp_path: Path, day: str) -> None:
    """A line of articles.jsonl may be anybody's: its year was a path, and led out of the folder."""
    assert UNDATED == year_of({"date": day})
    collection = build_library(tmp_path / "c", [[article(1, date=day)]])
    (tmp_path / "room" / "a").mkdir(parents=True)
    done = export(collection, tmp_path / "room" / "a", ExportOptions(form="parquet", by_year=True))
    assert (0, 1) == (done.records, done.unreadable.count)
    assert (["a"], []) == (
        [path.name for path in (tmp_path / "room").iterdir()],
        [*(tmp_path / "room" / "a").iterdir()],
    )


def test_nothing_is_exported_into_a_collection_that_is_read_at_its_address(library: Path) -> None:
    before = sorted(library.iterdir())
    done = run_thanhuy("export", library.as_uri(), "--format", "csv", "-o", f"{library.as_uri()}/x.csv")
    assert (2, True) == (done.returncode, "expected a place outside the collection" in done.stderr), done.stderr
    assert before == sorted(library.iterdir())


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "parquet --by-year", "site"])
def test_catalogues_take_the_papers(library: Path, tmp_path: Path, form: str) -> None:
    """Frictionless reads the data by their package, but Parquet only where no moment is null;
    mlcroissant reads the JSON-LD.
    """
    package = [str(find_tool("frictionless")), "validate", "datapackage.json"]
    croissant = [str(find_tool("mlcroissant")), "validate", "--jsonld", "croissant.json"]
    if folder := form.endswith(("--by-year", "site")):
        package, croissant = [*package[:-1], "a.datapackage.json"], [*croissant[:-1], "a.croissant.json"]
    target = tmp_path / "a" if folder else tmp_path
    assert 0 == run_thanhuy("export", library, "--format", *form.split(), "-o", target).returncode
    for command in [croissant] if form.startswith("parquet") else [package, croissant]:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stdout + done.stderr


def test_edits_of_what_is_filtered_out_are_not_exported(library: Path, tmp_path: Path) -> None:
    for name, wanted, count in (("all", Wanted(), 1), ("some", Wanted(since=date(2024, 1, 1)), 0)):
        export(library, tmp_path / name, ExportOptions(form="sqlite", wanted=wanted))
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as database:
            assert count == database.execute("SELECT count(DISTINCT id) FROM edits").fetchone()[0], name


def test_a_lost_index_of_versions_is_named_where_edits_are_asked_for(library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "c")
    (tmp_path / "c" / "state.sqlite").unlink()
    done = run_thanhuy("export", tmp_path / "c", "--format", "sqlite", "-o", tmp_path / "a.sqlite", "--no-papers")
    assert 5 == done.returncode
    assert "state.sqlite: expected the index of versions, got none" in done.stderr


def test_papers_tell_of_the_fields_that_were_written(library: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run_thanhuy("export", library, "--format", "csv", "--text-only", "-o", tmp_path / "out")
    assert 0 == done.returncode
    schema = json.loads((tmp_path / "out" / "datapackage.json").read_text("utf-8"))["resources"][0]["schema"]
    assert ["title", "lead", "body"] == [field["name"] for field in schema["fields"]]
    assert "--text-only" in (tmp_path / "out" / "README.md").read_text("utf-8")


def test_stdout_is_no_place_for_an_export(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert 2 == run_thanhuy("export", library, "--format", "csv", "-o", "-").returncode
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMATS)
def test_a_nightly_export_replaces_its_own_and_nobody_elses(library: Path, tmp_path: Path, form: str) -> None:
    for options in ((), (), ("--no-papers",), ("--no-papers",)):
        done = run_thanhuy("export", library, "--format", form, "-o", tmp_path / "a", *options)
        assert 0 == done.returncode, done.stderr
    for path in (tmp_path / "a", tmp_path / "a.README.md"):
        before = path.read_bytes()
        path.write_bytes(b'{"title":"of somebody else"}\n')
        done = run_thanhuy("export", library, "--format", form, "-o", tmp_path / "a")
        assert (2, b'{"title":"of somebody else"}\n') == (done.returncode, path.read_bytes())
        assert "exists already and is no" in done.stderr
        path.write_bytes(before)


def test_an_export_of_some_fields_is_known_by_its_package(library: Path, tmp_path: Path) -> None:
    again = ("export", library, "--format", "csv", "--fields", "title,url", "-o", tmp_path / "a.csv")
    assert [0, 0] == [run_thanhuy(*again).returncode for _ in range(2)]
    with (tmp_path / "a.csv").open("a") as stream:
        stream.write("a row of mine,\r\n")
    assert 2 == run_thanhuy(*again).returncode


def test_papers_tell_of_what_was_exported(library: Path, tmp_path: Path) -> None:
    exported(library, tmp_path / "a.csv", "--format", "csv", "--since", "2024-01-01")
    sheet = (tmp_path / "a.csv.datasheet.md").read_text("utf-8")
    assert "published between 2024-01-31 and 2024-01-31" in sheet
    assert "2023" not in sheet.partition("Which period")[2].partition("##")[0]
    assert "Thời sự (1)" in sheet
    card = (tmp_path / "a.csv.README.md").read_text("utf-8")
    assert "| 2024 | 1 |" in card
    assert "| 2023 |" not in card


def test_nothing_is_replaced_where_a_paper_cannot_be_written(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(library, tmp_path / "a.csv", "--format", "csv", "--fields", "title")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write = Path.write_bytes

    def fail(path: Path, data: bytes) -> int:
        if "croissant" in path.name:
            raise OSError(28, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    done = run_thanhuy("export", library, "--format", "csv", "--fields", "title,date", "-o", tmp_path / "a.csv")
    assert 3 == done.returncode, done.stderr
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--section", "thoi-sư"], None),
        (["--section", "Thoi xu"], "--section 'Thoi xu': no article has it; the nearest are Thời sự"),
        (["--author", "Do Dương", "--author", "Le Ann"], "--author 'Le Ann': no article has it; the nearest are Lê An"),
        (["--author", "zzzzzz"], "--author 'zzzzzz': no article has it\n"),
    ],
)
def test_a_name_that_nobody_has_is_told_with_the_nearest(
    library: Path, tmp_path: Path, options: list[str], words: str | None
) -> None:
    done = run_thanhuy("export", library, "--format", "csv", "-o", tmp_path / "a.csv", *options)
    assert 0 == done.returncode
    assert (words in done.stderr) if words else "no article" not in done.stderr


@pytest.mark.parametrize("form", ["parquet", "sqlite"])
def test_a_database_that_finds_no_room_says_so_by_number(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """What a database writer says in words is held against the disk itself."""

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk I/O error") if form == "sqlite" else WriterFailed("could not write")

    monkeypatch.setattr(f"crawler.exporting.run.write_{form}", fail)
    done = run_thanhuy("export", library, "--format", form, "-o", tmp_path / "a")
    assert (1, []) == (done.returncode, list(tmp_path.iterdir()))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    done = run_thanhuy("export", library, "--format", form, "-o", tmp_path / "a")
    assert (3, []) == (done.returncode, list(tmp_path.iterdir()))


NO_TIMES = [
    *(("date", value) for value in ("../x", "2024-13-45", "2024-02-30", "2024-01-31\n", "٢٠٢٤-01-31")),
    *(("event_date", value) for value in ("", "0000-00-00")),
    *(("published_at", value) for value in ("2024-01-31T25:00:00+07:00", "2024-01-31")),
    *(("modified_at", value) for value in ("2024-01-31T10:00:61+07:00", "2024-02-30T10:00+07:00")),
    *(("captured_at", value) for value in ("2024-13-31T10:00:00Z", "now")),
    *(("text_digest", "sha256:x"), ("id", "1a")),
]
"""Key of a record, and a text that is not what the schema has there."""


@pytest.mark.parametrize("form", [*FORMATS, "by-year", "site"])
def test_line_whose_texts_are_no_times_is_left_out_and_named(library: Path, tmp_path: Path, form: str) -> None:
    shutil.copytree(library, tmp_path / "c")
    with (tmp_path / "c" / "articles.jsonl").open("a", encoding="utf-8") as stream:
        for key, value in NO_TIMES:
            stream.write(json.dumps(newest(library)[0] | {key: value}) + "\n")
    options = ("parquet", "--by-year") if form == "by-year" else (form,)
    done = run_thanhuy("export", tmp_path / "c", "--no-papers", "-o", tmp_path / "a", "--format", *options)
    assert (5, True) == (done.returncode, (tmp_path / "a").exists()), done.stderr
    named = [line.partition(" to be ")[0].rpartition(" ")[2] for line in done.stderr.splitlines() if ":4" in line]
    assert f"{NO_TIMES[0][0]!r}" in named
    assert "expected 'date' to be a day that there is, got '2024-13-45'" in done.stderr
    assert all(f"articles.jsonl:{number}: " in done.stderr for number in range(4, 14))


NEAR = st.from_regex(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9](T[0-9][0-9]:[0-9][0-9](:[0-9][0-9](\.[0-9]{1,9})?)?(Z|\+07:00))?")


def test_duckdb_takes_what_a_column_holds() -> None:
    with duckdb.connect() as database:

        @settings(max_examples=20, deadline=None)
        @given(st.lists(NEAR, max_size=40))
        def take(texts: list[str]) -> None:
            for column in columns():
                if column.time is not None:
                    held = [text for text in texts if column.holds(text)]
                    sql = f"SELECT x::{TYPED[column.time]} FROM unnest(?::VARCHAR[]) t(x)"
                    database.execute(sql, [held]).fetchall()

        take()


def test_each_text_that_looks_like_a_time_is_held_to_be_one() -> None:
    looks = {one.name for one in columns() if one.pattern and one.pattern.pattern.startswith(r"^\d{4}-\d\d-\d\d")}
    assert looks == set(TIMES)


@pytest.mark.parametrize("form", ["jsonl", "csv", "sqlite"])
def test_any_number_of_processes_gives_the_same(library: Path, tmp_path: Path, form: str) -> None:
    """The lines are cut into stretches wherever that falls; what is no record is named by its line all the same."""
    shutil.copytree(library, tmp_path / "c")
    with (tmp_path / "c" / "articles.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(
            "no json\n"
            + json.dumps({"title": "x" * 9_000_000})
            + "\n"
            + json.dumps(newest(library)[0] | {"id": "1491871009"})
            + "\n"
        )
    told = []
    for name, options in (("one", ()), ("three", ("--jobs", "3"))):
        (tmp_path / name).mkdir()
        done = run_thanhuy("export", tmp_path / "c", "--format", form, "-o", tmp_path / name / "a", *options)
        told.append((done.returncode, done.stderr, (tmp_path / name / "a").read_bytes()))
    assert told[0] == told[1]
    assert 5 == told[0][0]
    assert [":4: ", ":5: "] == [word for word in (":4: ", ":5: ", ":6: ") if word in told[0][1]]
