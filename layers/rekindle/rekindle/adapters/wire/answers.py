"""The shapes of the API's answers. The views return them, and the OpenAPI document is made from them.

An annotation `Annotated[type, (keyword, value)]` adds keywords of JSON Schema. The class of an answer has the name of
its schema. No function imports this module: the document is made before the layer is built.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from rekindle.domain.assignment.routing_result import By, Passed, Unrouted
from rekindle.domain.failures.failure import FailureState
from rekindle.domain.lifecycle.journey import Ended, Stage
from rekindle.domain.people.assignment import AssignmentState, Step
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import Scenario

Instant = Annotated[str, ("format", "date-time")]

# --- people ----------------------------------------------------------------------------------------------------------


class ActiveResponse(TypedDict):
    response_id: str
    campaign_id: str
    cycle: int
    stage: Stage
    activated_at: Instant
    scenario: Scenario
    decision_id: str
    opportunity_id: str | None
    amount: float | None
    currency: str | None


class _AssignmentRecord(TypedDict):
    record: Literal["assignment"]


class _AssignmentFields(TypedDict):
    person_id: str
    assignment_id: str
    response_id: str
    campaign_id: str
    cycle: int
    state: AssignmentState
    reason: str | None
    temporary_owner_id: str | None
    owner_id: str | None
    first_owner_id: str | None
    first_owner_type: Literal["user", "queue"] | None
    first_queue_id: str | None
    late_owner_id: str | None
    outside_queue: bool
    activated_at: Instant
    assigned_at: Instant | None
    worked_at: Instant | None
    deadline: Instant | None
    system_delay_seconds: float | None
    human_delay_seconds: float | None


class Assignment(_AssignmentRecord, _AssignmentFields):
    pass


class Person(TypedDict):
    person_id: str
    kind: str
    email: str | None
    first_name: str | None
    last_name: str | None
    company: str | None
    phone: str | None
    status: str | None
    score: float | None
    owner_id: str | None
    account_id: str | None
    record_type: str | None
    do_not_contact: bool | None
    changed_by: str | None
    fields: dict[str, Any]
    active_response: ActiveResponse | None
    assignment: Assignment | None
    cycles: int
    responses: int
    nurture_until: Instant | None
    former_ids: list[str]
    deleted: bool


class Response(TypedDict):
    response_id: str
    person_id: str
    campaign_id: str
    responded: bool
    responded_at: Instant | None
    received_at: Instant
    response_status: str | None
    activated_at: Instant | None
    reactivated_at: Instant | None
    member_status: str | None
    channel: str | None
    response_type: str | None
    source_code: str | None
    click_url: str | None
    score: float | None
    fields: dict[str, Any]
    inserted_by: str | None


# --- decisions -------------------------------------------------------------------------------------------------------

Considered = TypedDict(
    "Considered",
    {
        "response_id": str,
        "campaign_id": str,
        "class": ResponseClass | None,
        "responded_at": Instant | None,
        "excluded": Annotated[
            Excluded | None, ("description", "Why it lost: of several reasons the first in this order.")
        ],
        "why": NotRequired[str],
    },
)


class Decision(TypedDict):
    record: Literal["decision"]
    decision_id: str
    person_id: str
    scenario: Scenario
    outcome: Outcome
    reason: Reason | None
    response_id: str | None
    campaign_id: str | None
    decided_at: Instant
    as_of: Instant
    trigger_id: str
    settings_version: int
    dry_run: bool
    considered: list[Annotated[Considered, ("description", "The winner, and only the winner, has null as excluded.")]]
    considered_total: int
    default_campaign_source: str | None
    score: float | None
    previous_score: float | None
    activated_at: Instant | None
    cycle: int | None
    status: str | None
    replaced_response_id: str | None
    explanation: str
    replay: NotRequired[
        Annotated[
            Literal["identical", "different"] | None,
            (
                "description",
                "Only of one decision: what came of making it again from what is stored; null where "
                "that is not all there.",
            ),
        ]
    ]
    next: NotRequired[
        Annotated[
            str | None,
            (
                "description",
                "Only of one decision: the person has more than 1,000 responses, and this leads to the next ones that "
                "were considered. `considered_total` is then the number of responses that the person has, and every "
                "page lists the winner.",
            ),
        ]
    ]
    batch_id: NotRequired[Annotated[str, ("description", "The backfill it was made in; absent on any other.")]]
    unmapped_status: NotRequired[
        Annotated[
            str,
            (
                "description",
                "The person's status, where the settings do not map it; absent where they do. It stays as it is.",
            ),
        ]
    ]
    passed_over: NotRequired[
        Annotated[
            list[str],
            (
                "description",
                "The default campaigns that were to get the credit and could not, since they are not "
                "known, deleted or inactive; absent where there is none.",
            ),
        ]
    ]


class ResultError(TypedDict):
    code: Literal["INVALID_FIELD", "UNKNOWN_CAMPAIGN", "TOO_LARGE", "CONFLICT", "UNAVAILABLE"]
    message: str
    field: str | None


class Result(TypedDict):
    is_success: bool
    decision: Decision | None
    error: ResultError | None


class Results(TypedDict):
    """One result for each input, in the inputs' order."""

    results: list[Result]


