"""What `thanhuy schedule` prints works as printed: crontab lines under cron's own rules, units under systemd's."""

import ast
import re
import shlex
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import click
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli import cli
from crawler.cli.exits import Exit
from crawler.cli.values import format_duration, parse_duration
from crawler.scheduling.crontab import format_line
from crawler.scheduling.kubernetes import FINAL
from crawler.scheduling.plans import EVERY, Job, make_plan
from tests.support.commands import run_thanhuy
from tests.support.sample_crawls import SampleCrawl


def as_cron_runs(line: str) -> str:
    """The command of a crontab line as cron hands it to the shell (crontab(5)): up to the first bare `%`."""
    command = line.split(None, 5)[5]
    return re.split(r"(?<!\\)%", command)[0].replace("\\%", "%")


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\0"), min_size=1), min_size=1))
def test_cron_hands_every_word_on(words: list[str]) -> None:
    job = Job(name="x", says="", words=("printf", "%s\\0", *words), calendar="", cron="1 * * * *", writes=())
    done = subprocess.run(["/bin/sh", "-c", as_cron_runs(format_line(job))], capture_output=True, check=True)
    assert words == done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("every", EVERY)
def test_every_interval_is_a_calendar_of_even_steps(every: int, tmp_path: Path) -> None:
    plan = make_plan(("/usr/bin/thanhuy",), tmp_path / "x", every, None, tmp_path / "x.html")
    minutes, hours, *_, weekday = plan.jobs[0].cron.split()
    starts = [
        hour * 60 + minute
        for hour in (range(24) if hours == "*" else map(int, hours.split(",")))
        for minute in (range(60) if minutes == "*" else map(int, minutes.split(",")))
    ]
    assert max(1, 86_400 // every) == len(starts)
    assert {every // 60} == {later - one for one, later in pairwise(starts)} or len(starts) == 1
    assert ("0" if every == 7 * 86_400 else "*") == weekday
    assert plan.jobs == make_plan(("/usr/bin/thanhuy",), tmp_path / "x", every, None, tmp_path / "x.html").jobs


def test_cron_gets_absolute_paths_and_quiet_commands(tmp_path: Path) -> None:
    done = run_thanhuy("schedule", "cron", "--into", tmp_path / "my 100% archive", "--mail", "a@example.org")
    assert 0 == done.returncode
    lines = [line for line in done.stdout.splitlines() if re.match(r"\d", line)]
    assert 3 == len(lines)
    for line in lines:
        command = as_cron_runs(line)
        assert command.startswith("/")
        assert " --quiet" in command
        assert f"'{tmp_path}/my 100% archive" in command
    assert "PATH=" in done.stdout
    assert "MAILTO=a@example.org" in done.stdout


def test_units_are_sound_to_systemd(tmp_path: Path) -> None:
    units = tmp_path / "units"
    units.mkdir()
    done = run_thanhuy(
        "schedule", "--into", tmp_path / "my 100% $archive", "--every", "15m", "-o", units, "--mail", "a@b.vn"
    )
    assert 0 == done.returncode, done.stderr
    assert 7 == len(list(units.iterdir()))
    for service in units.glob("*-re*.service"):
        text = service.read_text("utf-8")
        assert "ProtectSystem=strict" in text
        assert "OnFailure=" in text
        assert '"' + str(tmp_path / "my 100%% $$archive") + '"' in text
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *map(str, units.iterdir())],
            capture_output=True,
            text=True,
            check=False,
        )
        assert not [line for line in checked.stderr.splitlines() if "thanhuy" in line], checked.stderr
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", str(next(units.glob("*-refresh.service")))],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        level = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
        assert level is None or float(level[1]) < 2.5, judged.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--every", "7h"], "expected one of 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d, 7d, got 7h"),
        (["--mail", "a b"], "expected an address, got 'a b'"),
        (["cron", "-o", "."], "expected no directory"),
        (["-o", "no/such"], "expected a directory to write to"),
        (["--into", "a\nb"], "expected a path that can be printed"),
    ],
)
def test_what_no_calendar_can_tell_is_refused(words: list[str], told: str) -> None:
    done = run_thanhuy("schedule", "--into", "x", *words)
    assert 2 == done.returncode
    assert told in done.stderr


@given(st.integers(1, 10**9) | st.floats(0.001, 1e6).map(lambda seconds: round(seconds, 3)))
def test_a_duration_is_read_as_it_is_written(seconds: float) -> None:
    assert seconds == parse_duration(format_duration(seconds))


def test_what_would_fail_each_night_is_said_beforehand(small_crawl: SampleCrawl, tmp_path: Path) -> None:
    done = run_thanhuy("schedule", "cron", "--into", tmp_path / "none")
    assert (0, True) == (done.returncode, f"run `thanhuy crawl --into {tmp_path}/none` first" in done.stderr)
    into = small_crawl.copy(tmp_path / "x")
    assert (0, "") == (lambda done: (done.returncode, done.stderr))(run_thanhuy("schedule", "cron", "--into", into))
    told = {user: run_thanhuy("schedule", "--into", into, "--user", user).stderr for user in ("root", "archive")}
    assert ("as root" in told["root"], told["archive"]) == (True, "")


