"""The delay after a status change is over: read the world again, and reactivate."""

from dataclasses import dataclass

from rekindle.application.ports.reactivation import ReactivationTimers
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ReactivationTimer


@dataclass(frozen=True)
class ReactivateOnStatus:
    reactivate: Reactivate
    timers: ReactivationTimers

    def __call__(self, timer: ReactivationTimer) -> Decision:
        decision = self.reactivate(timer.trigger)
        self.timers.done(timer)
        return decision
