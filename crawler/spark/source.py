"""Spark's format `warc` with the option `articles`: the records of articles that WARC files carry, typed."""

from collections.abc import Iterator
from typing import Any

from pyspark.sql.types import StructType

from archive.errors import NotUsable
from archive.spark.reading import FAIL, NAMED, ROWS, Stretch, check_options, read_found
from archive.spark.source import WarcFormat, WarcReader
from archive.warc.events import Damage
from crawler.exporting.columns import Column, Kind, columns
from crawler.exporting.records import parse_line
from crawler.items import SCHEMA

MAX_ITEM = 16 << 20
"""A longer JSON record is no article's."""


def spark_type(column: Column) -> str:
    """The type of a column as Spark writes it."""
    if column.kind is Kind.LIST:
        return f"array<{spark_type(column.inside[0])}>"
    if column.kind is Kind.OBJECT:
        return f"struct<{','.join(f'{one.name}:{spark_type(one)}' for one in column.inside)}>"
    return {Kind.TEXT: "string", Kind.WHOLE: "bigint"}[column.kind]


class ArticleFormat(WarcFormat):
    """Records of articles as rows."""

    types = {column.name: spark_type(column) for column in columns()}  # noqa: RUF012 - as the base class has it
    usual = tuple(types)

    def reader(self, schema: StructType) -> "ArticleReader":
        super().reader(schema)  # sees that the columns are ours
        return ArticleReader(schema, dict(self.options))


class WarcOrArticles(WarcFormat):
    """Records of WARC files as rows, or with the option `articles` those of articles."""

    def schema(self) -> str:
        return self._chosen().schema()

    def reader(self, schema: StructType) -> WarcReader:
        return self._chosen().reader(schema)

    def _chosen(self) -> WarcFormat:
        wanted = self.options.get("articles", "false").lower()
        if wanted not in {"true", "false"}:
            raise NotUsable(f"articles: expected true or false, got {wanted!r}")
        check_options(self.options, WarcFormat.known | {"articles"})
        rest = {name: value for name, value in self.options.items() if name.lower() != "articles"}
        return ArticleFormat(rest) if wanted == "true" else WarcFormat(rest)


class ArticleReader(WarcReader):
    """Reads them. What Spark would have tested here is tested by Spark alone."""

    def __init__(self, schema: StructType, options: dict[str, str]) -> None:
        super().__init__(schema, options)
        if self.asked.damage == ROWS:
            raise NotUsable(f"damage: expected {NAMED} or {FAIL} with articles, got {ROWS}, which are no articles")

    def pushFilters(self, filters: list[Any]) -> list[Any]:  # noqa: N802 - Spark's name
        return filters

    def rows(self, part: tuple[Stretch, ...]) -> Iterator[tuple[Any, ...]]:
        for _, found in read_found(part, self.asked):
            if isinstance(found, Damage):
                continue
            record = found.record
            if record.type != "metadata" or not record.is_json or record.block_length > MAX_ITEM:
                continue
            item = parse_line(record.block.read())
            if not isinstance(item, str) and item["schema"] == SCHEMA:  # other tools keep JSON there too
                yield tuple(item[name] for name in self.asked.columns)
