"""Events out about a person's lifecycle: handoffs, broken promises, leads that go back, customers."""

from collections.abc import Mapping
from typing import Any

from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import Action, ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.lifecycle.states import allowed_transition
from rekindle.domain.lifecycle.update import REJECTED_FOR
from rekindle.domain.people.lifecycle import State


def name_of(entry: Transition) -> str | None:
    """The detail-type of a transition; None where another event says it already."""
    transition = allowed_transition(entry.before, entry.after)
    if transition is None or (entry.after is State.QUALIFIED and not (entry.reason or "").startswith(REJECTED_FOR)):
        return None
    return transition.event


def of_transition(entry: Transition) -> Mapping[str, Any]:
    """What the event of a transition holds beside its person, its instant and its settings."""
    detail: dict[str, Any] = {"cycle": entry.cycle, "from": entry.before.value, "to": entry.after.value}
    match entry.after:
        case State.HANDED_OFF:
            return {
                **detail,
                "policy": entry.policy,
                "owner_id": entry.owner_id,
                "passed_at": times.text(entry.at),
                "due_at": times.optional_text(entry.due_at),
                "nurture_seconds": _seconds(entry),
            }
        case State.RECYCLED:
            return {
                **detail,
                "reason": entry.reason,
                "passive": entry.passive,
                "track": entry.track,
                "status": entry.status,
                "status_changed": entry.status is not None,
                "user_id": entry.user_id,
            }
    if entry.reason is not None and entry.reason.startswith(REJECTED_FOR):
        detail["reason"] = entry.reason.removeprefix(REJECTED_FOR)
        return {**detail, "owner_id": entry.owner_id, "user_id": entry.user_id}
    return {**detail, "owner_id": entry.owner_id, "user_id": entry.user_id}


def name_of_stay(entry: Entered | Left | TouchDue) -> str | None:
    """The detail-type of what happens on a track, or in the customers' programme: there, only a touch is announced."""
    if isinstance(entry, TouchDue):
        return "Customer Touch Due" if entry.track is None else "Nurture Touch Due"
    if entry.track is None:
        return None
    return "Nurture Entered" if isinstance(entry, Entered) else "Nurture Left"


def of_stay(entry: Entered | Left | TouchDue) -> Mapping[str, Any]:
    detail: dict[str, Any] = {"cycle": entry.cycle, **programme_of(entry), "campaign_id": entry.campaign_id}
    if isinstance(entry, Entered):
        exchanged = {"responses": entry.responses, "cycles": entry.cycles, "recycled": entry.recycled}
        return {**detail, "reason": entry.reason, **exchanged}
    detail["entered_at"] = times.text(entry.entered_at)
    if isinstance(entry, Left):
        return {**detail, "reason": entry.reason}
    return {**detail, "name": entry.name, "due_at": times.text(entry.at)}


def of_dark(entry: WentDark) -> Mapping[str, Any]:
    return {
        "cycle": entry.cycle,
        "campaign_id": entry.campaign_id,
        "response_id": entry.response_id,
        "targeted_at": times.text(entry.targeted_at),
        "refinement_campaign_id": entry.refinement_campaign_id,
        "responses": entry.responses,
        "cycles": entry.cycles,
        "recycled": entry.recycled,
    }


def programme_of(entry: Entered | Left | TouchDue) -> Mapping[str, Any]:
    """The track, or the programme: of a product, or of all customers."""
    return {"track": entry.track} if entry.track is not None else {"programme": entry.product or CUSTOMERS}


CUSTOMERS = "customers"
"""The programme that is not started for each product."""


def _seconds(entry: Transition) -> float | None:
    since = entry.nurtured_since
    return None if since is None else max((entry.at - since).total_seconds(), 0.0)


NAMES = {
    Action.WARNED: "Handoff SLA Warned",
    Action.ESCALATED: "Handoff SLA Warned",
    Action.BREACHED: "Handoff SLA Breached",
}

NOTIFIED_AS = {Action.WARNED: "sla_warned", Action.ESCALATED: "sla_escalated"}
"""Who is to act is notified under this kind."""


def of_step(entry: ClockStep) -> Mapping[str, Any]:
    return {
        "cycle": entry.cycle,
        "policy": entry.policy,
        "clock": entry.kind.value,
        "action": entry.action.value,
        "share": entry.share,
        "started_at": times.text(entry.started_at),
        "due_at": times.optional_text(entry.due_at),
        "owner_id": entry.owner_id,
        "notify_id": entry.notify_id,
        "reassigned": entry.reassigned,
    }
