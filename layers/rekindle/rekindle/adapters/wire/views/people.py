"""Persons, their responses and their assignments, as the API and the command line show them."""

from datetime import timedelta

from rekindle.adapters.wire.views import Json
from rekindle.application.records.show_records import Shown
from rekindle.domain.core import times
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import Engagement, Erasure, Person, Profile
from rekindle.domain.responses.response import Conversion, Response


def person(shown: Shown) -> Json:
    stored, score = shown.person, shown.score
    profile = stored.profile or Profile()
    return {
        "person_id": stored.person_id,
        "kind": stored.kind,
        "email": profile.email,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "company": profile.company,
        "phone": profile.phone,
        "status": stored.status,
        "score": score.value if score else None,
        "owner_id": stored.owner_id,
        "account_id": profile.account_id,
        "record_type": stored.record_type,
        "do_not_contact": profile.do_not_contact,
        "undeliverable": profile.undeliverable,
        "changed_by": profile.changed_by,
        "fields": dict(profile.fields),
        "active_response": _engagement(stored.active) if stored.active else None,
        "assignment": assignment(stored.person_id, stored.assignment) if stored.assignment else None,
        "lifecycle": _lifecycle(stored.lifecycle) if stored.lifecycle else None,
        "cycles": stored.cycles,
        "responses": stored.responses,
        "nurture_until": times.optional_text(stored.nurture_until),
        "former_ids": list(stored.merged_ids),
        "deleted": stored.deleted,
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


def _lifecycle(stored: Lifecycle) -> Json:
    return {
        "state": stored.state.value,
        "since": times.optional_text(stored.since),
        "cycle": stored.cycle,
        "tracks": [
            {
                "track": one.track,
                "programme": (one.product or "customers") if one.track is None else None,
                "cycle": one.cycle,
                "entered_at": times.text(one.entered_at),
                "settings_version": one.settings_version,
                "touches_done": one.touches_done.bit_count(),
            }
            for one in stored.enrollments
        ],
    }


def assignment(person_id: str, stored: Assignment) -> Json:
    return {
        "record": "assignment",
        "person_id": person_id,
        "assignment_id": stored.assignment_id,
        "response_id": stored.response_id,
        "campaign_id": stored.campaign_id,
        "cycle": stored.cycle,
        "state": stored.state.value,
        "reason": stored.reason,
        "temporary_owner_id": stored.temporary_owner_id,
        "owner_id": stored.owner_id,
        "first_owner_id": stored.first_owner_id,
        "first_owner_type": stored.first_owner_type,
        "first_queue_id": stored.first_queue_id,
        "late_owner_id": stored.late_owner_id,
        "outside_queue": stored.outside_queue,
        "activated_at": times.text(stored.activated_at),
        "assigned_at": times.optional_text(stored.assigned_at),
        "worked_at": times.optional_text(stored.worked_at),
        "deadline": times.optional_text(stored.deadline),
        "system_delay_seconds": _seconds(stored.system_delay),
        "human_delay_seconds": _seconds(stored.human_delay),
    }


def _seconds(delay: timedelta | None) -> float | None:
    return None if delay is None else delay.total_seconds()


def response(person_id: str, stored: Response) -> Json:
    state, details = stored.state, stored.details
    return {
        "response_id": stored.response_id,
        "person_id": person_id,
        "campaign_id": stored.campaign_id,
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
        "dark_at": times.optional_text(details.dark_at) if details else None,
        "conversion": conversion(person_id, stored.response_id, details.conversion)
        if details and details.conversion
        else None,
    }


def conversion(person_id: str, response_id: str, made: Conversion) -> Json:
    of_record = {f"{to}_id": made.record_id if made.to == to else None for to in ("lead", "contact", "opportunity")}
    return {
        "response_id": response_id,
        "person_id": person_id,
        "to": made.to,
        **of_record,
        "user_id": made.user_id,
        "primary_interest": made.primary_interest,
        "converted_at": times.text(made.at),
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
