"""What happens to an active response after it became active: its stages, and its end; and who became whom.

Dates are kept for each engagement cycle, so a later cycle never moves an earlier one's dates.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.people.lifecycle import State
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.responses.response import QUALIFIED, WORKING
from rekindle.domain.settings.settings import Settings


class Stage(StrEnum):
    MQL = "MQL"
    SAL = "SAL"
    SQL = "SQL"
    WON = "Won"


ORDER = tuple(Stage)

_STAGE_OF_STATUS = {
    WORKING: Stage.SAL,
    "Accepted": Stage.SAL,
    QUALIFIED: Stage.SQL,
    "Active Opportunity": Stage.SQL,
    "Qualified - Active Opportunity": Stage.SQL,
}


class Ended(StrEnum):
    """Why a response is no longer active."""

    STATUS_INACTIVE = "STATUS_INACTIVE"
    REPLACED = "REPLACED"
    MERGED = "MERGED"
    PERSON_DELETED = "PERSON_DELETED"
    RESPONSE_DELETED = "RESPONSE_DELETED"
    BACKFILL_UNDONE = "BACKFILL_UNDONE"
    RECYCLED = "RECYCLED"
    """The lead went back to marketing: a rule or a user said so, and not the CRM."""
    OPPORTUNITY_WON = "OPPORTUNITY_WON"
    OPPORTUNITY_LOST = "OPPORTUNITY_LOST"
    OPPORTUNITY_DELETED = "OPPORTUNITY_DELETED"


BY_OPPORTUNITY = frozenset({Ended.OPPORTUNITY_WON, Ended.OPPORTUNITY_LOST, Ended.OPPORTUNITY_DELETED})


@dataclass(frozen=True, slots=True)
class StageReached:
    person_id: str
    response_id: str
    campaign_id: str
    cycle: int
    stage: Stage
    at: datetime
    settings_version: int
    opportunity_id: str | None = None
    amount: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Deactivated:
    person_id: str
    response_id: str
    campaign_id: str
    cycle: int
    reason: Ended
    at: datetime
    settings_version: int
    opportunity_id: str | None = None
    amount: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """An engagement goes on: what had ended it was taken back."""

    person_id: str
    response_id: str
    campaign_id: str
    cycle: int
    reason: Ended
    """Of the end that was taken back."""
    ended_at: datetime
    at: datetime
    settings_version: int


@dataclass(frozen=True, slots=True)
class ResponseRenamed:
    """The CRM deleted a response and made it anew in one transaction: the same one under another id."""

    person_id: str
    response_id: str
    former_response_id: str
    campaign_id: str
    at: datetime
    settings_version: int
    voided_decision_id: str | None = None
    """The decision that had activated it under its new id, before the old one was known to be gone."""


@dataclass(frozen=True, slots=True)
class ResponseConverted:
    """A user made a lead, a contact or an opportunity of a response."""

    person_id: str
    response_id: str
    campaign_id: str
    to: str
    record_id: str
    user_id: str
    at: datetime
    settings_version: int


@dataclass(frozen=True, slots=True)
class Merged:
    """Another record of the same person became this one, with all that was known of it."""

    person_id: str
    merged_id: str
    converted: bool
    """Whether it was a lead that became this contact; else the CRM merged the two."""
    at: datetime
    settings_version: int


@dataclass(frozen=True, slots=True)
class Separated:
    """A union was taken back: two records that were one person are two again. Each of them has this entry."""

    person_id: str
    other_id: str
    at: datetime
    settings_version: int


@dataclass(frozen=True, slots=True)
class Erased:
    """The texts about a person are gone. What was decided stays, without them."""

    person_id: str
    people: int
    responses: int
    failures: int
    at: datetime
    settings_version: int


@dataclass(frozen=True, slots=True)
class Interacted:
    """The organization and the person were in contact. It changes nothing by itself."""

    person_id: str
    interaction_id: str
    at: datetime
    direction: str | None = None
    channel: str | None = None
    campaign_id: str | None = None
    user_id: str | None = None
    kind: str | None = None
    suspected_bot: bool = False
    link_id: str | None = None


type Entry = (
    StageReached
    | Deactivated
    | Resumed
    | ResponseRenamed
    | ResponseConverted
    | Merged
    | Separated
    | Erased
    | AssignmentStep
    | Routing
    | Interacted
    | Transition
    | ClockStep
    | Entered
    | Left
    | TouchDue
    | WentDark
)


def stages_reached(response_status: str | None, stage: str) -> tuple[Stage, ...]:
    """The stages newly reached when a response takes a status: a skipped stage is reached with the next one."""
    reached = _STAGE_OF_STATUS.get(response_status or "")
    if reached is None:
        return ()
    return ORDER[ORDER.index(Stage(stage)) + 1 : ORDER.index(reached) + 1]


def with_stage(engagement: Engagement, stage: Stage, at: datetime) -> Engagement:
    """The engagement at a stage that it newly reached."""
    return replace(engagement, stage=stage, qualified_at=at if stage is Stage.SQL else engagement.qualified_at)


def has_opportunity(person: Person) -> bool:
    """Whether an opportunity hangs on the person's engagement: it is never altered then."""
    active = person.active
    return active is not None and (
        person.has_open_opportunity or active.opportunity_id is not None or active.stage == Stage.SQL
    )


