"""What a settings document must not say although its shape is right: values that contradict each other, values that
have no effect, and names, dates and templates that do not exist or cannot be read."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rekindle.adapters.wire.rules import LONGEST_TEMPLATE
from rekindle.adapters.wire.settings.assignment_schema import TIME_OF_DAY
from rekindle.adapters.wire.settings.lifecycle_checks import lifecycle_faults
from rekindle.adapters.wire.settings.measures import faults as faults_of_measures
from rekindle.adapters.wire.settings.terms import Fault, Part, entries, quoted
from rekindle.adapters.wire.settings.webhooks import bad_webhooks
from rekindle.adapters.wire.standards import is_time_zone
from rekindle.domain.assignment.routing_result import By
from rekindle.domain.notifications.template import PARTS, TEMPLATES
from rekindle.domain.records.kind import LONGEST_TEXT
from rekindle.domain.settings.settings import ACTIVE_KINDS, AssignmentRule, Scenario, duration


def contradictions(document: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _statuses(document)
    yield from _scenarios(document)
    yield from _rules(document)
    yield from _router(document)
    yield from _bad_templates(document)
    yield from _time_zone(document)
    yield from faults_of_measures(document)
    yield from lifecycle_faults(document)
    yield from bad_webhooks(document)


def _statuses(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What says something of active statuses, or of inactive ones, and stands at one of the others."""
    for name, entry in entries(document.get("person_statuses")).items():
        status = entries(entry)
        active, kind = status.get("active"), status.get("kind")
        if not isinstance(active, bool):
            continue
        if isinstance(kind, str) and (kind in ACTIVE_KINDS) is not active:
            message = f"{quoted(kind)} is a kind of {'an inactive' if active else 'an active'} status"
            yield ("person_statuses", name, "kind"), message
        if active and status.get("nurture_timeout_days") is not None:
            yield ("person_statuses", name, "nurture_timeout_days"), "has no effect on an active status"


def _scenarios(document: Mapping[str, Any]) -> Iterator[Fault]:
    for scenario, section in entries(entries(document).get("reactivation")).items():
        at = ("reactivation", scenario)
        yield from _overlapping_types((*at, "campaign_types"), entries(entries(section).get("campaign_types")))
        default = entries(entries(section).get("default_campaign"))
        yield from _unread((*at, "default_campaign"), default, scenario)


def _overlapping_types(at: tuple[Part, ...], types: Mapping[str, Any]) -> Iterator[Fault]:
    """Types of campaigns that are wanted and not wanted."""
    only, excepted = types.get("only"), types.get("except")
    if isinstance(only, list) and isinstance(excepted, list):
        both = [quoted(one) for one in only if one in excepted]
        if both:
            yield at, f"overlapping: {', '.join(both)} in both only and except"


def _unread(at: tuple[Part, ...], default: Mapping[str, Any], scenario: str) -> Iterator[Fault]:
    """A map that is never looked up: there is no field to look it up by, or no user to have one."""
    if "by" in default and default["by"] is None:
        yield from (((*at, "by"), f"is needed where there is {name!r}") for name in _ROWS if default.get(name))
    elif (
        scenario == Scenario.SCORE
        and default.get("map")
        and default.get("user_source", "actor") == "actor"
        # The rows for no match are still of use.
        and not (default.get("otherwise") or default.get("single"))
    ):
        yield (*at, "user_source"), 'expected "owner": nobody acts when a score crosses'


_ROWS = ("map", "otherwise")


