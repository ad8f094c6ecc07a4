"""Record what a CRM tells of a person: fields, status, score, conversion, deletion."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rekindle.application.assignment.owners import owners_of
from rekindle.application.capture.commit_people import CommitPeople
from rekindle.application.capture.merge_people import UnitePeople
from rekindle.application.capture.recorded import ONE, Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports import People, Reference, Scores
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.applying import owner_followed, person_deleted, person_told, status_followed, still_news
from rekindle.domain.capture.facts import PersonChanged, PersonDeleted
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import changed
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import ended
from rekindle.domain.records.stamps import DUPLICATE, NEWER, OLDER, Mark
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Response


@dataclass(frozen=True)
class RecordPerson:
    """A change of the score alone costs one read and one write of the small score item; the person is read and
    written only when something else changed, or when nothing is known of the person yet."""

    people: People
    scores: Scores
    reference: Reference
    unite: UnitePeople
    commit: CommitPeople

    def __call__(self, fact: PersonChanged) -> Recorded:
        if len(fact.values) == 1 and "score" in fact.values:
            return self._record_score(fact.person_id, fact.values["score"], fact.mark)  # As most facts.
        values = dict(fact.values)
        contact_id = values.pop("converted_contact_id", None)
        if contact_id is not None:
            # A converted lead is read-only, and its history goes on as the contact's: its last status closes nothing.
            values.pop("status", None)
        scored = "score" in values
        score = values.pop("score", None)
        if scored and not values and contact_id is None:
            return self._record_score(fact.person_id, score, fact.mark)
        recorded = Recorded()
        if values or not scored:
            recorded = self._record_fields(fact.person_id, values, fact.mark, fact.ours)
        if scored:
            recorded += self._record_score(fact.person_id, score, fact.mark)
        if contact_id is not None and contact_id != fact.person_id:
            recorded += self.unite(contact_id, fact.person_id, fact.mark.at, kind="contact")
        return recorded

    def _record_fields(self, person_id: str, values: Mapping[str, Any], mark: Mark, ours: bool) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.people.get(person_id)
            if stored is not None and stored.merged_into is not None:
                values, applied = still_news(stored, values, mark)
                if not values:
                    return Recorded(older=applied.older, duplicate=applied.duplicate)
                person_id = stored.merged_into
                continue
            before = stored or Person(person_id)
            after, applied = person_told(before, values, mark)
            if stored is not None and not applied.values:
                return Recorded(older=applied.older, duplicate=applied.duplicate)
            active = self._active(before) if before.status != after.status else None
            settings = self.reference.settings()
            change = status_followed(before, after, active, mark.at, settings, ours=ours)
            change = owner_followed(change, before, mark.at, settings, self._owners, ours=ours)
            if self.commit((before, change.indexed_by(settings))):
                return Recorded(1, applied.older, applied.duplicate)
        raise contended()

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)

    def _active(self, person: Person) -> Response | None:
        if person.active is None:
            return None
        active = self.people.get_response(person.person_id, person.active.response_id)
        if active is None:
            raise Conflict("the active response is still on its way from a record that is being taken over")
        return active

    def _record_score(self, person_id: str, value: float | None, mark: Mark) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.scores.get(person_id)
            if stored is not None and stored.moved_to is not None:
                order = mark.order_after(stored.mark)
                if order is not NEWER:
                    return Recorded(older=order is OLDER, duplicate=order is DUPLICATE)
                person_id = stored.moved_to
                continue
            if stored is None:
                person_id = self._home(person_id)
            score, order = changed(stored, person_id, value, mark, self.reference.settings().threshold)
            if order is not NEWER:
                return Recorded(older=order is OLDER, duplicate=order is DUPLICATE)
            try:
                self.scores.put(score, stored.version if stored else 0)
            except Conflict:
                continue
            return ONE
        raise contended()

    def _home(self, person_id: str) -> str:
        """Before the first score of a person: see that there is a person to decide about, and under which id."""
        for _ in ATTEMPTS:
            stored = self.people.get(person_id)
            if stored is not None and stored.merged_into is not None:
                person_id = stored.merged_into
            elif stored is not None or committed(self.people, Change(Person(person_id, version=1), 0)):
                return person_id
        raise contended()

    def delete(self, fact: PersonDeleted) -> Recorded:
        """The person's name and address go; the credit that was given stays on record."""
        for _ in ATTEMPTS:
            before = self.people.get(fact.person_id) or Person(fact.person_id)
            if before.merged_into is not None:
                # The record that was merged away is deleted by its CRM; the person lives on as the survivor.
                return Recorded(duplicate=1)
            gone = person_deleted(before, fact.mark)
            if gone is None:
                return Recorded(older=1)
            gone = replace(gone, version=before.version + 1)
            active = self._active(before)
            settings = self.reference.settings()
            change = Change(gone, before.version)
            if active is not None:
                change = ended(
                    gone,
                    before.version,
                    active,
                    Ended.PERSON_DELETED,
                    fact.mark.at,
                    settings,
                    NO_ACTION_REQUIRED,
                )
            if self.commit((before, change.indexed_by(settings))):
                return Recorded(1)
        raise contended()
