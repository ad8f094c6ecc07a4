"""An interaction: one contact between the organization and a person, in either direction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Interaction:
    interaction_id: str
    person_id: Annotated[str | None, Field(refers_to=("person",), required=True)] = None
    direction: Annotated[
        str | None, Field(sentence="Who made contact: the person, or the organization.", one_of=("inbound", "outbound"))
    ] = None
    channel: Annotated[str | None, Field(sentence="Such as email, phone or web.")] = None
    occurred_at: Annotated[datetime | None, Field(sentence="When it took place.")] = None
    campaign_id: Annotated[str | None, Field(refers_to=("campaign",))] = None
    user_id: Annotated[str | None, Field(sentence="The user who took part.", refers_to=("user",))] = None
    kind: Annotated[str | None, Field(sentence="As the source names it.")] = None
    link_id: Annotated[str | None, Field(sentence="The tracked link that was clicked.")] = None
    suspected_bot: Annotated[bool, Field(sentence="Whether a program may have made the click or the visit.")] = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    @property
    def is_by_sales(self) -> bool:
        """Whether somebody contacted the person: a user did, or it is part of no campaign, as a mailing is."""
        return self.direction == "outbound" and (self.user_id is not None or self.campaign_id is None)


INTERACTION = Kind(name="interaction", record=Interaction, event="Interaction Logged", id="interaction_id")
