"""Goals are judged, recorded and held; processes are timed, and a failed one is no figure."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from crawler.bench.goals import find_lasting, find_worse, read_recorded, record, show_goals
from crawler.bench.material import SMALL, count_records, write_warc
from crawler.bench.result import Goal
from crawler.bench.server import serve_tls
from crawler.bench.timing import BenchError, Contestant, compete, figure, find_row, is_mostly_start, time_process
from tests.support.commands import run_thanhuy

PYTHON = sys.executable


def goal(value: float | None, *, least: bool = False, held: bool = True, name: str = "x") -> Goal:
    return Goal(name=name, says="x", value=value, limit=2.0, least=least, held=held)


@pytest.mark.parametrize(
    ("value", "least", "met"),
    [(1.9, False, True), (2.1, False, False), (2.1, True, True), (1.9, True, False), (None, True, None)],
)
def test_goal_is_met_on_its_own_side_of_the_limit(value: float | None, least: bool, met: bool | None) -> None:
    assert met is goal(value, least=least).met


@pytest.mark.parametrize(
    ("value", "least", "worse"),
    [(2.4, False, False), (2.6, False, True), (1.7, True, False), (1.5, True, True), (None, True, False)],
)
def test_a_quarter_worse_than_recorded_is_told(value: float | None, least: bool, worse: bool) -> None:
    assert worse == bool(find_worse([goal(value, least=least)], {"x": 2.0}))


def test_what_is_not_held_or_not_recorded_is_never_worse() -> None:
    assert [] == find_worse([goal(9.0, held=False), goal(9.0, name="y")], {"x": 2.0})


def test_a_ratio_is_worse_only_where_it_is_so_twice() -> None:
    """A machine that is busy for a moment is no reason to fail."""
    asked: list[frozenset[str]] = []

    def again(names: frozenset[str]) -> list[Goal]:
        asked.append(names)
        return [goal(2.1, name="crawl/x"), goal(2.7, name="crawl/y"), goal(2.8, name="verify/z")]

    recorded = {"crawl/x": 2.0, "crawl/y": 2.0, "verify/z": 2.0}
    first = [goal(2.6, name="crawl/x"), goal(2.6, name="crawl/y"), goal(2.0, name="verify/z")]
    assert ["crawl/y"] == [line.partition(":")[0] for line in find_lasting(first, recorded, again)]
    assert [] == find_lasting([goal(2.0, name="crawl/x")], recorded, again)
    assert [frozenset({"crawl"})] == asked


def test_recorded_ratios_are_kept_by_name(tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    record([goal(1.23456), goal(3.0, name="y", held=False)], path)
    record([goal(None), goal(4.0, name="z")], path)
    assert {"x": 1.235, "z": 4.0} == read_recorded(path)


def test_every_recorded_ratio_is_of_the_project() -> None:
    assert all(value > 0 for value in read_recorded().values())


def test_process_is_timed_with_its_memory_alone() -> None:
    held = bytearray(150_000_000)  # this process's memory is not the child's
    taken = time_process(Contestant(name="x", command=(PYTHON, "-c", "sum(range(3_000_000))")), 1)
    assert taken.cpu_seconds is not None
    assert taken.peak_bytes is not None
    assert 0.01 < taken.cpu_seconds
    assert 5_000_000 < taken.peak_bytes < len(held)


def test_process_that_fails_is_no_figure() -> None:
    with pytest.raises(BenchError, match=r"x: expected exit code 0, got 3: no such luck"):
        time_process(
            Contestant(
                name="x", command=(PYTHON, "-c", "import sys; print('no such luck', file=sys.stderr); sys.exit(3)")
            ),
            1,
        )


def test_who_is_not_installed_is_named() -> None:
    nothing = (PYTHON, "-c", "pass")
    rows, missing = compete(
        (Contestant(name="a", command=nothing), Contestant(name="b", command=nothing, modules=("no_such_module",))),
        pages=1,
        runs=1,
    )
    assert ["b: not installed"] == missing
    assert 1.0 == figure(rows, "a", "ratio")
    assert find_row(rows, "b") is None


def test_goal_is_left_to_a_larger_run_where_most_of_the_work_was_the_start() -> None:
    busy = (PYTHON, "-c", "sum(range(20_000_000))")
    nothing = (PYTHON, "-c", "pass")
    for command, mostly in ((nothing, True), (busy, False)):
        rows, _ = compete((Contestant(name="a", command=command, start=nothing),), pages=1, runs=1)
        assert mostly == is_mostly_start(rows)
    left = Goal(name="a", says="a", value=2.0, limit=None)
    assert left.met is None
    console = Console(record=True, width=100)
    show_goals([left], console)
    assert "left to a larger run" in console.export_text()


def test_archive_of_others_holds_every_page(tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "x.warc.gz", pages=5, size=SMALL)
    assert 6 == count_records(warc)
    assert 0 == run_thanhuy("verify", warc).returncode
    done = run_thanhuy("extract", warc)
    assert 5 == len(done.stdout.splitlines())


def test_bundled_server_speaks_tls_where_nginx_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    import ssl
    import urllib.request

    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with serve_tls(3, size=SMALL) as (served, corpus):
        trust = ssl.create_default_context(cafile=served.cacert)
        with urllib.request.urlopen(f"https://127.0.0.1:{served.port}{corpus.articles[0]}", context=trust) as answer:
            assert corpus.pages[corpus.articles[0]] == answer.read()


def test_crawl_of_one_page_is_measured_without_telling_its_start_apart() -> None:
    done = run_thanhuy("bench", "crawl", "--quick", "--pages", 1, "--runs", 1, "--json")
    assert 0 == done.returncode, done.stderr


def test_bench_extract_prints_rows_and_goals_as_json() -> None:
    done = run_thanhuy("bench", "startup", "extract", "--quick", "--pages", 16, "--runs", 1, "--json")
    assert 0 == done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {"machine", "extract", "startup"} == set(found)
    assert {"processor", "memory", "load", "system", "packages"} == set(found["machine"])
    assert ["15kB", "250kB"] == list(found["extract"])
    ours = found["extract"]["15kB"]["rows"][0]
    assert min(ours["seconds"], ours["cpu_seconds"], ours["peak_mb"]) > 0
    assert {"startup/ratio", "startup/help", "startup/memory", "startup/completion"} == {
        each["name"] for each in found["startup"]["start"]["goals"]
    }
