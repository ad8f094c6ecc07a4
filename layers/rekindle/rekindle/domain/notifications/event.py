"""An event for other systems, as the contract shapes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Erased,
    Merged,
    ResponseConverted,
    ResponseRenamed,
    Resumed,
    StageReached,
    entry_id,
)
from rekindle.domain.people.assignment import AssignmentStep

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


type Announced = (
    StageReached
    | Deactivated
    | Resumed
    | ResponseRenamed
    | ResponseConverted
    | Merged
    | Erased
    | AssignmentStep
    | Routing
    | Transition
    | ClockStep
    | Entered
    | Left
    | TouchDue
    | WentDark
)
"""The entries of the ledger that have an event."""


def event_of(entry: Announced, name: str, detail: Mapping[str, Any], suffix: str = "") -> Event:
    """The event of an entry of the ledger. `suffix`: what tells it from another event of the same entry."""
    return Event(f"{entry_id(entry)}{suffix}", name, entry.person_id, entry.at, entry.settings_version, detail)
