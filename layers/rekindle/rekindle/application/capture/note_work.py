"""Note a sign of work with its person: a completed task, or contact that sales made.

Where the assignment had an earlier one, nothing changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.application.core.attempts import ATTEMPTS, committed, contended, current_person
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import record_work
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.policies import lifecycle_of
from rekindle.domain.reactivation.change import Change

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NoteWork:
    people: People
    reference: Reference

    def __call__(self, person_id: str, at: datetime) -> None:
        """Raises Conflict."""
        for _ in ATTEMPTS:
            person = current_person(self.people, person_id)
            if person is None:
                return
            after, steps = record_work(person, at, self.reference.settings())
            if not steps:
                return
            after = replace(after, version=person.version + 1)
            if committed(self.people, Change(after, person.version, entries=steps)):
                return
        raise contended()

    def of_contact(self, person_id: str, at: datetime) -> None:
        """Contact by sales. Where nobody has a lifecycle, nobody asks for a first touch."""
        if self.reference.settings().has_lifecycle:
            self(person_id, at)

    def of_life(self, person_id: str, at: datetime) -> None:
        """A sign of life of an active person, where the settings take the dormant ones back: once a day."""
        settings = lifecycle_of(self.reference.settings())
        if settings is None or settings.dormant_after is None:
            return
        for _ in ATTEMPTS:
            person = current_person(self.people, person_id)
            lifecycle = person.lifecycle if person is not None else None
            if person is None or lifecycle is None or lifecycle.heard_at is None or at - lifecycle.heard_at < A_DAY:
                return
            after = replace(person, version=person.version + 1, lifecycle=replace(lifecycle, heard_at=at))
            if committed(self.people, Change(after, person.version)):
                return
        raise contended()
