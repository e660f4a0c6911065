"""Dates of records: every level of the standard, two habits of writers, and nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.dates import in_utc, is_habit, parse_date


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-02-28T09:30:00Z", "2024-02-28T09:30:00Z"),
        ("2024-02-28T09:30:00.123456789Z", "2024-02-28T09:30:00.123456789Z"),
        ("2024-02-28T09:30Z", "2024-02-28T09:30:00Z"),
        ("2024-02-28", "2024-02-28T00:00:00Z"),
        ("2024-02", "2024-02-01T00:00:00Z"),
        ("2024", "2024-01-01T00:00:00Z"),
        ("2024-02-28t09:30:00z", "2024-02-28T09:30:00Z"),
        ("2024-02-28T16:30:00+07:00", "2024-02-28T09:30:00Z"),
        ("2024-02-30T00:00:00Z", None),
        ("2024-02-28T09:30:00", None),
        ("20240228093000", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("", None),
    ],
)
def test_date_is_read_as_its_moment(written: str, expected: str | None) -> None:
    assert expected == in_utc(written)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_comes_back(moment: datetime) -> None:
    written = f"{moment.isoformat()[:19]}.{moment.microsecond:06d}Z"
    assert (written, moment.replace(microsecond=0), False) == (in_utc(written), parse_date(written), is_habit(written))
