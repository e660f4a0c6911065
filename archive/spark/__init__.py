"""Apache Spark on WARC files: a format for its reader, and executors that do the work of many processes.

A library of its own: it reads any WARC file, compressed or not, whoever wrote it, also a damaged one::

    from pyspark.sql import SparkSession
    from archive.spark import register

    spark = SparkSession.builder.getOrCreate()
    register(spark)
    records = spark.read.format("warc").load("crawls/*.warc.gz")
    records.groupBy("mime").count().show()

`load` takes files, directories of WARC files, collections of `archive`, patterns, and lists of them. Options:

- `columns`: which of `archive.spark.columns.COLUMNS` a row has, e.g. `target_uri,content`; by default all but `block`,
  `payload`, `content` and `damage`. A schema that names some of them does the same. Spark tells a Python source which
  rows are wanted, but not which columns, so what is not named here is not read.
- `damage`: `named` (passed by, and named in the executor's log), `rows` (a row that has `damage`, where it lies, and
  else nulls) or `fail`.
- `partitionBytes`: how much a task reads, about; by default `32MiB`. Small files share a task, a large one is cut where
  records begin.
- `maxBlockBytes`: of a longer block (`64MiB`) `block`, `payload` and `content` are null.

Sizes are written as everywhere here: `500kB`, `2GB`, `64 MiB`, or a number of bytes. An option that is none of these
ends the query.

What `where` says of `file` and `path` keeps whole files from being read; what it says of the fields of a record's
header keeps its block from being read, decoded and sent to Spark: equality, `isin`, `startswith`, `endswith`,
`contains`. Spark tests each condition again.

The executors need this package, by installation or `--py-files`, and see the files under the same paths.

The rest, for verbs: `cluster` says which Spark, `session` starts one, `tasks` runs calls there (see `archive.workers`),
`performing` is what an executor does.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PUSHDOWN = "spark.sql.python.filterPushdown.enabled"
"""Spark asks a Python source which filters it takes only where this is set; it is there from 4.1 on."""


def register(spark: "SparkSession") -> None:
    """Have a session know the format `warc`."""
    from archive.spark.source import WarcFormat

    spark.conf.set(PUSHDOWN, "true")
    spark.dataSource.register(WarcFormat)