def is_worked_on(person: Person) -> bool:
    """Whether a rep began to work the person's engagement: no other response takes its place from then on."""
    return person.active is not None and person.active.stage != Stage.MQL


def stage_reached(
    person_id: str, engagement: Engagement, stage: Stage, at: datetime, settings: Settings
) -> StageReached:
    return StageReached(
        person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        stage,
        at,
        settings.version,
        engagement.opportunity_id,
        engagement.amount,
        engagement.currency,
    )


def deactivated(person_id: str, engagement: Engagement, reason: Ended, at: datetime, settings: Settings) -> Deactivated:
    return Deactivated(
        person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        reason,
        at,
        settings.version,
        engagement.opportunity_id,
        engagement.amount,
        engagement.currency,
    )


def entry_id(entry: Entry) -> str:
    """Names an entry of a journey: person, instant (so that ids sort by time), then what happened."""
    match entry:
        case StageReached():
            name = digest("stage", entry.stage, entry.response_id, str(entry.cycle))
        case Deactivated():
            name = digest("deactivated", entry.reason, entry.response_id, str(entry.cycle))
        case Resumed():
            name = digest("resumed", entry.reason, entry.response_id, str(entry.cycle))
        case AssignmentStep():
            assignment = entry.assignment
            name = digest("assignment", entry.step, assignment.assignment_id, assignment.owner_id or "")
        case Routing():
            name = digest("routing", entry.assignment_id)
        case ResponseRenamed():
            name = digest("renamed", entry.response_id, entry.former_response_id)
        case ResponseConverted():
            name = digest("converted", entry.response_id)
        case Merged():
            name = digest("merged", entry.merged_id)
        case Separated():
            name = digest("separated", entry.other_id)
        case Erased():
            name = digest("erased")
        case Interacted():
            name = digest("interaction", entry.interaction_id)
        case Transition():
            # Of one instant, they follow what they follow from, in the order in which they are taken.
            place = tuple(State).index(entry.after)
            name = f"t{place:x}{digest('transition', entry.before, entry.after, str(entry.cycle))}"
        case ClockStep():
            parts = (entry.kind, entry.action, entry.notify_id or "", str(entry.share), times.text(entry.started_at))
            # A promise of nothing is broken twice at one instant: by the owner, and by who gets the lead next.
            whose = (entry.owner_id or "", str(entry.reassigned))
            name = digest("clock", str(entry.cycle), *parts, *whose)
        case Entered() | Left():
            of = (entry.track or "", entry.product or "", str(entry.cycle))
            name = digest("entered" if isinstance(entry, Entered) else "left", *of)
        case TouchDue():
            of = (entry.track or "", entry.product or "", times.text(entry.entered_at))
            name = digest("touch", entry.name, *of)
        case WentDark():
            name = digest("dark", entry.response_id)
    return f"{digest(entry.person_id)}-{times.millis(entry.at):015d}-{name}"
