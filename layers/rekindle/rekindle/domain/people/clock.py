"""A clock of a handoff, as it stands: what was promised, and how much of that time has passed.

A clock counts the time that its calendar is open. What was consumed is kept with the clock, so a deadline is that of a
moment plus the rest, and a pause costs nothing but itself. `lifecycle.clocks` says how a clock changes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockKind(StrEnum):
    ACCEPT = "accept"
    TOUCH = "touch"
    MOVE = "move"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"
    """What it was waiting for cannot come any more, or is owed by another."""


@dataclass(frozen=True, slots=True)
class Target:
    """How long something may take."""

    amount: float
    in_days: bool = False
    """Whether that is business days, else seconds of business."""


@dataclass(frozen=True, slots=True)
class HandoffClock:
    kind: ClockKind
    target: Target
    started_at: datetime
    counted_at: datetime
    """Up to when `consumed` is counted."""
    consumed: float = 0.0
    """Of the target, in its own unit."""
    paused_seconds: float = 0.0
    """Seconds of business for which it stood still."""
    state: ClockState = ClockState.RUNNING
    steps_done: int = 0
    """Which of the policy's steps were taken: a bit for each of the warnings, escalations, the breach."""
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None
    due_at: datetime | None = None
    """When the target is reached; None where the calendar never opens so long. While it is paused, what it would be if
    the clock ran on from the beginning of the pause."""

    @property
    def is_over(self) -> bool:
        return self.state not in (ClockState.RUNNING, ClockState.PAUSED)
