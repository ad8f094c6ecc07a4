"""The time of a timer has come."""

from dataclasses import dataclass

from rekindle.application.reactivation.evaluate_response import EvaluateOnDate
from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ResponseTimer, Timer


@dataclass(frozen=True)
class EndTimer:
    reactivate_on_status: ReactivateOnStatus
    evaluate_on_date: EvaluateOnDate

    def __call__(self, timer: Timer) -> Decision | None:
        """The decision that the timer waited for; None where it came to nothing."""
        if isinstance(timer, ResponseTimer):
            return self.evaluate_on_date(timer)
        return self.reactivate_on_status(timer)
