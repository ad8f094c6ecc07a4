"""Record the responses of one call of the API, each by itself, and a repeated call as the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rekindle.application.capture.record_response import RecordResponse
from rekindle.application.core.instant_of_call import instant_of, of_call
from rekindle.application.ports.reactivation import Ledger
from rekindle.domain.capture.facts import ResponseRecorded
from rekindle.domain.core.errors import Conflict, Refusal, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.arrival import arrival_trigger_id
from rekindle.domain.reactivation.decision import Decision, decision_id
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.reactivation.request import Call
from rekindle.domain.settings.settings import Scenario

Answer = Explanation | Refusal | Conflict | Unavailable | None
"""The decision on a response's arrival, explained; None for a response that changed without being evaluated again."""


@dataclass(frozen=True)
class RecordResponses:
    """Raises KeyReused where the key came with another call before."""

    record_response: RecordResponse
    ledger: Ledger
    explained: Callable[[Decision], Explanation]

    def __call__(self, facts: Sequence[ResponseRecorded | Refusal], call: Call | None) -> list[Answer]:
        """One answer for each, in their order. A response that is refused, or fails, is answered beside the others."""
        if call is None:
            return [self._answer(fact) for fact in facts]
        at = instant_of(call, self.ledger)
        return [
            self._answer(
                fact if isinstance(fact, Refusal) else replace(fact, stamp=of_call(fact.stamp, call, at, place))
            )
            for place, fact in enumerate(facts)
        ]

    def _answer(self, fact: ResponseRecorded | Refusal) -> Answer:
        if isinstance(fact, Refusal):
            return fact
        try:
            decision = self.record_response(fact).decision or self._decided_before(fact)
        except (Refusal, Conflict, Unavailable) as failure:
            return failure
        return self.explained(decision) if decision is not None else None

    def _decided_before(self, fact: ResponseRecorded) -> Decision | None:
        """The decision that an earlier delivery of the same fact led to."""
        trigger_id = arrival_trigger_id(fact.response_id, responded=fact.responds)
        return self.ledger.get(decision_id(fact.person_id or "", Scenario.RESPONSE, trigger_id, fact.stamp.at))
