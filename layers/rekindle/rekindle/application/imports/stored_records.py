"""The records of a store as an import knows them: read once, in as few requests as it takes, and never written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rekindle.application.imports.find_person import MAIL, PHONE
from rekindle.application.ports.people import ListedBy, People, Scores
from rekindle.application.ports.records import RecordStores
from rekindle.domain.capture.kinds import KINDS, PERSON, RESPONSE
from rekindle.domain.core import times
from rekindle.domain.imports.changes import flat
from rekindle.domain.people.directory import mail_entry
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.responses.response import Details

MOST = 20
"""People under one address that are looked at."""
_MOST_STEPS = 50
"""Merges that are followed from one person."""
_KINDS = {kind.name: kind for kind in KINDS}
_Answer = Any


@dataclass(frozen=True)
class StoredRecords:
    """Several threads may ask. `answers` is what was read before, for as long as it is kept."""

    people_store: People
    scores: Scores
    records: RecordStores
    answers: dict[tuple[str, ...], _Answer] = field(default_factory=dict)

    def values(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._once(("values", kind, record_id), lambda: self._read(kind, record_id))
        return found

    def people(self, key: str) -> tuple[str, ...]:
        person_ids: tuple[str, ...] = self._once(("people", key), lambda: self._listed(key))
        return person_ids

    def current(self, person_id: str) -> str:
        for _ in range(_MOST_STEPS):
            person = self._person(person_id)
            if person is None or person.merged_into is None:
                break
            person_id = person.merged_into
        return person_id

    def put(self, kind: str, record_id: str, values: Mapping[str, Any], *, is_of_file: bool = True) -> None:
        """Nothing is written: what a row would change is not looked at by other rows."""

    def unite(self, person_id: str, survivor_id: str) -> None:
        """Nothing is written."""

    def is_of_file(self, kind: str, record_id: str) -> bool:
        return False

    def forget(self) -> None:
        """What is read from now on is read anew."""
        self.answers.clear()

    def _once(self, question: tuple[str, ...], read: Callable[[], _Answer]) -> _Answer:
        if question not in self.answers:
            self.answers[question] = read()
        return self.answers[question]

    def _person(self, person_id: str) -> Person | None:
        stored: Person | None = self._once(("person", person_id), lambda: self.people_store.get(person_id))
        return stored

    def _read(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        if kind == PERSON.name:
            return self._values_of_person(record_id)
        if kind == RESPONSE.name:
            return self._values_of_response(record_id)
        record = self.records(_KINDS[kind]).get(record_id)
        if record is None or getattr(record, "deleted", False):
            return None
        return _written({name: getattr(record, name) for name in _KINDS[kind].fields})

    def _values_of_person(self, person_id: str) -> Mapping[str, Any] | None:
        person = self._person(person_id)
        if person is None or person.deleted or person.merged_into is not None:
            return None
        score = self.scores.get(person_id)
        profile = dict(known_fields(person))
        fields = dict(person.profile.fields) if person.profile is not None else {}
        plain = {name: value for name, value in profile.items() if name in PERSON.fields}
        return _written(
            {
                **plain,
                "fields": fields,
                "kind": person.kind,
                "status": person.status,
                "owner_id": person.owner_id,
                "record_type": person.record_type,
                "score": score.value if score is not None else None,
            }
        )

    def _values_of_response(self, response_id: str) -> Mapping[str, Any] | None:
        owner = self.people_store.owner_of_response(response_id)
        if owner is None or owner.person_id is None:
            return None
        response = self.people_store.get_response(owner.person_id, response_id)
        if response is None or response.state.deleted:
            return None
        state, details = response.state, response.details or Details()
        values_of_details = {name: getattr(details, name) for name in RESPONSE.fields if hasattr(details, name)}
        dates = {"responded_at": state.responded_at, "received_at": state.received_at}
        who = {"person_id": owner.person_id, "campaign_id": response.campaign_id}
        return _written({**values_of_details, **dates, **who, "responded": state.responded})

    def _listed(self, key: str) -> tuple[str, ...]:
        if key.startswith(MAIL):
            entry, by = mail_entry(key.removeprefix(MAIL)), ListedBy.MAIL
        else:
            entry, by = key.removeprefix(PHONE), ListedBy.PHONE
        return tuple(self.people_store.listed(by, entry, MOST).items) if entry else ()


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has them, in one level, what is not known left out."""
    plain = {name: _as_json(value) for name, value in values.items()}
    return {name: value for name, value in flat(plain).items() if value is not None and value != []}


def _as_json(value: Any) -> Any:
    match value:
        case datetime():
            return times.text(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