# --- the timeline ----------------------------------------------------------------------------------------------------


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


class AssignmentEntry(_AssignmentEntryHead, _AssignmentFields):
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


class MergedEntry(TypedDict):
    kind: Literal["merged"]
    at: Instant
    merged_id: str
    converted: Annotated[bool, ("description", "Whether it was a lead that became this contact.")]


class ErasedEntry(TypedDict):
    kind: Literal["erased"]
    at: Instant
    people: int
    responses: int
    failures: int


TimelineEntry = (
    DecisionEntry
    | AssignmentEntry
    | RoutingEntry
    | StageEntry
    | DeactivatedEntry
    | ResumedEntry
    | ResponseRenamedEntry
    | MergedEntry
    | ErasedEntry
)

# --- erasures and failures -------------------------------------------------------------------------------------------


class Erasure(TypedDict):
    """What was erased of a person; the same at every call."""

    record: Literal["erasure"]
    person_id: str
    former_ids: list[str]
    state: Literal["erasing", "erased"]
    requested_at: Instant
    erased_at: Instant | None
    people: int
    responses: int
    failures: int


class Export(TypedDict):
    record: Literal["export"]
    person: Person
    former: list[Person]
    responses: list[dict[str, Any]]
    timeline: list[TimelineEntry]
    opportunities: list[dict[str, Any]]
    failures: list[dict[str, Any]]


class Failure(TypedDict):
    record: Literal["failure"]
    failure_id: str
    state: FailureState
    reason: str
    message: str | None
    field: str | None
    record_kind: str
    record_id: str | None
    event_id: str | None
    event_at: Instant | None
    source: str | None
    failed_at: Instant
    age_seconds: int
    handled_at: Instant | None
    handled_by: str | None
    note: str | None


class HandledFailure(Failure):
    problem: Annotated[str | None, ("description", "Why it stays open.")]


class HandledFailures(TypedDict):
    results: list[HandledFailure]


# --- settings, simulations, the service ------------------------------------------------------------------------------


class SettingsVersion(TypedDict):
    version: int
    settings: dict[str, Any]


class StoredVersion(TypedDict):
    version: int
    stored_at: Instant


class Fault(TypedDict):
    path: str
    message: str


class Validation(TypedDict):
    valid: bool
    faults: list[Fault]
    warnings: list[Fault]


class Difference(TypedDict):
    campaign_id: str
    name: str
    credit: int
    against: int
    change: int


class RefusedEvent(TypedDict):
    line: int
    code: str
    detail: str
    field: str | None


class Counts(TypedDict):
    events: int
    decisions: int
    refused: int
    applied: int
    older: int
    duplicate: int


class Simulation(TypedDict):
    decisions: Annotated[
        list[Decision],
        ("description", "In the order decided. Their settings_version is 1: a simulation knows one document."),
    ]
    credit: Annotated[
        dict[str, int], ("description", "By campaign, the responses that became active and were not replaced.")
    ]
    difference: NotRequired[
        Annotated[list[Difference], ("description", "There where other settings were asked for; most credit first.")]
    ]
    refused: Annotated[
        list[RefusedEvent],
        ("description", "What would have gone to the failure queue, by its place in the history, from 1."),
    ]
    passed_over: Annotated[
        dict[str, int],
        (
            "description",
            "By reason, the parts of events that change nothing; the rest of each event is applied.",
        ),
    ]
    unmapped_statuses: Annotated[
        dict[str, int],
        (
            "description",
            "The statuses that the settings do not map, by how often the history gives one to a person.",
        ),
    ]
    counts: Counts


class NotificationText(TypedDict):
    subject: str
    body: str


class Health(TypedDict):
    status: str
    build: str
    time: Instant


class Problem(TypedDict):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    code: Annotated[str, ("description", "Stable, for programs.")]
    detail: Annotated[str, ("description", "In words, for people.")]
    field: NotRequired[Annotated[str, ("description", "The field at fault, as the caller wrote it.")]]
    faults: NotRequired[Annotated[list[Fault], ("description", "Every fault of a settings document.")]]
