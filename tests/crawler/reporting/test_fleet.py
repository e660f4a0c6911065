"""Many collections at a glance: the worst of them is what the command ends with."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.exits import Exit
from crawler.reporting.fleet import RANKS, read_row, worst
from tests.support.commands import run_thanhuy

NOW = datetime(2024, 3, 2, 12, tzinfo=UTC)
SOUND: dict[str, Any] = {
    "reason": "finished",
    "began": "2024-03-02T05:00:00Z",
    "ended": "2024-03-02T06:00:00Z",
    "configuration": {"REFRESH": True},
    "new_versions": 3,
}


def make(place: Path, run: dict[str, Any] | None) -> Path:
    """A collection of which only the last run matters. None: one that never ran."""
    place.mkdir(parents=True)
    (place / "collection.json").write_text('{"format": 1, "name": "x"}', "utf-8")
    if run is not None:
        (place / "crawls" / "20240302050000").mkdir(parents=True)
        if run:
            (place / "crawls" / "20240302050000" / "run.json").write_text(json.dumps(run), "utf-8")
    return place


def test_every_exit_code_has_its_rank() -> None:
    assert set(Exit) == set(RANKS)
    for one, other in itertools.combinations(RANKS, 2):
        assert other == worst((one, other)) == worst((other, one))
    assert (0, 77) == (worst(()), worst((1, 77)))


@pytest.mark.parametrize(
    ("run", "state", "code", "alarm"),
    [
        (SOUND, "idle", 0, ""),
        (None, "new", 0, ""),
        ({}, "broke off", 1, "broke off: there is no run.json"),
        ({**SOUND, "health": ["too few articles dated"]}, "idle", 4, "too few articles dated"),
        ({**SOUND, "reason": "unreachable", "unreachable": "refused"}, "idle", 9, ""),
        ({**SOUND, "reason": "archive_failed"}, "idle", 1, "stopped, since the archive could take no more"),
        ({**SOUND, "reason": "shutdown"}, "idle", 11, ""),
    ],
)
def test_a_line_tells_how_the_last_run_ended(
    tmp_path: Path, run: dict[str, Any] | None, state: str, code: int, alarm: str
) -> None:
    row = read_row(make(tmp_path / "x", run), NOW)
    assert (state, code, alarm) == (row.state, row.exit, "".join(row.alarms)), row
    if run:
        assert ("20240302050000 refresh", 6 * 3600, 3) == (row.run, row.age, row.new)


@pytest.mark.parametrize("run", [SOUND, None])
def test_a_state_that_is_no_database_is_damage(tmp_path: Path, run: dict[str, Any] | None) -> None:
    place = make(tmp_path / "x", run)
    (place / "state.sqlite").write_bytes(b"garbage" * 999)
    row = read_row(place, NOW)
    assert (5, True) == (row.exit, any("state.sqlite: file is not a database" in alarm for alarm in row.alarms))
    done = run_thanhuy("status", place)
    assert (5, True) == (done.returncode, "damage:     " in done.stdout), done


def test_who_was_not_looked_at_for_too_long_is_alarming(tmp_path: Path) -> None:
    fresh, never = make(tmp_path / "x", SOUND), make(tmp_path / "y", None)
    assert 0 == read_row(fresh, NOW, timedelta(hours=7)).exit
    assert (4, 4) == (read_row(fresh, NOW, timedelta(hours=5)).exit, read_row(never, NOW, timedelta(days=9)).exit)
    row = read_row(make(tmp_path / "z", {**SOUND, "ended": "yesterday"}), NOW, timedelta(days=1))
    assert (4, None) == (row.exit, row.age)


def test_table_and_json_end_with_the_worst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "sites" / "a", {**SOUND, "reason": "unreachable"})
    assert 9 == run_thanhuy("status", "sites/*").returncode
    (tmp_path / "sites" / "a" / "crawls" / "20240302050000" / "run.json").write_text(json.dumps(SOUND), "utf-8")
    make(tmp_path / "sites" / "b", {**SOUND, "health": ["one", "two\x1b[31m"]})
    (tmp_path / "sites" / "notes").mkdir()
    done = run_thanhuy("status", "sites/*")
    lines = done.stdout.splitlines()
    assert (4, 3) == (done.returncode, len(lines)), done
    assert lines[0].split() == ["collection", "now", "last", "run", "exit", "age", "new", "alarms"]
    assert lines[2].endswith("one (+1)")
    done = run_thanhuy("status", "sites/a", "sites/b", "sites/notes", "--json")
    told = json.loads(done.stdout)
    assert (2, 2, [0, 4, 2]) == (done.returncode, told["exit"], [row["exit"] for row in told["collections"]])
    assert "got no collection.json" in told["collections"][2]["alarms"][0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("none-*",), "expected collections of that pattern, got none"),
        (("a/**b",), "a/**b: expected a pattern like"),
        (("a", "b", "--watch"), "--watch: expected one collection"),
        (("nowhere",), "nowhere"),
    ],
)
def test_wrong_words_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        make(tmp_path / name, SOUND)
    done = run_thanhuy("status", *words)
    assert (2, True) == (done.returncode, says in done.stderr)
