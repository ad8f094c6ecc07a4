"""The assignment of a person's engagement cycle, as it stands: who has the person, and who is waited for.

An assignment is part of the person: it begins in the transaction that makes the response active, and ends in the one
that records the new owner. `assignment.transitions` says how it changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AssignmentState(StrEnum):
    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    ASSIGNED = "assigned"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class AssignmentReason(StrEnum):
    """Why an assignment is in its state. A cancelled one has the reason for which its response is no longer active."""

    NO_RULE = "NO_RULE"
    """No rule takes the lead from its owner, who keeps it."""
    CONTACT = "CONTACT"
    """Contacts are not handed over: the owner of the contact, else of its account, keeps it."""
    BACKFILL = "BACKFILL"
    """What is decided long after it happened hands nobody over: the owner keeps the lead."""
    WAITS_FOR_OWNER = "WAITS_FOR_OWNER"
    ENGINE_WAS_FASTER = "ENGINE_WAS_FASTER"
    """The owner had changed before the wait began."""
    OWNER_CHANGED = "OWNER_CHANGED"
    ROUTED = "ROUTED"
    """Our own router found the owner."""
    OWNER_CONFIRMED = "OWNER_CONFIRMED"
    """An engine said that the owner it found is the right one."""
    DEADLINE = "DEADLINE"
    NO_ACTIVE_FALLBACK = "NO_ACTIVE_FALLBACK"
    """The deadline passed, and there is nobody active to give the lead to: it stays where it waits."""


class Step(StrEnum):
    """What happens to an assignment, for others to hear of."""

    STARTED = "started"
    COMPLETED = "completed"
    REMINDED = "reminded"
    TIMED_OUT = "timed_out"
    CLAIMED = "claimed"
    """The first owner, out of a queue, or after a deadline that left the person with nobody."""
    REASSIGNED = "reassigned"
    WORKED = "worked"
    """The first sign of work; once more where an earlier one arrives later."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The assignment of one engagement cycle, as it stands."""

    assignment_id: str
    """The decision that began the cycle."""
    cycle: int
    response_id: str
    campaign_id: str
    state: AssignmentState
    activated_at: datetime
    reason: str | None = None
    released_owner_id: str | None = None
    """Who had the person before the wait, as long as it lasts."""
    temporary_owner_id: str | None = None
    confirmed: bool = False
    """Whether the CRM has said that the temporary owner has the person. Before, it still names the one before."""
    owner_id: str | None = None
    first_owner_id: str | None = None
    first_queue_id: str | None = None
    outside_queue: bool = False
    """Whether the first owner claimed the person from a queue without being its member."""
    late_owner_id: str | None = None
    """Who an engine found after the deadline."""
    assigned_at: datetime | None = None
    worked_at: datetime | None = None
    remind_at: datetime | None = None
    """When somebody is reminded; None where that was done, or is not wanted."""
    deadline: datetime | None = None
    fallback_id: str | None = None
    routed: bool = False
    """Whether our own router looks for the owner."""

    @property
    def first_owner_type(self) -> str | None:
        """`user` or `queue`: which of them had the person first."""
        if self.first_queue_id is not None:
            return "queue"
        return "user" if self.first_owner_id is not None else None

    @property
    def waits(self) -> bool:
        return self.state is AssignmentState.PENDING

    @property
    def next_due(self) -> datetime | None:
        """When time alone changes it: the reminder, then the deadline."""
        return (self.remind_at or self.deadline) if self.waits else None

    @property
    def system_delay(self) -> timedelta | None:
        """From activated to assigned: what the routing took."""
        return None if self.assigned_at is None else max(self.assigned_at - self.activated_at, timedelta())

    @property
    def human_delay(self) -> timedelta | None:
        """From assigned to first worked: what the person took."""
        if self.assigned_at is None or self.worked_at is None:
            return None
        return max(self.worked_at - self.assigned_at, timedelta())


@dataclass(frozen=True, slots=True)
class AssignmentStep:
    """An entry of the ledger: what happened to an assignment, and how it stands since."""

    person_id: str
    step: Step
    at: datetime
    assignment: Assignment
    settings_version: int


Steps = tuple[AssignmentStep, ...]
