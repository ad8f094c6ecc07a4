"""Records as the API and the command line show them (contract, sections 3 and 4)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from rekindle.adapters.wire.settings.warnings import warnings
from rekindle.application.failures.resend_failures import Handled
from rekindle.application.reactivation.answer_requests import Failure as FailedInput
from rekindle.application.reactivation.undo_backfill import Undone
from rekindle.application.records.export_people import Export
from rekindle.application.records.show_records import Shown
from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, Refusal
from rekindle.domain.failures.failure import Failure
from rekindle.domain.lifecycle.journey import Deactivated, Entry, Erased, Merged, ResponseRenamed, Resumed, StageReached
from rekindle.domain.measures.funnel import Funnel, Group, Passage, Spread
from rekindle.domain.notifications.template import Text
from rekindle.domain.people.assignment import Assignment, AssignmentStep
from rekindle.domain.people.person import Engagement, Erasure, Person, Profile
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.explanation import Explanation, why_excluded
from rekindle.domain.reactivation.search import Considered
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Settings

Json = dict[str, Any]

LISTED = 50
"""How many responses a decision lists where it is not asked for alone."""


def decision(explanation: Explanation, settings: Settings | None = None, listed: int | None = None) -> Json:
    """A decision with what it considered. With `settings`, those it was made by, it also tells why each loser lost, and
    whether it came out the same when it was made again."""
    decided = explanation.decision
    considered = explanation.considered
    told: Json = {
        "record": "decision",
        "decision_id": decided.decision_id,
        "person_id": decided.person_id,
        "scenario": decided.scenario,
        "outcome": decided.outcome,
        "reason": decided.reason,
        "response_id": decided.response_id,
        "campaign_id": decided.campaign_id,
        "decided_at": times.text(decided.decided_at),
        "as_of": times.text(decided.as_of),
        "trigger_id": decided.trigger_id,
        "settings_version": decided.settings_version,
        "dry_run": decided.dry_run,
        "considered": [_considered(one, decided, settings) for one in considered[:listed]] if considered else [],
        "considered_total": explanation.total,
        "default_campaign_source": decided.default_campaign_source,
        "score": decided.score,
        "previous_score": decided.previous_score,
        "activated_at": times.optional_text(decided.activated_at),
        "cycle": decided.cycle,
        "status": decided.status,
        "replaced_response_id": decided.replaced_response_id,
        "explanation": explanation.sentence,
    }
    if decided.passed_over:
        told["passed_over"] = list(decided.passed_over)
    if decided.unmapped_status is not None:
        told["unmapped_status"] = decided.unmapped_status
    if decided.batch_id is not None:
        told["batch_id"] = decided.batch_id
    if settings is not None:
        told["replay"] = _REPLAY[explanation.same_again]
    return told


def text(written: Text) -> Json:
    """What a notification says."""
    return {"subject": written.subject, "body": written.body}


def undone(found: Undone, dry_run: bool) -> Json:
    """What became of one activation of a batch that is undone."""
    member = found.member
    return {
        "record": "undo",
        "batch_id": member.batch_id,
        "decision_id": member.decision_id,
        "person_id": member.person_id,
        "response_id": member.response_id,
        "campaign_id": member.campaign_id,
        "undone": found.left is None and not found.waits,
        "reason": "WAITS" if found.waits else found.left.value if found.left else None,
        "dry_run": dry_run,
    }


_REPLAY = {True: "identical", False: "different", None: None}


def results(name: str, answers: Sequence[Explanation | FailedInput | None]) -> Json:
    """The answers to a call's inputs, each in the form that a flow expects of an action. `name`: of the list of inputs,
    for the paths of faults."""
    return {"results": [_result(f"{name}[{index}]", one) for index, one in enumerate(answers)]}


def _result(path: str, answered: Explanation | FailedInput | None) -> Json:
    if answered is None:
        return {"is_success": True, "decision": None, "error": None}
    if isinstance(answered, Explanation):
        return {"is_success": True, "decision": decision(answered, listed=LISTED), "error": None}
    told = error(answered)
    field = f"{path}.{told['field']}" if told["field"] else path
    return {"is_success": False, "decision": None, "error": {**told, "field": field}}


def error(failure: FailedInput) -> Json:
    """What went wrong: a stable code, words, and the field that is at fault, if one is."""
    if isinstance(failure, Refusal):
        return {"code": failure.code, "message": failure.message, "field": failure.field}
    code = "CONFLICT" if isinstance(failure, Conflict) else "UNAVAILABLE"
    return {
        "code": code,
        "message": "try again: the record was changed or the store did not answer",
        "field": None,
    }


def _considered(one: Considered, decided: Decision, settings: Settings | None) -> Json:
    told: Json = {
        "response_id": one.response_id,
        "campaign_id": one.campaign_id,
        "class": one.response_class,
        "responded_at": times.optional_text(one.responded_at),
        "excluded": one.excluded,
    }
    if settings is not None and one.excluded is not None:
        told["why"] = why_excluded(one.excluded, decided, settings)
    return told


def person(shown: Shown) -> Json:
    held, score = shown.person, shown.score
    profile = held.profile or Profile()
    return {
        "person_id": held.person_id,
        "kind": held.kind,
        "email": profile.email,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "company": profile.company,
        "phone": profile.phone,
        "status": held.status,
        "score": score.value if score else None,
        "owner_id": held.owner_id,
        "account_id": profile.account_id,
        "record_type": held.record_type,
        "do_not_contact": profile.do_not_contact,
        "changed_by": profile.changed_by,
        "fields": dict(profile.fields),
        "active_response": _engagement(held.active) if held.active else None,
        "assignment": assignment(held.person_id, held.assignment) if held.assignment else None,
        "cycles": held.cycles,
        "responses": held.responses,
        "nurture_until": times.optional_text(held.nurture_until),
        "former_ids": list(held.merged_ids),
        "deleted": held.deleted,
    }


def _engagement(active: Engagement) -> Json:
    return {
        "response_id": active.response_id,
        "campaign_id": active.campaign_id,
        "cycle": active.cycle,
        "stage": str(active.stage),
        "activated_at": times.text(active.since),
        "scenario": str(active.scenario),
        "decision_id": active.decision_id,
        "opportunity_id": active.opportunity_id,
        "amount": active.amount,
        "currency": active.currency,
    }


def assignment(person_id: str, held: Assignment) -> Json:
    return {
        "record": "assignment",
        "person_id": person_id,
        "assignment_id": held.assignment_id,
        "response_id": held.response_id,
        "campaign_id": held.campaign_id,
        "cycle": held.cycle,
        "state": held.state.value,
        "reason": held.reason,
        "temporary_owner_id": held.temporary_owner_id,
        "owner_id": held.owner_id,
        "first_owner_id": held.first_owner_id,
        "first_owner_type": held.first_owner_type,
        "first_queue_id": held.first_queue_id,
        "late_owner_id": held.late_owner_id,
        "outside_queue": held.outside_queue,
        "activated_at": times.text(held.activated_at),
        "assigned_at": times.optional_text(held.assigned_at),
        "worked_at": times.optional_text(held.worked_at),
        "deadline": times.optional_text(held.deadline),
        "system_delay_seconds": _seconds(held.system_delay),
        "human_delay_seconds": _seconds(held.human_delay),
    }


def funnel_group(told: Funnel, group: Group, name: str | None) -> Json:
    return {
        "record": "funnel",
        "from": times.text(told.since),
        "to": times.text(told.until),
        "by": told.by.value if told.by else None,
        "key": group.key,
        "name": name,
        "volumes": {stage.value: volume for stage, volume in group.volumes.items()},
        "passages": [_passage(passage) for passage in group.passages],
        "system_delay_seconds": _spread(group.system_delay),
        "human_delay_seconds": _spread(group.human_delay),
    }


def _passage(passage: Passage) -> Json:
    took = passage.velocity
    return {
        "from": passage.start.value,
        "to": passage.end.value,
        "conversion": passage.conversion,
        "mean_days": took.mean / timedelta(days=1) if took else None,
        "median_days": took.median / timedelta(days=1) if took else None,
    }


def _spread(took: Spread | None) -> Json | None:
    if took is None:
        return None
    return {"count": took.count, "median": took.median.total_seconds(), "p90": took.ninety.total_seconds()}


def _seconds(delay: timedelta | None) -> float | None:
    return None if delay is None else delay.total_seconds()


def response(person_id: str, held: Response) -> Json:
    state, details = held.state, held.details
    return {
        "response_id": held.response_id,
        "person_id": person_id,
        "campaign_id": held.campaign_id,
        "responded": state.responded,
        "responded_at": times.optional_text(state.responded_at),
        "received_at": times.text(state.received_at),
        "response_status": state.status,
        "activated_at": times.optional_text(state.activated_at),
        "reactivated_at": times.optional_text(state.reactivated_at),
        "member_status": details.member_status if details else None,
        "channel": details.channel if details else None,
        "response_type": details.response_type if details else None,
        "source_code": details.source_code if details else None,
        "click_url": details.click_url if details else None,
        "score": details.score if details else None,
        "fields": dict(details.fields) if details else {},
        "inserted_by": details.inserted_by if details else None,
    }


def timeline_entry(record: Decision | Entry) -> Json:
    """What happened, told in order: a decision, a stage that was reached, the end of an active response, or another
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
                name: told for name, told in assignment(record.person_id, record.assignment).items() if name != "record"
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
    if isinstance(record, Erased):
        removed = {"people": record.people, "responses": record.responses, "failures": record.failures}
        return {"kind": "erased", "at": times.text(record.at), **removed}
    if isinstance(record, ResponseRenamed):
        return {
            "kind": "response_renamed",
            "at": times.text(record.at),
            "response_id": record.response_id,
            "former_response_id": record.former_response_id,
            "campaign_id": record.campaign_id,
        }
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


