"""Ports of assignments: accounts to match, timers, pools, routing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rekindle.domain.assignment.matching import Candidate
    from rekindle.domain.assignment.round_robin import Capacities
    from rekindle.domain.assignment.timer import AssignmentTimer


class AccountDirectory(Protocol):
    """Accounts by what matching asks for."""

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        """Up to `limit` accounts under a key of `domain.matching`, in the order of `place_of`, as last committed."""
        ...


class AssignmentTimers(Protocol):
    """Waits for an owner that are to be looked at again at their time. `People.waiting` finds those that were lost."""

    def set(self, wait: AssignmentTimer) -> None:
        """Set it; the same one again changes nothing."""
        ...


class Pools(Protocol):
    """Whose turn it is in the router's pools, and what members had of their quotas."""

    def turn(self, pool: str, capacities: Capacities, assignment_id: str) -> int:
        """Draw the next turn of a pool among exactly these members, from the counter of the assignment: each turn is
        drawn once."""
        ...

    def claimed(self, pool: str, user_id: str, day: date) -> int:
        """How much of a member's quota for a day was claimed. `People.commit` counts the claims."""
        ...


class Routings(Protocol):
    """Leads for which nobody was at work: they are routed again when somebody is."""

    def again(self, person_id: str, assignment_id: str, at: datetime) -> None: ...
