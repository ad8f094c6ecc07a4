"""The delay after a status change is over: read the world again, and reactivate."""

from dataclasses import dataclass

from rekindle.application.ports import Timers
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import Timer


@dataclass(frozen=True)
class ReactivateOnStatus:
    reactivate: Reactivate
    timers: Timers

    def __call__(self, timer: Timer) -> Decision:
        decision = self.reactivate(timer.trigger)
        self.timers.done(timer)
        return decision
