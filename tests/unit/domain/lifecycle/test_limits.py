"""Instants and counts at which a rule of the lifecycle changes its answer, from both sides."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from rekindle.domain.lifecycle import clocks, nurture
from rekindle.domain.lifecycle.calendar import Calendar, Window
from rekindle.domain.lifecycle.dark import MOST, awaited_after
from rekindle.domain.lifecycle.draft import DeadlineFirst
from rekindle.domain.lifecycle.policies import LifecycleSettings, Policy, PolicyStep, Reason, Touch, Track
from rekindle.domain.lifecycle.timing import Rules, next_clock_step
from rekindle.domain.lifecycle.update import update_lifecycle
from rekindle.domain.people.clock import ClockKind, ClockState, HandoffClock, Target
from rekindle.domain.people.lifecycle import AwaitedResponse, Enrollment, Handoff, Lifecycle, Recycling, State
from rekindle.domain.people.person import Person
from rekindle.domain.responses.response import Response, ResponseState
from tests.support.builders import day, settings

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ALWAYS = Calendar("always", "UTC", (tuple([Window.of("00:00-24:00")]),) * 7)
TARGET = Target(7200.0)


def rules(now: datetime, lifecycle: LifecycleSettings | None = None, **document: Any) -> Rules:
    own = lifecycle or LifecycleSettings()
    return Rules(settings(document), own, lambda version: own, lambda: MappingProxyType({}), lambda user: None, now)


@pytest.mark.parametrize(("late", "begins"), [(HOUR, day(1)), (HOUR + SECOND, day(1) + HOUR + SECOND)])
def test_what_is_heard_of_more_than_an_hour_late_begins_then(late: timedelta, begins: datetime):
    assert nurture.start_of(day(1), rules(day(1) + late)) == begins


@pytest.mark.parametrize(
    ("reason", "cool_down", "expected"),
    [
        (None, 0, None),
        (Reason("a"), 0, None),
        (Reason("a", nurture_timeout_days=0), 0, 0),
        (Reason("a", nurture_timeout_days=5), 0, 5),
        (Reason("a", nurture_timeout_days=5), 7, 7),
        (Reason("a", nurture_timeout_days=9), 7, 9),
        (Reason("a"), 7, 7),
        (None, 7, 7),
    ],
)
def test_a_timeout_is_the_longer_of_the_reasons_and_the_cool_down(
    reason: Reason | None, cool_down: int, expected: int | None
):
    assert nurture.timeout_days(reason, LifecycleSettings(cool_down_days=cool_down)) == expected


@pytest.mark.parametrize(
    ("days", "cap", "over"),
    [((), 1, False), ((9,), 1, True), ((9,), 2, False), ((8, 9), 2, True), ((0, 9), 2, False), ((9,), None, False)],
)
def test_a_recycling_counts_until_the_days_of_the_cap_are_over(days: tuple[int, ...], cap: int | None, over: bool):
    """Ten days before day 10 is the first that no longer counts."""
    lifecycle = Lifecycle(State.RECYCLED, day(1), 1, recyclings=tuple(Recycling(1, day(one)) for one in days))
    assert nurture.is_over_cap(lifecycle, day(10), LifecycleSettings(cap=cap, cap_days=10)) is over


def test_the_first_of_two_touches_of_one_instant_is_that_of_the_first_enrollment():
    track = Track("t", touches=(Touch("one", HOUR), Touch("two", HOUR)))
    own = LifecycleSettings(tracks={"t": track, "u": track})
    stays = (Enrollment(1, 1, day(1), "u", touches_done=1), Enrollment(1, 1, day(1), "t"))
    due = nurture.next_touch(Lifecycle(enrollments=stays), rules(day(1), own))
    assert due == nurture.DueTouch(day(1) + HOUR, 0, 1)


@pytest.mark.parametrize(("at", "comes_first"), [(HOUR - SECOND, False), (HOUR, True)])
def test_a_touch_of_the_instant_of_a_change_comes_before_it(at: timedelta, comes_first: bool):
    own = LifecycleSettings(tracks={"t": Track("t", touches=(Touch("one", HOUR), Touch("two", 9 * HOUR)))})
    lifecycle = Lifecycle(State.RECYCLED, day(1), 1, enrollments=(Enrollment(1, 1, day(1), "t"),))
    responded = ResponseState(True, day(1) + at, day(1) + at)
    change = (Person("p", lifecycle=lifecycle), (), rules(day(2), own))
    if comes_first:
        with pytest.raises(DeadlineFirst) as first:
            update_lifecycle(*change, responses=[Response("r", "c", responded)])
        assert first.value.until == day(1) + at
        return
    _, entries = update_lifecycle(*change, responses=[Response("r", "c", responded)])
    assert [(entry.reason, entry.at) for entry in entries] == [("response", day(1) + at)]  # type: ignore[union-attr]


def test_a_clock_that_is_met_twice_keeps_the_earlier_instant():
    clock = clocks.start(ClockKind.TOUCH, TARGET, day(1), ALWAYS)
    met = clocks.meet(clock, day(1) + HOUR, ALWAYS)
    assert (met.state, met.met_at, met.consumed) == (ClockState.MET, day(1) + HOUR, 3600.0)
    assert clocks.meet(met, day(1) + HOUR, ALWAYS) is met
    assert clocks.meet(met, day(1) + 2 * HOUR, ALWAYS) is met
    assert clocks.meet(met, day(1) + HOUR - SECOND, ALWAYS).met_at == day(1) + HOUR - SECOND
    assert clocks.meet(met, day(0), ALWAYS).met_at == day(1)


def test_a_pause_is_counted_apart_and_moves_the_deadline():
    clock = clocks.pause(clocks.start(ClockKind.TOUCH, TARGET, day(1), ALWAYS), day(1) + HOUR, ALWAYS)
    assert (clock.state, clock.consumed, clock.due_at) == (ClockState.PAUSED, 3600.0, day(1) + 2 * HOUR)
    assert clocks.pause(clock, day(2), ALWAYS) is clock
    resumed = clocks.resume(clock, day(1) + 4 * HOUR, ALWAYS)
    assert (resumed.state, resumed.paused_seconds, resumed.due_at) == (
        *(ClockState.RUNNING, 3 * 3600.0),
        day(1) + 5 * HOUR,
    )
    assert clocks.resume(resumed, day(2), ALWAYS) is resumed
    ended = clocks.void(clock, day(1) + 3 * HOUR, ALWAYS)
    assert (ended.state, ended.paused_seconds, ended.consumed) == (ClockState.VOID, 2 * 3600.0, 3600.0)
    assert clocks.breach(ended, day(2), ALWAYS) is ended and clocks.void(ended, day(2), ALWAYS) is ended


def test_of_steps_at_one_instant_the_earlier_of_the_policy_comes_first():
    steps = (PolicyStep(0.5, "warn"), PolicyStep(1.0, "breach"))
    policy = Policy("fast", "always", targets={ClockKind.ACCEPT: TARGET, ClockKind.TOUCH: Target(3600.0)}, steps=steps)
    own = LifecycleSettings(calendars={"always": ALWAYS}, policies=(policy,))
    running: tuple[HandoffClock, ...] = tuple(
        clocks.start(kind, policy.targets[kind], day(1), ALWAYS) for kind in (ClockKind.ACCEPT, ClockKind.TOUCH)
    )
    done = (running[0], clocks.replace(running[1], steps_done=1))
    due = next_clock_step(Person("p"), Handoff(1, 1, day(1), "fast", done), rules(day(1), own))
    assert due is not None
    assert (due.at, due.clock_index, due.step_index) == (day(1) + HOUR, 0, 0)


def test_the_oldest_responses_are_awaited_first_and_no_more_than_a_person_may_have():
    waiting = tuple(AwaitedResponse(f"r{number:03}", f"c{number}", day(number)) for number in range(MOST))
    new = Response("new", "c-new", ResponseState(False, None, day(0.5)))
    awaited = awaited_after(Lifecycle(awaited=waiting), [new], [new])
    assert len(awaited) == MOST
    assert [one.response_id for one in awaited[:3]] == ["r000", "new", "r001"]
    answered = Response("other", "c0", ResponseState(True, day(2), day(2)))
    assert awaited_after(Lifecycle(awaited=waiting[:2]), [answered], []) == waiting[1:2]
