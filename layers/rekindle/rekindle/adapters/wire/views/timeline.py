"""What happened to a person, as the API shows it."""

from rekindle.adapters.wire.views import Json
from rekindle.adapters.wire.views.lifecycle import of_timeline
from rekindle.adapters.wire.views.people import assignment
from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Entry,
    Erased,
    Interacted,
    Merged,
    ResponseConverted,
    ResponseRenamed,
    Resumed,
    Separated,
    StageReached,
)
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.reactivation.decision import Decision


def timeline_entry(record: Decision | Entry) -> Json:
    """What happened, in order: a decision, a stage that was reached, the end of an active response, or another
    record of the person that became this one."""
    if isinstance(record, Decision):
        return {
            "kind": "decision",
            "at": times.text(record.as_of),
            "decision_id": record.decision_id,
            "scenario": record.scenario.value,
            "outcome": record.outcome.value,
            "reason": record.reason.value if record.reason else None,
            "response_id": record.response_id,
            "campaign_id": record.campaign_id,
            "cycle": record.cycle,
            "score": record.score,
        }
    if isinstance(record, AssignmentStep):
        return {
            "kind": f"assignment_{record.step}",
            "at": times.text(record.at),
            **{
                name: entry
                for name, entry in assignment(record.person_id, record.assignment).items()
                if name != "record"
            },
        }
    if isinstance(record, Routing):
        return _routing(record)
    if isinstance(record, Merged):
        return {
            "kind": "merged",
            "at": times.text(record.at),
            "merged_id": record.merged_id,
            "converted": record.converted,
        }
    if isinstance(record, Separated):
        return {"kind": "separated", "at": times.text(record.at), "other_id": record.other_id}
    if isinstance(record, Erased):
        removed = {"people": record.people, "responses": record.responses, "failures": record.failures}
        return {"kind": "erased", "at": times.text(record.at), **removed}
    if isinstance(record, Interacted):
        return {
            "kind": "interaction",
            "at": times.text(record.at),
            "interaction_id": record.interaction_id,
            "direction": record.direction,
            "channel": record.channel,
            "campaign_id": record.campaign_id,
            "user_id": record.user_id,
            "interaction_kind": record.kind,
            "link_id": record.link_id,
            "suspected_bot": record.suspected_bot,
        }
    if isinstance(record, ResponseRenamed):
        return {
            "kind": "response_renamed",
            "at": times.text(record.at),
            "response_id": record.response_id,
            "former_response_id": record.former_response_id,
            "campaign_id": record.campaign_id,
        }
    if isinstance(record, ResponseConverted):
        return {
            "kind": "response_converted",
            "at": times.text(record.at),
            "response_id": record.response_id,
            "campaign_id": record.campaign_id,
            "to": record.to,
            "record_id": record.record_id,
            "user_id": record.user_id,
        }
    if isinstance(record, Transition | ClockStep | Entered | Left | TouchDue | WentDark):
        return of_timeline(record)
    return _of_cycle(record)


def _of_cycle(entry: StageReached | Deactivated | Resumed) -> Json:
    shown: Json = {
        "kind": _KIND[type(entry)],
        "at": times.text(entry.at),
        "response_id": entry.response_id,
        "campaign_id": entry.campaign_id,
        "cycle": entry.cycle,
    }
    shown |= {"stage": entry.stage.value} if isinstance(entry, StageReached) else {"reason": entry.reason.value}
    if not isinstance(entry, Resumed):
        shown |= {"opportunity_id": entry.opportunity_id, "amount": entry.amount, "currency": entry.currency}
    return shown


_KIND = {StageReached: "stage_reached", Deactivated: "deactivated", Resumed: "resumed"}


def _routing(entry: Routing) -> Json:
    return {
        "kind": "routed" if entry.owner_id is not None else "not_routed",
        "at": times.text(entry.at),
        "assignment_id": entry.assignment_id,
        "owner_id": entry.owner_id,
        "reason": entry.reason,
        "by": entry.by.value if entry.by else None,
        "account_id": entry.account_id,
        "matched_by": entry.matched_by,
        "unmatched": entry.unmatched,
        "suggested": list(entry.suggested),
        "pool": entry.pool,
        "passed": dict(entry.passed),
        "again_at": times.optional_text(entry.again_at),
        "explanation": entry.sentence,
    }
