"""A user of the CRM: whose role, profile or other field may choose a default campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    name: str | None = None
    email: str | None = None
    role: str | None = None
    profile: str | None = None
    mode: str | None = None
    is_active: bool = True
    time_zone: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    changed_at: datetime | None = None
    """When this version was stored, by Rekindle's clock."""
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
