"""`--spark`: the same bytes as without it, whatever is damaged or killed; the format `warc`; what is told where it
cannot be. One file, so that one Java serves all of it.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.digest import digest_of, format_sha1
from archive.errors import ArchiveError, NotUsable, WorkerDied
from archive.files import list_warcs
from archive.spark.cluster import Cluster
from archive.spark.performing import Standpoint, perform
from archive.spark.session import MasterUnreachable, find_reason
from archive.spark.tasks import explain
from archive.workers import Jobs, Workers, jobs_for
from crawler.exporting import records
from crawler.exporting.columns import columns
from crawler.extracting.running import Extraction, ExtractionOptions
from crawler.extracting.sources import find_sources
from crawler.spark import newest, register
from tests.archive.spark.conftest import MASTER, find_pyspark
from tests.support.commands import run_thanhuy
from tests.support.multiplied import damage, multiply
from tests.support.sample_crawls import SampleCrawl, shared_directory

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(300),  # the first of them waits for Java
]
TIMES = 12
MANY = 100
ON_SPARK = Cluster(master=MASTER)


@pytest.fixture(scope="session")
def multiplied(small_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small crawl many times over, in some dozens of WARC files, one of which is damaged."""
    return shared_directory(tmp_path_factory, "multiplied", lambda place: make(small_crawl, place, TIMES)) / "x"


