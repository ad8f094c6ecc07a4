"""What the ledger says of a person's lifecycle: each transition, and what a clock did when its time came."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rekindle.domain.people.clock import ClockKind
from rekindle.domain.people.lifecycle import State


@dataclass(frozen=True, slots=True)
class Transition:
    person_id: str
    cycle: int
    before: State
    after: State
    at: datetime
    settings_version: int
    reason: str | None = None
    policy: str | None = None
    track: str | None = None
    owner_id: str | None = None
    """Who has the lead from then on."""
    passive: bool = False
    """Of a recycling: that a rule did it."""
    nurtured_since: datetime | None = None
    """Of a handoff: since when marketing had the person."""
    due_at: datetime | None = None
    """Of a handoff: the first deadline."""
    status: str | None = None
    """The person's status, where Rekindle decided it."""
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody entered a track, or the customers' programme."""

    person_id: str
    cycle: int
    at: datetime
    settings_version: int
    track: str | None = None
    product: str | None = None
    campaign_id: str | None = None
    reason: str | None = None
    """That of the recycling; `member` where the membership in a campaign of the track led to it."""
    responses: int = 0
    """Of the person until then."""
    cycles: int = 0
    recycled: int = 0
    """How often the lead went back to marketing."""


@dataclass(frozen=True, slots=True)
class Left:
    person_id: str
    cycle: int
    at: datetime
    settings_version: int
    entered_at: datetime
    reason: str
    track: str | None = None
    product: str | None = None
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class TouchDue:
    """What somebody on a track, or in the programme, is to get now."""

    person_id: str
    cycle: int
    at: datetime
    settings_version: int
    entered_at: datetime
    name: str
    track: str | None = None
    product: str | None = None
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class WentDark:
    """A member of a campaign did not respond within the time of the settings."""

    person_id: str
    cycle: int
    """The newest engagement before."""
    at: datetime
    settings_version: int
    campaign_id: str
    response_id: str
    targeted_at: datetime
    refinement_campaign_id: str | None = None
    """Where the person becomes a target again."""
    responses: int = 0
    """Of the person until then, memberships among them."""
    cycles: int = 0
    recycled: int = 0
    """How often the lead went back to marketing."""


class Action(StrEnum):
    WARNED = "warned"
    ESCALATED = "escalated"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class ClockStep:
    """What was done when a share of a target was consumed."""

    person_id: str
    cycle: int
    policy: str
    kind: ClockKind
    action: Action
    share: float
    """Of the target: 1 is the deadline."""
    at: datetime
    started_at: datetime
    due_at: datetime | None
    settings_version: int
    owner_id: str | None = None
    """Who has the lead, after a breach whoever got it."""
    notify_id: str | None = None
    reassigned: bool = False
    assignment_id: str | None = None
    """Of the lead's owner, in that cycle."""
