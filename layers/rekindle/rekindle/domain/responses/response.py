"""A response: what a person did, or did not do, in a campaign, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rekindle.domain.records.stamps import ChangeStamp

NOT_A_RESPONSE = "Not a Response"
OPEN = "Open - Not Contacted"
WORKING = "Working"
ALREADY_ENGAGED = "Resolved - Already Engaged"
NO_ACTION_REQUIRED = "Resolved - No Action Required"
EXISTING_OPPORTUNITY = "Resolved - Existing Opportunity"
QUALIFIED = "Qualified - New Opportunity"
OPPORTUNITY_WON = "Resolved - Opportunity Won"
OPPORTUNITY_LOST = "Resolved - Opportunity Lost"
OPPORTUNITY_DELETED = "Resolved - Opportunity Deleted"

TERMINAL = frozenset({OPPORTUNITY_WON, OPPORTUNITY_LOST, OPPORTUNITY_DELETED})
"""A response with one of these is no candidate, whatever the settings say: the next engagement needs another one."""


class ResponseClass(StrEnum):
    """The classes of the search, in the order of the strict default."""

    NEW = "new"
    NEVER_ENGAGED = "never_engaged"
    FORMERLY_ENGAGED = "formerly_engaged"
    NON_RESPONSE = "non_response"


DEFAULT_CLASSES: Mapping[str, ResponseClass | None] = {
    ALREADY_ENGAGED: ResponseClass.NEVER_ENGAGED,
    NO_ACTION_REQUIRED: ResponseClass.NEVER_ENGAGED,
    "Nurture": ResponseClass.FORMERLY_ENGAGED,
    "Nurture/Marketing": ResponseClass.FORMERLY_ENGAGED,
    "Recycled": ResponseClass.FORMERLY_ENGAGED,
}
"""Response status -> class. A status that is not here, or is here as None, is not eligible."""


@dataclass(frozen=True, slots=True)
class ResponseState:
    """The part of a response that the search looks at. `status` is None until the response was evaluated."""

    responded: bool
    responded_at: datetime | None
    received_at: datetime
    status: str | None = None
    activated_at: datetime | None = None
    reactivated_at: datetime | None = None
    deleted: bool = False

    @property
    def effective_at(self) -> datetime:
        """The date that look-back and recency go by: a non-response has no response date, so its arrival counts."""
        return self.responded_at or self.received_at

    def with_status(self, status: str | None) -> "ResponseState":
        """The same with another status: what every evaluation ends with."""
        return ResponseState(
            self.responded,
            self.responded_at,
            self.received_at,
            status,
            self.activated_at,
            self.reactivated_at,
            self.deleted,
        )

    def classified(self, classes: Mapping[str, ResponseClass | None]) -> ResponseClass | None:
        """The response's class by its own status alone; None where the status makes it no candidate."""
        if not self.responded:
            return ResponseClass.NON_RESPONSE
        if self.status is None:
            return ResponseClass.NEW
        return None if self.status in TERMINAL else classes.get(self.status)


@dataclass(frozen=True, slots=True)
class Trace:
    """How a response stood from one version of a person on: what lets a past decision be explained exactly."""

    person_id: str
    version: int
    campaign_id: str
    state: ResponseState


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a user made of a response, and who."""

    to: str
    record_id: str
    """The lead, the contact or the opportunity."""
    user_id: str
    at: datetime
    primary_interest: str | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """The part of a response that no decision looks at, and the stamps of its fields."""

    member_status: str | None = None
    channel: str | None = None
    response_type: str | None = None
    source_code: str | None = None
    treatment: str | None = None
    """Which version of a message the source code stands for, and `list_id`: to whom that was sent."""
    list_id: str | None = None
    products: tuple[str, ...] = ()
    """What the person is interested in."""
    click_url: str | None = None
    score: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    former_response_id: str | None = None
    """The id that it had before the CRM deleted it and made it anew in one transaction."""
    renamed_to: str | None = None
    """The id under which the CRM made it anew."""
    conversion: Conversion | None = None
    inserted_by: str | None = None
    """The decision that inserted this response as a default; None where the CRM recorded it."""
    recorded_at: datetime | None = None
    """When the CRM first sent it, by the CRM's own clock."""
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
    dark_at: datetime | None = None
    """When the member had not responded for as long as the settings wait."""


@dataclass(frozen=True, slots=True)
class ResponseOwner:
    """Whose a response is; or, where nobody has it, that the CRM deleted it before it was recorded."""

    person_id: str | None = None
    deleted: ChangeStamp | None = None


@dataclass(frozen=True, slots=True)
class Response:
    response_id: str
    campaign_id: str
    state: ResponseState
    details: Details | None = None
    """None where only the search's part was read."""
    trail: tuple[Trace, ...] = ()

    def with_state(self, state: ResponseState) -> "Response":
        return Response(self.response_id, self.campaign_id, state, self.details, self.trail)

    def traced(self, person_id: str, version: int, state: ResponseState | None = None) -> "Response":
        """The same response, its present state or the new one noted as from this version of the person."""
        now = state or self.state
        trace = Trace(person_id, version, self.campaign_id, now)
        return Response(self.response_id, self.campaign_id, now, self.details, (*self.trail, trace))

    def as_of_version(self, person_id: str, version: int) -> "Response | None":
        """The response as it stood at one version of a person; None where the person did not have it yet."""
        traces = [t for t in self.trail if t.person_id == person_id and t.version <= version]
        if not traces:
            return None
        last = max(traces, key=lambda t: t.version) if len(traces) > 1 else traces[0]
        return Response(self.response_id, last.campaign_id, last.state, self.details, self.trail)
