"""Answer a call of the API: its requests one after the other, each by itself, and a repeated call as the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.core.instant_of_call import instant_of
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.reactivation.request_reactivation import RequestReactivation
from rekindle.domain.core.errors import Conflict, Refusal, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.reactivation.request import Call, ReactivationRequested, ResponsePrompted
from rekindle.domain.records.stamps import ChangeStamp

Failure = Refusal | Conflict | Unavailable


@dataclass(frozen=True)
class AnswerRequests:
    """A decision's id is made from the instant that is decided about. So a call that may be repeated keeps its instant,
    and a repetition leads to the same decisions, which are stored already.

    Raises KeyReused where the key came with another call before.
    """

    request: RequestReactivation
    ledger: Ledger
    explained: Callable[[Decision], Explanation]

    def __call__(
        self, requests: Sequence[ReactivationRequested | Refusal], call: Call | None
    ) -> list[Explanation | Failure]:
        """One answer for each, in their order. What is refused, or fails, is answered beside the others."""
        changes_something = any(isinstance(r, ReactivationRequested) and not r.dry_run for r in requests)
        at = instant_of(call, self.ledger) if call is not None and changes_something else None
        return [self._answered(request, at) for request in requests]

    def _answered(self, request: ReactivationRequested | Refusal, at: datetime | None) -> Explanation | Failure:
        if isinstance(request, Refusal):
            return request
        try:
            return self.explained(self.request(request if at is None else replace(request, stamp=ChangeStamp(at))))
        except (Refusal, Conflict, Unavailable) as failure:
            return failure

    def prompt(self, request: ResponsePrompted, call: Call | None) -> Explanation:
        """Raises UnknownCampaign, before anything is kept."""
        self.request.check(request)
        at = instant_of(call, self.ledger) if call is not None else None
        return self.explained(self.request.prompt(request if at is None else replace(request, stamp=ChangeStamp(at))))
