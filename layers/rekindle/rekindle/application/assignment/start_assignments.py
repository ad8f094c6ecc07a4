"""A newly active response waits for an owner: see that the wait has an end."""

from dataclasses import dataclass

from rekindle.application.ports.assignment import AssignmentTimers
from rekindle.domain.assignment.timer import assignment_timer
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.reactivation.decision import Decision


@dataclass(frozen=True)
class StartAssignments:
    """The wait itself began with the decision. Raises Unavailable."""

    waits: AssignmentTimers

    def __call__(self, saved: Decision | Entry) -> None:
        """With anything but a decision, no wait begins."""
        assignment = saved.assignment if isinstance(saved, Decision) else None
        wait = assignment_timer(saved.person_id, assignment) if assignment is not None else None
        if wait is not None:
            self.waits.set(wait)
