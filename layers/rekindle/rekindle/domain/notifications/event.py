"""An event for other systems, as the contract shapes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.core import times

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """`detail_type` and `detail` as the contract names them (section 2)."""

    event_id: str
    detail_type: str
    person_id: str | None
    """None of what concerns nobody in particular."""
    occurred_at: datetime
    settings_version: int
    detail: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        return {
            "event_id": self.event_id,
            "occurred_at": times.text(self.occurred_at),
            "person_id": self.person_id,
            "settings_version": self.settings_version,
            "schema_version": SCHEMA_VERSION,
            **self.detail,
        }
