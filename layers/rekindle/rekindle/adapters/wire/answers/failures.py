"""Failures, and what became of them."""

from typing import Annotated, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.failures.failure import FailureState


class Failure(TypedDict):
    record: Literal["failure"]
    failure_id: str
    state: FailureState
    reason: str
    message: str | None
    field: str | None
    record_kind: str
    record_id: str | None
    event_id: str | None
    event_at: Instant | None
    source: str | None
    failed_at: Instant
    age_seconds: int
    handled_at: Instant | None
    handled_by: str | None
    note: str | None


class HandledFailure(Failure):
    problem: Annotated[str | None, ("description", "Why it stays open.")]


class HandledFailures(TypedDict):
    results: list[HandledFailure]
