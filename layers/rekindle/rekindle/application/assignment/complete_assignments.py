"""An engine confirms the owner it found, which may be the one that has the person already. An owner change in the CRM
completes an assignment too: `apply_owner_change` in `domain/assignment/transitions.py`."""

from dataclasses import dataclass

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import current_person, until_committed
from rekindle.application.ports import Clock
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.transitions import confirm_owner
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField, NotFound, NotPending
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change


@dataclass(frozen=True)
class CompleteAssignments:
    """Confirmed again, it answers the same and changes nothing.

    Raises NotFound, InvalidField for an owner who is inactive, NotPending where nobody is waited for.
    """

    people: People
    reference: Reference
    clock: Clock

    def __call__(self, person_id: str, owner_id: str | None) -> tuple[str, Assignment]:
        """The assignment, and whose it is. `owner_id` None: whoever has the person."""
        owners, settings = owners_of(self.reference), self.reference.settings()

        def attempt() -> tuple[str, Assignment]:
            person, assignment = self._assigned(person_id)
            now, owner = self.clock(), owner_id or person.owner_id
            if assignment.waits and assignment.deadline is not None and assignment.deadline <= now:
                raise NotPending(f"the deadline was {times.text(assignment.deadline)}, even if its timer is not done")
            if not assignment.waits:
                if owner == assignment.owner_id and assignment.assigned_at is not None:
                    return person.person_id, assignment
                raise NotPending(f"the assignment is {assignment.state}, and its owner is {assignment.owner_id!r}")
            if owner is None:
                raise InvalidField("the person has no owner to confirm: name one", "owner_id")
            if not owners.may_own(owner):
                raise InvalidField(f"user {owner!r} is not active", "owner_id")
            after, steps = confirm_owner(person, owner, now, settings, owners)
            after = replace(after, version=person.version + 1)
            self.people.commit(Change(after, person.version, entries=steps))
            return after.person_id, after.assignment or assignment

        return until_committed(attempt)

    def _assigned(self, person_id: str) -> tuple[Person, Assignment]:
        person = current_person(self.people, person_id)
        if person is None:
            raise NotFound(f"there is no person {person_id!r}")
        if person.assignment is None:
            raise NotFound(f"person {person_id!r} was never assigned")
        return person, person.assignment
