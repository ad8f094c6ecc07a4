"""What became of a fact: counted, because a dropped change is never silent."""

from dataclasses import dataclass

from rekindle.domain.capture.facts import PassedOver
from rekindle.domain.reactivation.decision import Decision


@dataclass(frozen=True, slots=True)
class Recorded:
    applied: int = 0
    """Records written."""
    older: int = 0
    """Changes dropped because a later one of the same record and field was applied before."""
    duplicate: int = 0
    """Changes dropped because they were applied before."""
    decision: Decision | None = None
    passed_over: tuple[PassedOver, ...] = ()
    """Parts of the event that change nothing."""
    unmapped_status: str | None = None
    """The status that was recorded, where the settings do not map it."""

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(
            self.applied + other.applied,
            self.older + other.older,
            self.duplicate + other.duplicate,
            other.decision or self.decision,
            (*self.passed_over, *other.passed_over),
            other.unmapped_status or self.unmapped_status,
        )


ONE = Recorded(1)
"""One record written, and nothing dropped."""
