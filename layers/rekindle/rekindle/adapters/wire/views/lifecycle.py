"""A person's lifecycle, as the API and the simulator show it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rekindle.adapters.wire.views import Json
from rekindle.application.lifecycle.show_handoffs import Explained, next_deadline
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.notifications import lifecycle_events
from rekindle.domain.people.clock import HandoffClock
from rekindle.domain.people.lifecycle import NEW, Handoff, Recycling
from rekindle.domain.people.person import Person


def transition(entry: Transition) -> Json:
    return {
        "record": "transition",
        "person_id": entry.person_id,
        "cycle": entry.cycle,
        "from": entry.before.value,
        "to": entry.after.value,
        "at": times.text(entry.at),
        "reason": entry.reason,
        "policy": entry.policy,
        "track": entry.track,
    }


def clock(person_id: str, handoff: Handoff, one: HandoffClock) -> Json:
    return {
        "record": "clock",
        "person_id": person_id,
        "cycle": handoff.cycle,
        "policy": handoff.policy,
        "kind": one.kind.value,
        "started_at": times.text(one.started_at),
        "due_at": times.optional_text(one.due_at),
        "warned_at": times.optional_text(one.warned_at),
        "breached_at": times.optional_text(one.breached_at),
        "met_at": times.optional_text(one.met_at),
        "paused_seconds": _plain(one.paused_seconds),
        "state": one.state.value,
    }


def recycling(person_id: str, one: Recycling) -> Json:
    return {
        "record": "recycle",
        "person_id": person_id,
        "cycle": one.cycle,
        "reason": one.reason,
        "passive": one.passive,
        "track": one.track,
        "at": times.text(one.at),
        "returned_at": times.optional_text(one.returned_at),
    }


def touch(entry: TouchDue) -> Json:
    return {
        "record": "touch",
        "person_id": entry.person_id,
        **lifecycle_events.programme_of(entry),
        "name": entry.name,
        "due_at": times.text(entry.at),
    }


_KINDS = {Entered: "track_entered", Left: "track_left", TouchDue: "touch_due"}


def of_timeline(entry: Transition | ClockStep | Entered | Left | TouchDue | WentDark) -> Json:
    if isinstance(entry, WentDark):
        return {"kind": "went_dark", "at": times.text(entry.at), **lifecycle_events.of_dark(entry)}
    if isinstance(entry, Entered | Left | TouchDue):
        both = {"track": None, "programme": None}
        return {"kind": _KINDS[type(entry)], "at": times.text(entry.at), **both, **lifecycle_events.of_stay(entry)}

    if isinstance(entry, ClockStep):
        return {"kind": f"clock_{entry.action}", "at": times.text(entry.at), **lifecycle_events.of_step(entry)}
    shown = {name: value for name, value in transition(entry).items() if name not in ("record", "person_id")}
    return {"kind": "transition", **shown, "owner_id": entry.owner_id, "user_id": entry.user_id}


def _plain(seconds: float) -> float:
    """Without a fraction where there is none."""
    return int(seconds) if seconds == int(seconds) else seconds


def handoff(person: Person) -> Json:
    """Where a person stands, and what is owed to it."""
    lifecycle = person.lifecycle or NEW
    passed = lifecycle.handoff
    return {
        "record": "handoff",
        "person_id": person.person_id,
        "cycle": lifecycle.cycle,
        "state": lifecycle.state.value,
        "since": times.optional_text(lifecycle.since),
        "owner_id": person.owner_id,
        "passed_at": times.optional_text(passed.passed_at) if passed else None,
        "policy": passed.policy if passed else None,
        "settings_version": passed.settings_version if passed else None,
        "accepted_at": times.optional_text(passed.accepted_at) if passed else None,
        "due_at": times.optional_text(next_deadline(passed)) if passed else None,
        "reassigned": passed.reassigned if passed else False,
        "rejections": passed.rejections if passed else 0,
        "recycled": len(lifecycle.recyclings),
        "clocks": [clock(person.person_id, passed, one) for one in passed.clocks] if passed else [],
    }


def clocks(person: Person, explained: Sequence[Explained]) -> Json:
    """Each clock of the newest handoff, and how its deadline came about."""
    passed = person.lifecycle.handoff if person.lifecycle is not None else None
    items = [_explained(person.person_id, passed, one) for one in explained] if passed is not None else []
    return {"person_id": person.person_id, "items": items}


def _explained(person_id: str, passed: Handoff, one: Explained) -> Json:
    target, calendar = one.clock.target, one.calendar
    zone = ZoneInfo(calendar.time_zone) if calendar is not None else None
    due = one.clock.due_at
    return {
        **clock(person_id, passed, one.clock),
        "target": _plain(target.amount),
        "unit": "business_days" if target.in_days else "seconds",
        "consumed": _plain(one.clock.consumed),
        "counted_at": times.text(one.clock.counted_at),
        "settings_version": passed.settings_version,
        "calendar": calendar.name if calendar is not None else None,
        "time_zone": calendar.time_zone if calendar is not None else None,
        "due_local": f"{due.astimezone(zone):%a %Y-%m-%d %H:%M}" if due is not None and zone is not None else None,
        "windows": [
            {"opens": times.text(span.start), "closes": times.text(span.end), "seconds": _plain(span.seconds)}
            for span in one.windows
        ],
        "holidays": [{"date": str(day), "name": name} for day, name in one.holidays],
    }
