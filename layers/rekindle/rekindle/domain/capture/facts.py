"""Facts of a CRM: each names a record, what changed in it, and where the change stands in the record's order.

`values` holds only what the fact says: a field that is absent is unchanged, one that is None was cleared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rekindle.domain.core import times
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response_type import meaning_of


@dataclass(frozen=True, slots=True)
class PersonChanged:
    person_id: str
    stamp: ChangeStamp
    values: Mapping[str, Any]
    from_write_back: bool = False
    """Whether our own write-back made the change, alone or with what the CRM added to it at once."""


@dataclass(frozen=True, slots=True)
class PersonDeleted:
    person_id: str
    stamp: ChangeStamp
    erase: bool = False
    """Whether the person is to be erased, also from what was merged into it and from the failures."""


@dataclass(frozen=True, slots=True)
class PeopleMerged:
    survivor_id: str
    merged_ids: tuple[str, ...]
    stamp: ChangeStamp


@dataclass(frozen=True, slots=True)
class ResponseRecorded:
    """`person_id` and `campaign_id` are None where a CRM sends only what changed of a response already known. Without a
    campaign a new response belongs to that of its source code."""

    response_id: str
    stamp: ChangeStamp
    person_id: str | None = None
    campaign_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    transaction: str | None = None
    """The CRM's transaction that made the response, where that may have deleted the same one before."""

    @property
    def responds(self) -> bool:
        """Whether the person did something: what became of a message, or that no more is wanted, gets no credit."""
        return bool(self.values.get("responded")) and meaning_of(self.values.get("response_type")) is None


@dataclass(frozen=True, slots=True)
class ResponseDeleted:
    response_id: str
    stamp: ChangeStamp
    person_id: str | None = None
    transaction: str | None = None
    """The CRM's transaction that deleted it, where that may make it anew."""


@dataclass(frozen=True, slots=True)
class RecordChanged:
    """Of a kind that has no more rules than its fields have (`capture.kinds.PLAIN`)."""

    kind: Kind[Any]
    record_id: str
    stamp: ChangeStamp
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordDeleted:
    kind: Kind[Any]
    record_id: str
    stamp: ChangeStamp


@dataclass(frozen=True, slots=True)
class UserDeleted:
    user_id: str
    stamp: ChangeStamp


@dataclass(frozen=True, slots=True)
class OpportunityChanged:
    opportunity_id: str
    stamp: ChangeStamp
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpportunityDeleted:
    opportunity_id: str
    stamp: ChangeStamp


_OF_NO_INSTANT = ChangeStamp(times.FIRST)


class PassedOverReason(StrEnum):
    """Why a part of an event is passed over. The rest of the event is applied."""

    GAP = "GAP"
    """The CRM does not say what changed, or in which records."""
    DIFF = "DIFF"
    """A difference to the value before, and not the value."""
    NO_PERSON = "NO_PERSON"
    """A campaign member that is neither a lead nor a contact."""
    NOT_A_CURRENCY = "NOT_A_CURRENCY"
    NOT_A_TIME_ZONE = "NOT_A_TIME_ZONE"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A part of an event that changes nothing, and is counted."""

    reason: PassedOverReason
    field: str
    """Where it stands in the event."""
    response_id: str | None = None
    """The campaign member that is no response, so that later changes of it are known to be none."""
    stamp: ChangeStamp = _OF_NO_INSTANT


Fact = (
    PersonChanged
    | PersonDeleted
    | PeopleMerged
    | ResponseRecorded
    | ResponseDeleted
    | RecordChanged
    | RecordDeleted
    | UserDeleted
    | OpportunityChanged
    | OpportunityDeleted
    | ReactivationRequested
    | ResponsePrompted
    | PassedOver
)
"""What an event says. A request is read like a fact, and ends in a decision."""
