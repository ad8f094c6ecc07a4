"""Time for a reminder, or the deadline of a wait for an owner: read the person again, and act if nobody answered."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import current_person, until_committed
from rekindle.application.ports import Clock
from rekindle.application.ports.assignment import AssignmentTimers
from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.timer import AssignmentTimer, assignment_timer
from rekindle.domain.assignment.transitions import remind, time_out
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import Assignment, Steps
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change


@dataclass(frozen=True)
class TimeOutAssignments:
    """Costs one read where the owner came in time, and one transaction more where not. Raises Conflict, Unavailable."""

    people: People
    ledger: Ledger
    reference: Reference
    waits: AssignmentTimers
    clock: Clock

    def __call__(self, wait: AssignmentTimer) -> Assignment | None:
        """The assignment, if time changed it."""

        def attempt() -> Assignment | None:
            person = self._whose(wait)
            if person is None:
                return None
            after, steps = self._after(person, self.clock())
            following = assignment_timer(after.person_id, after.assignment) if after.assignment is not None else None
            if steps:
                after = replace(after, version=person.version + 1)
                self.people.commit(Change(after, person.version, entries=steps))
            if following is not None:
                self.waits.set(following)
            return after.assignment if steps else None

        return until_committed(attempt)

    def _whose(self, wait: AssignmentTimer) -> Person | None:
        """Who waits, if anybody does: the person, or whoever took it over; or whom the response was given to."""
        person = current_person(self.people, wait.person_id)
        if person is None or _has(person, wait):
            return person
        decision = self.ledger.get(wait.assignment_id)
        owner = (
            self.people.owner_of_response(decision.response_id)
            if decision is not None and decision.response_id
            else None
        )
        if owner is None or owner.person_id is None:
            return None
        other = current_person(self.people, owner.person_id)
        return other if other is not None and _has(other, wait) else None

    def _after(self, person: Person, now: datetime) -> tuple[Person, Steps]:
        assignment, settings = person.assignment, self.reference.settings()
        if assignment is not None and assignment.waits:
            if assignment.deadline is not None and assignment.deadline <= now:
                return time_out(person, assignment.deadline, settings, owners_of(self.reference))
            if assignment.remind_at is not None and assignment.remind_at <= now:
                return remind(person, assignment.remind_at, settings)
        return person, ()


def _has(person: Person, wait: AssignmentTimer) -> bool:
    return person.assignment is not None and person.assignment.assignment_id == wait.assignment_id
