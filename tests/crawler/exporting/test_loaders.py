"""Every loader that the README names gives the same rows, columns and types, whatever a collection lacks.

The types are told to a loader as `thanhuy schema` prints them. DuckDB is always there; the others where they are installed.
"""

import contextlib
import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.exporting.columns import Column, Kind, columns
from crawler.exporting.run import ExportOptions, export
from crawler.exporting.schema import FORMATS
from crawler.exporting.tables import flatten
from tests.support.library import article
from tests.support.many_articles import RARE, build_many, records
from tests.support.sample_crawls import SampleCrawl

FIELDS = [column.name for column in columns()]
Rows = Iterator[dict[str, Any]]
Load = Callable[[list[Path]], tuple[list[str], Rows]]
"""From the paths of lines to the types of the columns, in our words, and the rows."""


def type_name(column: Column) -> str:
    """A column's type in words that every loader's can be put into."""
    if column.kind is Kind.LIST:
        return f"list<{type_name(column.inside[0])}>"
    if column.kind is Kind.OBJECT:
        return f"struct<{', '.join(f'{one.name}: {type_name(one)}' for one in column.inside)}>"
    return {Kind.TEXT: "text", Kind.WHOLE: "int"}[column.kind]


TYPES = [type_name(column) for column in columns()]


def arrow_type(kind: Any) -> str:
    arrow = pytest.importorskip("pyarrow")
    if arrow.types.is_list(kind) or arrow.types.is_large_list(kind):
        return f"list<{arrow_type(kind.value_type)}>"
    if arrow.types.is_struct(kind):
        return f"struct<{', '.join(f'{one.name}: {arrow_type(one.type)}' for one in kind)}>"
    return {"string": "text", "large_string": "text", "string_view": "text", "int64": "int"}[str(kind)]


def schema(form: str) -> Any:
    known: dict[str, Any] = {}
    exec(FORMATS[form](), known)
    return known["SCHEMA"]


def from_arrow(table: Any) -> tuple[list[str], Rows]:
    table = table.select(FIELDS)
    return [arrow_type(kind) for kind in table.schema.types], (
        row for batch in table.to_batches(1000) for row in batch.to_pylist()
    )


def with_duckdb(paths: list[Path]) -> tuple[list[str], Rows]:
    database = duckdb.connect()
    database.execute(FORMATS["duckdb"]())
    names = ", ".join(f"'{path}'" for path in paths)
    told = database.execute(f"DESCRIBE SELECT * FROM articles([{names}])").fetchall()
    assert FIELDS == [one[0] for one in told]
    found = database.execute(f"SELECT * FROM articles([{names}])")
    rows = (dict(zip(FIELDS, row, strict=True)) for batch in iter(lambda: found.fetchmany(1000), []) for row in batch)
    return [_duckdb_type(one[1]) for one in told], rows


def _duckdb_type(shape: str) -> str:
    if shape.endswith("[]"):
        return f"list<{_duckdb_type(shape[:-2])}>"
    if shape.startswith("STRUCT("):
        return "struct"
    return {"VARCHAR": "text", "BIGINT": "int"}[shape]


def with_polars(paths: list[Path]) -> tuple[list[str], Rows]:
    polars = pytest.importorskip("polars")
    frame = polars.concat([polars.read_ndjson(path, schema=schema("polars")) for path in paths])
    return [arrow_type(kind) for kind in frame.to_arrow().schema.types], frame.select(FIELDS).iter_rows(named=True)


def with_arrow(paths: list[Path]) -> tuple[list[str], Rows]:
    arrow, reader = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.json")
    told = reader.ParseOptions(explicit_schema=schema("arrow"))
    return from_arrow(arrow.concat_tables([reader.read_json(path, parse_options=told) for path in paths]))


def with_pandas(paths: list[Path]) -> tuple[list[str], Rows]:
    """pandas holds what PyArrow read, with PyArrow's types."""
    pandas, arrow, reader = (pytest.importorskip(name) for name in ("pandas", "pyarrow", "pyarrow.json"))
    told = reader.ParseOptions(explicit_schema=schema("arrow"))
    frames = [reader.read_json(path, parse_options=told).to_pandas(types_mapper=pandas.ArrowDtype) for path in paths]
    return from_arrow(arrow.Table.from_pandas(pandas.concat(frames, ignore_index=True), preserve_index=False))


def with_datasets(paths: list[Path]) -> tuple[list[str], Rows]:
    """Its reader of JSON takes a text that looks like a day for a moment, whatever it is told; rows it takes as they are."""
    datasets = pytest.importorskip("datasets")
    features = datasets.Features.from_arrow_schema(schema("arrow"))
    found = datasets.Dataset.from_generator(_read, gen_kwargs={"paths": paths}, features=features, keep_in_memory=True)
    return from_arrow(found.data.table)


