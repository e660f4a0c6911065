"""What seals cost: a tree over many records, the next run, a proof, and the memory that they take.

Each size is measured in a process of its own, so that its memory is what the work took and not what another left.
"""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from archive.seal.leaves import Leaves
from archive.seal.tree import follow_path, leaf_hash, prove_inclusion
from crawler.bench.result import Goal, Result, ResultColumn, ResultSection

COLUMNS = (
    ResultColumn(key="records", title="records", form=",.0f"),
    ResultColumn(key="tree_seconds", title="tree s", form=".2f"),
    ResultColumn(key="next_run_ms", title="next run ms", form=".1f"),
    ResultColumn(key="proof_ms", title="proof ms", form=".2f"),
    ResultColumn(key="path_bytes", title="path bytes", form=".0f"),
    ResultColumn(key="disk_mb", title="on disk MB", form=".1f"),
    ResultColumn(key="memory_mb", title="memory MB", form=".1f"),
)
SIZES = (1_000, 100_000, 1_000_000)
RUN = 300
"""Records of the next run."""
SECONDS, BYTES, MEGABYTES = 5.0, 1000.0, 8.0
"""The most that the largest tree may take."""


def run() -> Result:
    """Measure."""
    rows = [_measure_apart(size) for size in SIZES]
    notes = (
        "tree: the leaves of all records appended and the root made, in processor time",
        f"next run: {RUN} records more and the root; proof: a path made, read from disk, and followed to the root",
        "memory: what the work took above the interpreter",
    )
    last = rows[-1]
    goals = (
        Goal(name="seal/tree", says="a million records", value=last["tree_seconds"], limit=SECONDS, unit="s"),
        Goal(name="seal/path", says="a path among them", value=last["path_bytes"], limit=BYTES, unit="bytes"),
        Goal(name="seal/memory", says="memory for them", value=last["memory_mb"], limit=MEGABYTES, unit="MB"),
    )
    section = ResultSection(name="tree", title="Seals", columns=COLUMNS, rows=rows, notes=notes, goals=goals)
    return Result(benchmark="seal", sections=(section,))


def _measure_apart(size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "crawler.bench.seal", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def measure(size: int) -> dict[str, Any]:
    """The figures of one size."""
    with tempfile.TemporaryDirectory(prefix="thanhuy-bench-") as room:
        leaves, before = Leaves(Path(room)), _memory()
        tree = _time(lambda: (leaves.append(_digests(0, size)), leaves.root(size)))
        following = _time(lambda: (leaves.append(_digests(size, size + RUN)), leaves.root(size + RUN)))
        index, total = size // 3, size + RUN
        path = prove_inclusion(index, total, leaves.subtree)
        proof = _time(lambda: prove_inclusion(index, total, leaves.subtree))
        leaf = leaf_hash(next(_digests(index, index + 1)))
        if follow_path(leaf, index, total, path) != leaves.root(total):
            raise RuntimeError("the path does not lead to the root, so its time says nothing")
        return {
            "records": size,
            "tree_seconds": tree,
            "next_run_ms": following * 1000,
            "proof_ms": proof * 1000,
            "path_bytes": sum(map(len, path)),
            "disk_mb": sum(file.stat().st_size for file in Path(room).iterdir()) / 1e6,
            "memory_mb": (_memory() - before) / 1e6,
        }


def _digests(start: int, stop: int) -> Iterator[bytes]:
    return (hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(start, stop))


def _time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
