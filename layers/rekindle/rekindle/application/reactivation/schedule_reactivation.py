"""A status went from inactive to active: reactivate after the configured delay, or at once where there is none."""

from contextlib import suppress
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.reactivation import ReactivationTimers
from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus
from rekindle.domain.core.errors import InProgress
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ReactivationTimer


@dataclass(frozen=True)
class ScheduleReactivation:
    timers: ReactivationTimers
    clock: Clock
    reactivate_on_status: ReactivateOnStatus

    def __call__(self, timer: ReactivationTimer) -> Decision | None:
        """The decision, if it is due already; None where a timer was set."""
        if timer.due <= self.clock():
            # What takes longer than a stream tries again is left to the queue.
            with suppress(InProgress):
                return self.reactivate_on_status(timer)
        self.timers.set(timer)
        return None
