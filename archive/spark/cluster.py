"""Where calls are run beside this machine: an Apache Spark, by its master's address."""

from dataclasses import dataclass
from pathlib import Path

SUBMITTED = "submit"
"""The master that `spark-submit` was told."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A Spark, and what its executors have to see of this machine."""

    master: str
    """`local[2]`, `spark://host:7077`, …, or `submit`."""
    name: str = "archive"
    """What its pages and its log call the work."""
    reads: tuple[Path, ...] = ()
    """The paths that calls read: the executors see them where this machine does."""
