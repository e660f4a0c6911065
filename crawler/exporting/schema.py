"""The record's schema in the words of those who load it: JSON Schema, DuckDB, Polars, Arrow.

Where a loader is told the types beforehand, a column that is null everywhere and a key that is first filled in the last
line
load as they do in any other collection, so that two collections always fit together.
"""

import json
from collections.abc import Callable

from archive.files import MAX_LINE
from crawler.exporting.columns import Column, Kind, columns, json_schema


def format_json_schema() -> str:
    """The schema as JSON Schema."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def format_duckdb() -> str:
    """A macro that reads lines with their types: `FROM articles('*/articles.jsonl')`."""
    named = ",\n    ".join(f"'{column.name}': '{duckdb_type(column)}'" for column in columns())
    reading = f"path, format = 'newline_delimited', maximum_object_size = {MAX_LINE}"
    return f"""-- SELECT date, title FROM articles('my-archive/articles.jsonl');
-- A pattern such as '*/articles.jsonl' reads several collections.
CREATE OR REPLACE MACRO articles(path) AS TABLE
  SELECT * FROM read_json({reading}, columns = {{
    {named}
  }});
"""  # noqa: S608 - names of our own


def duckdb_type(column: Column) -> str:
    """The type of a column as DuckDB writes it."""
    if column.kind is Kind.LIST:
        return duckdb_type(column.inside[0]) + "[]"
    if column.kind is Kind.OBJECT:
        return "STRUCT(" + ", ".join(f'"{one.name}" {duckdb_type(one)}' for one in column.inside) + ")"
    return {Kind.TEXT: "VARCHAR", Kind.WHOLE: "BIGINT"}[column.kind]


def format_polars() -> str:
    """A module with `SCHEMA`: `pl.read_ndjson(path, schema=SCHEMA)`."""
    named = ",\n    ".join(f'"{column.name}": {_polars_type(column)}' for column in columns())
    return (
        '"""pl.read_ndjson("my-archive/articles.jsonl", schema=SCHEMA)"""\n\n'
        f"import polars as pl\n\nSCHEMA = pl.Schema({{\n    {named},\n}})\n"
    )


def _polars_type(column: Column) -> str:
    if column.kind is Kind.LIST:
        return f"pl.List({_polars_type(column.inside[0])})"
    if column.kind is Kind.OBJECT:
        return "pl.Struct({" + ", ".join(f'"{one.name}": {_polars_type(one)}' for one in column.inside) + "})"
    return {Kind.TEXT: "pl.String", Kind.WHOLE: "pl.Int64"}[column.kind]


def format_arrow() -> str:
    """A module with `SCHEMA`, for PyArrow, pandas (`dtype_backend`) and Hugging Face (`Features.from_arrow_schema`)."""
    named = ",\n    ".join(f'pa.field("{column.name}", {_arrow_type(column)})' for column in columns())
    return (
        '"""json.read_json("my-archive/articles.jsonl", parse_options=json.ParseOptions(explicit_schema=SCHEMA))"""\n\n'
        f"import pyarrow as pa\n\nSCHEMA = pa.schema([\n    {named},\n])\n"
    )


def _arrow_type(column: Column) -> str:
    if column.kind is Kind.LIST:
        return f"pa.list_({_arrow_type(column.inside[0])})"
    if column.kind is Kind.OBJECT:
        fields = ", ".join(f'pa.field("{one.name}", {_arrow_type(one)})' for one in column.inside)
        return f"pa.struct([{fields}])"
    return {Kind.TEXT: "pa.string()", Kind.WHOLE: "pa.int64()"}[column.kind]


FORMATS: dict[str, Callable[[], str]] = {
    "json-schema": format_json_schema,
    "duckdb": format_duckdb,
    "polars": format_polars,
    "arrow": format_arrow,
}
"""The name of a form, as `thanhuy schema --format` takes it; `markdown` is the codebook."""
