"""Where a person stands between target and customer, and what is owed to it there.

It is part of the person, and changes in the transaction that records why. `lifecycle.states` has the table of the
transitions, `lifecycle.update` says when each is taken.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rekindle.domain.core.values import replace
from rekindle.domain.people.clock import HandoffClock


class State(StrEnum):
    TARGET = "target"
    INQUIRY = "inquiry"
    NURTURE = "nurture"
    QUALIFIED = "qualified"
    HANDED_OFF = "handed_off"
    ACCEPTED = "accepted"
    WORKED = "worked"
    OPPORTUNITY = "opportunity"
    WON = "won"
    CUSTOMER = "customer"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    DARK = "dark"


ENGAGED = (State.QUALIFIED, State.HANDED_OFF, State.ACCEPTED, State.WORKED, State.OPPORTUNITY)
"""The states of an active response, in the order of a good end."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """The handoff of one cycle to sales."""

    cycle: int
    settings_version: int
    """Of the policy and its calendar: its clocks keep them."""
    passed_at: datetime
    policy: str | None = None
    """None where nothing is owed."""
    clocks: tuple[HandoffClock, ...] = ()
    accepted_at: datetime | None = None
    is_paused: bool = False
    reassigned: bool = False
    """Whether a breach gave the lead to another already."""
    rejections: int = 0
    rejected: str | None = None
    """The reason of the last rejection."""
    rejected_by: str | None = None
    note: str | None = None
    """What was written with it."""


@dataclass(frozen=True, slots=True)
class Recycling:
    """That a lead went back to marketing, and when it came back."""

    cycle: int
    at: datetime
    reason: str | None = None
    passive: bool = False
    track: str | None = None
    returned_at: datetime | None = None
    user_id: str | None = None
    """Who gave the lead back; None where a rule did."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A stay on a track of nurture, or in the customers' programme."""

    cycle: int
    settings_version: int
    """Of its touches: whoever is inside finishes that version."""
    entered_at: datetime
    track: str | None = None
    """None in the customers' programme."""
    product: str | None = None
    """In the programme: what was bought, where it is started for each product."""
    touches_done: int = 0
    """Which of the touches are over: a bit for each."""


@dataclass(frozen=True, slots=True)
class AwaitedResponse:
    """A membership in a campaign to which the person has not responded yet."""

    response_id: str
    campaign_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """That an opportunity of the person's was won."""

    opportunity_id: str
    at: datetime
    product: str | None = None
    churned_at: datetime | None = None
    """Since when the person is no customer of it any more."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    state: State = State.TARGET
    since: datetime | None = None
    """None for a target of whom nothing else is known."""
    cycle: int = 0
    """The newest one that it followed."""
    handoff: Handoff | None = None
    """Of the newest cycle."""
    inquired_at: datetime | None = None
    """When marketing had the person first."""
    recyclings: tuple[Recycling, ...] = ()
    """The newest ones, the oldest first."""
    due_at: datetime | None = None
    """When time alone changes something: a warning, an escalation, a breach, a touch."""
    enrollments: tuple[Enrollment, ...] = ()
    """The oldest first."""
    bought: tuple[Purchase, ...] = ()
    """The oldest first."""
    heard_at: datetime | None = None
    """The last sign of life of an active person, where the settings take the dormant ones back."""
    awaited: tuple[AwaitedResponse, ...] = ()
    """The oldest first. One leaves when the person responds, or goes dark."""

    @property
    def is_owed(self) -> bool:
        """Whether sales owes something: a clock runs, or stands still."""
        return self.handoff is not None and any(not clock.is_over for clock in self.handoff.clocks)


NEW = Lifecycle()
BOUGHT = 50
"""Purchases that a person carries."""
KEPT = 10
"""Recyclings that a person carries. All of them are in the ledger."""


def without_notes(lifecycle: Lifecycle | None) -> Lifecycle | None:
    """The same without what users wrote about the person."""
    if lifecycle is None:
        return None
    handoff = lifecycle.handoff if lifecycle.handoff is None else replace(lifecycle.handoff, note=None)
    return replace(
        lifecycle, handoff=handoff, recyclings=tuple(replace(one, note=None) for one in lifecycle.recyclings)
    )
