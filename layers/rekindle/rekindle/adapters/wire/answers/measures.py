"""The metrics of a campaign, the shares of won deals, what became of recycled leads, and the funnel."""

from datetime import date
from typing import Annotated, Literal, NotRequired, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.measures.funnel import By, FunnelBasis
from rekindle.domain.measures.recycling import RecycledBy
from rekindle.domain.measures.shared_days import SharedBy


class ResponseCounts(TypedDict):
    gross: int
    unique: int
    positive: int


class Rates(TypedDict):
    gross: float | None
    positive: float | None
    MQL: float | None
    SQL: float | None


class StageCounts(TypedDict):
    MQL: int
    SAL: int
    SQL: int
    Won: int


class Amount(TypedDict):
    currency: str | None
    amount: float


class Costs(TypedDict):
    targeted: float | None
    gross: float | None
    unique: float | None
    positive: float | None
    MQL: float | None
    SAL: float | None
    SQL: float | None
    Won: float | None


class Goal(TypedDict):
    goal: float
    actual: float | None


class GoalsReached(TypedDict):
    by: date | None
    responses: NotRequired[Goal]
    mqls: NotRequired[Goal]
    won_amount: NotRequired[Goal]


class Inserted(TypedDict):
    people: int
    responses: int
    stages: StageCounts
    won_amount: list[Amount]


class Metrics(TypedDict):
    record: Literal["metric"]
    campaign_id: str
    name: str | None
    type: str | None
    cost: float | None
    targeted: int
    hard_bounces: int
    went_dark: int
    responses: ResponseCounts
    responses_per_responder: float | None
    response_rate: float | None
    rates: Rates
    stages: StageCounts
    won_amount: list[Amount]
    cost_per: Costs
    goals: GoalsReached
    inserted: Inserted
    definitions: dict[str, str]
    counted_at: Instant
    settings_version: int


class SharedAmount(TypedDict):
    key: str | None
    name: str | None
    currency: str | None
    amount: float


class DaysUntil(TypedDict):
    MQL: float | None
    SAL: float | None
    SQL: float | None
    Won: float | None


class CameBack(TypedDict):
    recycled: int
    came_back: Annotated[int, ("description", "To MQL: those of whom another cycle began.")]
    stages: StageCounts
    percent_back: Annotated[DaysUntil, ("description", "Of the recycled; null where there are none.")]
    days_until: Annotated[DaysUntil, ("description", "On average, from the recycling on; null where nobody came.")]


class Recycled(TypedDict):
    key: Annotated[str | None, ("description", "The reason, the track or the owner; null for none.")]
    active: Annotated[CameBack, ("description", "Those whom sales gave back.")]
    passive: Annotated[CameBack, ("description", "Those whom a rule took back.")]


_Recycling = TypedDict("_Recycling", {"from": date, "to": date})


class Recycling(_Recycling):
    by: RecycledBy
    basis: Literal["cohort"]
    counted_at: Instant
    settings_version: int
    items: list[Recycled]


_Attribution = TypedDict("_Attribution", {"from": date, "to": date})


class Attribution(_Attribution):
    model: str
    by: SharedBy
    counted_at: Instant
    settings_version: int
    items: list[SharedAmount]
    total: list[Amount]


_Passage = TypedDict("_Passage", {"from": str, "to": str})


class Passage(_Passage):
    """From a stage to a later one."""

    conversion: float | None
    mean_days: float | None
    median_days: float | None


class Spread(TypedDict):
    count: int
    median: float
    p90: float


class FunnelCounts(TypedDict):
    volumes: StageCounts
    passages: list[Passage]
    system_delay_seconds: Spread | None
    human_delay_seconds: Spread | None


class FunnelGroup(FunnelCounts):
    key: str | None
    name: str | None


_FunnelPeriod = TypedDict("_FunnelPeriod", {"from": Instant, "to": Instant})


class FunnelPeriod(_FunnelPeriod):
    items: list[FunnelGroup]
    items_total: int
    total: FunnelCounts


class Funnel(FunnelPeriod):
    basis: FunnelBasis
    by: By | None
    time_zone: str
    counted_at: Instant
    settings_version: int
    beside: FunnelPeriod | None


class NamedFacet(TypedDict):
    value: str
    responses: int


class NumberedFacet(TypedDict):
    value: int
    responses: int


class Profile(TypedDict):
    person_id: str
    responses: int
    time_zone: str
    channels: list[NamedFacet]
    themes: list[NamedFacet]
    response_types: list[NamedFacet]
    campaign_types: list[NamedFacet]
    hours: list[NumberedFacet]
    weekdays: list[NumberedFacet]
