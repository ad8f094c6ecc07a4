"""People by the state of their assignment: every page in order, whatever partition of the index they are in; and on
AWS a schedule for each wait."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from rekindle.adapters.aws.scheduler import ScheduledAssignmentTimers, Schedules, assignment_timer
from rekindle.adapters.dynamodb.connection import bind
from rekindle.adapters.dynamodb.people import SHARDS, DynamoDBPeople
from rekindle.adapters.memory import Memory, MemoryAssignmentTimers
from rekindle.application.ports.people import People
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.people.assignment import Assignment, AssignmentState
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from tests.contract.conftest import FAILURES, GROUP, QUEUE, ROLE
from tests.contract.stores import NOW, Stores, Tables

WAIT = AssignmentTimer("p", "d-1", NOW + timedelta(minutes=15))


def an_assignment(minutes: float = 0, state: AssignmentState = AssignmentState.PENDING, **values: Any) -> Assignment:
    """One that is due so many minutes from now."""
    deadline = NOW + timedelta(minutes=minutes)
    return Assignment("d-1", 1, "r-1", "c-1", state, NOW, **{"deadline": deadline, **values})


def stored(people: People, person_id: str, assignment: Assignment | None) -> Person:
    before = people.get(person_id)
    version = before.version if before else 0
    person = Person(person_id, version + 1, assignment=assignment)
    people.commit(Change(person, version))
    return person


def pages(people: People, limit: int, state: AssignmentState = AssignmentState.PENDING) -> Iterator[list[str]]:
    page = people.assigned(state, limit)
    while True:
        yield [person.person_id for person in page.items]
        if page.next is None:
            return
        page = people.assigned(state, limit, page.next)


def test_what_is_due_first_comes_first(stores: Stores) -> None:
    for n in (3, 1, 4, 0, 2):
        stored(stores.people, f"p{n}", an_assignment(n))
    assert list(pages(stores.people, 10)) == [["p0", "p1", "p2", "p3", "p4"]]


def test_a_reminder_is_due_before_its_deadline(stores: Stores) -> None:
    stored(stores.people, "late", an_assignment(10))
    stored(stores.people, "reminded", an_assignment(60, remind_at=NOW + timedelta(minutes=5)))
    assert list(pages(stores.people, 10)) == [["reminded", "late"]]


def test_what_no_longer_waits_comes_by_its_beginning(stores: Stores) -> None:
    for n in (2, 0, 1):
        at = NOW + timedelta(minutes=n)
        stored(stores.people, f"p{n}", Assignment("d-1", 1, "r-1", "c-1", AssignmentState.ASSIGNED, at))
    assert list(pages(stores.people, 10, AssignmentState.ASSIGNED)) == [["p0", "p1", "p2"]]


@pytest.mark.parametrize("limit", [1, 3, 5, 24, 25, 100])
def test_pages_follow_each_other_without_gap_or_repeat(stores: Stores, limit: int) -> None:
    """Many of one instant among them: a page may end between two of them."""
    for n in range(25):
        stored(stores.people, f"p{n:02d}", an_assignment(n // 5))
    found = list(pages(stores.people, limit))
    assert [person for page in found for person in page] == [f"p{n:02d}" for n in range(25)]
    assert {len(page) for page in found[:-1]} <= {limit}
    assert found[-1] or len(found) == 1


def test_each_state_is_by_itself_and_a_change_of_state_moves_the_person(stores: Stores) -> None:
    for n, state in enumerate(AssignmentState):
        stored(stores.people, f"p{n}", an_assignment(0, state))
    stored(stores.people, "nobody", None)
    assert {state: list(pages(stores.people, 10, state)) for state in AssignmentState} == {
        state: [[f"p{n}"]] for n, state in enumerate(AssignmentState)
    }
    stored(stores.people, "p1", an_assignment(0, AssignmentState.TIMED_OUT))
    assert list(pages(stores.people, 10, AssignmentState.PENDING)) == [[]]
    assert list(pages(stores.people, 10, AssignmentState.TIMED_OUT)) == [["p1", "p3"]]


def test_a_person_without_an_assignment_leaves_the_index(stores: Stores) -> None:
    """As one does who was merged away: the survivor has the assignment."""
    stored(stores.people, "p", an_assignment())
    stored(stores.people, "p", None)
    assert list(pages(stores.people, 10)) == [[]]


def test_people_come_whole(stores: Stores) -> None:
    person = stored(stores.people, "p", an_assignment(first_owner_id="u", worked_at=NOW, outside_queue=True))
    (found,) = stores.people.assigned(AssignmentState.PENDING, 10).items
    assert (found.assignment, found.version) == (person.assignment, person.version)


def test_those_who_wait_are_spread_over_the_index(tables: Tables) -> None:
    for n in range(80):
        stored(tables.people, f"p{n}", an_assignment(n))
    items = tables.client.scan(TableName=tables.names.people)["Items"]
    assert {item["assigned"]["S"] for item in items} == {f"pending#{shard}" for shard in range(SHARDS)}


def test_more_partitions_leave_nobody_out(tables: Tables) -> None:
    for n in range(40):
        stored(tables.people, f"p{n}", an_assignment(n))
    more = DynamoDBPeople(bind(tables.client, tables.names), shards=16)
    for n in range(40, 80):
        stored(more, f"p{n}", an_assignment(n))
    items = tables.client.scan(TableName=tables.names.people)["Items"]
    assert len({item["assigned"]["S"] for item in items}) > SHARDS
    assert [person.person_id for person in more.assigned(AssignmentState.PENDING, 100).items] == [
        f"p{n}" for n in range(80)
    ]


def test_those_who_wait_are_counted(stores: Stores) -> None:
    assert stores.people.count_assigned(AssignmentState.PENDING) == 0
    for n in range(3):
        stored(stores.people, f"p{n}", an_assignment(n))
    assert stores.people.count_assigned(AssignmentState.PENDING) == 3
    assert stores.people.count_assigned(AssignmentState.ASSIGNED) == 0


# --- waits ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def scheduled(schedules: Schedules) -> ScheduledAssignmentTimers:
    return ScheduledAssignmentTimers(schedules)


def set_in(scheduler: Any) -> list[dict[str, Any]]:
    listed = scheduler.list_schedules(GroupName=GROUP)["Schedules"]
    return [scheduler.get_schedule(GroupName=GROUP, Name=one["Name"]) for one in listed]


def test_a_wait_that_is_set_twice_is_one_in_memory() -> None:
    memory = Memory()
    for _ in range(2):
        MemoryAssignmentTimers(memory).set(WAIT)
    assert (list(memory.waits.values()), len(memory.waiting)) == ([WAIT], 1)


def test_a_schedule_sends_its_wait_once_and_deletes_itself(
    scheduled: ScheduledAssignmentTimers, scheduler: Any
) -> None:
    for _ in range(2):
        scheduled.set(WAIT)
    (schedule,) = set_in(scheduler)
    assert (schedule["ScheduleExpression"], schedule["ActionAfterCompletion"]) == ("at(2026-03-01T12:15:00)", "DELETE")
    target = schedule["Target"]
    assert (target["Arn"], target["RoleArn"], target["DeadLetterConfig"]["Arn"]) == (QUEUE, ROLE, FAILURES)
    assert assignment_timer(json.loads(target["Input"])) == WAIT


def test_the_reminder_and_the_deadline_of_one_assignment_are_two_schedules(
    scheduled: ScheduledAssignmentTimers, scheduler: Any
) -> None:
    scheduled.set(WAIT)
    scheduled.set(AssignmentTimer("p", "d-1", WAIT.due + timedelta(minutes=45)))
    assert len(set_in(scheduler)) == 2


@pytest.mark.parametrize("due", [NOW + timedelta(milliseconds=1), NOW + timedelta(seconds=1)])
def test_a_schedule_never_fires_before_its_instant(
    scheduled: ScheduledAssignmentTimers, scheduler: Any, due: datetime
) -> None:
    scheduled.set(AssignmentTimer("p", "d-1", due))
    assert [one["ScheduleExpression"] for one in set_in(scheduler)] == ["at(2026-03-01T12:00:01)"]


def test_a_scheduler_that_refuses_is_unavailable(scheduled: ScheduledAssignmentTimers, scheduler: Any) -> None:
    stub = Stubber(scheduler)
    stub.add_client_error("create_schedule", "ThrottlingException")
    with stub, pytest.raises(Unavailable, match="ThrottlingException"):
        scheduled.set(WAIT)
