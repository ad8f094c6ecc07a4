"""Instants: always aware, in UTC, to the millisecond (what a sort key of the search can hold)."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
AHEAD = timedelta(minutes=5)
"""How far the clock of a source may be ahead of ours."""


def instant(text: str) -> datetime:
    """Read an RFC 3339 time with an offset. Raises ValueError where the offset is missing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _seldom_written(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z or +01:00")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment


_SELDOM = r"(?a)(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(60|[0-5]\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)"


def _seldom_written(text: str) -> datetime:
    """What RFC 3339 allows and `fromisoformat` does not read: small letters, and the leap second, which is the first
    of the next day in a count of time that knows none."""
    match = re.fullmatch(_SELDOM, text)
    if match is None:
        raise ValueError("no time of RFC 3339")
    day, minute, second, fraction, offset = match.groups("")
    leap = timedelta(seconds=second == "60")
    moment = datetime.fromisoformat(f"{day}T{minute}:{'59' if leap else second}{fraction}{offset.upper()}") + leap
    if leap and not (moment.astimezone(UTC) - timedelta(seconds=1)).strftime("%H:%M:%S") == "23:59:59":
        raise ValueError("there is a leap second at the end of a day of UTC alone")
    return moment


@lru_cache(maxsize=64)  # A decision writes its instant three times.
def text(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with `Z`; milliseconds only where there are any."""
    plain = moment.replace(tzinfo=None)  # To ask for an offset that is known would take as long again.
    return f"{plain.isoformat(timespec='milliseconds') if plain.microsecond else plain.isoformat()}Z"


def optional_text(moment: datetime | None) -> str | None:
    return None if moment is None else text(moment)


def of_millis(since: int) -> datetime:
    """The reverse of `millis`."""
    return FIRST + timedelta(milliseconds=since)


def millis(moment: datetime) -> int:
    """Milliseconds since year 1: never negative, at most 15 digits."""
    since = moment - FIRST
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000


def sortable(moment: datetime) -> str:
    """Of one length, so that texts sort as instants do."""
    return moment.isoformat(timespec="milliseconds")


def months_of(since: date, until: date) -> list[str]:
    """The months, such as 2026-03, of the days from one up to another."""
    months, day = [], since.replace(day=1)
    while day < until:
        months.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=31)).replace(day=1)
    return months