# A fleet: one collection a site, one process a collection


def taken(words: list[str]) -> None:
    """See that a command line is one of ours: each verb, option and value is taken. Raises click's complaint."""
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None, words
    command.make_context(words[0], words[1:])


def test_template_units_are_sound_to_systemd(tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    done = run_thanhuy("schedule", "--into", tmp_path / "my 5% archives" / "%i", "-o", tmp_path / "units")
    assert (0, "thanhuy-refresh@NAME.timer" in done.stdout) == (done.returncode, True), done.stderr
    assert "there is no collection" not in done.stderr
    text = (tmp_path / "units" / "thanhuy-refresh@.service").read_text("utf-8")
    assert f'--into "{tmp_path}/my 5%% archives/%i" --quiet' in text
    timer = (tmp_path / "units" / "thanhuy-refresh@.timer").read_text("utf-8")
    assert ("FixedRandomDelay=true" in timer, "RandomizedDelaySec=10800" in timer) == (True, True)
    if shutil.which("systemd-analyze"):
        units = map(str, (tmp_path / "units").iterdir())
        words = ["systemd-analyze", "verify", "--man=no", *units]
        checked = subprocess.run(words, capture_output=True, text=True, check=False)
        assert not [line for line in checked.stderr.splitlines() if "thanhuy" in line], checked.stderr


def test_cronjobs_are_read_as_they_were_meant(small_crawl: SampleCrawl) -> None:
    """The command lines too: on a machine that has the collections they are taken."""
    places = [small_crawl.directory, small_crawl.directory.parent / 'Tin "Tức": #1']
    done = run_thanhuy("schedule", "kubernetes", *(word for place in places for word in ("--into", place)))
    assert (0, "") == (done.returncode, done.stderr)
    found = list(yaml.safe_load_all(done.stdout))
    assert (6, {"CronJob"}) == (len(found), {each["kind"] for each in found})
    names = [each["metadata"]["name"] for each in found]
    assert len(names) == len({name for name in names if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,50}[a-z0-9]", name)})
    for each, place in zip(found, [places[0]] * 3 + [places[1]] * 3, strict=True):
        spec = each["spec"]["jobTemplate"]["spec"]
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        assert str(place) in container["args"]
        assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
        assert (container["name"], "Never") == (
            spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["containerName"],
            pod["restartPolicy"],
        )
        if place == small_crawl.directory:
            taken(container["args"])
    retried = {Exit.DONE, Exit.UNREACHABLE, Exit.INTERRUPTED, Exit.LOCKED}
    assert set(Exit) - retried == set(FINAL)


def test_dags_are_python_and_their_commands_are_taken(small_crawl: SampleCrawl) -> None:
    odd = small_crawl.directory.parent / "it's a 'quoted' one"
    done = run_thanhuy("schedule", "airflow", "--into", small_crawl.directory, "--into", odd)
    tree = ast.parse(done.stdout)
    compile(tree, "dags.py", "exec")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    given = [
        {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "BashOperator"
    ]
    assert (6, 2) == (len(given), len({each["task_id"] for each in given}))
    for each in given:
        command = str(each["bash_command"])
        assert command.endswith(" ")
        words = shlex.split(command)
        assert str(odd if str(each["task_id"]).startswith("it-s") else small_crawl.directory) in words
        if str(small_crawl.directory) in words:
            taken(words[words.index("crawler.cli") + 1 if "crawler.cli" in words else 1 :])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cron", "--into", "b"], "expected one collection, got several"),
        (["kubernetes", "--config", __file__], "no file of this machine is in a container"),
        (["airflow", "--into", "a{{b"], "which Airflow would read"),
        (["kubernetes", "--into", "/archive"], "expected /VOLUME/COLLECTION"),
        (["airflow", "-o", "."], "it is one text"),
        (["airflow", "--into", "b", "--report", "r.html"], "expected with one collection"),
        (["kubernetes", "--into", "b/x"], "expected collections of one directory"),
        (["kubernetes", "--into", "./x"], "expected each collection once"),
    ],
)
def test_what_a_scheduler_cannot_do_is_told(words: list[str], told: str) -> None:
    done = run_thanhuy("schedule", "--into", "x", *words)
    assert (2, True) == (done.returncode, told in done.stderr), done.stderr


def test_no_instance_writes_the_report_of_another() -> None:
    done = run_thanhuy("schedule", "--into", "/archives/%i", "--report", "x.html")
    assert (2, True) == (done.returncode, "would write that one file" in done.stderr), done.stderr


def test_dags_are_python_whatever_the_path_says(tmp_path: Path) -> None:
    done = run_thanhuy("schedule", "airflow", "--into", tmp_path / 'a"""b\\N{x')
    assert 0 == done.returncode
    ast.parse(done.stdout)
