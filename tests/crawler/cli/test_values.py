"""Values as users write them: the same in every verb, with one line that says what was expected."""

import errno
import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import OutOfSpace
from archive.sizes import SIZE_UNITS, parse_size
from crawler.cli import VERBS, cli
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.values import (
    DAY,
    SIZE_LIMIT,
    building_target,
    check_target,
    parse_duration,
    parse_share,
    plain,
    write_target,
)
from crawler.reporting.amounts import format_size

SIZES = [
    ("0", 0),
    ("7", 7),
    ("4096", 4096),
    ("500kB", 500_000),
    ("500KB", 500_000),
    ("1.5M", 1_500_000),
    ("2 gb", 2_000_000_000),
    ("2G", 2_000_000_000),
    ("2GB", 2_000_000_000),
    ("2GiB", 2 << 30),
    ("2Gi", 2 << 30),
    ("1T", 10**12),
    ("12B", 12),
]


@pytest.mark.parametrize(("text", "size"), SIZES)
def test_size_is_read(text: str, size: int) -> None:
    assert size == parse_size(text)


@pytest.mark.parametrize("text", ["", "-1", "x", "5X", "1.5.2M", "١٢", "1e9", "nan", "inf", "9" * 30, "1,5M", "2 G B"])
def test_size_that_is_none_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size like 500kB, 2GB or 2GiB, got "):
        parse_size(text)


def test_a_size_of_nothing_is_no_limit() -> None:
    with pytest.raises(click.BadParameter, match="leave the option out for no limit"):
        SIZE_LIMIT.convert("0", None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("6h", 21_600), ("2d", 172_800), ("1h30m", 5400), ("1 d 2 h", 93_600), ("2.5", 2.5)],
)
def test_duration_is_read(text: str, seconds: float) -> None:
    assert seconds == parse_duration(text)


@pytest.mark.parametrize("text", ["", "s", "5x", "1h2h", "-5s", "1:30", "nan", "inf", "1h30", "1" * 40])
def test_duration_that_is_none_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration like 90s, 15m, 6h or 2d, got "):
        parse_duration(text)


@pytest.mark.parametrize(("text", "share"), [("5%", Fraction(1, 20)), ("100 %", 1), ("0.5", Fraction(1, 200))])
def test_share_is_read(text: str, share: Fraction) -> None:
    assert share == parse_share(text)


@pytest.mark.parametrize("text", ["0%", "101%", "nan", "-1%", "%", "5 percent"])
def test_share_that_is_none_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a percentage like 5%, got "):
        parse_share(text)


@pytest.mark.parametrize("text", ["2024-01-31", "31/1/2024"])
def test_day_is_read(text: str) -> None:
    assert date(2024, 1, 31) == DAY.convert(text, None, None)


@given(st.integers(0, 1 << 40), st.sampled_from(sorted(SIZE_UNITS)), st.booleans())
def test_every_size_is_read_in_whatever_letters(amount: int, unit: str, loud: bool) -> None:
    text = f"{amount}{unit.upper() if loud else unit}"
    if amount * SIZE_UNITS[unit] <= 1 << 62:
        assert amount * SIZE_UNITS[unit] == parse_size(text)


@given(st.integers(0, 10**15 - 10**12))
def test_a_size_as_it_is_shown_can_be_given_to_an_option(size: int) -> None:
    assert abs(parse_size(format_size(size)) - size) <= max(0.06 * size, 1)


@given(st.text())
def test_plain_text_leaves_a_terminal_alone(text: str) -> None:
    assert plain(text).isprintable()
    assert len(text) == len(plain(text))


def options_of(verb: str) -> list[click.Option]:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


@pytest.mark.parametrize("verb", VERBS)
def test_options_of_one_meaning_have_one_type(verb: str) -> None:
    """Sizes, days and durations are never read by a verb's own rule."""
    kinds = {r"(bytes|size)$": "SIZE", r"(^|_)(since|until)$": "DATE", r"(^|_)(time|delay|timeout|every)$": "TIME"}
    for option in options_of(verb):
        for pattern, kind in kinds.items():
            if re.search(pattern, option.name or "") and not option.is_flag:
                assert kind == option.type.name, f"{verb} --{option.name}"


def test_a_target_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def pieces() -> "list[bytes]":
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    with pytest.raises(OutOfSpace, match="no space left; nothing was written"):
        write_target(target, (piece for _ in range(1) for piece in pieces()))
    with pytest.raises(KeyError), building_target(target) as drafted:
        raise KeyError(drafted.write_bytes(b"half"))
    assert [(target, b"old")] == [(path, path.read_bytes()) for path in tmp_path.iterdir()]
    with building_target(target) as drafted:
        drafted.write_bytes(b"new")
    assert [(target, b"new")] == [(path, path.read_bytes()) for path in tmp_path.iterdir()]


def refusal(target: Path, *reads: Path, force: bool = False, ours: bytes | None = None) -> str:
    is_ours = None if ours is None else lambda beginning: beginning.startswith(ours)
    with pytest.raises(CommandFailed) as failure:
        check_target(target, force=force, reads=reads, is_ours=is_ours, ours="is no report")
    assert failure.value.code is Exit.USAGE
    return str(failure.value)


def test_a_target_never_takes_the_place_of_what_it_must_not(tmp_path: Path) -> None:
    collection, other = tmp_path / "c", tmp_path / "other"
    (collection / "warc").mkdir(parents=True)
    other.write_bytes(b"something else")
    assert "expected a directory to write to" in refusal(tmp_path / "no" / "x")
    assert "outside the collection" in refusal(collection / "x", collection, force=True)
    assert "outside the collection" in refusal(collection / "warc" / "x", collection)
    assert "another file than those that are read" in refusal(other, other, force=True)
    assert "something else" in refusal(tmp_path, force=True)
    assert "exists already and is no report; name another file" in refusal(other, ours=b"{")
    check_target(other, force=True)
    check_target(other, force=False, is_ours=lambda beginning: beginning.startswith(b"some"))
    check_target(tmp_path / "new", force=False)
