"""Events out: what other systems hear. Their ids are made from their content, so a second delivery has the same id."""

from typing import Any

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Ended,
    Entry,
    Erased,
    Interacted,
    Merged,
    ResponseConverted,
    ResponseRenamed,
    Resumed,
    Separated,
    Stage,
    StageReached,
)
from rekindle.domain.notifications import assignment_events, lifecycle_events
from rekindle.domain.notifications.event import Event, event_of
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.reactivation.decision import Decision


def events_from(record: Decision | Entry | ImportEnded) -> tuple[Event, ...]:
    """The events that a stored record gives rise to, in the order they are to be understood."""
    if isinstance(record, Decision):
        if record.dry_run:
            return ()
        return _of_decision(record) if record.activates else _of_skipped(record)
    if isinstance(record, ImportEnded):
        return (_import_ended(record),)
    if isinstance(record, StageReached):
        return (_stage(record),)
    if isinstance(record, AssignmentStep):
        return assignment_events.of_step(record)
    if isinstance(record, Routing):
        return assignment_events.of_routing(record)
    if isinstance(record, Merged):
        return (_merged(record),)
    if isinstance(record, Erased):
        return (_erased(record),)
    if isinstance(record, Resumed):
        return (_resumed(record),)
    if isinstance(record, ResponseRenamed):
        return (_renamed(record),)
    if isinstance(record, ResponseConverted):
        return (_converted(record),)
    if isinstance(record, Interacted | Separated):
        return ()
    if isinstance(record, Transition):
        return _of_transition(record)
    if isinstance(record, ClockStep):
        return _of_clock(record)
    if isinstance(record, Entered | Left | TouchDue):
        return _of_stay(record)
    if isinstance(record, WentDark):
        detail = lifecycle_events.of_dark(record)
        return (event_of(record, "Person Went Dark", detail),)
    return (_deactivated(record),)


def _of_clock(entry: ClockStep) -> tuple[Event, ...]:
    name, detail = lifecycle_events.NAMES[entry.action], lifecycle_events.of_step(entry)
    announced = event_of(entry, name, detail)
    kind = lifecycle_events.NOTIFIED_AS.get(entry.action)
    if kind is None or entry.notify_id is None or entry.assignment_id is None:
        return (announced,)
    requested = {**detail, "kind": kind, "assignment_id": entry.assignment_id}
    return announced, event_of(entry, "Notification Requested", requested, "-notified")


def _of_stay(entry: Entered | Left | TouchDue) -> tuple[Event, ...]:
    name = lifecycle_events.name_of_stay(entry)
    if name is None:
        return ()
    detail = lifecycle_events.of_stay(entry)
    return (event_of(entry, name, detail),)


def _of_transition(entry: Transition) -> tuple[Event, ...]:
    name = lifecycle_events.name_of(entry)
    if name is None:
        return ()
    detail = lifecycle_events.of_transition(entry)
    return (event_of(entry, name, detail),)


def _of_decision(decision: Decision) -> tuple[Event, ...]:
    at = decision.activated_at or decision.as_of
    response_id, campaign_id = decision.response_id or "", decision.campaign_id or ""
    cycle = decision.cycle or 0
    activated = Event(
        f"{decision.decision_id}-activated",
        "Response Activated",
        decision.person_id,
        at,
        decision.settings_version,
        {
            "scenario": decision.scenario.value,
            "outcome": decision.outcome.value,
            "response_id": response_id,
            "campaign_id": campaign_id,
            "decision_id": decision.decision_id,
            "cycle": cycle,
            "score": decision.score,
            "status": decision.status,
            "status_changed": decision.status_changed,
            **_of_batch(decision),
        },
    )
    if decision.replaced_response_id is not None:
        ended = Deactivated(
            decision.person_id,
            decision.replaced_response_id,
            decision.replaced_campaign_id or "",
            cycle,
            Ended.REPLACED,
            at,
            decision.settings_version,
        )
        return _deactivated(ended), activated
    qualified = StageReached(
        decision.person_id, response_id, campaign_id, cycle, Stage.MQL, at, decision.settings_version
    )
    stage = _stage(qualified)
    if decision.batch_id is not None:
        # After an undo, a later batch may open the same cycle again: that is another event.
        stage = replace(stage, event_id=f"{decision.decision_id}-mql")
    return activated, stage, *assignment_events.of_decision(decision)


def _of_skipped(decision: Decision) -> tuple[Event, ...]:
    if not decision.announced:
        return ()
    detail = {
        "scenario": decision.scenario.value,
        "reason": decision.reason.value if decision.reason else None,
        "decision_id": decision.decision_id,
        **_of_batch(decision),
    }
    event_id = f"{decision.decision_id}-skipped"
    return (
        Event(
            event_id,
            "Reactivation Skipped",
            decision.person_id,
            decision.as_of,
            decision.settings_version,
            detail,
        ),
    )


def _of_batch(decision: Decision) -> dict[str, Any]:
    return {"batch_id": decision.batch_id} if decision.batch_id is not None else {}


def _stage(entry: StageReached) -> Event:
    return event_of(
        entry,
        "Stage Reached",
        {
            "stage": entry.stage.value,
            "reached_at": times.text(entry.at),
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "cycle": entry.cycle,
            **_of_opportunity(entry),
        },
    )


def _of_opportunity(entry: StageReached | Deactivated) -> dict[str, Any]:
    """The opportunity, and what the cycle is worth, where one came of it."""
    if entry.opportunity_id is None:
        return {}
    return {"opportunity_id": entry.opportunity_id, "amount": entry.amount, "currency": entry.currency}


def _renamed(entry: ResponseRenamed) -> Event:
    return event_of(
        entry,
        "Response Renamed",
        {
            "response_id": entry.response_id,
            "former_response_id": entry.former_response_id,
            "campaign_id": entry.campaign_id,
            "voided_decision_id": entry.voided_decision_id,
        },
    )


def _converted(entry: ResponseConverted) -> Event:
    return event_of(
        entry,
        "Response Converted",
        {
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "to": entry.to,
            f"{entry.to}_id": entry.record_id,
            "user_id": entry.user_id,
        },
    )


def _resumed(entry: Resumed) -> Event:
    return event_of(
        entry,
        "Response Resumed",
        {
            "reason": entry.reason.value,
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "cycle": entry.cycle,
        },
    )


def _deactivated(entry: Deactivated) -> Event:
    return event_of(
        entry,
        "Response Deactivated",
        {
            "reason": entry.reason.value,
            "response_id": entry.response_id,
            "campaign_id": entry.campaign_id,
            "cycle": entry.cycle,
            **_of_opportunity(entry),
        },
    )


def _merged(entry: Merged) -> Event:
    return event_of(entry, "Person Merged", {"merged_id": entry.merged_id, "converted": entry.converted})


def _import_ended(ended: ImportEnded) -> Event:
    detail = {
        "import_id": ended.import_id,
        "kind": ended.kind,
        "filename": ended.filename,
        "state": ended.state,
        "counts": dict(ended.counts),
    }
    event_id = f"import-{ended.import_id}-{ended.state}"
    return Event(event_id, "Import Finished", None, ended.at, ended.settings_version, detail)


def _erased(entry: Erased) -> Event:
    return event_of(
        entry, "Person Erased", {"people": entry.people, "responses": entry.responses, "failures": entry.failures}
    )
