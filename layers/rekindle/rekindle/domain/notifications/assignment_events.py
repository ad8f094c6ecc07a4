"""Events about who gets a lead: waits, owners, routings, and who is notified of them."""

from typing import Any

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.notifications.event import Event, event_of
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState, AssignmentStep, Step
from rekindle.domain.reactivation.decision import Decision


def of_decision(decision: Decision) -> tuple[Event, ...]:
    """How the assignment of a new cycle began: with a wait, or with its end."""
    assignment = decision.assignment
    if assignment is None or decision.batch_id is not None:
        return ()
    if not assignment.waits and assignment.assigned_at is None:
        return ()  # Nobody who could be notified has the person.
    step = Step.STARTED if assignment.waits else Step.COMPLETED
    at = assignment.assigned_at or assignment.activated_at
    return of_step(AssignmentStep(decision.person_id, step, at, assignment, decision.settings_version))


_ANNOUNCED_AS = {
    Step.STARTED: "Assignment Started",
    Step.COMPLETED: "Assignment Completed",
    Step.TIMED_OUT: "Assignment Timed Out",
}
"""What is announced under a name of its own. The other steps concern nobody but who is notified of them."""

_NOTIFIED_AS = {
    Step.COMPLETED: "assigned",
    Step.CLAIMED: "assigned",
    Step.REASSIGNED: "reassigned",
    Step.TIMED_OUT: "timed_out",
    Step.REMINDED: "reminder",
}


def of_step(entry: AssignmentStep) -> tuple[Event, ...]:
    assignment = entry.assignment
    detail: dict[str, Any] = {
        "assignment_id": assignment.assignment_id,
        "cycle": assignment.cycle,
        "response_id": assignment.response_id,
        "campaign_id": assignment.campaign_id,
        "state": assignment.state.value,
        "reason": assignment.reason,
        "owner_id": assignment.owner_id,
        "owner_decided": _decided_here(entry),
        "first_owner_id": assignment.first_owner_id,
        "first_queue_id": assignment.first_queue_id,
        "temporary_owner_id": assignment.temporary_owner_id,
        "routed": assignment.routed,
        "activated_at": times.text(assignment.activated_at),
        "system_delay_seconds": _seconds(assignment),
    }
    if assignment.deadline is not None:
        detail["deadline"] = times.text(assignment.deadline)
    name, kind = _ANNOUNCED_AS.get(entry.step), _NOTIFIED_AS.get(entry.step)
    events: list[Event] = []
    if name is not None:
        events.append(event_of(entry, name, detail, "-told"))
    notified = _notified(entry)
    if kind is not None and notified is not None:
        # Once for each cycle, owner and kind, whatever happens twice.
        event_id = f"{assignment.assignment_id}-{digest(kind, notified)}"
        asked = {**detail, "kind": kind, "notify_id": notified}
        events.append(
            Event(event_id, "Notification Requested", entry.person_id, entry.at, entry.settings_version, asked)
        )
    return tuple(events)


_KNOWN_TO_THE_CRM = {
    AssignmentReason.NO_RULE,
    AssignmentReason.CONTACT,
    AssignmentReason.ENGINE_WAS_FASTER,
    AssignmentReason.OWNER_CHANGED,
    AssignmentReason.NO_ACTIVE_FALLBACK,
}


def _decided_here(entry: AssignmentStep) -> bool:
    """Whether the owner was decided here, so that the CRM is to be updated, and not the other way round."""
    assignment = entry.assignment
    if entry.step not in _ANNOUNCED_AS or assignment.reason in _KNOWN_TO_THE_CRM or assignment.owner_id is None:
        return False
    return not assignment.confirmed or assignment.owner_id != assignment.temporary_owner_id


def _notified(entry: AssignmentStep) -> str | None:
    """Who is to know: the owner; of a wait that grows long, whoever would get the lead in the end."""
    assignment = entry.assignment
    if entry.step is Step.REMINDED:
        return assignment.fallback_id or assignment.temporary_owner_id
    return assignment.owner_id


def _seconds(assignment: Assignment) -> float | None:
    delay = assignment.system_delay
    return None if delay is None or assignment.state is AssignmentState.CANCELLED else delay.total_seconds()


def of_routing(entry: Routing) -> tuple[Event, ...]:
    """The CRM alone can convert a lead: it is asked to, with the status that the contact is to inherit."""
    if not entry.convert:
        return ()
    detail = {
        "assignment_id": entry.assignment_id,
        "account_id": entry.account_id,
        "owner_id": entry.owner_id,
        "status": entry.status,
    }
    return (event_of(entry, "Conversion Requested", detail, "-conversion"),)
