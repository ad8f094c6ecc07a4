"""Pairs of records that may be one person, as the API shows them."""

from rekindle.adapters.wire.views import Json
from rekindle.application.capture.answer_duplicates import ShownDuplicate
from rekindle.domain.core import times
from rekindle.domain.people.person import Person, Profile


def duplicate(shown: ShownDuplicate) -> Json:
    pair = shown.duplicate
    return {
        "record": "duplicate",
        "duplicate_id": pair.duplicate_id,
        "person_ids": list(pair.person_ids),
        "grounds": pair.grounds.value,
        "likely": pair.likely,
        "found_at": times.text(pair.found_at),
        "state": pair.state.value,
        "answered_at": times.optional_text(pair.answered_at),
        "user_id": pair.user_id,
        "survivor_id": pair.survivor_id,
        "merged_id": pair.merged_id,
        "people": list({person.person_id: _person(person) for person in shown.people}.values()),
    }


def _person(person: Person) -> Json:
    profile = person.profile or Profile()
    return {
        "person_id": person.person_id,
        "kind": person.kind,
        "email": profile.email,
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "company": profile.company,
        "phone": profile.phone,
        "status": person.status,
        "owner_id": person.owner_id,
        "responses": person.responses,
        "deleted": person.deleted,
    }
