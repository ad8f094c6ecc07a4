"""An opportunity: while it is open its people are not reactivated, and one of their engagements goes on with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Opportunity:
    opportunity_id: str
    person_ids: Annotated[
        tuple[str, ...],
        Field(sentence="The people it is about, replaced as a whole.", refers_to=("person",), most=100),
    ] = ()
    account_id: Annotated[str | None, Field(refers_to=("account",))] = None
    stage: Annotated[str | None, Field(sentence="As the CRM names it.")] = None
    is_closed: Annotated[bool, Field()] = False
    is_won: Annotated[bool, Field()] = False
    amount: Annotated[float | None, Field()] = None
    currency: Annotated[str | None, Field()] = None
    created_at: Annotated[datetime | None, Field()] = None
    closed_at: Annotated[datetime | None, Field()] = None
    product: Annotated[str | None, Field()] = None
    engaged_id: str | None = None
    """The person whose engagement the opportunity belongs to."""
    response_id: str | None = None
    """The response of that engagement. One opportunity belongs to one response, and stays with it."""
    is_searched: bool = False
    """Whether everybody was looked at since the last change, and nobody's engagement was found: a second delivery is
    not to find who became active since."""
    recorded_at: datetime | None = None
    """When the CRM first named it, by the CRM's own clock."""
    deleted: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return not (self.is_closed or self.is_won or self.deleted)

    @property
    def opened_at(self) -> datetime:
        known = self.created_at or self.recorded_at
        if known is None:
            raise ValueError("nothing was recorded of this opportunity")
        return known

    @property
    def joined_at(self) -> datetime:
        """When its present people were named, which may be after it was opened."""
        stamp = self.stamps.get("person_ids")
        return max(stamp.at, self.opened_at) if stamp is not None else self.opened_at


OPPORTUNITY = Kind(
    name="opportunity",
    record=Opportunity,
    event="Opportunity Changed",
    id="opportunity_id",
    deleted_event="Opportunity Deleted",
    path="opportunities",
    summary="Tell what changed of an opportunity: while it is open, its people are not reactivated; its end ends the "
    "cycle",
    example={"person_ids": ["00Q5e00000A1b2CEAR"], "stage": "Proposal", "amount": 12000, "currency": "EUR"},
    read_only=("response_id",),
)
