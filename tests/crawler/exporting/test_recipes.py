"""The README's recipes, each run as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from crawler.exporting.run import ExportOptions, export
from crawler.exporting.schema import format_arrow, format_duckdb, format_polars
from tests.support.commands import ROOT
from tests.support.library import article, build_library
from tests.support.tools import find_tool

RECIPES = dict(
    re.findall(r"<!-- recipe: ([\w-]+) -->\n```\w+\n(.+?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory as the recipes assume it: a collection, its exports, its schema."""
    place = tmp_path_factory.mktemp("desk")
    edited = article(1, paragraphs=["(Thanhuytphcm.vn) - Sáng 6/10, bến đò mở lại.", "Khách qua sông vui hẳn lên."])
    build_library(place / "my-archive", [[article(1), edited], [article(2, date="2024-01-31")]])
    for form in ("parquet", "sqlite"):
        export(place / "my-archive", place / f"articles.{form}", ExportOptions(form=form))
    (place / "article_schema.py").write_text(format_polars(), "utf-8")
    (place / "article_arrow.py").write_text(format_arrow(), "utf-8")
    return place


def run_python(desk: Path, name: str, shown: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"{RECIPES[name]}\nprint({shown})"],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HOME": str(desk / "hf"), "HF_HUB_OFFLINE": "1"},
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_duckdb(desk: Path) -> None:
    with duckdb.connect() as database:
        database.execute(format_duckdb())
        sql = RECIPES["duckdb"].replace("my-archive/", f"{desk}/my-archive/")
        assert [("2023-10", 1), ("2024-01", 1)] == database.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("name", "needs", "shown", "got"),
    [
        ("pandas", ("pandas", "pyarrow"), "len(pieces)", "2"),
        ("polars", ("polars",), "longest.height", "2"),
        ("pyarrow", ("pyarrow",), "articles.num_rows", "2"),
        ("datasets", ("datasets",), "articles.num_rows", "2"),
        ("datasets-lines", ("datasets",), "articles[1]['date'], articles[0]['lead']", "2024-01-31 None"),
        ("warcio", ("warcio",), "b'<h1>' in html", "True"),
    ],
)
def test_python(desk: Path, name: str, needs: tuple[str, ...], shown: str, got: str) -> None:
    for package in needs:  # here it may be found in an environment of other tests
        if subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True, check=False).returncode:
            pytest.skip(f"{package} is not installed")
    assert got == run_python(desk, name, shown).strip()


def test_sqlite_utils(desk: Path) -> None:
    program = find_tool("sqlite-utils")
    line = RECIPES["sqlite-utils"].replace("sqlite-utils", str(program), 1)
    done = subprocess.run(line, shell=True, cwd=desk, capture_output=True, text=True, check=True)
    assert "bến đò mở lại" in done.stdout


def test_r(desk: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")
    done = subprocess.run([program, "-e", RECIPES["r"]], cwd=desk, capture_output=True, text=True, check=False)
    if "jsonlite" in done.stderr:
        pytest.skip("R's jsonlite is not installed")
    assert "2024" in done.stdout


def test_edits_of_the_export_are_those_of_the_recipe(desk: Path) -> None:
    """What `sqlite-utils` runs, also where it is not installed."""
    import sqlite3

    sql = re.findall(r'"(SELECT .+?)"', RECIPES["sqlite-utils"])[0]
    with sqlite3.connect(desk / "articles.sqlite") as database:
        rows = database.execute(sql).fetchall()
    assert [("number", "(Thanhuytphcm.vn) - Sáng 6/10, bến đò mở lại.")] == [(row[1], row[3]) for row in rows]
