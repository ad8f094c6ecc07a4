"""What of the section `lifecycle` cannot work, although it is written right."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from rekindle.adapters.wire.settings.lifecycle import DATE, HOURS
from rekindle.adapters.wire.settings.terms import Fault, Part, entries, quoted
from rekindle.adapters.wire.standards import is_time_zone
from rekindle.domain.lifecycle.calendar import Window
from rekindle.domain.lifecycle.policies import AT_LEAST, AT_MOST, GIVEN_BY_RULE, WEEK, covers
from rekindle.domain.people.clock import ClockKind
from rekindle.domain.settings.settings import duration


def lifecycle_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """All that cannot work, although its shape is right."""
    section = entries(document.get("lifecycle"))
    for path, message in (
        *_calendars(entries(section.get("calendars"))),
        *_policies(section, entries(document.get("person_statuses"))),
        *_reasons(section),
        *_touches(section),
    ):
        yield ("lifecycle", *path), message


def lifecycle_warnings(document: Mapping[str, Any]) -> Iterator[Fault]:
    section = entries(document.get("lifecycle"))
    tracks = entries(section.get("tracks"))
    for name, reason in _reasons_of(section).items():
        track = entries(reason).get("track")
        if isinstance(track, str) and track not in tracks:
            path = ("lifecycle", "recycle", "reasons", name, "track")
            yield path, f"there is no track {quoted(track)}: nothing is due to those who enter it"


def _calendars(calendars: Mapping[str, Any]) -> Iterator[Fault]:
    for name, calendar in calendars.items():
        at: tuple[Part, ...] = ("calendars", name)
        zone, hours = entries(calendar).get("time_zone"), entries(entries(calendar).get("hours"))
        if isinstance(zone, str) and re.fullmatch(r"\S+", zone) and not is_time_zone(zone):
            yield (*at, "time_zone"), f"expected a time zone such as Europe/Oslo, got {quoted(zone)}"
        if isinstance(entries(calendar).get("hours"), Mapping):
            yield from _hours((*at, "hours"), hours)
        holidays = entries(calendar).get("holidays")
        for place, holiday in enumerate(holidays if isinstance(holidays, list) else ()):
            day = entries(holiday).get("date")
            if _is_no_date(day):
                yield (*at, "holidays", place, "date"), f"expected a date such as 2026-12-25, got {quoted(day)}"


def _hours(at: tuple[Part, ...], hours: Mapping[str, Any]) -> Iterator[Fault]:
    minutes_of_week, is_right = [], True
    for number, day in enumerate(WEEK):
        listed = hours.get(day, [])
        for place, written in enumerate(listed if isinstance(listed, list) else ()):
            window = _window(written)
            is_right = is_right and window is not None
            if window is None and isinstance(written, str) and re.fullmatch(HOURS, written):
                yield (*at, day, place), f"is never open: {quoted(written)}"
            elif window is not None:
                begins = number * 1440 + window.opens
                minutes_of_week.append((begins, begins + window.closes - window.opens, day, place))
        is_right = is_right and isinstance(listed, list)
    minutes_of_week.sort()
    if is_right and not minutes_of_week:
        yield at, "is never open: no day has hours"
    following = [*minutes_of_week[1:], *((b + 7 * 1440, e, d, p) for b, e, d, p in minutes_of_week[:1])]
    for (_, ends, *_), (begins, _, day, place) in zip(minutes_of_week, following, strict=True):
        if begins < ends and len(minutes_of_week) > 1:
            yield (*at, day, place), "begins before the hours end that begin before it"


def _window(written: Any) -> Window | None:
    try:
        return Window.of(written) if isinstance(written, str) and re.fullmatch(HOURS, written) else None
    except ValueError:
        return None


def _is_no_date(day: Any) -> bool:
    if not isinstance(day, str) or not re.fullmatch(DATE, day):
        return False
    try:
        date.fromisoformat(day)
    except ValueError:
        return True
    return False


def _policies(section: Mapping[str, Any], statuses: Mapping[str, Any]) -> Iterator[Fault]:
    calendars, reasons = entries(section.get("calendars")), _reasons_of(section)
    policies = _policies_of(section)
    for place, policy in enumerate(policies):
        at: tuple[Part, ...] = ("handoff", "policies", place)
        name, calendar, where = policy.get("name"), policy.get("calendar"), entries(policy.get("where"))
        if isinstance(name, str) and name in [one.get("name") for one in policies[:place]]:
            yield (*at, "name"), f"names {quoted(name)} twice"
        if isinstance(calendar, str) and calendar and calendar not in calendars:
            yield (*at, "calendar"), f"there is no calendar {quoted(calendar)}"
        bad = list(_bounds((*at, "where"), where))
        yield from bad
        earlier = _taking_all(policies[:place], where) if not bad else None
        if earlier is not None:
            yield at, f"no lead can match: {quoted(earlier)} takes all of them before"
        if not any(kind.value in policy for kind in ClockKind):
            yield at, "promises nothing: one of accept, touch and move is needed"
        listed = policy.get("pause_in")
        for which, status in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(status, str) and status and entries(statuses.get(status)).get("active") is not True:
                yield (*at, "pause_in", which), f"{quoted(status)} is no active status"
        yield from _breach((*at, "breach"), entries(policy.get("breach")), reasons)


def _breach(at: tuple[Part, ...], breach: Mapping[str, Any], reasons: Mapping[str, Any]) -> Iterator[Fault]:
    reason, then = breach.get("reason"), breach.get("then")
    if isinstance(reason, str) and reason and reason not in reasons:
        yield (*at, "reason"), f"there is no reason {quoted(reason)}"
    if then == "recycle" and reason is None:
        yield (*at, "reason"), "is needed where then is recycle"
    if isinstance(reason, str) and "then" not in breach:
        yield (*at, "then"), "is needed where there is a reason"


def _bounds(at: tuple[Part, ...], where: Mapping[str, Any]) -> Iterator[Fault]:
    for name, wanted in where.items():
        if not isinstance(wanted, Mapping):
            continue
        for key, bound in wanted.items():
            if key not in (AT_LEAST, AT_MOST):
                yield (*at, name, key), "unknown key"
            elif not isinstance(bound, int | float) or isinstance(bound, bool):
                yield (*at, name, key), f"expected a number, got {quoted(bound)}"
        least, most = wanted.get(AT_LEAST), wanted.get(AT_MOST)
        if not wanted:
            yield (*at, name), f"expected {AT_LEAST} or {AT_MOST}"
        elif isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield (*at, name, AT_MOST), f"no number is at least {quoted(least)} and at most {quoted(most)}"


def _taking_all(earlier: list[Mapping[str, Any]], where: Mapping[str, Any]) -> Any:
    """The name of an earlier policy that takes every lead that this one could match."""
    for policy in earlier:
        wide = entries(policy.get("where"))
        if not list(_bounds((), wide)) and covers(wide, where):
            return policy.get("name")
    return None


def _reasons(section: Mapping[str, Any]) -> Iterator[Fault]:
    named = {entries(policy.get("breach")).get("reason") for policy in _policies_of(section)}
    for name, reason in _reasons_of(section).items():
        at: tuple[Part, ...] = ("recycle", "reasons", name)
        if entries(reason).get("passive") is True:
            if name not in named and name not in GIVEN_BY_RULE:
                yield at, "nobody can give it: it is passive, and no policy's breach names it"
            if entries(reason).get("note") == "required":
                yield (*at, "note"), "no person gives a passive reason, so nobody writes a note"


def _touches(section: Mapping[str, Any]) -> Iterator[Fault]:
    reasons = _reasons_of(section)
    for name, track in entries(section.get("tracks")).items():
        timeouts = {
            days: reason
            for reason, one in reasons.items()
            if entries(one).get("track") == name and isinstance(days := entries(one).get("nurture_timeout_days"), int)
        }
        at: tuple[Part, ...] = ("tracks", name, "touches")
        yield from _touches_of(at, entries(track).get("touches"), timeouts)
    yield from _touches_of(("customers", "touches"), entries(section.get("customers")).get("touches"), {})


def _touches_of(at: tuple[Part, ...], touches: Any, timeouts: Mapping[int, str]) -> Iterator[Fault]:
    names: list[Any] = []
    for place, touch in enumerate(map(entries, touches) if isinstance(touches, list) else ()):
        name = touch.get("name")
        if isinstance(name, str) and name in names:
            yield (*at, place, "name"), f"names {quoted(name)} twice"
        names.append(name)
        if touch and ("after" in touch) == ("date" in touch):
            yield (*at, place), "expected either after or date"
        if _is_no_date(touch.get("date")):
            yield (*at, place, "date"), f"expected a date such as 2026-12-25, got {quoted(touch['date'])}"
        after, timeout = _days(touch.get("after")), min(timeouts, default=None)
        if after is not None and timeout is not None and after > timeout:
            message = f"is due after the timeout of {timeout} days with which {quoted(timeouts[timeout])} enters"
            yield (*at, place, "after"), message


def _days(written: Any) -> float | None:
    try:
        return duration(written).total_seconds() / 86_400 if isinstance(written, str) else None
    except (ValueError, OverflowError):
        return None


def _reasons_of(section: Mapping[str, Any]) -> Mapping[str, Any]:
    return entries(entries(section.get("recycle")).get("reasons"))


def _policies_of(section: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    policies = entries(section.get("handoff")).get("policies")
    return [entries(policy) for policy in policies] if isinstance(policies, list) else []
