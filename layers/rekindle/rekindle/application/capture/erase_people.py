"""Remove the texts about a deleted or an erased person, in steps that can be repeated: a large history takes several
runs. A person that is erased also goes from the records merged into it, and from the failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched, islice

from rekindle.application.capture.commit_people import CommitPeople
from rekindle.application.capture.recorded import ONE, Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended, current_person
from rekindle.application.ports import Clock
from rekindle.application.ports.continuations import Continuations
from rekindle.application.ports.failures import Failures
from rekindle.application.ports.people import Duplicates, People
from rekindle.application.ports.records import Reference
from rekindle.domain.capture.applying import person_deleted
from rekindle.domain.capture.erasing import person_erased, without_profile, without_texts
from rekindle.domain.capture.facts import PersonDeleted
from rekindle.domain.core.errors import Conflict, MergeInProgress, NotFound
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, Entry, Erased
from rekindle.domain.people.person import Erasure, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Response

BATCH = 40
"""Responses of one transaction: DynamoDB takes 100 items, and 4 MB."""
STEPS = 50
"""Batches of one run: far fewer than a function has time for."""


@dataclass(frozen=True)
class ErasePeople:
    """Each step is one transaction, and notes on the person how far it came."""

    people: People
    reference: Reference
    duplicates: Duplicates
    commit: CommitPeople
    failures: Failures
    continuations: Continuations | None
    """None where one run has all the time it needs."""
    clock: Clock

    def __call__(self, fact: PersonDeleted) -> Recorded:
        recorded, person_id = self._delete(fact)
        self._remove_texts(person_id)
        return recorded

    def requested(self, person_id: str) -> tuple[Person, Erasure]:
        """Erase a person now, whatever the CRM's clocks say; the person and what was erased so far. Raises NotFound."""
        person = current_person(self.people, person_id)
        if person is None:
            raise NotFound(f"there is no person {person_id!r}", "person_id")
        if person.erasure is None or not person.erasure.everywhere or not person.deleted:
            stamps = person.profile.stamps.values() if person.profile is not None else ()
            latest = [one.at for one in (*stamps, person.status_stamp, person.owner_stamp) if one is not None]
            self._delete(PersonDeleted(person.person_id, ChangeStamp(max([self.clock(), *latest])), erase=True))
        self._remove_texts(person.person_id)
        person = current_person(self.people, person_id)
        if person is None or person.erasure is None:
            raise contended()
        return person, person.erasure

    def _delete(self, fact: PersonDeleted) -> tuple[Recorded, str]:
        """Take the person's own texts, and end the active response; the credit that was given stays on record."""
        person_id = fact.person_id
        for _ in ATTEMPTS:
            before = self.people.get(person_id) or Person(person_id)
            if before.merged_into is not None:
                if not fact.erase:
                    # The record that was merged away is deleted by its CRM; the person lives on as the survivor.
                    return self._clear_record(before), person_id
                person_id = before.merged_into
                continue
            if _is_continued(before.erasure, fact):
                return Recorded(duplicate=1), person_id
            gone = (person_erased if fact.erase else person_deleted)(before, fact.stamp)
            if gone is None:
                return Recorded(older=1), person_id
            gone = replace(gone, version=before.version + 1)
            if self.commit((before, self._ended(before, gone, fact))):
                return ONE, person_id
        raise contended()

    def _ended(self, before: Person, gone: Person, fact: PersonDeleted) -> Change:
        settings = self.reference.settings()
        if before.active is None or not gone.deleted:
            return Change(gone, before.version)
        active = self.people.get_response(before.person_id, before.active.response_id)
        if active is None:
            raise MergeInProgress("the active response is still on its way from a record that is being taken over")
        at, reason = fact.stamp.at, Ended.PERSON_DELETED
        change = deactivate(gone, before.version, active, reason, at, settings, NO_ACTION_REQUIRED)
        return change.indexed_by(settings)

    def _clear_record(self, merged: Person) -> Recorded:
        cleared = without_profile(merged)
        if cleared is merged:
            return Recorded(duplicate=1)
        if not self.commit((merged, Change(replace(cleared, version=merged.version + 1), merged.version))):
            raise Conflict("the record was changed in this moment")
        return ONE

    def _remove_texts(self, person_id: str) -> None:
        """What is left to be removed; what one run has no time for, another one goes on with."""
        for _ in ATTEMPTS:
            person = self.people.get(person_id)
            if person is None or person.erasure is None or person.erasure.completed_at is not None:
                return
            for merged_id in person.merged_ids:
                self.duplicates.forget_union(merged_id)
                if (merged := self.people.get(merged_id)) is not None:
                    self._clear_record(merged)
            batches = batched(self.people.responses(person_id, person.erasure.last_response_id), BATCH, strict=False)
            for some in islice(batches, STEPS if self.continuations else None):
                cleared = self._clear_responses(person, some)
                if cleared is None:
                    break
                person = cleared
            else:
                if self.continuations is None or next(batches, None) is None:
                    done = self._finish(person)
                else:
                    done = committed(self.people, Change(_next(person), person.version))
                    self.continuations.erasure(person_id, _erasure_of(person))
                if done:
                    return
        raise contended()

    def _clear_responses(self, person: Person, some: Sequence[Response]) -> Person | None:
        """The person, with a note of how far it came; None where somebody changed the person meanwhile."""
        erasure, settings = _erasure_of(person), self.reference.settings()
        cleared = tuple(after for response in some if (after := without_texts(response, person)) is not response)
        erasure = replace(erasure, last_response_id=some[-1].response_id, responses=erasure.responses + len(cleared))
        if not cleared:
            return replace(person, erasure=erasure)
        change = Change(_next(replace(person, erasure=erasure)), person.version, cleared).indexed_by(settings)
        return change.person if committed(self.people, change) else None

    def _finish(self, person: Person) -> bool:
        erasure = _erasure_of(person)
        entries: tuple[Entry, ...] = ()
        if erasure.everywhere:
            ids = {person.person_id, *person.merged_ids}
            removed = self.failures.erase(ids, lambda response_id: self._owner(response_id) in ids)
            erasure = replace(erasure, failures=erasure.failures + removed)
            entries = (
                Erased(
                    person.person_id,
                    erasure.people,
                    erasure.responses,
                    erasure.failures,
                    erasure.requested_at,
                    self.reference.settings().version,
                ),
            )
        done = replace(_next(person), erasure=replace(erasure, completed_at=self.clock()))
        return committed(self.people, Change(done, person.version, entries=entries))

    def _owner(self, response_id: str) -> str | None:
        owner = self.people.owner_of_response(response_id)
        return owner.person_id if owner is not None else None


def _next(person: Person) -> Person:
    return replace(person, version=person.version + 1)


def _erasure_of(person: Person) -> Erasure:
    if person.erasure is None:
        raise ValueError("no erasure to go on with")
    return person.erasure


def _is_continued(erasure: Erasure | None, fact: PersonDeleted) -> bool:
    """Whether the fact is another delivery, or the next run, of an erasure that began."""
    if erasure is None or erasure.requested_at != fact.stamp.at:
        return False
    return erasure.everywhere or not fact.erase
