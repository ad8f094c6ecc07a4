"""A router of our own, for those without an engine: which owner a waiting lead gets, and why the others did not.

It waits for nobody and asks nobody: like any engine it hears that an assignment started, and answers with an owner.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.domain.assignment.routing_result import By, Passed
from rekindle.domain.core import times
from rekindle.domain.records.user import User
from rekindle.domain.settings.settings import Settings

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ABSENT_UNTIL = "absent_until"
"""The user's own named value that says until when, a date or a time, the user gets no leads."""


@dataclass(frozen=True, slots=True)
class RoutingStep:
    to: By
    where: Mapping[str, Any] = field(default_factory=dict)
    role: str | None = None
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    user: str
    capacity: int = 1
    """How many leads this one gets in the time that one of capacity 1 gets one."""
    quota: int | None = None
    """How many at most in a day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When members work, each by the own clock: of the user's time zone, else of the pool's. Hours that end after
    midnight belong to the day on which they begin."""

    days: tuple[str, ...] = WEEK[:5]
    opens: time = time(9)
    closes: time = time(17)

    def begun(self, local: datetime) -> date | None:
        """The day on which the hours began that hold at an instant; None where none do."""
        moment, today = local.astimezone(UTC), local.date()
        for day in (today, today - timedelta(days=1)):
            if WEEK[day.weekday()] in self.days and self._opening(day, local) <= moment < self._closing(day, local):
                return day
        return None

    def next_opening(self, local: datetime) -> datetime:
        """The next instant at which they begin."""
        moment = local.astimezone(UTC)
        days = (local.date() + timedelta(days=ahead) for ahead in range(len(WEEK) + 1))
        openings = (self._opening(day, local) for day in days if WEEK[day.weekday()] in self.days)
        return next(opening for opening in openings if opening > moment).astimezone(local.tzinfo)

    # In UTC: of two instants that one clock shows, Python compares what it shows, even where it was put back between.

    def _opening(self, day: date, local: datetime) -> datetime:
        return datetime.combine(day, self.opens, local.tzinfo).astimezone(UTC)

    def _closing(self, day: date, local: datetime) -> datetime:
        last = day if self.opens < self.closes else day + timedelta(days=1)
        return datetime.combine(last, self.closes, local.tzinfo).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Pool:
    name: str
    members: tuple[Member, ...]
    hours: Hours | None = None
    """None: at any time."""
    time_zone: str = "UTC"
    holidays: frozenset[date] = frozenset()

    def local(self, user: User | None, moment: datetime) -> datetime:
        own = zone_of(user) if user is not None else None
        return moment.astimezone(own or ZoneInfo(self.time_zone))

    def day(self, moment: datetime) -> date:
        """The day that quotas count by."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def passed(self, user: User | None, moment: datetime) -> Passed | None:
        """Why a member gets no lead at an instant, or None."""
        if user is not None and not user.is_active:
            return Passed.INACTIVE_USER
        if user is not None and is_absent(user, moment):
            return Passed.ABSENT
        return self._off(self.local(user, moment))

    def _off(self, local: datetime) -> Passed | None:
        """Why a member does not work at an instant, by its clock. Nobody works on a holiday, nor in a night that would
        have begun on one."""
        if local.date() in self.holidays:
            return Passed.HOLIDAY
        if self.hours is None:
            return None
        day = self.hours.begun(local)
        if day is None:
            return Passed.OUTSIDE_HOURS
        return Passed.HOLIDAY if day in self.holidays else None

    def free_again(self, user: User | None, moment: datetime, reason: Passed) -> datetime | None:
        """When a member who is passed over may get a lead again, in UTC; None where no clock says."""
        try:
            match reason:
                case Passed.ABSENT:
                    back = absent_until(user) if user is not None else None
                case Passed.QUOTA_REACHED:
                    back = _midnight(moment.astimezone(ZoneInfo(self.time_zone)))
                case Passed.HOLIDAY | Passed.OUTSIDE_HOURS:
                    back = moment
                case _:
                    back = None
            return None if back is None or back == times.LAST else self._at_work(user, back)
        except OverflowError:
            return None  # After the end of the calendar.

    def _at_work(self, user: User | None, moment: datetime) -> datetime:
        """The first instant from one on at which a member is neither outside its hours nor on holiday."""
        local = self.local(user, moment)
        while self._off(local) is not None:
            local = self.hours.next_opening(local) if self.hours is not None else _midnight(local)
        return local.astimezone(UTC)


def _midnight(local: datetime) -> datetime:
    """The beginning of the next day."""
    return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)


@dataclass(frozen=True, slots=True)
class Router:
    queues: tuple[str, ...] = ()
    """The temporary owners whose leads are routed here. The leads of others wait for an engine."""
    steps: tuple[RoutingStep, ...] = ()
    """The first that finds an owner decides."""
    pools: Mapping[str, Pool] = field(default_factory=dict)
    convert: bool = False
    """Whether the CRM is asked to convert a lead onto the account it was matched to."""

    @property
    def references(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every user and queue that has to be known, with its place below the router."""
        for place, queue in enumerate(self.queues):
            yield ("queues", place), queue
        for name, pool in self.pools.items():
            for place, member in enumerate(pool.members):
                yield ("pools", name, "members", place, "user"), member.user

    @property
    def looks_at_accounts(self) -> bool:
        return self.convert or any(step.to is not By.POOL for step in self.steps)


