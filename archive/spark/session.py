"""The way to a Spark: a context that is there already, or one of our own, whose Java says nothing on the terminal.

A master on this machine (`local[N]`) listens on loopback alone, and gives a task that a killed process left four tries;
Spark itself would give it one there.
"""

import atexit
import os
import re
import shutil
import socket
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.errors import NotUsable, PackageMissing, StoreFailed
from archive.spark.cluster import SUBMITTED, Cluster

if TYPE_CHECKING:
    from pyspark import SparkContext

TRIES = 4
"""How often a task is tried; what Spark's `spark.task.maxFailures` is for a cluster."""
LOOPBACK = "127.0.0.1"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For a Java that only hands work out: it then starts in half of the processor time."""
STANDALONE = "spark://"
"""How the address of a cluster's own master begins."""
CONNECTING = 10.0
"""Seconds that a master may take to be reached."""
GATEWAY = "PYSPARK_GATEWAY_PORT"
"""`spark-submit` sets it for what it starts."""
_LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")
_JAVA_ERROR = re.compile(
    r'^\s*(?:: |Caused by: |Exception in thread "[^"]*" )?[\w.$]*(?:Exception|Error): (.+)$', re.MULTILINE
)


class MasterUnreachable(StoreFailed):
    """Spark's master cannot be reached, or is gone: the same command begins again."""


def check_there(master: str) -> None:
    """See that Spark can be started at all, and its master asked.
    Raises PackageMissing, NotUsable, MasterUnreachable.
    """
    if find_spec("pyspark") is None:
        raise PackageMissing(
            f"--spark {master}: expected pyspark, got none; install it with pip install 'thanhuy-archive[spark]'"
        )
    if master == SUBMITTED and GATEWAY not in os.environ:
        raise NotUsable(
            f"--spark {master}: expected to be started by spark-submit, was not; name a master, e.g. local[2]"
        )
    if GATEWAY not in os.environ and find_java() is None:
        raise PackageMissing(
            f"--spark {master}: expected Java, 17 or later, got none; install it, e.g. Debian's default-jre-headless,"
            " or say by JAVA_HOME where it is"
        )
    _check_master(master)


def _check_master(master: str) -> None:
    """See that a cluster's own master (`spark://HOST:PORT`, or several, by commas) is there: Spark itself would try for
    a minute, and then say nothing of it. Raises MasterUnreachable.
    """
    if not master.startswith(STANDALONE):
        return
    failed: OSError | None = None
    for place in master.removeprefix(STANDALONE).split(","):
        host, _, port = place.rpartition(":")
        if not host or not port.isdigit():
            return  # Spark says what is wrong with it
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECTING).close()
        except (OSError, OverflowError, UnicodeError) as error:
            failed = error if isinstance(error, OSError) else OSError(str(error))
        else:
            return
    raise MasterUnreachable(
        f"--spark {master}: expected a Spark master there, got: {failed and (failed.strerror or failed)}; nothing was"
        " read: run the same command again once it is up"
    )


def find_java() -> str | None:
    """The program that Spark would start: of JAVA_HOME, or else on the PATH. None where there is none."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None)


def connect(cluster: Cluster) -> "SparkContext":
    """The process's context: the one that is there, or a new one. Raises PackageMissing, NotUsable."""
    check_there(cluster.master)
    from pyspark import SparkContext

    active: SparkContext | None = SparkContext._active_spark_context
    if active is not None:
        return active
    # In a thread of its own, where Ctrl-C does not reach: py4j would answer with a traceback, and Spark take it over.
    with ThreadPoolExecutor(1) as starting:
        return starting.submit(_start, cluster).result()


def configure(cluster: Cluster) -> dict[str, str]:
    """What a context of our own is told; all else is as the user's own Spark configuration has it."""
    chosen = {
        "spark.app.name": cluster.name,
        "spark.ui.showConsoleProgress": "false",
    }
    if cluster.master == SUBMITTED:
        return chosen
    chosen["spark.log.level"] = "ERROR"
    master = _LOCAL.fullmatch(cluster.master)
    if master is not None:
        chosen["spark.master"] = f"local[{master[1] or 1},{TRIES}]"
    else:
        chosen["spark.master"] = cluster.master
    if cluster.master.startswith("local"):
        chosen |= {
            "spark.ui.enabled": "false",
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.local.dir": tempfile.gettempdir(),
            "spark.driver.defaultJavaOptions": QUICK,
        }
    return chosen


def _start(cluster: Cluster) -> "SparkContext":
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    # The executors' Python is this one, as it is on a file system that all share, unless the user says another.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if cluster.master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    conf = SparkConf(loadDefaults=False).setAll(list(configure(cluster).items()))
    with tempfile.TemporaryFile() as log:
        try:
            # What Java and the processes that it starts write goes to a file that nobody sees unless they fail.
            gateway: Any = launch_gateway(conf, {"stdout": log, "stderr": log})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of packages that pyspark looks for and that nobody here uses
                context = SparkContext(conf=conf, gateway=gateway)
        except (PySparkException, Py4JError, OSError, ValueError) as error:
            log.seek(max(0, log.seek(0, os.SEEK_END) - (64 << 10)))
            reason = find_reason(f"{error}\n{log.read().decode('utf-8', 'replace')}")
            raise NotUsable(f"--spark {cluster.master}: Spark did not start: {reason or first_line(error)}") from error
    atexit.register(end, context)
    return context


def end(context: "SparkContext") -> None:
    """End a context and the Java that was started for it, which removes its files meanwhile. It may be dead already."""
    from py4j.protocol import Py4JError

    atexit.unregister(end)
    gateway: Any = context._gateway
    with suppress(Py4JError, OSError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.stop()
        gateway.shutdown()
    # Another context is then another Java's.
    type(context)._gateway = type(context)._jvm = None
    if gateway.proc is not None:
        gateway.proc.stdin.close()
        gateway.proc.wait()


def find_reason(text: str) -> str | None:
    """What Java says last of why it failed. None where it says nothing of that."""
    said = [match[1].strip() for match in _JAVA_ERROR.finditer(text)]
    if any("class file version" in reason for reason in said):
        return "expected Java, 17 or later, got an older one"
    return said[-1] if said else None


def first_line(error: object) -> str:
    """What an error says, without the trace behind it."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
