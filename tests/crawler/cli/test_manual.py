"""The manual page and the completion say what the commands are."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from crawler.cli import VERBS, cli
from crawler.cli.exits import Exit
from tests.support.commands import ROOT, run_thanhuy


@pytest.fixture(scope="module")
def manual() -> str:
    done = run_thanhuy("--man", process=True)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def test_every_verb_option_and_exit_code_is_in_the_manual(manual: str) -> None:
    text = manual.replace(r"\-", "-")
    for verb in VERBS:
        part = text.partition(f".SS thanhuy {verb} ")[2].partition("\n.SS ")[0]
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert max(option.opts, key=len) in part, f"{verb} {option.name}"
    for code in Exit:
        assert f".B {code.value}\n{code.says}\n" in text


def test_the_manual_is_sound_roff(manual: str, tmp_path: Path) -> None:
    requests = {"TH", "SH", "SS", "PP", "TP", "B", "BR", "nf", "fi"}
    assert requests >= set(re.findall(r"^\.(\w+)", manual, re.MULTILINE))
    assert not re.findall(r"^'", manual, re.MULTILINE)
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-k", "-man", "-Tutf8", "-ww"], input=manual.encode(), capture_output=True, check=True
        )
        assert b"warning" not in done.stderr


@pytest.mark.parametrize(("words", "expected"), [("thanhuy ver", "verify"), ("thanhuy verify --fix", "--fixity-only")])
def test_the_shell_completes_verbs_and_options(words: str, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'thanhuy'; from crawler.cli import main; main()"],
        env={"_THANHUY_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert expected in done.stdout, done.stderr


def test_the_container_recipe_calls_what_exists() -> None:
    recipe = re.search(r"```dockerfile\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert recipe is not None
    called = re.findall(r'CMD \["(?:thanhuy", ")?([a-z]+)", (.+?)\]', recipe[1])
    assert ["doctor", "refresh"] == [verb for verb, _ in called]
    for words in called:
        command = cli.get_command(click.Context(cli), words[0])
        assert command is not None, words
        known = {name for option in command.params for name in option.opts}
        assert set(re.findall(r'"(--[a-z-]+)"', words[1])) <= known
