"""Decisions of all people in a period: how many by outcome and reason, and each of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.core.paging import Read, all_items, filtered
from rekindle.application.ports import Page
from rekindle.application.ports.reactivation import Ledger
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason

MOST = 1_000
"""Up to how many decisions of a period are counted."""
_PART = 200


@dataclass(frozen=True)
class DecisionQuery:
    since: datetime
    until: datetime
    """Left out itself."""
    outcome: Outcome | None = None
    """None: all but those that were skipped."""
    reason: Reason | None = None

    @property
    def skipped(self) -> bool:
        """Whether it looks among those that were skipped: a reason is one of skipping."""
        return self.outcome is Outcome.SKIPPED or (self.outcome is None and self.reason is not None)

    def takes(self, decision: Decision) -> bool:
        return self.outcome in (None, decision.outcome) and self.reason in (None, decision.reason)


type Counts = Mapping[tuple[Outcome, Reason | None], int]


@dataclass(frozen=True)
class ShowDecisions:
    ledger: Ledger

    def counts(self, query: DecisionQuery) -> tuple[Counts, bool]:
        """By outcome and reason, of the newest thousand of the period, of the same list as the query's; and whether
        there are more."""
        counted: Counter[tuple[Outcome, Reason | None]] = Counter()
        for decision in all_items(self._read(query), _PART):
            if counted.total() == MOST:
                return counted, True
            counted[decision.outcome, decision.reason] += 1
        return counted, False

    def listed(self, query: DecisionQuery, limit: int, start: str | None) -> Page[Decision]:
        """Newest first."""
        return filtered(self._read(query), query.takes, limit, start)

    def _read(self, query: DecisionQuery) -> Read[Decision]:
        return lambda limit, start: self.ledger.decided(query.since, query.until, limit, start, skipped=query.skipped)
