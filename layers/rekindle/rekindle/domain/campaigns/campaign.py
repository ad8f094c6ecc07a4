"""A campaign, as far as it decides whether its responses may take the credit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp

GOALS = ("responses", "mqls", "won_amount")
"""What a campaign may be to reach, in numbers."""
BY = "by"
"""Of the goals the day by which they are to be reached."""
type Goals = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Campaign:
    campaign_id: str
    name: Annotated[str | None, Field()] = None
    type: Annotated[str | None, Field()] = None
    status: Annotated[str | None, Field(sentence="As the CRM names it.")] = None
    is_active: Annotated[bool, Field()] = True
    starts_on: Annotated[date | None, Field()] = None
    ends_on: Annotated[date | None, Field()] = None
    cost: Annotated[float | None, Field()] = None
    precedence: Annotated[
        int | None,
        Field(sentence="Between responses of one instant the campaign with the lower number goes first."),
    ] = None
    """Breaks a tie between responses of one instant: the lower number goes first, none goes last."""
    exclude_from_reactivation: Annotated[
        bool, Field(sentence="Whether the campaign's past responses are passed over.")
    ] = False
    default_responded_status: Annotated[
        str | None, Field(sentence="The member status of a non-response that is brought back.")
    ] = None
    response_prompt: Annotated[
        bool, Field(sentence="Whether users add people to the campaign to begin working them.")
    ] = False
    trigger_reactivation: Annotated[bool, Field(sentence="Whether that begins with a search for a past response.")] = (
        False
    )
    bypass_nurture_timeout: Annotated[
        bool, Field(sentence="Whether a response qualifies while its person is to be left alone.")
    ] = False
    track: Annotated[str | None, Field()] = None
    goals: Annotated[
        Mapping[str, float | str],
        Field(sentence="What it is to reach: responses, MQLs and won amount, and by when. Told as a whole."),
    ] = field(default_factory=dict)
    themes: Annotated[tuple[str, ...], Field(sentence="What it is about.", most=20)] = ()
    business_outcomes: Annotated[
        tuple[str, ...], Field(sentence="What it promises to those who respond.", most=20)
    ] = ()
    deleted: bool = False
    """A deleted campaign is kept, with its name, for the credit it was given."""
    version: int = 0
    changed_at: datetime | None = None
    """When this version was stored, by Rekindle's clock."""
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


CAMPAIGN = Kind(
    name="campaign",
    record=Campaign,
    event="Campaign Changed",
    id="campaign_id",
    deleted_event="Campaign Deleted",
    path="campaigns",
    summary="Tell what changed of a campaign",
    listed=True,
    example={"name": "Spring webinar", "type": "Webinar"},
)
