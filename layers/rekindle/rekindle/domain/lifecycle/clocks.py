"""How a clock of a handoff changes: it starts, stands still, goes on, is met, is breached."""

from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.calendar import Calendar
from rekindle.domain.people.clock import ClockKind, ClockState, HandoffClock, Target


def start(kind: ClockKind, target: Target, at: datetime, calendar: Calendar) -> HandoffClock:
    clock = HandoffClock(kind, target, at, at)
    return replace(clock, due_at=instant_of(clock, 1.0, calendar))


def instant_of(clock: HandoffClock, share: float, calendar: Calendar) -> datetime | None:
    """When so much of the target is consumed, if the clock runs on; None where the calendar never opens so long."""
    rest = clock.target.amount * share - clock.consumed
    after = calendar.after_days if clock.target.in_days else calendar.after_seconds
    return after(clock.counted_at, rest)


def pause(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    """It stands still from an instant on."""
    if clock.state is not ClockState.RUNNING:
        return clock
    return replace(counted(clock, at, calendar), state=ClockState.PAUSED)


def resume(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    """It goes on: what the calendar was open meanwhile is not counted."""
    if clock.state is not ClockState.PAUSED:
        return clock
    at = max(at, clock.counted_at)
    paused = clock.paused_seconds + calendar.seconds_between(clock.counted_at, at)
    running = replace(clock, state=ClockState.RUNNING, counted_at=at, paused_seconds=paused)
    return replace(running, due_at=instant_of(running, 1.0, calendar))


def meet(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    """What it waited for came. Where an earlier instant arrives later, that one counts."""
    if clock.state is ClockState.MET and clock.met_at is not None and at < clock.met_at:
        return replace(clock, met_at=max(at, clock.started_at))
    if clock.is_over:
        return clock
    at = max(at, clock.started_at)
    return replace(_ended(clock, at, calendar), state=ClockState.MET, met_at=at)


def breach(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    return clock if clock.is_over else replace(_ended(clock, at, calendar), state=ClockState.BREACHED, breached_at=at)


def void(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    return clock if clock.is_over else replace(_ended(clock, at, calendar), state=ClockState.VOID)


def _ended(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    """Counted to its end; a pause lasts until then."""
    if clock.state is ClockState.PAUSED and at > clock.counted_at:
        paused = clock.paused_seconds + calendar.seconds_between(clock.counted_at, at)
        return replace(clock, counted_at=at, paused_seconds=paused)
    return counted(clock, at, calendar)


def counted(clock: HandoffClock, at: datetime, calendar: Calendar) -> HandoffClock:
    if clock.state is not ClockState.RUNNING or at <= clock.counted_at:
        return clock
    between = calendar.days_between if clock.target.in_days else calendar.seconds_between
    return replace(clock, consumed=clock.consumed + between(clock.counted_at, at), counted_at=at)