def router_of(settings: Settings) -> Router:
    return settings.part(_router)


def _router(document: Mapping[str, Any]) -> Router:
    section = (document.get("assignment") or {}).get("router") or {}
    return Router(
        queues=tuple(section.get("queues") or ()),
        steps=tuple(
            RoutingStep(By(step["to"]), step.get("where") or {}, step.get("role"), step.get("pool"))
            for step in section.get("steps") or ()
        ),
        pools={name: _pool(name, pool) for name, pool in (section.get("pools") or {}).items()},
        convert=bool(section.get("convert")),
    )


Place = tuple[str | int, ...]
"""Where a value stands in a document: keys and positions."""


def owners_in(settings: Settings) -> Iterator[tuple[Place, str, bool]]:
    """Every owner that the assignment's settings name: its place below them, its id, and whether it must be active.
    Those from whom leads are taken need not be: whoever left has leads, too."""
    for place, rule in enumerate(settings.assignment_rules):
        at = ("rules", place)
        for which, owner_id in enumerate(rule.owners):
            yield (*at, "owners", which), owner_id, False
        yield (*at, "to"), rule.to, True
        if rule.fallback is not None:
            yield (*at, "fallback"), rule.fallback, True
    for which, owner_id in enumerate(settings.intermediate_owners):
        yield ("intermediate_owners", which), owner_id, False
    for path, owner_id in router_of(settings).references:
        yield ("router", *path), owner_id, True


def _pool(name: str, section: Mapping[str, Any]) -> Pool:
    hours = section.get("hours")
    return Pool(
        name,
        tuple(sorted((Member(**member) for member in section["members"]), key=lambda member: member.user)),
        None if hours is None else _hours(hours),
        section.get("time_zone") or "UTC",
        frozenset(date.fromisoformat(day) for day in section.get("holidays") or ()),
    )


def _hours(section: Mapping[str, Any]) -> Hours:
    standard = Hours()
    return Hours(
        tuple(section.get("days") or standard.days),
        time.fromisoformat(section["from"]) if "from" in section else standard.opens,
        time.fromisoformat(section["to"]) if "to" in section else standard.closes,
    )


def zone_of(user: User) -> tzinfo | None:
    """The user's own zone. The CRM's value is free text: one that is no zone is ignored."""
    try:
        return ZoneInfo(user.time_zone) if user.time_zone else None
    except (ValueError, OSError, KeyError):
        return None


def absent_until(user: User) -> datetime | None:
    """The end of a user's absence: a time, or the end of a date, by the user's own word. One that cannot be read says
    nothing."""
    written = user.fields.get(ABSENT_UNTIL)
    if not isinstance(written, str):
        return None
    try:
        if "T" in written:
            return times.instant(written)
        last = datetime.combine(date.fromisoformat(written), time(), zone_of(user) or UTC)
        return _midnight(last)
    except ValueError:
        return None
    except OverflowError:
        return times.LAST


def is_absent(user: User, moment: datetime) -> bool:
    until = absent_until(user)
    return until is not None and moment < until
