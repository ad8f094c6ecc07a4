"""Business time: windows by what a clock on the wall shows, sums of instants."""

import random
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest

from rekindle.domain.core import times
from rekindle.domain.lifecycle.calendar import Calendar, Window
from rekindle.domain.lifecycle.clocks import instant_of, meet, pause, resume, start
from rekindle.domain.people.clock import ClockKind, Target

ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Africa/Cairo"),
    *("America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Havana"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut", "Asia/Tokyo"),
    *("Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"),
)
HOURS = (
    ["09:00-17:30"],
    ["08:15-12:00", "13:00-18:45"],
    ["00:00-24:00"],
    ["22:00-06:00"],
    ["00:30-03:15", "20:00-24:00"],
    ["01:40-02:20", "02:20-02:50"],
    [],
)
NIGHT = ["22:00-06:00"]
DAYS = 28
MINUTE = timedelta(minutes=1)


def instant(written: str) -> datetime:
    return times.instant(written)


def calendar(zone: str, hours: list[str] | dict[int, list[str]], holidays: tuple[str, ...] = ()) -> Calendar:
    """Hours of each day, or of the days from Monday (0) on by their number."""
    by_day = hours if isinstance(hours, dict) else dict.fromkeys(range(7), hours)
    windows = tuple(tuple(map(Window.of, by_day.get(day, []))) for day in range(7))
    return Calendar("any", zone, windows, {date.fromisoformat(day): "Holiday" for day in holidays})


def workdays(*hours: str) -> dict[int, list[str]]:
    return {day: list(hours) for day in range(5)}


def test_a_handoff_on_friday_evening_is_due_after_the_weekend_and_the_holiday():
    berlin = calendar("Europe/Berlin", workdays("09:00-13:00", "14:00-18:00"), ("2026-05-25",))
    due = berlin.after_seconds(instant("2026-05-22T15:00:00Z"), 4 * 3600)
    assert due == instant("2026-05-26T10:00:00Z")


def test_a_pause_is_not_added_as_time_of_the_wall():
    office = calendar("UTC", workdays("09:00-17:00"))
    clock = start(ClockKind.ACCEPT, Target(4 * 3600), instant("2026-05-22T16:00:00Z"), office)
    clock = pause(clock, instant("2026-05-22T16:30:00Z"), office)
    clock = resume(clock, instant("2026-05-25T09:30:00Z"), office)
    assert clock.due_at == instant("2026-05-25T13:00:00Z")
    assert (clock.consumed, clock.paused_seconds) == (1800, 3600)


def test_a_pause_outside_the_hours_moves_nothing():
    office = calendar("UTC", workdays("09:00-17:00"))
    begun = start(ClockKind.TOUCH, Target(4 * 3600), instant("2026-05-22T16:00:00Z"), office)
    paused = pause(begun, instant("2026-05-22T18:00:00Z"), office)
    assert resume(paused, instant("2026-05-25T07:00:00Z"), office).due_at == begun.due_at


def test_a_target_of_nothing_is_due_at_once():
    office = calendar("UTC", workdays("09:00-17:00"))
    at = instant("2026-05-23T12:00:00Z")
    assert start(ClockKind.TOUCH, Target(0), at, office).due_at == at


def test_business_days_end_at_the_same_hour_of_a_later_day():
    office = calendar("Europe/Berlin", {**workdays("09:00-13:00", "14:00-18:00"), 4: ["09:00-12:00"]})
    tuesday = instant("2026-05-19T10:00:00+02:00")
    assert office.after_days(tuesday, 2) == instant("2026-05-21T10:00:00+02:00")
    # A third of Friday is an hour, as an eighth of Thursday was.
    assert office.after_days(tuesday, 3) == instant("2026-05-22T09:22:30+02:00")
    assert office.days_between(tuesday, instant("2026-05-21T10:00:00+02:00")) == pytest.approx(2)


