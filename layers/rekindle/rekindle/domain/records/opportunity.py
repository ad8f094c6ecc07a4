"""An opportunity, as far as it keeps its people from being reactivated: while it is open."""

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
        Field(sentence="The people it is about, told as a whole.", refers_to=("person",), most=100),
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
    deleted: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return not (self.is_closed or self.is_won or self.deleted)


OPPORTUNITY = Kind(
    name="opportunity",
    record=Opportunity,
    event="Opportunity Changed",
    id="opportunity_id",
    deleted_event="Opportunity Deleted",
    path="opportunities",
    summary="Tell what changed of an opportunity: while it is open, its people are not reactivated",
    example={"person_ids": ["00Q5e00000A1b2CEAR"], "stage": "Proposal", "amount": 12000, "currency": "EUR"},
)
