"""Articles by Apache Spark: `archive.spark`'s format `warc`, and on top of it the typed rows of `article/1`.

::

    from crawler.spark import newest, register

    register(spark)
    versions = spark.read.format("warc").option("articles", "true").load("my-archive")
    newest(versions).write.parquet("articles.parquet")

With the option `articles` a row is a record that a crawl wrote into its WARC, every version of every article: its
columns are the record's keys, as `thanhuy schema` prints them. `columns` and `damage` mean what they mean without it.
"""

from typing import TYPE_CHECKING

from archive.spark import register as register_records

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def register(spark: "SparkSession") -> None:
    """Have a session know the format `warc`, with the option `articles`."""
    from crawler.spark.source import WarcOrArticles

    register_records(spark)
    spark.dataSource.register(WarcOrArticles)


def newest(versions: "DataFrame") -> "DataFrame":
    """The newest version of each article, as it was read last, by key: the rows of `articles.jsonl`."""
    from pyspark.sql import functions

    read_last = functions.struct("version", functions.coalesce("reread.at", functions.lit("")))
    one = functions.max_by(functions.struct("*"), read_last).alias("one")
    return versions.groupBy("kind", "id").agg(one).select("one.*").orderBy("kind", "id")
