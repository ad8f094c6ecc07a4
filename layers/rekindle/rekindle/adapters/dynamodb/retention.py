"""How long the ledger keeps what, and what it lists. DynamoDB deletes an item within days after its `expires`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rekindle.domain.reactivation.request import REMEMBERED


@dataclass(frozen=True, slots=True)
class Retention:
    """None: for ever."""

    decisions: timedelta | None = None
    """Decisions and what became of the active responses, from the instant at which they are stored."""
    timers: timedelta | None = None
    """Timers of delays, from the instant at which they are due."""
    requests: timedelta | None = REMEMBERED
    """Calls of the API by their key."""
    event_requests: timedelta | None = None
    """Requests of the bus by their id: an archive that is replayed may bring one back at any time."""
    lists_decisions: bool = False
    """Whether the decisions of all people are listed by their time. Each is then written a second time, in an index."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def decision_expires(self) -> int | None:
        return expiry(self.clock(), self.decisions) if self.decisions is not None else None


DEFAULT = Retention()


def expiry(start: datetime, kept: timedelta | None) -> int | None:
    """Seconds since 1970, as DynamoDB reads them."""
    return None if kept is None else int((start + kept).timestamp())
