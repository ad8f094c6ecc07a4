"""Record a CRM's change of a person: fields, status, score, conversion."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rekindle.application.assignment.owners import owners_of
from rekindle.application.capture.commit_people import CommitPeople
from rekindle.application.capture.merge_people import MergePeople
from rekindle.application.capture.recorded import ONE, Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports.people import People, Scores
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.applying import apply_person_change, follow_owner, follow_status, newer_values
from rekindle.domain.capture.facts import PersonChanged
from rekindle.domain.capture.merging import opt_out_of_merged
from rekindle.domain.core.errors import Conflict, MergeInProgress
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import apply_score_change
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.stamps import DUPLICATE, NEWER, OLDER, ChangeStamp
from rekindle.domain.responses.response import Response


@dataclass(frozen=True)
class RecordPerson:
    """A change of the score alone costs one read and one write of the small score item; the person is read and
    written only when something else changed, or when nothing is known of the person yet."""

    people: People
    scores: Scores
    reference: Reference
    merge_people: MergePeople
    commit: CommitPeople

    def __call__(self, fact: PersonChanged) -> Recorded:
        if len(fact.values) == 1 and "score" in fact.values:
            return self._record_score(fact.person_id, fact.values["score"], fact.stamp)  # As most facts.
        values = dict(fact.values)
        contact_id = values.pop("converted_contact_id", None)
        if contact_id is not None:
            # A converted lead is read-only, and its history goes on as the contact's: its last status closes nothing.
            values.pop("status", None)
        scored = "score" in values
        score = values.pop("score", None)
        if scored and not values and contact_id is None:
            return self._record_score(fact.person_id, score, fact.stamp)
        recorded = Recorded()
        if values or not scored:
            recorded = self._record_fields(fact.person_id, values, fact.stamp, fact.from_write_back)
        if scored:
            recorded += self._record_score(fact.person_id, score, fact.stamp)
        if contact_id is not None and contact_id != fact.person_id:
            recorded += self.merge_people(contact_id, fact.person_id, fact.stamp.at, kind="contact")
        return recorded

    def _record_fields(
        self, person_id: str, values: Mapping[str, Any], stamp: ChangeStamp, from_write_back: bool
    ) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.people.get(person_id)
            if stored is not None and stored.merged_into is not None:
                newer, applied = newer_values(stored, values, stamp)
                values, opted_out = opt_out_of_merged(stored, newer, stamp)
                person_id, recorded = stored.merged_into, Recorded()
                if opted_out is not None:
                    recorded = self._record_fields(person_id, {"do_not_contact": True}, opted_out, from_write_back)
                if not values:
                    return recorded + Recorded(older=applied.older, duplicate=applied.duplicate)
                if opted_out is not None:
                    return recorded + self._record_fields(person_id, values, stamp, from_write_back)
                continue
            before = stored or Person(person_id)
            after, applied = apply_person_change(before, values, stamp)
            if stored is not None and not applied.values:
                return Recorded(older=applied.older, duplicate=applied.duplicate)
            active = self._active(before) if before.status != after.status else None
            settings = self.reference.settings()
            change = follow_status(before, after, active, stamp.at, settings, from_write_back=from_write_back)
            change = follow_owner(change, before, stamp.at, settings, self._owners, from_write_back=from_write_back)
            if self.commit((before, change.indexed_by(settings))):
                unmapped = after.status if "status" in applied.values and settings.is_unmapped(after.status) else None
                return Recorded(1, applied.older, applied.duplicate, unmapped_status=unmapped)
        raise contended()

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)

    def _active(self, person: Person) -> Response | None:
        if person.active is None:
            return None
        active = self.people.get_response(person.person_id, person.active.response_id)
        if active is None:
            raise MergeInProgress("the active response is still on its way from a record that is being taken over")
        return active

    def _record_score(self, person_id: str, value: float | None, stamp: ChangeStamp) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.scores.get(person_id)
            if stored is not None and stored.moved_to is not None:
                order = stamp.order_after(stored.stamp)
                if order is not NEWER:
                    return Recorded(older=order is OLDER, duplicate=order is DUPLICATE)
                person_id = stored.moved_to
                continue
            if stored is None:
                person_id = self._home(person_id)
            score, order = apply_score_change(stored, person_id, value, stamp, self.reference.settings().threshold)
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
