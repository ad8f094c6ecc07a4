"""Handoffs, and their clocks with the explanation of each deadline."""

from typing import Annotated, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.people.clock import ClockKind, ClockState
from rekindle.domain.people.lifecycle import State


class HandoffClock(TypedDict):
    record: Literal["clock"]
    person_id: str
    cycle: int
    policy: str | None
    kind: ClockKind
    started_at: Instant
    due_at: Instant | None
    warned_at: Instant | None
    breached_at: Instant | None
    met_at: Instant | None
    paused_seconds: Annotated[float, ("description", "Of business.")]
    state: ClockState


class Window(TypedDict):
    opens: Instant
    closes: Instant
    seconds: float


class Holiday(TypedDict):
    date: str
    name: str


class _Explanation(TypedDict):
    target: Annotated[float, ("description", "In the unit.")]
    unit: Literal["seconds", "business_days"]
    consumed: Annotated[float, ("description", "Of the target, up to counted_at.")]
    counted_at: Instant
    settings_version: Annotated[int, ("description", "Of the policy and the calendar, which the clock keeps.")]
    calendar: str | None
    time_zone: str | None
    due_local: Annotated[str | None, ("description", "The deadline as the calendar's clock shows it.")]
    windows: Annotated[list[Window], ("description", "What was counted, and what will be: the first 50.")]
    holidays: list[Holiday]


class ExplainedClock(HandoffClock, _Explanation):
    pass


class Clocks(TypedDict):
    person_id: str
    items: list[ExplainedClock]


class HandoffState(TypedDict):
    """The handoff of the newest cycle, and where the person stands."""

    record: Literal["handoff"]
    person_id: str
    cycle: int
    state: State
    since: Instant | None
    owner_id: str | None
    passed_at: Instant | None
    policy: str | None
    settings_version: int | None
    accepted_at: Instant | None
    due_at: Annotated[Instant | None, ("description", "The first deadline that is still open.")]
    reassigned: bool
    rejections: int
    recycled: int
    clocks: list[HandoffClock]