def failure(kept: Failure, now: datetime) -> Json:
    """A failure without its message, which may hold anything."""
    return {
        "record": "failure",
        "failure_id": kept.failure_id,
        "state": kept.state.value,
        "reason": kept.reason,
        "message": kept.message,
        "field": kept.field,
        "record_kind": kept.record,
        "record_id": kept.record_id,
        "event_id": kept.event_id,
        "event_at": times.optional_text(kept.event_at),
        "source": kept.source,
        "failed_at": times.text(kept.failed_at),
        "age_seconds": max(int((now - kept.failed_at).total_seconds()), 0),
        "handled_at": times.optional_text(kept.handled_at),
        "handled_by": kept.handled_by,
        "note": kept.note,
    }


def handled(one: Handled, now: datetime) -> Json:
    """What became of a failure; `problem` says why it stays open."""
    return {**failure(one.failure, now), "problem": one.problem}


def erasure(erased: Person, progress: Erasure) -> Json:
    return {
        "record": "erasure",
        "person_id": erased.person_id,
        "former_ids": list(erased.merged_ids),
        "state": "erased" if progress.completed_at is not None else "erasing",
        "requested_at": times.text(progress.requested_at),
        "erased_at": times.optional_text(progress.completed_at),
        "people": progress.people,
        "responses": progress.responses,
        "failures": progress.failures,
    }


