"""Target lists."""

from typing import Any, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.measures.targets import ListState, Population


class TargetCounts(TypedDict):
    targets: int
    left_out: dict[str, int]


class TargetedCampaign(TypedDict):
    campaign_id: str
    at: Instant


class TargetList(TypedDict):
    list_id: str
    name: str | None
    population: Population
    days: int | None
    campaign_id: str | None
    where: dict[str, Any]
    state: ListState
    created_at: Instant | None
    drawn_at: Instant | None
    counts: TargetCounts
    sample: list[str]
    targeted: list[TargetedCampaign]
