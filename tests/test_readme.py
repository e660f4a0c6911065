"""What the README says is held against the code."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from crawler.cli import HELP, VERBS, cli
from crawler.cli.exits import Exit
from crawler.items import Article
from tests.support.commands import ROOT, run_thanhuy

README = (ROOT / "README.md").read_text("utf-8")


def command_of(verb: str) -> click.Command:
    command = cli.get_command(click.Context(cli), verb)
    assert isinstance(command, click.Command)
    return command


def test_commands_named_exist() -> None:
    named = set(re.findall(r"(?:^|`|\s|bin/)thanhuy ([a-z]+)", README))
    assert named <= set(VERBS)


def test_links_within_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    found = re.findall(r"\]\(#([^)]+)\)", README)
    assert found
    assert set(found) <= anchors


def test_every_command_is_named() -> None:
    assert not [verb for verb in VERBS if f"thanhuy {verb}" not in README]


def test_options_named_exist() -> None:
    for verb, rest in re.findall(r"^\s*(?:\.venv/bin/)?thanhuy ([a-z]+)([^\n#]*)", README, re.MULTILINE):
        known = {
            option for parameter in command_of(verb).params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= known, verb


def test_every_field_is_named() -> None:
    table = README.partition("| key | what it is |")[2].partition("\n\n")[0]
    keys = " ".join(row.split("|")[1] for row in table.splitlines()[2:])
    assert set(Article.__dataclass_fields__) == set(re.findall(r"`([a-z_]+)`", keys))


def test_exit_codes_are_those_of_the_code() -> None:
    table = re.findall(r"^\| (\d+) \| (.+?) \|$", README, re.MULTILINE)
    assert [(str(code.value), code.says) for code in Exit] == table


def test_the_overview_names_every_verb_once_without_importing_it() -> None:
    assert sorted(VERBS) == sorted(verb for verbs in HELP.values() for verb in verbs)
    script = (
        "import sys; from crawler.cli import cli; cli(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {
        name for name in re.findall(r"'([\w.]+)'", done.stdout) if name.startswith(("crawler", "archive", "scrapy"))
    }
    assert {"crawler", "crawler.cli"} == loaded


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_loads_no_engine(verb: str) -> None:
    script = f"import sys; from crawler.cli import cli; cli([{verb!r}, '--help'], standalone_mode=False)"
    heavy = "[name for name in ('scrapy', 'twisted', 'aiohttp', 'rich', 'duckdb', 'starlette') if name in sys.modules]"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; print({heavy})"], capture_output=True, text=True, check=True
    )
    assert "[]" == done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["verfy", "x"],
            "thanhuy: expected a verb, got 'verfy'; did you mean `thanhuy verify`?; thanhuy --help tells more",
        ),
        (["xyzzy"], "thanhuy: expected a verb, got 'xyzzy'; thanhuy --help tells more"),
        (["verify", "--jsn", "x"], "thanhuy: verify: no such option '--jsn'. (Did you mean"),
        (["crawl"], "thanhuy: crawl: missing option '--into'; thanhuy crawl --help tells more"),
    ],
)
def test_wrong_usage_is_one_line_that_knows_what_was_meant(words: list[str], told: str) -> None:
    done = run_thanhuy(*words)
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith(told)


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_answers_with_an_example(verb: str) -> None:
    done = run_thanhuy(*([verb] if verb else []), "--help")
    assert done.returncode == 0
    assert "thanhuy " in done.stdout


@pytest.mark.parametrize("marker", ["demo", "tests"])
def test_set_up_commands_are_one_line_each(marker: str) -> None:
    found = re.search(rf"<!-- {marker} -->\s*```sh\n(.+?)\n```", README, re.DOTALL)
    assert found is not None
    assert "\n" not in found[1]
    assert Path(".venv/bin").as_posix() in found[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["crawl"],
        ["nonsense"],
        ["crawl", "https://example.org/", "--into", "x"],
        ["crawl", "--into", "x", "--connect-to", "nowhere"],
        ["crawl", "--into", "x", "--operator", "nobody"],
        ["crawl", "--into", "x", "--cacert", __file__],
        ["crawl", "--into", "x", "--warc-size", "much"],
        ["verify", "nothing-here"],
        ["repair", "."],
    ],
    ids=lambda arguments: " ".join(arguments)[-40:],
)
def test_wrong_usage_ends_with_2_and_no_traceback(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_thanhuy(*arguments, process=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert [] == list(tmp_path.iterdir())


def test_config_file_has_a_key_for_each_option(tmp_path: Path) -> None:
    config = tmp_path / "thanhuy.toml"
    config.write_text('delay = "often"\n', "utf-8")
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--config", config, process=False)
    assert done.returncode == 2
    assert f"{config}:1: delay: expected a duration" in done.stderr
    config.write_text("dealy = 3\n", "utf-8")
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--config", config, process=False)
    assert done.returncode == 2
    assert "dealy" in done.stderr
