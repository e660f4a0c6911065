"""Spark's format `warc`: the data source itself (`pyspark.sql.datasource`). Nothing else here knows of it.

Spark tells a Python source which rows are wanted and not which columns: these are named by the option `columns`, or by
a schema.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from archive.errors import NotUsable
from archive.spark.columns import COLUMNS
from archive.spark.reading import (
    MOST,
    NAMED,
    OPERATIONS,
    Asked,
    Condition,
    Stretch,
    check_options,
    cut,
    find_files,
    read_bytes,
    read_paths,
    read_rows,
)
from archive.warc.ranges import SIZE

ROWS, BYTES = 4096, 16 << 20
"""What a batch holds at most: Spark's own is of ten thousand rows, however large they are."""


class WarcFormat(DataSource):
    """Records of WARC files as rows."""

    types: ClassVar[dict[str, str]] = {name: column.type for name, column in COLUMNS.items()}
    """Column → its type as Spark writes it."""
    usual = tuple(name for name, column in COLUMNS.items() if not column.is_bytes and name != "damage")
    """What is given where nobody names columns."""

    @classmethod
    def name(cls) -> str:
        return "warc"

    known = frozenset({"columns", "damage", "partitionBytes", "maxBlockBytes"})
    """Its options."""

    def schema(self) -> str:
        """The columns that are asked for."""
        check_options(self.options, self.known)
        named = [name.strip() for name in self.options.get("columns", "").split(",") if name.strip()]
        for name in named:
            if name not in self.types:
                raise NotUsable(f"columns: expected some of {', '.join(self.types)}, got {name!r}")
        usual = (
            (*self.usual, "damage") if self.options.get("damage") == "rows" and "damage" in self.types else self.usual
        )
        return ", ".join(f"`{name}` {self.types[name]}" for name in named or usual)

    def reader(self, schema: StructType) -> "WarcReader":
        """Reads the columns of a schema, which has to be ours or a part of it."""
        check_options(self.options, self.known)
        for field in schema.fields:
            type_ = field.dataType.simpleString()
            if self.types.get(field.name) != type_:
                expected = self.types.get(field.name, f"some of {', '.join(self.types)}")
                raise NotUsable(f"schema: {field.name} {type_}: expected {expected}")
        return WarcReader(schema, dict(self.options))


class WarcReader(DataSourceReader):
    """Reads them, a part a task."""

    def __init__(self, schema: StructType, options: dict[str, str]) -> None:
        self.schema, self.paths = schema, read_paths(options)
        self.size = read_bytes(options, "partitionBytes", SIZE)
        most = read_bytes(options, "maxBlockBytes", MOST)
        self.asked = Asked(columns=tuple(schema.fieldNames()), damage=options.get("damage", NAMED), most=most)

    def pushFilters(self, filters: list[Any]) -> Iterable[Any]:  # noqa: N802 - Spark's name
        """Take what saves reading. Spark tests all of them again, by its own rules."""
        tests = (_as_test(one) for one in filters)
        self.asked = Asked(**{**vars(self.asked), "tests": tuple(test for test in tests if test is not None)})
        return filters

    def partitions(self) -> Sequence["WarcPartition"]:
        """A part of the files for each task."""
        return [WarcPartition(part) for part in cut(find_files(self.paths), self.asked.tests, self.size)]

    def rows(self, part: tuple[Stretch, ...]) -> Iterator[tuple[Any, ...]]:
        """The rows of a part."""
        return read_rows(part, self.asked)

    def read(self, partition: "WarcPartition") -> Iterator[pa.RecordBatch]:
        """The rows of a part in batches."""
        schema = to_arrow_schema(self.schema, timezone="UTC")
        held: list[tuple[Any, ...]] = []
        size = 0
        for row in self.rows(partition.part):
            held.append(row)
            size += sum(len(value) for value in row if isinstance(value, bytes))
            if len(held) >= ROWS or size >= BYTES:
                yield _batch(held, schema)
                held, size = [], 0
        if held:
            yield _batch(held, schema)


class WarcPartition(InputPartition):
    """What a task reads."""

    def __init__(self, part: tuple[Stretch, ...]) -> None:
        self.part = part


def _batch(rows: list[tuple[Any, ...]], schema: Any) -> Any:
    columns = zip(*rows, strict=True) if len(schema) else ()
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _as_test(one: Any) -> Condition | None:
    """What is known here of a filter of Spark's. None where it is left to Spark."""
    operation = type(one).__name__
    attribute: tuple[str, ...] = getattr(one, "attribute", ())
    if operation not in OPERATIONS or len(attribute) != 1 or attribute[0] not in COLUMNS:
        return None
    value = getattr(one, "value", None)
    column = COLUMNS[attribute[0]]
    if column.type not in {"string", "bigint", "int"} or (value is None and operation != "IsNotNull"):
        return None
    return Condition(attribute[0], operation, value)
