"""One Spark for all of these tests: starting its Java costs more than most of them."""

import gc
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from archive.spark.cluster import Cluster
from archive.spark.session import connect, end, find_java
from tests.support.commands import ROOT
from tests.support.tools import VARIABLE

MASTER = "local[2]"


def find_pyspark() -> None:
    """Have pyspark imported from an environment of its own where this one has none; skip where there is none at all."""
    if find_spec("pyspark") is None:
        for place in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
            packages = Path(sysconfig.get_path("purelib", vars={"base": str(Path(place).parent)}))
            if (packages / "pyspark").is_dir():
                sys.path.append(str(packages))
                os.environ["PYTHONPATH"] = str(packages)
                return
        pytest.skip(f"pyspark is not installed; install the extra spark, or put its environment's bin into {VARIABLE}")


@pytest.fixture(scope="package")
def spark() -> Iterator[Any]:
    """A session on two cores of this machine, which `--spark` in this process then goes to as well."""
    before = os.environ.get("PYTHONPATH")
    find_pyspark()
    if find_java() is None:
        pytest.skip("Java is not installed, without which there is no Spark")
    # The executors' Python finds the functions of these tests.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = SparkSession(connect(Cluster(master=MASTER)))
        yield session
        end(session.sparkContext)
        gc.collect()  # what pyspark leaves open is closed here and in nobody else's test
    if before is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = before
