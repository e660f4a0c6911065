"""The corpus: each faulty file gives its finding and no other, each odd one passes; all through the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.verify.findings import CODES, Severity
from archive.warc import inflate, ranges
from crawler.cli.exits import run
from crawler.cli.verify import command
from tests.support.commands import SHARED
from tests.warcs.faults import FAULTS, Built
from tests.warcs.oddities import ODDITIES

WARCS = SHARED / "warcs"


def verify(*paths: Path, options: tuple[str, ...] = ()) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings of `thanhuy verify --json`."""
    result = CliRunner().invoke(command, ["--json", *options, *map(str, paths)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    assert isinstance(result.return_value, int)
    return result.return_value, json.loads(result.stdout)["findings"]


def write(directory: Path, built: Built) -> Path:
    """The file on disk."""
    path = directory / built[0]
    path.write_bytes(built[1])
    return path


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_and_no_other(name: str, tmp_path: Path) -> None:
    code, findings = verify(write(tmp_path, FAULTS[name]()))
    expected = name.partition("--")[0]
    assert {finding["code"] for finding in findings} == {expected}, findings
    assert code == (5 if CODES[expected][0] is Severity.DAMAGE else 0)


@pytest.mark.parametrize("name", ODDITIES)
def test_oddity_passes(name: str, tmp_path: Path) -> None:
    code, findings = verify(write(tmp_path, ODDITIES[name]()))
    assert [finding for finding in findings if finding["severity"] != "info"] == []
    assert code == 0


def test_sound_file_gives_no_finding_at_all(tmp_path: Path) -> None:
    assert verify(write(tmp_path, ODDITIES["sound"]())) == (0, [])


def test_corpus_is_as_large_as_it_should_be() -> None:
    assert len(FAULTS) >= 60
    assert len(ODDITIES) >= 20


@pytest.mark.skipif(not WARCS.is_dir(), reason="the foreign samples are not on this machine")
@pytest.mark.parametrize("path", sorted(WARCS.glob("*")) if WARCS.is_dir() else [], ids=lambda path: path.name)
def test_foreign_file_has_no_damage(path: Path) -> None:
    code, findings = verify(path)
    assert [finding for finding in findings if finding["severity"] == "damage"] == []
    assert code == 0


def test_nothing_verifiable_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    for path in (text, tmp_path / "absent.warc.gz", tmp_path):
        assert run(lambda path=path, **options: command([str(path)], **options)) == 2
        assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize("size", [150])
def test_ranges_find_what_the_whole_file_shows(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a range begins is guessed; a wrong guess, amid a block or a damage, changes nothing."""
    whole: dict[str, object] = {}
    parted: dict[str, object] = {}
    for found in (whole, parted):
        for name, build in (FAULTS | ODDITIES).items():
            found[name] = verify(write(tmp_path, build()))
        monkeypatch.setattr(ranges, "SIZE", size)
    assert whole == parted


@pytest.mark.skipif(inflate.QUICK is None, reason="isal is not installed")
def test_findings_do_not_depend_on_the_library_that_inflates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: verify(write(tmp_path, build())) for name, build in FAULTS.items()}
    monkeypatch.setattr(inflate, "QUICK", None)
    assert quick == {name: verify(write(tmp_path, build())) for name, build in FAULTS.items()}
