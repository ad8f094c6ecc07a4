"""Instants are aware, in UTC, to the millisecond."""

from datetime import UTC, datetime

import pytest

from rekindle.domain.core import times


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.1239Z", "2026-01-01T00:00:00.123Z"),
        ("2026-01-01t00:00:00.5z", "2026-01-01T00:00:00.500Z"),
        ("2026-01-01 01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2017-01-01T05:29:60.25+05:30", "2017-01-01T00:00:00.250Z"),
    ],
)
def test_a_time_is_read_in_utc_to_the_millisecond(written: str, read: str):
    assert times.text(times.instant(written)) == read


@pytest.mark.parametrize("written", ["2026-01-01T00:00:00", "2026-01-01t00:00:00", "2026-01-01", "yesterday", ""])
def test_a_time_without_an_offset_is_refused(written: str):
    with pytest.raises(ValueError, match=r".+"):
        times.instant(written)


@pytest.mark.parametrize(
    "written",
    ["2026-02-30T00:00:00Z", "2026-01-01T12:00:60Z", "2016-12-31T23:59:60+01:00", "2026-01-01T24:00:00Z"],
)
def test_a_time_that_never_was_is_refused(written: str):
    with pytest.raises(ValueError, match=r".+"):
        times.instant(written)


def test_milliseconds_sort_as_instants_do():
    earlier, later = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert 0 == times.millis(earlier) < times.millis(later) < 10**15


def test_what_is_not_there_stays_so():
    assert times.optional_text(None) is None
