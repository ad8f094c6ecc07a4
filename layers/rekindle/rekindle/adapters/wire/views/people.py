"""Persons, their responses and their assignments, as the API and the command line show them (contract, section 3)."""

from datetime import timedelta

from rekindle.adapters.wire.views import Json
from rekindle.application.records.show_records import Shown
from rekindle.domain.core import times
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Engagement, Erasure, Person, Profile
from rekindle.domain.responses.response import Response


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
        "treatment": details.treatment if details else None,
        "list_id": details.list_id if details else None,
        "products": list(details.products) if details else [],
        "click_url": details.click_url if details else None,
        "score": details.score if details else None,
        "fields": dict(details.fields) if details else {},
        "inserted_by": details.inserted_by if details else None,
    }


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
