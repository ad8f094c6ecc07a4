"""A failure: what could not be processed, as it came, until somebody sends it again or discards it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FailureState(StrEnum):
    OPEN = "open"
    RESENT = "resent"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Failure:
    failure_id: str
    failed_at: datetime
    reason: str
    """A stable code."""
    body: str
    """The message, unchanged."""
    record: str
    """The kind of what the message is about."""
    record_id: str | None = None
    event_id: str | None = None
    event_at: datetime | None = None
    """When the event happened; None where the message does not say so."""
    source: str | None = None
    message: str | None = None
    """The reason in words."""
    field: str | None = None
    person_ids: tuple[str, ...] = ()
    """The people whom the message names."""
    state: FailureState = FailureState.OPEN
    handled_at: datetime | None = None
    handled_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Open failures: these, or else the newest, all or of one reason."""

    limit: int
    failure_ids: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is open."""

    failures: int
    oldest_at: datetime | None
