"""Business calendars: when the people who owe something are at work, and how much of that time has passed.

A window is what a clock on the wall shows: it is open at an instant if the clock shows a time within it then, also
where the clock is put forward or back. Sums are made of instants, so an hour is an hour on every day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_MINUTES = 24 * 60
FARTHEST = 3660
"""Days that a walk looks ahead: where nothing is open for ten years, no deadline is ever reached."""


@dataclass(frozen=True, slots=True)
class Window:
    """Open from one minute of a day to another, which is beyond 24:00 where it ends on the next day."""

    opens: int
    closes: int

    @staticmethod
    def of(written: str) -> "Window":
        """Read hours such as `09:00-17:30`, `18:00-24:00` or, across midnight, `22:00-06:00`. Raises ValueError."""
        opens, closes = (_minute(part) for part in written.split("-"))
        if opens >= _MINUTES or opens == closes:
            raise ValueError(f"{written!r} is never open")
        return Window(opens, closes if closes > opens else closes + _MINUTES)


def _minute(written: str) -> int:
    hours, minutes = written.split(":")
    minute = int(hours) * 60 + int(minutes)
    if not (len(hours) == len(minutes) == 2 and int(minutes) < 60 and 0 <= minute <= _MINUTES):
        raise ValueError(f"{written!r} is no time of a day")
    return minute


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one instant to another, by a window that began on a day."""

    start: datetime
    end: datetime
    day: date

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Calendar:
    """Windows of the days from Monday to Sunday. On a holiday nothing is open, nor in a night that began on one."""

    name: str
    time_zone: str
    windows: tuple[tuple[Window, ...], ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    _walked: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)
    _in_zones: dict[str, "Calendar"] = field(default_factory=dict, compare=False, repr=False)

    def in_zone(self, time_zone: str | None) -> "Calendar":
        """The same hours by the clock of another zone."""
        if time_zone is None or time_zone == self.time_zone:
            return self
        found = self._in_zones.get(time_zone)
        if found is None:
            found = self._in_zones[time_zone] = Calendar(self.name, time_zone, self.windows, self.holidays)
        return found

    def spans(self, start: datetime) -> Iterator[Span]:
        """What is open from an instant on, in order."""
        day = start.date()
        for _ in range(FARTHEST):
            for span in self._of_day(day):
                if span.end > start:
                    yield span if span.start >= start else Span(start, span.end, span.day)
            if day == date.max:
                return
            day += DAY

    def is_open(self, moment: datetime) -> bool:
        return any(span.start <= moment < span.end for span in self._of_day(moment.date()))

    def next_open(self, moment: datetime) -> datetime | None:
        """The first instant from one on at which it is open; None where it never is."""
        return next((span.start for span in self.spans(moment)), None)

    def seconds_between(self, start: datetime, end: datetime) -> float:
        """How long it is open between two instants."""
        total = 0.0
        for span in self.spans(start):
            if span.start >= end:
                break
            total += (min(span.end, end) - span.start).total_seconds()
        return total

    def days_between(self, start: datetime, end: datetime) -> float:
        """The same in business days: each day that is open at all is one, however long it is open."""
        total = 0.0
        for span in self.spans(start):
            if span.start >= end:
                break
            total += (min(span.end, end) - span.start).total_seconds() / self._length_of(span.day)
        return total

    def after_seconds(self, start: datetime, seconds: float) -> datetime | None:
        """The first instant by which it was open so long; None where that is never reached."""
        return self._after(start, seconds, in_days=False)

    def after_days(self, start: datetime, days: float) -> datetime | None:
        """The same in business days."""
        return self._after(start, days, in_days=True)

    def _after(self, start: datetime, amount: float, *, in_days: bool) -> datetime | None:
        if amount <= 0:
            return start
        rest = amount
        for span in self.spans(start):
            unit = self._length_of(span.day) if in_days else 1.0
            if rest * unit <= span.seconds + _ROUNDING:
                return span.start + timedelta(milliseconds=round(rest * unit * 1000))
            rest -= span.seconds / unit
        return None

    def _length_of(self, day: date) -> float:
        """Seconds that the windows of a day are open."""
        around = [day + timedelta(days=n) for n in range(-1, 3) if date.min <= day + timedelta(days=n)]
        return sum(span.seconds for one in around for span in self._of_day(one) if span.day == day)

    def _of_day(self, day: date) -> tuple[Span, ...]:
        """What is open within a day of UTC."""
        spans = self._walked.get(day)
        if spans is None:
            spans = self._walked[day] = tuple(self._walk(day))
        return spans

    def _walk(self, day: date) -> Iterator[Span]:
        for start, end, offset in _stretches(self.time_zone, day):
            local = (start + offset).date() - DAY  # A window of the day before may reach into this one.
            while local <= (end + offset).date():
                midnight = datetime(local.year, local.month, local.day, tzinfo=UTC) - offset
                for opens, closes in self._open_on(local):
                    first = max(start, midnight + timedelta(minutes=opens))
                    last = min(end, midnight + timedelta(minutes=closes))
                    if first < last:
                        yield Span(first, last, local)
                local += DAY

    def _open_on(self, day: date) -> Iterator[tuple[int, int]]:
        """Minutes from a day's beginning at which its windows open and close, holidays taken out."""
        if day in self.holidays:
            return
        cut = day + DAY in self.holidays
        for window in self.windows[day.weekday()]:
            closes = min(window.closes, _MINUTES) if cut else window.closes
            if window.opens < closes:
                yield window.opens, closes


_ROUNDING = 0.0005
"""Instants are whole milliseconds."""


@lru_cache(maxsize=20_000)
def _stretches(time_zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """A day of UTC, parted where the zone's clocks are changed: from, to, and how far the clocks are ahead."""
    zone = ZoneInfo(time_zone)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    edges = [start + timedelta(hours=hour) for hour in range(0, 25, 6)]
    found: list[tuple[datetime, datetime, timedelta]] = []
    since, offset = start, _offset(zone, start)
    for before, after in pairwise(edges):
        if _offset(zone, after) != _offset(zone, before):
            change = _change(zone, before, after)
            if change > since:
                found.append((since, change, offset))
            since, offset = change, _offset(zone, change)
    if since < edges[-1]:
        found.append((since, edges[-1], offset))
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the clocks are no longer as they were."""
    was = _offset(zone, before)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, before + timedelta(seconds=middle)) == was else (low, middle)
    return before + timedelta(seconds=high)
