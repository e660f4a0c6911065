"""Where values come from: the command line, the environment, the file, the defaults; and what is refused."""

import tomllib
from pathlib import Path

import pytest

from tests.support.commands import run_thanhuy


def values(text: str) -> dict[str, tuple[str, str]]:
    """Key → value and source, of what `thanhuy config` printed."""
    found = {}
    for line in text.splitlines():
        key, mark, rest = line.partition(" = ")
        if mark and not line.startswith("#"):
            value, _, source = rest.rpartition("#")
            found[key] = (value.strip(), source.strip())
    return found


def test_the_environment_wins_over_the_file_and_that_over_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.toml"
    file.write_text('into = "my archive"\ndelay = 3\nsection = ["quan-1", "quan-3"]\nrecheck = true\n', "utf-8")
    monkeypatch.setenv("THANHUY_DELAY", "1m")
    monkeypatch.setenv("THANHUY_IMAGES", "false")
    done = run_thanhuy("config", "--config", file)
    assert 0 == done.returncode, done.stderr
    told = values(done.stdout)
    assert ("60.0", "environment") == told["delay"]
    assert ("false", "environment") == told["images"]
    assert ('"my archive"', "file") == told["into"]
    assert ('["quan-1", "quan-3"]', "file") == told["section"]
    assert ("true", "file") == told["recheck"]
    assert ("1", "default") == told["concurrency"]
    monkeypatch.setenv("THANHUY_CONFIG", str(file))
    assert done.stdout == run_thanhuy("config").stdout


def test_what_is_printed_is_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    days = f"{chr(0xFEFF)}since = 2024-01-31\nuntil = '31/1/2025'\n"  # with the mark that Windows puts before a text
    file.write_text(days + 'max-time = "2h"\nwarc-size = "2GiB"\nhours = "22-6"\n', "utf-8")
    first = run_thanhuy("config", "--config", file).stdout
    assert ('"2024-01-31"', "file") == values(first)["since"]
    assert ('"2025-01-31"', "file") == values(first)["until"]
    assert (str(2 << 30), "file") == values(first)["warc-size"]
    again = tmp_path / "again.toml"
    again.write_text(first, "utf-8")
    assert tomllib.loads(first)
    second = run_thanhuy("config", "--config", again)
    assert [(key, value) for key, (value, _) in values(first).items()] == [
        (key, value) for key, (value, _) in values(second.stdout).items()
    ], second.stderr


@pytest.mark.parametrize("verb", ["crawl", "config"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("dealy = 3\n", "dealy: expected keys named after options; did you mean delay?"),
        ("[notfy]\n", "[notfy]: expected one of"),
        (
            '[notify]\nurll = "x"\n',
            "[notify] urll: expected one of command, mail, on, textfile, url, webhook; did you mean url?",
        ),
        ("delay = [3]\n", "delay: expected a text or a number, got [3]"),
        ("images = 1\n", "images: expected true or false, got 1"),
        ("a = ", "expected TOML"),
        ("a = " + "[" * 5000, "expected TOML"),
        ("[notify]\nurl = 3\n", "[notify] url: expected a text, got int"),
        ("[notify]\ncommand = [1]\n", "[notify] command: expected a text, or a list of them, got list"),
        (
            "[notify]\nurl = 'http:///hook'\n",
            "t.toml:2: [notify] url: expected an address with http:// or https:// and a host",
        ),
        ("[notify]\nurl = 'http://a:b@[c/'\n", "[notify] url: expected an address with http:// or https:// and a host"),
        ('[notify]\ncommand = "sh \'x"\n', "[notify] command: expected a command whose quotations end"),
        ("[notify]\nmail = ''\n", "[notify] mail: expected a text, got an empty one"),
        ("[notify]\nwebhook = 'hooks'\n", "[notify] webhook: expected an address with http:// or https://"),
        ('[notify]\non = "allways"\n', "expected trouble or always, got 'allways'; did you mean always?"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_line_that_names_it(
    verb: str, content: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "t.toml"
    file.write_text(content, "utf-8")
    words = ["--config", file, *(["--into", tmp_path / "x", "--dry-run"] if verb == "crawl" else [])]
    done = run_thanhuy(verb, *words, process=False)
    assert 2 == done.returncode
    assert told in done.stderr
    assert 1 == done.stderr.count("\n")


def test_secrets_are_named_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('[notify]\nurl = "https://health.example/5f0c-secret"\n', "utf-8")
    done = run_thanhuy("config", "--config", file)
    assert "# url = (set, and not shown)" in done.stdout
    assert "secret" not in done.stdout + done.stderr


def test_a_variable_that_no_option_has_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THANHUY_DELY", "3")
    assert (
        "thanhuy: THANHUY_DELY: no option has this name; did you mean THANHUY_DELAY?\n" == run_thanhuy("config").stderr
    )
    done = run_thanhuy("crawl", "--into", "nowhere", "--dry-run")
    assert (2, True) == (done.returncode, "did you mean THANHUY_DELAY?" in done.stderr)
    done = run_thanhuy("refresh", "--into", "nowhere", "--dry-run")
    assert (2, True) == (done.returncode, "did you mean THANHUY_DELAY?" in done.stderr)


@pytest.mark.parametrize("verb", ["crawl", "config"])
@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("images = true\n\ndelay = -3\n", ":3: delay: expected a duration"),
        ("[notify]\non = 'always'\n[health]\nfall = 7\n", ":3: [health]: fall: expected more than 0"),
        ("limit = 0\n", ":1: limit: 0 is not in the range"),
        ('"max-time" = "soon"\n', ":1: max-time: expected a duration"),
        ("images = true\ndealy = 3\n", ":2: dealy: expected keys"),
        ("delay = 3\n[notify]\nmail = 'a@b.vn'\non = 'allways'\n", ":4: [notify] on: expected trouble or always"),
        ('section = [\n "quan-1",\n "---",\n]\n', ":1: section: expected a section's slug"),
    ],
)
def test_a_value_that_is_refused_is_located_in_its_file(verb: str, content: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text(content, "utf-8")
    words = ["--config", file, *(["--into", tmp_path / "x"] if verb == "crawl" else [])]
    done = run_thanhuy(verb, *words, process=False)
    assert (2, 1) == (done.returncode, done.stderr.count("\n"))
    assert done.stderr.startswith(f"thanhuy: {file}{place}"), done.stderr


@pytest.mark.parametrize("verb", ["crawl", "refresh", "config"])
@pytest.mark.parametrize(("name", "value"), [("DELAY", "soon"), ("IMAGES", "perhaps"), ("SINCE", "2024-13-01")])
def test_a_value_that_is_refused_is_named_by_its_variable(
    verb: str, name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"THANHUY_{name}", value)
    words = ["--into", tmp_path / "x"] if verb != "config" else []
    done = run_thanhuy(verb, *words, process=False)
    assert (2, 1) == (done.returncode, done.stderr.count("\n"))
    assert done.stderr.startswith(f"thanhuy: THANHUY_{name}: "), done.stderr


def test_file_without_an_end_is_read_no_further_than_any_is_long() -> None:
    done = run_thanhuy("config", "--config", "/dev/zero")
    assert (2, True) == (done.returncode, "expected TOML" in done.stderr)
