"""The statement of a closed month."""

from typing import Literal, NotRequired, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.adapters.wire.answers.measures import StageCounts
from rekindle.domain.measures.books import Measure


class KnownEvents(TypedDict):
    events: int
    sha256: str


class StoredRecords(TypedDict):
    count: int
    sha256: str


class StoredThen(TypedDict):
    closed_at: Instant
    records: StoredRecords


class SettingsInForce(TypedDict):
    version: int
    sha256: str


class DecisionsCounted(TypedDict):
    count: int
    sha256: str


class CampaignCredit(TypedDict):
    campaign_id: str
    credit: int


class CampaignShare(TypedDict):
    model: str
    campaign_id: str | None
    currency: str | None
    amount: float


class StatementBefore(TypedDict):
    period: str
    sha256: str
    history: KnownEvents | None
    stack: NotRequired[StoredThen]
    settings_sha256: str


class BooksAdjustment(TypedDict):
    period: str
    measure: Measure
    stage: str | None
    model: str | None
    campaign_id: str | None
    currency: str | None
    before: float
    after: float
    change: float
    cause: str
    records: list[str]
    text: str


class BroughtForward(TypedDict):
    period: str
    volumes: StageCounts
    credit: list[CampaignCredit]
    shares: list[CampaignShare]


_Statement = TypedDict("_Statement", {"from": Instant, "to": Instant})


class Statement(_Statement):
    record: Literal["statement"]
    format: int
    period: str
    time_zone: str
    history: KnownEvents | None
    stack: NotRequired[StoredThen]
    settings: list[SettingsInForce]
    decisions: DecisionsCounted
    volumes: StageCounts
    credit: list[CampaignCredit]
    shares: list[CampaignShare]
    previous: StatementBefore | None
    adjustments: list[BooksAdjustment]
    brought_forward: list[BroughtForward]


class ClosedMonth(TypedDict):
    period: str
    closed_at: Instant | None
    sha256: str
    previous_sha256: str | None
    decisions: int
    adjustments: int


class Closing(TypedDict):
    period: str
    state: Literal["closing"]
