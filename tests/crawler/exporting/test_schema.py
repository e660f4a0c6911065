"""The schema in its five forms, and that loaders told of it agree."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.articles import SCHEMA_FILE
from crawler.exporting.codebook import Filled, format_codebook
from crawler.exporting.columns import columns, json_schema
from crawler.exporting.schema import FORMATS, format_duckdb
from crawler.items import Article
from tests.support.article_schema import format_schema
from tests.support.commands import ROOT, run_thanhuy
from tests.support.library import article, build_library

FIELDS = list(Article.__dataclass_fields__)


def write_lines(path: Path, records: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


def test_every_form_names_every_field() -> None:
    for form, write in FORMATS.items():
        for name in FIELDS:
            assert name in write(), form
    assert all(f"`{name}`" in format_codebook() for name in FIELDS)


def test_the_stored_schema_is_what_the_fields_say() -> None:
    """A schema that is missing is written, and fails the run: read it, and commit it."""
    expected = format_schema()
    path = ROOT / "crawler" / SCHEMA_FILE
    if not path.exists():
        path.write_text(expected, "utf-8")
        pytest.fail(f"{path}: was missing, and is written anew; read it, and commit it")
    assert expected == path.read_text("utf-8"), f"delete {path} and run the tests twice"


def test_json_schema_wants_every_key() -> None:
    assert FIELDS == json_schema()["required"] == [column.name for column in columns()]


def test_duckdb_gives_one_set_of_columns_for_collections_that_lack_values(tmp_path: Path) -> None:
    """A collection whose leads are all null, one whose photos are, and both at once."""
    write_lines(tmp_path / "one" / "articles.jsonl", [article(1, lead=None, images=[], captions=[])])
    write_lines(
        tmp_path / "two" / "articles.jsonl", [article(2, lead="Một dòng dẫn."), article(3, authors=[], byline=None)]
    )
    with duckdb.connect() as database:
        database.execute(format_duckdb())
        shapes = [
            database.execute(f"DESCRIBE SELECT * FROM articles('{tmp_path}/{where}/articles.jsonl')").fetchall()
            for where in ("one", "two", "*")
        ]
        assert shapes[0] == shapes[1] == shapes[2]
        assert FIELDS == [row[0] for row in shapes[0]]
        rows = database.execute(
            f"SELECT lead, len(images) FROM articles('{tmp_path}/*/articles.jsonl') ORDER BY id"
        ).fetchall()
        assert [(None, 0), ("Một dòng dẫn.", 1), (None, 1)] == rows


def test_codebook_says_how_often_a_field_is_filled() -> None:
    text = format_codebook(Filled().add([article(1), article(2, byline=None, authors=[])]))
    assert next(line for line in text.splitlines() if line.startswith("| `byline`")).endswith("| 50.0% |")


def test_the_codebook_of_a_collection_through_the_command_line(tmp_path: Path) -> None:
    build_library(tmp_path / "c", [[article(1)]])
    done = run_thanhuy("schema", tmp_path / "c", "--format", "markdown")
    assert 0 == done.returncode
    assert "| 100.0% |" in done.stdout
