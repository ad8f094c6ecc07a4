"""An opportunity, as far as it keeps its people from being reactivated: while it is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Opportunity:
    opportunity_id: str
    person_ids: tuple[str, ...] = ()
    account_id: str | None = None
    stage: str | None = None
    is_closed: bool = False
    is_won: bool = False
    amount: float | None = None
    currency: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    product: str | None = None
    deleted: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return not (self.is_closed or self.is_won or self.deleted)