def test_a_night_that_begins_on_a_holiday_is_off_and_one_that_ends_on_it_ends_at_midnight():
    nights = calendar("UTC", ["22:00-06:00"], ("2026-12-25",))
    assert nights.seconds_between(instant("2026-12-24T20:00:00Z"), instant("2026-12-26T12:00:00Z")) == 2 * 3600


def test_an_hour_is_an_hour_where_the_clock_is_put_forward_and_back():
    nights = calendar("Europe/Berlin", ["00:00-04:00"])
    for day, hours in (("2026-03-29", 3), ("2026-10-25", 5), ("2026-11-01", 4)):
        noon = instant(f"{day}T12:00:00Z")
        assert nights.seconds_between(noon - timedelta(days=1), noon) == hours * 3600


def test_a_calendar_that_never_opens_has_no_deadline():
    closed = calendar("UTC", [])
    assert start(ClockKind.MOVE, Target(1), instant("2026-05-22T16:00:00Z"), closed).due_at is None
    assert closed.next_open(instant("2026-05-22T16:00:00Z")) is None


@pytest.mark.parametrize("written", ["09:00-09:00", "24:00-25:00", "9:00-10:00", "09:00-10:60"])
def test_hours_that_are_none_are_refused(written: str):
    with pytest.raises(ValueError, match=r"."):
        Window.of(written)


# --- against a count of minutes ------------------------------------------------------------------------------------


def is_open(moment: datetime, zone: ZoneInfo, hours: dict[int, list[str]], holidays: set[date]) -> bool:
    """What a clock on the wall shows, read as the hours are written."""
    local = moment.astimezone(zone)
    shown, today = f"{local:%H:%M}", local.date()
    yesterday = today - timedelta(days=1)
    if today in holidays:
        return False
    for written in hours[today.weekday()]:
        opens, closes = written.split("-")
        if opens <= shown < closes or (closes <= opens <= shown):
            return True
    nights = [] if yesterday in holidays else hours[yesterday.weekday()]
    return any(shown < closes <= opens for opens, closes in (written.split("-") for written in nights))


def random_hours(chance: random.Random) -> dict[int, list[str]]:
    """No night reaches into the hours of the day after it; Wednesday is open in any case."""
    hours = {day: chance.choice(HOURS) for day in range(7)} | {2: ["09:00-17:00"]}
    return {day: [] if hours[day] == NIGHT and hours[(day + 1) % 7] else hours[day] for day in range(7)}


@pytest.mark.parametrize("zone", ZONES)
def test_five_hundred_random_deadlines_equal_a_count_of_minutes(zone: str):
    """Twenty zones make ten thousand: around the changes of the clocks of 2026, with pauses, holidays, nights."""
    chance = random.Random(zone)
    for begin in (datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)):
        hours = random_hours(chance)
        free = {(begin + timedelta(days=chance.randrange(DAYS))).date() for _ in range(2)}
        counted = (is_open(begin + n * MINUTE, ZoneInfo(zone), hours, free) for n in range(DAYS * 1440))
        total = [0, *accumulate(counted)]
        office = calendar(zone, hours, tuple(map(str, free)))
        for _ in range(250):
            _compare(chance, office, begin, total)


def _compare(chance: random.Random, office: Calendar, begin: datetime, total: list[int]) -> None:
    at, minutes = chance.randrange(12 * 1440), chance.randrange(1, 1200)
    clock = start(ClockKind.ACCEPT, Target(minutes * 60), begin + at * MINUTE, office)
    rest, goes_on = minutes, at
    for _ in range(chance.randrange(3)):
        paused = goes_on + chance.randrange(2000)
        if total[paused] - total[goes_on] >= rest:
            break
        rest -= total[paused] - total[goes_on]
        goes_on = paused + chance.randrange(3000)
        clock = resume(pause(clock, begin + paused * MINUTE, office), begin + goes_on * MINUTE, office)
    wanted = bisect_left(total, total[goes_on] + rest)
    if wanted < len(total):
        assert clock.due_at == begin + wanted * MINUTE
        assert instant_of(clock, 1, office) == clock.due_at
        assert meet(clock, begin + wanted * MINUTE, office).consumed == minutes * 60