def make(crawl: SampleCrawl, place: Path, times: int) -> None:
    warcs = multiply(list_warcs(crawl.directory), place / "x" / "warc", times)
    damage(warcs[len(warcs) // 2])
    done = run_thanhuy("index", place / "x")
    assert done.returncode == 5, done.stderr


def run_both(*words: object, out: Path) -> tuple[bytes, bytes]:
    """What a verb writes and says, without Spark and with it."""
    written = []
    for number, more in enumerate(((), ("--spark", MASTER))):
        place = out / str(number)
        place.mkdir()
        done = run_thanhuy(*(place / "out" if word == "OUT" else word for word in words), *more, "--no-progress")
        told = f"{done.returncode}\n{done.stdout}\n{done.stderr}".replace(str(place), "")
        files = sorted(path for path in place.rglob("*") if path.is_file())
        written.append(told.encode() + b"".join(path.read_bytes() for path in files))
    return written[0], written[1]


def lines_of(collection: Path) -> dict[str, bytes]:
    """What `index` made of the WARC files, but for the moments when it did."""
    with sqlite3.connect(collection / "state.sqlite") as state:
        captures = state.execute("SELECT * FROM captures ORDER BY id").fetchall()
    state.close()
    return {
        "captures": repr(captures).encode(),
        "index": (collection / "indexes" / "index.cdxj").read_bytes(),
        "newest": (collection / "articles.jsonl").read_bytes(),
        "every": b"".join(path.read_bytes() for path in sorted((collection / "articles").glob("*.jsonl"))),
    }


VERBS = {
    "extract": ("extract", "C", "-o", "OUT"),
    "verify": ("verify", "C", "--json", "--no-record"),
    "export": ("export", "C", "--format", "jsonl", "--no-papers", "--all-versions", "-o", "OUT"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_spark_gives_what_this_machine_gives(
    verb: str, spark: Any, multiplied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "STRETCH", 1 << 19)  # so that there are several to hand out
    words = (multiplied if word == "C" else word for word in VERBS[verb])
    here, there = run_both(*words, out=tmp_path)
    assert here == there
    assert len(here) > 10_000
    assert here.startswith(b"0" if verb == "export" else b"5")  # the damaged file is named, and passed by


def test_index_by_spark_gives_what_this_machine_gives(spark: Any, multiplied: Path, tmp_path: Path) -> None:
    made = tmp_path / "x"
    shutil.copytree(multiplied / "warc", made / "warc")
    done = run_thanhuy("index", made, "--spark", MASTER, "--no-progress")
    assert 5 == done.returncode, done.stderr
    assert lines_of(multiplied) == lines_of(made)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_hundreds_of_files(
    verb: str, spark: Any, small_crawl: SampleCrawl, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    many = shared_directory(tmp_path_factory, "many", lambda place: make(small_crawl, place, MANY)) / "x"
    here, there = run_both(*(many if word == "C" else word for word in VERBS[verb]), out=tmp_path)
    assert here == there


def workers_of_spark() -> list[int]:
    """The Python processes that run tasks: those that Spark's own daemon forked."""
    daemons, children = set(), []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes()
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"pyspark.daemon" in command:
            daemons.add(int(place.name))
            children.append((int(place.name), parent))
    return [process for process, parent in children if parent in daemons]


class Killer:
    """Told how far an extraction is, it kills every worker there is when half is done."""

    def __init__(self, half: int) -> None:
        self.left, self.killed = half, 0

    def tell(self, label: str, done: int, total: int) -> None:
        self.left -= done if label == "reading" else 0
        if self.left <= 0 and not self.killed:
            for process in workers_of_spark():
                os.kill(process, signal.SIGKILL)
                self.killed += 1


def extract(collection: Path, jobs: Jobs, killer: Killer | None = None) -> list[bytes | None]:
    options = ExtractionOptions(jobs=jobs, by_place=True, progress=killer.tell if killer else None)
    return [line for _, line in Extraction(find_sources((collection,)), options)]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_killed_workers_change_nothing(spark: Any, multiplied: Path) -> None:
    here = extract(multiplied, 1)
    killer = Killer(len(here) // 2)
    assert here == extract(multiplied, ON_SPARK, killer)
    assert killer.killed


def kill_once(mark: Path, number: int) -> int:
    """A call whose first process is killed under it."""
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_call_whose_process_was_killed_is_made_again(spark: Any, tmp_path: Path) -> None:
    with Workers(ON_SPARK) as workers:
        assert list(range(6)) == list(workers.run(kill_once, ((tmp_path / "mark", number) for number in range(6))))
    assert (tmp_path / "mark").exists()


def kill_always(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_call_that_kills_each_process_is_told(spark: Any) -> None:
    with Workers(ON_SPARK) as workers, pytest.raises(WorkerDied, match="more memory"):
        list(workers.run(kill_always, [(1,)]))


def open_it(path: Path) -> bytes:
    return path.read_bytes()


def test_an_error_comes_home_as_it_was_raised(spark: Any, tmp_path: Path) -> None:
    with Workers(ON_SPARK) as workers, pytest.raises(FileNotFoundError) as caught:
        list(workers.run(open_it, [(tmp_path / "none",)]))
    assert str(tmp_path / "none") == str(caught.value.filename)


def test_relative_paths_lead_where_they_lead_here(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").write_bytes(b"seen")
    monkeypatch.chdir(tmp_path)
    with Workers(ON_SPARK) as workers:
        assert [b"seen"] == list(workers.run(open_it, [(Path("here"),)]))


def test_an_executor_that_sees_another_file_is_told(tmp_path: Path) -> None:
    """As on a machine that does not share the file system."""
    path = tmp_path / "one.warc"
    path.write_bytes(b"WARC/1.1")
    standpoint = Standpoint.of((path,))
    path.write_bytes(b"another")
    went_well, error = perform(open_it, standpoint, (path,))
    assert (False, NotUsable) == (went_well, type(error))
    assert f"{path}: expected on each of Spark's executors as on this machine, got another on" in str(error)
    path.unlink()
    assert "got none on" in str(perform(open_it, standpoint, (path,))[1])


REFUSED = {
    "java": ("local[2]", "expected Java, 17 or later, got none"),
    "pyspark": ("local[2]", "expected pyspark, got none; install it with pip install 'thanhuy-archive[spark]'"),
    "submit": ("submit", "expected to be started by spark-submit"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_missing_is_told_in_one_sentence(
    what: str, small_crawl: SampleCrawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, told = REFUSED[what]
    if what == "pyspark":
        monkeypatch.setitem(sys.modules, "pyspark", None)
    else:
        find_pyspark()
    if what == "java":
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    done = run_thanhuy("verify", small_crawl.directory, "--spark", master, "--no-record", process=False)
    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert told in done.stderr


@pytest.mark.parametrize("verb", ["extract", "verify", "index", "export"])
def test_a_master_that_is_not_there_is_told_at_once(verb: str, small_crawl: SampleCrawl, tmp_path: Path) -> None:
    """Also where there is but one file to read, for which no other process would be needed here."""
    find_pyspark()
    collection = small_crawl.copy(tmp_path / "x")
    more = {"export": ("--format", "csv"), "verify": ("--no-record",)}.get(verb, ())
    output = () if verb in {"verify", "index"} else ("-o", tmp_path / "out")
    master = "spark://127.0.0.1:9,127.0.0.1:10"
    done = run_thanhuy(verb, collection, *more, *output, "--spark", master, process=False)
    assert (9, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines())), done.stderr
    assert f"--spark {master}: expected a Spark master there, got: Connection refused" in done.stderr


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ("java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.", MasterUnreachable, "again"),
        ("Job 0 cancelled because SparkContext was shut down", MasterUnreachable, "expected its master"),
        ("Python worker exited unexpectedly (crashed)", WorkerDied, "more memory"),
        ("No module named 'archive'", NotUsable, "install it there"),
        ("whatever else\n\tat org.apache", ArchiveError, "Spark: whatever else"),
    ],
)
def test_what_spark_says_is_one_sentence_with_its_exit_code(said: str, error: type[ArchiveError], told: str) -> None:
    found = explain(Exception(said))
    assert (error, True, 1) == (type(found), told in str(found), len(str(found).splitlines()))


def test_one_file_is_read_by_the_spark_that_was_named() -> None:
    assert (1, 3, ON_SPARK) == (jobs_for(1, 3), jobs_for(2, 3), jobs_for(1, ON_SPARK))


REASONS = {
    'WARNING: Using incubator modules\nException in thread "main" org.apache.spark.SparkException: Master must be\n\tat o.a': (
        "Master must be"
    ),
    "An error occurred while calling None.X.\n: org.apache.spark.SparkException: Could not parse Master URL\n\tat org": (
        "Could not parse Master URL"
    ),
    "Error: LinkageError occurred\n\tjava.lang.UnsupportedClassVersionError: X (class file version 61.0), this": (
        "expected Java, 17 or later, got an older one"
    ),
    "nothing of that": None,
}
"""What Java writes → what is told of it."""


@pytest.mark.parametrize("text", REASONS)
def test_why_spark_did_not_start_is_told_in_its_own_words(text: str) -> None:
    assert REASONS[text] == find_reason(text)


def test_one_of_jobs_and_spark_is_named(small_crawl: SampleCrawl) -> None:
    words = ("verify", small_crawl.directory, "--jobs", 2, "--spark", MASTER)
    done = run_thanhuy(*words, process=False)
    assert 2 == done.returncode
    assert "--spark: expected without --jobs, got both" in done.stderr


def test_a_quiet_run_is_quiet_and_leaves_nothing_behind(spark: Any, multiplied: Path, tmp_path: Path) -> None:
    """With a Java of its own, which says much when it starts."""
    out = tmp_path / "out.jsonl"
    words = ("extract", list_warcs(multiplied)[0], "-o", out, "--spark", "local[1]", "--quiet")
    # The path where pyspark is found is read when a Python starts.
    env = {"TMPDIR": str(tmp_path), "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = run_thanhuy(*words, env=env, timeout=250)
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert out.stat().st_size
    assert [out] == list(tmp_path.iterdir())


# The format `warc`


@pytest.fixture
def warc(spark: Any) -> Callable[..., Any]:
    """Rows of a collection, with options."""
    register(spark)

    def read(path: Path, **options: object) -> Any:
        return spark.read.format("warc").options(**options).load(str(path))

    return read


def test_the_format_counts_what_verify_counts(warc: Any, multiplied: Path) -> None:
    checked = json.loads(run_thanhuy("verify", multiplied, "--json", "--no-record", "--no-reparse").stdout)["checked"]
    found = warc(multiplied, columns="file,offset,mime").collect()
    assert checked["records"] == len(found)
    assert len({(row.file, row.offset) for row in found}) == len(found)
    assert "text/html" in {row.mime for row in found}


def test_bytes_are_there_where_they_are_named(warc: Any, multiplied: Path) -> None:
    name = list_warcs(multiplied)[0].name
    rows = warc(multiplied, columns="file,warc_type,payload,payload_digest")
    wanted = rows.where((rows.file == name) & (rows.warc_type == "response"))
    found = wanted.collect()
    assert len(found) > 5
    for row in found:
        assert row.payload_digest == format_sha1(digest_of(bytes(row.payload)))
    assert "payload" not in warc(multiplied).columns


def test_articles_are_the_rows_of_articles_jsonl(warc: Any, multiplied: Path) -> None:
    lines = (multiplied / "articles.jsonl").read_text("utf-8").splitlines()
    versions = warc(multiplied, articles="true")
    assert [json.loads(line) for line in lines] == [row.asDict(recursive=True) for row in newest(versions).collect()]
    assert [column.name for column in columns()] == versions.columns


def test_what_is_no_column_is_told(warc: Any, multiplied: Path) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(PySparkException, match="expected some of path, file, offset"):
        warc(multiplied, columns="file,colour")
