"""A source code: what a mailing or an advertisement is recognised by, and whose responses it brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class SourceCode:
    source_code: str
    campaign_id: Annotated[
        str | None, Field(sentence="The campaign that a response with the code belongs to.", refers_to=("campaign",))
    ] = None
    treatment: Annotated[str | None, Field(sentence="Which version of the message the code stands for.")] = None
    list_id: Annotated[str | None, Field(sentence="The list of people to whom the message was sent.")] = None
    channel: Annotated[str | None, Field(sentence="How the message was sent, such as email or mail.")] = None
    creates_interaction: Annotated[bool, Field(sentence="Whether a response with the code is an interaction too.")] = (
        False
    )
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


SOURCE_CODE = Kind(name="source_code", record=SourceCode, event="Source Code Changed", id="source_code")
