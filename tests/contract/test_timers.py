"""Delays that wait: set once, found when overdue, gone when done; and on AWS a schedule that sends each of them."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from rekindle.adapters.aws.scheduler import Schedules
from rekindle.adapters.dynamodb.timers import SHARDS, ScheduledReactivationTimers, timer_of
from rekindle.adapters.memory import Memory, MemoryPeople, MemoryReactivationTimers
from rekindle.application.ports.reactivation import ReactivationTimers
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.timer import ReactivationTimer, ResponseTimer
from rekindle.domain.records.stamps import ChangeStamp
from tests.contract import stores as technologies
from tests.contract.conftest import FAILURES, GROUP, QUEUE, REAL_ENGINE, ROLE
from tests.contract.stores import NOW, Stores, Tables


def timer(n: int = 0, minutes: float = 30) -> ReactivationTimer:
    return ReactivationTimer(f"p{n}", ChangeStamp(NOW, n, 2), NOW + timedelta(minutes=minutes), "u1")


@pytest.fixture
def scheduled(tables: Tables, schedules: Schedules) -> ScheduledReactivationTimers:
    return ScheduledReactivationTimers(schedules)


@pytest.fixture(params=["memory", "moto", REAL_ENGINE])
def timers(request: pytest.FixtureRequest) -> Iterator[ReactivationTimers]:
    if request.param == "memory":
        yield MemoryReactivationTimers(Memory())
        return
    schedules = request.getfixturevalue("schedules")
    where = None if request.param == "moto" else request.getfixturevalue("local_endpoint")
    client = technologies.open_client(where)
    with technologies.on_tables(client):
        yield ScheduledReactivationTimers(schedules)


def test_a_timer_is_overdue_after_its_instant_and_not_before(timers: ReactivationTimers) -> None:
    timers.set(timer())
    assert timers.overdue(timer().due, 10) == []
    assert timers.overdue(timer().due + timedelta(milliseconds=1), 10) == [timer()]


def test_a_timer_that_is_set_twice_is_one(timers: ReactivationTimers) -> None:
    timers.set(timer())
    timers.set(timer())
    assert timers.overdue(NOW + timedelta(days=1), 10) == [timer()]


def test_a_timer_that_is_done_is_gone_and_its_neighbours_are_not(timers: ReactivationTimers) -> None:
    timers.set(timer(1))
    timers.set(timer(2))
    timers.done(timer(1))
    timers.done(timer(1))
    assert timers.overdue(NOW + timedelta(days=1), 10) == [timer(2)]


def test_two_changes_of_one_person_are_two_timers(timers: ReactivationTimers) -> None:
    first, second = timer(), ReactivationTimer("p0", ChangeStamp(NOW + timedelta(minutes=1)), timer().due)
    timers.set(first)
    timers.set(second)
    timers.done(first)
    assert timers.overdue(NOW + timedelta(days=1), 10) == [second]


def test_a_response_that_waits_for_its_date_is_a_timer_among_the_others(timers: ReactivationTimers) -> None:
    response = ResponseTimer("p0", "r1", timer().due + timedelta(minutes=1))
    for one in (response, timer(), response):
        timers.set(one)
    assert timers.overdue(NOW + timedelta(days=1), 10) == [timer(), response]
    timers.done(timer())
    assert timers.overdue(NOW + timedelta(days=1), 10) == [response]


def test_the_oldest_come_first_and_no_more_than_asked_for(timers: ReactivationTimers) -> None:
    waiting = [timer(n, minutes=(n * 7) % 20) for n in range(20)]
    for one in waiting:
        timers.set(one)
    oldest = sorted(waiting, key=lambda one: one.due)
    for limit in (1, 5, 20, 30):
        assert timers.overdue(NOW + timedelta(days=1), limit) == oldest[:limit]


def test_a_schedule_sends_its_timer_once_and_deletes_itself(
    scheduled: ScheduledReactivationTimers, scheduler: Any
) -> None:
    scheduled.set(timer())
    scheduled.set(timer())
    (listed,) = scheduler.list_schedules(GroupName=GROUP)["Schedules"]
    schedule = scheduler.get_schedule(GroupName=GROUP, Name=listed["Name"])
    assert (schedule["ScheduleExpression"], schedule["ActionAfterCompletion"]) == ("at(2026-03-01T12:30:00)", "DELETE")
    target = schedule["Target"]
    assert (target["Arn"], target["RoleArn"], target["DeadLetterConfig"]["Arn"]) == (QUEUE, ROLE, FAILURES)
    assert timer_of(json.loads(target["Input"])) == timer()


def test_a_schedule_sends_the_response_that_is_due(scheduled: ScheduledReactivationTimers, scheduler: Any) -> None:
    waiting = ResponseTimer("p0", "r1", NOW + timedelta(days=7))
    scheduled.set(waiting)
    (listed,) = scheduler.list_schedules(GroupName=GROUP)["Schedules"]
    schedule = scheduler.get_schedule(GroupName=GROUP, Name=listed["Name"])
    assert timer_of(json.loads(schedule["Target"]["Input"])) == waiting


def test_a_schedule_never_fires_before_its_instant(scheduled: ScheduledReactivationTimers, scheduler: Any) -> None:
    scheduled.set(ReactivationTimer("p", ChangeStamp(NOW), NOW + timedelta(milliseconds=1)))
    (listed,) = scheduler.list_schedules(GroupName=GROUP)["Schedules"]
    schedule = scheduler.get_schedule(GroupName=GROUP, Name=listed["Name"])
    assert schedule["ScheduleExpression"] == "at(2026-03-01T12:00:01)"


def test_a_timer_is_kept_with_the_status_change_that_begins_it(stores: Stores, schedules: Schedules) -> None:
    timers: ReactivationTimers = (
        MemoryReactivationTimers(stores.people.memory)
        if isinstance(stores.people, MemoryPeople)
        else ScheduledReactivationTimers(schedules)
    )
    stores.people.commit(Change(Person("p0", 1), 0, timer=timer()))
    assert timers.overdue(NOW + timedelta(days=1), 10) == [timer()]
    later = dataclasses.replace(timer(), due=timer().due + timedelta(hours=1))
    timers.set(later)
    assert timers.overdue(NOW + timedelta(days=1), 10) == [later], "the settings of the schedule are newer"
    timers.done(later)
    assert timers.overdue(NOW + timedelta(days=1), 10) == []


def test_a_scheduler_that_refuses_is_unavailable_and_the_sweep_still_finds_the_timer(
    scheduled: ScheduledReactivationTimers, scheduler: Any
) -> None:
    stub = Stubber(scheduler)
    stub.add_client_error("create_schedule", "ThrottlingException")
    with stub, pytest.raises(Unavailable, match="ThrottlingException"):
        scheduled.set(timer())
    assert scheduled.overdue(NOW + timedelta(days=1), 10) == [timer()]


def test_timers_are_spread_over_the_index(tables: Tables, scheduled: ScheduledReactivationTimers) -> None:
    for n in range(60):
        scheduled.set(timer(n))
    items = tables.client.scan(TableName=tables.names.ledger)["Items"]
    assert {item["due_shard"]["S"] for item in items} == {str(shard) for shard in range(SHARDS)}