def _rules(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Waits that come to nothing: for the one who has the lead already, with a reminder when they are over."""
    rules = entries(document.get("assignment")).get("rules")
    standard = AssignmentRule("")
    for place, rule in enumerate(map(entries, rules) if isinstance(rules, list) else ()):
        at = ("assignment", "rules", place)
        fallback = rule.get("fallback")
        if fallback is not None and fallback == rule.get("to"):
            yield (*at, "fallback"), "expected somebody other than to, who has the lead while it waits"
        deadline = _duration(rule["deadline"]) if "deadline" in rule else standard.deadline
        reminder = _duration(rule.get("reminder"))
        if deadline and reminder is not None and reminder >= deadline:
            yield (*at, "reminder"), f"expected a duration shorter than the deadline, got {quoted(rule['reminder'])}"


def _duration(written: Any) -> timedelta | None:
    try:
        return duration(written) if isinstance(written, str) else None
    except (ValueError, OverflowError):
        return None


_NEEDED: Mapping[Any, str] = {By.POOL: "pool", By.ACCOUNT_TEAM: "role"}
"""What a step of the router needs beside where it leads to."""


def _router(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Steps that name no pool or role, or one that is not there; times and zones that do not exist."""
    at: tuple[Part, ...] = ("assignment", "router")
    assignment = entries(document.get("assignment"))
    router, rules = entries(assignment.get("router")), assignment.get("rules", [])
    waiting = [entries(rule).get("to") for rule in rules] if isinstance(rules, list) else [None]
    queues = router.get("queues")
    for place, queue in enumerate(queues if isinstance(queues, list) else ()):
        # A rule that is wrong itself may mean it.
        if isinstance(queue, str) and queue not in waiting and all(map(_is_text, waiting)):
            yield (*at, "queues", place), f"no rule's leads wait with {quoted(queue)}"
    pools = entries(router.get("pools"))
    steps = router.get("steps")
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        to, pool_name = entries(step).get("to"), entries(step).get("pool")
        needed = _NEEDED.get(to) if isinstance(to, str) else None
        for name in ("pool", "role") if to in list(By) else ():
            if name != needed and name in entries(step):
                yield (*at, "steps", place, name), f"has no effect where to is {quoted(to)}"
        if needed is not None and needed not in step:
            yield (*at, "steps", place, needed), f"is needed where to is {quoted(to)}"
        elif needed == "pool" and isinstance(pool_name, str) and pool_name not in pools:
            yield (*at, "steps", place, "pool"), f"there is no pool {quoted(pool_name)}"
    for name, pool in pools.items():
        for path, message in _pool(entries(pool)):
            yield (*at, "pools", name, *path), message


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT


def _pool(pool: Mapping[str, Any]) -> Iterator[Fault]:
    members = pool.get("members")
    users = [entries(member).get("user") for member in (members if isinstance(members, list) else ())]
    for place, user in enumerate(users):
        if user is not None and user in users[:place]:
            yield ("members", place, "user"), f"names {quoted(user)} twice"
    hours = entries(pool.get("hours"))
    begins, ends = hours.get("from", "09:00"), hours.get("to", "17:00")
    overnight = "from" in hours and "to" in hours  # Said, and not left to a default.
    if all(re.match(TIME_OF_DAY, str(clock)) for clock in (begins, ends)):
        if begins == ends:
            yield ("hours", "to"), f"expected another time than {begins}"
        elif begins > ends and not overnight:
            yield ("hours", "to"), f"expected a time after {begins}, or both from and to, for hours that cross midnight"
    zone, days = pool.get("time_zone"), pool.get("holidays")
    if isinstance(zone, str) and not is_time_zone(zone):
        yield ("time_zone",), f"expected a time zone such as Europe/Oslo, got {quoted(zone)}"
    for place, day in enumerate(days if isinstance(days, list) else ()):
        if isinstance(day, str) and not _is_date(day):
            yield ("holidays", place), f"expected a date such as 2026-12-25, got {quoted(day)}"


def _time_zone(document: Mapping[str, Any]) -> Iterator[Fault]:
    zone = document.get("time_zone")
    if isinstance(zone, str) and _is_text(zone) and not is_time_zone(zone):
        yield ("time_zone",), f"expected a time zone such as Europe/Oslo, got {quoted(zone)}"


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _bad_templates(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Templates that cannot be read, or use a name that there is not; of each part the first fault."""
    templates = entries(entries(document.get("notifications")).get("templates"))
    sources = [(name, part, source) for name, parts in templates.items() for part, source in entries(parts).items()]
    if not sources:
        return
    # Only a document that has templates pays for their language.
    from rekindle.adapters.templates import faults

    for name, part, source in sources:
        if name in TEMPLATES and part in PARTS and isinstance(source, str) and len(source) <= LONGEST_TEMPLATE:
            for fault in faults(name, part, source):
                yield ("notifications", "templates", name, part), str(fault)
