"""Persons, their responses and their assignments."""

from typing import Annotated, Any, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.lifecycle import State
from rekindle.domain.settings.settings import Scenario


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


class AssignmentFields(TypedDict):
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


class Assignment(_AssignmentRecord, AssignmentFields):
    pass


class Stay(TypedDict):
    """On a track, or in the customers' programme."""

    track: str | None
    programme: Annotated[str | None, ("description", "Of a customer: the product, or `customers`.")]
    cycle: int
    entered_at: Instant
    settings_version: Annotated[int, ("description", "Whose touches are due: whoever is inside finishes that version.")]
    touches_done: Annotated[int, ("description", "Touches that were due, or were left out.")]


class PersonLifecycle(TypedDict):
    state: State
    since: Annotated[Instant | None, ("description", "Null for a target of whom nothing else is known.")]
    cycle: int
    tracks: list[Stay]


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
    undeliverable: bool | None
    changed_by: str | None
    fields: dict[str, Any]
    active_response: ActiveResponse | None
    assignment: Assignment | None
    lifecycle: Annotated[PersonLifecycle | None, ("description", "Null where the settings follow nobody's lifecycle.")]
    cycles: int
    responses: int
    nurture_until: Instant | None
    former_ids: list[str]
    deleted: bool


class Conversion(TypedDict):
    """What a user made of a response; the same at every call."""

    response_id: str
    person_id: str
    to: Literal["lead", "contact", "opportunity"]
    lead_id: str | None
    contact_id: str | None
    opportunity_id: str | None
    user_id: str
    primary_interest: str | None
    converted_at: Instant


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
    treatment: str | None
    list_id: str | None
    products: list[str]
    click_url: str | None
    score: float | None
    fields: dict[str, Any]
    inserted_by: str | None
    dark_at: Instant | None
    conversion: Conversion | None


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
