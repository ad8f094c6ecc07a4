"""When the members of a pool work: by their own clock, over midnight, and on the days on which clocks are put."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.domain.assignment.router import WEEK, Hours, Pool
from rekindle.domain.assignment.routing_result import Passed

BERLIN = "Europe/Berlin"
"""Clocks go forward on 29 March 2026 at 02:00, to 03:00, and back on 25 October at 03:00, to 02:00."""
NIGHTS = Hours(opens=time(22), closes=time(6))


def pool(hours: Hours, *holidays: date, time_zone: str = BERLIN) -> Pool:
    return Pool("all", (), hours, time_zone, frozenset(holidays))


def at(clock: str, *, again: bool = False) -> datetime:
    """By the clock of Berlin, in UTC; the second time that the clock shows it, where that is said."""
    return datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(BERLIN), fold=again).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "works"),
    [
        ("2026-01-09 21:59", False),  # A Friday.
        ("2026-01-09 22:00", True),
        ("2026-01-10 00:00", True),
        ("2026-01-10 05:59", True),
        ("2026-01-10 06:00", False),
        ("2026-01-10 22:00", False),
        ("2026-01-12 05:00", False),  # The night of the Sunday is none of theirs.
        ("2026-01-12 23:00", True),
    ],
)
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(clock: str, works: bool) -> None:
    assert pool(NIGHTS).passed(None, at(clock)) == (None if works else Passed.OUTSIDE_HOURS)


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ("2026-01-09 12:00", "2026-01-09 22:00"),
        ("2026-01-10 06:00", "2026-01-12 22:00"),
        ("2026-01-12 05:00", "2026-01-12 22:00"),
    ],
)
def test_after_a_night_they_are_free_again_the_next_evening(asked: str, again: str) -> None:
    assert pool(NIGHTS).free_again(None, at(asked), Passed.OUTSIDE_HOURS) == at(again)


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        ("2026-01-06 23:30", None),
        ("2026-01-07 00:30", Passed.HOLIDAY),
        ("2026-01-07 23:30", Passed.HOLIDAY),
        ("2026-01-08 00:30", Passed.HOLIDAY),
        ("2026-01-08 23:30", None),
    ],
)
def test_nobody_works_on_a_holiday_nor_in_a_night_that_would_begin_on_it(clock: str, why: Passed | None) -> None:
    closed = pool(NIGHTS, date(2026, 1, 7))
    assert closed.passed(None, at(clock)) == why
    if why is not None:
        assert closed.free_again(None, at(clock), why) == at("2026-01-08 22:00")


@pytest.mark.parametrize(
    ("evening", "hours"), [("2026-03-28 22:00", 7), ("2026-10-24 22:00", 9), ("2026-06-05 22:00", 8)]
)
def test_a_night_in_which_clocks_are_put_ends_by_the_clock(evening: str, hours: int) -> None:
    nights = pool(Hours(WEEK, NIGHTS.opens, NIGHTS.closes))
    begins, ends = at(evening), at(evening) + timedelta(hours=hours)
    assert ends.astimezone(ZoneInfo(BERLIN)).time() == time(6)
    before, last = begins - timedelta(seconds=1), ends - timedelta(seconds=1)
    assert [nights.passed(None, moment) for moment in (before, begins, last, ends)] == [
        Passed.OUTSIDE_HOURS,
        None,
        None,
        Passed.OUTSIDE_HOURS,
    ]


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        # The clock shows 02:10 twice. They begin at the first half past two, and are at it when it is put back.
        ("2026-10-25 02:10", "2026-10-25 02:30"),
        ("2026-10-25 12:00", "2026-10-26 02:30"),
        # It shows no half past two: an hour later than the clock that was not put yet.
        ("2026-03-29 01:30", "2026-03-29 03:30"),
    ],
)
def test_hours_that_begin_while_clocks_are_put_begin_once(asked: str, again: str) -> None:
    early = pool(Hours(WEEK, time(2, 30), time(10)))
    assert early.passed(None, at(asked)) == Passed.OUTSIDE_HOURS
    assert early.free_again(None, at(asked), Passed.OUTSIDE_HOURS) == at(again)
    assert early.passed(None, at("2026-10-25 02:10", again=True)) is None


days = st.lists(st.sampled_from(WEEK), min_size=1, unique=True).map(tuple)
clocks = st.times().map(lambda told: told.replace(second=0, microsecond=0))
hours_of_all_kinds = st.builds(Hours, days, clocks, clocks).filter(lambda hours: hours.opens != hours.closes)
zones = st.sampled_from([BERLIN, "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
# Some time around the nights in which clocks are put there, and any other.
nights = [datetime(2026, *on, tzinfo=UTC) for on in ((3, 7), (3, 28), (4, 4), (4, 23), (10, 24), (10, 29))]
moments = st.one_of(
    st.builds(
        lambda night, after: night + after, st.sampled_from(nights), st.timedeltas(timedelta(), timedelta(days=3))
    ),
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("9000-01-01"), timezones=st.just(UTC)),
)


@given(hours_of_all_kinds, zones, moments, st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5))
@settings(max_examples=300)
def test_whoever_does_not_work_is_asked_again_later_and_then_works(
    hours: Hours, zone: str, moment: datetime, holidays: frozenset[date]
) -> None:
    """An instant that is over already, or one at which they do not work either, would be tried again for ever."""
    team = pool(hours, *holidays, time_zone=zone)
    why = team.passed(None, moment)
    again = team.free_again(None, moment, Passed.OUTSIDE_HOURS if why is None else why)
    assert again is not None
    assert again > moment if why is not None else again == moment
    assert team.passed(None, again) is None
