"""A task or event of a CRM: it leads to the person it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Task:
    task_id: str
    person_id: str | None = None
    """The lead or contact; None where the CRM names nobody."""
    owner_id: str | None = None
    kind: str | None = None
    occurred_at: datetime | None = None
    completed: bool = False
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
