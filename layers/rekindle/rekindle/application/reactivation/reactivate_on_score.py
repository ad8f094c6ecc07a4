"""A score crossed its threshold: reactivate the person. The crossing was judged when the score was recorded
(`domain/people/score.py`), and the stored score carries it."""

from collections.abc import Callable
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.reactivation import ReactivationTimers
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses
from rekindle.domain.core.errors import InProgress
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.decision import Decision, Reason, Trigger
from rekindle.domain.reactivation.timer import CrossingTimer
from rekindle.domain.settings.settings import Scenario


def trigger_of(person_id: str, crossing: Crossing) -> Trigger:
    return Trigger(
        Scenario.SCORE,
        crossing.trigger_id,
        person_id,
        crossing.at,
        crossing.score,
        crossing.previous,
    )


@dataclass(frozen=True)
class ReactivateOnScore:
    reactivate: Reactivate
    reconsider: ReconsiderResponses
    timers: Callable[[], ReactivationTimers]
    """Seldom needed: a crossing waits for hardly anything."""
    clock: Clock

    def or_later(self, person_id: str, crossing: Crossing) -> Decision | None:
        """None where the person is in the middle of other work, which takes longer than a stream tries again: then the
        crossing is kept, and is decided when that has ended."""
        try:
            return self(person_id, crossing)
        except InProgress:
            self.timers().set(CrossingTimer(person_id, crossing, self.clock()))
            return None

    def due(self, timer: CrossingTimer) -> Decision:
        decision = self(timer.person_id, timer.crossing)
        self.timers().done(timer)
        return decision

    def __call__(self, person_id: str, crossing: Crossing) -> Decision:
        decision = self.reactivate(trigger_of(person_id, crossing))
        if decision.reason is Reason.NO_CANDIDATE:
            self.reconsider(decision.person_id, crossing.at)
        return decision