def export(stored: Export, now: datetime) -> Json:
    shown = person(stored.shown)
    return {
        "record": "export",
        "person": shown,
        "former": [person(Shown(one, None)) for one in stored.former],
        "responses": [{**response(shown["person_id"], one), "deleted": one.state.deleted} for one in stored.responses],
        "timeline": [timeline_entry(one) for one in stored.ledger],
        "opportunities": [record(OPPORTUNITY, one) for one in stored.opportunities],
        "failures": [{**failure(one, now), "body": one.body} for one in stored.failures],
    }


def record(kind: Kind[Any], shown: Any) -> Json:
    """A record of a kind that is shown as it is stored: its identifier, the declared fields, whether it is deleted."""
    names = (kind.id, *kind.fields, *kind.read_only, *(["deleted"] if kind.deletable else []))
    return {name: _json(getattr(shown, name)) for name in names}


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return times.text(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
    return value


def settings_version(version: int, stored_at: datetime) -> Json:
    return {"version": version, "stored_at": times.text(stored_at)}


def validation(document: Mapping[str, Any], faults: list[tuple[str, str]]) -> Json:
    return {
        "valid": not faults,
        "faults": [fault(path, message) for path, message in faults],
        "warnings": [fault(path, message) for path, message in warnings(document)],
    }


def fault(path: str, message: str) -> Json:
    return {"path": path, "message": message}


def health(build: str, now: datetime) -> Json:
    return {"status": "ok", "build": build, "time": times.text(now)}
