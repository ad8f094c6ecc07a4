"""What happened to a person."""

from typing import Annotated, Any, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.people import AssignmentFields
from rekindle.domain.assignment.routing_result import By, Passed, Unrouted
from rekindle.domain.lifecycle.entries import Action
from rekindle.domain.lifecycle.journey import Ended, Stage
from rekindle.domain.people.assignment import Step
from rekindle.domain.people.clock import ClockKind
from rekindle.domain.people.lifecycle import State
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.settings.settings import Scenario


class DecisionEntry(TypedDict):
    kind: Literal["decision"]
    at: Instant
    decision_id: str
    scenario: Scenario
    outcome: Outcome
    reason: Reason | None
    response_id: str | None
    campaign_id: str | None
    cycle: int | None
    score: float | None


class _AssignmentEntryHead(TypedDict):
    kind: Annotated[str, ("enum", tuple(f"assignment_{step}" for step in Step if step is not Step.STARTED))]
    at: Instant


class AssignmentEntry(_AssignmentEntryHead, AssignmentFields):
    pass


PassedReason = Annotated[Any, ("enum", tuple(Passed))]


class RoutingEntry(TypedDict):
    kind: Literal["routed", "not_routed"]
    at: Instant
    assignment_id: str
    owner_id: str | None
    reason: Unrouted | None
    by: By | None
    account_id: str | None
    matched_by: str | None
    unmatched: str | None
    suggested: list[str]
    pool: str | None
    passed: dict[str, PassedReason]
    again_at: Instant | None
    explanation: str


class StageEntry(TypedDict):
    kind: Literal["stage_reached"]
    at: Instant
    response_id: str
    campaign_id: str
    cycle: int
    stage: Stage
    opportunity_id: str | None
    amount: float | None
    currency: str | None


class DeactivatedEntry(TypedDict):
    kind: Literal["deactivated"]
    at: Instant
    response_id: str
    campaign_id: str
    cycle: int
    reason: Ended
    opportunity_id: str | None
    amount: float | None
    currency: str | None


class ResumedEntry(TypedDict):
    kind: Literal["resumed"]
    at: Instant
    response_id: str
    campaign_id: str
    cycle: int
    reason: Annotated[Ended, ("description", "Of the end that was taken back.")]


class ResponseRenamedEntry(TypedDict):
    kind: Literal["response_renamed"]
    at: Instant
    response_id: str
    former_response_id: str
    campaign_id: str


class ResponseConvertedEntry(TypedDict):
    kind: Literal["response_converted"]
    at: Instant
    response_id: str
    campaign_id: str
    to: Literal["lead", "contact", "opportunity"]
    record_id: Annotated[str, ("description", "The lead, the contact or the opportunity.")]
    user_id: str


class InteractionEntry(TypedDict):
    kind: Literal["interaction"]
    at: Instant
    interaction_id: str
    direction: Literal["inbound", "outbound"] | None
    channel: str | None
    campaign_id: str | None
    user_id: str | None
    interaction_kind: Annotated[str | None, ("description", "As the source names it.")]
    link_id: str | None
    suspected_bot: bool


class MergedEntry(TypedDict):
    kind: Literal["merged"]
    at: Instant
    merged_id: str
    converted: Annotated[bool, ("description", "Whether it was a lead that became this contact.")]


class SeparatedEntry(TypedDict):
    """A union that was taken back."""

    kind: Literal["separated"]
    at: Instant
    other_id: str


class ErasedEntry(TypedDict):
    kind: Literal["erased"]
    at: Instant
    people: int
    responses: int
    failures: int


TransitionEntry = TypedDict(
    "TransitionEntry",
    {
        "kind": Literal["transition"],
        "cycle": int,
        "from": State,
        "to": State,
        "at": Instant,
        "reason": str | None,
        "policy": str | None,
        "track": str | None,
        "owner_id": str | None,
        "user_id": str | None,
    },
)


class ClockEntry(TypedDict):
    kind: Annotated[str, ("enum", tuple(f"clock_{action}" for action in Action))]
    at: Instant
    cycle: int
    policy: str
    clock: ClockKind
    action: Action
    share: Annotated[float, ("description", "Of the target: 1 is the deadline.")]
    started_at: Instant
    due_at: Instant | None
    owner_id: Annotated[str | None, ("description", "Who has the lead, after a breach whoever got it.")]
    notify_id: str | None
    reassigned: bool


class TrackEnteredEntry(TypedDict):
    kind: Literal["track_entered"]
    at: Instant
    track: str | None
    programme: Annotated[str | None, ("description", "Of a customer: the product, or `customers`.")]
    cycle: int
    campaign_id: str | None
    reason: str | None
    responses: int
    cycles: int
    recycled: int


class TrackLeftEntry(TypedDict):
    kind: Literal["track_left"]
    at: Instant
    track: str | None
    programme: str | None
    cycle: int
    campaign_id: str | None
    entered_at: Instant
    reason: str


class TouchEntry(TypedDict):
    kind: Literal["touch_due"]
    at: Instant
    track: str | None
    programme: str | None
    cycle: int
    campaign_id: str | None
    entered_at: Instant
    name: str
    due_at: Instant


class WentDarkEntry(TypedDict):
    kind: Literal["went_dark"]
    at: Instant
    cycle: int
    campaign_id: str
    response_id: str
    targeted_at: Instant
    refinement_campaign_id: Annotated[str | None, ("description", "Where the person became a target again.")]
    responses: int
    cycles: int
    recycled: int


TimelineEntry = (
    DecisionEntry
    | AssignmentEntry
    | RoutingEntry
    | StageEntry
    | DeactivatedEntry
    | ResumedEntry
    | ResponseRenamedEntry
    | ResponseConvertedEntry
    | MergedEntry
    | SeparatedEntry
    | ErasedEntry
    | InteractionEntry
    | TransitionEntry
    | ClockEntry
    | TrackEnteredEntry
    | TrackLeftEntry
    | TouchEntry
    | WentDarkEntry
)
