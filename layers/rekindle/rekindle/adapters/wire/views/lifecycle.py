"""A person's way, as the API and the simulator show it."""

from rekindle.adapters.wire.views import Json
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import ClockStep, Transition
from rekindle.domain.notifications import lifecycle_events
from rekindle.domain.people.clock import Clock
from rekindle.domain.people.lifecycle import Handoff, Recycling


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


def clock(person_id: str, handoff: Handoff, one: Clock) -> Json:
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


def of_timeline(entry: Transition | ClockStep) -> Json:
    if isinstance(entry, ClockStep):
        return {"kind": f"clock_{entry.action}", "at": times.text(entry.at), **lifecycle_events.of_step(entry)}
    shown = {name: value for name, value in transition(entry).items() if name not in ("record", "person_id")}
    return {"kind": "transition", **shown, "owner_id": entry.owner_id, "user_id": entry.user_id}


def _plain(seconds: float) -> float:
    """Without a fraction where there is none."""
    return int(seconds) if seconds == int(seconds) else seconds
