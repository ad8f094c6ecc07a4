"""A wait for an owner, as time sees it: when it is to be looked at again."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.assignment import Assignment


@dataclass(frozen=True, slots=True)
class AssignmentTimer:
    person_id: str
    assignment_id: str
    due: datetime

    @property
    def name(self) -> str:
        """Names assignment and instant: setting the same one twice sets one."""
        return f"{digest(self.person_id)}-{digest(self.assignment_id, times.text(self.due))}"


def assignment_timer(person_id: str, assignment: Assignment) -> AssignmentTimer | None:
    """None where time alone changes nothing."""
    due = assignment.next_due
    return AssignmentTimer(person_id, assignment.assignment_id, due) if due is not None else None
