"""The time of a timer has come."""

from dataclasses import dataclass

from rekindle.application.reactivation.evaluate_response import EvaluateOnDate
from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore
from rekindle.application.reactivation.reactivate_on_status import ReactivateOnStatus
from rekindle.application.reactivation.rewrite_index import RewriteIndex
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import CrossingTimer, IndexRun, ResponseTimer, Timer


@dataclass(frozen=True)
class EndTimer:
    reactivate_on_status: ReactivateOnStatus
    evaluate_on_date: EvaluateOnDate
    reactivate_on_score: ReactivateOnScore
    rewrite_index: RewriteIndex

    def __call__(self, timer: Timer | IndexRun) -> Decision | None:
        """The decision that the timer waited for; None where it came to nothing."""
        if isinstance(timer, IndexRun):
            self.rewrite_index.go_on(timer.person_id)
            return None
        if isinstance(timer, CrossingTimer):
            return self.reactivate_on_score.due(timer)
        if isinstance(timer, ResponseTimer):
            return self.evaluate_on_date(timer)
        return self.reactivate_on_status(timer)
