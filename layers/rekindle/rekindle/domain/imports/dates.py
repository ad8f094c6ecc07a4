"""Dates and times as people write them in files. A date that can be read in two ways is refused, never guessed."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from rekindle.domain.imports.refusals import RowFault, RowRefused

ORDERS = ("ymd", "dmy", "mdy")
"""Of year, month and day, as a mapping names them."""
_EARLIEST, _LATEST = 1900, 8999
_CENTURY_FROM = 69
"""Years of two digits: 69 is 1969, 68 is 2068."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:(?:[T ]+|, *)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)? ?(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?)?"
)
_PARTS = re.compile(r"(?a)(\d{1,4}|[A-Za-z]{3,9}\.?)[-/. ]{1,2}(\d{1,2}|[A-Za-z]{3,9}\.?)[-/., ]{1,2}(\d{1,4})" + _TIME)
_HOW_TO_WRITE = "Write it as 2026-03-31, or 2026-03-31T09:30:00+02:00."
_HOW_TO_CORRECT = "Correct the value, or empty the cell."
_HOW_TO_ORDER = "The order of day, month and year is not certain: name it in the mapping, as dates: dmy."


@dataclass(frozen=True, slots=True)
class DateReading:
    zone: tzinfo = UTC
    """Of times without an offset. One that a clock skips is read with the offset before the change."""
    order: str | None = None
    """One of `ORDERS`; None where only the order that begins with the year, or a name of a month, is certain."""


def moment_of(text: str, reading: DateReading) -> datetime:
    """An instant in UTC, of a date its beginning. Raises RowRefused."""
    found = _iso(text) or _written(text, reading)
    try:
        if found.tzinfo is None:
            found = found.replace(tzinfo=reading.zone)
        found = found.astimezone(UTC)
    except OverflowError:
        raise _refused(text) from None
    if not _EARLIEST <= found.year <= _LATEST:
        raise _refused(text)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def day_of(text: str, reading: DateReading) -> str:
    """A date, also of what has a time beside it. Raises RowRefused."""
    found = _iso(text) or _written(text, reading)
    if not _EARLIEST <= found.year <= _LATEST:
        raise _refused(text)
    return found.date().isoformat()


def _iso(text: str) -> datetime | None:
    """As nearly all are written. Weeks and dates without hyphens are left to nobody."""
    if text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, reading: DateReading) -> datetime:
    found = _PARTS.fullmatch(text)
    if found is None:
        raise _refused(text)
    year, month, day = _in_order(text, found.groups()[:3], reading.order)
    clock = found.groupdict()
    hour = int(clock["hour"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise _refused(text)
        hour = hour % 12 + 12 * (clock["half"] in "Pp")
    impossible = _impossible(year, month, day)
    if impossible:
        raise _refused(text, f"{impossible} {_HOW_TO_CORRECT}")
    try:
        moment = datetime(year, month, day, hour, int(clock["minute"] or 0), int(clock["second"] or 0))  # noqa: DTZ001
        return moment.replace(tzinfo=_offset(clock))
    except ValueError:
        raise _refused(text, f"There is no such time of day. {_HOW_TO_CORRECT}") from None


def _impossible(year: int, month: int, day: int) -> str | None:
    """What is wrong with a date that no calendar has."""
    if not 1 <= year <= 9999:
        return "There is no year 0."
    if not 1 <= month <= 12:
        return f"There is no month {month}."
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        return f"There is no day {day} in month {month}: {year}-{month:02} has {days} days."
    return None


def _impossible_in_any_order(parts: tuple[str, ...]) -> str | None:
    """The order is not worth naming where the calendar has no such date whatever it is."""
    if not all(part.isdigit() for part in parts):
        return None
    first, second, third = map(int, parts)
    orders = ((third, second, first), (third, first, second), (first, second, third))
    if not all(_impossible(_full(str(year)) if year else 0, month, day) for year, month, day in orders):
        return None
    return f"{_impossible(third, second, first)} In another order it is no date either. {_HOW_TO_CORRECT}"


def _offset(clock: Mapping[str, str | None]) -> tzinfo | None:
    offset = clock["offset"]
    if offset in ("Z", "UTC"):
        return UTC
    return datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo if offset else None


def _in_order(text: str, parts: tuple[str, ...], order: str | None) -> tuple[int, int, int]:
    named = [_month(part) for part in parts]
    if any(part.isalpha() or part.endswith(".") for part in parts) and not any(named):
        raise _refused(text)
    if len(parts[0]) == 4 and parts[0].isdigit():
        order = "ymd"
    elif order is None and len(parts[2]) == 4 and (named[0] or named[1]):
        order = "mdy" if named[0] else "dmy"
    if order is None or (order == "ymd" and named[0]):
        raise _refused(text, _impossible_in_any_order(parts) or _HOW_TO_ORDER)
    place = {part: at for at, part in enumerate(order)}
    year, month, day = (parts[place[part]] for part in "ymd")
    if not (year.isdigit() and day.isdigit() and len(year) in (2, 4) and len(day) <= 2):
        raise _refused(text)
    if _month(month) is None and not month.isdigit():
        raise _refused(text)
    return _full(year), _month(month) or int(month), int(day)


def _month(part: str) -> int | None:
    """English names alone: those of other languages are for the mapping to say."""
    letters = part.rstrip(".").lower()
    begin = letters[:3]
    if not letters.isalpha() or begin not in _MONTHS:
        return None
    return _MONTHS.index(begin) + 1


def _full(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return number + (1900 if number >= _CENTURY_FROM else 2000)


def _refused(text: str, repair: str = _HOW_TO_WRITE) -> RowRefused:
    return RowRefused(RowFault.DATE, value=text, repair=repair)
