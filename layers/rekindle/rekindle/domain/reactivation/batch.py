"""A batch: one backfill, how far it came, and what its activations found, so that an undo can restore it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.domain.people.assignment import Assignment
from rekindle.domain.reactivation.decision import Outcome
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ResponseState


@dataclass(frozen=True, slots=True)
class Batch:
    batch_id: str
    settings_version: int
    """The settings that all of the batch is decided by."""
    started_at: datetime
    version: int = 0
    next: str | None = None
    """The last person of the pages that are done."""
    read: int = 0
    """How many scores were read."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How many decisions had each outcome; of those that were skipped, each reason."""
    credit: Mapping[str, int] = field(default_factory=dict)
    """How many activations each campaign got."""
    waiting: tuple[str, ...] = ()
    """People whom nothing could be decided about, because somebody else was changing them all the time."""
    all_read: bool = False
    undone_at: datetime | None = None
    """When it was begun to undo the batch: nothing more is decided in it from then on."""

    @property
    def finished(self) -> bool:
        return self.all_read and not self.waiting

    @property
    def activations(self) -> int:
        return sum(self.credit.values())

    @property
    def skipped(self) -> Mapping[str, int]:
        return {code: number for code, number in self.outcomes.items() if code not in Outcome}


def added(counts: Mapping[str, int], codes: list[str]) -> Mapping[str, int]:
    return dict(Counter(counts) + Counter(codes))


@dataclass(frozen=True, slots=True)
class Before:
    """How the person and the response stood before the activation."""

    status: str | None
    status_stamp: ChangeStamp | None
    nurture_until: datetime | None
    score_activated_at: datetime | None
    cycles: int
    response_state: ResponseState | None = None
    """None where the activation inserted the response."""
    member_status: str | None = None
    assignment: Assignment | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One activation of a batch."""

    batch_id: str
    decision_id: str
    person_id: str
    response_id: str
    campaign_id: str
    outcome: Outcome
    since: datetime
    decided_at: datetime
    status: str | None
    """The person's, as the activation left it."""
    stage: str
    before: Before
    undone_at: datetime | None = None
