"""A campaign, as far as it decides whether its responses may take the credit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Campaign:
    campaign_id: str
    name: str | None = None
    type: str | None = None
    status: str | None = None
    is_active: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    cost: float | None = None
    precedence: int | None = None
    """Breaks a tie between responses of one instant: the lower number goes first, none goes last."""
    exclude_from_reactivation: bool = False
    default_responded_status: str | None = None
    response_prompt: bool = False
    trigger_reactivation: bool = False
    bypass_nurture_timeout: bool = False
    track: str | None = None
    deleted: bool = False
    """A deleted campaign is kept, with its name, for the credit it was given."""
    version: int = 0
    changed_at: datetime | None = None
    """When this version was stored, by Rekindle's clock."""
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
