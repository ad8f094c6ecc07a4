"""Find what was to happen by now and did not, because a schedule was lost: delays that are over, and waits for an owner
past their time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from rekindle.application.assignment.time_out_assignments import TimeOutAssignments
from rekindle.application.ports import Clock
from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import ReactivationTimers
from rekindle.application.reactivation.end_timer import EndTimer
from rekindle.domain.assignment.timer import AssignmentTimer, assignment_timer
from rekindle.domain.core.errors import Conflict, Unavailable
from rekindle.domain.people.assignment import Assignment, AssignmentState
from rekindle.domain.reactivation.decision import Decision

GRACE = timedelta(minutes=5)
"""A schedule fires within its minute, and its message may wait: what is older was lost."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class Swept:
    decisions: list[Decision]
    assignments: list[Assignment]
    failed: int
    """How many failed and stay: all are tried before anything is reported."""
    waiting: int
    """How many people wait for an owner."""


@dataclass(frozen=True)
class SweepTimers:
    timers: ReactivationTimers
    people: People
    clock: Clock
    end_timer: EndTimer
    time_out_assignments: TimeOutAssignments

    def __call__(self, limit: int) -> Swept:
        before = self.clock() - GRACE
        decisions, failed = _each(self.timers.overdue(before, limit), self.end_timer)
        assignments, failed_too = _each(self._overdue(limit), self.time_out_assignments)
        waiting = self.people.count_assigned(AssignmentState.PENDING)
        return Swept(
            [decision for decision in decisions if decision is not None],
            [assignment for assignment in assignments if assignment is not None],
            failed + failed_too,
            waiting,
        )

    def _overdue(self, limit: int) -> list[AssignmentTimer]:
        timers: list[AssignmentTimer] = []
        before, start = self.clock() - GRACE, None
        while len(timers) < limit:
            page = self.people.assigned(AssignmentState.PENDING, PAGE, start)
            waits = (
                assignment_timer(person.person_id, person.assignment) for person in page.items if person.assignment
            )
            overdue = [wait for wait in waits if wait is not None and wait.due < before]
            timers.extend(overdue)
            start = page.next
            if start is None or len(overdue) < len(page.items):
                break
        return timers[:limit]


def _each[T, R](timers: Iterable[T], handle: Callable[[T], R]) -> tuple[list[R], int]:
    handled: list[R] = []
    failed = 0
    for one in timers:
        try:
            handled.append(handle(one))
        except (Conflict, Unavailable):
            failed += 1
    return handled, failed