def _read(paths: list[Path]) -> Rows:
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


LOADERS: dict[str, Load] = {
    "duckdb": with_duckdb,
    "polars": with_polars,
    "pyarrow": with_arrow,
    "pandas": with_pandas,
    "datasets": with_datasets,
}


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No loader writes into the user's cache, or asks a hub."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def write(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def digest(rows: Iterable[dict[str, Any]]) -> tuple[int, str]:
    """How many rows, and a digest of every value of theirs."""
    count, sha = 0, hashlib.sha256()
    for row in rows:
        sha.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode())
        count += 1
    return count, sha.hexdigest()


EMPTY: dict[str, Any] = {
    column.name: [] if column.kind is Kind.LIST else None for column in columns() if column.nullable or column.kind is Kind.LIST
}  # fmt: skip
CASES: dict[str, list[list[dict[str, Any]]]] = {
    "one collection": [[article(1), article(2, lead="Một dòng dẫn.", comment_count=7)]],
    "two together": [[article(1)], [article(2, **RARE)]],
    "all null": [[article(1) | EMPTY]],
    "all null beside all filled": [[article(1) | EMPTY], [article(2) | RARE], [article(3) | EMPTY]],
}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("case", CASES)
def test_rows_columns_and_types_are_the_same(tmp_path: Path, case: str, loader: str) -> None:
    paths = [write(tmp_path / str(number) / "articles.jsonl", rows) for number, rows in enumerate(CASES[case])]
    types, rows = LOADERS[loader](paths)
    assert [_shallow(one) if loader == "duckdb" else one for one in TYPES] == types
    assert [row for part in CASES[case] for row in part] == list(rows)


@pytest.mark.parametrize("loader", LOADERS)
def test_a_crawled_collection_loads_as_it_is(sample_crawl: SampleCrawl, loader: str) -> None:
    path = sample_crawl.directory / "articles.jsonl"
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == list(LOADERS[loader]([path])[1])


def test_exports_of_a_crawled_collection_agree_to_the_value(sample_crawl: SampleCrawl, tmp_path: Path) -> None:
    lines = (sample_crawl.directory / "articles.jsonl").read_text("utf-8").splitlines()
    expected = [json.loads(line) for line in lines]
    for form in ("jsonl", "csv", "sqlite", "parquet"):
        export(sample_crawl.directory, tmp_path / form, ExportOptions(form=form))
    assert expected == [json.loads(line) for line in (tmp_path / "jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = [{name: "" if value is None else str(value) for name, value in flatten(one).items()} for one in expected]
    assert told == [{name: value.removeprefix("'") for name, value in row.items()} for row in rows]
    with contextlib.closing(sqlite3.connect(tmp_path / "sqlite")) as database:
        database.row_factory = sqlite3.Row
        held = [dict(row) for row in database.execute("SELECT * FROM articles ORDER BY rowid")]
    flat = [flatten(one, separator=None) for one in expected]
    assert [{name: one[name] for name in one if name not in {"blocks", "images"}} for one in flat] == held
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.execute(f"SELECT * FROM read_parquet('{tmp_path}/parquet')")
        names = [one[0] for one in found.description or ()]
        typed = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert expected == [
        {name: _as_text(value, one[name]) for name, value in row.items()}
        for row, one in zip(typed, expected, strict=True)
    ]


def _as_text(value: Any, stated: Any) -> Any:
    """A typed day or moment in the words in which the record states it, where it is the same."""
    if isinstance(value, datetime):
        return stated if value == datetime.fromisoformat(stated) else value
    return value.isoformat() if isinstance(value, date) else value


def _shallow(name: str) -> str:
    """DuckDB tells a struct's keys with its values, which are compared."""
    head, mark, _ = name.partition("struct<")
    return f"{head}{mark.rstrip('<')}{'>' * head.count('<')}" if mark else name


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_records_whose_rare_fields_come_last(tmp_path: Path) -> None:
    collection = build_many(tmp_path / "c", 100_000)
    expected = digest(records(100_000))
    got = {}
    for name, load in LOADERS.items():
        with contextlib.suppress(pytest.skip.Exception):
            got[name] = digest(load([collection / "articles.jsonl"])[1])
    assert dict.fromkeys(got, expected) == got
    assert "duckdb" in got
    export(collection, tmp_path / "a.parquet", ExportOptions(form="parquet"))
    with duckdb.connect() as database:
        counted = database.execute(
            f"SELECT count(*), count(lead), sum(comment_count) FROM read_parquet('{tmp_path}/a.parquet')"
        ).fetchone()
    assert (100_000, 1, 3) == counted
