"""Find the timers that are overdue, because a schedule was lost, and reactivate for them."""

from dataclasses import dataclass
from datetime import timedelta

from rekindle.application.ports import Clock, Timers
from rekindle.application.reactivate_on_status import ReactivateOnStatus
from rekindle.domain.decision import Decision
from rekindle.domain.errors import Conflict, Unavailable

GRACE = timedelta(minutes=5)
"""A schedule fires within its minute, and its message may wait: what is older was lost."""


@dataclass(frozen=True)
class SweepTimers:
    timers: Timers
    clock: Clock
    reactivate_on_status: ReactivateOnStatus

    def __call__(self, limit: int) -> tuple[list[Decision], int]:
        """The decisions, and how many timers failed and stay: all are tried before anything is reported."""
        decisions: list[Decision] = []
        failed = 0
        for timer in self.timers.overdue(self.clock() - GRACE, limit):
            try:
                decisions.append(self.reactivate_on_status(timer))
            except (Conflict, Unavailable):
                failed += 1
        return decisions, failed
