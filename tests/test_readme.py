"""What the README says is held against the code."""

import re
from pathlib import Path

import click
import pytest

from crawler.cli import VERBS, cli
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
    assert [int(code) for code in Exit] == [int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]


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


def test_wrong_usage_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    for arguments in (
        ["crawl"],
        ["nonsense"],
        ["crawl", "https://example.org/", "--into", tmp_path / "x"],
        ["crawl", "--into", tmp_path / "x", "--connect-to", "nowhere"],
        ["crawl", "--into", tmp_path / "x", "--operator", "nobody"],
        ["crawl", "--into", tmp_path / "x", "--cacert", __file__],
        ["crawl", "--into", tmp_path / "x", "--warc-size", "much"],
        ["verify", tmp_path / "nothing-here"],
        ["repair", tmp_path],
    ):
        done = run_thanhuy(*arguments)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()


def test_config_file_has_a_key_for_each_option(tmp_path: Path) -> None:
    config = tmp_path / "thanhuy.toml"
    config.write_text('delay = "often"\n', "utf-8")
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--config", config)
    assert done.returncode == 2
    assert "--delay" in done.stderr
    config.write_text("dealy = 3\n", "utf-8")
    done = run_thanhuy("crawl", "--into", tmp_path / "x", "--config", config)
    assert done.returncode == 2
    assert "dealy" in done.stderr
